"""What a binary itself tells of what it was linked from.  Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pyz3.engine.linked import Linked
from pyz3.sbom.parts import parts

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pyz3.audit import Facts
    from pyz3.sbom.parts import Part


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """What is known of a binary's parts.

    Attributes:
        parts: Name of a part that it holds → how that is known.
        unknown: Parts of which it may hold something.
    """

    parts: Mapping[str, str] = field(default_factory=dict)
    unknown: tuple[str, ...] = ()


def find_parts(content: bytes, facts: Sequence[Facts], linked: Linked | None, *, family: str) -> Evidence:
    """Find what a binary holds besides the project's own code.

    Args:
        content: The binary.
        facts: What the audit read of it, by its machines.
        linked: What its link was given; None: pyz3 has not seen that.
        family: Of its platform.
    """
    known = parts()
    if linked is None:
        linked = Linked(offered=tuple(name for name, part in known.items() if family in part.families))
    found = dict(linked.sure)
    open_names = {symbol.name for one in facts for symbol in one.undefined}
    supplied = next((name for name in linked.lacking if name.removeprefix("_") not in _bare(open_names)), "")
    unknown = []
    for name in linked.offered:
        part = known[name]
        mark = next((mark for mark in part.marks if mark.encode() in content), "")
        if mark:
            found[name] = f"it holds the text {mark.strip(chr(0) + ' :')!r}"
        elif name == "compiler-rt" and supplied:
            found[name] = f"the link lacked {supplied} without it"
        elif not _is_out(part, facts, open_names):
            unknown.append(name)
    return Evidence(
        parts=dict(sorted(found.items())),
        unknown=tuple(sorted(name for name in unknown if name not in found)),
    )


def _bare(names: set[str]) -> set[str]:
    """Give names without the underscore that macOS and 32-bit Windows write before them."""
    return {name.removeprefix("_") for name in names}


def _is_out(part: Part, facts: Sequence[Facts], open_names: set[str]) -> bool:
    """Tell whether a binary without any mark of a part does not hold it."""
    if part.marks_decide:
        return True
    calls = {*part.calls, *(name for one in facts for name in part.machine_calls.get(one.machine, ()))}
    return bool(part.calls) and not calls & open_names
