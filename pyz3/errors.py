"""The errors that pyz3 shows to its users.

One root, an exit code per class (cibuildwheel's where it has one), and a *tip*: the next thing
to do.  They are caught at one boundary only: the command line and each PEP 517 hook.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from collections.abc import Sequence


class Pyz3Error(Exception):
    """Something the user can act on.

    Args:
        message: What was found, in which file or key, and what was expected.
        tip: The next thing to do, as a sentence.
    """

    exit_code: ClassVar[int] = 1

    def __init__(self, message: str, *, tip: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.tip = tip


class BuildFailedError(Pyz3Error):
    """A compiler or linker refused the project (exit code 1).

    Args:
        message: What failed.
        tip: The next thing to do.
        compiler: Module and the compiler's messages about it, as zig printed them.
    """

    def __init__(
        self, message: str, *, tip: str | None = None, compiler: tuple[tuple[str, str], ...] = ()
    ) -> None:
        super().__init__(message, tip=tip)
        self.compiler = compiler


class ConfigError(Pyz3Error):
    """The project's configuration or the command's arguments are wrong (exit code 2)."""

    exit_code = 2


class UnavailablePythonError(ConfigError):
    """Nothing can be compiled for that Python here: it is too new, or its headers are missing."""


class NothingSelectedError(Pyz3Error):
    """No target is left after selection (exit code 3)."""

    exit_code = 3


class AuditFailedError(Pyz3Error):
    """A binary is not what its wheel's name would promise (exit code 9)."""

    exit_code = 9


class NoWheelError(Pyz3Error):
    """The build ended without a wheel although nothing failed (exit code 10)."""

    exit_code = 10


class NotReproducedError(Pyz3Error):
    """A wheel is not what its source gives (exit code 11)."""

    exit_code = 11


class MatrixError(Pyz3Error):
    """Some wheels of a matrix could not be made; the others have been delivered.

    Args:
        message: The summary.
        failures: Each failed wheel's identifier and its error, in matrix order.
    """

    def __init__(self, message: str, *, failures: tuple[tuple[str, Pyz3Error], ...]) -> None:
        super().__init__(message)
        self.failures = failures
        codes = {error.exit_code for _, error in failures}
        # One cause: its own code. Several: "the build failed".
        self.status = codes.pop() if len(codes) == 1 else BuildFailedError.exit_code


def one_line(text: str, most: int = 1000) -> str:
    """Give text from files of others as one line: what cannot be printed is spelled out, the rest cut off.

    Args:
        text: Of any length.
        most: Characters.
    """
    text = text[:most] + "…" if len(text) > most else text
    return text if text.isprintable() else ascii(text)[1:-1]


def abridged(names: Sequence[str], most: int = 3) -> str:
    """Give the first few of names as text, and how many more there are."""
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return f"{', '.join(names[:most])}{more}"
