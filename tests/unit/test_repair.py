"""What ``pyz3 repair`` says of mistakes, and makes of what the tool prints."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import Any

import pytest
from wheels import put_wheel

from pyz3.cli import main
from pyz3.repair.folders import folders_in, read_prefixes, source_of
from pyz3.repair.tool import explain


@pytest.mark.parametrize(
    ("output", "said"),
    [
        (
            """Traceback (most recent call last):
  File "x.py", line 3
    raise ValueError(msg)
ValueError: Cannot repair wheel, because required library "libz.so.9" could not be located
""",
            (
                'Cannot repair wheel, because required library "libz.so.9" could not be located',
                "name the folder that has it: --library-dir DIR; its own libraries count, too",
            ),
        ),
        (
            """FileNotFoundError: Unable to find library: a.dll
Traceback (most recent call last):
subprocess.CalledProcessError: Command '['x']' returned non-zero exit status 1.
""",
            (
                "Unable to find library: a.dll",
                "name its folder: --library-dir DIR; or leave it out: --exclude NAME",
            ),
        ),
        (
            "a.b.DelocationError: Could not find all dependencies.\n",
            (
                "Could not find all dependencies.",
                "name the folders that have them: --library-dir DIR",
            ),
        ),
        (
            "ValueError: New Mach-O header is too large to relocate in '/there/tmp1/wheel/a/b.so' (x)",
            (
                "New Mach-O header is too large to relocate in 'a/b.so' (x)",
                "link module and library with -Wl,-headerpad_max_install_names: it leaves room for new names",
            ),
        ),
        ("Killed\n", ("Killed", None)),
        ("\n", ("repairwheel ended without a word", None)),
    ],
)
def test_why_the_tool_gave_up(output: str, said: tuple[str, str | None]) -> None:
    assert explain(output) == said


def run(capsys: pytest.CaptureFixture[str], *args: str) -> tuple[Any, str]:
    with pytest.raises(SystemExit) as ended:
        main(["repair", *args])
    said = capsys.readouterr()
    return ended.value.code, said.out + said.err


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_mistakes(place: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    assert run(capsys, "x.whl") == (2, "error: there is no x.whl\ntip: name wheels, or folders of wheels\n")
    Path("empty").mkdir()
    assert run(capsys, "empty") == (3, "error: empty: no wheel is in it\ntip: pyz3 wheel builds wheels\n")
    wheel = put_wheel(place, "x", {"x.py": ""})
    assert run(capsys, wheel.name, "-L", "lib") == (
        2,
        f"error: --library-dir: there is no folder {place / 'lib'}\n",
    )
    (place / "there").mkdir()
    monkeypatch.setenv("PYZ3_PREFIX", os.pathsep.join(["there", "gone", ""]))
    assert run(capsys, wheel.name) == (2, f"error: PYZ3_PREFIX: there is no folder {place / 'gone'}\n")
    monkeypatch.delenv("PYZ3_PREFIX")
    monkeypatch.setattr("pyz3.repair.tool.importlib.util.find_spec", lambda _: None)
    monkeypatch.setattr("pyz3.repair.tool.sys.version_info", (3, 12))
    missing = "error: repairwheel is missing, which puts libraries into wheels\n"
    assert run(capsys, wheel.name) == (2, f"{missing}tip: python -m pip install repairwheel\n")
    monkeypatch.setattr("pyz3.repair.tool.sys.version_info", (3, 10))
    assert run(capsys, wheel.name) == (2, f"{missing}tip: it needs Python 3.11: run pyz3 with that\n")
    assert not Path("wheelhouse").exists()


@pytest.mark.parametrize(
    ("wheel", "expected"),
    [
        ("a-1-cp313-cp313-win_amd64.whl", ["one/windows-x64/bin", "one/lib", "two/lib64"]),
        ("a-1-cp313-cp313-win_arm64.whl", ["one/lib", "two/lib64"]),
        (
            "a-1-cp313-cp313-manylinux_2_17_x86_64.manylinux2014_x86_64.whl",
            ["one/linux-x86_64/lib", "two/linux-x86_64/lib", "one/lib", "two/lib64"],
        ),
        (
            "a-1-cp313-cp313-linux_x86_64.whl",
            [*("one/linux-x86_64/lib", "two/linux-x86_64/lib", "one/lib", "two/lib64")],
        ),
        ("a-1-cp313-cp313-musllinux_1_2_x86_64.whl", ["one/lib", "two/lib64"]),
        (
            "a-1-cp313-cp313-macosx_10_13_x86_64.macosx_11_0_arm64.whl",
            ["one/macos-arm64/lib", "two/macos-x86_64/lib", "one/lib", "two/lib64"],
        ),
        ("a-1-py3-none-any.whl", ["one/lib", "two/lib64"]),
        ("of no name.whl", ["one/lib", "two/lib64"]),
    ],
)
def test_folders_of_prefixes(wheel: str, expected: list[str], place: Path) -> None:
    for name in (
        *("one/lib", "one/windows-x64/bin", "one/linux-x86_64/lib", "one/macos-arm64/lib", "one/share"),
        *("two/lib64", "two/linux-x86_64/lib", "two/macos-x86_64/lib"),
    ):
        Path(name).mkdir(parents=True)
    Path("two/lib").symlink_to("lib64")
    Path("two/bin").touch()
    prefixes = read_prefixes({"PYZ3_PREFIX": os.pathsep.join(["", "one", str(place / "two")])})
    assert prefixes == (place / "one", place / "two")
    assert folders_in(prefixes, Path(wheel)) == tuple(place / name for name in expected)
    assert (read_prefixes({"PYZ3_PREFIX": ""}), read_prefixes({})) == ((), ())


def test_which_file_a_library_was_made_of(place: Path) -> None:
    folders = (place / "one", place / "two")
    for folder, content in zip(folders, (b"1", b"2"), strict=True):
        folder.mkdir()
        (folder / "libA.so.1").write_bytes(content)
        (folder / "libb.dylib").write_bytes(content)
    (folders[0] / "libc.so").mkdir()
    digest = hashlib.sha256(b"2").hexdigest()
    for name in (f"liba-{digest[:8]}.so.1", f"liba-{digest[:32]}.so.1"):
        assert source_of(name, b"changed", folders) == folders[1] / "libA.so.1"
    assert source_of(f"liba-{digest[:8]}.so.1", b"2", folders[:1]) is None
    assert source_of("libc.so", b"2", folders) is None
    assert source_of("libb.dylib", b"2", folders) is None  # no Mach-O file, which tells by its UUID


def test_a_damaged_wheel_is_not_unpacked(
    place: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pyz3.cli.repair.require_tool", lambda: None)
    monkeypatch.setattr("pyz3.repair.repairing.run_tool", lambda *_args, **_more: pytest.fail("unpacked"))
    Path("a-1-py3-none-any.whl").write_bytes(b"no zip file")
    put_wheel(place, "up", {"../up.py": "", "up.py": ""})
    assert run(capsys, "a-1-py3-none-any.whl", "up-1.0-py3-none-any.whl") == (
        9,
        (
            "✗ a-1-py3-none-any.whl: it cannot be read as a wheel: it is no zip file: it has no end of a "
            "central directory\n"
            "  tip: pyz3 check says more\n"
            "✗ up-1.0-py3-none-any.whl: '../up.py' is no plain relative path\n"
            "  tip: pyz3 check says more\n"
            "0 of 2 wheels in wheelhouse\n"
        ),
    )
    assert {path.name for path in place.iterdir()} == {"a-1-py3-none-any.whl", "up-1.0-py3-none-any.whl"}
