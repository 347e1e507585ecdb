from __future__ import annotations

import platform as host
import re
import sys
import sysconfig
from pathlib import Path

import pytest
from packaging import tags

from pyz3.errors import ConfigError
from pyz3.targets import Platform, PythonVersion, Target

ROOT = Path(__file__).parents[2]

P39, P313, P313T = PythonVersion(3, 9), PythonVersion(3, 13), PythonVersion(3, 13, free_threaded=True)

# value: (zig target, wheel platform, identifier after the ABI, suffix with {} for the Python)
ROWS = {
    "linux-x86_64": (
        "x86_64-linux-gnu.2.17",
        "manylinux_2_17_x86_64.manylinux2014_x86_64",
        "manylinux_x86_64",
        ".cpython-{}-x86_64-linux-gnu.so",
    ),
    "linux-aarch64": (
        "aarch64-linux-gnu.2.17",
        "manylinux_2_17_aarch64.manylinux2014_aarch64",
        "manylinux_aarch64",
        ".cpython-{}-aarch64-linux-gnu.so",
    ),
    "macos-x86_64": (
        "x86_64-macos.10.9",
        "macosx_10_9_x86_64",
        "macosx_x86_64",
        ".cpython-{}-darwin.so",
    ),
    "macos-arm64": ("aarch64-macos.11.0", "macosx_11_0_arm64", "macosx_arm64", ".cpython-{}-darwin.so"),
    "windows-x64": ("x86_64-windows-gnu", "win_amd64", "win_amd64", ".cp{}-win_amd64.pyd"),
    "musllinux-x86_64": (
        "x86_64-linux-musl",
        "musllinux_1_2_x86_64",
        "musllinux_x86_64",
        ".cpython-{}-x86_64-linux-musl.so",
    ),
    "musllinux-aarch64": (
        "aarch64-linux-musl",
        "musllinux_1_2_aarch64",
        "musllinux_aarch64",
        ".cpython-{}-aarch64-linux-musl.so",
    ),
    "windows-arm64": ("aarch64-windows-gnu", "win_arm64", "win_arm64", ".cp{}-win_arm64.pyd"),
    "macos-universal2": (
        "x86_64-macos.10.9",
        "macosx_10_9_universal2",
        "macosx_universal2",
        ".cpython-{}-darwin.so",
    ),
    "linux-i686": (
        "x86-linux-gnu.2.17",
        "manylinux_2_17_i686.manylinux2014_i686",
        "manylinux_i686",
        ".cpython-{}-i386-linux-gnu.so",
    ),
    "linux-armv7l": (
        "arm-linux-gnueabihf.2.17",
        "manylinux_2_17_armv7l.manylinux2014_armv7l",
        "manylinux_armv7l",
        ".cpython-{}-arm-linux-gnueabihf.so",
    ),
    "linux-ppc64le": (
        "powerpc64le-linux-gnu.2.19",
        "manylinux_2_17_ppc64le.manylinux2014_ppc64le",
        "manylinux_ppc64le",
        ".cpython-{}-powerpc64le-linux-gnu.so",
    ),
    "linux-s390x": (
        "s390x-linux-gnu.2.17",
        "manylinux_2_17_s390x.manylinux2014_s390x",
        "manylinux_s390x",
        ".cpython-{}-s390x-linux-gnu.so",
    ),
    "linux-riscv64": (
        "riscv64-linux-gnu.2.39",
        "manylinux_2_39_riscv64",
        "manylinux_riscv64",
        ".cpython-{}-riscv64-linux-gnu.so",
    ),
    "linux-loongarch64": (
        "loongarch64-linux-gnu.2.36",
        "manylinux_2_36_loongarch64",
        "manylinux_loongarch64",
        ".cpython-{}-loongarch64-linux-gnu.so",
    ),
    "musllinux-i686": (
        "x86-linux-musl",
        "musllinux_1_2_i686",
        "musllinux_i686",
        ".cpython-{}-i386-linux-musl.so",
    ),
    "musllinux-armv7l": (
        "arm-linux-musleabihf",
        "musllinux_1_2_armv7l",
        "musllinux_armv7l",
        ".cpython-{}-arm-linux-musleabihf.so",
    ),
    "musllinux-ppc64le": (
        "powerpc64le-linux-musl",
        "musllinux_1_2_ppc64le",
        "musllinux_ppc64le",
        ".cpython-{}-powerpc64le-linux-musl.so",
    ),
    "musllinux-s390x": (
        "s390x-linux-musl",
        "musllinux_1_2_s390x",
        "musllinux_s390x",
        ".cpython-{}-s390x-linux-musl.so",
    ),
    "musllinux-riscv64": (
        "riscv64-linux-musl",
        "musllinux_1_2_riscv64",
        "musllinux_riscv64",
        ".cpython-{}-riscv64-linux-musl.so",
    ),
    "windows-x86": ("x86-windows-gnu", "win32", "win32", ".cp{}-win32.pyd"),
    "pyodide": (
        "wasm32-emscripten",
        "pyodide_2024_0_wasm32",
        "pyodide_wasm32",
        ".cpython-{}-wasm32-emscripten.so",
    ),
}


