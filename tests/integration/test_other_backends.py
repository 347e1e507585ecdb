"""Backends other than setuptools, unmodified: their hooks run with the target's view and our compilers."""

from __future__ import annotations

import os
import re
import zipfile
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import factory
import pytest
import runtimes

from pyz3.targets import Platform, PythonVersion, Target

if TYPE_CHECKING:
    from pathlib import Path

PYTHON = "3.13"
PLATFORMS = ("linux-x86_64", "windows-x64")
# A module that tells what it was compiled for, and a hook's own view of it.
CODE = factory.ANSWER % {"name": "fast"}
SETUP = """\
import sys
from setuptools import Extension, setup
macros = [("ANSWER", "7" if sys.platform == "win32" else "42")]
setup(name="probe", version="1", ext_modules=[Extension("fast", ["fast.c"], define_macros=macros)])
"""
# As projects of hatchling and poetry do it: setuptools' command, on a distribution of their own.
BUILD = """\
import shutil
import sys
from pathlib import Path
from setuptools import Distribution, Extension
from setuptools.command.build_ext import build_ext

def build(*_):
    macros = [("ANSWER", "7" if sys.platform == "win32" else "42")]
    extension = Extension("fast", ["fast.c"], define_macros=macros)
    command = build_ext(Distribution({"name": "probe", "ext_modules": [extension]}))
    command.ensure_finalized()
    command.run()
    return command.get_outputs()
"""
HATCH_HOOK = """\
from hatchling.builders.hooks.plugin.interface import BuildHookInterface

class Hook(BuildHookInterface):
    def initialize(self, version, build_data):
        build_data["pure_python"] = False
        build_data["infer_tag"] = True
        for path in build():
            build_data["force_include"][path] = Path(path).name
"""
POETRY_SCRIPT = """\
for path in build():
    shutil.copy(path, Path(path).name)
"""
MESON = """\
project('probe', 'c', version: '1')
py = import('python').find_installation(pure: false)
answer = host_machine.system() == 'windows' ? '7' : '42'
py.extension_module('fast', 'fast.c', c_args: ['-DANSWER=' + answer], install: true)
"""
PURE_MESON = """\
project('probe', version: '1')
import('python').find_installation().install_sources('probe.py')
"""
CMAKE = """\
cmake_minimum_required(VERSION 3.18)
project(probe LANGUAGES C)
find_package(Python REQUIRED COMPONENTS Interpreter Development.Module)
python_add_library(fast MODULE WITH_SOABI fast.c)
if(WIN32)
  target_compile_definitions(fast PRIVATE ANSWER=7)
endif()
install(TARGETS fast DESTINATION .)
"""
# One that nobody knows: it asks the environment for a compiler, as PEP 517 leaves it to.
OWN = """\
import os, shlex, subprocess, sys, sysconfig, zipfile

def build_wheel(folder, config_settings=None, metadata_directory=None):
    name = "fast" + sysconfig.get_config_var("EXT_SUFFIX")
    answer = "7" if sys.platform == "win32" else "42"
    flags = ["-shared", "-fPIC", f"-DANSWER={answer}", "-I" + sysconfig.get_path("include")]
    subprocess.run([*shlex.split(os.environ["CC"]), *flags, "fast.c", "-o", name], check=True)
    tag = f"cp{sys.version_info[0]}{sys.version_info[1]}"
    platform = sysconfig.get_platform().replace("-", "_").replace(".", "_")
    wheel = f"probe-1-{tag}-{tag}-{platform}.whl"
    info = "probe-1.dist-info/"
    with zipfile.ZipFile(os.path.join(folder, wheel), "w") as archive:
        KEEP
        archive.writestr(info + "METADATA", "Metadata-Version: 2.1\\nName: probe\\nVersion: 1\\n")
        text = f"Wheel-Version: 1.0\\nRoot-Is-Purelib: false\\nTag: {tag}-{tag}-{platform}\\n"
        archive.writestr(info + "WHEEL", text)
        archive.writestr(info + "RECORD", "")
    return wheel
"""


