from __future__ import annotations

import msgspec
import pytest
from rich.console import Console

from pyz3.audit import Facts, Finding, Report, Symbol, VersionNeed, proved_platform_tag, require
from pyz3.audit.facts import version_key
from pyz3.audit.report import proved_tag
from pyz3.errors import AuditFailedError
from pyz3.targets import Platform, PythonVersion, Target

TARGET = Target(platform=Platform.LINUX_X86_64, python=PythonVersion(3, 13))
MAC = Target(platform=Platform.MACOS_X86_64, python=PythonVersion(3, 13))
GOOD = Report(
    file="hello/_speed.so",
    module="hello._speed",
    target=str(TARGET),
    format="elf",
    machines=("x86_64",),
    floor="2.14",
    platform_tag="manylinux_2_17_x86_64.manylinux2014_x86_64",
    needed=("libc.so.6",),
)
BAD = msgspec.structs.replace(
    GOOD,
    file="hello/_other.so",
    findings=(
        Finding(
            file="hello/_other.so", rule="symbol", symbol="a", message="hello/_other.so needs a", tip="do x"
        ),
        Finding(
            file="hello/_other.so", rule="symbol", symbol="b", message="hello/_other.so needs b", tip="do x"
        ),
        Finding(file="hello/_other.so", rule="stack", message="hello/_other.so has a stack", tip="do y"),
    ),
)


def test_facts_survive_json() -> None:
    facts = (
        Facts(
            format="elf",
            machine="x86_64",
            floor="2.14",
            needed=("libc.so.6",),
            exported=("PyInit_a",),
            undefined=(Symbol(name="memcpy", version="GLIBC_2.14", library="libc.so.6", weak=True),),
            versions=(VersionNeed(library="libc.so.6", version="GLIBC_2.14"),),
            rpaths=("$ORIGIN",),
            executable_stack=True,
        ),
        Facts(format="pe", machine="amd64", reproducible=False),
    )
    assert msgspec.json.decode(msgspec.json.encode(facts), type=tuple[Facts, ...]) == facts


def test_reports_survive_json() -> None:
    assert msgspec.json.decode(msgspec.json.encode(BAD), type=Report) == BAD


def test_require_tells_everything_once() -> None:
    require([GOOD])
    with pytest.raises(AuditFailedError) as caught:
        require([GOOD, BAD])
    assert (
        caught.value.message
        == "hello/_other.so needs a\nhello/_other.so needs b\nhello/_other.so has a stack"
    )
    assert caught.value.tip == "do x; do y"
    assert caught.value.exit_code == 9


def test_glibc_wheel_keeps_its_promise_if_nothing_newer_is_needed() -> None:
    newer = msgspec.structs.replace(GOOD, floor="2.9")
    assert proved_platform_tag([GOOD, newer], TARGET, "2.17") == "manylinux_2_17_x86_64.manylinux2014_x86_64"
    assert proved_platform_tag([GOOD], TARGET, "2.28") == "manylinux_2_28_x86_64"


def test_macos_wheel_needs_what_its_newest_module_needs() -> None:
    mac = msgspec.structs.replace(GOOD, format="macho", floor="10.9")
    newer = msgspec.structs.replace(mac, floor="10.12")
    assert proved_platform_tag([mac], MAC, "10.13") == "macosx_10_9_x86_64"
    assert proved_platform_tag([mac, newer], MAC, "10.13") == "macosx_10_12_x86_64"


def test_findings_prove_no_tag() -> None:
    with pytest.raises(AuditFailedError):
        proved_platform_tag([GOOD, BAD], TARGET, "2.17")


def test_no_binary_proves_nothing() -> None:
    with pytest.raises(ValueError, match=r"^no binary was audited for cp313-manylinux_x86_64$"):
        proved_platform_tag([], TARGET, "2.17")


@pytest.mark.parametrize(
    ("platform", "measured", "tag"),
    [
        (Platform.MACOS_ARM64, "10.15", "macosx_11_0_arm64"),
        (Platform.MACOS_ARM64, "11.0", "macosx_11_0_arm64"),
        # Installers look for whole versions from 11 on: 11.3 is met by 12.0 only.
        (Platform.MACOS_ARM64, "11.3", "macosx_12_0_arm64"),
        (Platform.MACOS_X86_64, "12", "macosx_12_0_x86_64"),
        (Platform.MACOS_X86_64, "10.13.6", "macosx_10_14_x86_64"),
        (Platform.MACOS_X86_64, "", "macosx_10_13_x86_64"),
        (Platform.WINDOWS_X64, "", "win_amd64"),
    ],
)
def test_tags(platform: Platform, measured: str, tag: str) -> None:
    assert proved_tag(platform, measured=measured, floor="10.13") == tag


def test_musl_tag_is_the_promise() -> None:
    assert proved_tag(Platform.MUSLLINUX_X86_64, measured="", floor="1.2") == "musllinux_1_2_x86_64"


def test_versions_sort_as_numbers() -> None:
    assert sorted(["2.17", "2.2.5", "", "11.0", "2.4"], key=version_key) == [
        "",
        "2.2.5",
        "2.4",
        "2.17",
        "11.0",
    ]
    assert version_key("11.0") == version_key("11")


def test_shown_to_people() -> None:
    console = Console(width=120, no_color=True)
    with console.capture() as capture:
        console.print(GOOD)
        console.print(BAD)
    assert capture.get().splitlines() == [
        "✓ hello/_speed.so: x86_64, needs glibc 2.14; libc.so.6",
        "✗ hello/_other.so: x86_64, needs glibc 2.14; libc.so.6",
        "  symbol: hello/_other.so needs a",
        "  tip: do x",
        "  symbol: hello/_other.so needs b",
        "  tip: do x",
        "  stack: hello/_other.so has a stack",
        "  tip: do y",
    ]
