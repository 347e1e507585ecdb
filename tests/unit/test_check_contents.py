"""``pyz3 check`` on contents and metadata: each rule finds its one mistake, and nothing in a sound wheel."""

from __future__ import annotations

import sys
import zipfile
from pathlib import Path
from zipfile import ZipFile

import pytest
from twine.commands.check import check as twine_fails
from wheels import put_wheel

from pyz3.check import check
from pyz3.check.checking import _OF_SUBJECTS
from pyz3.check.subject import Binary, Member, Subject, read_subject
from pyz3.doctor import FileName
from pyz3.sources import Directory, Entry

LARGE = "x = 1\n" * 1000
SBOMS = "thing-1.0.dist-info/sboms"


def found(tmp_path: Path, files: dict[str, str]) -> list[tuple[str, str]]:
    report = check([put_wheel(tmp_path, "thing", files)], environ={}, select=["PW4"])
    return [(one.code, one.member) for one in report.all_findings]


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"thing/__init__.py": "", "thing/py.typed": "", "thing/a.pyi": ""}, []),
        ({"thing-stubs/__init__.pyi": ""}, []),
        ({"thing.py": "", "_thing.py": "", "thing.libs/readme": ""}, []),
        (
            {"thing/__init__.py": "", "thing/__pycache__/a.cpython-313.pyc": ""},
            [("PW401", "thing/__pycache__/a.cpython-313.pyc")],
        ),
        ({"thing/a.py": LARGE, "thing/b.py": LARGE}, [("PW402", "thing/a.py")]),
        ({"thing.py": "", "LICENSE": ""}, [("PW403", "LICENSE"), ("PW408", "")]),
        ({"thing/my-part/a.py": "", "thing/__init__.py": ""}, [("PW404", "thing/my-part/a.py")]),
        ({"thing/my-part.py": "", "thing/a.py": ""}, [("PW404", "thing/my-part.py")]),
        (
            {"thing/not.py": "", "thing/lambda/a.py": ""},
            [("PW404", "thing/not.py"), ("PW404", "thing/lambda/a.py")],
        ),
        ({"thing.py": "", "tests/__init__.py": ""}, [("PW405", "tests"), ("PW408", "")]),
        ({"__init__.py": ""}, [("PW406", "__init__.py")]),
        ({}, [("PW407", "")]),
        ({"one.py": "", "two.py": ""}, [("PW408", "")]),
        ({"thing/data.txt": ""}, [("PW409", "thing/data.txt")]),
        ({"thing/__init__.py": "", "thing/.DS_Store": ""}, [("PW410", "thing/.DS_Store")]),
        ({"thing/__init__.py": "", "thing/.git/config": ""}, [("PW410", "thing/.git/config")]),
        ({"thing/__init__.py": "", "thing/__init__.pyi": ""}, [("PW412", "thing/__init__.pyi")]),
        ({"thing/__init__.py": "", f"{SBOMS}/a.cdx.json": "{}", f"{SBOMS}/a.spdx": "<"}, []),
        ({"thing/__init__.py": "", f"{SBOMS}/a.cdx.json": "{"}, [("PW413", f"{SBOMS}/a.cdx.json")]),
        ({"thing/__init__.py": "", f"{SBOMS}/a.cdx.json": "[]"}, [("PW413", f"{SBOMS}/a.cdx.json")]),
        ({"thing/__init__.py": "", f"{SBOMS}/a.json": "[" * 9999}, [("PW413", f"{SBOMS}/a.json")]),
        (
            {"thing-1.0.data/purelib/thing.py": "", "thing-1.0.data/purelib/tests/a.py": ""},
            [("PW405", "tests"), ("PW408", "")],
        ),
    ],
)
def test_contents(files: dict[str, str], expected: list[tuple[str, str]], tmp_path: Path) -> None:
    assert found(tmp_path, files) == expected


def subject_of(*names: str, module: str) -> Subject:
    """Give a wheel of empty files; ``module`` is an extension module."""
    entries = tuple(
        Entry(name=name, size=0, packed=0, offset=0, flags=0, method=0, mode=0, comment=False, plain=True)
        for name in names
    )
    return Subject(
        path=Path("thing-1.0-py3-none-any.whl"),
        infos=("thing-1.0.dist-info",),
        directory=Directory(entries=entries, mismatches=()),
        binaries={module: Binary(facts=(), said=FileName(module="thing._m"))},
        members={name: Member(size=0, sha256="", digest="", start=b"") for name in names},
    )


def test_sources_beside_what_was_made_of_them() -> None:
    subject = subject_of(
        *("thing/_m.c", "thing/_m.h", "thing/_m.pyx", "thing/_m.so", "thing/templates/x.c"),
        module="thing/_m.so",
    )
    assert [hit.member for hit in _OF_SUBJECTS["PW411"](subject)] == ["thing/_m.c"]
    place = "thing-1.0.data/platlib/thing"
    subject = subject_of(f"{place}/_m.c", "thing/x.c", f"{place}/_m.so", module=f"{place}/_m.so")
    assert [hit.member for hit in _OF_SUBJECTS["PW411"](subject)] == [f"{place}/_m.c"]


def test_an_extension_module_where_nothing_can_be_imported_from() -> None:
    module = "thing-1.0.data/platlib/my-part/_m.so"
    subject = subject_of(module, "thing.libs/libm-1.so", module=module)
    assert [hit.member for hit in _OF_SUBJECTS["PW404"](subject)] == ["my-part/_m.so"]


