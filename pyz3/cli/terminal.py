"""What is shown on a terminal: text from projects, compilers and archives cannot command it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import msgspec
from rich.console import Console

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rich.console import ConsoleOptions, RenderableType
    from rich.segment import Segment

# Colours alone (ECMA-48 8.3.117, SGR): tools print them to pipes, too, if they are told to.
_COLOURS = re.compile(r"\x1b\[[0-9;:]*m")
# Commands of terminals (C0 and C1 of ECMA-48), and of the direction of writing (bidi controls of Unicode):
# text that shows in another order than it has.
_COMMANDS = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)


def safe_text(text: str) -> str:
    """Give text without anything that commands a terminal: colours are dropped, the rest is spelled out."""
    if text.isprintable():
        return text
    text = _COLOURS.sub("", text).replace("\r\n", "\n").replace("\r", "\n")
    return _COMMANDS.sub(_spelled, text)


def safe_json(value: Any) -> str:
    """Give JSON, indented, that does no more to a terminal than its meaning needs."""
    return escaped_json(msgspec.json.format(msgspec.json.encode(value), indent=2).decode())


def escaped_json(text: str) -> str:
    """Give JSON that means the same and has nothing that commands a terminal."""
    return _COMMANDS.sub(lambda match: f"\\u{ord(match[0]):04x}", text)


def _spelled(match: re.Match[str]) -> str:
    code = ord(match[0])
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"  # noqa: PLR2004 - as Python writes it


class SafeConsole(Console):
    """A console that shows every text as :func:`safe_text` has it; no text is markup.

    Args:
        stderr: It is stderr; else stdout.
        quiet: It shows nothing.
        soft_wrap: Lines are as long as they are.
    """

    def __init__(self, *, stderr: bool = False, quiet: bool = False, soft_wrap: bool = False) -> None:
        super().__init__(
            stderr=stderr, quiet=quiet, soft_wrap=soft_wrap, highlight=False, markup=False, emoji=False
        )

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        """Render as the console does, with every text made safe; its own commands are kept."""
        for segment in super().render(renderable, options):
            yield segment if segment.control else segment._replace(text=safe_text(segment.text))
