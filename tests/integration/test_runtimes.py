"""The interpreters are what their names say, and run_python reports what happened in them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
import runtimes

from pyz3.targets import Platform

# As sysconfig.get_platform() begins; for Wine it is what python.org's build says.
SYSTEMS = {
    "windows-x64": "win-amd64",
    "linux-x86_64": "linux-x86_64",
    "musllinux-x86_64": "linux-x86_64",
    "linux-aarch64": "linux-aarch64",
    "linux-i686": "linux-",  # the kernel's machine follows
    "linux-armv7l": "linux-armv7l",
    "linux-ppc64le": "linux-ppc64le",
    "linux-s390x": "linux-s390x",
    "linux-riscv64": "linux-riscv64",
    "pyodide": "emscripten-",  # its version follows
}


def wheel_with(path: Path, **modules: str) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in modules.items():
            archive.writestr(f"{name}.py", text)
    return path


@pytest.mark.runtime
@pytest.mark.parametrize("name", [runtime.name for runtime in runtimes.all_known()])
def test_a_runtime_is_what_its_name_says(name: str, tmp_path: Path) -> None:
    runtime = runtimes.require(name)
    wheels = [wheel_with(tmp_path / f"{m}.whl", **{m: f"value = {m!r}"}) for m in ("one", "two")]
    printed = runtimes.run_python(
        runtime,
        "import sys, sysconfig, one, two\n"
        "print(sysconfig.get_platform(), '%d.%d' % sys.version_info[:2], end=' ')\n"
        "print(one.value, two.value, sys.argv[1:])\n"
        "print(bool(sysconfig.get_config_var('Py_GIL_DISABLED')), 'ä')\n",
        wheels=wheels,
        tmp_path=tmp_path,
        args=["a b", "ä"],
    )
    assert printed.startswith(SYSTEMS[str(runtime.platform)])
    assert printed.partition(" ")[2] == (
        f"{runtime.python.base} one two ['a b', 'ä']\n{runtime.python.free_threaded} ä\n"
    )


def test_a_failure_shows_both_streams_and_the_exit_code(tmp_path: Path) -> None:
    runtime = next(r for r in runtimes.all_known() if r.command.is_file())
    code = "import sys; print('out'); sys.stderr.write('err'); sys.exit(3)"
    with pytest.raises(AssertionError) as caught:
        runtimes.run_python(runtime, code, wheels=[], tmp_path=tmp_path)
    assert str(caught.value) == f"{runtime}: exit code 3\nout\n\nerr"


SILENT = """\
#!/bin/sh
echo >>starts
[ "$(wc -l <starts)" -gt "$1" ] && echo there && exit
[ -z "$2" ] || echo why >&2
exit "${3:-1}"
"""


@pytest.mark.skipif(os.name != "posix", reason="what stands for Wine is a shell script")
@pytest.mark.parametrize(
    ("args", "ended"),
    [
        (["0"], (0, "there\n", 1)),
        (["1"], (0, "there\n", 2)),
        (["2"], (1, "", 2)),  # not three times
        (["1", "", "5"], (5, "", 1)),  # as an access violation does
        (["1", "says"], (1, "", 1)),
    ],
)
def test_wine_that_did_not_start_is_started_again(
    args: list[str], ended: tuple[int, str, int], tmp_path: Path
) -> None:
    command = tmp_path / "python-win_amd64-3.13"
    command.write_text(SILENT, encoding="utf-8")
    command.chmod(0o755)
    wine = replace(next(r for r in runtimes.all_known() if r.runs_by == "Wine"), command=command)
    done = runtimes.start(wine, *args, cwd=tmp_path, env=os.environ, timeout=60)
    starts = len((tmp_path / "starts").read_text(encoding="utf-8").splitlines())
    assert (done.returncode, done.stdout, starts) == ended


def test_a_missing_runtime_skips_or_fails(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PYZ3_RUNTIMES", str(tmp_path))
    runtimes.all_known.cache_clear()
    try:
        monkeypatch.delenv("PYZ3_REQUIRE_RUNTIMES", raising=False)
        with pytest.raises(pytest.skip.Exception, match=r"run scripts/runtimes\.sh win_amd64-3\.9"):
            runtimes.require("win_amd64-3.9")
        monkeypatch.setenv("PYZ3_REQUIRE_RUNTIMES", "1")
        with pytest.raises(pytest.fail.Exception, match=r"run scripts/runtimes\.sh win_amd64-3\.9"):
            runtimes.require("win_amd64-3.9")
    finally:
        runtimes.all_known.cache_clear()


def test_the_script_makes_by_default_what_the_tests_ask_for(tmp_path: Path) -> None:
    script = Path(__file__).parents[2] / "scripts" / "runtimes.sh"
    if os.name != "posix":
        pytest.skip("the script is for Linux")
    done = subprocess.run(
        ["bash", str(script), "--dest", str(tmp_path), "--list"], capture_output=True, check=True, text=True
    )
    made = {line.split()[-1] for line in done.stdout.splitlines()[1:]}
    asked = {r.name for r in runtimes.all_known() if not r.name.startswith("host-")}
    headers = {f"include-{version}" for version in ("3.11", "3.13", "3.14", "3.15", "emscripten")}
    assert made == asked | headers


def test_the_command_lists_those_that_are_there(tmp_path: Path) -> None:
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in ("win_amd64-3.13", "beos-3.13"):
        (folder / f"python-{name}").touch(mode=0o755)
    env = {**os.environ, "PYZ3_RUNTIMES": str(tmp_path)}
    command = [sys.executable, "-m", "pyz3", "runtimes"]
    shown = subprocess.run(command, capture_output=True, check=True, text=True, env=env).stdout.splitlines()
    found = json.loads(subprocess.run([*command, "--json"], capture_output=True, check=True, env=env).stdout)
    assert (found["version"], found["folder"]) == ("1.0", str(tmp_path))
    *own, windows = found["runtimes"]
    assert windows == {
        "name": "win_amd64-3.13",
        "platform": "windows-x64",
        "python": "3.13",
        "runs_by": "Wine",
        "command": str(folder / "python-win_amd64-3.13"),
    }
    this = "{}.{}".format(*sys.version_info)
    assert this in [one["python"] for one in own]
    assert {(one["platform"], one["runs_by"]) for one in own} == {(str(Platform.current()), "")}
    lines = [line for line in shown if not line.startswith("note: ")]
    assert [line.split()[0] for line in lines] == ["runtime", *(one["name"] for one in found["runtimes"])]
    notes = [line for line in shown if line.startswith("note: ")]
    assert notes[0] == f"note: {tmp_path}: these names stand for no runtime: beos-3.13"
    assert notes[1].startswith("note: none for linux-aarch64, musllinux-x86_64, ")
    assert notes[2].startswith("note: none for macos-x86_64, ")
