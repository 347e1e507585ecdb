from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from pyz3.audit import Facts, Symbol, VersionNeed, judge
from pyz3.audit.rules import init_names
from pyz3.targets import Platform, PythonVersion, Target

if TYPE_CHECKING:
    from pyz3.audit import Finding, Report

PYTHON = frozenset({"PyLong_FromLong", "PyExc_ValueError"})
MODULE = "hello._speed"

ELF = Facts(
    format="elf",
    machine="x86_64",
    floor="2.14",
    needed=("libc.so.6", "libm.so.6"),
    exported=("PyInit__speed",),
    undefined=(
        Symbol(name="memcpy", version="GLIBC_2.14", library="libc.so.6"),
        Symbol(name="PyLong_FromLong"),
        Symbol(name="__gmon_start__", weak=True),
    ),
    versions=(VersionNeed(library="libc.so.6", version="GLIBC_2.14"),),
)
MUSL = Facts(
    format="elf",
    machine="aarch64",
    needed=("libc.so",),
    exported=("PyInit__speed",),
    undefined=(Symbol(name="memcpy"), Symbol(name="PyLong_FromLong")),
)
MACHO = Facts(
    format="macho",
    machine="arm64",
    floor="11.0",
    needed=("/usr/lib/libSystem.B.dylib",),
    exported=("PyInit__speed",),
    undefined=(
        Symbol(name="memcpy", library="/usr/lib/libSystem.B.dylib"),
        Symbol(name="PyLong_FromLong"),
    ),
    name="@rpath/_speed.so",
    signature="adhoc",
)
PE = Facts(
    format="pe",
    machine="amd64",
    needed=("python313.dll", "KERNEL32.dll", "VCRUNTIME140.dll", "api-ms-win-crt-heap-l1-1-0.dll"),
    exported=("PyInit__speed",),
    undefined=(
        Symbol(name="PyLong_FromLong", library="python313.dll"),
        Symbol(name="Sleep", library="KERNEL32.dll"),
    ),
    name="_speed.pyd",
)
FACTS = {
    Platform.LINUX_X86_64: ELF,
    Platform.MUSLLINUX_AARCH64: MUSL,
    Platform.MACOS_ARM64: MACHO,
    Platform.WINDOWS_X64: PE,
}
PLATFORM_OF = {"elf": Platform.LINUX_X86_64, "macho": Platform.MACOS_ARM64, "pe": Platform.WINDOWS_X64}


def report(*facts: Facts, platform: Platform | None = None, python: str = "3.13", **options: Any) -> Report:
    platform = platform or PLATFORM_OF[facts[0].format]
    options.setdefault("file", "hello/_speed.so")
    options.setdefault("module", MODULE)
    options.setdefault("floor", platform.floor())
    target = Target(platform=platform, python=PythonVersion.parse(python))
    return judge(facts, target=target, python_symbols=PYTHON, **options)


def only(found: Report) -> Finding:
    (finding,) = found.findings
    return finding


def with_undefined(facts: Facts, *symbols: Symbol, **changes: Any) -> Facts:
    return msgspec.structs.replace(facts, undefined=(*facts.undefined, *symbols), **changes)


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


def test_universal2_promises_what_its_intel_half_does() -> None:
    intel = msgspec.structs.replace(MACHO, machine="x86_64", floor="10.13", signature="")
    found = report(intel, MACHO, platform=Platform.MACOS_UNIVERSAL2, floor="10.13")
    assert found.ok
    assert (found.floor, found.platform_tag) == ("10.13", "macosx_10_13_universal2")
    newer = msgspec.structs.replace(MACHO, floor="12.0")
    assert only(report(intel, newer, platform=Platform.MACOS_UNIVERSAL2, floor="10.13")).message == (
        "hello/_speed.so needs macOS 12.0 but the wheel promises macOS 11.0"
    )
    assert only(report(MACHO, platform=Platform.MACOS_UNIVERSAL2)).rule == "machine"


def test_an_executable_is_refused() -> None:
    finding = only(report(msgspec.structs.replace(ELF, loadable=False)))
    assert finding.rule == "loadable"


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


