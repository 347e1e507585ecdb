"""What is asked for, and what comes back, as JSON.  ``pyz3.hooks.protocol`` explains the fields.

A test holds that both sides have the same.
"""

from __future__ import annotations

from typing import Any, TypedDict


class Reads(TypedDict):
    """What of the project was read."""

    files: list[str]
    copies: dict[str, list[str]]
    unknown: str
    outside: list[str]
    asked: list[str]
    above: list[str]
    variables: list[str]
    every_variable: str


class PythonView(TypedDict):
    """The Python that the project is to see."""

    version_info: list[Any]
    free_threaded: bool


class SystemView(TypedDict):
    """The system that the project is to see; the fields are named after where Python shows them."""

    sys_platform: str
    os_name: str
    system: str
    machine: str
    release: str
    version: str
    maxsize: int
    libc: list[str]
    byteorder: str
    mac_ver: str
    compiler: str
    sizes: dict[str, int]
    pages: list[int]


class TargetRequest(TypedDict):
    """One wheel that the hook is to make."""

    identifier: str
    mode: str
    source: str
    copy: str
    python: PythonView
    view: SystemView
    host_platform: str
    extension_suffix: str
    include: str
    cflags: list[str]
    commands: dict[str, str]
    stand_ins: str
    environment: dict[str, str]
    work: str
    result: str
    log: str
    config_settings: dict[str, str | list[str]]


class Request(TypedDict):
    """All wheels that one interpreter makes of a project."""

    source: str
    backend: str
    backend_path: list[str]
    cython_cache: str
    reads: str
    targets: list[TargetRequest]


class RecordedObject(TypedDict):
    """One call of the compiler."""

    source: str
    flags: list[str]
    language: str


class LinkInputs(TypedDict):
    """What a link is made of."""

    objects: list[RecordedObject]
    extra_objects: list[str]
    archives: list[str]
    libraries: list[str]
    library_dirs: list[str]


class RecordedLink(LinkInputs):
    """One call of the linker."""

    file: str
    module: str
    runtime_library_dirs: list[str]
    flags: list[str]
    language: str
    export_symbols: list[str]


class RecordedArchive(TypedDict):
    """A static library: its name and what is compiled for it."""

    name: str
    objects: list[RecordedObject]


class Declared(TypedDict):
    """An extension module that the project declares, and what became of it."""

    name: str
    file: str
    optional: bool
    state: str
    why: str


class Result(TypedDict):
    """What became of one wheel."""

    wheel: str
    error: str
    traceback: str
    extensions: list[Declared]
    links: list[RecordedLink]
    archives: list[RecordedArchive]
    seconds: float
    reads: Reads | None
    works_on: str
    cannot_import: str
    asks_machine: list[str]
    told: list[str]
