"""``pyz3 toolchain`` and the commands for other tools: what is printed works."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import factory
import pytest

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the commands are a POSIX shell's")

# Reads a file that zig's memory does not see.
SOURCE = '__asm__(".section .data\\n.globl x\\nx: .incbin \\"data\\"\\n"); int f(void) { return 1; }\n'


def test_a_shell_has_compilers_for_another_platform(pyz3_cache: Path, tmp_path: Path) -> None:
    (tmp_path / "x.c").write_text(SOURCE)
    done = factory.pyz3("toolchain", "--target", "linux-aarch64", cache=pyz3_cache)
    assert (done.returncode, done.stderr) == (0, "")
    assert all(re.fullmatch(r"export \w+=\S.*", line) for line in done.stdout.splitlines())
    before = {*(pyz3_cache / "tmp").iterdir()} if (pyz3_cache / "tmp").exists() else set()
    for data in ("one", "two"):
        (tmp_path / "data").write_text(data)
        script = f'{done.stdout}"$CC" -c x.c -o x.o && "$AR" rcs libx.a x.o && "$CC" -shared x.o -o x.so'
        subprocess.run(["sh", "-c", script], cwd=tmp_path, check=True)
        # AArch64 in ELF's e_machine; what was compiled before is not taken for it.
        assert (tmp_path / "x.so").read_bytes()[18:20] == b"\xb7\0"
        assert data.encode() in (tmp_path / "x.o").read_bytes()
    left = {path for path in (pyz3_cache / "tmp").iterdir() if path.name.startswith("alone-")}
    assert left <= before


def test_files_for_cmake_and_meson(pyz3_cache: Path, tmp_path: Path) -> None:
    common = ("toolchain", "--target", "windows-x64", "--format")
    copy = tmp_path / "cross.ini"
    done = factory.pyz3(*common, "meson", "-o", copy, cache=pyz3_cache)
    assert (done.returncode, done.stdout, done.stderr) == (0, f"{copy}\n", "")
    assert "system = 'windows'\n" in copy.read_text()
    done = factory.pyz3(*common, "cmake", cache=pyz3_cache)
    text = Path(done.stdout.strip()).read_text()
    for name in ("C_COMPILER", "CXX_COMPILER", "AR", "RANLIB", "STRIP", "RC_COMPILER"):
        (path,) = re.findall(rf'set\(CMAKE_{name} "(.*)"\)', text)
        assert Path(path).is_file()
    done = factory.pyz3(*common, "meson", "-o", tmp_path / "no" / "file", cache=pyz3_cache)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        f"error: --output: {tmp_path / 'no' / 'file'} cannot be written: No such file or directory\n"
        "tip: name a file in a folder that exists\n"
    )


def test_other_tools(pyz3_cache: Path, tmp_path: Path) -> None:
    (tmp_path / "x.rc").write_text('1 RCDATA { "words" }\n')
    (tmp_path / "x.def").write_text("LIBRARY x.dll\nEXPORTS\nf\n")
    windows, linux = ("--target", "windows-x64"), ("--target", "linux-aarch64")
    for words in (("windres", *windows, "x.rc", "x.o"), ("dlltool", *windows, "-d", "x.def", "-l", "x.lib")):
        done = factory.pyz3(*words, cache=pyz3_cache, cwd=tmp_path)
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert b"w\0o\0r\0d\0s" in (tmp_path / "x.o").read_bytes() or b"words" in (tmp_path / "x.o").read_bytes()
    assert b"x.dll" in (tmp_path / "x.lib").read_bytes()
    (tmp_path / "y.c").write_text("int f(void) { return 1; }\n")
    assert (
        factory.pyz3("cc", *linux, "-c", "y.c", "-o", "y.o", cache=pyz3_cache, cwd=tmp_path).returncode == 0
    )
    done = factory.pyz3("nm", *linux, "y.o", cache=pyz3_cache, cwd=tmp_path)
    assert (done.returncode, done.stdout.split()[-2:], done.stderr) == (0, ["T", "f"], "")
    before = (tmp_path / "x.lib").read_bytes()
    done = factory.pyz3("strip", *linux, "x.lib", cache=pyz3_cache, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (0, "")
    assert (
        done.stderr == "pyz3 strip: left as it is: what pyz3 links has no symbols but those that are needed\n"
    )
    assert (tmp_path / "x.lib").read_bytes() == before
    done = factory.pyz3("windres", *linux, "x.rc", "x.o", cache=pyz3_cache, cwd=tmp_path)
    assert done.returncode == 1
    assert done.stderr.startswith("pyz3 windres: error: pyz3 has none for aarch64-linux-gnu")
