"""What the doctor found: values, their JSON, and how they are shown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import msgspec

from pyz3.errors import one_line

if TYPE_CHECKING:
    from rich.text import Text

Status = Literal["system", "python", "wheel", "here", "missing"]


class Problem(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Something that keeps a file from being installed or loaded.

    Attributes:
        file: Path in the wheel or below the folder; empty: the wheel as a whole.
        rule: The audit's rule (``library``, ``symbol``, ``floor``, ``machine``, ``init``, …), or ``record``,
            ``tag``, ``reach`` (a library of the wheel lies where the loader does not look), ``damaged``,
            ``many`` (not everything was looked at).
        message: What was found and what was expected.
        symptom: What Python or the loader says of it.
        tip: The next thing to do.
    """

    file: str
    rule: str
    message: str
    symptom: str = ""
    tip: str = ""


class NeededLibrary(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A library that the loader must find.

    Attributes:
        name: As the binary names it.
        status: Who has it: every such system, Python, the same wheel, this machine, or nobody.
        where: The file in the wheel or on this machine.
    """

    name: str
    status: Status
    where: str = ""


class BinaryDiagnosis(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What one binary is, and what it needs.

    Attributes:
        file: Path in the wheel or below the folder.
        module: Dotted name of the extension module; empty for another library.
        system: ``Linux (glibc)``, ``Linux (musl)``, ``macOS``, ``Windows``, ``Pyodide``.
        machines: As wheel tags spell them.
        python: ``3.13``, ``3.13t``, ``stable ABI 3.10``; empty: any.
        floor: Oldest glibc or macOS that can load it; empty if it demands none.
        libraries: What the loader must find.
        looked_in: Where the loader looks for them, in its order.
    """

    file: str
    system: str
    machines: tuple[str, ...]
    module: str = ""
    python: str = ""
    floor: str = ""
    libraries: tuple[NeededLibrary, ...] = ()
    looked_in: tuple[str, ...] = ()


class Diagnosis(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is to be said of a wheel, a module or a file.

    Attributes:
        name: What was examined.
        tags: The wheel's tags; empty: it is known of no wheel.
        fits: Whether this interpreter takes the wheel, or looks for files with that ending.
        misfit: Why not.
        binaries: What was examined.
        problems: What is wrong; that a sound wheel is for another interpreter is none.
    """

    name: str
    tags: tuple[str, ...] = ()
    fits: bool = True
    misfit: str = ""
    binaries: tuple[BinaryDiagnosis, ...] = ()
    problems: tuple[Problem, ...] = ()

    @property
    def ok(self) -> bool:
        """Nothing is wrong."""
        return not self.problems

    def __rich__(self) -> Text:
        from rich.text import Text  # noqa: PLC0415 - only who shows it needs it

        text = Text()
        text.append("✓ " if self.ok else "✗ ", style="green" if self.ok else "red")
        text.append(one_line(self.name), style="bold")
        for binary in self.binaries[:_MOST_SHOWN]:
            _show_binary(text, binary)
        _show_rest(text, len(self.binaries), "binaries")
        if self.misfit:
            text.append("\nnot for this interpreter", style="yellow")
            text.append(f": {one_line(self.misfit)}")
        for problem in self.problems[:_MOST_SHOWN]:
            text.append(f"\n{problem.rule}", style="red")
            text.append(f": {one_line(problem.message)}")
            if problem.symptom:
                text.append(f"\n  shows as: {one_line(problem.symptom)}")
            if problem.tip:
                text.append(f"\n  tip: {one_line(problem.tip)}", style="cyan")
        _show_rest(text, len(self.problems), "problems")
        if self.ok:
            text.append("\nnothing is missing" if self.binaries else "\nno binary in it: nothing to load")
        return text


# Nobody reads more than a few screens.
_MOST_SHOWN = 200
_FLOORS = {"Linux (glibc)": "glibc", "macOS": "macOS"}
_STYLES: dict[Status, str] = {
    "system": "green",
    "python": "green",
    "wheel": "green",
    "here": "yellow",
    "missing": "red",
}
_STATUS: dict[Status, str] = {
    "system": "part of the system",
    "python": "comes with Python",
    "wheel": "in the wheel",
    "here": "on this machine, but not on every one",
    "missing": "missing",
}


def _show_rest(text: Text, number: int, what: str) -> None:
    if number > _MOST_SHOWN:
        text.append(f"\nand {number - _MOST_SHOWN} more {what}: --json lists all", style="dim")


def _show_binary(text: Text, binary: BinaryDiagnosis) -> None:
    floor = f", {_FLOORS[binary.system]} {binary.floor} or newer" if binary.floor else ""
    text.append(f"\n{one_line(binary.file)}", style="bold")
    text.append(f": {binary.system} on {' + '.join(binary.machines)}{floor}")
    if binary.python:
        text.append(f", Python {binary.python}")
    for library in binary.libraries:
        text.append(f"\n  {one_line(library.name)}  ")
        text.append(_STATUS[library.status], style=_STYLES[library.status])
        if library.where:
            text.append(f" ({one_line(library.where)})")
    if any(library.status not in {"system", "python"} for library in binary.libraries):
        text.append(f"\n  looked for in: {one_line('; '.join(binary.looked_in))}", style="dim")
