"""Projects whose setup.py runs CMake: it finds the target's Python, and files of packages."""

from __future__ import annotations

import shutil
import zipfile
from typing import TYPE_CHECKING

import factory
import lief
import pytest

from pyz3.targets import Platform, PythonVersion, Target

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.skipif(not shutil.which("cmake"), reason="CMake is not installed")

SETUP = """\
import subprocess
import sys
from pathlib import Path
from setuptools import Extension, setup
from setuptools.command.build_ext import build_ext

class CMake(build_ext):
    def build_extension(self, extension):
        place = Path(self.get_ext_fullpath(extension.name)).resolve().parent
        work = Path(self.build_temp, extension.name).resolve()
        work.mkdir(parents=True)
        subprocess.run([
            "cmake", str(Path.cwd()), f"-DPython_EXECUTABLE={sys.executable}",
            f"-DCMAKE_LIBRARY_OUTPUT_DIRECTORY={place}", "-DCMAKE_BUILD_TYPE=Release",
        ], cwd=work, check=True)
        subprocess.run(["cmake", "--build", "."], cwd=work, check=True)

setup(name="probe", version="1", ext_modules=[Extension("fast", [])], cmdclass={"build_ext": CMake})
"""
LISTS = """\
cmake_minimum_required(VERSION 3.18)
project(probe LANGUAGES C)
find_package(Python REQUIRED COMPONENTS Interpreter Development.Module)
execute_process(
  COMMAND ${Python_EXECUTABLE} -c "import sysconfig; print(sysconfig.get_path('include'), end='')"
  OUTPUT_VARIABLE include)
if(NOT include STREQUAL Python_INCLUDE_DIRS)
  message(FATAL_ERROR "${include} is not ${Python_INCLUDE_DIRS}")
endif()
find_package(other CONFIG REQUIRED HINTS ${CMAKE_CURRENT_SOURCE_DIR}/other)
python_add_library(fast MODULE WITH_SOABI fast.c)
if(NOT CMAKE_CROSSCOMPILING)
  message(FATAL_ERROR "it is cross-compiled")
endif()
"""


# As pybind11's example for CMake calls it, and from a script that setup.py starts.
STUDIO = """\
import os
import subprocess
import sys
from pathlib import Path
from setuptools import Extension, setup
from setuptools.command.build_ext import build_ext

class CMake(build_ext):
    def build_extension(self, extension):
        place = Path(self.get_ext_fullpath(extension.name)).resolve().parent
        work = Path(self.build_temp, extension.name).resolve()
        work.mkdir(parents=True)
        options = [f"-DCMAKE_LIBRARY_OUTPUT_DIRECTORY_RELEASE={place}"]
        options += [f"-DPython_EXECUTABLE={sys.executable}"]
        if sys.platform == "win32":
            options += ["-A", "x64", "-G", "Visual Studio 17 2022"]
        environment = {**os.environ, "CMAKE_GENERATOR_TOOLSET": "host=x64"}
        subprocess.check_call(["cmake", str(Path.cwd()), *options], cwd=work, env=environment)
        subprocess.check_call([sys.executable, str(Path.cwd() / "make.py")], cwd=work)

setup(name="probe", version="1", ext_modules=[Extension("fast", [])], cmdclass={"build_ext": CMake})
"""
MAKE = """\
import subprocess
subprocess.run(["cmake", "--build", ".", "--config", "Release", "--", "/m"], check=True)
"""


def test_cmake_is_not_told_what_is_for_visual_studio(pyz3_cache: Path, tmp_path: Path) -> None:
    files = {
        "setup.py": STUDIO,
        "make.py": MAKE,
        "CMakeLists.txt": LISTS,
        "other/other-config.cmake": "",
        "fast.c": "#ifndef NDEBUG\n#error not for release\n#endif\n" + factory.ANSWER % {"name": "fast"},
    }
    _write(tmp_path / "probe", files)
    done = factory.pyz3(
        "wheel", tmp_path / "probe", "--platform", "windows-x64", "-o", tmp_path / "out", cache=pyz3_cache
    )
    assert done.returncode == 0, done.stderr
    (wheel,) = (tmp_path / "out").glob("*.whl")
    target = Target(platform=Platform("windows-x64"), python=PythonVersion.current())
    assert [name for name in zipfile.ZipFile(wheel).namelist() if name.startswith("fast.")] == [
        f"fast{target.extension_suffix}"
    ]
    lost = ("CMAKE_GENERATOR_TOOLSET=host=x64", "-A x64", "-G Visual Studio 17 2022")
    left_out = "is left out: what CMake writes here is for Ninja or make"
    added = (
        "cmake: -DCMAKE_BUILD_TYPE=Release is added: Ninja and make are told the kind of build when CMake "
        "configures it, Visual Studio when it is built"
    )
    told = [line for line in done.stdout.splitlines() if line.startswith("note: cmake: ")]
    assert told == [
        *(f"note: cmake: {one} {left_out}" for one in lost),
        f"note: {added}",
        f"note: cmake: /m {left_out}",
    ]


def _write(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def test_cmake_builds_for_the_target(pyz3_cache: Path, tmp_path: Path) -> None:
    files = {
        "setup.py": SETUP,
        "CMakeLists.txt": LISTS,
        "other/other-config.cmake": "",
        "fast.c": factory.ANSWER % {"name": "fast"},
    }
    _write(tmp_path / "probe", files)
    platforms = ("linux-aarch64", "macos-arm64", "windows-x64")
    chosen = [word for name in platforms for word in ("--platform", name)]
    done = factory.pyz3("wheel", tmp_path / "probe", *chosen, "-o", tmp_path / "out", cache=pyz3_cache)
    assert done.returncode == 0, done.stderr
    line = LISTS.splitlines().index("if(NOT CMAKE_CROSSCOMPILING)") + 1
    told = (
        f"note: the project asks whether it is cross-compiled (CMakeLists.txt:{line}), and the answer is "
        "yes, also for this machine's own platform: what it may leave out then is not in the wheel"
    )
    assert [text for text in done.stdout.splitlines() if "cross-compiled" in text] == [told]
    formats = {}
    for wheel in (tmp_path / "out").glob("*.whl"):
        archive = zipfile.ZipFile(wheel)
        (name,) = (name for name in archive.namelist() if name.startswith("fast."))
        formats[name] = type(lief.parse(archive.read(name)))
    suffixes = {
        name: Target(platform=Platform(name), python=PythonVersion.current()).extension_suffix
        for name in platforms
    }
    assert formats == {
        f"fast{suffixes['linux-aarch64']}": lief.ELF.Binary,
        f"fast{suffixes['macos-arm64']}": lief.MachO.Binary,
        f"fast{suffixes['windows-x64']}": lief.PE.Binary,
    }
