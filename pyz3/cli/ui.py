"""What the user sees: the live table, a line per wheel, the summary, errors.

On a terminal a table shows every platform and Python at work; elsewhere a line comes with each wheel.
"""

from __future__ import annotations

import contextlib
import threading
from typing import TYPE_CHECKING

from rich.live import Live
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text

from pyz3.cli.terminal import SafeConsole
from pyz3.errors import BuildFailedError, abridged
from pyz3.events import Activity, CommandRun, Note, WheelBuilt, WheelFailed, WheelShared
from pyz3.plan import Order

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from rich.console import RenderableType

    from pyz3.errors import Pyz3Error
    from pyz3.events import Event
    from pyz3.plan import Planned
    from pyz3.results import Failure, Summary, WheelResult


_MENDED = (
    "for the compiled one, correct what the compiler says, or install a ready wheel of it "
    "(pip install --only-binary :all:); --require-extensions makes this an error"
)
# Stands in a tip for the platforms that it is about.
_ANY = "\0"
_TURNED_OFF = "for the compiled one, change that and build again"


def print_error(error: Pyz3Error) -> None:
    """Print an error, the compiler's messages if it is about them, and what to do to stderr."""
    console = SafeConsole(stderr=True, soft_wrap=True)
    for module, text in error.compiler if isinstance(error, BuildFailedError) else ():
        console.print(Text(f"{module}:\n{text}" if module else text))
    console.print(Text.assemble(("error: ", "bold red"), error.message))
    if error.tip:
        console.print(Text.assemble(("tip: ", "bold cyan"), error.tip))


def print_failures(summary: Summary) -> Pyz3Error | None:
    """Print to stderr what went wrong and what was left out; give the error that stands for all."""
    errors = SafeConsole(stderr=True, soft_wrap=True)
    for line in (*left_out_lines(summary.wheels), *failure_lines(summary.failures)):
        errors.print(line)
    return summary.error()


def human_size(size: int) -> str:
    """``5412`` → ``5.4 kB``."""
    value = float(size)
    for unit in ("B", "kB", "MB"):
        if value < 1000:  # noqa: PLR2004 - SI prefixes
            return f"{value:.0f} B" if unit == "B" else f"{value:.1f} {unit}"
        value /= 1000
    return f"{value:.1f} GB"


