#!/usr/bin/env python3
"""Measures pyz3 on examples/hello and prints JSON.

usage: python scripts/bench.py [--runs N] [--only NAME...]
       python scripts/bench.py --page [--rounds N] [--cold-rounds N] [--rivals PYTHON]

With --page it measures pyz3 against other tools, and what size costs, and writes docs/performance.json,
docs/performance.md and their plots; see performance.py.  All else is for whoever works on pyz3:

Each benchmark runs in a copy of the project with the user's warm cache; it is run once unmeasured,
then N times, and reports the best and the median in seconds of wall clock.  Machines are noisy:
compare numbers of one run with each other, not across runs.

nothing-changed   five platforms and five Pythons (3.9 to 3.13), no source touched
source-changed    the same, the C source changed before each run
all-unchanged     the eight default platforms, macOS universal2 and Pyodide, for every Python that has
                  headers here (with 3.14 and 3.15 in PYZ3_PYTHON_HEADERS: 94 wheels)
all-changed       the same, the C source changed before each run
setuptools-one    markupsafe, an unmodified setuptools project, for Linux x86_64 and one Python, its C
                  source changed before each run
setuptools-all    the same for the eight default platforms and five Pythons
setuptools-unchanged  the same, no source touched
setup-skipped     ten setuptools projects for the eight default platforms and one Python: processor
                  seconds after an edit of a source, and of a source and setup.py, which runs again then
core              a C++ core that knows nothing of Python, changed, with a C module: processor seconds for one
                  Python and for five, and their ratio, built by pyz3 and as a setuptools project
against-build     forty wheels of hello, unchanged and changed, against one wheel of it by "python -m build
                  --wheel --no-isolation" after the same change, in turn
size              bytes of hello._speed for Linux x86_64, against the same file built by gcc -O2 and
                  stripped, both with this Python's headers
hardening         what a stack protector, _FORTIFY_SOURCE and a build-id cost four projects from PyPI:
                  bytes of their modules and processor time of one task, as ratios to the wheel without
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import sysconfig
import tempfile
import time
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import performance_page
from performance import fetched, measure_all

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

ROOT = Path(__file__).resolve().parent.parent
PLATFORMS = ("linux-x86_64", "linux-aarch64", "macos-x86_64", "macos-arm64", "windows-x64")
PYTHONS = ("3.9", "3.10", "3.11", "3.12", "3.13")
DEFAULT = (*PLATFORMS, "musllinux-x86_64", "musllinux-aarch64", "windows-arm64")
EVERY = (*DEFAULT, "macos-universal2", "pyodide")
# Projects whose setup.py compiles C or C++ and reads none of it.
SKIPPING = (
    "bitarray==3.8.0",
    "lz4==4.4.5",
    "markupsafe==3.0.3",
    "msgpack==1.1.2",
    "psutil==7.2.1",
    "regex==2025.11.3",
    "simplejson==3.20.2",
    "tornado==6.5.4",
    "ujson==5.11.0",
    "xxhash==3.6.0",
)
# What can be asked for, as [tool.pyz3.extra] of a setuptools project says it.
HARDENING = {
    "plain": "",
    "stack-protector": 'cflags = ["-fstack-protector-strong"]',
    "fortify": 'cflags = ["-D_FORTIFY_SOURCE=2"]',
    "build-id": 'ldflags = ["-Wl,--build-id=sha1"]',
}
CORE = """
#include <map>
#include <regex>
#include <sstream>
#include <string>
extern "C" long words(const char *text) {
    std::map<std::string, int> seen;
    std::regex word("[a-z]+");
    std::string all(text);
    for (std::sregex_iterator i(all.begin(), all.end(), word), end; i != end; ++i) ++seen[i->str()];
    std::ostringstream out;
    for (auto &one : seen) out << one.first << one.second;
    return static_cast<long>(out.str().size());
}
"""
MODULE = """
#include <Python.h>
long words(const char *text);
static PyObject *count(PyObject *self, PyObject *arg) {
    const char *text = PyUnicode_AsUTF8(arg);
    (void)self;
    return text ? PyLong_FromLong(words(text)) : NULL;
}
static PyMethodDef methods[] = {{"words", count, METH_O, ""}, {NULL, NULL, 0, NULL}};
static struct PyModuleDef definition = {PyModuleDef_HEAD_INIT, "core", "", -1, methods, 0, 0, 0, 0};
PyMODINIT_FUNC PyInit_core(void) { return PyModule_Create(&definition); }
"""
_PROJECT = '[project]\nname = "core"\nversion = "1"\n'
NATIVE = f"""{_PROJECT}[build-system]
requires = ["pyz3==0.1.*"]
build-backend = "pyz3.backend"
[[tool.pyz3.extensions]]
name = "core"
sources = ["*.cpp", "*.c"]
"""
SETUP = """
from setuptools import Extension, setup
setup(ext_modules=[Extension("core", ["core.cpp", "module.c"])], py_modules=[])
"""
# Project, and a task that spends its time in the project's own code.
TASKS = {
    "lz4==4.4.5": (
        "import lz4.block; data = bytes(range(256)) * 64 + b'lz4' * 9000",
        "lz4.block.decompress(lz4.block.compress(data))",
    ),
    "markupsafe==3.0.3": (
        "import markupsafe; text = '<a href=\"x\">&amp; plain words</a>' * 40",
        "markupsafe.escape(text)",
    ),
    "msgpack==1.1.2": (
        "import msgpack; data = [{'id': n, 'name': 'x' * n, 'value': n / 7} for n in range(60)]",
        "msgpack.unpackb(msgpack.packb(data))",
    ),
    "ujson==5.11.0": (
        "import ujson; data = [{'id': n, 'name': 'x' * n, 'value': n / 7} for n in range(60)]",
        "ujson.loads(ujson.dumps(data))",
    ),
}


def main() -> None:
    """Run the benchmarks asked for."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--only", nargs="+", choices=sorted(BENCHMARKS), default=sorted(BENCHMARKS))
    page = parser.add_argument_group("docs/performance.md")
    page.add_argument("--page", action="store_true", help="write it, and nothing else")
    page.add_argument("--rounds", type=int, default=5)
    page.add_argument("--cold-rounds", type=int, default=5)
    page.add_argument("--rivals", type=Path, help="a Python that has the other tools; default: one is made")
    options = parser.parse_args()
    if options.page:
        write_page(measure_all(options.rounds, options.cold_rounds, options.rivals))
        return
    result = {
        "machine": {"system": platform.platform(), "processors": os.cpu_count(), "load": os.getloadavg()[0]},
        **{name: BENCHMARKS[name](options.runs) for name in options.only},
    }
    print(json.dumps(result, indent=2))


