"""Environment variables: which of them a build may depend on.  Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

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
