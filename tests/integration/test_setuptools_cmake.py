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
"""


def test_cmake_builds_for_the_target(pyz3_cache: Path, tmp_path: Path) -> None:
    files = {
        "setup.py": SETUP,
        "CMakeLists.txt": LISTS,
        "other/other-config.cmake": "",
        "fast.c": factory.ANSWER % {"name": "fast"},
    }
    for name, text in files.items():
        path = tmp_path / "probe" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    platforms = ("linux-aarch64", "macos-arm64", "windows-x64")
    chosen = [word for name in platforms for word in ("--platform", name)]
    done = factory.pyz3("wheel", tmp_path / "probe", *chosen, "-o", tmp_path / "out", cache=pyz3_cache)
    assert done.returncode == 0, done.stderr
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