@pytest.mark.parametrize("value", ROWS)
def test_row_of_the_table(value: str) -> None:
    platform = Platform(value)
    zig_target, wheel_platform, identifier, suffix = ROWS[value]
    assert str(platform) == platform.value == value
    assert platform.name == value.upper().replace("-", "_")
    assert platform.zig_target == zig_target
    assert platform.wheel_platform == wheel_platform
    for python, spelled in ((P39, "39"), (P313, "313"), (P313T, "313t")):
        target = Target(platform=platform, python=python)
        assert target.identifier == str(target) == f"cp{spelled}-{identifier}"
        wanted = suffix.replace("-linux-musl", "-linux-gnu") if python is P39 else suffix
        assert target.extension_suffix == wanted.format(spelled)


def test_every_row_is_tested() -> None:
    assert [platform.value for platform in Platform] == list(ROWS)


@pytest.mark.parametrize(
    ("family", "floor_of", "exports", "links_python", "variables"),
    [
        ("linux", "glibc", "posix", False, {}),
        ("musllinux", "", "posix", False, {}),
        ("macos", "macOS", "posix", False, {}),
        ("windows", "", "windows", True, {}),
        ("pyodide", "", "posix", False, {"PYODIDE": "1"}),
    ],
)
def test_what_a_family_has_in_common(
    family: str, floor_of: str, exports: str, links_python: bool, variables: dict[str, str]
) -> None:
    found = [platform.traits for platform in Platform if platform.family == family]
    assert {(one.floor_of, one.exports, one.links_python) for one in found} == {
        (floor_of, exports, links_python)
    }
    assert all(one.variables == variables for one in found)


def test_a_name_is_a_member() -> None:
    assert Platform.LINUX_X86_64 is Platform("linux-x86_64")
    with pytest.raises(AttributeError):
        _ = Platform.LINUX_SPARC64


@pytest.mark.parametrize("platform", [one for one in Platform if one.family == "musllinux"], ids=str)
def test_old_pythons_call_musl_gnu(platform: Platform) -> None:
    # As official wheels for musllinux have it.
    for python, libc in (("3.9", "gnu"), ("3.10", "gnu"), ("3.11", "musl"), ("3.14t", "musl")):
        suffix = platform.extension_suffix(PythonVersion.parse(python))
        assert suffix.startswith(f".cpython-{python.replace('.', '')}-")
        assert re.search(r"linux-(gnu|musl)", suffix)[1] == libc  # type: ignore[index]


@pytest.mark.parametrize(
    ("minor", "floor"),
    [(9, "10.9"), (10, "10.9"), (11, "10.9"), (12, "10.13"), (13, "10.13"), (14, "10.15"), (15, "10.15")],
)
def test_oldest_macos_depends_on_the_python(minor: int, floor: str) -> None:
    assert Platform.MACOS_X86_64.floor(PythonVersion(3, minor)) == floor
    assert Platform.MACOS_X86_64.floor(PythonVersion(3, minor, free_threaded=True)) == floor
    assert Platform.MACOS_UNIVERSAL2.floor(PythonVersion(3, minor)) == floor
    assert Platform.MACOS_ARM64.floor(PythonVersion(3, minor)) == "11.0"


def test_a_fused_file_has_a_slice_per_machine() -> None:
    assert Platform.MACOS_UNIVERSAL2.slices == (Platform.MACOS_X86_64, Platform.MACOS_ARM64)
    assert [p for p in Platform if p.slices != (p,)] == [Platform.MACOS_UNIVERSAL2]
    # The first macOS on arm64 is 11.0: that slice cannot promise less.
    assert Platform.MACOS_UNIVERSAL2.zig_targets_for("10.13") == ("x86_64-macos.10.13", "aarch64-macos.11.0")
    assert Platform.MACOS_UNIVERSAL2.zig_targets_for("12.0") == ("x86_64-macos.12.0", "aarch64-macos.12.0")


