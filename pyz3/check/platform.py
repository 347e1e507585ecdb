"""Rules about binaries and what the wheel's tags promise of them: the audit's findings, with a code each."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from pyz3.check.findings import Hit, spelled

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from pyz3.audit import Finding
    from pyz3.check.judging import Judgement
    from pyz3.check.subject import Subject


@dataclass(frozen=True, kw_only=True)
class Judged:
    """A wheel, and what the audit says of it."""

    subject: Subject
    judgement: Judgement


def of_audit(rule: str, judged: Judged) -> Iterator[Hit]:
    """Give the audit's findings of a rule."""
    for file in judged.judgement.files:
        for one in file.findings:
            if one.rule == rule and not file.foreign:
                yield _hit(file.file, one)


def unlisted_library(judged: Judged) -> Iterator[Hit]:
    """Find libraries that may be the system's, and that no list has."""
    for file in judged.judgement.files:
        for library in file.unlisted:
            message = f"{spelled(file.file)} needs {spelled(library)}, which not every system of its kind has"
            yield Hit(member=file.file, message=message, symbol=library)


def unreached_library(judged: Judged) -> Iterator[Hit]:
    """Find libraries of the wheel that the loader would not find."""
    for file in judged.judgement.files:
        yield from (Hit(member=file.file, message=spelled(message)) for message in file.unreached)


def damaged(judged: Judged) -> Iterator[Hit]:
    """Find binaries that cannot be read."""
    for name, why in judged.subject.damaged.items():
        yield Hit(member=name, message=spelled(why))


def pure_with_binary(judged: Judged) -> Iterator[Hit]:
    """Find modules and libraries in a wheel for every platform."""
    named = judged.subject.named
    if named is None or not all(tag.platform == "any" for tag in named.tags):
        return
    for name, binary in judged.subject.binaries.items():
        if not any(one.use == "program" for one in binary.facts):
            machines = " + ".join(one.machine for one in binary.facts)
            yield Hit(member=name, message=f"{spelled(name)} is for {machines}, the wheel for every platform")


def no_binary(judged: Judged) -> Iterator[Hit]:
    """Find a wheel for one platform that has nothing of it."""
    subject = judged.subject
    if subject.unreadable or subject.binaries or subject.damaged or subject.notes or subject.named is None:
        return
    if not any(tag.platform == "any" for tag in subject.named.tags):
        platforms = ", ".join(sorted({tag.platform for tag in subject.named.tags})[:3])
        yield Hit(message=f"it is for {platforms}, and there is no binary in it")


def foreign_program(judged: Judged) -> Iterator[Hit]:
    """Find programs for another system."""
    for file in judged.judgement.files:
        if file.foreign:
            message = f"{spelled(file.file)} is a program for another system or machine than the wheel"
            yield Hit(member=file.file, message=message)


def other_python(judged: Judged) -> Iterator[Hit]:
    """Find modules that the wheel's Python does not look for, by their names."""
    named = judged.subject.named
    if named is None or any(tag.abi == "none" for tag in named.tags):
        return
    # Before Python 3.8 ABIs had letters behind the number, which names of modules for Windows lacked.
    wanted = {tag.abi.removeprefix("cp").rstrip("mu") for tag in named.tags}
    for name, binary in judged.subject.binaries.items():
        said = binary.said.python.rstrip("mu")
        if said and said not in wanted:
            abis = " or ".join(sorted({tag.abi for tag in named.tags}))
            message = f"{spelled(name)} is named for CPython {said[0]}.{said[1:]}, the wheel is for {abis}"
            yield Hit(member=name, message=message)


def newer_processor(judged: Judged) -> Iterator[Hit]:
    """Find code for a newer processor than the oldest of its machine: no platform tag can say so."""
    for name, binary in judged.subject.binaries.items():
        for one in binary.facts:
            if one.level > 1:
                level = f"x86-64-v{one.level}"
                what = f"needs a processor of level {level}, and the tag promises any {one.machine}"
                yield Hit(member=name, message=f"{spelled(name)} {what}", version=level)


def stable_abi(judged: Judged) -> Iterator[Hit]:
    """Find symbols that no Python's stable ABI has."""
    yield from (hit for hit in _python_symbols(judged) if not hit.version)


def newer_stable_abi(judged: Judged) -> Iterator[Hit]:
    """Find symbols that the stable ABI has only later than the tag says."""
    yield from (hit for hit in _python_symbols(judged) if hit.version)


def missing_symbol(judged: Judged) -> Iterator[Hit]:
    """Find symbols that nobody has."""
    for hit in of_audit("symbol", judged):
        if not (_is_stable(judged) and _is_python(hit.symbol)):
            yield hit


def no_gil_slot(judged: Judged) -> Iterator[Hit]:
    """Find modules for free-threaded Python that do not say that they need no lock (PEP 703, Py_mod_gil)."""
    named = judged.subject.named
    if named is None or not any(tag.abi.endswith("t") for tag in named.tags):
        return
    for name, binary in judged.subject.binaries.items():
        if binary.said.module and not binary.says_gil:
            yield Hit(member=name, message=f"{spelled(name)} does not seem to say Py_mod_gil")


def _python_symbols(judged: Judged) -> Iterator[Hit]:
    if _is_stable(judged):
        yield from (hit for hit in of_audit("symbol", judged) if _is_python(hit.symbol))


def _is_stable(judged: Judged) -> bool:
    named = judged.subject.named
    return named is not None and any(tag.abi.startswith("abi3") for tag in named.tags)


def _is_python(symbol: str) -> bool:
    return symbol.startswith(("Py", "_Py"))


def _hit(member: str, one: Finding) -> Hit:
    return Hit(
        member=member,
        message=spelled(one.message),
        symbol=one.symbol,
        version=one.version,
        tip=one.tip if one.rule in _TIPS else "",
    )


# The audit's other tips are for who builds with pyz3.
_TIPS = frozenset({"init", "signature"})

RULES: Mapping[str, Callable[[Judged], Iterator[Hit]]] = {
    "PW201": partial(of_audit, "machine"),
    "PW202": partial(of_audit, "floor"),
    "PW203": partial(of_audit, "library"),
    "PW204": unlisted_library,
    "PW205": unreached_library,
    "PW206": partial(of_audit, "path"),
    "PW207": missing_symbol,
    "PW208": partial(of_audit, "init"),
    "PW209": partial(of_audit, "loadable"),
    "PW210": damaged,
    "PW211": pure_with_binary,
    "PW212": no_binary,
    "PW213": foreign_program,
    "PW214": other_python,
    "PW215": newer_processor,
    "PW301": stable_abi,
    "PW302": newer_stable_abi,
    "PW303": no_gil_slot,
}
