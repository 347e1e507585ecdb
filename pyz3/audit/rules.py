"""The rules of the audit: each finds one kind of contradiction between a binary and its wheel.

Rules are pure functions from a case to findings; ``RULES`` lists those of each format.
"""

from __future__ import annotations

import ntpath
import posixpath
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

from pyz3.audit.elf import glibc_release
from pyz3.audit.facts import version_key
from pyz3.audit.report import OLDEST_ARM64_MACOS, Finding
from pyz3.capi import added_in, dll_name, init_suffix
from pyz3.capi.emscripten import UNUSABLE, emscripten_abi_for, is_exported
from pyz3.driver.system_cxx import LIBRARY as LIBCXX
from pyz3.driver.system_cxx import first_macos
from pyz3.targets import PythonVersion

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping

    from pyz3.audit.facts import Facts, Symbol
    from pyz3.audit.policy import Policy
    from pyz3.targets import Target

_PYTHON_PREFIXES = ("Py", "_Py")
# What stands for the folder of the file itself, or is resolved by such: ld.so(8), dyld(1).
_ORIGINS = {"elf": ("$ORIGIN", "${ORIGIN}"), "macho": ("@loader_path", "@rpath")}
LIBSYSTEM = "/usr/lib/libSystem.B.dylib"


@dataclass(frozen=True, kw_only=True)
class Case:
    """One binary under judgement; ``judge`` explains the fields."""

    facts: Facts
    file: str
    module: str | None
    target: Target
    floor: str
    policy: Policy
    python_symbols: Collection[str]
    system_symbols: Collection[str] | None
    system_since: Callable[[str], str]
    siblings: Mapping[str, tuple[Facts, ...]]
    stable_abi: str
    exports: tuple[str, ...]
    may_fail: bool = False

    def finding(
        self, rule: str, message: str, *, symbol: str = "", version: str = "", tip: str = ""
    ) -> Finding:
        """Make a finding; the message follows the file's name."""
        return Finding(
            file=self.file,
            rule=rule,
            symbol=symbol,
            version=version,
            message=f"{self.file} {message}",
            tip=tip,
        )

    def sibling(self, library: str) -> tuple[Facts, ...]:
        """Give the binary of the same wheel that the loader would take for ``library``."""
        if _is_absolute(library) or (self.facts.format == "elf" and "/" in library):
            return ()  # taken literally: no file of an installed wheel
        if self.facts.format == "pe":
            library = library.lower()
        wanted = posixpath.basename(library)
        for path, several in self.siblings.items():
            names = {posixpath.basename(path), *(posixpath.basename(facts.name) for facts in several)}
            if wanted in ({name.lower() for name in names} if self.facts.format == "pe" else names):
                return several
        return ()

    def shipped(self, name: str) -> bool:
        """Does a binary of the same wheel that this one needs export ``name``?"""
        return any(name in names for names in self._offered)

    @cached_property
    def _offered(self) -> tuple[frozenset[str], ...]:
        siblings = dict.fromkeys(self.facts.needed)
        return tuple(_names(facts.exported) for library in siblings for facts in self.sibling(library))


@lru_cache(maxsize=64)
def _names(exported: tuple[str, ...]) -> frozenset[str]:
    """Give them as a set: a library is asked once for each symbol of each file that needs it."""
    return frozenset(exported)


def loadable(case: Case) -> Iterator[Finding]:
    """An interpreter can load it at all, unless it is there to be run or linked."""
    if not case.facts.loadable and (case.module is not None or not case.facts.use):
        yield case.finding(
            "loadable",
            "is an executable or object file, not a shared library",
            tip="link it as a shared library",
        )


def init_function(case: Case) -> Iterator[Finding]:
    """It exports what the interpreter calls on import (PEP 489, PEP 793)."""
    if case.module is None:
        return
    wanted = init_names(case.module)
    if not any(name in case.facts.exported for name in wanted):
        others = [name for name in case.facts.exported if name.startswith(("PyInit", "PyModExport"))]
        has = f"; it exports {', '.join(others)}" if others else ""
        yield case.finding(
            "init",
            f"does not export {wanted[0]}, so {case.module} could not be imported{has}",
            symbol=wanted[0],
            tip=f"declare it PyMODINIT_FUNC {wanted[0]}(void), as extern C in C++, or rename the module",
        )


def is_plain_library(facts: Collection[Facts]) -> bool:
    """Tell whether a binary has nothing to do with Python: it offers functions, and needs none of Python's.

    A module that lost its init function offers nothing, or still needs the C API.
    """
    return all(
        one.exported
        and not any(name.startswith(("PyInit", "PyModExport")) for name in one.exported)
        and not any(symbol.name.startswith(_PYTHON_PREFIXES) for symbol in one.undefined)
        and not any(map(_is_python_dll, one.needed))
        for one in facts
    )


