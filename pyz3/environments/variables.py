"""Environment variables: which of them a build may depend on.  Pure."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pyz3.sources import Reads

# Python's C library reads them; modules that were imported before anybody watched; pyz3 itself, for a build.
_ALWAYS = ("LANG", "LANGUAGE", "TZ", "SDKROOT", "MAKEFLAGS")
_ALWAYS_PREFIXES = ("LC_", "PYTHON", "SETUPTOOLS_", "DISTUTILS_", "PIP_", "UV_")

# What differs from one terminal to the next and means nothing to a build.
_FLEETING = frozenset(
    """
    _ OLDPWD PWD SHLVL TERM COLUMNS LINES WINDOWID WINDOW COLORTERM COLORFGBG LS_COLORS PS1 PROMPT_COMMAND
    HISTFILE HISTSIZE HISTCONTROL LESSOPEN LESSCLOSE GPG_TTY STY DISPLAY XAUTHORITY SESSION_MANAGER
    WT_SESSION WT_PROFILE_ID VTE_VERSION DESKTOP_STARTUP_ID INVOCATION_ID JOURNAL_STREAM MEMORY_PRESSURE_WATCH
    MEMORY_PRESSURE_WRITE SYSTEMD_EXEC_PID GITHUB_ENV GITHUB_OUTPUT GITHUB_PATH GITHUB_STATE
    GITHUB_STEP_SUMMARY RUNNER_TRACKING_ID
    """.split()  # noqa: SIM905 - a table of words
)
# What names a window, a session or a login.  Numbers of a CI's runs are not among them: versions have them.
_FLEETING_PREFIXES = (
    *("SSH_", "TERM_", "XDG_SESSION", "PYTEST_", "PYZ3_", "TMUX", "WAYLAND_", "DBUS_SESSION", "VSCODE_"),
    *("KITTY_", "ALACRITTY_", "WEZTERM_", "KONSOLE_", "ITERM_", "ZELLIJ", "GNOME_TERMINAL_", "DIRENV_"),
)


def lasting(environ: Mapping[str, str]) -> dict[str, str]:
    """Give the variables that a build may depend on, sorted: all but those of the terminal."""
    return {
        name: value
        for name, value in sorted(environ.items())
        if name not in _FLEETING and not name.startswith(_FLEETING_PREFIXES)
    }


def fingerprints(environ: Mapping[str, str]) -> dict[str, str]:
    """Give what tells values apart, and does not hold them: some are secrets."""
    return {
        name: hashlib.sha256(f"{name}={value}".encode("utf-8", "surrogateescape")).hexdigest()[:16]
        for name, value in environ.items()
    }


def changed_variables(before: Mapping[str, str], now: Mapping[str, str], reads: Reads) -> tuple[str, ...]:
    """Give the names of variables that changed, and that a backend may have asked for.

    Args:
        before: Variables, or fingerprints of them, when it ran.
        now: The same as they are.
        reads: What it asked for.
    """
    names = lasting({**before, **now})
    return tuple(name for name in names if before.get(name) != now.get(name) and _counts(name, reads))


def _counts(name: str, reads: Reads) -> bool:
    if reads.every_variable or name in _ALWAYS or name.startswith(_ALWAYS_PREFIXES):
        return True
    starts = tuple(one[:-1] for one in reads.variables if one.endswith("*"))
    return name in reads.variables or name.startswith(starts)
