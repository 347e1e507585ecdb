"""``pyz3 test``: what becomes of wheels that pass, fail, crash, hang, or cannot be run here."""

from __future__ import annotations

import re
import sys
import xml.etree.ElementTree as ET
import zipfile
from typing import TYPE_CHECKING

import factory
import pytest
import runtimes
from wheels import put_wheel

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the other platforms' interpreters run there")

PLATFORMS = ("linux-x86_64", "linux-aarch64", "musllinux-x86_64", "windows-x64", "pyodide", "macos-arm64")
RUNTIMES = ("linux_aarch64-3.13", "host-3.13", "musllinux_x86_64-3.13", "pyodide-0.29.4", "win_amd64-3.13")
PYPROJECT = """
[tool.pyz3]
platforms = [{platforms}]
test-command = ["python tests/check.py {{project}}", "needed"]
test-requires = ["needed"]
test-sources = ["tests/check.py"]
test-environment = {{ MARK = "set" }}
"""
SPEED = """
#include <Python.h>
static PyObject *crash(PyObject *self, PyObject *arg) {
    ((void (*)(void))(0x10))();
    Py_RETURN_NONE;
}
static PyMethodDef methods[] = {{"crash", crash, METH_NOARGS, NULL}, {NULL, NULL, 0, NULL}};
static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "probe", NULL, 0, methods};
PyMODINIT_FUNC PyInit_probe(void) { return PyModule_Create(&module); }
"""
CHECK = """
import os, sys
import needed, probe
assert os.environ["MARK"] == "set"
assert (os.listdir(), os.listdir("tests")) == (["tests"], ["check.py"])
assert not os.getcwd().startswith(sys.argv[1])
assert ("only_windows" in sys.modules) == (sys.platform == "win32")
print(sys.platform, *sys.version_info[:2])
"""
NEEDED = "import sys\nif sys.platform == 'win32':\n    import only_windows\n"
# How it ends in each: by a crash, an exit code, an exception.
ENDS = """
import platform, sys
import probe
if platform.machine() == "aarch64":
    sys.exit(3)
if sys.platform == "emscripten":
    raise RuntimeError("no")
probe.crash()
"""