class BuildView:
    """Shows a build while it runs; an instance is the builder's listener.

    Args:
        console: Where results go.
        verbose: Show the commands that are run.
        quiet: Show nothing but errors.
    """

    def __init__(self, console: SafeConsole, *, verbose: bool, quiet: bool) -> None:
        self._console = console
        self._verbose = verbose
        self._quiet = quiet
        self._lock = threading.Lock()
        self._table: LiveTable | None = None
        self._live: Live | None = None
        self._built = 0
        self._shown: dict[Path, str] = {}

    def start(self, plan: Sequence[Planned]) -> None:
        """Begin: on a terminal the table appears."""
        self._table = LiveTable(plan)
        if self._console.is_terminal and not self._quiet and not self._verbose:
            self._live = Live(self._table, console=self._console, transient=True, refresh_per_second=8)
            self._live.start()

    @contextlib.contextmanager
    def showing(self, plan: Sequence[Planned], *, output_dir: str) -> Iterator[None]:
        """Show the table meanwhile; an interruption tells what has been finished."""
        self.start(plan)
        try:
            yield
        except KeyboardInterrupt as error:
            error.args = (
                f"{self._built} of {len(plan)} wheel{'' if len(plan) == 1 else 's'} in {output_dir}",
            )
            raise
        finally:
            self.stop()

    def stop(self) -> None:
        """End: the table disappears."""
        if self._live is not None:
            self._live.stop()
            self._live = None

    def __call__(self, event: Event) -> None:
        """Take an event, from any thread."""
        with self._lock:
            self._built += isinstance(event, WheelBuilt)
            if self._table is not None:
                self._table.update(event)
            if isinstance(event, Note) and not self._quiet:
                self._console.print(Text(f"note: {event.text}", style="yellow"), soft_wrap=True)
            elif self._live is None and not self._quiet:
                self._print(event)

    def _print(self, event: Event) -> None:
        if isinstance(event, WheelBuilt) and self._table is not None:  # other commands have no use for wheels
            self._show(event.result)
        elif isinstance(event, Activity) and (self._verbose or "first time" in event.text):
            text = f"{event.platform}: {event.text}" if event.platform else event.text
            self._console.print(text, soft_wrap=True, highlight=False)
        elif isinstance(event, CommandRun) and self._verbose:
            self._console.print(Text(" ".join(event.command), style="dim"), soft_wrap=True)

    def _show(self, wheel: WheelResult) -> None:
        """Print a wheel's line: where there is no table, as soon as it is there."""
        if self._shown.get(wheel.path) != wheel.sha256:  # what was built once more has another
            self._shown[wheel.path] = wheel.sha256
            self._console.print(wheel_line(wheel), soft_wrap=True)

    def summary(self, summary: Summary, *, output_dir: str) -> None:
        """Print a line per wheel that has none yet, the compilers' messages, and the total."""
        for wheel in () if self._quiet else summary.wheels:
            self._show(wheel)
        errors = SafeConsole(stderr=True, soft_wrap=True)
        for line in (*left_out_lines(summary.wheels), *failure_lines(summary.failures)):
            errors.print(line)
        if self._quiet:
            return
        built = len(summary.wheels)
        compiled = [wheel for wheel in summary.wheels if not wheel.tag.endswith("-any")]
        note = " (nothing had changed)" if compiled and all(wheel.cached for wheel in compiled) else ""
        total = Text(
            f"{built} wheel{'' if built == 1 else 's'} in {output_dir}, {summary.seconds:.2f} s{note}"
        )
        lacking = sum(bool(wheel.left_out) for wheel in summary.wheels)
        if lacking:
            verb = "lacks" if lacking == 1 else "lack"
            total.append(f"; {lacking} {verb} optional extensions", style="bold yellow")
        if summary.failures:
            total.append(f"; {len(summary.failures)} failed", style="bold red")
        self._console.print(total, soft_wrap=True)


def wheel_line(wheel: WheelResult) -> Text:
    """Identifier, file, size, duration and SHA-256 of a wheel."""
    return Text.assemble(
        ("✓ ", "green"),
        (wheel.identifier, "bold"),
        f"  {wheel.path.name}",
        (f"  {human_size(wheel.size)}  {wheel.seconds:.2f} s", "cyan"),
        (f"  sha256={wheel.sha256}", "dim"),
        *[(f"  without {name}", "yellow") for name in dict.fromkeys(one.module for one in wheel.left_out)],
    )


def left_out_lines(wheels: Sequence[WheelResult]) -> list[Text]:
    """What wheels are made without, each cause once: what failed, what is used instead, what to do."""
    causes: dict[tuple[str, str, str, str, str], list[str]] = {}
    for one in (one for wheel in wheels for one in wheel.left_out):
        causes.setdefault((one.module, one.why, one.detail, one.instead, one.tip), []).append(one.identifier)
    lines = []
    for (module, why, detail, instead, tip), where in causes.items():
        title = Text.assemble(("! ", "yellow"), (module, "bold"), f" is left out: {why}")
        title.append(f"  ({abridged([*dict.fromkeys(where)])})")
        lines.append(title)
        if detail:
            lines.append(Text(detail))
        if instead:
            lines.append(Text(f"  {instead}"))
        advice = tip or (_MENDED if detail else _TURNED_OFF)
        lines.append(Text.assemble(("tip: ", "bold cyan"), advice))
    return lines


