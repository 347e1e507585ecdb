"""What pyz3 writes on a Windows host, run there: under Wine, with a Python of Windows for all but zig."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest
import runtimes

from pyz3.driver.launcher import launcher
from pyz3.driver.setup import Setup, Zig
from pyz3.driver.target import DriverTarget
from pyz3.driver.tools import write_tools
from pyz3.engine.toolchain import find_toolchain

if TYPE_CHECKING:
    from pathlib import Path

# Words that a batch file would not have handed on.
WORDS = ['-DA="b c"', "-DP=100%", "-DQ=%PATH%", "-Dx=a&b", '-Dq=k"q', "-Dempty=", "-Dü=^|<>", "-DT=t\\"]
TRY = """\
import os, subprocess, sys
os.chdir(sys.argv[1])
tool = os.path.abspath(sys.argv[2])
for path in (tool, tool.replace(chr(92), "/")):
    done = subprocess.run([path, "-c", "x.c", "-o", "x.o", *sys.argv[3:]], capture_output=True, text=True)
    print(done.returncode, done.stdout.strip(), done.stderr.strip())
"""
# It is called as zig is, by the name of its first argument.
ZIG = "import sys\nprint(ascii([word for word in sys.argv if word.startswith('-D')]))\nsys.exit(3)\n"


@pytest.mark.skipif(sys.platform != "linux", reason="Wine")
def test_compilers_get_every_word(pyz3_cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    python = runtimes.require("win_amd64-3.13")
    seen = runtimes.run_python(
        python, "import sys; print(sys.executable)", wheels=(), tmp_path=tmp_path
    ).strip()
    monkeypatch.setattr("pyz3.driver.tools._POSIX", False)
    monkeypatch.setattr("pyz3.driver.tools._this_machine", lambda: "x86_64-windows-gnu")
    toolchain = find_toolchain({"PYZ3_CACHE_DIR": str(pyz3_cache)})
    zig = toolchain.driver_zig(tmp_path / "local")
    starter = launcher(zig, "x86_64-windows-gnu")
    monkeypatch.setattr("pyz3.driver.tools.launcher", lambda *_: starter)
    folder = tmp_path / "Jane D'oe ü"
    mine = Zig(seen, local_cache="local", global_cache="global", scratch="scratch")
    write_tools(folder, Setup(mine, DriverTarget("x86_64-linux-gnu.2.17")), python=seen)
    (tmp_path / "cc").write_text(ZIG)
    (tmp_path / "x.c").write_text("")
    (tmp_path / "try.py").write_text(TRY)
    args = (str(tmp_path), f"{folder.name}/bin/gcc.exe", *WORDS)
    printed = runtimes.run_python(python, TRY, wheels=(), tmp_path=tmp_path, args=args).splitlines()
    assert [line.partition(" ")[0] for line in printed] == ["3", "3"], printed
    for line in printed:
        assert [word for word in WORDS if ascii(word) not in line] == [], line