class TestLibraries:
    @pytest.mark.parametrize(
        ("platform", "library", "promise"),
        [
            (Platform.LINUX_X86_64, "libssl.so.3", "manylinux (PEP 600)"),
            (Platform.LINUX_X86_64, "libz.so.1", "manylinux (PEP 600)"),
            (Platform.LINUX_X86_64, "ld-linux-aarch64.so.1", "manylinux (PEP 600)"),
            (Platform.MUSLLINUX_AARCH64, "libc.musl-x86_64.so.1", "musllinux (PEP 656)"),
            (Platform.MUSLLINUX_AARCH64, "libstdc++.so.6", "musllinux (PEP 656)"),
            (Platform.MACOS_ARM64, "/opt/homebrew/lib/libssl.3.dylib", "macOS"),
            (Platform.MACOS_ARM64, "/usr/lib/libssl.dylib", "macOS"),
            (Platform.WINDOWS_X64, "msvcp140.dll", "Windows"),
            (Platform.WINDOWS_X64, "libwinpthread-1.dll", "Windows"),
        ],
    )
    def test_not_promised(self, platform: Platform, library: str, promise: str) -> None:
        facts = FACTS[platform]
        facts = msgspec.structs.replace(facts, needed=(*facts.needed, library))
        finding = only(report(facts, platform=platform, system_symbols={"memcpy"}))
        assert (finding.rule, finding.symbol) == ("library", library)
        assert finding.message == f"hello/_speed.so needs {library}, which {promise} does not promise"
        assert finding.tip.startswith(
            "build it from source: [[tool.pyz3.libraries]] with static = true links it in"
        )

    @pytest.mark.parametrize(
        ("platform", "library"),
        [
            (Platform.LINUX_X86_64, "ld-linux-x86-64.so.2"),
            (Platform.LINUX_X86_64, "libstdc++.so.6"),
            (Platform.MUSLLINUX_AARCH64, "libc.musl-aarch64.so.1"),
            (
                Platform.MACOS_ARM64,
                "/System/Library/Frameworks/CoreFoundation.framework/Versions/A/CoreFoundation",
            ),
            (Platform.MACOS_ARM64, "/usr/lib/libc++.1.dylib"),
            (Platform.WINDOWS_X64, "WS2_32.dll"),
            (Platform.WINDOWS_X64, "VCRUNTIME140_1.dll"),
        ],
    )
    def test_promised(self, platform: Platform, library: str) -> None:
        facts = FACTS[platform]
        facts = msgspec.structs.replace(facts, needed=(*facts.needed, library))
        assert report(facts, platform=platform, system_symbols={"memcpy"}).ok

    def test_libpython_is_answered_with_its_own_tip(self) -> None:
        facts = msgspec.structs.replace(ELF, needed=("libpython3.13.so.1.0", "libc.so.6"))
        assert only(report(facts)).tip == (
            "do not link to Python's library: the interpreter that imports the module supplies it"
        )

    @pytest.mark.parametrize(
        ("platform", "library", "path"),
        [
            (Platform.LINUX_X86_64, "libfast.so", "hello/libfast.so"),
            (Platform.MUSLLINUX_AARCH64, "libfast.so", "hello/libfast.so"),
            (Platform.MACOS_ARM64, "@loader_path/libfast.dylib", "hello/libfast.dylib"),
            (Platform.WINDOWS_X64, "Fast.DLL", "hello/fast.dll"),
        ],
    )
    def test_a_library_of_the_same_wheel_may_be_needed(
        self, platform: Platform, library: str, path: str
    ) -> None:
        facts = FACTS[platform]
        where = "" if facts.format == "elf" else library
        facts = with_undefined(facts, Symbol(name="fast_sum", library=where), needed=(*facts.needed, library))
        sibling = Facts(format=facts.format, machine=facts.machine, exported=("fast_sum",))
        good = report(facts, platform=platform, system_symbols={"memcpy"}, siblings={path: (sibling,)})
        assert good.findings == ()
        assert not report(facts, platform=platform, system_symbols={"memcpy"}).ok

    def test_a_library_in_a_folder_of_the_builder_is_no_sibling(self) -> None:
        facts = msgspec.structs.replace(ELF, needed=("libc.so.6", "/build/libfast.so"))
        sibling = Facts(format="elf", machine="x86_64")
        finding = only(report(facts, siblings={"hello/libfast.so": (sibling,)}))
        assert finding.symbol == "/build/libfast.so"


