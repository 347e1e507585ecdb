"""Projects with a build.zig of their own: driven for each target, audited like everything else."""

from __future__ import annotations

import os
import shutil
import zipfile
from pathlib import Path

import factory
import pytest
import runtimes
from bills import bill_files

from pyz3.targets import PythonVersion

PROJECT = Path(__file__).parent / "projects" / "custom"
THIS = PythonVersion.current()
BOTH = (PythonVersion(3, 11), PythonVersion(3, 13))
CODE = "import custom; print(custom.sum(2, 3), custom.product(2, 3))"
SUFFIXES = {
    "linux-x86_64": ".cpython-{}-x86_64-linux-gnu.so",
    "linux-aarch64": ".cpython-{}-aarch64-linux-gnu.so",
    "windows-x64": ".cp{}-win_amd64.pyd",
}
TAGS = {
    "linux-x86_64": "manylinux_2_17_x86_64.manylinux2014_x86_64",
    "linux-aarch64": "manylinux_2_17_aarch64.manylinux2014_aarch64",
    "windows-x64": "win_amd64",
}


def wheel_name(platform: str, python: PythonVersion) -> str:
    return f"custom-1.0-{python.tag}-{python.abi}-{TAGS[platform]}.whl"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return shutil.copytree(PROJECT, tmp_path / "custom", ignore=shutil.ignore_patterns("__pycache__"))


@pytest.fixture(scope="module")
def wheels(pyz3_cache: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("custom")
    project = shutil.copytree(PROJECT, folder / "custom", ignore=shutil.ignore_patterns("__pycache__"))
    before = factory.listing(project)
    args = [word for platform in TAGS for word in ("--platform", platform)]
    args += [word for python in BOTH for word in ("--python", str(python))]
    done = factory.pyz3("wheel", project, *args, "-o", folder / "out", cache=pyz3_cache)
    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    assert factory.listing(project) == before
    return folder / "out"


def test_what_is_installed_is_in_the_wheel(wheels: Path) -> None:
    assert factory.listing(wheels) == sorted(wheel_name(platform, p) for platform in TAGS for p in BOTH)
    for platform in TAGS:
        for python in BOTH:
            suffix = SUFFIXES[platform].format(python.nodot)
            with zipfile.ZipFile(wheels / wheel_name(platform, python)) as archive:
                told = sorted(bill_files(archive, "custom-1.0.dist-info"))
                assert archive.namelist() == [
                    *("custom/__init__.py", f"custom/product{suffix}", f"custom/sum{suffix}"),
                    *("custom-1.0.dist-info/METADATA", "custom-1.0.dist-info/WHEEL", *told),
                    "custom-1.0.dist-info/RECORD",
                ]


@pytest.mark.runtime
@pytest.mark.parametrize(
    "name", [r.name for r in runtimes.all_known() if str(r.platform) in TAGS and r.python in BOTH]
)
def test_runs(name: str, wheels: Path, tmp_path: Path) -> None:
    runtime = runtimes.require(name)
    wheel = wheels / wheel_name(str(runtime.platform), runtime.python)
    assert runtimes.run_python(runtime, CODE, wheels=[wheel], tmp_path=tmp_path) == "5 6\n"


def test_a_mistake(project: Path, pyz3_cache: Path, tmp_path: Path) -> None:
    source = project / "src" / "core.c"
    source.write_text(source.read_text() + "#ifdef __APPLE__\n#error no apples\n#endif\n")
    args = ("--platform", "linux-x86_64", "--platform", "macos-arm64", "-o", tmp_path / "out")
    done = factory.pyz3("wheel", project, *args, cache=pyz3_cache)
    assert done.returncode == 1
    assert done.stderr.startswith(f"✗ macos-arm64 · build.zig  ({THIS.abi})\n")
    assert done.stderr.count(f"{source}:4:2: error: no apples") == 1
    assert factory.listing(tmp_path / "out") == [wheel_name("linux-x86_64", THIS)]


def test_a_build_that_installs_nothing(project: Path, pyz3_cache: Path, tmp_path: Path) -> None:
    args = ("wheel", project, "--platform", "linux-x86_64", "-o", tmp_path / "out")
    done = factory.pyz3(*args, cache=pyz3_cache, CUSTOM_INSTALLS_NOTHING="1")
    assert done.returncode == 10
    suffix = SUFFIXES["linux-x86_64"].format(THIS.nodot)
    assert done.stderr == (
        f"✗ linux-x86_64  ({THIS.abi})\n"
        f"{project / 'build.zig'}: installed no extension module for {THIS.abi}-manylinux_x86_64\n"
        f"tip: install each module into -Doutput-dir as package/name{suffix}\n"
        'more: pyz3 explain "installed no extension module for …"\n'
    )
    assert factory.listing(tmp_path / "out") == []


def test_a_build_for_another_platform_than_asked(project: Path, pyz3_cache: Path, tmp_path: Path) -> None:
    script = project / "build.zig"
    asked, named = 'b.graph.environ_map.get("ZIG_TARGET").?', '@import("named.zig").target'
    script.write_text(script.read_text().replace(asked, named))
    right, wrong = (f'pub const target = "{name}-linux-gnu";'.ljust(50) for name in ("aarch64", "x86_64"))
    args = ("wheel", project, "--platform", "linux-aarch64", "-o", tmp_path / "out")
    for text, status in ((right, 0), (wrong, 9)):  # of one size and date
        (project / "named.zig").write_text(text)
        os.utime(project / "named.zig", (10**9, 10**9))
        done = factory.pyz3(*args, cache=pyz3_cache)
        assert done.returncode == status, done.stderr
    suffix = SUFFIXES["linux-aarch64"].format(THIS.nodot)
    assert (
        f"custom/sum{suffix} is for Linux on x86_64, but {THIS.abi}-manylinux_aarch64 needs Linux on aarch64"
    ) in done.stderr
    assert factory.listing(tmp_path / "out") == [wheel_name("linux-aarch64", THIS)]


def test_no_build_script(project: Path, pyz3_cache: Path, tmp_path: Path) -> None:
    (project / "build.zig").unlink()
    args = ("wheel", project, "--platform", "linux-x86_64", "-o", tmp_path / "out")
    done = factory.pyz3(*args, cache=pyz3_cache)
    assert done.returncode == 2
    assert f"{project / 'build.zig'}: not there, although tool.pyz3.build-zig is true\n" in done.stderr
    assert factory.listing(tmp_path / "out") == []
