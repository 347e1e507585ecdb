"""The audit's part of a build: binaries → facts, known or read → the tag that they prove."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pyz3.audit import (
    CorruptBinaryError,
    Facts,
    Ledger,
    carried_as,
    facts_of,
    glibc_since,
    how_to_reach,
    is_plain_library,
    is_reached,
    judge,
    machines_of,
    nature_of,
    only_failing,
    policy_for,
    promised_elsewhere,
    proved_platform_tag,
    proved_tag,
    system_symbols,
)
from pyz3.capi import limited_api, python_symbols
from pyz3.engine.pe_headers import pointers_to_header
from pyz3.errors import AuditFailedError, abridged
from pyz3.plan import LeftOut

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence
    from pathlib import Path

    from pyz3.audit import Report
    from pyz3.engine.damage import CachePart
    from pyz3.engine.linked import Linked
    from pyz3.engine.toolchain import Toolchain
    from pyz3.plan import Recipe
    from pyz3.targets import Platform


# "/src" may be part of an address; "/home/me/hello" is no coincidence.
_TELLING_PARTS = 3
# A DLL's pointers to itself that mingw-w64's start-up code has (``__image_base__``).
_OF_START_UP = 1
# What a source has that is meant to be imported.
_INIT = re.compile(r"\b(PyInit|PyMODINIT_FUNC|PyModExport|PYBIND11_MODULE|NB_MODULE)")


@dataclass(frozen=True, kw_only=True)
class Binary:
    """A library for a wheel.

    Attributes:
        file: Path in the wheel.
        module: Dotted name of the extension module; None for another library.
        content: The file.
        key: Its name in the ledger: says what it was made from.
        limited_api: The Limited API it is restricted to; empty: all of the C API.
        exports: Names or globs of what it must export, besides a module's init function.
        sources: Of what another build backend calls an extension module, as far as they are known;
            None: pyz3 knows itself what it is.
        shipped: The project holds it already built.
        origin: Who made it, as a clause.
        linked: What its link was given besides the project's code; None: pyz3 has not seen that.
        libraries: Names of the project's static libraries among that.
        pdb: Its debug data, on Windows: the name that the file states, and the content; None: there is none.
    """

    file: str
    module: str | None
    content: bytes
    key: str
    limited_api: str = ""
    exports: tuple[str, ...] = ()
    sources: tuple[Path, ...] | None = None
    shipped: bool = False
    origin: str = "compiled by pyz3"
    linked: Linked | None = None
    libraries: tuple[str, ...] = ()
    pdb: tuple[str, bytes] | None = None


@dataclass(frozen=True, kw_only=True)
class Known:
    """What is known of a binary, and whether it was known before this build."""

    facts: tuple[Facts, ...]
    cached: bool


@dataclass(frozen=True, kw_only=True)
class Proof:
    """What the audit says of one wheel.

    Attributes:
        binaries: Those that it holds.
        reports: One per binary.
        tag: The wheel's tag, its platform part as proved.
        left_out: The optional modules that were refused.
        plain: What was to be extension modules and are libraries for ctypes or cffi.
        unreached: Binaries for which the loader does not find another of the wheel, and what helps.
        failing: Binaries of other build backends that call what only fails there, and what that is.
    """

    binaries: tuple[Binary, ...]
    reports: tuple[Report, ...]
    tag: str
    left_out: tuple[LeftOut, ...] = ()
    plain: tuple[str, ...] = ()
    unreached: tuple[tuple[str, str], ...] = ()
    failing: tuple[tuple[str, str], ...] = ()


class DamagedError(Exception):
    """A file is no longer what it was, or never was one: the cache it came from is damaged.

    Args:
        message: Which file, or what zig said.
        part: Of zig's cache.
    """

    def __init__(self, message: str, *, part: CachePart = "local") -> None:
        super().__init__(message)
        self.part = part


class Prover:
    """Audits the binaries of one platform.

    Args:
        platform: Which.
        includes: The prepared headers of each version (``3.13``).
        toolchain: Where the ledger and zig's own symbol lists are.
        private: Folders of this machine that no binary may tell of.
    """

    def __init__(
        self,
        platform: Platform,
        *,
        includes: Mapping[str, Path],
        toolchain: Toolchain,
        private: Sequence[Path] = (),
    ) -> None:
        self._platform = platform
        self._private = _telling(private)
        self._includes = includes
        self._zig_lib = toolchain.zig_lib
        self._ledger = Ledger(toolchain.cache.audits)

    def read(self, binary: Binary, vouch: Callable[[], None] = lambda: None) -> Known:
        """Give the facts of a binary; it is parsed only when it is new.

        Args:
            binary: The binary.
            vouch: Called before a new one is believed; raises ``DamagedError`` if it cannot be.

        Raises:
            DamagedError: It is not what it was, or cannot be parsed.
        """
        try:
            facts = self._ledger.look_up(binary.key, binary.content)
            if facts is not None:
                return Known(facts=facts, cached=True)
            vouch()
            facts = _for_linkers(binary.content) or facts_of(binary.content, name=binary.file)
        except (CorruptBinaryError, AuditFailedError) as error:
            if binary.shipped:  # as it is, whatever it is: test data may be damaged on purpose
                return Known(facts=(), cached=True)
            raise DamagedError(str(error)) from error
        self._ledger.note(binary.key, binary.content, facts)
        return Known(facts=facts, cached=False)

    def prove(self, recipe: Recipe, binaries: Sequence[Binary], known: Mapping[str, Known]) -> Proof:
        """Judge the binaries of one wheel; optional modules that are refused are left out.

        Args:
            recipe: The wheel.
            binaries: All of its binaries.
            known: What ``read`` gave, by ``Binary.key``.

        Raises:
            AuditFailedError: A binary is not what the wheel's name would promise.
        """
        binaries = [one for one in binaries if not one.shipped or self._is_own(known[one.key].facts)]
        # What debuggers read says where the sources and object files are.
        with_debug_data = recipe.debug_info and recipe.target.platform.family != "windows"
        if recipe.optimize != "Debug" and not with_debug_data:
            self._refuse_leaks(binaries)
        if self._platform.family == "windows":
            self._refuse_dropped(binaries)
        reports = self._judge(recipe, binaries, known)
        optional = {module.file for module in recipe.modules if module.optional}
        refused = {report.file: report for report in reports if not report.ok and report.file in optional}
        if refused:
            # The others are judged anew: they may have relied on what was refused.
            rest = self.prove(recipe, [b for b in binaries if b.file not in refused], known)
            left_out = tuple(
                _refused(recipe, binary, refused[binary.file])
                for binary in binaries
                if binary.file in refused
            )
            return replace(rest, left_out=left_out + rest.left_out)
        if reports:
            platform = proved_platform_tag(reports, recipe.target, recipe.floor)
        else:
            platform = (
                proved_tag(recipe.target.platform, measured="", floor=recipe.floor) if recipe.bound else ""
            )
        tag = f"{recipe.tag}-{platform}" if platform else "py3-none-any"
        plain = tuple(
            binary.module
            for binary, report in zip(binaries, reports, strict=True)
            if binary.module and not report.module
        )
        return Proof(
            binaries=tuple(binaries),
            reports=reports,
            tag=tag,
            plain=plain,
            unreached=self._unreached(binaries, known),
            failing=self._failing(recipe, binaries, known),
        )

    def _failing(
        self, recipe: Recipe, binaries: Sequence[Binary], known: Mapping[str, Known]
    ) -> tuple[tuple[str, str], ...]:
        if self._platform.family != "pyodide" or recipe.base is None:
            return ()
        found: list[tuple[str, str]] = []
        for binary in binaries:
            calls = {name: why for one in self._own(binary, known) for name, why in only_failing(one).items()}
            why = "; ".join(dict.fromkeys(calls.values()))
            if calls:
                found.append((binary.file, f"calls {abridged(tuple(calls))}, which only fails there: {why}"))
        return tuple(found)

    def _unreached(
        self, binaries: Sequence[Binary], known: Mapping[str, Known]
    ) -> tuple[tuple[str, str], ...]:
        """Give which binaries need others that the loader does not find by itself, and what helps."""
        siblings = {binary.file: self._own(binary, known) for binary in binaries}
        promised = policy_for(self._platform.family).promises
        found = []
        for file, several in siblings.items():
            for name in several[0].needed if several else ():
                carried = carried_as(name, siblings, platform=self._platform)
                if not carried or promised(name, several[0].machine):
                    continue
                if not is_reached(file, several[0], name, siblings, platform=self._platform):
                    tip = how_to_reach(file, carried, platform=self._platform)
                    found.append((file, f"the loader does not look for {carried}, which is needed: {tip}"))
        return tuple(found)

    def _refuse_dropped(self, binaries: Sequence[Binary]) -> None:
        """Refuse a DLL that would call nothing: lld drops functions that only ``__imp_NAME`` stands for."""
        for binary in binaries:
            is_pe = binary.content.startswith(b"MZ")
            if is_pe and not binary.shipped and pointers_to_header(binary.content) > _OF_START_UP:
                raise AuditFailedError(
                    f"{binary.file}: it calls a function of its own that the linker has dropped",
                    tip="a function is declared as another DLL's (PyAPI_FUNC, __declspec(dllimport)), and "
                    "defined here: declare it without; or compile and link by two commands",
                )

    def _refuse_leaks(self, binaries: Sequence[Binary]) -> None:
        for binary in binaries:
            for folder in self._private:
                if folder.encode() in binary.content:
                    raise AuditFailedError(
                        f"{binary.file}: it holds the path {folder} of the machine that it was built on",
                        tip="find what hands an absolute path to compiler or linker: a macro, run path, or a "
                        "library without a name of its own (-Wl,-soname) that is linked by its path",
                    )

    def _judge(
        self, recipe: Recipe, binaries: Sequence[Binary], known: Mapping[str, Known]
    ) -> tuple[Report, ...]:
        siblings = {binary.file: self._own(binary, known) for binary in binaries}
        return tuple(
            judge(
                siblings[binary.file],
                file=binary.file,
                module=None if _is_plain(binary, known[binary.key].facts) else binary.module,
                target=recipe.target,
                floor=recipe.floor,
                python_symbols=self._names(recipe, binary.limited_api),
                system_symbols=system_symbols(self._platform, self._zig_lib),
                system_since=self._since,
                siblings=siblings,
                stable_abi=binary.limited_api,
                exports=binary.exports,
                may_fail=recipe.base is not None,
            )
            for binary in binaries
        )

    def _own(self, binary: Binary, known: Mapping[str, Known]) -> tuple[Facts, ...]:
        """Give the facts of a binary; of a fat one that is shipped those of this platform."""
        facts = known[binary.key].facts
        return machines_of(facts, self._platform) if binary.shipped else facts

    def _is_own(self, facts: tuple[Facts, ...]) -> bool:
        """Tell whether a shipped binary can be read, and is for this platform's C library."""
        family = self._platform.family
        return bool(facts) and not any(
            promised_elsewhere(family, library, one.machine) for one in facts for library in one.needed
        )

    def _since(self, name: str) -> str:
        """Give the glibc that brought a symbol; empty elsewhere."""
        if self._platform.traits.floor_of != "glibc":
            return ""
        return glibc_since(name, zig_target=self._platform.spec.zig, zig_lib=self._zig_lib)

    def _names(self, recipe: Recipe, stable_abi: str) -> Collection[str]:
        """Give what the interpreter exports, or what the stable ABI lets a module use of that."""
        python = recipe.target.python
        system = self._platform.traits.exports
        if stable_abi:
            return limited_api(stable_abi, system=system).names
        return python_symbols(self._includes[python.base], version=python, system=system).names


