"""What the plan holds: a job per wheel, with its modules.  JSON-able."""

from __future__ import annotations

import msgspec

from pyz3.config import Optimize, Settings
from pyz3.linking import LinkedLibrary, Unit
from pyz3.targets import Platform, PythonVersion, Target


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


class Module(msgspec.Struct, frozen=True, kw_only=True):
    """One extension module of one wheel.

    Attributes:
        name: Dotted name: ``hello._speed``.
        file: Path below the wheel's root: ``hello/_speed.cpython-313-x86_64-linux-gnu.so``.
        settings: What holds for this platform; sources are relative to the project.
        limited_api: The Limited API it is restricted to (``3.10``, PEP 384); empty: all of the C API.
        optional: The wheel is made without it where it cannot be built.
        export_symbols: Names or globs of what it exports besides the init function.
        links: The project's libraries that it is linked with; users stand before what they use.
        rpaths: Where the loader is to look for the shared ones.
        units: What it is compiled from in place of the settings' sources, as another build system does it.
        objects: Files for the linker as they are, absolute.
        cpp: It needs C++'s standard library, whatever its sources are called.
    """

    name: str
    file: str
    settings: Settings
    limited_api: str = ""
    optional: bool = False
    export_symbols: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    rpaths: tuple[str, ...] = ()
    units: tuple[Unit, ...] = ()
    objects: tuple[str, ...] = ()
    cpp: bool = False


class Trouble(msgspec.Struct, frozen=True, kw_only=True):
    """Why a wheel cannot be made, known before anything is compiled for it.

    Attributes:
        message: What went wrong.
        output: What the project's own code printed; empty if it printed nothing.
        tip: The next thing to do.
        recorded: It came of writing commands down: to run them may go well.
    """

    message: str
    output: str = ""
    tip: str = ""
    recorded: bool = False


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """One wheel to make.

    Attributes:
        identifier: ``cp313-manylinux_x86_64``; of a wheel without binaries ``py3-none-any``.
        platform: The platform's name: ``linux-x86_64``; empty without binaries.
        python: ``3.13`` or ``3.13t``; empty without binaries.
        tag: The Python and ABI part of the wheel's tag: ``cp313-cp313``, ``cp310-abi3``.
        zig_targets: With the floor: ``x86_64-linux-gnu.2.17``; several are fused into one file.
        floor: Oldest system promised: glibc, musl or macOS version; empty on Windows.
        asked_floor: The one that the user asked for, be it older than the Pythons' own; empty: none.
        wheel_platform: The platform tag that goes with the floor.
        optimize: Zig's build mode.
        modules: The extension modules; with ``build-zig`` empty, as only the project knows them.
        cpu: The processor to build for on purpose, as zig names it; empty is the platform's oldest.
        lto: Link-time optimisation, ``thin`` or ``full``; empty is none.
        left_out: The extension modules that it is made without, as far as they are known by now.
        libraries: The project's libraries that it needs, none before what it links.
        fallback: It promises that the package works without its extension modules.
        base: The wheel that the project's own build backend made: what is in it besides binaries.
        shipped: Binaries in ``base`` that the project holds already built: they are data to it.
        prebuilt: Binaries, and files linked into some, that came with the project already compiled by others.
        telling: Other files in ``base`` that hold the name of the folder where it was made.
        content: Digest of what it holds, built or to be built.
        bound: It is for its platform even without a binary: its build backend or its files say so.
        remarks: What the user should know of how its tag came to be.
        trouble: Why it cannot be made; None: it can.
        allow_pure: It may end without binaries although the project declares extension modules.
    """

    identifier: str
    platform: str
    python: str
    tag: str
    zig_targets: tuple[str, ...]
    floor: str
    wheel_platform: str
    optimize: Optimize
    modules: tuple[Module, ...]
    asked_floor: str = ""
    cpu: str = ""
    lto: str = ""
    libraries: tuple[LinkedLibrary, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    fallback: bool = False
    base: str = ""
    shipped: tuple[str, ...] = ()
    prebuilt: tuple[str, ...] = ()
    telling: tuple[str, ...] = ()
    content: str = ""
    bound: bool = False
    remarks: tuple[str, ...] = ()
    trouble: Trouble | None = None
    allow_pure: bool = False

    @property
    def is_pure(self) -> bool:
        """Whether the wheel holds no binary, and hence serves every platform."""
        return not self.platform

    @property
    def target(self) -> Target:
        """The platform and Python that a job with binaries is for."""
        return Target(platform=Platform(self.platform), python=PythonVersion.parse(self.python))
