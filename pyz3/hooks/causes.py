"""What Meson, CMake and Ninja printed → why they failed.  Pure.

Each says it between two lines of a form of its own; what else they print tells of their work.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import dropwhile
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_MOST_LINES = 30


@dataclass(frozen=True, kw_only=True)
class _System:
    """How a build system says why it failed.

    Attributes:
        failed: What failed, for the user.
        begins: The first line of a cause.
        ends: The first line behind it.
        last: It ends with its first cause: what it told of before, it went on without.
        logs: Files in its build folder that tell more; the newest of its versions' first.
    """

    failed: str
    begins: re.Pattern[str]
    ends: re.Pattern[str]
    last: bool = False
    logs: tuple[str, ...] = ()


_SYSTEMS = (
    _System(
        failed="Meson could not configure it",
        begins=re.compile(r"(?:\S.*:\d+:\d+: )?ERROR: .*"),
        ends=re.compile(r"A full log can be found at .*"),
        last=True,
        logs=("meson-logs/meson-log.txt",),
    ),
    _System(
        failed="CMake could not configure it",
        begins=re.compile(r"CMake Error(?: at .*:|: .*|:)"),
        ends=re.compile(r"(?:--|\*\*\*|See also|For details see|CMake (?:Warning|Deprecation|Error)).*"),
        logs=("CMakeFiles/CMakeConfigureLog.yaml", "CMakeFiles/CMakeError.log"),
    ),
    _System(
        failed="a command of its build failed",
        begins=re.compile(r"FAILED: .*"),
        ends=re.compile(r"(?:\[\d+/\d+\]|ninja: build stopped|FAILED: ).*"),
    ),
)
# What is printed on the way out, and tells nothing.
_FAREWELL = re.compile(
    r"(?:--|\*\*\*|See also|For details see|ninja: build stopped:|\[\d+/\d+\]|A full log can be found at) .*"
    r"|SystemExit: \d+"
)
_CALLS = "Call Stack (most recent call first):"
_PLACE = re.compile(r"CMake Error at (?P<place>.+):")
# clang's and gcc's.
_DIAGNOSIS = re.compile(r"\S.*?:\d+:(?:\d+:)? (?P<kind>warning|(?:fatal )?error|note): .*")
_INCLUDED = re.compile(r"In file included from .*")
# Of Meson's log: what the compiler said in the check before the error.
_CHECKED = re.compile(
    r" -> [1-9]\d*\n(?:stdout:\n(?:(?!-----------\n).*\n)*)?stderr:\n(?P<said>(?:(?!-----------\n).*\n)+)"
    r"-----------\n(?:[^\n]*\bNO\b[^\n]*\n|\n)*\S[^\n]*:\d+:\d+: ERROR: [^\n]*\n?\Z"
)
_CHECK = re.compile(r"\S*/meson-private/\w+/(?=testfile\.)")


@dataclass(frozen=True, kw_only=True)
class Causes:
    """Why build systems failed.

    Attributes:
        failed: What, for the user: ``CMake could not configure it``.
        text: Why, as they said it.
        rest: What was printed behind it: by whoever started them.
        logs: Files in their build folder that tell more, of which one exists.
    """

    failed: str
    text: str
    rest: str
    logs: tuple[str, ...]


def find_causes(output: str, *, tools: str) -> Causes | None:
    """Give why build systems failed; None: none of them says so.

    One may fail because of another: CMake, as the Ninja that downloads something for it.

    Args:
        output: All that a build printed.
        tools: The folder of its compilers: their command lines tell less than what they say.
    """
    lines = output.splitlines()
    found = [one for system in _SYSTEMS for one in _blocks(lines, system)]
    if not found:
        return None
    found.sort(key=lambda one: one[1])
    system, _, end = found[-1]
    texts = dict.fromkeys("\n".join(_shown(lines[start:stop], tools)) for _, start, stop in found)
    rest = [*dropwhile(lambda line: not line.strip() or _FAREWELL.fullmatch(line.rstrip()), lines[end:])]
    return Causes(
        failed=system.failed,
        text=_abridged("\n".join(filter(None, texts))),
        rest="\n".join(line for line in rest if not _FAREWELL.fullmatch(line.rstrip())),
        logs=system.logs,
    )


def what_the_compiler_said(log: str) -> str:
    """Give what the compiler said in the check that ended Meson's setup; empty: that was no check.

    Args:
        log: ``meson-log.txt``.
    """
    match = _CHECKED.search(log)
    return _CHECK.sub("", match["said"]).strip() if match is not None else ""


def _blocks(lines: Sequence[str], system: _System) -> list[tuple[_System, int, int]]:
    """Give where its causes begin and end."""
    found = []
    start = -1
    for at, line in enumerate((*lines, "")):
        if start >= 0 and (system.ends.fullmatch(line) or at == len(lines)):
            if at < len(lines) or not system.last:
                found.append((system, start, at))
            start = -1
        if system.begins.fullmatch(line) and (start < 0 or system.last):
            start = at
    return found[-1:] if system.last else found


def _shown(block: Sequence[str], tools: str) -> Iterator[str]:
    lines = [line for line in block if line.strip()]
    if match := _PLACE.fullmatch(lines[0]):
        yield from _called(lines, match["place"])
    elif lines[0].startswith("FAILED: "):
        command = lines[1] if len(lines) > 1 else ""
        said = [*_errors(lines[2:])]
        yield from said if said and tools in command else [*lines[:2], *said]
    else:
        yield from lines


def _called(lines: Sequence[str], place: str) -> Iterator[str]:
    """Give an error of CMake's where the project's own file called what failed."""
    at = lines.index(_CALLS) if _CALLS in lines else len(lines)
    frames = [place, *(line.strip() for line in lines[at + 1 :])]
    yield f"CMake Error at {next((one for one in frames if not _is_elsewhere(one)), place)}:"
    yield from lines[1:at]


def _is_elsewhere(frame: str) -> bool:
    return frame.startswith("/") or frame[1:3] in {":/", ":\\"}


def _errors(said: Sequence[str]) -> Iterator[str]:
    """Leave warnings of a compiler out, if it has errors, too."""
    kinds = [match["kind"] for line in said if (match := _DIAGNOSIS.fullmatch(line))]
    if not any("error" in kind for kind in kinds):
        yield from said
        return
    kept = True
    heads: list[str] = []
    for line in said:
        match = _DIAGNOSIS.fullmatch(line)
        if _INCLUDED.fullmatch(line):
            heads.append(line)
            continue
        if match is not None and match["kind"] != "note":
            kept = match["kind"] != "warning"
        if kept or line.endswith("generated."):
            yield from heads
            yield line
        heads = []


def _abridged(text: str) -> str:
    lines = text.splitlines()
    if len(lines) <= _MOST_LINES:
        return text
    return "\n".join((*lines[:_MOST_LINES], f"and {len(lines) - _MOST_LINES} lines more"))