METADATA = "Metadata-Version: 2.4\nName: thing\nVersion: 1.0\n"


def of_metadata(
    text: str, tmp_path: Path, *, name: str = "thing-1.0-py3-none-any.whl"
) -> list[tuple[str, str]]:
    path = put_wheel(tmp_path, "thing", {"thing.py": ""}).rename(tmp_path / name)
    subject = read_subject(path)
    texts = {**subject.texts, "METADATA": text.encode()}
    changed = Subject(
        path=path, named=subject.named, directory=subject.directory, infos=subject.infos, texts=texts
    )
    return [
        (code, hit.message)
        for code, rule in _OF_SUBJECTS.items()
        if code.startswith("PW5") and code not in {"PW507", "PW508"}
        for hit in rule(changed)
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (METADATA, []),
        (METADATA + "Description-Content-Type: text/markdown\n\n``not rst", []),
        (METADATA + "Description-Content-Type: text/x-rst\n\nTitle\n=====\n\nText.\n", []),
        # setuptools wrote the field before there was a version that has it.
        ("Metadata-Version: 2.1\nName: thing\nVersion: 1.0\nLicense-File: LICENSE\n", []),
        (
            METADATA + "Requires-Python: three\n",
            [("PW501", "METADATA: requires-python: 'three' is invalid for 'requires-python'")],
        ),
        (
            METADATA + "License-File: LICENSE\n",
            [("PW502", "METADATA names the licence file LICENSE, which is not in licenses/")],
        ),
        (
            METADATA + "Requires-Python: >=3.11\nClassifier: Programming Language :: Python :: 3.10\n",
            [("PW503", "classifiers name Python 3.10, and Requires-Python is >=3.11")],
        ),
        (
            METADATA + "Requires-Python: >=3.11.4\nClassifier: Programming Language :: Python :: 3.11\n",
            [],
        ),
        (
            METADATA.replace("1.0", "1.0-rc1"),
            [("PW505", "the version is written 1.0-rc1, and PEP 440 has it 1.0rc1")],
        ),
    ],
)
def test_metadata(text: str, expected: list[tuple[str, str]], tmp_path: Path) -> None:
    assert of_metadata(text, tmp_path) == expected


def test_a_python_that_cannot_install_it(tmp_path: Path) -> None:
    name = "thing-1.0-cp39-cp39-win_amd64.whl"
    text = METADATA + "Requires-Python: >=3.10\n"
    assert of_metadata(text, tmp_path, name=name) == [
        ("PW504", "it is for Python 3.9, and Requires-Python is >=3.10")
    ]


def test_a_description_that_does_not_render(tmp_path: Path) -> None:
    text = METADATA + "Description-Content-Type: text/x-rst\n\nTitle\n==\n\n.. nothing-of-this-kind::\n"
    ((code, message),) = of_metadata(text, tmp_path)
    assert (code, message.startswith("PyPI cannot show the description: ")) == ("PW506", True)


EMPTY = "PW507 METADATA has no description: the project's page on PyPI is empty"
UNTOLD = "PW508 METADATA does not say what the description is written in: PyPI takes it for reStructuredText"


@pytest.mark.parametrize(
    ("rest", "expected"),
    [
        ("Description-Content-Type: text/markdown\n\n# Thing\n", []),
        ("Description-Content-Type: text/plain; charset=UTF-8\n\nThing.\n", []),
        ("", [EMPTY]),
        ("Description-Content-Type: text/markdown\n", [EMPTY]),
        ("Description: UNKNOWN\n", [EMPTY]),
        ("\nUNKNOWN\n", [EMPTY]),
        ("\nTitle\n=====\n", [UNTOLD]),
        ("Description: Text.\n", [UNTOLD]),
    ],
)
def test_what_twine_warns_of(rest: str, expected: list[str], tmp_path: Path) -> None:
    path = tmp_path / "thing-1.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("thing-1.0.dist-info/METADATA", METADATA + rest)
        archive.writestr("thing-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\n")
    report = check([path], select=["PW507", "PW508"], environ={})
    assert [f"{one.code} {one.message}" for one in report.all_findings] == expected
    assert twine_fails([str(path)], strict=True) == bool(expected)


def test_what_was_not_tried_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "readme_renderer", None)
    monkeypatch.setitem(sys.modules, "readme_renderer.rst", None)
    path = put_wheel(tmp_path, "thing", {"thing.py": ""})
    assert check([path], environ={}).wheels[0].notes == ()
    text = METADATA + "\nTitle\n=====\n"
    subject = Subject(path=path, texts={"METADATA": text.encode()})
    from pyz3.check import metadata  # noqa: PLC0415 - beside what it is about

    assert metadata.not_tried(subject).startswith("whether PyPI can show the description was not tried")
    assert list(metadata.does_not_render(subject)) == []


def test_a_bill_of_materials_that_is_no_text(tmp_path: Path) -> None:
    path = put_wheel(tmp_path, "thing", {"thing/__init__.py": ""})
    with ZipFile(path, "a") as archive:
        archive.writestr(f"{SBOMS}/a.json", b'{"a": "\xff"}')
    report = check([path], environ={}, select=["PW413"])
    (finding,) = report.all_findings
    why = "'utf-8' codec can't decode byte 0xff in position 7: invalid start byte"
    assert finding.message == f"{SBOMS}/a.json is no JSON object: {why}"
