"""A wheel's binaries before the audit: each is judged for every platform that the wheel's tags promise."""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pyz3.audit import (
    Facts,
    judge,
    machines_of,
    measured_floor,
    oldest_glibc,
    proved_tag,
    version_key,
)
from pyz3.check.findings import Need, spelled
from pyz3.doctor import (
    AnyPythonName,
    LoadedFile,
    NeededLibrary,
    Promise,
    find_libraries,
    own_floor,
    python_names,
    read_promises,
    system_names,
)
from pyz3.errors import abridged
from pyz3.targets import PythonVersion, Target

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from pyz3.audit import Finding
    from pyz3.check.subject import Binary, Subject

# Below it no wheel's tag goes (PEP 513), and no symbol version tells.
_OLDEST_GLIBC = "2.5"
_OTHER_GLIBC = "2.17"  # other machines than Intel's came with PEP 599
_INTEL = frozenset({"x86_64", "i686"})
_SYSTEM_FOLDERS = ("/usr/lib/", "/System/")
# What Microsoft installs apart from Windows, and what other compilers bring: a wheel has to have it.
_NOT_OF_WINDOWS = re.compile(
    r"(?:msvc[pr]\d|mfc\d|atl\d|vcomp\d|vcruntime\d|vccorlib\d|concrt\d|lib|python|tbb|mkl|cu[db]|d3dcompiler).*",
    re.IGNORECASE,
)
# delocate gives the libraries that it copies such a name, since none of them is looked for by it.
_DELOCATE = "/DLC/"
_OTHER_PYTHONS = ("pp", "graalpy")


@dataclass(frozen=True, kw_only=True)
class Judged:
    """What the audit says of one binary, for one platform.

    Attributes:
        file: Path in the wheel.
        findings: The audit's.
        unreached: Libraries of the wheel that the loader would not find, as messages.
        unlisted: Libraries that are called as the system's are, and that no list promises.
        outside: Libraries that it needs besides those of the wheel.
        needs: All libraries that it needs, and who has them.
        fits: It is for this platform.
        foreign: It is a program for another system or machine: data, here.
        floor: The oldest system that it says it needs.
    """

    file: str
    findings: tuple[Finding, ...] = ()
    unreached: tuple[str, ...] = ()
    unlisted: tuple[str, ...] = ()
    outside: tuple[str, ...] = ()
    needs: tuple[Need, ...] = ()
    fits: bool = True
    foreign: bool = False
    floor: str = ""


@dataclass(frozen=True, kw_only=True)
class Judgement:
    """What the audit says of a wheel.

    Attributes:
        files: Each binary for each platform.
        lowest: The oldest platform tags that would be true.
        because: What needs the newest system.
        notes: What was not judged, and why.
    """

    files: tuple[Judged, ...] = ()
    lowest: tuple[str, ...] = ()
    because: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(kw_only=True)
class Judge:
    """Judges wheels; what is known of Pythons is kept from one to the next.

    Args:
        environ: Environment variables, to find headers of Pythons by.
    """

    environ: Mapping[str, str]
    _pythons: dict[tuple[str, str, str], Collection[str]] = field(default_factory=dict)

    def judge(self, subject: Subject) -> Judgement:
        """Judge every binary of a wheel for every platform that it is for."""
        if subject.named is None or not subject.binaries:
            return Judgement()
        promises = read_promises(subject.named.tags)
        platforms = {tag.platform for tag in subject.named.tags} - {"any"}
        notes = (
            [] if promises or not platforms else [f"nothing is known of {' and '.join(sorted(platforms))}"]
        )
        if any(tag.interpreter.startswith(_OTHER_PYTHONS) for tag in subject.named.tags):
            notes.append("symbols were not looked up: the C API of this Python is not known here")
        files, lowest, because = [], [], []
        for promise in promises:
            case = _Case(self, subject, promise, notes)
            files += [case.judged(name) for name in subject.binaries]
            tag, why = case.lowest()
            lowest += [tag] if tag else []
            because += why
        return Judgement(
            files=tuple(files),
            lowest=tuple(dict.fromkeys(lowest)),
            because=tuple(dict.fromkeys(because)),
            notes=tuple(dict.fromkeys(notes)),
        )

    def python_symbols(self, promise: Promise) -> Collection[str]:
        """Give the C API's names; found once for each Python."""
        target = promise.target
        key = (str(target.python), target.platform.traits.exports, promise.stable_abi)
        if key not in self._pythons:
            self._pythons[key] = python_names(promise, self.environ)
        return self._pythons[key]


