"""What may be part of a binary besides a project's own code: ``parts.toml`` as values."""

from __future__ import annotations

import re
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

import msgspec

from pyz3 import __version__
from pyz3._records import convert
from pyz3._toml import load_toml

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


class Part(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename="kebab"):
    """One table of ``parts.toml``; the file explains the fields."""

    name: str
    what: str
    licence: str
    families: tuple[str, ...]
    version: str = ""
    version_of: str = ""
    folder: str = ""
    texts: dict[str, str] = {}
    marks: tuple[str, ...] = ()
    marks_decide: bool = False
    calls: tuple[str, ...] = ()
    machine_calls: dict[str, tuple[str, ...]] = {}


@cache
def parts() -> Mapping[str, Part]:
    """Give all parts, by the names that :mod:`pyz3.engine.linked` has for them."""
    text = resources.files("pyz3.sbom").joinpath("parts.toml").read_text(encoding="utf-8")
    return convert(load_toml(text), dict[str, Part])


@cache
def version_of(name: str, zig_lib: Path, zig_version: str) -> str:
    """Give the version of a part as the files of this zig say; empty: they do not.

    Args:
        name: The part's.
        zig_lib: Zig's own files.
        zig_version: Of the ``ziglang`` package.
    """
    part = parts()[name]
    if not part.version_of:
        return {"zig": zig_version, "pyz3": __version__}.get(part.version, "")
    try:
        text = (zig_lib / part.version).read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
    found = [
        number for match in re.finditer(part.version_of, text, re.MULTILINE) for number in match.groups()
    ]
    # "21", "01", "00" of LLVM; "1.2.5" of musl.
    return ".".join(str(int(number)) if number.isdigit() else number for number in found)