@dataclass(frozen=True, kw_only=True)
class Kind:
    """A project of one backend."""

    requires: str
    backend: str
    more: str = ""
    files: dict[str, str] = field(default_factory=dict)

    def write(self, root: Path) -> Path:
        system = f'[build-system]\nrequires = [{self.requires}]\nbuild-backend = "{self.backend}"\n'
        return factory.write_project(root, system + self.more, {"fast.c": CODE, **self.files})


KINDS = {
    "hatchling": Kind(
        requires='"hatchling", "setuptools"',
        backend="hatchling.build",
        more="[tool.hatch.build.targets.wheel]\nbypass-selection = true\n[tool.hatch.build.hooks.custom]\n",
        files={"hatch_build.py": BUILD + HATCH_HOOK},
    ),
    "poetry": Kind(
        requires='"poetry-core", "setuptools"',
        backend="poetry.core.masonry.api",
        more='[tool.poetry]\ninclude = [{path = "fast*.*", format = "wheel"}]\nbuild = "build.py"\n',
        files={"build.py": BUILD + POETRY_SCRIPT, "probe.py": ""},
    ),
    "pdm": Kind(
        requires='"pdm-backend", "setuptools"',
        backend="pdm.backend",
        more="[tool.pdm.build]\nrun-setuptools = true\n",
        files={"setup.py": SETUP},
    ),
    "meson": Kind(requires='"meson-python"', backend="mesonpy", files={"meson.build": MESON}),
    "scikit-build-core": Kind(
        requires='"scikit-build-core"', backend="scikit_build_core.build", files={"CMakeLists.txt": CMAKE}
    ),
    "own": Kind(
        requires="",
        backend="own",
        more='backend-path = ["."]\n',
        files={"own.py": OWN.replace("KEEP", "archive.write(name)")},
    ),
}


def changed_project(name: str, changed: dict[str, str], tmp_path: Path) -> Path:
    """Write one of the projects, with other files in it; give its folder."""
    root = KINDS[name].write(tmp_path / "probe")
    for file, text in changed.items():
        (root / file).write_text(text, encoding="utf-8")
    return root


@pytest.mark.runtime
@pytest.mark.parametrize("name", KINDS)
def test_a_module_is_imported_where_it_is_for(name: str, pyz3_cache: Path, tmp_path: Path) -> None:
    root = KINDS[name].write(tmp_path / "probe")
    platforms = ("linux-x86_64", "pyodide", "windows-x64")
    chosen = [word for platform in platforms for word in ("--platform", platform)]
    done = factory.pyz3("wheel", root, *chosen, "--python", PYTHON, "-o", tmp_path / "out", cache=pyz3_cache)
    assert done.returncode == 0, done.stdout + done.stderr
    wheels = sorted((tmp_path / "out").iterdir())
    systems = [wheel.name.rpartition("-")[2].partition("_")[0] for wheel in wheels]
    assert systems == ["manylinux", "pyemscripten", "win"]
    for wheel, platform, answer in zip(wheels, platforms, ("42", "42", "7"), strict=True):
        target = Target(platform=Platform(platform), python=PythonVersion.parse(PYTHON))
        assert wheel.name.startswith("probe-1-cp313-cp313-")
        with zipfile.ZipFile(wheel) as archive:
            assert f"fast{target.extension_suffix}" in archive.namelist()
        runtime = runtimes.runtime_for(target)
        assert runtime is not None
        said = runtimes.run_python(
            runtime, "import fast; print(fast.answer())", wheels=[wheel], tmp_path=tmp_path
        )
        assert said == f"{answer}\n"


