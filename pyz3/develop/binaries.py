"""The binaries of this interpreter's wheel, by the same way as those of any wheel."""

from __future__ import annotations

import tempfile
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from pyz3.archive import WheelEntry

if TYPE_CHECKING:
    from pyz3.builder import Contents, ProjectBuild
    from pyz3.results import Summary
    from pyz3.targets import PythonVersion

# So that a wheel of which every module is left out is no error here.
_MARKER = WheelEntry(arcname="pyz3.marker", source=b"")


def build_here(
    build: ProjectBuild,
    contents: Contents,
    *,
    output_dir: Path,
    optimize: str | None,
    python: PythonVersion | None = None,
) -> Summary:
    """Build the wheel of one Python of this machine, with other contents than the project's packages.

    Args:
        build: The project's.
        contents: What the wheel holds besides binaries.
        output_dir: Where it goes.
        optimize: Zig's build mode; None is the project's.
        python: For which Python; None is the one that runs this.

    Raises:
        ConfigError: The configuration is wrong.
        NothingSelectedError: The project does not support that Python.
    """
    selection = build.select_one(python=None if python is None else str(python))
    plan = build.plan(selection, optimize=optimize)
    return build.run(plan, output_dir=output_dir, contents=contents)


def build_binaries(
    build: ProjectBuild, contents: Contents, *, optimize: str | None, python: PythonVersion | None = None
) -> tuple[Summary, dict[str, bytes]]:
    """Build the modules of one Python of this machine, and give them by their paths in a wheel.

    Args:
        build: The project's.
        contents: The project's contents.
        optimize: Zig's build mode; None is the project's.
        python: For which Python; None is the one that runs this.

    Returns:
        What came of it, and the files; there are none if the build failed.

    Raises:
        ConfigError: The configuration is wrong.
        NothingSelectedError: The project does not support that Python.
    """
    bare = replace(contents, files=(_MARKER,), binaries="")
    with tempfile.TemporaryDirectory(prefix="pyz3-", ignore_cleanup_errors=True) as scratch:
        summary = build_here(build, bare, output_dir=Path(scratch), optimize=optimize, python=python)
        files: dict[str, bytes] = {}
        for wheel in summary.wheels:
            with zipfile.ZipFile(wheel.path) as archive:
                files = {name: archive.read(name) for name in archive.namelist()}
    folder = f"{contents.metadata.dist_info}/"
    return summary, {
        name: content
        for name, content in files.items()
        if name != _MARKER.arcname and not name.startswith(folder)
    }
