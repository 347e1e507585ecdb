"""What a file takes from elsewhere: libraries, symbols, Python's DLL."""

from __future__ import annotations

import msgspec
import pytest
from audited import ELF, FACTS, MACHO, MUSL, PE, only, report, with_undefined

from pyz3.audit import Facts, Symbol
from pyz3.targets import Platform


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

    def test_libcxx_of_the_promised_macos_lacks_it(self) -> None:
        libcxx = "/usr/lib/libc++.1.dylib"
        facts = with_undefined(
            MACHO,
            Symbol(name="_Znwm", library=libcxx),
            Symbol(name="_ZNSt3__14__fs10filesystem8__statusERKNS1_4pathEPNS_10error_codeE", library=libcxx),
            Symbol(name="_ZNSt3__18to_charsEPcS0_d", library=libcxx),  # of which macOS is not known
            needed=(libcxx,),
        )
        assert report(facts).ok
        intel = msgspec.structs.replace(facts, machine="x86_64", floor="10.13")
        found = only(report(intel, platform=Platform.MACOS_X86_64))
        assert (found.symbol[:28], found.version) == ("_ZNSt3__14__fs10filesystem8_", "10.15")

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
