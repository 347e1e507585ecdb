"""What a comparison gives: values, and with them the scheme of ``--json``."""

from __future__ import annotations

from typing import Literal

import msgspec

from pyz3._schema import as_json_schema

SCHEMA_VERSION = "1.0"
"""Of the report: the first number changes when something is taken away or means something else."""

# What references within are relative to; RFC 2606 has it that there is no such host.
_ID = f"https://pyz3.invalid/reproduction-{SCHEMA_VERSION}.json"

Outcome = Literal["same", "recompressed", "different"]
Kind = Literal["order", "date", "attributes", "compression", "duplicate", "headers", "comment", "bytes"]


class MemberDifference(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A file that is in both wheels, with other content.

    Attributes:
        name: Path in the wheel.
        size: In the wheel, in bytes.
        rebuilt_size: In the rebuilt one.
        crc: CRC-32 in the wheel, in hexadecimal, as the archive has it.
        rebuilt_crc: In the rebuilt one.
        first: Where the first byte is that differs, counted from 0.
        differing: How many bytes differ; what one has more than the other counts, too.
        section: Of a binary: where that byte lies: ``.text``.
        line: Of a text: the number of the first line that differs, counted from 1; 0: it is no text.
        text: That line in the wheel.
        rebuilt_text: That line in the rebuilt one.
        line_ends: Of a text: whether nothing differs but how lines end.
        unread: Why it cannot be read, and nothing but sizes and CRCs is known; empty: it was.
    """

    name: str
    size: int
    rebuilt_size: int
    crc: str
    rebuilt_crc: str
    first: int = 0
    differing: int = 0
    section: str = ""
    line: int = 0
    text: str = ""
    rebuilt_text: str = ""
    line_ends: bool = False
    unread: str = ""


class ArchiveDifference(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What differs besides the content of files.

    Attributes:
        kind: What: the entries' ``order``, their ``date``, ``attributes`` or ``compression``; two entries of
            one name (``duplicate``); ``headers`` that contradict each other; the archive's ``comment``; other
            ``bytes``.
        member: Path in the wheel; empty: the archive as a whole.
        wheel: How it is in the wheel.
        rebuilt: How it is in the rebuilt one.
    """

    kind: Kind
    member: str = ""
    wheel: str = ""
    rebuilt: str = ""


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """Two wheels, compared.

    Attributes:
        sha256: Of the wheel, in hexadecimal.
        rebuilt_sha256: Of the rebuilt one.
        same_name: Whether both files have one name.
        only_in_wheel: Names of files that the rebuilt one lacks.
        only_in_rebuilt: Names of files that the wheel lacks.
        members: Files with other content.
        archive: What else differs.
    """

    sha256: str
    rebuilt_sha256: str
    same_name: bool = True
    only_in_wheel: tuple[str, ...] = ()
    only_in_rebuilt: tuple[str, ...] = ()
    members: tuple[MemberDifference, ...] = ()
    archive: tuple[ArchiveDifference, ...] = ()

    @property
    def same_files(self) -> bool:
        """Whether both hold the same files with the same content."""
        return not (self.only_in_wheel or self.only_in_rebuilt or self.members)

    @property
    def outcome(self) -> Outcome:
        """``same``: byte by byte; ``recompressed``: nothing differs but how files are compressed."""
        if not self.same_name:
            return "different"
        if self.sha256 == self.rebuilt_sha256:
            return "same"
        only_packed = {one.kind for one in self.archive} == {"compression"}
        return "recompressed" if self.same_files and only_packed else "different"


class Reproduction(msgspec.Struct, frozen=True, kw_only=True):
    """What ``pyz3 reproduce --json`` prints.

    Attributes:
        version: Of this scheme: ``1.0``.
        wheel: Path of the wheel.
        rebuilt: Name of the file that was built again.
        outcome: ``same``: byte by byte; ``recompressed``: the same files, compressed otherwise;
            ``different``: anything else.
        generator: What the wheel says that it was built by; empty: nothing.
        built_with: What it was built again with: program → version.
        comparison: What differs.
        causes: What is the likely reason.
        notes: What was guessed, left out or not tried.
    """

    version: Literal["1.0"] = SCHEMA_VERSION  # type: ignore[assignment]
    wheel: str
    rebuilt: str
    outcome: Outcome
    generator: str
    built_with: dict[str, str]
    comparison: Comparison
    causes: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def reproduction_schema() -> str:
    """Give the schema of the report as JSON (draft 2020-12)."""
    return as_json_schema(Reproduction, identifier=_ID)