def write_page(data: dict[str, object]) -> None:
    """Write what was measured, and the page about it."""
    docs = ROOT / "docs"
    (docs / "performance.json").write_text(json.dumps(data, indent=1) + "\n", encoding="utf-8")
    for name, text in performance_page.files(data).items():
        (docs / name).write_text(text, encoding="utf-8")


def nothing_changed(runs: int) -> dict[str, object]:
    """Measure a build that has nothing to do."""
    return _measure(runs, _leave)


def source_changed(runs: int) -> dict[str, object]:
    """Measure a build after an edit."""
    return _measure(runs, _edit)


def all_unchanged(runs: int) -> dict[str, object]:
    """Measure every identifier when there is nothing to do."""
    return _measure(runs, _leave, platforms=EVERY, pythons=("all",))


def all_changed(runs: int) -> dict[str, object]:
    """Measure every identifier after an edit."""
    return _measure(runs, _edit, platforms=EVERY, pythons=("all",))


def setuptools_one(runs: int) -> dict[str, object]:
    """Measure one wheel of a setuptools project after an edit."""
    return _measure(runs, _edit, platforms=("linux-x86_64",), pythons=("3.13",), copy=_markupsafe)


def setuptools_all(runs: int) -> dict[str, object]:
    """Measure all wheels of a setuptools project after an edit."""
    return _measure(runs, _edit, platforms=DEFAULT, copy=_markupsafe)


def setuptools_unchanged(runs: int) -> dict[str, object]:
    """Measure all wheels of a setuptools project when there is nothing to do."""
    return _measure(runs, _leave, platforms=DEFAULT, copy=_markupsafe)


def setup_skipped(runs: int) -> dict[str, object]:
    """Measure what it saves that a setup.py which does not read a source is not run again for it.

    The processor time of builds after a new comment in a source and in setup.py, less that of builds after
    one in the source alone.
    """
    return {requirement: _hooks(requirement, runs) for requirement in SKIPPING}


