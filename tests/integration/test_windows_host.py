"""What pyz3 writes on a Windows host, run there: under Wine, with a Python of Windows for all but zig."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from importlib.metadata import requires
from pathlib import Path
from typing import TYPE_CHECKING, Any

import headers
import pytest
import runtimes
from hooking import LINUX, SETUP, WINDOWS, Hooks

import pyz3
from pyz3.driver.launcher import launcher
from pyz3.driver.setup import Setup, Zig
from pyz3.driver.target import DriverTarget
from pyz3.driver.tools import write_tools
from pyz3.engine.toolchain import find_toolchain
from pyz3.guests import HOOK, READS

if TYPE_CHECKING:
    from collections.abc import Mapping

TIP = "tip: name a folder (./thing), an sdist (./thing-1.2.tar.gz) or a requirement (thing==1.2)\n"
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


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What pyz3 requires, less zig, as Windows has it; and setuptools for hooks."""
    folder = tmp_path_factory.mktemp("windows") / "site"
    required = [line for line in requires("pyz3") or () if "ziglang" not in line and "extra ==" not in line]
    command = [sys.executable, "-m", "uv", "pip", "install", "--quiet", "--no-python-downloads"]
    command += ["--python", sys.executable, "--python-version", "3.13", "--only-binary", ":all:"]
    command += ["--python-platform", "x86_64-pc-windows-msvc", "--target", str(folder)]
    subprocess.run([*command, *required, "colorama", "setuptools>=82"], check=True)
    return folder


def of_wine(path: object) -> str:
    """Give a path of this machine as Wine has it."""
    return "Z:" + str(path).replace("/", "\\")


def run(
    *args: str, site: Path, cwd: Path, python: str = "win_amd64-3.13"
) -> subprocess.CompletedProcess[str]:
    """Run a Python of Windows that finds pyz3."""
    package = Path(pyz3.__file__).parents[1]
    variables = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "PYZ3"))}
    variables |= {"PYTHONPATH": f"{of_wine(site)};{of_wine(package)}", "PYTHONUTF8": "1", "WINEDEBUG": "-all"}
    variables |= {"PYZ3_CACHE_DIR": of_wine(cwd / "cache"), "PYTHONDONTWRITEBYTECODE": "1"}
    return runtimes.start(runtimes.require(python), *args, cwd=cwd, env=variables, timeout=300)


# What each command of a list gives, in one process: Wine takes seconds to start one.
COMMANDS = """\
import contextlib, io, json, sys
from pyz3.cli import main
found = []
for args in json.loads(sys.argv[1]):
    said = io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
        try:
            code = main(args)
        except SystemExit as ended:
            code = ended.code
    found.append([code, said.getvalue()])
print(json.dumps(found))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="Wine")
def test_commands(site: Path, pyz3_cache: Path, tmp_path: Path) -> None:
    own = [sys.executable, "-m", "pyz3"]
    subprocess.run([*own, "init", "demo", "--language", "c"], cwd=tmp_path, check=True, capture_output=True)
    subprocess.run([*own, "sdist", "demo", "-o", "here"], cwd=tmp_path, check=True, capture_output=True)
    module = runtimes.runtimes_dir() / "opt" / "win_amd64-3.13" / "select.pyd"
    plan = ["wheel", "demo", "--python", "3.13"]
    plan += ["--python-headers", of_wine(headers.include_of("3.13", pyz3_cache))]
    commands = [
        ["--version"],
        [*plan, "--platform", "windows-x64", "--platform", "linux-aarch64", "--print-build-identifiers"],
        [*plan, "--platform", "nosuch"],
        ["sdist", "demo", "-o", "there"],
        ["doctor", of_wine(module)],
        ["wheel", "nowhere\\nothing"],
    ]
    done = run("-c", COMMANDS, json.dumps(commands), site=site, cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    version, names, unknown, sdist, doctor, nowhere = json.loads(done.stdout.splitlines()[-1])
    assert version == [0, f"pyz3, version {pyz3.__version__}\n"]
    assert names == [0, "cp313-manylinux_aarch64\ncp313-win_amd64\n"]
    assert [unknown[0], unknown[1].splitlines()[0]] == [2, "error: --platform: 'nosuch' is no platform"]
    assert sdist[0] == 0
    (mine,), (theirs,) = (list((tmp_path / name).iterdir()) for name in ("here", "there"))
    assert (theirs.name, theirs.read_bytes()) == (mine.name, mine.read_bytes())
    assert doctor[0] == 0, doctor
    assert "select.pyd: Windows on amd64, Python 3.13\n" in doctor[1]
    assert nowhere == [2, "error: there is no file or folder nowhere\\nothing\n" + TIP]


@dataclass(frozen=True, kw_only=True)
class WineHooks(Hooks):
    """Runs hooks in a Python of Windows."""

    site: Path

    def start(self, request: Mapping[str, Any]) -> str:
        """Run the hook's process, with paths as it has them."""
        file = self.root / "request.json"
        file.write_text(json.dumps(self._of_wine(request)), encoding="utf-8")
        # Wine 8 has no CopyFile2, which shutil calls from 3.13 on.
        place = Path(request["source"])
        done = run(of_wine(HOOK), of_wine(file), site=self.site, cwd=place, python="win_amd64-3.11")
        return done.stdout + done.stderr

    def _of_wine(self, value: Any) -> Any:
        if isinstance(value, dict):
            found = {name: self._of_wine(one) for name, one in value.items()}
            # pyz3 writes commands with slashes: setuptools takes backslashes away.
            named = {name: path.replace("\\", "/") for name, path in found.get("commands", {}).items()}
            return {**found, **({"commands": named} if named else {})}
        if isinstance(value, (list, tuple)):
            return [self._of_wine(one) for one in value]
        return of_wine(value) if str(value).startswith((str(self.root), str(READS))) else value


@pytest.mark.skipif(sys.platform != "linux", reason="Wine")
def test_a_hook_writes_a_project_down(site: Path, tmp_path: Path) -> None:
    project = {
        "setup.py": SETUP + "setup(name='demo', version='1.2', packages=['demo'],"
        " ext_modules=[Extension('demo.x', ['src/x.c'], define_macros=[('A', '\"b c\"')])])\n",
        "demo/__init__.py": "",
        "src/x.c": "#include <Python.h>\nint PyInit_x;\n",
    }
    hooks = WineHooks(python=Path(), version=(3, 11), root=tmp_path, site=site)
    windows, linux = hooks.run(project, WINDOWS, LINUX)
    assert tuple(one.result.wheel.rpartition("\\")[2] for one in (windows, linux)) == (
        "demo-1.2-cp311-cp311-win_amd64.whl",
        "demo-1.2-cp311-cp311-linux_aarch64.whl",
    )
    for one in (windows, linux):
        (link,) = one.result.links
        (compiled,) = link.objects
        assert (link.module, one.states) == ("demo.x", {"demo.x": "recorded"})
        assert compiled.source.replace("\\", "/").endswith("/src/src/x.c")
        assert '-DA="b c"' in compiled.flags
