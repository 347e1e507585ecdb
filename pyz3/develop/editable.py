"""Editable installs (PEP 660): a wheel that leads imports into the source tree.

It holds a ``.pth`` file with the folders that packages are imported from, and a package of its own
with the extension modules and a finder for them.  So the tree stays as it is, tools that read
``.pth`` files understand it, and uninstalling removes everything.
"""

from __future__ import annotations

import json
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
    from pyz3.develop.place import Place
    from pyz3.results import Summary
    from pyz3.targets import PythonVersion

_BUILT = "built"
_STATE = "state.json"
_ORIGIN = "direct_url.json"


def redirect_name(project_name: str) -> str:
    """Give the name of the package that holds the modules: ``_pyz3_editable_acme_hello``."""
    return f"_pyz3_editable_{canonicalize_name(project_name).replace('-', '_')}"


def editable_contents(
    project: Project, contents: Contents, *, optimize: str | None, builder: str = ""
) -> Contents:
    """Give what an editable wheel holds besides binaries; to be called before they are built.

    Args:
        project: What a frontend read.
        contents: What the project's wheels hold.
        optimize: The build mode that rebuilding on import shall use; None is the project's.
        builder: The Python whose pyz3 does that if the environment has none; empty: nobody does.
    """
    name = redirect_name(contents.metadata.name)
    lines = [_pth_line(root) for root in contents.roots]
    files = []
    if project.has_binaries:
        lines.append(f"import {name}")
        files = [
            WheelEntry(arcname=f"{name}/__init__.py", source=_finder(project, contents.roots)),
            WheelEntry(arcname=f"{name}/{_STATE}", source=_state(project, contents, optimize, builder)),
        ]
    pth = "".join(f"{line}\n" for line in lines).encode()
    return replace(
        contents,
        files=(WheelEntry(arcname=f"{name}.pth", source=pth), *files),
        notes=(*contents.notes, *_library_notes(project)),
        binaries=f"{name}/{_BUILT}/",
    )


def find_redirect(project: Project, contents: Contents, place: Place) -> Path | None:
    """Give the folder of the project's editable install in an environment; None if there is none."""
    name = redirect_name(contents.metadata.name)
    for site in place.site:
        folder = site / name
        try:
            state = json.loads((folder / _STATE).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            continue
        if state.get("project") == str(project.root):
            return folder
    return None


def is_installed(project: Project, contents: Contents, place: Place) -> bool:
    """Tell whether an environment has an editable install of the project, be it without binaries."""
    if find_redirect(project, contents, place) is not None:
        return True
    name = f"{redirect_name(contents.metadata.name)}.pth"
    wanted = [_pth_line(root) for root in contents.roots]
    files = [site / name for site in place.site]
    return any(line in wanted for path in files for line in (_content(path) or b"").decode().splitlines())


def mark_editable(project: Project, contents: Contents, place: Place) -> None:
    """Have installers list an installed wheel as what it is: the project's folder, editable (PEP 610).

    Raises:
        OSError: The environment cannot be written.
    """
    origin = {"url": project.root.as_uri(), "dir_info": {"editable": True}}
    for site in dict.fromkeys(place.site):
        dist_info = site / contents.metadata.dist_info
        if dist_info.is_dir():
            write_atomically(dist_info / _ORIGIN, json.dumps(origin).encode())
            _record(dist_info.parent, contents, [f"{dist_info.name}/{_ORIGIN}"])


def refresh(
    build: ProjectBuild, folder: Path, *, python: PythonVersion | None = None
) -> tuple[Summary, tuple[str, ...]]:
    """Build anew what has changed, and put it into an editable install.

    Args:
        build: The project's.
        folder: What `find_redirect` gave.
        python: For which Python; None is the one that runs this.

    Returns:
        What came of the build, and the names of the files that are different now.

    Raises:
        ConfigError: The configuration is wrong, or the folder is no editable install.
        OSError: The folder cannot be written.
    """
    try:
        before = json.loads((folder / _STATE).read_text(encoding="utf-8"))
        optimize, builder = before["optimize"], before.get("builder", "")
    except (OSError, ValueError, KeyError) as error:
        raise ConfigError(
            f"{folder}: no editable install by pyz3: {error}", tip="pip install -e . makes one"
        ) from error
    project = build.project
    contents = read_contents(project)
    state = _state(project, contents, optimize, builder)
    summary, files = build_binaries(build, contents, optimize=optimize, python=python)
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
    _record(folder.parent, contents, [f"{folder.name}/{_BUILT}/{name}" for name in changed])
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


def _state(project: Project, contents: Contents, optimize: str | None, builder: str) -> bytes:
    stamps = asdict(Stamps.take(project, contents.rules))
    state = {"project": str(project.root), "optimize": optimize, "builder": builder, **stamps}
    return json.dumps(state).encode()


def _pth_line(root: Path) -> str:
    """Name a folder in a ``.pth`` file, whose encoding before Python 3.13 was the locale's."""
    path = str(root)
    return path if path.isascii() else f"import sys; sys.path.append({path!a})"


def _content(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except OSError:
        return None


def _record(site: Path, contents: Contents, names: list[str]) -> None:
    """Have uninstalling remove files that the install did not bring (RECORD may leave hashes out)."""
    record = site / contents.metadata.dist_info / "RECORD"
    lines = (_content(record) or b"").decode("utf-8").splitlines(keepends=True)
    kept = [line for line in lines if line.partition(",")[0] not in names]
    if lines and names:
        write_atomically(record, "".join((*kept, *(f"{name},,\n" for name in names))).encode())