def promised_exports(case: Case) -> Iterator[Finding]:
    """It exports what ``export-symbols`` says: else a slip in a name would be noticed by its users."""
    for wanted in case.exports:
        if not any(fnmatchcase(name, wanted) for name in case.facts.exported):
            yield case.finding(
                "export",
                f"exports nothing that export-symbols calls {wanted!r}",
                symbol=wanted,
                tip='define it, not static, and in C++ as extern "C"; or correct export-symbols',
            )


def init_names(module: str) -> tuple[str, ...]:
    """Give the names under which the interpreter looks for the module's entry: any one will do."""
    suffix = init_suffix(module)
    return (f"PyInit{suffix}", f"PyModExport{suffix}")


def needed_libraries(case: Case) -> Iterator[Finding]:
    """It needs no library but those of the system and of its own wheel."""
    for library in case.facts.needed:
        if case.policy.promises(library, case.facts.machine) or case.sibling(library):
            continue
        if case.facts.format == "pe" and _is_python_dll(library):
            continue  # python_dll judges it
        if "python" in posixpath.basename(library).lower():
            tip = "do not link to Python's library: the interpreter that imports the module supplies it"
        else:
            tip = (
                "build it from source: [[tool.pyz3.libraries]] with static = true links it in, without that "
                "it is shipped inside the package; or name the folder of its static library in library-dirs"
            )
        yield case.finding(
            "library",
            f"needs {library}, which {case.policy.promise} does not promise",
            symbol=library,
            tip=tip,
        )


def paths(case: Case) -> Iterator[Finding]:
    """No path of the machine that built it is inside, and libraries are looked for in the wheel alone."""
    facts = case.facts
    system = ("/usr/lib/", "/System/") if facts.format == "macho" else ()
    for path in facts.rpaths:
        if f"{path}/".startswith(system):
            continue
        first, _, rest = path.partition("/")
        if _is_absolute(path):
            why = "a folder of the machine that built it"
        elif path == ".":
            why = "the current folder of whoever loads it"
        elif first not in _ORIGINS.get(facts.format, ()):
            why = "which is no folder of the wheel to its loader"
        elif ".data/" not in case.file and _is_outside(posixpath.join(posixpath.dirname(case.file), rest)):
            why = "a folder outside of the wheel"
        else:
            continue
        yield case.finding(
            "path",
            f"looks for libraries in {path}, {why}",
            symbol=path,
            tip="name the folder from the file's own: $ORIGIN/… on Linux, @loader_path/… on macOS",
        )
    if _is_absolute(facts.name):
        tip = "give the linker a name without folder"
        yield case.finding("path", f"calls itself {facts.name}, an absolute path", symbol=facts.name, tip=tip)


def glibc_versions(case: Case) -> Iterator[Finding]:
    """No symbol version is newer than the promised glibc and the libraries of its time."""
    newest = case.policy.newest_versions(case.floor)
    using: dict[tuple[str, str], list[Symbol]] = {}
    for symbol in case.facts.undefined:
        using.setdefault((symbol.version, symbol.library), []).append(symbol)
    for need in case.facts.versions:
        users = using.get((need.version, need.library), [])
        if need.weak:
            continue
        release = glibc_release(need.version)
        namespace, _, number = need.version.rpartition("_")
        if release:
            if version_key(release) > version_key(case.floor):
                yield from _too_new(case, users, need.version, f"but the wheel promises glibc {case.floor}")
        elif need.version == "GLIBC_PRIVATE":
            for symbol in users:
                message = f"needs {symbol}, which glibc keeps for itself and may change in any release"
                yield case.finding("floor", message, symbol=symbol.name, version=need.version)
        elif (
            namespace in newest and _numeric(number) and version_key(number) > version_key(newest[namespace])
        ):
            why = f"but {need.library} beside glibc {case.floor} ends at {namespace}_{newest[namespace]}"
            yield from _too_new(case, users, need.version, why)


def _too_new(case: Case, users: list[Symbol], version: str, why: str) -> Iterator[Finding]:
    wanted = case.facts.floor
    if wanted and version_key(wanted) > version_key(case.floor):
        tip = f'promise a newer system with glibc = "{wanted}" in [tool.pyz3], or avoid the call'
    else:
        tip = "promise a newer system (glibc in [tool.pyz3]), or avoid the call"
    # A version may be demanded without any symbol: then it stands for itself.
    if not users:
        yield case.finding("floor", f"needs {version} {why}", version=version, tip=tip)
    for symbol in users:
        yield case.finding("floor", f"needs {symbol} {why}", symbol=symbol.name, version=version, tip=tip)


