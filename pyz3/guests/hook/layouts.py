"""The sizes of ctypes' types on the target, for the project's own code: of structures with all their fields.

What ctypes does with memory is done on this machine, with this machine's layouts.
"""

from __future__ import annotations

import ctypes
import sys
from ctypes import wintypes
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from .view import Scope

# Names of ctypes, and which type each is there.
_CTYPES = {
    **dict.fromkeys(("c_long", "c_ulong"), "long"),
    **dict.fromkeys(("c_void_p", "c_char_p", "c_wchar_p", "c_size_t", "c_ssize_t"), "void_p"),
    "c_wchar": "wchar_t",
    "c_longdouble": "long_double",
    "c_time_t": "time_t",
}  # fmt: skip
# Codes of ctypes' own (Modules/_ctypes/cfield.c) that are one type each.
_CODES = {**dict.fromkeys("PzZO", "void_p"), "u": "wchar_t", "g": "long_double"}
# Of ctypes.wintypes, what is as wide as a pointer; everything else there has Windows' own sizes (MSDN).
_WIDE = frozenset(("WPARAM", "LPARAM"))
_LONG = (ctypes.c_long, ctypes.c_ulong)


class Layout(NamedTuple):
    """Of a type: its size and alignment, and of a structure's fields offset and size, all in bytes.

    Of a bit field the size is ctypes': the number of bits above, and the first bit in its unit below.
    """

    size: int
    align: int
    fields: Mapping[str, tuple[int, int]]


