"""What a set of tools is for.  It lies beside them as JSON; each tool reads it when it starts."""

from __future__ import annotations

import json

from pyz3.driver.target import DriverTarget

TYPE_CHECKING = False  # see target.py
if TYPE_CHECKING:
    import os
    from collections.abc import Iterable, Sequence

    File = str | os.PathLike[str]


class Zig:
    """Zig, and the folders that it works in.

    Args:
        program: The executable.
        local_cache: What it makes of sources.
        global_cache: What it makes of its own.
        scratch: Where outputs are made that it would not leave alone.
        lib: Its own files; empty: where it looks itself.
    """

    __slots__ = ("global_cache", "lib", "local_cache", "program", "scratch")

    def __init__(
        self, program: File, *, local_cache: File, global_cache: File, scratch: File, lib: File = ""
    ) -> None:
        self.program = str(program)
        self.local_cache = str(local_cache)
        self.global_cache = str(global_cache)
        self.scratch = str(scratch)
        self.lib = str(lib)


class Emscripten:
    """How zig compiles and links for one Pyodide.

    Args:
        version: Of Emscripten, which ``uname -r`` tells there: ``4.0.9``.
        c: What ``zig clang`` needs for C, before all other flags.
        cxx: Likewise for C++.
        link: What ``zig wasm-ld`` needs for a shared library.
        known: File of the names that Pyodide supplies, one on a line.
    """

    __slots__ = ("c", "cxx", "known", "link", "version")

    def __init__(
        self, *, version: str, c: Iterable[str], cxx: Iterable[str], link: Iterable[str], known: File
    ) -> None:
        self.version = version
        self.c = tuple(c)
        self.cxx = tuple(cxx)
        self.link = tuple(link)
        self.known = str(known)


class Setup:
    """What one set of tools is for.

    Args:
        zig: What they run.
        target: What they compile for.
        include: Folders of headers, behind those of the command.
        overlay: The file that lets Windows' headers be found in any spelling (``case_overlay``).
        define: ``NAME=VALUE``.
        prefix_maps: Pairs of folders and what ``__FILE__`` shows in their stead.
        moved: Packages of the build environment, where the target's are, flags for whoever includes their
            headers, and why there are none of the target.
        library_dirs: Folders of libraries, behind those of the command.
        libraries: Files that each shared library is linked with: Python's import library.
        runtime: Folder of what zig's runtime lacks (``runtime_files``); empty: nothing is added.
        sdkroot: Folder of a macOS SDK; empty if there is none.
        log: File that takes a line for each flag that was dropped; empty for none.
        emscripten: For Pyodide, and for nothing else.
    """

    def __init__(
        self,
        zig: Zig,
        target: DriverTarget,
        *,
        include: Iterable[File] = (),
        overlay: File = "",
        define: Iterable[str] = (),
        prefix_maps: Iterable[Sequence[str]] = (),
        moved: Iterable[tuple[File, File, Sequence[str], str]] = (),
        library_dirs: Iterable[File] = (),
        libraries: Iterable[File] = (),
        runtime: File = "",
        sdkroot: File = "",
        log: File = "",
        emscripten: Emscripten | None = None,
    ) -> None:
        self.zig = zig
        self.target = target
        self.include = tuple(map(str, include))
        self.overlay = str(overlay)
        self.define = tuple(define)
        self.prefix_maps = tuple((folder, shown) for folder, shown in prefix_maps)
        self.moved = tuple((str(here), str(there), tuple(flags), why) for here, there, flags, why in moved)
        self.library_dirs = tuple(map(str, library_dirs))
        self.libraries = tuple(map(str, libraries))
        self.runtime = str(runtime)
        self.sdkroot = str(sdkroot)
        self.log = str(log)
        self.emscripten = emscripten

    @classmethod
    def read(cls, path: str) -> Setup:
        """Read what :meth:`to_json` gave.

        Raises:
            OSError: The file cannot be read.
        """
        with open(path, encoding="utf-8") as file:  # noqa: PTH123 - pathlib costs 15 ms
            values = json.load(file)
        emscripten = values.pop("emscripten")
        return cls(
            Zig(**values.pop("zig")),
            DriverTarget(**values.pop("target")),
            emscripten=Emscripten(**emscripten) if emscripten else None,
            **values,
        )

    def to_json(self) -> str:
        """Give it as text, for :meth:`read`."""
        zig, emscripten = _values(self.zig), _values(self.emscripten)
        own = self.target
        target = {"zig": own.zig, "debug": own.debug, "libc": own.libc, "debug_info": own.debug_info}
        parts = {"zig": zig, "target": target, "emscripten": emscripten}
        return json.dumps({**vars(self), **parts}, indent=1) + "\n"


def _values(part: Zig | Emscripten | None) -> dict[str, object] | None:
    return None if part is None else {name: getattr(part, name) for name in type(part).__slots__}
