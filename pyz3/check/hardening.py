"""Rules about what binaries make easy for attackers, and what they tell of who built them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyz3.check.findings import Hit, spelled

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from pyz3.audit import Facts
    from pyz3.check.subject import Binary, Subject


def executable_stack(subject: Subject) -> Iterator[Hit]:
    """Find what makes the stack executable."""
    yield from _of_facts(subject, lambda one: one.executable_stack, "makes the stack executable")


def text_relocations(subject: Subject) -> Iterator[Hit]:
    """Find code that the loader has to write into."""
    yield from _of_facts(subject, lambda one: one.text_relocations, "has relocations in its code")


def no_relro(subject: Subject) -> Iterator[Hit]:
    """Find what leaves the loader's tables writable."""
    yield from _of_headers(subject, lambda one: not one.hardening.relro, "has no PT_GNU_RELRO")


def writable_code(subject: Subject) -> Iterator[Hit]:
    """Find memory that can be written and run."""
    what = "has a part that can be written and run at once"
    yield from _of_headers(subject, lambda one: one.hardening.writable_code, what)


def no_aslr(subject: Subject) -> Iterator[Hit]:
    """Find DLLs that lie where anybody knows."""
    what = "cannot be loaded at a random address (DYNAMIC_BASE is off)"
    yield from _of_facts(subject, lambda one: not one.relocatable, what)


def no_nx(subject: Subject) -> Iterator[Hit]:
    """Find DLLs whose data can be run."""
    yield from _of_facts(
        subject, lambda one: not one.nx_compatible, "lets its data be run (NX_COMPAT is off)"
    )


def low_entropy(subject: Subject) -> Iterator[Hit]:
    """Find DLLs of 64 bits that lie in the lowest 4 GB or so."""
    what = "is loaded at few random addresses (HIGH_ENTROPY_VA is off)"
    yield from _of_headers(subject, lambda one: not one.hardening.high_entropy, what)


def signature(subject: Subject) -> Iterator[Hit]:
    """Find Mach-O files that macOS kills."""
    what = "has a code signature that is not that of its contents"
    yield from _of_facts(subject, lambda one: one.signature == "invalid", what)
    yield from _of_facts(
        subject,
        lambda one: (one.format, one.machine, one.signature) == ("macho", "arm64", ""),
        "has no code signature, which macOS on arm64 demands",
    )


def home_folder(subject: Subject) -> Iterator[Hit]:
    """Find paths in somebody's home folder."""
    for name, binary in subject.binaries.items():
        if homes := binary.hardening.homes:
            yield Hit(member=name, message=f"{spelled(name)} tells of {spelled(homes[0])}")


def build_folder(subject: Subject) -> Iterator[Hit]:
    """Find the path of the folder that a PE file was built in, unless it is told as a home folder."""
    for name, binary in subject.binaries.items():
        path = binary.hardening.pdb
        if path and not any(home in path for home in binary.hardening.homes):
            message = f"{spelled(name)} tells that its PDB file was {spelled(path)}"
            yield Hit(member=name, message=message)


def debug_data(subject: Subject) -> Iterator[Hit]:
    """Find debug data."""
    yield from _of_headers(subject, lambda one: one.hardening.debug, "holds debug data")


def _of_facts(subject: Subject, test: Callable[[Facts], bool], what: str) -> Iterator[Hit]:
    for name, binary in subject.binaries.items():
        if any(map(test, binary.facts)):
            yield Hit(member=name, message=f"{spelled(name)} {what}")


def _of_headers(subject: Subject, test: Callable[[Binary], bool], what: str) -> Iterator[Hit]:
    for name, binary in subject.binaries.items():
        if test(binary):
            yield Hit(member=name, message=f"{spelled(name)} {what}")


RULES: Mapping[str, Callable[[Subject], Iterator[Hit]]] = {
    "PW601": executable_stack,
    "PW602": text_relocations,
    "PW603": no_relro,
    "PW604": writable_code,
    "PW605": no_aslr,
    "PW606": no_nx,
    "PW607": low_entropy,
    "PW608": signature,
    "PW701": home_folder,
    "PW702": debug_data,
    "PW703": build_folder,
}
