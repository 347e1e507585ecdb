"""Which variables a project may set for its build, and with which values."""

from __future__ import annotations

import re

_TOOLS = ("AR", "AS", "CC", "CXX", "LD", "LDSHARED", "NM", "OBJCOPY", "RANLIB", "STRIP")
# Variables that are pyz3's own business, and what to say in place of them.
_OWN = {
    **dict.fromkeys(_TOOLS, "zig compiles and links everything"),
    "MACOSX_DEPLOYMENT_TARGET": 'say macos = "11.0" in place of it',
    "ARCHFLAGS": "which machine a wheel is for is chosen with --platform",
    "_PYTHON_HOST_PLATFORM": "which machine a wheel is for is chosen with --platform",
}


def trouble_with(name: str, value: str) -> tuple[str, str] | None:
    """Give why a variable cannot be obeyed, as a clause, and what to do; None: it can."""
    if not re.fullmatch(r"[A-Za-z_]\w*", name, re.ASCII):
        return f"{name!r} is no name of a variable", "names are letters, digits and _"
    if name in _OWN:
        return "pyz3 sets this variable itself", _OWN[name]
    if "$(" in value or "`" in value:
        return (
            f"{value!r} would run a command, and there is no shell",
            "write the value itself; $NAME stands for another variable",
        )
    return None