def elf_symbols(case: Case) -> Iterator[Finding]:
    """Every undefined symbol is the C library's, the C API's, or of the same wheel."""
    # Where a library's symbols are not known, only names that must be Python's can be judged.
    certain = all(
        case.sibling(library)
        or (case.policy.promises(library, case.facts.machine) and library not in case.policy.opaque)
        for library in case.facts.needed
    )
    for symbol in case.facts.undefined:
        if symbol.weak or symbol.version:  # a version names its library, and the versions are judged
            continue
        if not certain and not symbol.name.startswith(_PYTHON_PREFIXES):
            continue
        if case.system_symbols is not None and symbol.name in case.system_symbols:
            continue
        yield from _unexplained(case, symbol, "the C library")


def _unexplained(case: Case, symbol: Symbol, system: str) -> Iterator[Finding]:
    if symbol.name in case.python_symbols or case.shipped(symbol.name):
        return
    if symbol.name.startswith(_PYTHON_PREFIXES):
        yield _not_in_python(case, symbol, f"needs {symbol}")
    elif (since := case.system_since(symbol.name)) and version_key(since) > version_key(case.floor):
        # Zig links against the promised glibc, which leaves such a symbol undefined and without version.
        message = f"needs {symbol}, which glibc has since {since}, but the wheel promises glibc {case.floor}"
        newest = max(
            (case.system_since(s.name) for s in case.facts.undefined if not s.weak and not s.version),
            key=version_key,
        )
        tip = f'promise a newer system with glibc = "{newest}" in [tool.pyz3], or avoid the call'
        yield case.finding("floor", message, symbol=symbol.name, version=f"GLIBC_{since}", tip=tip)
    else:
        python = f"the C API of Python {case.target.python}"
        message = f"needs {symbol}, which neither {system} nor {python} has"
        tip = "add the source file or the static library that defines it"
        yield case.finding("symbol", message, symbol=symbol.name, tip=tip)


def _not_in_python(case: Case, symbol: Symbol, need: str) -> Finding:
    since = ""
    if not case.stable_abi:
        why = f"the C API of Python {case.target.python} does not have"
        tip = "avoid the call for this Python (#if PY_VERSION_HEX …)"
    else:
        since = added_in(symbol.name, system="windows" if case.facts.format == "pe" else "posix") or ""
        promised = PythonVersion.parse(case.stable_abi)
        if since:
            why = f"the Limited API has since {since}, but the wheel promises {promised.base}"
            newer = f"{since}t" if promised.free_threaded else since
            tip = f'promise a newer Python with abi3 = "{newer}" in [tool.pyz3], or avoid the call'
        else:
            why = "no Python's Limited API has"
            tip = "avoid the call, or make one wheel per Python: take abi3 out of [tool.pyz3]"
    return case.finding("symbol", f"{need}, which {why}", symbol=symbol.name, version=since, tip=tip)


def elf_hardening(case: Case) -> Iterator[Finding]:
    """Systems with a strict policy refuse executable stacks and writable code."""
    if case.facts.executable_stack:
        tip = "mark assembly sources with .section .note.GNU-stack, and link with -Wl,-z,noexecstack"
        yield case.finding("stack", "makes the stack executable", tip=tip)
    if case.facts.text_relocations:
        tip = "compile everything with -fPIC"
        yield case.finding("text-relocations", "has relocations in its code (DT_TEXTREL)", tip=tip)


def macos_minimum(case: Case) -> Iterator[Finding]:
    """It states a macOS minimum no newer than the promised one."""
    measured, promised = case.facts.floor, _oldest_macos(case)
    if not measured:
        yield case.finding("floor", "does not state which macOS it was built for")
    elif version_key(measured) > version_key(promised):
        yield case.finding(
            "floor",
            f"needs macOS {measured} but the wheel promises macOS {promised}",
            version=measured,
            tip=f"set MACOSX_DEPLOYMENT_TARGET={measured}, or build everything for macOS {promised}",
        )


def _oldest_macos(case: Case) -> str:
    arm64 = case.facts.machine == "arm64"
    return max(case.floor, OLDEST_ARM64_MACOS, key=version_key) if arm64 else case.floor


def macos_symbols(case: Case) -> Iterator[Finding]:
    """Symbols of dynamic lookup are Python's; those of libSystem, libc++ and the wheel exist."""
    for symbol in case.facts.undefined:
        if symbol.weak:
            continue
        if not symbol.library:
            yield from _unexplained(case, symbol, "any library that it names")
        elif symbol.library == LIBSYSTEM and case.system_symbols is not None:
            if symbol.name not in case.system_symbols:
                tip = "avoid the call on macOS"
                message = f"needs {symbol}, which {LIBSYSTEM} does not have"
                yield case.finding("symbol", message, symbol=symbol.name, tip=tip)
        elif symbol.library == LIBCXX:
            first, promised = first_macos(symbol.name), _oldest_macos(case)
            if first and version_key(first) > version_key(promised):
                message = f"needs {symbol} of macOS {first} but the wheel promises macOS {promised}"
                tip = f"set MACOSX_DEPLOYMENT_TARGET={first}"
                yield case.finding("symbol", message, symbol=symbol.name, version=first, tip=tip)
        elif (sibling := case.sibling(symbol.library)) and not any(
            symbol.name in s.exported for s in sibling
        ):
            message = f"needs {symbol}, which {symbol.library} of this wheel does not export"
            yield case.finding("symbol", message, symbol=symbol.name)


