"""Records read from JSON and TOML, by many threads at once.

msgspec (0.22 and before) describes a type when it is first decoded, and shows that description to other
threads before it is whole: ``StructInfo_Convert`` in its ``_core.c`` keeps it on the class, then evaluates
the annotations, and a second thread that meets it in between crashes the process.  So every type is described
under one lock before it is used, and nothing but this module decodes or converts: the architecture test holds
that.  Encoding needs no such description.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

if TYPE_CHECKING:
    from pathlib import Path

T = TypeVar("T")
_describing = threading.Lock()
_decoders: dict[Any, msgspec.json.Decoder[Any]] = {}


def from_json(content: bytes, kind: type[T]) -> T:
    """Decode JSON.

    Raises:
        msgspec.MsgspecError: It is no JSON, or does not fit.
    """
    try:
        record: T = _decoder(kind).decode(content)
    except (UnicodeDecodeError, RecursionError) as error:  # of content that nobody wrote so
        raise msgspec.DecodeError(str(error)) from error
    return record


def from_file(path: Path, kind: type[T]) -> T | None:
    """Give what was kept in a file of JSON; None: it is not there, or not as it was written."""
    try:
        return from_json(path.read_bytes(), kind)
    except (OSError, msgspec.MsgspecError):
        return None


def convert(value: Any, kind: type[T]) -> T:
    """Convert parsed TOML or JSON.

    Raises:
        msgspec.ValidationError: It does not fit.
    """
    _decoder(kind)
    return msgspec.convert(value, kind)


def _decoder(kind: type[T]) -> msgspec.json.Decoder[T]:
    with _describing:
        if kind not in _decoders:
            _decoders[kind] = msgspec.json.Decoder(kind)
        return _decoders[kind]