def test_zig_has_no_older_glibc_for_ppc64le() -> None:
    assert Platform.LINUX_PPC64LE.zig_targets_for("2.17") == ("powerpc64le-linux-gnu.2.19",)
    assert Platform.LINUX_PPC64LE.zig_targets_for("2.28") == ("powerpc64le-linux-gnu.2.28",)


def test_floors_elsewhere() -> None:
    assert {p.value: p.floor(P313) for p in Platform if p.family != "macos"} == {
        "linux-x86_64": "2.17",
        "linux-aarch64": "2.17",
        "windows-x64": "",
        "musllinux-x86_64": "1.2",
        "musllinux-aarch64": "1.2",
        "windows-arm64": "",
        "linux-i686": "2.17",
        "linux-armv7l": "2.17",
        "linux-ppc64le": "2.17",
        "linux-s390x": "2.17",
        "linux-riscv64": "2.39",
        "linux-loongarch64": "2.36",
        "musllinux-i686": "1.2",
        "musllinux-armv7l": "1.2",
        "musllinux-ppc64le": "1.2",
        "musllinux-s390x": "1.2",
        "musllinux-riscv64": "1.2",
        "windows-x86": "",
        "pyodide": "pyemscripten_2025_0",
    }


@pytest.mark.parametrize("platform", Platform)
def test_how_modules_for_the_stable_abi_end(platform: Platform) -> None:
    target = Target(platform=platform, python=P313)
    ends = (".pyd", ".pyd") if platform.family == "windows" else (".abi3.so", ".abi3t.so")
    assert (target.stable_abi_suffix("3.10"), target.stable_abi_suffix("3.15t")) == ends


def test_only_pyodides_have_an_abi_each() -> None:
    assert {p: p.abi_of(P313) for p in Platform if p.abi_of(P313)} == {
        Platform.PYODIDE: "pyemscripten_2025_0"
    }


@pytest.mark.parametrize(
    ("floor", "tag"),
    [
        ("2.5", "manylinux_2_5_x86_64.manylinux1_x86_64"),
        ("2.12", "manylinux_2_12_x86_64.manylinux2010_x86_64"),
        ("2.17", "manylinux_2_17_x86_64.manylinux2014_x86_64"),
        ("2.28", "manylinux_2_28_x86_64"),
    ],
)
def test_older_names_of_glibc_floors(floor: str, tag: str) -> None:
    assert Platform.LINUX_X86_64.wheel_platform_for(floor) == tag


@pytest.mark.parametrize(
    ("minimum", "release"),
    [("10.13", (10, 13)), ("10.13.6", (10, 14)), ("11", (11, 0)), ("11.3", (12, 0)), ("12.0.1", (13, 0))],
)
def test_macos_tags_are_of_releases_that_installers_look_for(minimum: str, release: tuple[int, int]) -> None:
    tag = Platform.MACOS_X86_64.wheel_platform_for(minimum)
    assert tag == "macosx_{}_{}_x86_64".format(*release)
    assert tag in tags.mac_platforms(release, "x86_64")


def test_a_floor_with_an_older_name_on_linux_only() -> None:
    assert Platform.MUSLLINUX_X86_64.wheel_platform_for("2.17") == "musllinux_2_17_x86_64"
    assert Platform.MACOS_X86_64.wheel_platform_for("2.17") == "macosx_2_17_x86_64"


