"""``pyz3 check`` on what binaries say of themselves, against a wheel's tags."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from audited import ELF, MACHO, MUSL, PE
from packaging.utils import parse_wheel_filename

from pyz3.audit import Facts, Symbol, VersionNeed
from pyz3.check.judging import Judge
from pyz3.check.platform import RULES, Judged
from pyz3.check.subject import Binary, Subject, WheelName
from pyz3.doctor import AnyPythonName, read_name

SO = "hello/_speed.cpython-313-x86_64-linux-gnu.so"
LINUX = "cp313-cp313-manylinux_2_17_x86_64"
change = msgspec.structs.replace


def judged(tag: str, binaries: dict[str, tuple[Facts, ...] | Facts], *, gil: bool = True) -> Judged:
    name, version, _, tags = parse_wheel_filename(f"hello-1.0-{tag}.whl")
    several = {file: one if isinstance(one, tuple) else (one,) for file, one in binaries.items()}
    subject = Subject(
        path=Path(f"hello-1.0-{tag}.whl"),
        named=WheelName(name=name, version=str(version), build="", tags=frozenset(tags)),
        binaries={
            file: Binary(facts=facts, said=read_name(file, facts), says_gil=gil)
            for file, facts in several.items()
        },
    )
    return Judged(subject=subject, judgement=Judge(environ={}).judge(subject))


def found(
    tag: str, binaries: dict[str, tuple[Facts, ...] | Facts], *, gil: bool = True
) -> dict[str, list[str]]:
    """The messages by code."""
    one = judged(tag, binaries, gil=gil)
    hits = {code: [hit.message for hit in rule(one)] for code, rule in RULES.items()}
    return {code: messages for code, messages in hits.items() if messages}


SOUND: list[tuple[str, str, Facts]] = [
    (LINUX, SO, ELF),
    ("cp313-cp313-manylinux2014_x86_64.manylinux_2_17_x86_64", SO, ELF),
    ("cp313-cp313-linux_x86_64", SO, ELF),
    ("cp39-abi3-manylinux_2_17_x86_64", "hello/_speed.abi3.so", ELF),
    ("cp313-cp313-musllinux_1_2_aarch64", "hello/_speed.cpython-313-aarch64-linux-musl.so", MUSL),
    ("cp313-cp313-macosx_11_0_arm64", "hello/_speed.cpython-313-darwin.so", change(MACHO, name="")),
    ("cp313-cp313-win_amd64", "hello/_speed.cp313-win_amd64.pyd", PE),
]


@pytest.mark.parametrize(("tag", "file", "facts"), SOUND)
def test_sound_modules(tag: str, file: str, facts: Facts) -> None:
    assert found(tag, {file: facts}) == {}


@pytest.mark.parametrize(
    ("tag", "file", "facts", "expected"),
    [
        (
            "cp313-cp313-manylinux_2_17_aarch64",
            SO,
            ELF,
            {
                "PW201": [
                    f"{SO} is for Linux on x86_64, but cp313-manylinux_aarch64 needs Linux on aarch64"
                ]
            },
        ),
        (
            "cp313-cp313-manylinux_2_12_x86_64",
            SO,
            ELF,
            {"PW202": [f"{SO} needs memcpy@GLIBC_2.14 but the wheel promises glibc 2.12"]},
        ),
        (
            LINUX,
            SO,
            change(ELF, needed=("libc.so.6", "libz.so.1", "libssl.so.3")),
            {"PW203": [f"{SO} needs libssl.so.3, which manylinux (PEP 600) does not promise"]},
        ),
        (
            LINUX,
            SO,
            change(ELF, rpaths=("/opt/lib", "$ORIGIN/../hello.libs")),
            {"PW206": [f"{SO} looks for libraries in /opt/lib, a folder of the machine that built it"]},
        ),
        (
            LINUX,
            SO,
            change(ELF, undefined=(Symbol(name="frobnicate"),)),
            {
                "PW207": [
                    f"{SO} needs frobnicate, which neither the C library nor the C API of Python 3.13 has"
                ]
            },
        ),
        (
            LINUX,
            SO,
            change(ELF, exported=("frobnicate",)),
            {"PW208": [f"{SO} does not export PyInit__speed, so hello._speed could not be imported"]},
        ),
        (
            "cp312-cp312-manylinux_2_17_x86_64",
            SO,
            ELF,
            {"PW214": [f"{SO} is named for CPython 3.13, the wheel is for cp312"]},
        ),
        (
            "py3-none-any",
            SO,
            ELF,
            {"PW211": [f"{SO} is for x86_64, the wheel for every platform"]},
        ),
        (
            "cp39-abi3-manylinux_2_17_x86_64",
            "hello/_speed.abi3.so",
            change(ELF, undefined=(Symbol(name="PyType_GetName"), Symbol(name="PyUnicode_READY"))),
            {
                "PW301": [
                    "hello/_speed.abi3.so needs PyUnicode_READY, which no Python's Limited API has"
                ],
                "PW302": [("hello/_speed.abi3.so needs PyType_GetName, which the Limited API has since 3.11, "
                    "but the wheel promises 3.9")],
            },
        ),
    ],
)  # fmt: skip
def test_one_mistake(tag: str, file: str, facts: Facts, expected: dict[str, list[str]]) -> None:
    assert found(tag, {file: facts}) == expected


def test_a_wheel_without_what_it_is_for() -> None:
    assert found(LINUX, {}) == {
        "PW212": ["it is for manylinux_2_17_x86_64, and there is no binary in it"]
    }  # fmt: skip
    assert found("py3-none-any", {}) == {}


def test_a_program_for_another_system_is_data() -> None:
    program = change(PE, loadable=False, use="program")
    assert found(LINUX, {SO: ELF, "hello/launcher.exe": program}) == {
        "PW213": ["hello/launcher.exe is a program for another system or machine than the wheel"]
    }


def test_free_threaded_modules_say_so() -> None:
    file = "hello/_speed.cpython-314t-x86_64-linux-gnu.so"
    tag = "cp314-cp314t-manylinux_2_17_x86_64"
    assert found(tag, {file: ELF}) == {}
    assert found(tag, {file: ELF}, gil=False) == {"PW303": [f"{file} does not seem to say Py_mod_gil"]}


def test_the_dll_of_another_python() -> None:
    file = "hello/_speed.cp313-win_amd64.pyd"
    module = change(PE, needed=("python312.dll",), undefined=())
    assert found("cp313-cp313-win_amd64", {file: module}) == {
        "PW203": [f"{file} needs python312.dll, but modules for cp313 take the C API from python313.dll"]
    }
    assert found("cp312.cp313-none-win_amd64", {"hello/x.dll": module}) == {}
    assert found("py3-none-win_amd64", {"hello/x.dll": module}) == {}
    old = change(PE, needed=("python36.dll",), undefined=())
    assert found("cp36-cp36m-win_amd64", {"hello/_speed.cp36-win_amd64.pyd": old}) == {}


def test_a_newer_processor_than_the_tag_promises() -> None:
    message = f"{SO} needs a processor of level x86-64-v3, and the tag promises any x86_64"
    assert found(LINUX, {SO: change(ELF, level=3)}) == {"PW215": [message]}
    assert found(LINUX, {SO: change(ELF, level=1)}) == {}


def test_a_library_that_the_loader_does_not_find() -> None:
    module = change(ELF, needed=("libc.so.6", "libfoo.so.1"), undefined=())
    library = change(ELF, exported=("foo",), name="libfoo.so.1", undefined=())
    assert found(LINUX, {SO: module, "hello.libs/libfoo.so.1": library}) == {
        "PW205": [
            f"{SO} needs libfoo.so.1; the wheel has hello.libs/libfoo.so.1, where the loader does not look"
        ]
    }
    reached = change(module, rpaths=("$ORIGIN/../hello.libs",))
    assert found(LINUX, {SO: reached, "hello.libs/libfoo.so.1": library}) == {}


def test_the_oldest_true_tag() -> None:
    judgement = judged("cp313-cp313-manylinux_2_28_x86_64", {SO: ELF}).judgement
    assert judgement.lowest == ("manylinux_2_14_x86_64",)
    assert judgement.because == (f"{SO}: memcpy@GLIBC_2.14",)
    newer = VersionNeed(library="libstdc++.so.6", version="GLIBCXX_3.4.20")
    facts = change(ELF, versions=(*ELF.versions, newer), needed=(*ELF.needed, "libstdc++.so.6"))
    judgement = judged("cp313-cp313-manylinux_2_28_x86_64", {SO: facts}).judgement
    # 3.4.20 is in no distribution with glibc 2.17, and in those with 2.24.
    assert judgement.lowest == ("manylinux_2_24_x86_64",)
    assert judgement.because == (f"{SO}: GLIBCXX_3.4.20",)


def test_no_tag_is_true_of_what_glibc_keeps_for_itself() -> None:
    private = Symbol(name="__res_iclose", version="GLIBC_PRIVATE", library="libc.so.6")
    facts = change(ELF, undefined=(*ELF.undefined, private))
    judgement = judged("cp313-cp313-manylinux_2_28_x86_64", {SO: facts}).judgement
    assert judgement.lowest == ("linux_x86_64",)
    assert judgement.because == (f"{SO}: __res_iclose@GLIBC_PRIVATE",)


def test_both_halves_of_a_fat_file() -> None:
    file = "hello/_speed.cpython-313-darwin.so"
    fat = (change(MACHO, machine="x86_64", floor="10.13", name=""), change(MACHO, name=""))
    assert found("cp313-cp313-macosx_10_13_universal2", {file: fat}) == {}
    assert judged("cp313-cp313-macosx_11_0_universal2", {file: fat}).judgement.lowest == (
        "macosx_10_13_universal2",
    )
    # A tag for one machine is kept by a file that has it, too.
    assert found("cp313-cp313-macosx_11_0_arm64", {file: fat}) == {}
    assert [*found("cp313-cp313-macosx_10_13_universal2", {file: fat[0]})] == ["PW201"]


def test_what_is_not_judged_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    ios = judged("cp313-cp313-ios_13_0_arm64_iphoneos", {SO: MACHO}).judgement.notes
    assert ios == ("nothing is known of ios_13_0_arm64_iphoneos",)
    pypy = judged("pp310-pypy310_pp73-manylinux_2_17_x86_64", {SO: ELF}).judgement.notes
    assert pypy == ("symbols were not looked up: the C API of this Python is not known here",)
    monkeypatch.setattr(Judge, "python_symbols", lambda *_: AnyPythonName())
    (note,) = judged(LINUX, {SO: ELF}).judgement.notes
    assert note == (
        "whether Python 3.13 has each symbol of the C API was not judged: its headers are not here "
        "(pyz3 pythons)"
    )


def test_what_windows_may_have() -> None:
    file = "hello/_speed.cp313-win_amd64.pyd"
    facts = change(PE, needed=(*PE.needed, "AUTHZ.dll", "MSVCP140.dll"))
    assert found("cp313-cp313-win_amd64", {file: facts}) == {
        "PW203": [f"{file} needs MSVCP140.dll, which Windows does not promise"],
        "PW204": [f"{file} needs AUTHZ.dll, which not every system of its kind has"],
    }


def test_what_delocate_calls_its_libraries() -> None:
    library = change(MACHO, name="/DLC/hello/.dylibs/libfoo.dylib", exported=("foo",))
    assert found("cp313-cp313-macosx_11_0_arm64", {"hello/.dylibs/libfoo.dylib": library}) == {}
    other = change(library, name="/opt/lib/libfoo.dylib")
    assert [*found("cp313-cp313-macosx_11_0_arm64", {"hello/.dylibs/libfoo.dylib": other})] == ["PW206"]


def test_no_tag_is_older_than_its_machine() -> None:
    file = "hello/_speed.cpython-313-aarch64-linux-gnu.so"
    facts = change(ELF, machine="aarch64", needed=("libc.so.6",))
    assert judged("cp313-cp313-manylinux_2_28_aarch64", {file: facts}).judgement.lowest == (
        "manylinux_2_17_aarch64.manylinux2014_aarch64",
    )