class _Case:
    """One platform of a wheel."""

    def __init__(self, judge_: Judge, subject: Subject, promise: Promise, notes: list[str]) -> None:
        self._judge = judge_
        self._promise = promise
        self._binaries = subject.binaries
        self._notes = notes
        self._platform = promise.target.platform
        self._other_python = subject.named is not None and any(
            tag.interpreter.startswith(_OTHER_PYTHONS) for tag in subject.named.tags
        )
        # Of which Python a DLL is can be judged only where the tag is for one that is known here.
        one_python = _interpreters(subject) == {f"cp{promise.target.python.base.replace('.', '')}"}
        self._absent = frozenset({"missing", "python"} if one_python else {"missing"})
        self._facts = {name: self._part(binary) for name, binary in subject.binaries.items()}

    def judged(self, name: str) -> Judged:
        """Judge a binary."""
        facts, binary = self._facts[name], self._binaries[name]
        siblings = {other: found for other, found in self._facts.items() if other != name}
        libraries, problems = self._libraries(name, siblings)
        promise = self._for(binary)
        report = judge(
            facts,
            file=spelled(name),
            module=binary.said.module or None,
            target=promise.target,
            floor=promise.floor or own_floor(facts),
            python_symbols=self._names(promise),
            system_symbols=system_names(self._platform),
            siblings=siblings,
            stable_abi=promise.stable_abi,
        )
        there = {one.name for one in libraries if one.status not in self._absent}
        outside = tuple(one.name for one in libraries if one.status != "wheel")
        unlisted = {name for name in outside if name not in there and self._may_be_the_systems(name)}
        fits = not any(one.rule == "machine" for one in report.findings)
        findings = tuple(one for one in report.findings if not self._excused(one, there | unlisted))
        missing = {one.symbol for one in findings if one.rule == "library"}
        return Judged(
            file=name,
            findings=findings,
            unreached=problems if fits else (),
            unlisted=tuple(sorted(unlisted)) if fits else (),
            outside=outside,
            needs=tuple(self._need(one, missing, unlisted) for one in libraries),
            fits=fits,
            foreign=not fits and any(one.use == "program" for one in facts),
            floor=report.floor,
        )

    def _libraries(
        self, name: str, siblings: Mapping[str, tuple[Facts, ...]]
    ) -> tuple[tuple[NeededLibrary, ...], tuple[str, ...]]:
        """Look for what each machine of a binary needs; with it what the loader would not find."""
        libraries: dict[NeededLibrary, None] = {}
        problems: dict[str, None] = {}
        for one in self._facts[name]:
            place = LoadedFile(file=name, facts=one, siblings=siblings, platform=self._platform)
            found, unreached = find_libraries(place)
            libraries.update(dict.fromkeys(found))
            problems.update(dict.fromkeys(problem.message for problem in unreached))
        return tuple(libraries), tuple(problems)

    def _need(self, library: NeededLibrary, missing: Collection[str], unlisted: Collection[str]) -> Need:
        """Give who has a library, as the findings have it."""
        name, status, where = library.name, library.status, library.where
        if name in missing:
            return Need(name=spelled(name), status="missing")
        if name in unlisted:
            return Need(name=spelled(name), status="unlisted")
        if status == "missing":  # no finding: it is under another name, or PyPy's own
            named = [
                file
                for file, several in self._facts.items()
                if any(posixpath.basename(one.name) == posixpath.basename(name) for one in several)
            ]
            return Need(
                name=spelled(name), status="wheel" if named else "python", where=spelled("".join(named[:1]))
            )
        return Need(name=spelled(name), status="system" if status == "here" else status, where=spelled(where))

    def _may_be_the_systems(self, library: str) -> bool:
        """Tell whether a library that no list has may be there: Windows and macOS have more of them."""
        if self._platform.family == "windows":
            return _NOT_OF_WINDOWS.match(library) is None
        return self._platform.family == "macos" and library.startswith(_SYSTEM_FOLDERS)

    def lowest(self) -> tuple[str, list[str]]:
        """Give the oldest platform tag that would be true, and what needs it."""
        found = {name: self._floor(facts) for name, facts in self._facts.items() if self._fits(facts)}
        if private := self._private(found):
            return f"linux_{self._platform.spec.arch}", private
        floor = max((one for one, _ in found.values()), key=version_key, default="")
        if not floor:
            return "", []
        oldest = _OLDEST_GLIBC if self._platform.spec.arch in _INTEL else _OTHER_GLIBC
        if self._platform.traits.floor_of == "glibc" and version_key(floor) <= version_key(oldest):
            return proved_tag(self._platform, measured=oldest, floor=""), []
        why = [
            f"{spelled(name)}: {abridged(reasons) or floor}"
            for name, (own, reasons) in found.items()
            if own == floor
        ]
        return proved_tag(self._platform, measured=floor, floor=""), why

    def _private(self, names: Iterable[str]) -> list[str]:
        """Give what glibc keeps for itself and may change in any release: no tag is true of that."""
        return [
            f"{spelled(name)}: {symbol}"
            for name in names
            for one in self._facts[name]
            for symbol in one.undefined
            if symbol.version == "GLIBC_PRIVATE"
        ]

    def _floor(self, facts: tuple[Facts, ...]) -> tuple[str, tuple[str, ...]]:
        if self._platform.traits.floor_of == "glibc":
            return oldest_glibc(facts)
        return (measured_floor(facts), ()) if self._platform.traits.floor_of == "macOS" else ("", ())

    def _fits(self, facts: tuple[Facts, ...]) -> bool:
        return bool(machines_of(facts, self._platform))

    def _part(self, binary: Binary) -> tuple[Facts, ...]:
        """Give the part of a fat file that is for this platform; if there is none, all of it."""
        return machines_of(binary.facts, self._platform) or binary.facts

    def _for(self, binary: Binary) -> Promise:
        """Give what a module is for: its own name knows more than a tag for every Python."""
        promise, said = self._promise, binary.said
        python = promise.target.python
        stable = promise.stable_abi
        if said.python and promise.any_python:
            python = _python(said.python) or python
        elif said.stable and not stable:
            stable = str(python)
        return Promise(
            target=Target(platform=self._platform, python=python),
            floor=promise.floor,
            stable_abi=stable,
            any_python=promise.any_python,
        )

    def _names(self, promise: Promise) -> Collection[str]:
        if self._other_python or (promise.any_python and not promise.stable_abi):
            return AnyPythonName()
        names = self._judge.python_symbols(promise)
        if isinstance(names, AnyPythonName):
            self._notes.append(
                f"whether Python {promise.target.python} has each symbol of the C API was not judged: "
                "its headers are not here (pyz3 pythons)"
            )
        return names

    def _excused(self, finding: Finding, there: Collection[str]) -> bool:
        """Tell whether more is known than what the audit went by."""
        if finding.rule == "path":
            return finding.symbol.startswith(_DELOCATE)
        if finding.rule != "library":
            return False
        other_python = self._other_python and finding.symbol.lower().startswith("libpypy")
        return finding.symbol in there or other_python


def _interpreters(subject: Subject) -> set[str]:
    return {tag.interpreter for tag in subject.named.tags} if subject.named else set()


def _python(text: str) -> PythonVersion | None:
    try:
        return PythonVersion.parse(text)
    except ValueError:
        return None
