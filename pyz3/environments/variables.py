"""Environment variables: which of them a build may depend on.  Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

# What differs from one terminal to the next and means nothing to a build.
_FLEETING = ("_", "OLDPWD", "PWD", "SHLVL", "TERM", "COLUMNS", "LINES", "WINDOWID")
_FLEETING_PREFIXES = ("SSH_", "TERM_", "XDG_SESSION", "PYTEST_", "PYZ3_")


def lasting(environ: Mapping[str, str]) -> dict[str, str]:
    """Give the variables that a build may depend on, sorted: all but those of the terminal."""
    return {
        name: value
        for name, value in sorted(environ.items())
        if name not in _FLEETING and not name.startswith(_FLEETING_PREFIXES)
    }