def _hooks(requirement: str, runs: int) -> dict[str, float]:
    arguments = [*(word for name in DEFAULT for word in ("--platform", name)), "--python", "3.13"]
    spent: dict[str, list[float]] = {"skipped": [], "run again": []}
    with tempfile.TemporaryDirectory() as scratch:
        project = fetched(requirement, Path(scratch))
        source = min(path for path in project.rglob("*") if path.suffix in {".c", ".cc", ".cpp"})
        for _ in range(runs + 1):
            for way, seconds in spent.items():
                _add(source, f"/* {time.time_ns()} */")
                if way == "run again":
                    _add(project / "setup.py", f"# {time.time_ns()}")
                before = sum(os.times()[2:4])
                _build(project, Path(scratch) / "dist", arguments)
                seconds.append(sum(os.times()[2:4]) - before)
    best = {way: round(min(seconds[1:]), 2) for way, seconds in spent.items()}
    return {**best, "saved": round(best["run again"] - best["skipped"], 2)}


def _add(path: Path, line: str) -> None:
    with path.open("a", encoding="utf-8") as file:
        file.write(f"\n{line}\n")


def core(runs: int) -> dict[str, object]:
    """Measure what more Pythons cost of a source that sees none of their headers."""
    return {"native": _core(runs, setup=""), "setuptools": _core(runs, setup=SETUP)}


def _core(runs: int, *, setup: str) -> dict[str, float]:
    spent: dict[tuple[str, ...], list[float]] = {("3.13",): [], PYTHONS: []}
    with tempfile.TemporaryDirectory() as scratch:
        project = Path(scratch) / "core"
        project.mkdir()
        files = {"core.cpp": CORE, "module.c": MODULE, "pyproject.toml": _PROJECT if setup else NATIVE}
        for name, text in {**files, **({"setup.py": setup} if setup else {})}.items():
            (project / name).write_text(text, encoding="utf-8")
        for _ in range(runs + 1):
            for pythons, seconds in spent.items():
                _edit(project / "core.cpp")
                words = [word for version in pythons for word in ("--python", version)]
                before = sum(os.times()[2:4])
                _build(project, Path(scratch) / "dist", ["--platform", "linux-x86_64", *words])
                seconds.append(sum(os.times()[2:4]) - before)
    one, five = (statistics.median(seconds[1:]) for seconds in spent.values())
    return {"one": round(one, 2), "five": round(five, 2), "ratio": round(five / one, 2)}


def against_build(runs: int) -> dict[str, object]:
    """Measure forty wheels against one of the same project by its build backend."""
    words = [word for name in DEFAULT for word in ("--platform", name)]
    words += [word for version in PYTHONS for word in ("--python", version)]
    spent: dict[str, list[float]] = {"forty, changed": [], "forty, unchanged": [], "one by build": []}
    with tempfile.TemporaryDirectory() as scratch:
        project = _copy(Path(scratch))
        (source,) = project.glob("src/*/*.c")
        build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", f"{scratch}/one"]
        for _ in range(runs + 1):
            for way, seconds in spent.items():
                if way != "forty, unchanged":
                    _edit(source)
                started = time.perf_counter()
                if way == "one by build":
                    subprocess.run([*build, str(project)], check=True, capture_output=True)
                else:
                    _build(project, Path(scratch) / "dist", words)
                seconds.append(time.perf_counter() - started)
    medians = {way: statistics.median(seconds[1:]) for way, seconds in spent.items()}
    ratios = {f"{way}, ratio": round(value / medians["one by build"], 2) for way, value in medians.items()}
    return {**{way: round(value, 3) for way, value in medians.items()}, **ratios}


def _leave(_source: Path) -> None:
    """Change nothing."""


def _edit(source: Path) -> None:
    # Zig's cache goes by content, so the edit must be a new one.
    with source.open("a", encoding="utf-8") as file:
        file.write(f"\n/* {time.time_ns()} */\n")


def size(_runs: int) -> dict[str, object]:
    """Compare sizes with the host's compiler."""
    gcc = shutil.which("gcc")
    if gcc is None:
        return {"skipped": "no gcc here"}
    with tempfile.TemporaryDirectory() as scratch:
        project = _copy(Path(scratch))
        _build(project, Path(scratch) / "dist", ["--platform", "linux-x86_64"])
        (wheel,) = (Path(scratch) / "dist").glob("*.whl")
        with zipfile.ZipFile(wheel) as archive:
            ours = next(info.file_size for info in archive.infolist() if info.filename.endswith(".so"))
        other = Path(scratch) / "gcc.so"
        include = sysconfig.get_path("include")
        flags = ["-shared", "-fPIC", "-O2", "-DNDEBUG", "-fwrapv", "-fvisibility=hidden", "-s"]
        sources = sorted((project / "src" / "hello").glob("*.c"))
        subprocess.run([gcc, *flags, f"-I{include}", *sources, "-o", other], check=True)
        theirs = other.stat().st_size
    return {"pyz3_bytes": ours, "gcc_bytes": theirs, "ratio": round(ours / theirs, 3)}