def failure_lines(failures: Sequence[Failure]) -> list[Text]:
    """The causes, each once, under the platforms and the modules that they belong to."""
    # Text → platform → module → Pythons.
    causes: dict[str, dict[str, dict[str, list[str]]]] = {}
    tips: dict[str, str] = {}
    for failure in failures:
        error, planned = failure.error, failure.planned
        compiler = error.compiler if isinstance(error, BuildFailedError) else ()
        platform, _ = _cell_of(planned)
        abi = planned.target.python.abi if isinstance(planned, Order) else ""
        # The title says which wheel it is.
        for module, text in compiler or (("", error.message.removeprefix(f"{planned.identifier}: ")),):
            causes.setdefault(text, {}).setdefault(platform, {}).setdefault(module, []).append(abi)
            # The same cause may have a log on each platform: one is enough.
            tips.setdefault(text, (error.tip or "").replace(platform or _ANY, _ANY))
    lines = []
    for text, places in causes.items():
        lines += [_failed_at(platform, modules) for platform, modules in places.items()]
        lines.append(Text(text))
        if tip := tips[text]:
            lines.append(Text.assemble(("tip: ", "bold cyan"), tip.replace(_ANY, ", ".join(places))))
    return lines


def _failed_at(platform: str, modules: Mapping[str, Sequence[str]]) -> Text:
    title = Text.assemble(("✗ ", "red"), (platform or "any platform", "bold"))
    if names := [module for module in modules if module]:
        title.append(f" · {abridged(names)}", style="bold")
    pythons = dict.fromkeys(abi for abis in modules.values() for abi in abis if abi)
    if pythons:
        title.append(f"  ({', '.join(pythons)})")
    return title


def _cell_of(planned: Planned) -> tuple[str, str]:
    """Give the platform and Python that a wheel is for; both empty: any."""
    return (planned.platform, planned.python) if isinstance(planned, Order) else ("", "")


class LiveTable:
    """A row per platform, a cell per Python, and what each platform is doing.

    Args:
        plan: Everything that is to be built.
    """

    def __init__(self, plan: Sequence[Planned]) -> None:
        cells = [_cell_of(one) for one in plan]
        self._platforms = list(dict.fromkeys(platform for platform, _ in cells))
        self._pythons = list(dict.fromkeys(python for _, python in cells))
        self._wanted = {*cells}
        self._cells: dict[tuple[str, str], Text] = {}
        self._served: dict[tuple[str, str], tuple[str, str]] = {}
        self._doing: dict[str, str] = {}
        self._spinners: dict[str, Spinner] = {}

    def update(self, event: Event) -> None:
        """Take in what happened."""
        if isinstance(event, Activity):
            # What is done for all platforms comes before what is done for one.
            self._doing |= {"": "", event.platform: event.text}
        elif isinstance(event, WheelBuilt):
            text = Text(f"✓ {human_size(event.result.size)}", style="green")
            self._set(event.planned, text)
        elif isinstance(event, WheelShared):
            self._served[_cell_of(event.order)] = _cell_of(event.by)
        elif isinstance(event, WheelFailed):
            self._set(event.planned, Text("✗ failed", style="bold red"))

    def _set(self, planned: Planned, text: Text) -> None:
        self._cells[_cell_of(planned)] = text
        for platform in self._platforms:
            if all(self._told(cell) for cell in self._wanted if cell[0] == platform):
                self._doing[platform] = ""

    def _told(self, cell: tuple[str, str]) -> Text | None:
        """Give what came of a wheel, or of the one that serves in its place."""
        return self._cells.get(self._served.get(cell, cell))

    def __rich__(self) -> Table:
        table = Table(box=None, padding=(0, 2, 0, 0), header_style="bold")
        table.add_column("platform")
        for python in self._pythons:
            table.add_column(python or "any")
        table.add_column("")
        for platform in self._platforms:
            cells = [self._cell(platform, python) for python in self._pythons]
            table.add_row(platform or "any", *cells, self._now(platform))
        if self._doing.get("") and "" not in self._platforms:
            table.add_row("", *[""] * len(self._pythons), self._now(""))
        return table

    def _cell(self, platform: str, python: str) -> Text:
        if (platform, python) not in self._wanted:
            return Text("")
        return self._told((platform, python)) or Text("·", style="dim")

    def _now(self, platform: str) -> RenderableType:
        doing = self._doing.get(platform)
        if not doing:
            return Text("" if doing == "" else "waiting", style="dim")
        # One spinner per row, kept: a new one would always show its first frame.
        spinner = self._spinners.setdefault(platform, Spinner("dots"))
        spinner.update(text=Text(doing, style="yellow"))
        return spinner
