"""What differs → why it probably does.  Pure.

A wheel says which pyz3 wrote it and when, and one with binaries in its bill of materials with which zig and
build requirements; not with which settings.  So these are guesses, and the likely ones come first.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from packaging.utils import parse_wheel_filename

from pyz3.errors import abridged

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pyz3.reproduce.recorded import Recorded
    from pyz3.reproduce.report import Comparison

_PYZ3 = "pyz3 "
_BINARY = ("so", "pyd", "dll", "dylib", "exe", "a", "lib")
_BILL = "sboms/pyz3.cdx.json"
# What follows from other files: a bill has the digests of binaries.
_DERIVED = ("RECORD", "WHEEL", _BILL)
_TEXTS_OF_PARTS = "licenses/pyz3/"
_OTHER_TAGS = "another platform, system or Python was asked for, or the binaries need another system"
_OTHER_TOOLS = (
    "another zig, other headers of Python, --optimize, CFLAGS or other variables, or other versions of build "
    "requirements"
)
_SAID_NOWHERE = "a wheel does not say which it was built with"
_SAID_IN_BILLS = f"{_BILL} of both says which zig, mode and requirements they were built with"


@dataclass(frozen=True, kw_only=True)
class Here:
    """What the wheel was built again with: versions.

    Attributes:
        pyz3: Of pyz3 itself.
        zig: Of the ``ziglang`` package; empty: it is not known.
        python: Of the Python that runs pyz3.
    """

    pyz3: str
    zig: str
    python: str

    @property
    def versions(self) -> dict[str, str]:
        """Program → version, of those that are known."""
        known = {"pyz3": self.pyz3, "zig": self.zig, "Python": self.python}
        return {name: version for name, version in known.items() if version}


def likely_causes(found: Comparison, wheel: Recorded, here: Here, *, rebuilt: str) -> tuple[str, ...]:
    """Give the likely reasons, as sentences without an end; none for the same bytes.

    Args:
        found: What differs.
        wheel: What is known of the wheel.
        here: What it was built again with.
        rebuilt: The name of the rebuilt file.
    """
    if found.outcome == "same":
        return ()
    if found.outcome == "recompressed":
        return ("another program packed it: installers unpack the same files from both wheels",)
    _, version, _, tags = parse_wheel_filename(rebuilt)
    if str(version) != wheel.version:
        return (*_of_tools(wheel, here), f"the source is version {version}, not {wheel.version}")
    named = [] if tags == wheel.tags else [_OTHER_TAGS]
    return (*_of_tools(wheel, here), *named, *_of_files(found, own=wheel.generator.startswith(_PYZ3)))


def _of_tools(wheel: Recorded, here: Here) -> Iterator[str]:
    by = wheel.generator
    if not by.startswith(_PYZ3):
        named = f"by {by}" if by else "by something that it does not name"
        yield f"it was built {named}, not by pyz3: other tools give other bytes"
    elif by.removeprefix(_PYZ3) != here.pyz3:
        yield f"it was built by {by}, and this is pyz3 {here.pyz3}, perhaps with another zig: use that one"


def _of_files(found: Comparison, *, own: bool) -> Iterator[str]:
    """Give what the files themselves tell.

    Args:
        found: What differs.
        own: Whether the wheel is pyz3's: other tools write other metadata, and other archives.
    """
    if any(one.unread for one in found.members):
        yield "the wheel is damaged: fetch it again"
        return
    names = {one.name.rpartition("/")[2] for one in found.members}
    if found.same_name and names and "RECORD" not in names:
        yield "the wheel was changed after it was built: its RECORD has the digests of the rebuilt files"
        return
    has_bills = any(_is_bill(one.name) for one in found.members)
    content = [one for one in found.members if _tells(one.name, own=own)]
    texts = [one for one in content if not (one.section or _is_binary(one.name))]
    alone = [name for name in (*found.only_in_wheel, *found.only_in_rebuilt) if _tells(name, own=own)]
    if ends := [one.name for one in texts if one.line_ends]:
        yield f"lines of {abridged(ends)} end otherwise: Git's core.autocrlf on one of the two machines"
    if any(not one.line_ends for one in texts) or not all(map(_is_binary, alone)):
        yield "the source is not the one that it was built from: another commit, or changed files"
    elif alone:
        yield "an optional extension module was built for one of them alone, or named for another Python"
    elif len(content) > len(texts):
        yield f"{_OTHER_TOOLS}: {_SAID_IN_BILLS if has_bills else _SAID_NOWHERE}"
    elif has_bills:
        yield f"other versions of zig or of build requirements: {_SAID_IN_BILLS}"
    if own and any(map(_is_bill, (*found.only_in_wheel, *found.only_in_rebuilt))):
        yield f"one of them alone holds {_BILL}: another pyz3, or [tool.pyz3.sbom] says another thing"
    if own:
        yield from _of_archive(found)


def _of_archive(found: Comparison) -> Iterator[str]:
    kinds = {one.kind for one in found.archive}
    if kinds & {"headers", "duplicate", "comment", "bytes", "order"}:
        yield "the archive was written or changed by another program: pyz3 check says what is wrong with it"
    elif kinds & {"date", "attributes"} and found.same_files:
        yield (
            "the archive was packed again by another program (python -m wheel, a repair tool), or files are "
            "executable in one of the two sources alone"
        )


def _tells(name: str, *, own: bool) -> bool:
    """Tell whether a file says something of the source, and does not follow from others."""
    folder, _, rest = name.partition("/")
    if not folder.endswith(".dist-info"):
        return not name.endswith("/")
    derived = rest in _DERIVED or rest.startswith(_TEXTS_OF_PARTS)
    return own and not derived and not name.endswith("/")


def _is_bill(name: str) -> bool:
    return name.endswith(f".dist-info/{_BILL}")


def _is_binary(name: str) -> bool:
    last = name.rpartition("/")[2]
    return last.rpartition(".")[2] in _BINARY or ".so." in last
