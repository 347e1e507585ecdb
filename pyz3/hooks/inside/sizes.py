"""The sizes of C's types on the target, for the project's own code that asks ctypes, struct or array.

Elsewhere these modules stay as they are: what they do with memory is done on this machine.
"""

from __future__ import annotations

import array
import ctypes
import functools
import re
import struct
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from .view import Scope

# Codes of the struct module in its native mode, and the type of each whose size differs between targets.
_CODES = {"l": "long", "L": "long", "n": "void_p", "N": "void_p", "P": "void_p"}
_FIXED = {
    **dict.fromkeys("xcbB?sp", 1),
    **dict.fromkeys("hHe", 2),
    **dict.fromkeys("iIf", 4),
    **dict.fromkeys("qQd", 8),
}
_FORMAT = re.compile(r"(\d*)([xcbB?sphHeiIfqQdlLnNP])")
_ARRAY = {"l": "long", "L": "long", "u": "wchar_t"}
# Names of ctypes, and which type each is there.
_CTYPES = {
    **dict.fromkeys(("c_long", "c_ulong"), "long"),
    **dict.fromkeys(("c_void_p", "c_char_p", "c_wchar_p", "c_size_t", "c_ssize_t"), "void_p"),
    "c_wchar": "wchar_t",
    "c_longdouble": "long_double",
    "c_time_t": "time_t",
}  # fmt: skip


def served(sizes: Mapping[str, int], scope: Scope) -> dict[str, dict[str, object]]:
    """Give what the project is to see of ctypes and array: module → name → value.

    On Linux some names of ctypes are one type that are two on the target (``c_long``, ``c_longlong``): the
    project gets types that are told apart and are otherwise this machine's.

    Args:
        sizes: Of the request's view.
        scope: Whose code is the project's.
    """
    types: dict[str, object] = {}
    by_type: dict[Any, int] = {}
    for name, kind in _CTYPES.items():
        own: Any = getattr(ctypes, name, None)
        if own is None or sizes[kind] == ctypes.sizeof(own):
            continue
        types[name] = type(name, (own,), {})
        by_type[types[name]] = sizes[kind]
    sizeof = ctypes.sizeof

    def size(thing: Any) -> int:
        kind = thing if isinstance(thing, type) else type(thing)
        if kind in by_type:
            return by_type[kind]
        if issubclass(kind, ctypes.Array):
            return size(kind._type_) * len(kind())
        pointer = getattr(ctypes, "_Pointer")  # noqa: B009 - the stubs hide it
        return sizes["void_p"] if issubclass(kind, (pointer, ctypes.py_object)) else sizeof(thing)

    def scoped(thing: Any) -> int:
        asks = scope.calls(sys._getframe(1), "sizeof")  # noqa: SLF001 - the way to know who asks
        return size(thing) if asks else sizeof(thing)

    ctypes.sizeof = scoped
    return {"ctypes": types, "array": {"array": _array(sizes)}}


def _array(sizes: Mapping[str, int]) -> type:
    own = array.array

    def itemsize(one: Any) -> int:
        kind = _ARRAY.get(one.typecode)
        return sizes[kind] if kind else int(own.itemsize.__get__(one))

    return type("array", (own,), {"itemsize": property(itemsize)})


def calcsize(own: Callable[[Any], int], sizes: Mapping[str, int], scope: Scope) -> Callable[[Any], int]:
    """Give ``struct.calcsize`` as it answers the project.

    Args:
        own: The function.
        sizes: Of the request's view.
        scope: Whose code is the project's.
    """

    @functools.wraps(own)
    def scoped(format: Any) -> int:  # noqa: A002 - struct's name for it
        asks = scope.calls(sys._getframe(1), "calcsize")  # noqa: SLF001 - as above
        return native_size(format, sizes, own) if asks else own(format)

    return scoped


def native_size(text: Any, sizes: Mapping[str, int], own: Callable[[Any], int]) -> int:
    """Give the size of a struct by its format, in the native mode of the target.

    Args:
        text: The format.
        sizes: Of the request's view.
        own: ``struct.calcsize``; it judges formats, and knows all other modes.
    """
    total = own(text)
    words = text.decode() if isinstance(text, bytes) else text
    if words[:1] in {"=", "<", ">", "!"}:
        return total
    place = 0
    for count, code in _FORMAT.findall("".join(words.split())):
        size = _FIXED.get(code) or sizes[_CODES[code]]
        align = min(size, sizes["alignment"])
        place = -(-place // align) * align + size * (int(count) if count else 1)
    return place


def install_calcsize(sizes: Mapping[str, int], scope: Scope) -> None:
    """Let ``struct.calcsize`` tell the project the target's sizes."""
    struct.calcsize = calcsize(struct.calcsize, sizes, scope)
