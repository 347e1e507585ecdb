"""That this process is to end, kept for when the error that says so gets lost.

A signal's handler raises it wherever the main thread is; C code that runs Python code there may drop it, as
``PyObject_HasAttr`` does.
"""

from __future__ import annotations

from typing import NoReturn

_endings: list[KeyboardInterrupt] = []


def end_by(error: KeyboardInterrupt) -> NoReturn:
    """Raise an error, and have :func:`end_if_told` raise it again if it gets lost.

    Raises:
        KeyboardInterrupt: Always.
    """
    _endings.append(error)
    raise error


def end_if_told() -> None:
    """Raise what was raised and nobody has seen.

    Raises:
        KeyboardInterrupt: The process is to end.
    """
    if _endings:
        raise _endings[-1]


def forget_ending() -> None:
    """Note that it has been seen."""
    _endings.clear()
