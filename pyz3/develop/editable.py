"""Editable installs (PEP 660): a wheel that leads imports into the source tree.

It holds a ``.pth`` file with the folders that packages are imported from, and a package of its own
with the extension modules and a finder for them.  So the tree stays as it is, tools that read
``.pth`` files understand it, and uninstalling removes everything.
"""

from __future__ import annotations

import json
import sysconfig
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING

from packaging.utils import canonicalize_name

from pyz3._files import write_atomically
from pyz3.archive import WheelEntry
from pyz3.builder import read_contents
from pyz3.develop.binaries import build_binaries
from pyz3.develop.stamps import Stamps
from pyz3.errors import ConfigError

if TYPE_CHECKING:
    from pyz3.builder import Contents, ProjectBuild
    from pyz3.config import Project
    from pyz3.results import Summary

_BUILT = "built"
_STATE = "state.json"


def redirect_name(project_name: str) -> str:
    """Give the name of the package that holds the modules: ``_pyz3_editable_acme_hello``."""
    return f"_pyz3_editable_{canonicalize_name(project_name).replace('-', '_')}"


def editable_contents(project: Project, contents: Contents, *, optimize: str | None) -> Contents:
    """Give what an editable wheel holds besides binaries; to be called before they are built.

    Args:
        project: What a frontend read.
        contents: What the project's wheels hold.
        optimize: The build mode that rebuilding on import shall use; None is the project's.
    """
    name = redirect_name(contents.metadata.name)
    lines = [_pth_line(root) for root in contents.roots]
    files = []
    if project.has_binaries:
        lines.append(f"import {name}")
        files = [
            WheelEntry(arcname=f"{name}/__init__.py", source=_finder(project, contents.roots)),
            WheelEntry(arcname=f"{name}/{_STATE}", source=_state(project, contents, optimize)),
        ]
    pth = "".join(f"{line}\n" for line in lines).encode()
    return replace(
        contents,
        files=(WheelEntry(arcname=f"{name}.pth", source=pth), *files),
        notes=(*contents.notes, *_library_notes(project)),
        binaries=f"{name}/{_BUILT}/",
    )


def find_redirect(project: Project, contents: Contents) -> Path | None:
    """Give the folder of the project's editable install in this environment; None if there is none."""
    name = redirect_name(contents.metadata.name)
    for scheme in ("platlib", "purelib"):
        folder = Path(sysconfig.get_path(scheme)) / name
        try:
            state = json.loads((folder / _STATE).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            continue
        if state.get("project") == str(project.root):
            return folder
    return None


def is_installed(project: Project, contents: Contents) -> bool:
    """Tell whether this environment has an editable install of the project, be it without binaries."""
    if find_redirect(project, contents) is not None:
        return True
    name = f"{redirect_name(contents.metadata.name)}.pth"
    wanted = [_pth_line(root) for root in contents.roots]
    files = [Path(sysconfig.get_path(scheme)) / name for scheme in ("platlib", "purelib")]
    return any(line in wanted for path in files for line in (_content(path) or b"").decode().splitlines())


def refresh(build: ProjectBuild, folder: Path) -> tuple[Summary, tuple[str, ...]]:
    """Build anew what has changed, and put it into an editable install.

    Args:
        build: The project's.
        folder: What `find_redirect` gave.

    Returns:
        What came of the build, and the names of the files that are different now.

    Raises:
        ConfigError: The configuration is wrong, or the folder is no editable install.
        OSError: The folder cannot be written.
    """
    try:
        optimize = json.loads((folder / _STATE).read_text(encoding="utf-8"))["optimize"]
    except (OSError, ValueError, KeyError) as error:
        raise ConfigError(
            f"{folder}: no editable install by pyz3: {error}", tip="pip install -e . makes one"
        ) from error
    project = build.project
    contents = read_contents(project)
    state = _state(project, contents, optimize)
    summary, files = build_binaries(build, contents, optimize=optimize)
    if summary.failures:
        return summary, ()
    built = folder / _BUILT
    changed = [name for name, content in files.items() if _content(built / name) != content]
    for name in changed:
        write_atomically(built / name, files[name])
    for path in [path for path in built.rglob("*") if path.is_file()]:
        # Another process may be at it, too: what it is writing begins with a dot.
        if path.relative_to(built).as_posix() not in files and not path.name.startswith("."):
            path.unlink(missing_ok=True)
    _record(folder, contents, [f"{folder.name}/{_BUILT}/{name}" for name in changed])
    write_atomically(folder / _STATE, state)
    return summary, tuple(changed)


def _library_notes(project: Project) -> tuple[str, ...]:
    shared = [library.name for library in project.libraries if not library.static]
    if not shared:
        return ()
    where = "in an editable install on the package's __path__, not beside its Python files"
    return (f"{', '.join(shared)}: {where}; pyz3 develop --in-place puts it there",)


def _finder(project: Project, roots: tuple[Path, ...]) -> bytes:
    """Give the finder's source for packages below ``roots``."""
    modules = tuple(extension.name for extension in project.extensions)
    text = Path(__file__).with_name("_finder.py").read_text(encoding="utf-8")
    for name, value in (("ROOTS", tuple(map(str, roots))), ("MODULES", modules)):
        text = text.replace(f"{name}: tuple[str, ...] = ()\n", f"{name} = {value!a}\n")
    return text.encode()


def _state(project: Project, contents: Contents, optimize: str | None) -> bytes:
    stamps = asdict(Stamps.take(project, contents.rules))
    return json.dumps({"project": str(project.root), "optimize": optimize, **stamps}).encode()


def _pth_line(root: Path) -> str:
    """Name a folder in a ``.pth`` file, whose encoding before Python 3.13 was the locale's."""
    path = str(root)
    return path if path.isascii() else f"import sys; sys.path.append({path!a})"


def _content(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except OSError:
        return None


def _record(folder: Path, contents: Contents, names: list[str]) -> None:
    """Have uninstalling remove files that the install did not bring (RECORD may leave hashes out)."""
    record = folder.parent / contents.metadata.dist_info / "RECORD"
    text = (_content(record) or b"").decode("utf-8")
    known = {line.partition(",")[0] for line in text.splitlines()}
    new = [name for name in names if name not in known]
    if text and new:
        write_atomically(record, (text + "".join(f"{name},,\n" for name in new)).encode())