# Meson runs Cython as a program of its own.
CYTHON_MESON = """\
project('probe', 'c', 'cython', version: '1')
py = import('python').find_installation(pure: false)
if meson.is_cross_build()
  py.extension_module('fast', 'fast.pyx', install: true)
endif
"""
CYTHON = """\
IF UNAME_SYSNAME == 'Windows':
    def answer(): return 7
ELSE:
    def answer(): return 42
"""


@pytest.mark.runtime
def test_cython_is_asked_for_the_targets_system(pyz3_cache: Path, tmp_path: Path) -> None:
    kind = Kind(
        requires='"meson-python", "cython>=3.1"',
        backend="mesonpy",
        files={"meson.build": CYTHON_MESON, "fast.pyx": CYTHON},
    )
    chosen = [word for platform in PLATFORMS for word in ("--platform", platform)]
    root, out = kind.write(tmp_path / "probe"), tmp_path / "out"
    done = factory.pyz3("wheel", root, *chosen, "--python", PYTHON, "-o", out, cache=pyz3_cache)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("note: the project asks whether it is cross-compiled (meson.build:3), and ") == 1
    for wheel, platform, answer in zip(sorted(out.iterdir()), PLATFORMS, ("42", "7"), strict=True):
        runtime = runtimes.runtime_for(
            Target(platform=Platform(platform), python=PythonVersion.parse(PYTHON))
        )
        assert runtime is not None
        code = "import fast; print(fast.answer())"
        assert runtimes.run_python(runtime, code, wheels=[wheel], tmp_path=tmp_path) == f"{answer}\n"


def test_what_a_script_asks_of_the_machine(pyz3_cache: Path, tmp_path: Path) -> None:
    """A Makefile's $(shell …): what the target answers, and what this machine does, which is told."""
    asking = "arch; getconf LONG_BIT; uname -m; getconf _NPROCESSORS_ONLN > n; ldd --version > n"
    kept = f"""archive.write(name)
        said = subprocess.check_output(["sh", "-c", {asking!r}])
        archive.writestr("said.txt", said)"""
    own = KINDS["own"]
    kind = Kind(requires="", backend="own", more=own.more, files={"own.py": OWN.replace("KEEP", kept)})
    root, out = kind.write(tmp_path / "probe"), tmp_path / "out"
    chosen = ("--platform", "linux-i686", "--python", PYTHON)
    done = factory.pyz3("wheel", root, *chosen, "-o", out, cache=pyz3_cache)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "note: the project looks at ldd: that is this machine's, and tells nothing " in done.stdout
    (made,) = out.iterdir()
    with zipfile.ZipFile(made) as archive:
        assert archive.read("said.txt").split() == [b"i686", b"32", b"i686"]


# With the policies of the newest CMake, and for the stable ABI.
CMAKE_STABLE = (
    CMAKE.replace("VERSION 3.18", "VERSION 3.18...4.3")
    .replace("Development.Module)", "Development.Module ${SKBUILD_SABI_COMPONENT})")
    .replace("WITH_SOABI", "USE_SABI ${SKBUILD_SABI_VERSION} WITH_SOABI")
)


@pytest.mark.runtime
def test_cmake_finds_the_targets_stable_abi(pyz3_cache: Path, tmp_path: Path) -> None:
    stable = Kind(
        requires='"scikit-build-core", "cmake>=4.1"',  # it has the policy CMP0190
        backend="scikit_build_core.build",
        more='[tool.scikit-build]\nwheel.py-api = "cp311"\n',
        files={"CMakeLists.txt": CMAKE_STABLE},
    )
    root = stable.write(tmp_path / "probe")
    chosen = [word for platform in (*PLATFORMS, "macos-arm64") for word in ("--platform", platform)]
    done = factory.pyz3("wheel", root, *chosen, "--python", PYTHON, "-o", tmp_path / "out", cache=pyz3_cache)
    assert done.returncode == 0, done.stdout + done.stderr
    wheels = sorted((tmp_path / "out").iterdir())
    assert [wheel.name.partition("_")[0] for wheel in wheels] == [
        *("probe-1-cp311-abi3-macosx", "probe-1-cp311-abi3-manylinux", "probe-1-cp311-abi3-win"),
    ]
    with zipfile.ZipFile(wheels[2]) as archive:
        assert b"python3.dll" in archive.read("fast.pyd")
        assert b"python313.dll" not in archive.read("fast.pyd")
    for wheel, platform, answer in zip(wheels[1:], PLATFORMS, ("42", "7"), strict=True):
        # An older one than that it was built with.
        runtime = runtimes.runtime_for(Target(platform=Platform(platform), python=PythonVersion(3, 11)))
        assert runtime is not None
        code = "import fast; print(fast.answer())"
        assert runtimes.run_python(runtime, code, wheels=[wheel], tmp_path=tmp_path) == f"{answer}\n"


