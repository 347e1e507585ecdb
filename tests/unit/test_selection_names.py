from __future__ import annotations

import pytest

from pyz3.errors import ConfigError
from pyz3.targets import Platform
from pyz3.targets.names import _aliases, glibc_floor, select_platforms

LINUX = ["linux-x86_64", "linux-aarch64"]
OLDER = ["linux-i686", "linux-armv7l", "linux-ppc64le", "linux-s390x", "linux-riscv64"]
RARER = [*OLDER, "linux-loongarch64"]
MUSL = ["musllinux-x86_64", "musllinux-aarch64", *(name.replace("linux", "musllinux") for name in OLDER)]
MACOS = ["macos-x86_64", "macos-arm64", "macos-universal2"]
WINDOWS = ["windows-x64", "windows-arm64", "windows-x86"]
X86_64 = ["linux-x86_64", "macos-x86_64", "windows-x64", "musllinux-x86_64"]
ARM64 = ["linux-aarch64", "macos-arm64", "musllinux-aarch64", "windows-arm64"]
X86 = ["linux-i686", "musllinux-i686", "windows-x86"]

# Every row of aliases.toml.
ALIASES = {
    "linux": [*LINUX, *MUSL, *RARER],
    "manylinux": [*LINUX, *RARER],
    "musllinux": MUSL,
    "musllinux_1_2": MUSL,
    "macos": MACOS[:2],  # both machines, each once
    "macosx": MACOS[:2],
    "darwin": MACOS[:2],
    "windows": WINDOWS,
    "win": WINDOWS,
    "x86_64": X86_64,
    "amd64": X86_64,
    "x64": X86_64,
    "aarch64": ARM64,
    "arm64": ARM64,
    "universal2": ["macos-universal2"],
    "i686": X86,
    "i386": X86,
    "x86": X86,
    "armv7l": ["linux-armv7l", "musllinux-armv7l"],
    "ppc64le": ["linux-ppc64le", "musllinux-ppc64le"],
    "s390x": ["linux-s390x", "musllinux-s390x"],
    "riscv64": ["linux-riscv64", "musllinux-riscv64"],
    "loongarch64": ["linux-loongarch64"],
    "wasm32": ["pyodide"],
    "linux-amd64": ["linux-x86_64"],
    "linux-arm64": ["linux-aarch64"],
    "musllinux-amd64": ["musllinux-x86_64"],
    "musllinux-arm64": ["musllinux-aarch64"],
    "macos-aarch64": ["macos-arm64"],
    "macos-amd64": ["macos-x86_64"],
    "macos-intel": ["macos-x86_64"],
    "windows-amd64": ["windows-x64"],
    "windows-x86_64": ["windows-x64"],
    "windows-aarch64": ["windows-arm64"],
    "alpine": MUSL,
    "alpine-x86_64": ["musllinux-x86_64"],
    "alpine-aarch64": ["musllinux-aarch64"],
    "win64": ["windows-x64"],
    "win-arm64": ["windows-arm64"],
    "win-amd64": ["windows-x64"],
    "darwin-arm64": ["macos-arm64"],
    "darwin-aarch64": ["macos-arm64"],
    "darwin-x86_64": ["macos-x86_64"],
    "darwin-amd64": ["macos-x86_64"],
    "x86_64-unknown-linux-gnu": ["linux-x86_64"],
    "aarch64-unknown-linux-gnu": ["linux-aarch64"],
    "i686-unknown-linux-gnu": ["linux-i686"],
    "x86_64-unknown-linux-musl": ["musllinux-x86_64"],
    "aarch64-unknown-linux-musl": ["musllinux-aarch64"],
    "x86_64-apple-darwin": ["macos-x86_64"],
    "aarch64-apple-darwin": ["macos-arm64"],
    "arm64-apple-darwin": ["macos-arm64"],
    "x86_64-pc-windows-msvc": ["windows-x64"],
    "x86_64-pc-windows-gnu": ["windows-x64"],
    "aarch64-pc-windows-msvc": ["windows-arm64"],
    "i686-pc-windows-msvc": ["windows-x86"],
}


def names(*patterns: str) -> list[str]:
    return [str(platform) for platform in select_platforms(patterns)]


def there(wanted: list[str]) -> list[str]:
    """In table order; a platform that is no longer or not yet there is no matter of the aliases."""
    return [str(platform) for platform in Platform if str(platform) in wanted]


def test_every_alias_is_tested() -> None:
    assert {name for name, globs in _aliases().items() if globs} == set(ALIASES)


@pytest.mark.parametrize("alias", [alias for alias, wanted in ALIASES.items() if there(wanted)])
def test_aliases(alias: str) -> None:
    assert names(alias) == names(alias.upper()) == there(ALIASES[alias])


def test_no_alias_hides_a_platform() -> None:
    assert not {str(platform) for platform in Platform} & set(ALIASES)


@pytest.mark.parametrize("platform", Platform)
def test_a_platform_goes_by_its_identifier_and_its_tags(platform: Platform) -> None:
    for name in filter(
        None, (platform.spec.identifier, *platform.wheel_platform.split("."), platform.spec.zig)
    ):
        assert names(name) == [str(platform)]


