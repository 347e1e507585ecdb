"""How zig 0.16 complains when it stumbles over its own cache.  Pure.

Zig names what it made after a hash of its inputs and believes what lies under that name; so a file
that a full disk cut short, or that a tool cleaned away, ends in messages that look like mistakes
in the project.  Paths below the cache are relative in some messages, absolute in others.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable

CachePart: TypeAlias = Literal["local", "global"]
"""What zig made of users' sources, and what it made of its own: C libraries, libc++."""

_CACHE = r"zig-0\.16[\w.]*[/\\](?P<%s>local|global)[/\\]"
_DENIED = "(?:AccessDenied|PermissionDenied)"
_SIGNS = tuple(
    re.compile(sign, re.MULTILINE)
    for sign in (
        # A linker, about an object, an archive or a stub of a C library that zig made.
        rf"(?:error: |while parsing )[^\n]*{_CACHE % 'part'}[^\n]*\.(?:o|a|obj|lib|so|dylib|tbd|dll|rsp)\b",
        # The lists of what was made from what.
        # A file that zig may not read is no part of the cache, unless it lies there; a path that is none
        # (IsDir, FileNotFound) comes of a list that was cut.
        rf"error: failed to check cache: (?:'[^'\n]*{_CACHE % 'part'}|(?![^\n]*\b{_DENIED}\b))",
        r"^error: CacheCheckFailed\b",
        # Another process has discarded it.
        rf"^error: cache directory '[^'\n]*{_CACHE % 'part'}[^'\n]*' unexpectedly removed ",
        # The build script as a program: it is gone.
        r"error: failed to spawn build runner ",
        # The same, when it cannot be linked: what it lacks is in zig's own archives.
        r"(?P<archives>note: referenced by build\.o:(?:Io|debug|fmt|json|math)\.)",
        # A source that zig generated for the build script.
        rf"^[^\n]*{_CACHE % 'part'}[^\n]*[/\\]dependencies\.zig:\d+:\d+: error: ",
    )
)

# Zig has the same words for its lists and for a source, or another input of it, that cannot be read.
_UNREADABLE = re.compile(r"^(?P<source>.+):\d+:\d+: error: CacheCheckFailed\b", re.MULTILINE)

# The build script as a program: it ends at once.  A project's own script may do so by a mistake of its own.
_CRASH = re.compile(rf"build command terminated with signal \w+:\n[^\n]*{_CACHE % 'part'}[^\n]*[/\\]build")


def find_damage(
    text: str,
    *,
    own_script: bool = False,
    fresh: bool = False,
    is_there: Callable[[str], bool] = lambda _: True,
) -> CachePart | None:
    """Tell which part of zig's cache its messages are about; None if they are about the project.

    Args:
        text: What zig printed.
        own_script: The build script is the project's own.
        fresh: The cache has just been made: what cannot be read is then no part of it.
        is_there: Tells whether a source exists.
    """
    signs = _SIGNS if own_script else (*_SIGNS, _CRASH)
    found = {_part(match) for sign in signs for match in sign.finditer(text)}
    if not fresh and any(is_there(match["source"]) for match in _UNREADABLE.finditer(text)):
        found.add("local")
    return "global" if "global" in found else "local" if found else None


# Zig's own library, or pyz3's build script, which zig-lib and engine hold: nobody has made a mistake there.
_IN_OURS = re.compile(r"^[^\n]*\b(?:zig-lib|engine)[/\\][^\n]*\.zig:\d+:\d+: error: ", re.MULTILINE)


def find_damage_of_script(trouble: str) -> CachePart | None:
    """Tell whether zig's notes of what is in Zig sources are damaged, and pyz3's script with them.

    Args:
        trouble: What zig printed that is about none of a project's modules.
    """
    return "local" if _IN_OURS.search(trouble) else None


# Names of Zig's errors (std.posix.WriteError), and what clang and LLVM say in their place; not what a source
# says in a #error, before which there is its place.
_FULL = re.compile(
    r"^[ \t]*(?:error|LLVM ERROR|fatal error|thread \d+ panic|[\w.-]+: error): [^\n]*(?:"
    r"\b(?:NoSpaceLeft|DiskQuota|FileTooBig)\b|No space left on device|Disk quota exceeded|File too large"
    r"|not enough space on the disk)",
    re.MULTILINE,
)


def is_full(text: str) -> bool:
    """Tell by zig's messages whether it ran out of room for its files: they have many forms, panics too."""
    return _FULL.search(text) is not None


def _part(match: re.Match[str]) -> CachePart:
    groups = match.groupdict()
    return "global" if groups.get("part") == "global" or groups.get("archives") else "local"