@pytest.mark.parametrize(
    ("name", "changed", "message"),
    [
        # The hook is there, and its wheel holds nothing of what it has compiled.
        (
            "own",
            {"own.py": OWN.replace("KEEP", 'archive.writestr("probe.py", "")')},
            "the wheel would hold nothing of what was compiled for it: fast.",
        ),
        (
            "meson",
            {"meson.build": PURE_MESON, "probe.py": ""},
            "meson-python has compiled nothing: the wheel would be pure Python",
        ),
    ],
)
def test_a_wheel_without_what_was_compiled_is_an_error(
    name: str, changed: dict[str, str], message: str, *, pyz3_cache: Path, tmp_path: Path
) -> None:
    root = changed_project(name, changed, tmp_path)
    wheel = ("wheel", root, "--python", PYTHON, "--platform", "linux-x86_64", "-o", tmp_path / "out")
    done = factory.pyz3(*wheel, cache=pyz3_cache)
    assert done.returncode == 1
    assert message in done.stderr
    assert "tip: --allow-pure makes a wheel without it" in done.stderr
    assert not factory.listing(tmp_path / "out")
    done = factory.pyz3(*wheel, "--allow-pure", cache=pyz3_cache)
    assert done.returncode == 0, done.stderr
    (made,) = (tmp_path / "out").iterdir()
    with zipfile.ZipFile(made) as archive:
        assert [file for file in archive.namelist() if ".dist-info/" not in file] == ["probe.py"]


@pytest.mark.parametrize(
    ("name", "changed", "said"),
    [
        (
            "meson",
            {"meson.build": MESON + "meson.get_compiler('c').has_header('frob.h', required: true)\n"},
            [
                "building the project failed: Meson could not configure it",
                "meson.build:N:N: ERROR: C header 'frob.h' not found",
                "testfile.c:N:N: error: \"Header 'frob.h' could not be found\"",
            ],
        ),
        (
            "scikit-build-core",
            {"fast.c": CODE + "int f(void) { return unknown; }\n"},
            [
                "building the project failed: a command of its build failed",
                "fast.c:N:N: error: use of undeclared identifier 'unknown'",
            ],
        ),
    ],
)
def test_an_error_is_its_cause(
    name: str, changed: dict[str, str], said: list[str], *, pyz3_cache: Path, tmp_path: Path
) -> None:
    root = changed_project(name, changed, tmp_path)
    wheel = ("wheel", root, "--python", PYTHON, "--platform", "linux-aarch64", "-o", tmp_path / "out")
    done = factory.pyz3(*wheel, cache=pyz3_cache)
    assert done.returncode == 1
    lines = done.stderr.splitlines()
    start = lines.index(said[0])
    found = [re.sub(r":\d+:\d+:", ":N:N:", line) for line in lines[start : start + len(said)]]
    assert found == said
    assert lines[-2].startswith("tip: ")
    assert lines[-1] == 'more: pyz3 explain "building the project failed: …"'
    # The code, its marks, how many errors: no more.
    assert len(lines[start + len(said) : -2]) == 3