def _for_linkers(content: bytes) -> tuple[Facts, ...]:
    """Give what is known of objects and archives of them; nothing of anything else."""
    nature = nature_of(content)
    if nature is None or nature.linked:
        return ()
    return tuple(
        Facts(format=nature.format, machine=machine, loadable=False, use="object")
        for machine in nature.machines
    )


def _is_plain(binary: Binary, facts: tuple[Facts, ...]) -> bool:
    """Tell whether it is no module but a library for ctypes or cffi.

    setuptools knows but one way to build both.
    """
    if binary.sources is None or not is_plain_library(facts):
        return False
    texts = (path.read_text(encoding="utf-8", errors="replace") for path in binary.sources)
    return not any(_INIT.search(text) for text in texts)


def _telling(folders: Sequence[Path]) -> tuple[str, ...]:
    """Give the folders whose names are long enough not to be in a binary by chance."""
    return tuple(f"{folder}{os.sep}" for folder in folders if len(folder.parts) >= _TELLING_PARTS)


def _refused(recipe: Recipe, binary: Binary, report: Report) -> LeftOut:
    return LeftOut(
        module=binary.module or binary.file,
        identifier=recipe.identifier,
        why="; ".join(finding.message for finding in report.findings),
        tip="; ".join(dict.fromkeys(finding.tip for finding in report.findings if finding.tip)),
    )