class TestSymbols:
    def test_elf_symbol_that_nothing_has(self) -> None:
        finding = only(report(with_undefined(ELF, Symbol(name="frobnicate"))))
        assert (finding.rule, finding.symbol) == ("symbol", "frobnicate")
        assert finding.message == (
            "hello/_speed.so needs frobnicate, which neither the C library nor the C API of Python 3.13 has"
        )
        assert finding.tip == "add the source file or the static library that defines it"

    def test_musl_symbol_that_nothing_has(self) -> None:
        facts = with_undefined(MUSL, Symbol(name="backtrace"))
        found = report(facts, platform=Platform.MUSLLINUX_AARCH64, system_symbols={"memcpy"})
        assert only(found).message == (
            "hello/_speed.so needs backtrace, which neither the C library nor the C API of Python 3.13 has"
        )

    @pytest.mark.parametrize("facts", [ELF, MACHO])
    def test_python_symbol_of_another_version(self, facts: Facts) -> None:
        finding = only(report(with_undefined(facts, Symbol(name="PyUnicode_READY"))))
        assert finding.message == (
            "hello/_speed.so needs PyUnicode_READY, which the C API of Python 3.13 does not have"
        )
        assert finding.tip == "avoid the call for this Python (#if PY_VERSION_HEX …)"

    def test_a_weak_symbol_may_be_missing(self) -> None:
        assert report(with_undefined(ELF, Symbol(name="PyUnicode_READY", weak=True))).ok
        assert report(with_undefined(MACHO, Symbol(name="PyUnicode_READY", weak=True))).ok

    def test_symbols_beside_a_library_without_versions_are_not_guessed_at(self) -> None:
        facts = with_undefined(
            ELF, Symbol(name="glBegin"), Symbol(name="Py_No"), needed=("libGL.so.1", "libc.so.6")
        )
        assert only(report(facts)).symbol == "Py_No"

    def test_libsystem_lacks_it(self) -> None:
        facts = with_undefined(MACHO, Symbol(name="memfd_create", library="/usr/lib/libSystem.B.dylib"))
        assert only(report(facts, system_symbols={"memcpy"})).message == (
            "hello/_speed.so needs memfd_create, which /usr/lib/libSystem.B.dylib does not have"
        )

    def test_dynamic_lookup_of_something_else(self) -> None:
        assert only(report(with_undefined(MACHO, Symbol(name="frobnicate")))).message == (
            "hello/_speed.so needs frobnicate, "
            "which neither any library that it names nor the C API of Python 3.13 has"
        )

    def test_a_dylib_of_the_wheel_must_export_it(self) -> None:
        library = "@loader_path/libfast.dylib"
        facts = with_undefined(
            MACHO, Symbol(name="fast_sum", library=library), needed=(*MACHO.needed, library)
        )
        sibling = Facts(format="macho", machine="arm64", exported=("slow_sum",))
        assert only(report(facts, siblings={"hello/libfast.dylib": (sibling,)})).message == (
            "hello/_speed.so needs fast_sum, which @loader_path/libfast.dylib of this wheel does not export"
        )

    def test_python_dll_lacks_it(self) -> None:
        facts = with_undefined(PE, Symbol(name="PyUnicode_READY", library="Python313.dll"))
        assert only(report(facts)).message == (
            "hello/_speed.so needs PyUnicode_READY from python313.dll, "
            "which the C API of Python 3.13 does not have"
        )


class TestPythonDll:
    @pytest.mark.parametrize("library", ["python312.dll", "python3.dll", "python313t.dll", "python313_d.dll"])
    def test_of_another_python(self, library: str) -> None:
        facts = msgspec.structs.replace(PE, needed=(library, "KERNEL32.dll"), undefined=())
        assert only(report(facts)).message == (
            f"hello/_speed.so needs {library}, but modules for cp313 take the C API from python313.dll"
        )

    @pytest.mark.parametrize(
        ("python", "stable", "library"),
        [
            ("3.13t", False, "python313t.dll"),
            ("3.9", False, "python39.dll"),
            ("3.13", True, "python3.dll"),
            ("3.15t", True, "python3t.dll"),
        ],
    )
    def test_of_this_python(self, python: str, library: str, *, stable: bool) -> None:
        facts = msgspec.structs.replace(PE, needed=(library,), undefined=())
        assert report(facts, python=python, stable_abi=stable).ok

    def test_the_stable_abi_keeps_away_from_the_versioned_dll(self) -> None:
        facts = msgspec.structs.replace(PE, needed=("python3.dll", "python313.dll"), undefined=())
        assert only(report(facts, stable_abi=True)).symbol == "python313.dll"


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
            (Platform.LINUX_X86_64, "/home/me/lib"),
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
    def test_relative_rpath(self, platform: Platform, path: str) -> None:
        assert report(msgspec.structs.replace(FACTS[platform], rpaths=(path,)), platform=platform).ok

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


def test_a_symbol_of_a_newer_glibc_is_named_with_its_release() -> None:
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
        "hello/_speed.so needs memfd_create, which glibc has since 2.27, but the wheel promises glibc 2.17",
        "hello/_speed.so needs qsort, which neither the C library nor the C API of Python 3.13 has",
    ]