class Layouts:
    """Knows how the target lays out ctypes' types.

    Args:
        sizes: Of the request's view.
        windows: It lays out bit fields as Microsoft's compilers do.
    """

    def __init__(self, sizes: Mapping[str, int], *, windows: bool) -> None:
        self._sizes = sizes
        self._windows = windows
        self._types: dict[Any, int] = {}

    def types(self) -> dict[str, object]:
        """Give the project's names of ctypes whose size is another there.

        On Linux some are one type that are two on the target (``c_long``, ``c_longlong``): these are told
        apart and are otherwise this machine's.
        """
        return {
            name: self._own(name, getattr(ctypes, name), self._sizes[kind])
            for name, kind in _CTYPES.items()
            if hasattr(ctypes, name) and self._sizes[kind] != ctypes.sizeof(getattr(ctypes, name))
        }

    def windows_types(self) -> dict[str, object]:
        """Give the same of ``ctypes.wintypes``: a LONG has four bytes everywhere."""
        found: dict[str, object] = {}
        for name, kind in vars(wintypes).items():
            if kind in _LONG or name in _WIDE:
                size = self._sizes["void_p"] if name in _WIDE else 4
                if size != ctypes.sizeof(kind):
                    found[name] = self._own(name, kind, size)
        return found

    def _own(self, name: str, kind: Any, size: int) -> object:
        made = type(name, (kind,), {})
        self._types[made] = size
        return made

    def of(self, kind: Any) -> Layout:
        """Give the layout of a type."""
        if issubclass(kind, ctypes.Array):
            one = self.of(kind._type_)
            return Layout(one.size * kind._length_, one.align, {})
        if issubclass(kind, (ctypes.Structure, ctypes.Union)):
            return self._of_fields(kind)
        pointer = getattr(ctypes, "_Pointer")  # noqa: B009 - the stubs hide it
        function = getattr(ctypes, "_CFuncPtr")  # noqa: B009 - as above
        code = getattr(kind, "_type_", None)
        if kind in self._types:
            size = self._types[kind]
        elif code in _CODES:
            size = self._sizes[_CODES[code]]
        elif issubclass(kind, (pointer, function)):
            size = self._sizes["void_p"]
        else:
            size = ctypes.sizeof(kind)
        widest = size if code == "g" and size != 12 else self._sizes["alignment"]  # noqa: PLR2004 - Intel's 80 bits
        return Layout(size, min(size, widest), {})

    def _of_fields(self, kind: Any) -> Layout:
        union = issubclass(kind, ctypes.Union)
        fields: dict[str, tuple[int, int]] = {}
        align, size = 1, 0
        places = _Places(windows=self._windows)
        for owner in reversed(kind.__mro__):
            own = vars(owner)
            most = own.get("_pack_", 0) or sys.maxsize
            for name, of, *bits in own.get("_fields_", ()):
                one = self.of(of)
                step = min(one.align, most)
                places = _Places(windows=self._windows) if union else places
                fields[name] = (
                    places.take_bits(bits[0], one.size, step, packed="_pack_" in own)
                    if bits
                    else places.take(one.size, step)
                )
                align, size = max(align, step), max(size, places.end)
            align = max(align, own.get("_align_", 1))  # of Python 3.13
        return Layout(_up(size, 8 * align) // 8, align, fields)


class _Places:
    """Lays fields out in order: by System V's ABI, or by Microsoft's, whose bit fields differ.

    Attributes:
        end: Of what is laid out, in bits.
    """

    def __init__(self, *, windows: bool) -> None:
        self.end = 0
        self._windows = windows
        # The unit that Microsoft's bit fields share: its first bit, its bits, the first that is free.
        self._unit = (0, 0, 0)

    def take(self, size: int, step: int) -> tuple[int, int]:
        start = _up(self.end, 8 * step)
        self.end, self._unit = start + 8 * size, (0, 0, 0)
        return start // 8, size

    def take_bits(self, count: int, size: int, step: int, *, packed: bool) -> tuple[int, int]:
        room = 8 * size
        if self._windows:
            first, width, start = self._unit
            if width != room or start + count > first + room:
                first = start = _up(self.end, 8 * step)
                self.end = first + room
            self._unit = (first, room, start + count)
        else:
            start = self.end if packed or self.end % room + count <= room else _up(self.end, room)
            first, self.end = start // room * room, start + count
        return first // 8, count << 16 | (start - first)


def _up(number: int, step: int) -> int:
    return -(-number // step) * step


class _Field:
    """A structure's field that is somewhere else on the target."""

    def __init__(self, own: Any, place: tuple[int, int]) -> None:
        self._own = own
        self.offset, self.size = place

    def __get__(self, instance: Any, owner: Any) -> Any:
        return self if instance is None else self._own.__get__(instance, owner)

    def __set__(self, instance: Any, value: Any) -> None:
        self._own.__set__(instance, value)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._own, name)


def show_layouts(view: Mapping[str, Any], scope: Scope) -> dict[str, dict[str, object]]:
    """Let ``ctypes.sizeof`` and ``alignment`` answer the project; give what else it is to see.

    Returns:
        Module → name → value.

    Args:
        view: Of the request.
        scope: Whose code is the project's.
    """
    windows = view["sys_platform"] == "win32"
    layouts = Layouts(view["sizes"], windows=windows)
    for name, answer in (("sizeof", "size"), ("alignment", "align")):
        setattr(ctypes, name, _answers(getattr(ctypes, name), layouts, answer, scope))
    bases = {name: _with_fields(name, getattr(ctypes, name), layouts) for name in ("Structure", "Union")}
    shown = {"ctypes": {**layouts.types(), **bases}}
    return {**shown, "ctypes.wintypes": layouts.windows_types()} if windows else shown


def _answers(own: Callable[[Any], int], layouts: Layouts, answer: str, scope: Scope) -> Callable[[Any], int]:
    def scoped(thing: Any) -> int:
        known = own(thing)  # it refuses what has none
        asks = scope.calls(sys._getframe(1), own.__name__)  # noqa: SLF001 - the way to know who asks
        kind = thing if isinstance(thing, type) else type(thing)
        return int(getattr(layouts.of(kind), answer)) if asks else known

    return scoped


def _with_fields(name: str, base: Any, layouts: Layouts) -> type:
    """Give a base class of structures whose fields say where they are on the target."""
    kind: Any = type(base)

    def place(made: Any) -> None:
        for field, where in layouts.of(made).fields.items():
            own = vars(made).get(field)
            if own is not None and not isinstance(own, _Field):
                kind.__setattr__(made, field, _Field(own, where))

    def initialise(made: Any, *args: Any, **options: Any) -> None:
        kind.__init__(made, *args, **options)
        place(made)

    def assign(made: Any, attribute: str, value: Any) -> None:
        kind.__setattr__(made, attribute, value)
        if attribute == "_fields_":
            place(made)

    meta = type(kind.__name__, (kind,), {"__init__": initialise, "__setattr__": assign})
    return meta(name, (base,), {})  # type: ignore[no-any-return]