@pytest.mark.parametrize(
    ("name", "changed", "language"),
    [
        ("meson", {"meson.build": MESON + "add_languages('fortran', native: false)\n"}, "Fortran"),
        ("scikit-build-core", {"CMakeLists.txt": CMAKE + "enable_language(CUDA)\n"}, "CUDA"),
        # setuptools or a hook: whoever runs it.
        (
            "hatchling",
            {"hatch_build.py": "import subprocess\nsubprocess.check_call(['cargo', 'build'])\n"},
            "Rust",
        ),
    ],
)
def test_a_language_that_is_not_compiled_is_named(
    name: str, changed: dict[str, str], language: str, *, pyz3_cache: Path, tmp_path: Path
) -> None:
    root = changed_project(name, changed, tmp_path)
    wheel = ("wheel", root, "--python", PYTHON, "--platform", "linux-aarch64", "-o", tmp_path / "out")
    done = factory.pyz3(*wheel, cache=pyz3_cache)
    assert done.returncode == 1
    said = f"the project needs a compiler of {language}: pyz3 compiles no {language}"
    assert said in done.stderr.splitlines()
    assert "tip: cibuildwheel builds it, on a machine of each system; " in done.stderr


# char has a sign on x86_64, and none on Arm: it is what a program that runs there says.
CHECK = "int main(void) { return ((char)-1 > 0) ? 7 : 9; }"
MESON_RUN = f"""\
project('probe', 'c', version: '1')
py = import('python').find_installation(pure: false)
answer = meson.get_compiler('c').run('{CHECK}').returncode().to_string()
py.extension_module('fast', 'fast.c', c_args: ['-DANSWER=' + answer], install: true)
"""
CMAKE_RUN = f"""\
{CMAKE}
file(WRITE "${{CMAKE_BINARY_DIR}}/check.c" "{CHECK}")
try_run(ANSWER COMPILED "${{CMAKE_BINARY_DIR}}" "${{CMAKE_BINARY_DIR}}/check.c")
target_compile_definitions(fast PRIVATE ANSWER=${{ANSWER}})
"""


@pytest.mark.runtime
@pytest.mark.parametrize(
    ("name", "changed"),
    [("meson", {"meson.build": MESON_RUN}), ("scikit-build-core", {"CMakeLists.txt": CMAKE_RUN})],
)
def test_a_check_that_runs_a_program_has_the_targets_answer(
    name: str, changed: dict[str, str], *, pyz3_cache: Path, tmp_path: Path
) -> None:
    runtime = runtimes.require("linux_aarch64-3.13")
    root = changed_project(name, changed, tmp_path)
    # qemu by its name on PATH, with the target's C library.
    folder = runtime.command.parents[1] / "opt"
    qemu = tmp_path / "bin" / "qemu-aarch64"
    qemu.parent.mkdir()
    program = f"{folder}/qemu/usr/bin/qemu-aarch64-static"
    qemu.write_text(f'#!/bin/sh\nexec "{program}" -L "{folder}/linux_aarch64-3.13" "$@"\n')
    qemu.chmod(0o755)
    path = f"{qemu.parent}{os.pathsep}{os.environ['PATH']}"
    chosen = ("--platform", "linux-aarch64", "--platform", "macos-arm64", "--python", PYTHON)
    done = factory.pyz3("wheel", root, *chosen, "-o", tmp_path / "out", cache=pyz3_cache, PATH=path)
    assert done.returncode == 1
    (wheel,) = (tmp_path / "out").iterdir()
    code = "import fast; print(fast.answer())"
    assert runtimes.run_python(runtime, code, wheels=[wheel], tmp_path=tmp_path) == "7\n"
    # Nothing here runs what is made for macOS, and nobody guesses.
    said = {"meson": "Can not run test applications", "scikit-build-core": '"cmake.define.ANSWER" = "0"'}
    assert said[name] in done.stderr
    assert " on PATH runs it" not in done.stderr