@pytest.fixture(scope="module")
def project(pyz3_cache: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project and its wheels."""
    for name in RUNTIMES:
        runtimes.require(name)
    pyproject = PYPROJECT.format(platforms=", ".join(f'"{one}"' for one in PLATFORMS))
    files = {"probe.c": SPEED, "tests/check.py": CHECK, "tests/ends.py": ENDS}
    root = tmp_path_factory.mktemp("tested") / "probe"
    factory.write_project(root, pyproject + factory.extension("probe", "probe.c"), files)
    built = factory.pyz3("wheel", "--all-platforms", "--python", "3.13", cache=pyz3_cache, cwd=root)
    assert built.returncode == 0, built.stderr
    return root


def index(folder: Path) -> dict[str, str]:
    """Make a folder that pip takes for an index; what is needed on Windows alone is there too."""
    folder.mkdir()
    scripts = "[console_scripts]\nneeded = needed:main\n"
    text = NEEDED + "def main():\n    print('called')\n"
    path = put_wheel(
        folder, "needed", {"needed/__init__.py": text, "needed-1.0.dist-info/entry_points.txt": scripts}
    )
    require(path, "only_windows; sys_platform == 'win32'")
    put_wheel(folder, "only_windows", {"only_windows.py": ""})
    return {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(folder)}


def require(wheel: Path, requirement: str) -> None:
    """Have a wheel require something; its RECORD is left as it is, which pip does not look at."""
    with zipfile.ZipFile(wheel) as archive:
        texts = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(wheel, "w") as archive:
        for name, text in texts.items():
            more = f"Requires-Dist: {requirement}\n".encode() if name.endswith("/METADATA") else b""
            archive.writestr(name, more + text)


def suite_of(report: Path) -> ET.Element:
    """Give the only suite of a report."""
    (suite,) = ET.fromstring(report.read_bytes())  # noqa: S314 - ours
    return suite


def test_a_wheel_passes_wherever_it_runs(project: Path, pyz3_cache: Path, tmp_path: Path) -> None:
    report = tmp_path / "reports" / "junit.xml"
    done = factory.pyz3(
        *("test", "-v", "--junit", report), cache=pyz3_cache, cwd=project, **index(tmp_path / "index")
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.splitlines()[-1] == "5 passed, 0 failed, 1 not run"
    suite = suite_of(report)
    cases = {case.attrib["classname"]: case for case in suite}
    assert sorted(cases) == sorted((*RUNTIMES, "no interpreter"))
    printed = {name: case.findtext("system-out") for name, case in cases.items()}
    assert printed == {
        "host-3.13": "linux 3 13\ncalled\n",
        "linux_aarch64-3.13": "linux 3 13\ncalled\n",
        "musllinux_x86_64-3.13": "linux 3 13\ncalled\n",
        "pyodide-0.29.4": "emscripten 3 13\ncalled\n",
        "win_amd64-3.13": "win32 3 13\ncalled\n",
        "no interpreter": None,
    }
    (skipped,) = cases["no interpreter"]
    why = "no interpreter for cp313-macosx_arm64 is here: try it on such a machine"
    assert (skipped.tag, skipped.attrib) == ("skipped", {"message": f"not run: {why}"})
    assert f"- not run  probe-1-cp313-cp313-macosx_11_0_arm64.whl  {why}\n" in done.stdout


def test_how_tests_end_is_told(project: Path, pyz3_cache: Path, tmp_path: Path) -> None:
    command = ("--test-command", "python {project}/tests/ends.py", "--test-requires", "needed")
    report = tmp_path / "junit.xml"
    done = factory.pyz3(
        *("test", *command, "--junit", report), cache=pyz3_cache, cwd=project, **index(tmp_path / "index")
    )
    assert done.returncode == 1, done.stdout + done.stderr
    assert done.stdout.splitlines()[-1] == "0 passed, 5 failed, 1 not run"
    suite = suite_of(report)
    failures = {
        case.attrib["classname"]: (failure.attrib["message"], failure.text or "")
        for case in suite
        for failure in case.iter("failure")
    }
    crash = "ended by signal 11 (SIGSEGV), exit code 139"
    assert {name: reason for name, (reason, _) in failures.items() if not name.startswith("win")} == {
        "host-3.13": crash,
        "linux_aarch64-3.13": "exit code 3",
        "musllinux_x86_64-3.13": crash,
        "pyodide-0.29.4": "exit code 1",
    }
    # Wine 8 with its debugger ends with 0 every other time.
    assert failures["win_amd64-3.13"][0] in {"exit code 5", "it crashed, although its exit code is 0"}
    assert "Windows fatal exception: access violation" in failures["win_amd64-3.13"][1]
    assert "Fatal Python error: Segmentation fault" in failures["host-3.13"][1]
    assert "RuntimeError: no" in failures["pyodide-0.29.4"][1]
    for name, (reason, _) in failures.items():
        assert re.search(
            rf"^✗ failed  probe-1-.*\.whl  {name}.* s  {re.escape(reason)}$", done.stdout, re.MULTILINE
        )


def test_without_a_project_every_module_is_imported(pyz3_cache: Path, tmp_path: Path) -> None:
    runtimes.require(f"host-{'{}.{}'.format(*sys.version_info)}")
    dist = tmp_path / "dist"
    dist.mkdir()
    put_wheel(dist, "good", {"good/__init__.py": "", "good/inner.py": "1 / 0"})
    put_wheel(dist, "bad", {"bad.py": "import not_there", "fine.py": ""})
    put_wheel(dist, "none", {})
    put_wheel(dist, "mac", {"mac.py": ""}, tag="cp313-cp313-macosx_11_0_arm64")
    done = factory.pyz3("test", cache=pyz3_cache, cwd=tmp_path)
    assert done.returncode == 1, done.stderr
    assert done.stdout.splitlines()[0] == (
        "note: no project here says how to test bad-1.0-py3-none-any.whl, good-1.0-py3-none-any.whl, "
        "mac-1.0-cp313-cp313-macosx_11_0_arm64.whl and 1 more: modules are imported (--project DIR)"
    )
    assert re.search(
        r"^✗ failed  bad-1\.0-py3-none-any\.whl  host-\S+, .* s  exit code 1$", done.stdout, re.MULTILINE
    )
    assert "  ModuleNotFoundError: No module named 'not_there'\n" in done.stdout
    assert "  import fine\n  cannot be imported: bad\n" in done.stdout
    assert re.search(r"^✓ passed  good-1\.0-py3-none-any\.whl  host-\S+, .* s$", done.stdout, re.MULTILINE)
    assert "and it has no module to import" in done.stdout
    assert done.stdout.splitlines()[-1] == "1 passed, 1 failed, 2 not run"


def test_what_counts_as_failure(pyz3_cache: Path, tmp_path: Path) -> None:
    good = put_wheel(tmp_path, "good", {"good.py": ""})
    mac = put_wheel(tmp_path, "mac", {"mac.py": ""}, tag="cp313-cp313-macosx_11_0_arm64")

    def last(*args: str | Path) -> tuple[int, str]:
        done = factory.pyz3("test", *args, cache=pyz3_cache, cwd=tmp_path)
        return done.returncode, done.stdout.splitlines()[-1] if done.stdout else done.stderr

    assert last(mac) == (1, "0 passed, 0 failed, 1 not run; nothing was tested")
    assert last(good, mac, "--require") == (
        1,
        "1 passed, 0 failed, 1 not run; --require: what is not run has failed",
    )
    assert last(tmp_path / "none")[0] == 2
    done = factory.pyz3(
        *("test", good, "--timeout", "1", "--test-command", "python -c 'import time; time.sleep(60)'"),
        cache=pyz3_cache,
        cwd=tmp_path,
    )
    assert done.returncode == 1
    assert re.search(r"no end after 1 s$", done.stdout, re.MULTILINE)


def test_a_build_tests_what_it_has_built(pyz3_cache: Path, tmp_path: Path) -> None:
    tests = """
[tool.pyz3]
test-command = "python -c 'import probe, sys; sys.exit(probe.answer() - {})'"
test-skip = "*-musllinux_*"
"""
    files = {"probe.c": factory.ANSWER % {"name": "probe"}}
    own = factory.extension("probe", "probe.c")
    good = factory.write_project(tmp_path / "good", tests.format(42) + own, files)
    bad = factory.write_project(tmp_path / "bad", tests.format(0) + own, files)
    told = "test-command is not run by a build: pyz3 test does it, or pyz3 wheel --test"

    done = factory.pyz3("wheel", cache=pyz3_cache, cwd=good)
    assert (done.returncode, told in done.stdout) == (0, True)
    more = ("--platform", "linux-x86_64", "--platform", "musllinux-x86_64")
    done = factory.pyz3("wheel", "--test", *more, cache=pyz3_cache, cwd=good)
    assert done.returncode == 0, done.stdout + done.stderr
    assert told not in done.stdout
    assert done.stdout.splitlines()[-1] == "1 passed, 0 failed, 1 skipped"
    done = factory.pyz3("wheel", "--test", "--quiet", cache=pyz3_cache, cwd=bad)
    assert done.returncode == 1
    assert re.match(r"✗ failed  probe-1-cp.*  exit code 42\n", done.stdout)
    assert done.stdout.splitlines()[-1] == "0 passed, 1 failed"
    assert len(factory.listing(bad / "dist")) == 1
