"""How zig 0.16 complains when it stumbles over its own cache.  Pure.

Zig names what it made after a hash of its inputs and believes what lies under that name; so a file
that a full disk cut short, or that a tool cleaned away, ends in messages that look like mistakes
in the project.  Paths below the cache are relative in some messages, absolute in others.
"""

from __future__ import annotations

import re

_CACHE = r"zig-0\.16[\w.]*[/\\](?:local|global)[/\\]"
_SIGNS = re.compile(
    "|".join(
        (
            # A linker, about an object, an archive or a stub of a C library that zig made.
            rf"(?:error: |while parsing )[^\n]*{_CACHE}[^\n]*\.(?:o|a|obj|lib|so|dylib|tbd|dll|rsp)\b",
            # The lists of what was made from what.
            r"error: failed to check cache: ",
            # The build script as a program: it is gone, ends at once, or cannot be linked anew.
            r"error: failed to spawn build runner ",
            rf"build command terminated with signal \w+:\n[^\n]*{_CACHE}[^\n]*[/\\]build",
            r"note: referenced by build\.o:(?:Io|debug|fmt|json|math)\.",
            # A source that zig generated for the build script.
            rf"^[^\n]*{_CACHE}[^\n]*[/\\]dependencies\.zig:\d+:\d+: error: ",
        )
    ),
    re.MULTILINE,
)


def is_damage(text: str) -> bool:
    """Tell whether ``text``, zig's messages, is about zig's cache rather than about the project."""
    return _SIGNS.search(text) is not None
