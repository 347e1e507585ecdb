"""Official wheels pass the audit: no false alarms on what compilers other than zig make.

They are downloaded by pip into a temporary folder.
"""

from __future__ import annotations

import sysconfig
import zipfile
from pathlib import Path

import pytest
import ziglang
from official import official_wheel

from pyz3.audit import Facts, Report, judge, read_facts, system_symbols
from pyz3.capi.symbols import python_symbols
from pyz3.targets import Platform, PythonVersion, Target

ZIG_LIB = Path(ziglang.__file__).parent / "lib"
PYTHON = PythonVersion.current()
# Wheels by platform: pip's name for it, and what the tag promises.
PLATFORMS = {
    Platform.LINUX_X86_64: ("manylinux2014_x86_64", "2.17"),
    Platform.LINUX_AARCH64: ("manylinux2014_aarch64", "2.17"),
    Platform.MUSLLINUX_X86_64: ("musllinux_1_2_x86_64", "1.2"),
    Platform.MUSLLINUX_AARCH64: ("musllinux_1_2_aarch64", "1.2"),
    Platform.MACOS_ARM64: ("macosx_11_0_arm64", "11.0"),
    Platform.WINDOWS_X64: ("win_amd64", ""),
}
# C, Cython, and C++, which for musl carries its C++ library along.
PROJECTS = ("markupsafe==3.0.2", "msgpack==1.1.0", "kiwisolver==1.4.8")


def read_wheel(wheel: Path, folder: Path) -> dict[str, tuple[Facts, ...]]:
    """Read every binary, by its path in the wheel."""
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder)
    return {
        path.relative_to(folder).as_posix(): read_facts(path)
        for path in sorted(folder.rglob("*"))
        if path.suffix in {".so", ".pyd", ".dll", ".dylib"} or ".so." in path.name
    }


def module_of(path: str) -> str | None:
    """Give the module that a file holds: ``a/_b.cpython-313-darwin.so`` → ``a._b``."""
    stem, marker, _ = path.partition(".cpython-" if path.endswith(".so") else ".cp3")
    return stem.replace("/", ".") if marker else None


def audit_wheel(platform: Platform, requirement: str, folder: Path) -> list[Report]:
    pip_platform, floor = PLATFORMS[platform]
    wheel = official_wheel(requirement, pip_platform, folder=folder, python=PYTHON.base)
    facts = read_wheel(wheel, folder / "unpacked")
    system = "windows" if platform.family == "windows" else "posix"
    include = Path(sysconfig.get_path("include"))
    names = python_symbols(include, version=PYTHON, system=system).names
    return [
        judge(
            several,
            file=path,
            module=module_of(path),
            target=Target(platform=platform, python=PYTHON),
            floor=floor,
            python_symbols=names,
            system_symbols=system_symbols(platform, ZIG_LIB),
            siblings=facts,
        )
        for path, several in facts.items()
    ]


def messages(reports: list[Report], *, but: str) -> list[str]:
    return [finding.message for report in reports for finding in report.findings if finding.rule != but]


@pytest.mark.parametrize("requirement", PROJECTS)
@pytest.mark.parametrize("platform", PLATFORMS, ids=str)
def test_official_wheel(platform: Platform, requirement: str, tmp_path: Path) -> None:
    reports = audit_wheel(platform, requirement, tmp_path)
    assert any(report.module for report in reports)
    # Microsoft's linker writes the time into what it links, unless it is told not to.
    assert messages(reports, but="timestamp" if platform.family == "windows" else "") == []
    floor = PLATFORMS[platform][1]
    assert {report.platform_tag for report in reports} == {platform.wheel_platform_for(floor)}


def test_a_real_fault_in_the_wild(tmp_path: Path) -> None:
    # This wheel relies on the Visual C++ redistributable, which Windows does not have by itself.
    reports = audit_wheel(Platform.WINDOWS_X64, "ujson==5.10.0", tmp_path)
    (report,) = reports
    assert messages(reports, but="timestamp") == [
        f"{report.file} needs MSVCP140.dll, which Windows does not promise"
    ]


def test_fat_file(tmp_path: Path) -> None:
    wheel = official_wheel("markupsafe==3.0.2", "macosx_10_9_universal2", folder=tmp_path, python=PYTHON.base)
    if "universal2" not in wheel.name:
        pytest.skip(f"no universal2 wheel for Python {PYTHON}")
    ((intel, arm),) = read_wheel(wheel, tmp_path / "unpacked").values()
    assert (intel.machine, intel.signature) == ("x86_64", "")
    assert (arm.machine, arm.floor, arm.signature) == ("arm64", "11.0", "adhoc")
    assert intel.needed == arm.needed == ("/usr/lib/libSystem.B.dylib",)
    assert "PyInit__speedups" in intel.exported
    assert "PyInit__speedups" in arm.exported
