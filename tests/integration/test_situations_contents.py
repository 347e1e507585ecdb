"""Situations of public bug reports: what is in a wheel decides its tag, and nothing of it is lost."""

from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING

import situations

if TYPE_CHECKING:
    from pathlib import Path

_SETUPTOOLS = '[build-system]\nrequires = ["setuptools>=77"]\nbuild-backend = "setuptools.build_meta"\n'
_LINUX = ("linux-x86_64", "linux-aarch64")


def test_a_wheel_with_a_program_is_one_for_its_platform(pyz3_cache: Path, tmp_path: Path) -> None:
    project = situations.PROJECTS / "native_program"
    built = situations.build(project, cache=pyz3_cache, tmp_path=tmp_path)
    assert built.done.returncode == 0, built.done.stderr
    assert sorted(
        path.name.removeprefix("native_program-1-7-").removesuffix(".whl") for path in built.wheels
    ) == [
        "py3-none-macosx_10_13_x86_64",
        "py3-none-macosx_11_0_arm64",
        "py3-none-manylinux_2_17_aarch64.manylinux2014_aarch64",
        "py3-none-manylinux_2_17_x86_64.manylinux2014_x86_64",
        "py3-none-musllinux_1_2_x86_64",
        "py3-none-win_amd64",
    ]
    with zipfile.ZipFile(built.wheel("macosx_11_0")) as archive:
        assert archive.read("native_program-1.dist-info/WHEEL").decode().splitlines()[2:] == [
            "Root-Is-Purelib: false",
            "Build: 7",
            "Tag: py3-none-macosx_11_0_arm64",
        ]
        modes = {
            name: archive.getinfo(f"native_program/{name}").external_attr >> 16
            for name in ("greet", "greet.archive")
        }
    assert modes == {"greet": 0o100755, "greet.archive": 0o100644}
    code = "import native_program; print(native_program.greet())"
    runs = ("host-3.13", "win_amd64-3.13")  # programs of others do not find their loader here
    assert built.prints(code, runs) == dict.fromkeys(runs, "good day")


def test_a_program_of_this_machine_is_refused_elsewhere(pyz3_cache: Path, tmp_path: Path) -> None:
    project = situations.copy("native_program", tmp_path)
    script = project / "setup.py"
    lines = ['import shutil; shutil.copy(os.path.realpath("/bin/true"), program)', "return"]
    text = script.read_text(encoding="utf-8").replace(
        "        subprocess", f"        {lines[0]}\n        subprocess", 1
    )
    script.write_text(text.replace('"-o", program]', '"-o", "greet.elsewhere"]'), encoding="utf-8")
    built = situations.build(project, cache=pyz3_cache, tmp_path=tmp_path, platforms=("linux-aarch64",))
    assert (built.done.returncode, built.wheels) == (9, ())
    assert (
        "native_program/greet is for Linux on x86_64, but cp313-manylinux_aarch64 needs" in built.done.stderr
    )


def test_two_floors_of_the_stable_abi(pyz3_cache: Path, tmp_path: Path) -> None:
    pythons = [word for version in ("3.9", "3.10", "3.11", "3.13") for word in ("--python", version)]
    built = situations.build(
        situations.PROJECTS / "two_floors",
        *pythons,
        cache=pyz3_cache,
        tmp_path=tmp_path,
        platforms=_LINUX[:1],
        python="",
    )
    assert built.done.returncode == 0, built.done.stderr
    tags = [path.name.split("-")[2] for path in built.wheels]
    assert tags == ["cp311", "cp39"]
    assert len({built.files(f"-{tag}-abi3")["two_floors.abi3.so"] for tag in tags}) == len(tags)


def test_wheels_without_binaries_that_differ(pyz3_cache: Path, tmp_path: Path) -> None:
    """One for every platform would be wrong on all but one."""
    project = tmp_path / "differs"
    (project / "differs").mkdir(parents=True)
    (project / "pyproject.toml").write_text(_SETUPTOOLS, encoding="utf-8")
    (project / "setup.py").write_text(
        "import platform\n"
        "from setuptools import setup\n"
        "open('differs/__init__.py', 'w').write(f'MACHINE = {platform.machine()!r}\\n')\n"
        "setup(name='differs', version='1', packages=['differs'])\n",
        encoding="utf-8",
    )
    built = situations.build(project, cache=pyz3_cache, tmp_path=tmp_path, platforms=_LINUX)
    assert built.done.returncode == 0, built.done.stderr
    assert (
        "what py3-none-any stands for is not the same everywhere (differs/__init__.py)" in built.done.stdout
    )
    assert [path.name.split("-", 2)[2] for path in built.wheels] == [
        "py3-none-manylinux_2_17_aarch64.manylinux2014_aarch64.whl",
        "py3-none-manylinux_2_17_x86_64.manylinux2014_x86_64.whl",
    ]
    assert built.files("aarch64") == {"differs/__init__.py": b"MACHINE = 'aarch64'\n"}


def test_a_package_that_is_an_extension_module(pyz3_cache: Path, tmp_path: Path) -> None:
    project = situations.PROJECTS / "package_is_extension"
    built = situations.build(project, cache=pyz3_cache, tmp_path=tmp_path)
    assert built.done.returncode == 0, built.done.stderr
    code = "import package_is_extension as p, package_is_extension.beside as b; print(p.answer, b.BESIDE)"
    assert built.prints(code) == dict.fromkeys(situations.RUNTIMES, "42 43")


def test_names_that_differ_in_case_alone(pyz3_cache: Path, tmp_path: Path) -> None:
    project = situations.copy("package_is_extension", tmp_path)
    for name in ("data.txt", "DATA.txt"):
        (project / "package_is_extension" / name).write_text(name, encoding="utf-8")
    script = project / "setup.py"
    text = script.read_text(encoding="utf-8")
    script.write_text(
        text.replace("    ext_modules", '    package_data={"": FILES},\n    ext_modules').replace(
            "setup(", 'import sys\nFILES = ["*.txt"] if sys.platform == "linux" else ["d*.txt"]\nsetup(', 1
        ),
        encoding="utf-8",
    )
    built = situations.build(
        project, cache=pyz3_cache, tmp_path=tmp_path, platforms=("linux-x86_64", "macos-arm64")
    )
    assert built.done.returncode == 0, built.done.stderr
    texts = {
        part: [name for name in built.files(part) if name.endswith(".txt")] for part in ("linux", "macosx")
    }
    assert texts == {
        "linux": ["package_is_extension/DATA.txt", "package_is_extension/data.txt"],
        "macosx": ["package_is_extension/data.txt"],
    }
