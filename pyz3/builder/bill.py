"""Recipe and binaries → a wheel's bill of materials, and the licence texts that it must pass on."""

from __future__ import annotations

import functools
import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

from pyz3._files import file_chunks
from pyz3.archive import WheelEntry
from pyz3.environments import installed_for
from pyz3.errors import BuildFailedError
from pyz3.events import Note
from pyz3.sbom import FILE, FOLDER, StaticLibrary, Tool, make_sbom, texts_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from pyz3.archive import Metadata
    from pyz3.builder.platform import Built
    from pyz3.engine.toolchain import Toolchain
    from pyz3.environments import Environment
    from pyz3.events import Listener
    from pyz3.linking import LinkedLibrary
    from pyz3.plan import Recipe


class Bills:
    """Writes the bills of one project's wheels.

    Args:
        root: The project's folder.
        toolchain: Zig, whose parts are in binaries.
        tell: Is told of licence texts that should be in a wheel, and are not installed here.
        environment_of: Gives the build environment of a wheel, by its identifier; None: pyz3 itself builds
            the project, and nothing is installed for that.
    """

    def __init__(
        self,
        root: Path,
        toolchain: Toolchain,
        *,
        tell: Listener,
        environment_of: Callable[[str], Environment | None] | None = None,
    ) -> None:
        self._root = root
        self._lib = toolchain.zig_lib
        self._version = toolchain.version
        self._environment_of = environment_of
        self._tell = tell
        self._told: set[str] = set()
        self._digest = functools.cache(_digest)

    def __call__(self, recipe: Recipe, built: Built, metadata: Metadata) -> tuple[WheelEntry, ...]:
        """Give the files for ``.dist-info`` of a wheel; none of one without binaries.

        Raises:
            BuildFailedError: A source of a static library cannot be read.
        """
        if not built.contained:
            return ()
        held = {part for one in built.contained for part in (*one.evidence.parts, *one.evidence.unknown)}
        texts, missing = texts_of(held, self._lib)
        self._tell_of(missing)
        used = {name for one in built.contained for name in one.libraries}
        said = {"pyz3:optimize": recipe.optimize, "pyz3:zig-targets": " ".join(recipe.zig_targets)}
        tools: tuple[Tool, ...] = ()
        if self._environment_of is not None:
            environment = self._environment_of(recipe.identifier)
            if environment is None:
                said["pyz3:build-requirements"] = "not known"
            else:
                tools = tuple(
                    Tool(name=name, version=version, files=environment.files_of(name))
                    for name, version in installed_for(environment)
                )
        bill = make_sbom(
            metadata.name,
            metadata.version,
            binaries=built.contained,
            libraries=[
                StaticLibrary(name=library.name, sources=self._digest(self._sources(library)))
                for library in recipe.libraries
                if library.name in used
            ],
            tools=tools,
            properties=said,
            missing_texts=missing,
            zig_lib=self._lib,
            zig_version=self._version,
        )
        files = {FILE: bill, **{f"{FOLDER}/{name}": text for name, text in texts.items()}}
        return tuple(
            WheelEntry(arcname=f"{metadata.dist_info}/{name}", source=data) for name, data in files.items()
        )

    def _tell_of(self, missing: tuple[str, ...]) -> None:
        new = [name for name in missing if name not in self._told]
        self._told.update(new)
        if new:
            text = f"licence texts that belong into wheels are not installed here: {', '.join(new)}"
            self._tell(Note(text=f"{text}; reinstall ziglang and pyz3, or add the texts to the wheels"))

    def _sources(self, library: LinkedLibrary) -> tuple[Path, ...]:
        if library.units:
            return tuple(Path(unit.source) for unit in library.units)
        return tuple(self._root / source for source in library.settings.sources)


def _digest(sources: tuple[Path, ...]) -> str:
    """Give the digest of files, one behind the other."""
    digest = hashlib.sha256()
    try:
        for chunk in (chunk for source in sources for chunk in file_chunks(source)):
            digest.update(chunk)
    except OSError as error:
        raise BuildFailedError(f"{error.filename}: cannot be read: {error.strerror or error}") from error
    return digest.hexdigest()
