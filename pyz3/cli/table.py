"""The live table: every platform and Python at work, in whatever room the terminal has."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from rich.cells import cell_len
from rich.spinner import Spinner
from rich.text import Text

from pyz3.cli.lines import human_size
from pyz3.events import Activity, WheelBuilt, WheelFailed, WheelShared
from pyz3.plan import Order

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from rich.console import Console, ConsoleOptions, RenderResult

    from pyz3.events import Event
    from pyz3.plan import Planned

# Between columns.
_GAP = 2
# What a platform is doing is told in at least so many characters, or cells get narrower.
_SAID = 20
# A step's own time is shown from here on, in seconds.
_LONG = 5


def clock_time(seconds: float) -> str:
    """``83.4`` → ``1:23``."""
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def cell_of(planned: Planned) -> tuple[str, str]:
    """Give the platform and Python that a wheel is for; both empty: any."""
    return (planned.platform, planned.python) if isinstance(planned, Order) else ("", "")


class LiveTable:
    """A row per platform, a cell per Python, what each platform is doing, and a line for the whole.

    Where it does not fit, cells are one character wide, and rows with nothing to tell are left out.

    Args:
        plan: Everything that is to be built.
        one_line: Only the line for the whole is drawn, with what is being done.
        clock: Gives seconds.
    """

    def __init__(
        self,
        plan: Sequence[Planned],
        *,
        one_line: bool = False,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        cells = [cell_of(one) for one in plan]
        self._platforms = list(dict.fromkeys(platform for platform, _ in cells))
        self._pythons = list(dict.fromkeys(python for _, python in cells))
        self._wanted = dict.fromkeys(cells)
        self._one_line = one_line
        self._clock = clock
        self._begun = clock()
        self._cells: dict[tuple[str, str], Text] = {}
        self._served: dict[tuple[str, str], tuple[str, str]] = {}
        # Platform → what it is doing, and since when.
        self._doing: dict[str, tuple[str, float]] = {}
        self._spinners: dict[str, Spinner] = {}

    def update(self, event: Event) -> None:
        """Take in what happened."""
        if isinstance(event, Activity):
            # What is done for all platforms comes before what is done for one.
            now = self._clock()
            self._doing |= {"": ("", now), event.platform: (event.text, now)}
        elif isinstance(event, WheelBuilt):
            self._set(event.planned, Text(f"✓ {human_size(event.result.size)}", style="green"))
        elif isinstance(event, WheelShared):
            self._served[cell_of(event.order)] = cell_of(event.by)
        elif isinstance(event, WheelFailed):
            self._set(event.planned, Text("✗ failed", style="bold red"))

    def _set(self, planned: Planned, text: Text) -> None:
        self._cells[cell_of(planned)] = text
        for platform in self._platforms:
            if all(self._told(cell) for cell in self._wanted if cell[0] == platform):
                self._doing[platform] = ("", self._clock())

    def _told(self, cell: tuple[str, str]) -> Text | None:
        """Give what came of a wheel, or of the one that serves in its place."""
        return self._cells.get(self._served.get(cell, cell))

    def total(self) -> str:
        """Say how far the whole is: ``12 of 48 wheels, 1 failed, 2:31``."""
        told = [text.plain for cell in self._wanted if (text := self._told(cell)) is not None]
        failed = sum(text.startswith("✗") for text in told)
        parts = [f"{len(told) - failed} of {len(self._wanted)} wheel{'' if len(self._wanted) == 1 else 's'}"]
        parts += [f"{failed} failed"] if failed else []
        return ", ".join((*parts, clock_time(self._clock() - self._begun)))

    def activities(self) -> str:
        """Say what is being done: ``linux-x86_64: compiling, macos-arm64: compiling``."""
        doing = ((platform, text) for platform, (text, _) in self._doing.items() if text)
        return ", ".join(f"{platform}: {text}" if platform else text for platform, text in doing)

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Draw it in the room that there is."""
        lines = (
            [self._whole(console)]
            if self._one_line
            else [*self._rows(console, options.max_width, console.height - 1)]
        )
        for line in lines:
            line.truncate(options.max_width, overflow="ellipsis")
            line.no_wrap = True
            yield line

    def _whole(self, console: Console) -> Text:
        spinner = self._spinners.setdefault("", Spinner("dots"))
        frame = spinner.render(console.get_time())
        sign = frame if isinstance(frame, Text) else Text()
        return Text.assemble(sign, " ", (self.total(), "bold"), "  ", (self.activities(), "yellow"))

    def _rows(self, console: Console, width: int, height: int) -> Iterator[Text]:
        """Give the lines of the table, at most ``height``."""
        names = [*self._platforms, *([""] if self._busy("") and "" not in self._platforms else [])]
        first = max(cell_len(name or "any") for name in (*names, "platform"))
        columns = {
            python: max(
                cell_len(text)
                for text in (python or "any", *(self._cell(name, python).plain for name in names))
            )
            for python in self._pythons
        }
        # A cell that is told later may be as wide as this.
        wide = first + sum(_GAP + max(size, len("✓ 99.9 kB")) for size in columns.values()) + _GAP + _SAID
        narrow = wide > width
        with_total = len(self._wanted) > 1
        room = height - 1 - with_total
        shown = self._chosen(names, room)
        yield self._heading(first, columns, narrow=narrow)
        for name in shown:
            label = name or ("any" if "" in self._platforms else "")
            line = Text(label.ljust(first))
            for python, size in columns.items():
                text = self._cell(name, python) if name in self._platforms else Text()
                if narrow:
                    text = text[:1] if text else Text(" ")
                line.append_text(text)
                line.append(" " * (0 if narrow else size - cell_len(text.plain)))
                line.append("" if narrow else " " * _GAP)
            # The heading and the cells begin one gap behind the platform.
            line = Text.assemble(line[:first], " " * _GAP, line[first:], " " * (_GAP if narrow else 0))
            yield Text.assemble(line, self._now(console, name))
        if with_total:
            left = len(names) - len(shown)
            more = f"; {left} more platform{'' if left == 1 else 's'}" if left else ""
            yield Text(f"{self.total()}{more}", style="bold")

    def _chosen(self, names: Sequence[str], room: int) -> list[str]:
        """Choose the rows that there is room for: first those that have something to tell."""
        if len(names) <= room:
            return [*names]
        ranked = sorted(names, key=lambda name: (not self._busy(name), name in self._doing))
        kept = {*ranked[: max(room, 0)]}
        return [name for name in names if name in kept]

    def _heading(self, first: int, columns: dict[str, int], *, narrow: bool) -> Text:
        if narrow:
            ends = [self._pythons[0], self._pythons[-1]] if len(self._pythons) > 1 else self._pythons
            text = " … ".join(python or "any" for python in ends)
        else:
            text = (" " * _GAP).join((python or "any").ljust(size) for python, size in columns.items())
        return Text(f"{'platform'.ljust(first)}{' ' * _GAP}{text}".rstrip(), style="bold")

    def _cell(self, platform: str, python: str) -> Text:
        if (platform, python) not in self._wanted:
            return Text("")
        return self._told((platform, python)) or Text("·", style="dim")

    def _busy(self, platform: str) -> bool:
        return bool(self._doing.get(platform, ("", 0))[0])

    def _now(self, console: Console, platform: str) -> Text:
        """Say what a platform is doing, and how long it has been at it."""
        text, since = self._doing.get(platform, ("waiting", 0.0))
        if platform not in self._doing or not text:
            return Text(text, style="dim")
        seconds = self._clock() - since
        taken = f"{clock_time(seconds)} " if seconds >= _LONG else ""
        # One spinner per row, kept: a new one would always show its first frame.
        frame = self._spinners.setdefault(platform, Spinner("dots")).render(console.get_time())
        sign = frame if isinstance(frame, Text) else Text()
        return Text.assemble(sign, " ", (f"{taken}{text}", "yellow"))
