"""The oldest glibc or macOS: what a file needs against what its wheel promises."""

from __future__ import annotations

import msgspec
import pytest
from audited import ELF, MACHO, only, report, with_undefined

from pyz3.audit import Symbol, VersionNeed
from pyz3.targets import Platform


class TestGlibc:
    def test_each_symbol_above_the_floor_is_named(self) -> None:
        new = [
            Symbol(name=n, version="GLIBC_2.27", library="libc.so.6")
            for n in ("memfd_create", "copy_file_range")
        ]
        facts = with_undefined(
            ELF,
            *new,
            floor="2.27",
            versions=(*ELF.versions, VersionNeed(library="libc.so.6", version="GLIBC_2.27")),
        )
        found = report(facts)
        assert [finding.message for finding in found.findings] == [
            "hello/_speed.so needs memfd_create@GLIBC_2.27 but the wheel promises glibc 2.17",
            "hello/_speed.so needs copy_file_range@GLIBC_2.27 but the wheel promises glibc 2.17",
        ]
        assert {(f.rule, f.version, f.tip) for f in found.findings} == {
            (
                "floor",
                "GLIBC_2.27",
                'promise a newer system with glibc = "2.27" in [tool.pyz3], or avoid the call',
            )
        }
        assert [f.symbol for f in found.findings] == ["memfd_create", "copy_file_range"]
        assert found.floor == "2.27"
        assert found.platform_tag == "manylinux_2_27_x86_64"
        assert [symbol.name for symbol in facts.floor_symbols] == ["memfd_create", "copy_file_range"]

    def test_the_same_symbols_are_right_for_a_newer_floor(self) -> None:
        facts = with_undefined(
            ELF,
            Symbol(name="memfd_create", version="GLIBC_2.27", library="libc.so.6"),
            floor="2.27",
            versions=(VersionNeed(library="libc.so.6", version="GLIBC_2.27"),),
        )
        assert report(facts, floor="2.28").ok

    def test_versions_are_compared_as_numbers(self) -> None:
        facts = msgspec.structs.replace(
            ELF, floor="2.4", versions=(VersionNeed(library="libc.so.6", version="GLIBC_2.4"),)
        )
        assert report(facts).ok

    def test_a_version_without_symbols_counts(self) -> None:
        facts = msgspec.structs.replace(
            ELF, floor="2.36", versions=(VersionNeed(library="libc.so.6", version="GLIBC_ABI_DT_RELR"),)
        )
        assert only(report(facts)).message == (
            "hello/_speed.so needs GLIBC_ABI_DT_RELR but the wheel promises glibc 2.17"
        )

    def test_a_weak_version_does_not(self) -> None:
        facts = msgspec.structs.replace(
            ELF, versions=(VersionNeed(library="libc.so.6", version="GLIBC_2.40", weak=True),)
        )
        assert report(facts).ok

    def test_private_symbols_are_refused(self) -> None:
        facts = with_undefined(
            ELF,
            Symbol(name="__libc_early_init", version="GLIBC_PRIVATE", library="libc.so.6"),
            versions=(VersionNeed(library="libc.so.6", version="GLIBC_PRIVATE"),),
        )
        assert only(report(facts)).message == (
            "hello/_speed.so needs __libc_early_init@GLIBC_PRIVATE, "
            "which glibc keeps for itself and may change in any release"
        )

    @pytest.mark.parametrize(
        ("floor", "ok"), [("2.17", False), ("2.28", False), ("2.31", True), ("2.33", True)]
    )
    def test_libstdcxx_is_as_old_as_its_glibc(self, floor: str, *, ok: bool) -> None:
        name = "_ZNSt7__cxx1112basic_stringIcE"
        facts = with_undefined(
            ELF,
            Symbol(name=name, version="GLIBCXX_3.4.26", library="libstdc++.so.6"),
            needed=("libstdc++.so.6", "libc.so.6"),
            versions=(VersionNeed(library="libstdc++.so.6", version="GLIBCXX_3.4.26"),),
        )
        found = report(facts, floor=floor)
        assert found.ok is ok
        if floor == "2.17":
            assert only(found).message == (
                f"hello/_speed.so needs {name}@GLIBCXX_3.4.26 "
                "but libstdc++.so.6 beside glibc 2.17 ends at GLIBCXX_3.4.19"
            )

    def test_a_symbol_of_a_newer_glibc_is_named_with_its_release(self) -> None:
        # Linked against glibc 2.17, it has no version: what the stub library lacks is left undefined.
        since = {"getrandom": "2.25", "memfd_create": "2.27", "qsort": "2.2.5"}
        facts = msgspec.structs.replace(ELF, undefined=tuple(Symbol(name=name) for name in since))
        found = report(facts, system_since=lambda name: since.get(name, ""))
        tip = 'promise a newer system with glibc = "2.27" in [tool.pyz3], or avoid the call'
        assert [(f.rule, f.symbol, f.version, f.tip) for f in found.findings[:2]] == [
            ("floor", "getrandom", "GLIBC_2.25", tip),
            ("floor", "memfd_create", "GLIBC_2.27", tip),
        ]
        assert [finding.message for finding in found.findings] == [
            "hello/_speed.so needs getrandom, which glibc has since 2.25, but the wheel promises glibc 2.17",
            (
                "hello/_speed.so needs memfd_create, which glibc has since 2.27, "
                "but the wheel promises glibc 2.17"
            ),
            "hello/_speed.so needs qsort, which neither the C library nor the C API of Python 3.13 has",
        ]


class TestMacos:
    def test_minimum_above_the_promise(self) -> None:
        facts = msgspec.structs.replace(MACHO, machine="x86_64", floor="11.0")
        found = report(facts, platform=Platform.MACOS_X86_64, floor="10.13")
        assert only(found).message == "hello/_speed.so needs macOS 11.0 but the wheel promises macOS 10.13"
        assert found.platform_tag == "macosx_11_0_x86_64"

    def test_minimum_below_the_promise_is_what_the_tag_says(self) -> None:
        facts = msgspec.structs.replace(MACHO, machine="x86_64", floor="10.9")
        found = report(facts, platform=Platform.MACOS_X86_64, floor="10.13")
        assert found.ok
        assert found.platform_tag == "macosx_10_9_x86_64"

    def test_no_minimum(self) -> None:
        finding = only(report(msgspec.structs.replace(MACHO, floor="")))
        assert finding.message == "hello/_speed.so does not state which macOS it was built for"

    def test_universal2_promises_what_its_intel_half_does(self) -> None:
        intel = msgspec.structs.replace(MACHO, machine="x86_64", floor="10.13", signature="")
        found = report(intel, MACHO, platform=Platform.MACOS_UNIVERSAL2, floor="10.13")
        assert found.ok
        assert (found.floor, found.platform_tag) == ("10.13", "macosx_10_13_universal2")
        newer = msgspec.structs.replace(MACHO, floor="12.0")
        assert only(report(intel, newer, platform=Platform.MACOS_UNIVERSAL2, floor="10.13")).message == (
            "hello/_speed.so needs macOS 12.0 but the wheel promises macOS 11.0"
        )
        assert only(report(MACHO, platform=Platform.MACOS_UNIVERSAL2)).rule == "machine"