def macos_signature(case: Case) -> Iterator[Finding]:
    """On arm64 macOS kills a process that loads unsigned code, on every machine wrongly signed code."""
    if case.facts.signature == "invalid":
        tip = "nothing may change the file after linking; else sign it again"
        yield case.finding("signature", "has a code signature that does not match its contents", tip=tip)
    elif case.facts.signature == "" and case.facts.machine == "arm64":
        tip = "link without -no_adhoc_codesign"
        yield case.finding("signature", "has no code signature, which macOS on arm64 demands", tip=tip)


def python_dll(case: Case) -> Iterator[Finding]:
    """It takes the C API from the DLL of its own Python, and nothing that this DLL lacks."""
    python = case.target.python
    wanted = dll_name(python, stable_abi=case.stable_abi)
    abi = "the stable ABI" if case.stable_abi else python.abi
    for library in case.facts.needed:
        if _is_python_dll(library) and library.lower() != wanted:
            yield case.finding(
                "library",
                f"needs {library}, but modules for {abi} take the C API from {wanted}",
                symbol=library,
                tip=f"link with the import library of {wanted} only",
            )
    for symbol in case.facts.undefined:
        if symbol.library.lower() == wanted and symbol.name not in case.python_symbols:
            yield _not_in_python(case, symbol, f"needs {symbol} from {wanted}")


def pyodide_symbols(case: Case) -> Iterator[Finding]:
    """Pyodide has every symbol, and those that it has do work.

    Its dynamic loader refuses nothing: a call of a missing function ends the interpreter.
    """
    abi = emscripten_abi_for(case.target.python)
    for symbol in case.facts.undefined:
        if symbol.name in UNUSABLE:
            if case.may_fail:
                continue
            tip = "leave the call out where __EMSCRIPTEN__ is defined"
            message = f"needs {symbol}, which only fails there: {UNUSABLE[symbol.name]}"
            yield case.finding("symbol", message, symbol=symbol.name, tip=tip)
        elif not is_exported(symbol.name, abi):
            yield from _unexplained(case, symbol, f"Pyodide {abi.pyodide}")


def only_failing(facts: Facts) -> dict[str, str]:
    """Give what a module for Pyodide calls and only fails there, and why."""
    return {one.name: UNUSABLE[one.name] for one in facts.undefined if one.name in UNUSABLE}


def pe_hardening(case: Case) -> Iterator[Finding]:
    """It is the same in every build, can be loaded anywhere, and its data cannot be run."""
    facts = case.facts
    if not facts.reproducible:
        tip = "link with -Wl,/Brepro or without a time stamp"
        yield case.finding(
            "timestamp", "has the time of its linking inside, so no two builds are the same", tip=tip
        )
    if not facts.relocatable:
        tip = "link with --dynamicbase"
        yield case.finding("hardening", "cannot be loaded at a random address (DYNAMIC_BASE is off)", tip=tip)
    if not facts.nx_compatible:
        tip = "link with --nxcompat"
        yield case.finding("hardening", "lets its data be executed (NX_COMPAT is off)", tip=tip)


def _is_python_dll(library: str) -> bool:
    stem = library.lower().removesuffix(".dll").removesuffix("_d").removesuffix("t")
    return stem.startswith("python3") and stem.removeprefix("python").isdigit()


def _is_absolute(path: str) -> bool:
    return posixpath.isabs(path) or bool(ntpath.splitdrive(path)[0]) or path.startswith("\\")


def _is_outside(path: str) -> bool:
    return f"{posixpath.normpath(path)}/".startswith("../")


def _numeric(version: str) -> bool:
    return version.replace(".", "").isdigit()


_COMMON = (loadable, init_function, promised_exports, needed_libraries, paths)
RULES: Mapping[str, tuple[Callable[[Case], Iterator[Finding]], ...]] = {
    "linux": (*_COMMON, glibc_versions, elf_symbols, elf_hardening),
    "musllinux": (*_COMMON, elf_symbols, elf_hardening),
    "macos": (*_COMMON, macos_minimum, macos_symbols, macos_signature),
    "windows": (*_COMMON, python_dll, pe_hardening),
    "pyodide": (*_COMMON, pyodide_symbols),
}
