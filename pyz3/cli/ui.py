"""What the user sees: the live table, a line per wheel, the summary, errors.

On a terminal a table shows every platform and Python at work; elsewhere a line comes with each wheel.
"""

from __future__ import annotations

import contextlib
import os
import stat
import threading
import time
from typing import TYPE_CHECKING

from rich.live import Live
from rich.text import Text

from pyz3.cli.github import END_GROUP, group
from pyz3.cli.lines import total_line, wheel_line
from pyz3.cli.table import LiveTable, cell_of
from pyz3.cli.terminal import SafeConsole
from pyz3.errors import BuildFailedError, abridged
from pyz3.events import Activity, CommandRun, Note, WheelBuilt, WheelFailed
from pyz3.pages import command_for
from pyz3.plan import Order

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

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
# A line is printed at least this often, in seconds.
_SILENCE = 60.0
_FAILED = "failed: the end says why"
_TURNED_OFF = "for the compiled one, change that and build again"


def print_error(error: Pyz3Error, *, explained: bool = True) -> None:
    """Print an error, the compiler's messages if it is about them, and what to do to stderr.

    Args:
        error: What is printed.
        explained: Name the command that explains it, where there is more to say.
    """
    console = SafeConsole(stderr=True, soft_wrap=True)
    for module, text in error.compiler if isinstance(error, BuildFailedError) else ():
        console.print(Text(f"{module}:\n{text}" if module else text))
    console.print(Text.assemble(("error: ", "bold red"), error.message))
    if error.tip:
        console.print(Text.assemble(("tip: ", "bold cyan"), error.tip))
    if explained and (command := command_for(error.message)):
        console.print(_more(command))


def print_failures(summary: Summary) -> Pyz3Error | None:
    """Print to stderr what went wrong and what was left out; give the error that stands for all."""
    errors = SafeConsole(stderr=True, soft_wrap=True)
    for line in (*left_out_lines(summary.wheels), *failure_lines(summary.failures)):
        errors.print(line)
    return summary.error()


# What takes long, and would not be expected.
_ALWAYS_TOLD = ("first time", "damaged")