@pytest.mark.parametrize(
    ("name", "wanted", "floor"),
    [
        ("manylinux2014", [*LINUX, *RARER], "2.17"),
        ("manylinux_2_28", [*LINUX, *RARER], "2.28"),
        ("manylinux_2_28_x86_64", ["linux-x86_64"], "2.28"),
        ("manylinux_2_28_aarch64", ["linux-aarch64"], "2.28"),
        ("manylinux2014_aarch64", ["linux-aarch64"], "2.17"),
        ("manylinux2010", [*LINUX, *RARER], "2.12"),
        ("manylinux1_i686", ["linux-i686"], "2.5"),
        ("manylinux_x86_64", ["linux-x86_64"], ""),
        ("manylinux", [*LINUX, *RARER], ""),
        ("linux-x86_64", ["linux-x86_64"], ""),
    ],
)
def test_manylinux_names_promise_a_glibc(name: str, wanted: list[str], floor: str) -> None:
    assert (names(name), glibc_floor([name])) == (there(wanted), floor)


def test_one_glibc_for_all() -> None:
    assert glibc_floor(["manylinux2014_x86_64 manylinux_2_17_aarch64", "win_amd64"]) == "2.17"
    with pytest.raises(ConfigError) as caught:
        glibc_floor(["manylinux2014,manylinux_2_28"], source="PYZ3_PLATFORM")
    assert caught.value.message == (
        "PYZ3_PLATFORM: 'manylinux2014' and 'manylinux_2_28' promise different glibcs"
    )
    assert caught.value.tip == (
        'name one; where some wheels need another, set glibc = "2.28" in [[tool.pyz3.overrides]]'
    )


def test_several_in_one_text() -> None:
    assert names("linux-x86_64, win_amd64 macos-arm64") == ["linux-x86_64", "macos-arm64", "windows-x64"]
    assert names("{linux,macos}-x86_64") == ["linux-x86_64", "macos-x86_64"]
    assert names("musllinux_*", "macosx_*_arm64") == there(["macos-arm64", *MUSL])


@pytest.mark.parametrize(
    ("pattern", "hint"),
    [
        ("manylinux2015", "did you mean 'manylinux2014'? all: pyz3 platforms"),
        ("musllinux_1_1", "did you mean 'musllinux_1_2'? all: pyz3 platforms"),
        ("win_amd65", "did you mean 'win_amd64'? all: pyz3 platforms"),
        ("AMD65", "did you mean 'amd64'? all: pyz3 platforms"),
        ("Mac-arm64", "did you mean 'macos-arm64'? all: pyz3 platforms"),
        (
            "linux-mips64",
            (
                "there are: linux-x86_64, linux-aarch64, linux-i686, linux-armv7l, linux-ppc64le, "
                "linux-s390x, linux-riscv64, linux-loongarch64; pyz3 platforms lists all"
            ),
        ),
        ("macos-powerpc", "there are: macos-x86_64, macos-arm64, macos-universal2; pyz3 platforms lists all"),
        ("windows-", "there are: windows-x64, windows-arm64, windows-x86; pyz3 platforms lists all"),
        ("prune", "there are: linux, macos, windows, musllinux, pyodide; pyz3 platforms lists all"),
        ("all", "'*' means every one (pyz3 wheel --all-platforms: those that the project lists)"),
        ("Any", "'*' means every one (pyz3 wheel --all-platforms: those that the project lists)"),
    ],
)
def test_near_names(pattern: str, hint: str) -> None:
    with pytest.raises(ConfigError) as caught:
        select_platforms([pattern], source="PYZ3_PLATFORM")
    assert caught.value.message == f"PYZ3_PLATFORM: {pattern!r} is no platform"
    assert caught.value.tip == hint


@pytest.mark.parametrize(
    ("pattern", "system"),
    [
        *((name, name) for name, globs in _aliases().items() if not globs),
        ("iOS", "ios"),
        ("ios_13_0_arm64_iphoneos", "ios"),
        ("android-*", "android"),
        ("android_21_arm64_v8a", "android"),
        ("x86_64-unknown-freebsd14", "freebsd"),
    ],
)
def test_systems_that_there_are_no_wheels_for(pattern: str, system: str) -> None:
    with pytest.raises(ConfigError) as caught:
        select_platforms([pattern])
    assert caught.value.message == (
        f"--platform: {pattern!r} is not supported: pyz3 makes no wheels for {system}"
    )
    assert caught.value.tip == "pyz3 platforms lists those that there are"


@pytest.mark.parametrize("platform", Platform)
def test_case_does_not_matter(platform: Platform) -> None:
    written = (
        str(platform),
        platform.spec.identifier,
        *platform.wheel_platform.split("."),
        platform.spec.zig,
    )
    for name in filter(None, written):
        assert names(name.upper()) == names(name.title()) == [str(platform)]
    assert (names("ManyLinux_2_28_X86_64"), glibc_floor(["ManyLinux_2_28_X86_64"])) == (
        ["linux-x86_64"],
        "2.28",
    )
    assert names("Windows-*") == WINDOWS
