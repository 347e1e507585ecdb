"""How wheels are made: what is compiled for each, or why there is none.  JSON-able."""

from __future__ import annotations

from typing import TypeAlias

import msgspec

from pyz3.linking import Kind, LinkedLibrary, Part
from pyz3.plan.order import Order


class LeftOut(msgspec.Struct, frozen=True, kw_only=True):
    """An extension module that a wheel is made without.

    Attributes:
        module: Dotted name: ``hello._speed``.
        identifier: The wheel it would have been in: ``cp313-win_amd64``.
        why: What is in the way, as a clause: ``HELLO_DISABLE_EXT is set``.
        detail: The compiler's messages; empty if it was not asked.
        tip: What to do to have it.
        instead: What takes its place; empty: that is not known.
    """

    module: str
    identifier: str
    why: str
    detail: str = ""
    tip: str = ""
    instead: str = "the package uses its Python version of it instead, which is slower"


class Module(Part, frozen=True, kw_only=True):
    """An extension module of one wheel.

    Attributes:
        limited_api: The Limited API it is restricted to (``3.10``, PEP 384); empty: all of the C API.
        optional: The wheel is made without it where it cannot be built.
    """

    limited_api: str = ""
    optional: bool = False

    @property
    def kind(self) -> Kind:
        """A module."""
        return "module"


class Trouble(msgspec.Struct, frozen=True, kw_only=True):
    """Why a wheel cannot be made, known before anything is compiled for it.

    Attributes:
        message: What went wrong.
        output: What the project's own code printed; empty if it printed nothing.
        tip: The next thing to do.
        recorded: It came of writing commands down: to run them may go well.
        wheel: The backend made a wheel all the same; the tip says how to have it.
        remarks: What the user should know besides.
    """

    message: str
    output: str = ""
    tip: str = ""
    recorded: bool = False
    wheel: bool = False
    remarks: tuple[str, ...] = ()


class Base(msgspec.Struct, frozen=True, kw_only=True):
    """The wheel that the project's own build backend made: ours holds what is in it besides binaries.

    Attributes:
        path: Where it is.
        content: Digest of what our wheel holds, built or to be built.
        shipped: Binaries in it that the project holds already built: they are data to it.
        prebuilt: Binaries, and files linked into some, that came with the project already compiled by others.
        telling: Other files in it that hold the name of the folder where it was made.
        remarks: What the user should know of how the wheel's tag came to be.
        failed: Sources of the project that its own commands could not compile, and it went on without.
        log: What the backend printed.
    """

    path: str
    content: str = ""
    shipped: tuple[str, ...] = ()
    prebuilt: tuple[str, ...] = ()
    telling: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
    failed: tuple[str, ...] = ()
    log: str = ""


class Recipe(Order, frozen=True, kw_only=True):
    """How a wheel for one platform is made.

    Attributes:
        tag: The Python and ABI part of the wheel's tag: ``cp313-cp313``, ``cp310-abi3``.
        modules: The extension modules; with ``build-zig`` empty, as only the project knows them.
        libraries: The project's libraries that it needs, none before what it links.
        left_out: The extension modules that it is made without, as far as they are known by now.
        base: The wheel that the project's own build backend made, if it has one.
        bound: It is for its platform even without a binary: its build backend or its files say so.
    """

    tag: str
    modules: tuple[Module, ...] = ()
    libraries: tuple[LinkedLibrary, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    base: Base | None = None
    bound: bool = False


class Pure(msgspec.Struct, frozen=True, kw_only=True):
    """A wheel without binaries, for every platform.

    Attributes:
        tag: The Python and ABI part of its tag: ``py3-none``.
        left_out: The extension modules that it is made without.
        fallback: It promises that the package works without its extension modules.
        base: The wheel that the project's own build backend made, if it has one.
    """

    tag: str = "py3-none"
    left_out: tuple[LeftOut, ...] = ()
    fallback: bool = False
    base: Base | None = None

    @property
    def identifier(self) -> str:
        """``py3-none-any``."""
        return f"{self.tag}-any"


# What a plan lists, and what becomes of it when it is described.
Planned: TypeAlias = Order | Pure
Described: TypeAlias = Recipe | Pure | Trouble