class BuildView:
    """Shows a build while it runs; an instance is the builder's listener.

    Args:
        console: Where results go.
        verbose: Show the commands that are run.
        quiet: Show nothing but errors.
        fold: In a log of GitHub's, what is said meanwhile is folded away.

    Attributes:
        notes: What the user was told besides results.
    """

    def __init__(self, console: SafeConsole, *, verbose: bool, quiet: bool, fold: bool = False) -> None:
        self._console = console
        self._verbose = verbose
        self._quiet = quiet
        self._fold = fold and not quiet
        self._lock = threading.Lock()
        self._table: LiveTable | None = None
        self._live: Live | None = None
        self._ended = threading.Event()
        self._spoken = 0.0
        self._built = 0
        self._several = False
        self.notes: list[str] = []
        self._shown: dict[Path, str] = {}

    def start(self, plan: Sequence[Planned]) -> None:
        """Begin: on a terminal the table appears, elsewhere long silence is broken now and then."""
        screen = None if self._quiet or self._verbose else _screen(self._console)
        # Beside a pipe, whose other end may write to the same terminal, one line is all that is safe.
        one_line = screen is not self._console and _is_pipe(self._console)
        self._table = LiveTable(plan, one_line=one_line)
        self._several = len(plan) > 1
        self._ended.clear()
        self._spoken = time.monotonic()
        if screen is not None:
            self._live = Live(
                self._table,
                console=screen,
                transient=True,
                refresh_per_second=8,
                redirect_stdout=screen is self._console,
            )
            self._live.start()
        elif not self._quiet:
            threading.Thread(target=self._break_silence, daemon=True).start()

    def _break_silence(self) -> None:
        """Say how far it is whenever nothing was said for long: a CI job ends what it takes for dead."""
        while not self._ended.wait(_SILENCE / 10):
            with self._lock:
                if time.monotonic() - self._spoken >= _SILENCE and self._table is not None:
                    self._say(Text(f"{self._table.total()}: {self._table.activities() or 'waiting'}"))

    def _say(self, text: Text | str) -> None:
        self._console.print(text, soft_wrap=True)
        self._spoken = time.monotonic()

    @contextlib.contextmanager
    def showing(self, plan: Sequence[Planned], *, output_dir: str) -> Iterator[None]:
        """Show the table meanwhile; an interruption tells what has been finished."""
        if self._fold:
            self._say(group(f"building {len(plan)} wheel{'' if len(plan) == 1 else 's'}"))
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
            if self._fold:
                self._say(END_GROUP)

    def stop(self) -> None:
        """End: the table disappears."""
        self._ended.set()
        if self._live is not None:
            self._live.stop()
            self._live = None

    def __call__(self, event: Event) -> None:
        """Take an event, from any thread."""
        with self._lock:
            self._built += isinstance(event, WheelBuilt)
            if self._table is not None:
                self._table.update(event)
            if isinstance(event, Note):
                self.notes.append(f"note: {event.text}")
            if isinstance(event, Note) and not self._quiet:
                self._say(Text(self.notes[-1], style="yellow"))
            elif not self._quiet and (self._live is None or self._live.console is not self._console):
                self._print(event)

    def _print(self, event: Event) -> None:
        if isinstance(event, WheelBuilt) and self._table is not None:  # other commands have no use for wheels
            self._show(event.result)
        elif isinstance(event, WheelFailed) and self._several:  # of one alone the end is here
            self._say(Text.assemble(("✗ ", "red"), (event.planned.identifier, "bold"), f"  {_FAILED}"))
        elif isinstance(event, Activity) and (
            self._verbose or any(words in event.text for words in _ALWAYS_TOLD)
        ):
            text = f"{event.platform}: {event.text}" if event.platform else event.text
            self._say(text)
        elif isinstance(event, CommandRun) and self._verbose:
            self._say(Text(" ".join(event.command), style="dim"))

    def _show(self, wheel: WheelResult) -> None:
        """Print a wheel's line: where there is no table, as soon as it is there."""
        if self._shown.get(wheel.path) != wheel.sha256:  # what was built once more has another
            self._shown[wheel.path] = wheel.sha256
            self._say(wheel_line(wheel))

    def summary(self, summary: Summary, *, output_dir: str) -> None:
        """Print a line per wheel that has none yet, the compilers' messages, and the total."""
        for wheel in () if self._quiet else summary.wheels:
            self._show(wheel)
        errors = SafeConsole(stderr=True, soft_wrap=True)
        for line in (*left_out_lines(summary.wheels), *failure_lines(summary.failures)):
            errors.print(line)
        if self._quiet:
            return
        total = total_line(summary.wheels, output_dir, seconds=summary.seconds)
        lacking = sum(bool(wheel.left_out) for wheel in summary.wheels)
        if lacking:
            verb = "lacks" if lacking == 1 else "lack"
            total.append(f"; {lacking} {verb} optional extensions", style="bold yellow")
        if summary.failures:
            total.append(f"; {len(summary.failures)} failed", style="bold red")
        self._console.print(total, soft_wrap=True)


def _screen(console: SafeConsole) -> SafeConsole | None:
    """Give where a table can be drawn: on stdout's terminal, else on stderr's, as uv and cargo do."""
    for one in (console, SafeConsole(stderr=True)):
        # Rich takes FORCE_COLOR for a terminal; colours are wanted in logs, too, but no cursor moves.
        if one.is_terminal and not one.is_dumb_terminal and one.file.isatty():
            return one
    return None


def _is_pipe(console: SafeConsole) -> bool:
    try:
        return stat.S_ISFIFO(os.fstat(console.file.fileno()).st_mode)
    except (OSError, ValueError):  # not a file of the system
        return False


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
        platform, _ = cell_of(planned)
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
        # Causes that one text explains name it once.
        if (command := command_for(text)) and (more := _more(command)) not in lines:
            lines.append(more)
    return lines


def _more(command: str) -> Text:
    return Text(f"more: {command}", style="dim")


def _failed_at(platform: str, modules: Mapping[str, Sequence[str]]) -> Text:
    title = Text.assemble(("✗ ", "red"), (platform or "any platform", "bold"))
    if names := [module for module in modules if module]:
        title.append(f" · {abridged(names)}", style="bold")
    pythons = dict.fromkeys(abi for abis in modules.values() for abi in abis if abi)
    if pythons:
        title.append(f"  ({', '.join(pythons)})")
    return title
