"""What the wheels of a project are made from, if all of it is known."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from pyz3.config import read_pyproject
from pyz3.engine.manifests import reads_elsewhere
from pyz3.hooks.closed import HookInputs, read_by_hooks
from pyz3.plan import Order, Pure, Recipe
from pyz3.sources import git_folders

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pyz3.builder.project_build import ProjectBuild
    from pyz3.config import Project
    from pyz3.plan import Planned

# A path that might lead out of the project, alone or as part of a flag.
_ELSEWHERE = re.compile(r"\.\.|(?:^|[=,:]|-[A-Za-z]+)(?:/|~|[A-Za-z]:[\\/])")
# Keys of [project] that name files.
_FILES = ("readme", "license", "license-files")
_PACKAGE = Path(__file__).parents[1]


@dataclass(frozen=True, kw_only=True)
class Inputs:
    """What wheels are made from besides the files in their project's folder.

    Attributes:
        files: Files outside of it that decide what is in them, there or not.
        hooks: What its build backend went by; None: pyz3 builds the project itself.
    """

    files: tuple[str, ...]
    hooks: HookInputs | None = None


def inputs_of(build: ProjectBuild, plan: Sequence[Planned]) -> Inputs | None:
    """Give what the wheels of a plan were made from besides files in their project's folder.

    Args:
        build: What built them.
        plan: The wheels.

    Returns:
        None if not all of it can be known.
    """
    project, toolchain = build.project, build.toolchain()
    git = [*_git_files(project.root)]
    files = [str(path) for path in git if path is not None]
    if len(files) < len(git) or _names_elsewhere(project):
        return None
    caches = toolchain.project_caches(project.root)
    folders = [project.root, _PACKAGE]
    hooks = None
    if project.backend is not None:
        orders = [one for one in plan if isinstance(one, Order)]
        hooks = read_by_hooks(project, orders, toolchain, environ=build.environ)
        if hooks is None:
            return None
        files += hooks.files
        # What lies there was made by the hooks, for them, or with pyz3.
        folders.append(toolchain.cache.root)
    elif not _is_compiled_alone(project, plan):
        return None
    # There are none where a project's own commands compiled everything.
    there = [path for path in caches.iterdir() if path.is_dir()] if caches.is_dir() else []
    if any(reads_elsewhere(path, folders) for path in there):
        return None
    return Inputs(files=tuple(files), hooks=hooks)


def _is_compiled_alone(project: Project, plan: Sequence[Planned]) -> bool:
    """Tell whether the plan alone says what is compiled, and nothing else is run."""
    fallback = any(isinstance(one, Pure) and one.fallback for one in plan)
    return any(isinstance(one, Recipe) for one in plan) and not fallback and not project.tool.build_zig


def _names_elsewhere(project: Project) -> bool:
    if project.backend is None:
        data = read_pyproject(project.root)
        metadata = data.get("project", {})
        named = [data.get("tool", {}).get("pyz3", {}), *(metadata.get(key) for key in _FILES)]
    else:  # of files that its metadata names the backend itself knows
        named = [msgspec.to_builtins(project.tool)]
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
