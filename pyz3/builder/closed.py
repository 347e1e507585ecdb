"""What the wheels of a project are made from, if all of it is known."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pyz3.config import read_pyproject
from pyz3.engine.manifests import reads_elsewhere
from pyz3.plan import Pure, Recipe
from pyz3.sources import git_folders

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pyz3.config import Project
    from pyz3.engine.toolchain import Toolchain
    from pyz3.plan import Planned

# A path that might lead out of the project, alone or as part of a flag.
_ELSEWHERE = re.compile(r"\.\.|(?:^|[=,:]|-[A-Za-z]+)(?:/|~|[A-Za-z]:[\\/])")
# Keys of [project] that name files.
_FILES = ("readme", "license", "license-files")
_PACKAGE = Path(__file__).parents[1]


def files_besides(project: Project, plan: Sequence[Planned], toolchain: Toolchain) -> tuple[str, ...] | None:
    """Give the files outside of a project's folder that decide what is in its wheels, there or not.

    Args:
        project: The project.
        plan: Its wheels; they have been built.
        toolchain: What built them.

    Returns:
        None if not all of them can be known.
    """
    if project.backend is not None or project.tool.build_zig or not any(isinstance(o, Recipe) for o in plan):
        return None
    if any(isinstance(one, Pure) and one.fallback for one in plan) or _names_elsewhere(project.root):
        return None
    caches = [path for path in toolchain.project_caches(project.root).iterdir() if path.is_dir()]
    if any(reads_elsewhere(cache, (project.root, _PACKAGE)) for cache in caches):
        return None
    files = [*_git_files(project.root)]
    known = tuple(str(path) for path in files if path is not None)
    return known if len(known) == len(files) else None


def _names_elsewhere(root: Path) -> bool:
    data = read_pyproject(root)
    project = data.get("project", {})
    named = [data.get("tool", {}).get("pyz3", {}), *(project.get(key) for key in _FILES)]
    return any(_ELSEWHERE.search(text) for text in _texts(named))


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from _texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner)


def _git_files(root: Path) -> Iterator[Path | None]:
    """Give where Git's rules for the project are, and what it tracks; None: not all of it is known."""
    for folder in (root, *root.parents):
        yield folder / ".gitignore"
        if not (folder / ".git").exists():
            yield folder / ".git"
            continue
        found = git_folders(folder)
        # Submodules have indexes of their own.
        yield None if found is None or (folder / ".gitmodules").exists() else found[0] / "index"
        if (folder / ".git").is_file():
            yield folder / ".git"
        return
