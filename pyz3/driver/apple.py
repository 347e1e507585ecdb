"""What commands of Apple's developer tools answer for a target: build scripts ask them for the SDK.  Pure.

``xcrun(1)``, ``xcode-select(1)`` and ``sw_vers(1)`` are on every macOS that compiles, and nowhere else.
"""

from __future__ import annotations

TYPE_CHECKING = False  # see target.py
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

COMMANDS = ("sw_vers", "xcode-select", "xcrun")

# What xcrun may be asked to run, and which of pyz3's tools does it.
_TOOLS = {
    **dict.fromkeys(("cc", "clang", "gcc"), "cc"),
    **dict.fromkeys(("c++", "clang++", "g++"), "c++"),
    **{name: name for name in ("ar", "ranlib")},
}
_WITH_VALUE = frozenset({"--sdk", "-sdk", "--toolchain", "-toolchain"})
# A release of the system, for who asks for no version: Apple's number of builds means nothing here.
_BUILD = "20A2411"


class Facts:
    """What the commands know.

    Args:
        sdk: The folder of the SDK, or of what stands for it.
        version: Of the oldest macOS that is promised: ``11.0``.
        programs: ``cc``, ``c++``, ``ar``, ``ranlib`` → path.
    """

    def __init__(self, *, sdk: str, version: str, programs: Mapping[str, str]) -> None:
        self.sdk = sdk
        self.version = version
        self.programs = dict(programs)

    def __repr__(self) -> str:
        """Give an expression that makes its like: the commands hold it."""
        return f"Facts(sdk={self.sdk!r}, version={self.version!r}, programs={self.programs!r})"


class Answer:
    """What a command does: print, run another one, or fail.

    Attributes:
        says: What it prints.
        command: What it runs in its place.
        error: Why it fails.
    """

    __slots__ = ("command", "error", "says")

    def __init__(self, says: str = "", *, command: Sequence[str] = (), error: str = "") -> None:
        self.says = says
        self.command = tuple(command)
        self.error = error


def answer(name: str, args: Sequence[str], facts: Facts) -> Answer:
    """Give what the command ``name`` does with its arguments.

    Args:
        name: One of ``COMMANDS``.
        args: Its arguments.
        facts: What it knows.
    """
    if name == "sw_vers":
        return _sw_vers(args, facts)
    if name == "xcode-select":
        asked = {"-p", "--print-path", "-print-path"}.intersection(args)
        return Answer(facts.sdk) if asked else Answer(error="xcode-select: pyz3 knows -p alone")
    return _xcrun(args, facts)


def _sw_vers(args: Sequence[str], facts: Facts) -> Answer:
    known = {"ProductName": "macOS", "ProductVersion": facts.version, "BuildVersion": _BUILD}
    if not args:
        return Answer("\n".join(f"{key}:\t{value}" for key, value in known.items()))
    asked = args[0].lstrip("-").lower()
    found = next((value for key, value in known.items() if key.lower() == asked), "")
    return Answer(found) if found else Answer(error=f"sw_vers: unknown option {args[0]}")


def _xcrun(args: Sequence[str], facts: Facts) -> Answer:
    rest = list(args)
    finds = False
    while rest and rest[0].startswith("-"):
        word = rest.pop(0)
        option = word.lstrip("-")
        if word in _WITH_VALUE and rest:
            rest.pop(0)
        elif option in {"show-sdk-path", "show-sdk-platform-path"}:
            return Answer(facts.sdk)
        elif option in {"show-sdk-version", "show-sdk-platform-version"}:
            return Answer(facts.version)
        elif option == "version":
            return Answer("xcrun version 1.")
        finds = finds or option in {"f", "find"}
    if not rest:
        return Answer(error="xcrun: nothing to run")
    program = facts.programs.get(_TOOLS.get(rest[0], ""))
    if program is None:
        return Answer(error=f"xcrun: pyz3 has no {rest[0]}: this is no macOS")
    return Answer(program) if finds else Answer(command=(program, *rest[1:]))
