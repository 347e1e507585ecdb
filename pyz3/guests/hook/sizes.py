"""The sizes of C's types on the target, for the project's own code that asks struct or array.

Elsewhere these modules stay as they are: what they do with memory is done on this machine.
"""

from __future__ import annotations

import array
import functools
import re
import struct
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from .view import Scope

# Codes of the struct module in its native mode: the type of each whose size differs between targets.
_CODES = {"l": "long", "L": "long", "n": "void_p", "N": "void_p", "P": "void_p"}
_FIXED = {
    **dict.fromkeys("xcbB?sp", 1),
    **dict.fromkeys("hHe", 2),
    **dict.fromkeys("iIf", 4),
    **dict.fromkeys("qQd", 8),
}
_FORMAT = re.compile(r"(\d*)([xcbB?sphHeiIfqQdlLnNP])")
_ARRAY = {"l": "long", "L": "long", "u": "wchar_t"}
# Functions of the struct module that take a format first.
_FUNCTIONS = ("calcsize", "pack", "pack_into", "unpack", "unpack_from", "iter_unpack")


def standard(text: Any, sizes: Mapping[str, int], order: str) -> str:
    """Give a format whose sizes, order and padding are spelled out: those of the target's native mode.

    Args:
        text: A format of the struct module.
        sizes: Of the request's view.
        order: Of bytes on the target: ``little`` or ``big``.

    Raises:
        struct.error: It is no format.
    """
    struct.Struct(text)
    words = text.decode() if isinstance(text, bytes) else text
    sign = {"little": "<", "big": ">"}[order]
    if words[:1] in {"<", ">", "!"}:
        return str(words)
    if words[:1] == "=":
        return sign + words[1:]
    place, found = 0, [sign]
    for count, code in _FORMAT.findall("".join(words.split())):
        size = _FIXED.get(code) or sizes[_CODES[code]]
        fill = -place % min(size, sizes["alignment"])
        explicit = code if code in _FIXED else {4: "iI", 8: "qQ"}[size][code in "LNP"]
        found.append("x" * fill + count + explicit)
        place += fill + size * (int(count) if count else 1)
    return "".join(found)


def served(sizes: Mapping[str, int], order: str) -> dict[str, dict[str, object]]:
    """Give the classes that the project is to see: module → name → class.

    Args:
        sizes: Of the request's view.
        order: Of bytes on the target.
    """

    class Struct(struct.Struct):
        def __new__(cls, format: Any) -> Any:  # noqa: A002 - struct's name for it
            return super().__new__(cls, standard(format, sizes, order))  # type: ignore[call-arg] # until 3.12

        def __init__(self, format: Any) -> None:  # noqa: A002 - as above
            super().__init__(standard(format, sizes, order))

    return {"struct": {"Struct": Struct}, "array": {"array": _array(sizes, order)}}


def _array(sizes: Mapping[str, int], order: str) -> type:
    class Array(array.array):  # type: ignore[type-arg] # of any item
        @property
        def itemsize(self) -> int:
            kind = _ARRAY.get(self.typecode)
            return sizes[kind] if kind else int(array.array.itemsize.__get__(self))

        def tobytes(self) -> bytes:
            if self.typecode == "u":
                return super().tobytes()
            return struct.pack(standard(f"{len(self)}{self.typecode}", sizes, order), *self)

        def tofile(self, file: Any) -> None:
            file.write(self.tobytes())

    Array.__name__ = Array.__qualname__ = "array"
    return Array


def install_formats(sizes: Mapping[str, int], order: str, scope: Scope) -> None:
    """Let the functions of the struct module take the project's formats as the target's.

    Args:
        sizes: Of the request's view.
        order: Of bytes on the target.
        scope: Whose code is the project's.
    """
    for name in _FUNCTIONS:
        own = getattr(struct, name)
        setattr(
            struct, name, _of_the_target(own, functools.partial(standard, sizes=sizes, order=order), scope)
        )


def _of_the_target(own: Any, spelled_out: Callable[[Any], str], scope: Scope) -> Callable[..., Any]:
    @functools.wraps(own)
    def scoped(format: Any, *args: Any, **options: Any) -> Any:  # noqa: A002 - struct's name for it
        asks = scope.calls(sys._getframe(1), own.__name__)  # noqa: SLF001 - the way to know who asks
        return own(spelled_out(format) if asks else format, *args, **options)

    return scoped
