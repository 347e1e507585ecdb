"""What pyz3 asks of a project's own build backend, and what comes back: two JSON files.

The other half is ``pyz3/guests/hook``, which runs in the build environment's Python.
"""

from __future__ import annotations

from typing import Literal, TypeAlias

import msgspec

from pyz3.sources import Reads

Mode: TypeAlias = Literal["record", "run"]
State: TypeAlias = Literal["recorded", "run", "failed", "absent"]


class PythonView(msgspec.Struct, frozen=True, kw_only=True):
    """The Python that the project is to see.

    Attributes:
        version_info: As ``sys.version_info``.
        free_threaded: Built with ``--disable-gil``.
    """

    version_info: tuple[int, int, int, str, int]
    free_threaded: bool


class SystemView(msgspec.Struct, frozen=True, kw_only=True):
    """The system that the project is to see; the fields are named after where Python shows them.

    Attributes:
        sizes: Of C's types, in bytes: ``long``, ``void_p``, ``wchar_t``, ``long_double``, ``time_t``; and the
            largest ``alignment`` within a struct.
        pages: Sizes of a page of memory and of what files are mapped by, in bytes; zeros: kernels differ.
    """

    sys_platform: str
    os_name: str
    system: str
    machine: str
    release: str
    version: str
    maxsize: int
    libc: tuple[str, str]
    byteorder: str
    mac_ver: str
    compiler: str
    sizes: dict[str, int]
    pages: tuple[int, int]


class TargetRequest(msgspec.Struct, frozen=True, kw_only=True):
    """One wheel that the hook is to make.

    Attributes:
        identifier: ``cp313-win_amd64``.
        mode: Whether extension modules are written down for the engine, or built by the commands.
        source: A copy of the project for this wheel alone.
        copy: The folder of the whole copy: the project's, or one above it.
        python: What the project sees of Python.
        view: What it sees of the system.
        host_platform: What ``sysconfig.get_platform()`` is to say: ``win-amd64``.
        extension_suffix: ``.cp313-win_amd64.pyd``.
        include: The folder that holds ``Python.h``.
        cflags: What the target's ``sysconfig`` says that extensions are compiled with.
        commands: ``CC``, ``CXX``, ``AR``, ``RANLIB``, ``CMAKE_TOOLCHAIN_FILE`` → path.
        stand_ins: Folder of what is called by the names of this machine's compilers.
        environment: All environment variables of the process.
        work: Folder for whatever is built.
        result: Where the result goes.
        log: Where the project's output goes.
        config_settings: Handed to the backend.
    """

    identifier: str
    mode: Mode
    source: str
    copy: str
    python: PythonView
    view: SystemView
    host_platform: str
    extension_suffix: str
    include: str
    cflags: tuple[str, ...]
    commands: dict[str, str]
    stand_ins: str
    environment: dict[str, str]
    work: str
    result: str
    log: str
    config_settings: dict[str, str | list[str]] = {}


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """All wheels that one interpreter makes of a project.

    Attributes:
        source: The folder to start in.
        backend: ``setuptools.build_meta``, or what the project names.
        backend_path: Folders of a backend that is part of the project, relative to it.
        cython_cache: What Cython made of which source.
        reads: The program that notices what of the project is read.
        targets: The wheels.
    """

    source: str
    backend: str
    backend_path: tuple[str, ...]
    cython_cache: str
    reads: str
    targets: tuple[TargetRequest, ...]


class RecordedObject(msgspec.Struct, frozen=True, kw_only=True):
    """One call of the compiler.

    Attributes:
        source: The file, absolute.
        flags: Everything else, in order.
        language: ``c``, ``c++`` or ``asm``.
    """

    source: str
    flags: tuple[str, ...]
    language: str


class RecordedLink(msgspec.Struct, frozen=True, kw_only=True):
    """One call of the linker.

    Attributes:
        file: Path in the wheel.
        module: Dotted name.
        objects: What is compiled for it.
        extra_objects: Files handed to the linker as they are, absolute.
        archives: Names of recorded archives.
        libraries: Names as after ``-l``.
        library_dirs: Folders as after ``-L``.
        runtime_library_dirs: Run paths.
        flags: Everything else, in order.
        language: ``c++`` needs its standard library.
        export_symbols: As setuptools lists them.
    """

    file: str
    module: str
    objects: tuple[RecordedObject, ...]
    extra_objects: tuple[str, ...]
    archives: tuple[str, ...]
    libraries: tuple[str, ...]
    library_dirs: tuple[str, ...]
    runtime_library_dirs: tuple[str, ...]
    flags: tuple[str, ...]
    language: str
    export_symbols: tuple[str, ...]


class RecordedArchive(msgspec.Struct, frozen=True, kw_only=True):
    """A static library: its name and what is compiled for it."""

    name: str
    objects: tuple[RecordedObject, ...]


class Declared(msgspec.Struct, frozen=True, kw_only=True):
    """An extension module that the project declares, and what became of it.

    Attributes:
        name: Dotted name.
        file: Path in the wheel.
        optional: The project calls it so.
        state: ``recorded`` for the engine, built by a ``run`` of the commands, ``failed``, or ``absent``.
        why: Of a failed one: what its exception said.
    """

    name: str
    file: str
    optional: bool
    state: State
    why: str


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one wheel.

    Attributes:
        wheel: The backend's wheel, absolute; recorded modules are placeholders in it.  Empty: there is none.
        error: What went wrong, in a line; empty: nothing.
        traceback: Of the error.
        extensions: What the project declares.
        links: What was recorded.
        archives: What static libraries of the project were recorded.
        seconds: Wall clock.
        reads: What of the project was read; None if the hook cannot tell.
        works_on: What the project worked on while it was only written down; empty: nothing.
        cannot_import: A module that the project tried to import after building it, in vain; empty: none.
        asks_machine: Paths of this machine's system and commands that tell of it, of which the project's own
            code asked, and that are there.
        told: What the user is to be told of how programs were called: sentences.
    """

    wheel: str
    error: str
    traceback: str
    extensions: tuple[Declared, ...]
    links: tuple[RecordedLink, ...]
    archives: tuple[RecordedArchive, ...]
    seconds: float
    reads: Reads | None = None
    works_on: str = ""
    cannot_import: str = ""
    asks_machine: tuple[str, ...] = ()
    told: tuple[str, ...] = ()
