"""What a project's hooks went by when they described its wheels, if all of it is known."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pyz3._records import from_file
from pyz3.engine.manifests import reads_elsewhere
from pyz3.environments import constraint_files, venv_python
from pyz3.hooks.requests import MadeFor, Place
from pyz3.hooks.tools import manifests_of
from pyz3.sources import ALONE, Reads, Tree, git_digest, reads_of, scope_of
from pyz3.store import Remembered

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from pyz3.config import Project
    from pyz3.engine.toolchain import Toolchain
    from pyz3.plan import Order


@dataclass(frozen=True, kw_only=True)
class HookInputs:
    """What hooks went by besides the project's own files.

    Attributes:
        reads: What they read outside of the project, and its state.
        git: Digest of commit and tags.
        files: The interpreters that ran them; files that choose versions of build requirements.
    """

    reads: Reads
    git: str
    files: tuple[str, ...]


def read_by_hooks(
    project: Project, orders: Sequence[Order], toolchain: Toolchain, *, environ: Mapping[str, str]
) -> HookInputs | None:
    """Give what the hooks of wheels went by; they have run, and nothing has changed since.

    Args:
        project: The project.
        orders: Its wheels.
        toolchain: What built them.
        environ: The user's environment variables.

    Returns:
        None: not all of it is known, or it lies above the project's folder.
    """
    cache, root = toolchain.cache, project.root
    options = [project.tool.hook_options(one.identifier, family=one.target.platform.family) for one in orders]
    if cache.holds(root) or scope_of(root, cache=cache) != ALONE or any(one.before_build for one in options):
        return None
    git, reads, files = git_digest(root), Reads(), {*constraint_files(environ)}
    for order in orders:
        places = [*_places(cache.work(root), order)]
        if not places:
            return None
        for place in places:
            tree, read = Remembered(place.tree, Tree).recall(), reads_of(place.copy)
            made_for = from_file(place.made_for, MadeFor)
            if tree is None or tree.git != git or read is None or not read.is_as_it_was() or made_for is None:
                return None
            lists = manifests_of(place, toolchain, date="")
            if any(reads_elsewhere(one.cache, (cache.root,)) for one in lists):
                return None
            reads = reads.plus(read)
            files.add(os.path.realpath(venv_python(cache.environment(made_for.environment))))
    return HookInputs(reads=reads.looked_at(), git=git, files=tuple(sorted(files)))


def _places(work: Path, order: Order) -> Iterator[Place]:
    """Give where a wheel was worked on: written down, and by commands that may have been run then."""
    if (work / order.identifier).is_dir():
        yield Place(folder=work / order.identifier)
        for folder in sorted(work.glob(f"{order.identifier}-*run")):
            yield Place(folder=folder)