@pytest.mark.parametrize("platform", Platform)
@pytest.mark.parametrize("python", [P39, P313, P313T, PythonVersion(3, 14)], ids=str)
def test_installers_look_for_our_tags(
    platform: Platform, python: PythonVersion, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not platform.has(python):
        return
    if platform.family == "linux":
        glibc = tuple(int(part) for part in platform.floor(python).split("."))
        monkeypatch.setattr(tags._manylinux, "_get_glibc_version", lambda: glibc)  # type: ignore[attr-defined]
        monkeypatch.setattr(tags._manylinux, "_have_compatible_abi", lambda *_: True)  # type: ignore[attr-defined]
        accepted = set(tags._manylinux.platform_tags([platform.spec.arch]))  # type: ignore[attr-defined]
    elif platform.family == "musllinux":
        version = tags._musllinux._MuslVersion(1, 2)  # type: ignore[attr-defined]
        monkeypatch.setattr(tags._musllinux, "_get_musl_version", lambda _: version)  # type: ignore[attr-defined]
        accepted = set(tags._musllinux.platform_tags([platform.spec.arch]))  # type: ignore[attr-defined]
    elif platform.family == "macos":
        machine = "x86_64" if platform.slices != (platform,) else platform.spec.arch
        accepted = set(tags.mac_platforms((14, 0), machine))
    elif platform.family == "pyodide":
        # Its sysconfig holds the version (PEP 783).
        version = platform.floor(python).removeprefix("pyemscripten_")
        monkeypatch.setattr(sysconfig, "get_config_var", {"PYEMSCRIPTEN_PLATFORM_VERSION": version}.get)
        accepted = set(tags._emscripten_platforms())  # type: ignore[attr-defined]
    else:
        monkeypatch.setattr(sysconfig, "get_platform", lambda: platform.wheel_platform.replace("_", "-"))
        accepted = set(tags._generic_platforms())
    single = platform.wheel_platform_for(platform.floor(python)).split(".")
    assert set(single) <= accepted
    (abi,) = {python.abi} & {t.abi for t in tags.cpython_tags((3, python.minor), [python.abi], ["any"])}
    assert tags.parse_tag(f"{python.tag}-{abi}-{'.'.join(single)}") == {
        tags.Tag(python.tag, abi, one) for one in single
    }


@pytest.mark.parametrize(
    ("system", "machine", "soabi", "wanted"),
    [
        ("linux", "x86_64", "cpython-313-x86_64-linux-gnu", Platform.LINUX_X86_64),
        ("linux", "aarch64", "cpython-313-aarch64-linux-gnu", Platform.LINUX_AARCH64),
        ("linux", "x86_64", "cpython-313-x86_64-linux-musl", Platform.MUSLLINUX_X86_64),
        ("linux", "aarch64", "cpython-313-aarch64-linux-musl", Platform.MUSLLINUX_AARCH64),
        ("darwin", "x86_64", "cpython-313-darwin", Platform.MACOS_X86_64),
        ("darwin", "arm64", "cpython-313-darwin", Platform.MACOS_ARM64),
        ("win32", "AMD64", "cp313-win_amd64", Platform.WINDOWS_X64),
        ("win32", "AMD64", None, Platform.WINDOWS_X64),
        ("win32", "ARM64", "cp313-win_arm64", Platform.WINDOWS_ARM64),
        ("win32", "x86", "cp313-win32", Platform.WINDOWS_X86),
        ("linux", "i686", "cpython-313-i386-linux-gnu", Platform.LINUX_I686),
        ("linux", "armv7l", "cpython-313-arm-linux-gnueabihf", Platform.LINUX_ARMV7L),
        ("linux", "ppc64le", "cpython-313-powerpc64le-linux-gnu", Platform.LINUX_PPC64LE),
        ("linux", "s390x", "cpython-313-s390x-linux-gnu", Platform.LINUX_S390X),
        ("linux", "riscv64", "cpython-313-riscv64-linux-gnu", Platform.LINUX_RISCV64),
        ("linux", "loongarch64", "cpython-313-loongarch64-linux-gnu", Platform.LINUX_LOONGARCH64),
        ("linux", "riscv64", "cpython-313-riscv64-linux-musl", Platform.MUSLLINUX_RISCV64),
        ("linux", "s390x", "cpython-313-s390x-linux-musl", Platform.MUSLLINUX_S390X),
        ("linux", "ppc64le", "cpython-313-powerpc64le-linux-musl", Platform.MUSLLINUX_PPC64LE),
        ("linux", "armv7l", "cpython-313-arm-linux-musleabihf", Platform.MUSLLINUX_ARMV7L),
        ("linux", "i686", "cpython-313-i386-linux-musl", Platform.MUSLLINUX_I686),
    ],
)
def test_this_machine(
    system: str, machine: str, soabi: str | None, wanted: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "platform", system)
    monkeypatch.setattr(host, "machine", lambda: machine)
    monkeypatch.setattr(sysconfig, "get_config_var", {"SOABI": soabi}.get)
    assert Platform.current() is wanted


@pytest.mark.parametrize(("system", "machine"), [("linux", "sparc64"), ("freebsd14", "amd64")])
def test_an_unknown_machine(system: str, machine: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", system)
    monkeypatch.setattr(host, "machine", lambda: machine)
    with pytest.raises(ConfigError, match=r"^pyz3 makes no wheels for this machine") as caught:
        Platform.current()
    assert f"({system}, " in caught.value.message
    assert caught.value.tip == "name a platform: " + ", ".join(ROWS)
