"""What the audit says of a file as a whole: its kind, its init function, what it gives away."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest
from audited import ELF, FACTS, MACHO, MODULE, MUSL, PE, only, report

from pyz3.audit import Symbol, is_plain_library
from pyz3.audit.rules import init_names
from pyz3.targets import Platform

if TYPE_CHECKING:
    from pyz3.audit import Facts


@pytest.mark.parametrize("platform", FACTS)
def test_a_good_module_has_no_findings(platform: Platform) -> None:
    found = report(FACTS[platform], platform=platform, system_symbols={"memcpy"})
    assert found.findings == ()
    assert found.ok
    assert found.platform_tag == platform.wheel_platform
    assert found.module == MODULE


def test_another_machine_is_the_only_finding() -> None:
    found = report(MUSL, platform=Platform.LINUX_X86_64)
    assert only(found).message == (
        "hello/_speed.so is for Linux on aarch64, but cp313-manylinux_x86_64 needs Linux on x86_64"
    )
    assert found.platform_tag == ""


def test_another_format_with_the_same_machine_is_refused() -> None:
    foreign = msgspec.structs.replace(MACHO, machine="x86_64")
    assert only(report(foreign, platform=Platform.LINUX_X86_64)).message == (
        "hello/_speed.so is for macOS on x86_64, but cp313-manylinux_x86_64 needs Linux on x86_64"
    )


def test_a_fat_file_is_no_single_machine() -> None:
    intel = msgspec.structs.replace(MACHO, machine="x86_64")
    assert only(report(intel, MACHO)).message == (
        "hello/_speed.so is for macOS on x86_64 and arm64, but cp313-macosx_arm64 needs macOS on arm64"
    )


def test_an_executable_is_refused() -> None:
    finding = only(report(msgspec.structs.replace(ELF, loadable=False)))
    assert finding.rule == "loadable"


class TestInit:
    def test_missing(self) -> None:
        finding = only(report(msgspec.structs.replace(ELF, exported=("helper",))))
        assert finding.message == (
            "hello/_speed.so does not export PyInit__speed, so hello._speed could not be imported"
        )
        assert finding.symbol == "PyInit__speed"

    def test_under_another_name(self) -> None:
        finding = only(report(msgspec.structs.replace(PE, exported=("PyInit_speed",))))
        assert finding.message == (
            "hello/_speed.so does not export PyInit__speed, so hello._speed could not be imported; "
            "it exports PyInit_speed"
        )

    def test_export_hook_will_do(self) -> None:
        assert report(msgspec.structs.replace(MACHO, exported=("PyModExport__speed",))).ok

    def test_a_plain_library_needs_none(self) -> None:
        assert report(msgspec.structs.replace(ELF, exported=()), module=None).ok

    def test_names_beyond_ascii(self) -> None:
        # The example of PEP 489: "lančmít" is PyInitU_lanmt_2sa6t.
        assert init_names("pkg.lančmít") == ("PyInitU_lanmt_2sa6t", "PyModExportU_lanmt_2sa6t")


class TestSignature:
    def test_arm64_needs_a_signature(self) -> None:
        finding = only(report(msgspec.structs.replace(MACHO, signature="")))
        assert finding.message == "hello/_speed.so has no code signature, which macOS on arm64 demands"

    def test_x86_64_needs_none(self) -> None:
        facts = msgspec.structs.replace(MACHO, machine="x86_64", floor="10.13", signature="")
        assert report(facts, platform=Platform.MACOS_X86_64, floor="10.13").ok

    @pytest.mark.parametrize("platform", [Platform.MACOS_X86_64, Platform.MACOS_ARM64])
    def test_a_wrong_signature_is_refused_everywhere(self, platform: Platform) -> None:
        facts = msgspec.structs.replace(MACHO, machine=platform.spec.arch, floor="10.9", signature="invalid")
        assert only(report(facts, platform=platform)).message == (
            "hello/_speed.so has a code signature that does not match its contents"
        )


class TestPathsAndHardening:
    @pytest.mark.parametrize(
        ("platform", "path"),
        [
            (Platform.LINUX_X86_64, "/h/me/lib"),
            (Platform.LINUX_X86_64, "/usr/lib"),
            (Platform.MACOS_ARM64, "/opt/homebrew/lib"),
        ],
    )
    def test_absolute_rpath(self, platform: Platform, path: str) -> None:
        facts = msgspec.structs.replace(FACTS[platform], rpaths=(path,))
        assert only(report(facts, platform=platform)).message == (
            f"hello/_speed.so looks for libraries in {path}, a folder of the machine that built it"
        )

    @pytest.mark.parametrize(
        ("platform", "path"),
        [
            (Platform.LINUX_X86_64, "$ORIGIN/../hello.libs"),
            (Platform.MACOS_ARM64, "@loader_path/.dylibs"),
            (Platform.MACOS_ARM64, "/usr/lib/swift"),
        ],
    )
    def test_rpath_from_the_file_s_own_folder(self, platform: Platform, path: str) -> None:
        assert report(msgspec.structs.replace(FACTS[platform], rpaths=(path,)), platform=platform).ok

    @pytest.mark.parametrize(
        ("platform", "path", "why"),
        [
            (Platform.LINUX_X86_64, "lib", "which is no folder of the wheel to its loader"),
            (Platform.LINUX_X86_64, ".", "the current folder of whoever loads it"),
            (Platform.MACOS_ARM64, "@executable_path/lib", "which is no folder of the wheel to its loader"),
            (Platform.LINUX_X86_64, "@loader_path/lib", "which is no folder of the wheel to its loader"),
            (Platform.MACOS_ARM64, "$ORIGIN/lib", "which is no folder of the wheel to its loader"),
            (Platform.LINUX_X86_64, "$ORIGIN/../../lib", "a folder outside of the wheel"),
            (Platform.MACOS_ARM64, "@loader_path/../..", "a folder outside of the wheel"),
        ],
    )
    def test_rpath_of_no_folder_of_the_wheel(self, platform: Platform, path: str, why: str) -> None:
        facts = msgspec.structs.replace(FACTS[platform], rpaths=(path,))
        message = f"hello/_speed.so looks for libraries in {path}, {why}"
        assert only(report(facts, platform=platform)).message == message

    @pytest.mark.parametrize(
        ("facts", "name"),
        [(ELF, "/build/x/_speed.so"), (MACHO, "/build/_speed.so"), (PE, "C:\\b\\_speed.pyd")],
    )
    def test_absolute_name(self, facts: Facts, name: str) -> None:
        assert only(report(msgspec.structs.replace(facts, name=name))).message == (
            f"hello/_speed.so calls itself {name}, an absolute path"
        )

    @pytest.mark.parametrize(
        ("facts", "change", "rule", "message"),
        [
            (ELF, {"executable_stack": True}, "stack", "makes the stack executable"),
            (ELF, {"text_relocations": True}, "text-relocations", "has relocations in its code (DT_TEXTREL)"),
            (
                PE,
                {"reproducible": False},
                "timestamp",
                "has the time of its linking inside, so no two builds are the same",
            ),
            (
                PE,
                {"relocatable": False},
                "hardening",
                "cannot be loaded at a random address (DYNAMIC_BASE is off)",
            ),
            (PE, {"nx_compatible": False}, "hardening", "lets its data be executed (NX_COMPAT is off)"),
        ],
    )
    def test_hardening(self, facts: Facts, change: dict[str, bool], rule: str, message: str) -> None:
        finding = only(report(msgspec.structs.replace(facts, **change)))
        assert (finding.rule, finding.message) == (rule, f"hello/_speed.so {message}")
        assert finding.tip


class TestPlainLibraries:
    """What setuptools calls an extension, and ctypes or cffi load."""

    @pytest.mark.parametrize("facts", [ELF, MACHO, PE])
    def test_a_library(self, facts: Facts) -> None:
        plain = msgspec.structs.replace(facts, exported=("md2_init",), undefined=(), needed=())
        assert is_plain_library((plain,))
        assert is_plain_library((plain, plain))

    def test_a_module(self) -> None:
        assert not is_plain_library((msgspec.structs.replace(ELF, undefined=()),))

    @pytest.mark.parametrize(
        "lost",
        [
            {"exported": ()},
            {"exported": ("helper", "PyInit_other")},
            {"exported": ("helper", "PyModExport_other")},
            {"undefined": (Symbol(name="PyModule_Create2"),)},
            {"undefined": (Symbol(name="_Py_Dealloc"),)},
            {"needed": ("python313.dll",)},
        ],
        ids=str,
    )
    def test_a_module_that_lost_its_init_function(self, lost: dict[str, object]) -> None:
        plain = msgspec.structs.replace(PE, exported=("helper",), undefined=(), needed=())
        assert is_plain_library((plain,))
        other = msgspec.structs.replace(plain, **lost)
        assert not is_plain_library((other,))
        assert not is_plain_library((plain, other))
