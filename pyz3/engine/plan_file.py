"""The plan file that ``build.zig`` reads; it holds the other half of this description."""

from __future__ import annotations

from typing import Literal, TypeAlias

import msgspec

from pyz3.driver.zig_parts import ZigPart

PLAN_VERSION = 1

Kind: TypeAlias = Literal["module", "shared", "static"]


class Source(msgspec.Struct, frozen=True, kw_only=True):
    """A file for the C or C++ compiler, with its flags."""

    path: str
    flags: tuple[str, ...]


class Batch(msgspec.Struct, frozen=True, kw_only=True):
    """Sources that are compiled apart from what they are part of; ``build.zig`` explains the fields."""

    key: str
    sources: tuple[Source, ...]


class Emscripten(msgspec.Struct, frozen=True, kw_only=True):
    """What a module for Pyodide needs besides; ``build.zig`` explains the fields."""

    root: str
    include_dirs: tuple[str, ...]
    define: tuple[str, ...]
    link_flags: tuple[str, ...]


class Lean(msgspec.Struct, frozen=True, kw_only=True):
    """What a DLL is linked with that needs no C runtime of its own; ``build.zig`` explains the fields."""

    link_flags: tuple[str, ...]
    startup_flags: tuple[str, ...]
    libraries: tuple[str, ...]
    compiler_rt: str
    compiler_rt_bitcode_args: tuple[str, ...]
    compiler_rt_args: tuple[str, ...]
    startup_sections: tuple[str, ...]


class SystemCxx(msgspec.Struct, frozen=True, kw_only=True):
    """What C++ is linked with that macOS' own library is enough for; ``build.zig`` explains the fields."""

    runtime: tuple[str, ...]
    group: str


class Artifact(msgspec.Struct, frozen=True, kw_only=True):
    """One module or library; ``build.zig`` explains the fields."""

    key: str
    kind: Kind = "module"
    name: str
    target: str
    cpu: str = ""
    lto: str = ""
    batches: tuple[Batch, ...] = ()
    c_sources: tuple[Source, ...]
    zig_sources: tuple[str, ...]
    python_include: str
    include_dirs: tuple[str, ...]
    define: tuple[str, ...]
    library_dirs: tuple[str, ...]
    libraries: tuple[str, ...]
    frameworks: tuple[str, ...]
    framework_dirs: tuple[str, ...]
    rpaths: tuple[str, ...]
    objects: tuple[str, ...]
    links: tuple[str, ...] = ()
    runtime: tuple[str, ...] = ()
    export_symbols: tuple[str, ...] = ()
    link_cpp: bool
    version_script: str | None
    build_id: str = ""
    lean: Lean | None = None
    system_cxx: SystemCxx | None = None
    in_parts: bool = False
    debug_info: bool = False
    emscripten: Emscripten | None = None

    @property
    def sources(self) -> tuple[Source, ...]:
        """All that clang compiles, in the order in which they are linked."""
        return (*(source for batch in self.batches for source in batch.sources), *self.c_sources)


class TargetParts(msgspec.Struct, frozen=True, kw_only=True):
    """What zig compiles of its own for one target, in parts."""

    target: str
    parts: tuple[ZigPart, ...]


class PlanFile(msgspec.Struct, frozen=True, kw_only=True):
    """What ``-Dplan=`` names."""

    version: int = PLAN_VERSION
    artifacts: tuple[Artifact, ...]
    zig_parts: tuple[TargetParts, ...] = ()