def hardening(runs: int) -> dict[str, object]:
    """Measure what each kind of hardening costs, as ratios to the wheel without."""
    with tempfile.TemporaryDirectory() as scratch:
        return {
            requirement: _hardened(requirement, *task, runs=runs, scratch=Path(scratch))
            for requirement, task in TASKS.items()
        }


def _hardened(requirement: str, setup: str, task: str, *, runs: int, scratch: Path) -> dict[str, object]:
    sizes: dict[str, int] = {}
    seconds: dict[str, list[float]] = {name: [] for name in HARDENING}
    folders = {name: scratch / requirement / name for name in HARDENING}
    for name, extra in HARDENING.items():
        folders[name].mkdir(parents=True)
        config = folders[name] / "pyz3.toml"
        config.write_text(f"[tool.pyz3.extra]\n{extra}\n", encoding="utf-8")
        _build(requirement, folders[name] / "dist", ["--config", str(config), "--platform", "linux-x86_64"])
        (wheel,) = (folders[name] / "dist").glob("*.whl")
        with zipfile.ZipFile(wheel) as archive:
            archive.extractall(folders[name])
            sizes[name] = sum(i.file_size for i in archive.infolist() if i.filename.endswith(".so"))
    # In turn: what else the machine does falls upon all of them.
    for _ in range(runs):
        for name, folder in folders.items():
            seconds[name].append(_processor_time(folder, setup, task))
    return {
        name: {
            "bytes": round(sizes[name] / sizes["plain"], 4),
            "processor_time": round(min(seconds[name]) / min(seconds["plain"]), 3),
        }
        for name in HARDENING
        if name != "plain"
    }


def _processor_time(folder: Path, setup: str, task: str) -> float:
    """Give the best of 20 rounds of a task, in seconds."""
    code = (
        "import time, timeit; "
        f"print(min(timeit.repeat({task!r}, {setup!r}, timer=time.process_time, number=500, repeat=20)))"
    )
    environ = {**os.environ, "PYTHONPATH": str(folder)}
    done = subprocess.run(
        [sys.executable, "-c", code], env=environ, capture_output=True, text=True, check=True
    )
    return float(done.stdout)


def _measure(
    runs: int,
    before: Callable[[Path], None],
    *,
    platforms: Sequence[str] = PLATFORMS,
    pythons: Sequence[str] = PYTHONS,
    copy: Callable[[Path], Path] | None = None,
) -> dict[str, object]:
    arguments = [word for name in platforms for word in ("--platform", name)]
    arguments += [word for version in pythons for word in ("--python", version)]
    seconds = []
    with tempfile.TemporaryDirectory() as scratch:
        project = (copy or _copy)(Path(scratch))
        (source,) = project.glob("src/*/*.c")
        for _ in range(runs + 1):
            before(source)
            started = time.perf_counter()
            _build(project, Path(scratch) / "dist", arguments)
            seconds.append(time.perf_counter() - started)
        wheels = len(list((Path(scratch) / "dist").glob("*.whl")))
    measured = seconds[1:]
    return {
        "wheels": wheels,
        "best_seconds": round(min(measured), 3),
        "median_seconds": round(statistics.median(measured), 3),
    }


def _copy(scratch: Path) -> Path:
    return Path(shutil.copytree(ROOT / "examples" / "hello", scratch / "hello"))


def _markupsafe(scratch: Path) -> Path:
    return fetched("markupsafe==3.0.3", scratch)


def _build(
    project: Path | str, output: Path, arguments: list[str], environ: dict[str, str] | None = None
) -> None:
    command = [sys.executable, "-m", "pyz3", "wheel", str(project), "-q", "-o", str(output), *arguments]
    subprocess.run(command, check=True, env=environ)


BENCHMARKS: dict[str, Callable[[int], dict[str, object]]] = {
    "nothing-changed": nothing_changed,
    "source-changed": source_changed,
    "all-unchanged": all_unchanged,
    "setuptools-one": setuptools_one,
    "setuptools-all": setuptools_all,
    "setuptools-unchanged": setuptools_unchanged,
    "all-changed": all_changed,
    "setup-skipped": setup_skipped,
    "core": core,
    "against-build": against_build,
    "size": size,
    "hardening": hardening,
}

if __name__ == "__main__":
    main()
