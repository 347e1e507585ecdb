"""``pyz3 publish``, as far as it goes without an index."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest
from wheels import put_wheel

from pyz3.cli import main
from pyz3.cli.github import published_summary
from pyz3.release import read_file

if TYPE_CHECKING:
    from pathlib import Path


def run(capsys: pytest.CaptureFixture[str], *args: str | Path) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as caught:
        main(["publish", *map(str, args)])
    assert isinstance(caught.value.code, int)
    said = capsys.readouterr()
    return caught.value.code, said.out, said.err


def test_nothing_there(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(capsys) == (
        2, "", "error: there is no dist\ntip: pyz3 wheel and pyz3 sdist write into dist\n",
    )  # fmt: skip


def test_several_projects_at_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    put_wheel(tmp_path, "hello", {})
    put_wheel(tmp_path, "world", {})
    assert run(capsys, tmp_path) == (
        9,
        "",
        (
            "error: these are files of several projects: hello, world\ntip: name the files of one release\n"
            'more: pyz3 explain "these are files of several …"\n'
        ),
    )


def test_no_such_index(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pypirc = tmp_path / "pypirc"
    pypirc.write_text("[distutils]\nindex-servers =\n  mine\n[mine]\nrepository = http://127.0.0.1:1/\n")
    put_wheel(tmp_path, "hello", {})
    status, out, err = run(capsys, tmp_path, "-r", "others", "--config-file", str(pypirc))
    assert (status, out) == (2, "")
    assert err.startswith(f"error: Missing 'others' section from {pypirc}.")
    assert ".pypirc.template" in err


def test_without_twine(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    put_wheel(tmp_path, "hello", {})
    monkeypatch.delitem(sys.modules, "pyz3.cli.index", raising=False)
    monkeypatch.setitem(sys.modules, "twine", None)
    monkeypatch.setitem(sys.modules, "twine.exceptions", None)
    status, out, err = run(capsys, tmp_path)
    assert (status, out) == (2, "")
    assert err == (
        "error: pyz3 publish uploads with twine, and twine.exceptions is not installed\n"
        'tip: python -m pip install "twine>=6.1" "pypi-simple>=1.6" (the extra "dist" of pyz3)\n'
    )


def test_the_summary_of_a_job(tmp_path: Path) -> None:
    files = [read_file(put_wheel(tmp_path, name, {})) for name in ("a", "b", "c")]
    text = published_summary(
        files,
        uploaded=frozenset([files[0].path]),
        left=frozenset([files[1].path]),
        where="testpypi (https://test.pypi.org/legacy/)",
    )
    rows = [
        f"| `{one.path.name}` | {one.size} B | `py3-none-any` | `{one.sha256}` | {state} |"
        for one, state in zip(files, ("uploaded", "✗ not uploaded", "was there"), strict=True)
    ]
    assert text.splitlines() == [
        "### pyz3: 1 of 3 files uploaded to testpypi (https://test.pypi.org/legacy/)",
        "",
        "| file | size | tag | SHA-256 | |",
        "|---|--:|---|---|---|",
        *rows,
        "",
    ]
