"""What commands answer for a target that build scripts ask about the machine.  Pure.

Makefiles ask ``uname(1)`` (POSIX) what they compile for.  ``xcrun(1)``, ``xcode-select(1)`` and
``sw_vers(1)`` are on every macOS that compiles, and nowhere else; scripts ask them for the SDK.  ``otool(1)``
shows them what they have linked.  What tells of this machine alone is run, and that is told.
"""

from __future__ import annotations

import struct

from pyz3.driver.declined import sentence

TYPE_CHECKING = False  # see target.py
if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

_APPLE = ("otool", "sw_vers", "xcode-select", "xcrun")
# Mach-O of 64 bits, and its load commands that name a library (mach-o/loader.h): its own name comes first.
_MACHO, _HEADER = b"\xcf\xfa\xed\xfe", 32
_LIBRARIES = (0xD, 0xC, 0x80000018, 0x8000001F)
# What ``uname`` calls systems and their releases: of some in use, and of MSYS2 on Windows.
SYSTEMS = {
    "elf": ("Linux", "6.1.0"), "macos": ("Darwin", "20.6.0"), "windows": ("MINGW64_NT-10.0", "3.4.0"),
    "wasm": ("Emscripten", "4.0.9"),
}  # fmt: skip
_OPERATING = {"elf": "GNU/Linux", "macos": "Darwin", "windows": "Msys", "wasm": "Emscripten"}

# What xcrun may be asked to run, and which of pyz3's tools does it.
_TOOLS = {
    **dict.fromkeys(("cc", "clang", "gcc"), "cc"),
    **dict.fromkeys(("c++", "clang++", "g++"), "c++"),
    **{name: name for name in ("ar", "ranlib")},
}
_WITH_VALUE = frozenset({"--sdk", "-sdk", "--toolchain", "-toolchain"})
# A release of the system, for who asks for no version: Apple's number of builds means nothing here.
_BUILD = "20A2411"


# What scripts ask about the machine; the answer is not the target's, which is told.
_ASKING = (
    "ldd", "lscpu", "lsb_release", "dpkg", "dpkg-architecture", "dpkg-query", "rpm", "brew", "port", "sysctl",
    "system_profiler", "hostnamectl", "ldconfig",
)  # fmt: skip
# Likewise of getconf(1); other variables tell nothing that a wheel would hold (_NPROCESSORS_ONLN, ARG_MAX).
_CONFIGURED = frozenset({"PAGESIZE", "PAGE_SIZE", "GNU_LIBC_VERSION", "GNU_LIBPTHREAD_VERSION"})
_OF_32_BITS = frozenset({"i686", "armv7l", "wasm32"})


class TargetFacts:
    """What the commands know.

    Args:
        sdk: The folder of the SDK, or of what stands for it.
        version: Of the oldest macOS that is promised: ``11.0``.
        programs: ``cc``, ``c++``, ``ar``, ``ranlib`` → path.
        system: As :class:`pyz3.driver.target.DriverTarget` has it.
        machine: As ``uname`` calls it.
        release: What ``uname -r`` says; empty: as of all such systems.
        asked: File that takes the name of each command that told of this machine, as JSON; empty for none.
        python: What ``python3-config`` answers to which option.
        declined: Command → the language that it would compile, and pyz3 does not.
    """

    def __init__(
        self,
        *,
        sdk: str,
        version: str,
        programs: Mapping[str, str],
        system: str,
        machine: str,
        python: Mapping[str, str],
        declined: Mapping[str, str] = {},
        release: str = "",
        asked: str = "",
    ) -> None:
        self.system = system
        self.machine = machine
        self.release = release or SYSTEMS[system][1]
        self.asked = asked
        self.sdk = sdk
        self.version = version
        self.programs = dict(programs)
        self.python = dict(python)
        self.declined = dict(declined)

    def __repr__(self) -> str:
        """Give an expression that makes its like: the commands hold it."""
        return (
            f"TargetFacts(sdk={self.sdk!r}, version={self.version!r}, programs={self.programs!r}, "
            f"system={self.system!r}, release={self.release!r}, machine={self.machine!r}, "
            f"asked={self.asked!r}, "
            f"python={self.python!r}, declined={self.declined!r})"
        )


class Answer:
    """What a command does: print, run another one, or fail.

    Attributes:
        says: What it prints.
        command: What it runs in its place.
        error: Why it fails.
        passes: This machine's own command answers.
        tells: What that says is no property of the target: it is taken down.
    """

    __slots__ = ("command", "error", "passes", "says", "tells")

    def __init__(
        self,
        says: str = "",
        *,
        command: Sequence[str] = (),
        error: str = "",
        passes: bool = False,
        tells: bool = False,
    ) -> None:
        self.says = says
        self.command = tuple(command)
        self.error = error
        self.passes = passes
        self.tells = tells


def commands_for(system: str, *, python: str = "", found: Collection[str] = ()) -> tuple[str, ...]:
    """Give the names of the commands that are answered.

    Args:
        system: Of the target.
        python: The Python (``3.13``), if any.
        found: Names of the programs that there are on this machine: of those some tell of it.
    """
    configs = ("", "3", python) if python else ()
    asking = (name for name in ("arch", "getconf", *_ASKING) if name in found)
    return (
        *("uname", *(f"python{version}-config" for version in configs)),
        *(*_APPLE * (system == "macos"), *asking),
    )


def answer(name: str, args: Sequence[str], facts: TargetFacts) -> Answer:
    """Give what the command ``name`` does with its arguments.

    Args:
        name: One of :func:`commands_for`, or of those that are declined.
        args: Its arguments.
        facts: What it knows.
    """
    if name in facts.declined:
        return Answer(error=f"{name}: error: {sentence(facts.declined[name])}")
    if name in {"arch", "getconf", *_ASKING}:
        return _about_the_machine(name, args, facts)
    if name.startswith("python"):
        return _python_config(args, facts)
    if name in _ANSWERS:
        return _ANSWERS[name](args, facts)
    if name == "xcode-select":
        asked = {"-p", "--print-path", "-print-path"}.intersection(args)
        return Answer(facts.sdk) if asked else Answer(error="xcode-select: pyz3 knows -p alone")
    return _xcrun(args, facts)


def _about_the_machine(name: str, args: Sequence[str], facts: TargetFacts) -> Answer:
    if name == "arch" and not args:
        return Answer(facts.machine)
    if name == "getconf" and [*args] == ["LONG_BIT"]:
        return Answer("32" if facts.system == "windows" or facts.machine in _OF_32_BITS else "64")
    return Answer(passes=True, tells=name in _ASKING or not _CONFIGURED.isdisjoint(args))


def _uname(args: Sequence[str], facts: TargetFacts) -> Answer:
    known = {
        "s": SYSTEMS[facts.system][0], "n": "localhost", "r": facts.release, "v": "#1",
        **dict.fromkeys("mpi", facts.machine), "o": _OPERATING[facts.system],
    }  # fmt: skip
    long = {
        "--kernel-name": "s", "--nodename": "n", "--kernel-release": "r", "--kernel-version": "v",
        "--machine": "m", "--processor": "p", "--hardware-platform": "i", "--operating-system": "o",
        "--all": "a",
    }  # fmt: skip
    asked = {letter for word in args or ("-s",) for letter in long.get(word, word.lstrip("-"))}
    if unknown := asked.difference(known, "a"):
        return Answer(error=f"uname: unknown option -{min(unknown)}")
    everything = "snrvmo" if "a" in asked else asked
    return Answer(" ".join(text for letter, text in known.items() if letter in everything))


def _python_config(args: Sequence[str], facts: TargetFacts) -> Answer:
    asked = [word for word in args if word != "--embed"]
    unknown = [word for word in asked if word not in facts.python]
    if unknown or not asked:
        return Answer(error=f"python3-config: pyz3 does not know {' '.join(unknown) or 'what is asked'}")
    return Answer("\n".join(facts.python[word] for word in asked))


def _sw_vers(args: Sequence[str], facts: TargetFacts) -> Answer:
    known = {"ProductName": "macOS", "ProductVersion": facts.version, "BuildVersion": _BUILD}
    if not args:
        return Answer("\n".join(f"{key}:\t{value}" for key, value in known.items()))
    asked = args[0].lstrip("-").lower()
    found = next((value for key, value in known.items() if key.lower() == asked), "")
    return Answer(found) if found else Answer(error=f"sw_vers: unknown option {args[0]}")


def _otool(args: Sequence[str]) -> Answer:
    if len(args) != 2 or args[0] != "-L":  # noqa: PLR2004 - the option and a file
        return Answer(error="otool: pyz3 knows -L FILE alone")
    try:
        with open(args[1], "rb") as file:  # noqa: PTH123 - pathlib costs 15 ms
            data = file.read()
    except OSError as error:
        return Answer(error=f"otool: {error}")
    if not data.startswith(_MACHO):
        return Answer(f"{args[1]}: is not an object file")
    lines = [f"{args[1]}:"]
    (count,) = struct.unpack_from("<I", data, 16)
    at = _HEADER
    for _ in range(count):
        command, size, start, _, current, compatible = struct.unpack_from("<6I", data, at)
        if command in _LIBRARIES:
            library = data[at + start : at + size].split(b"\0")[0].decode(errors="replace")
            own, oldest = (f"{one >> 16}.{one >> 8 & 255}.{one & 255}" for one in (current, compatible))
            lines.append(f"\t{library} (compatibility version {oldest}, current version {own})")
        at += size
    return Answer("\n".join(lines))


def _xcrun(args: Sequence[str], facts: TargetFacts) -> Answer:
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


_ANSWERS: dict[str, Callable[[Sequence[str], TargetFacts], Answer]] = {
    "uname": _uname,
    "sw_vers": _sw_vers,
    "otool": lambda args, _: _otool(args),
}
