# Every start of Python runs this: pathlib and json are slow to import.
# ruff: noqa: PTH100, PTH110, PTH112, PTH116, PTH118, PTH120, PTH123, PTH208, PLC0415
"""Leads imports to the extension modules of an editable install.

pyz3 copies this file into the environment, where it stands alone: it imports nothing but the
standard library, and as little of that as it can.  Python 3.9 must understand it.
"""

from __future__ import annotations

import os
import sys
from importlib.machinery import EXTENSION_SUFFIXES, ExtensionFileLoader, FileFinder, ModuleSpec, PathFinder

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from types import ModuleType
    from typing import Any

HERE = os.path.dirname(os.path.abspath(__file__))
BUILT = os.path.join(HERE, "built")
# The folders that the project's packages are imported from, and its extension modules, among them
# those that could not be built; pyz3 fills them in.
ROOTS: tuple[str, ...] = ()
MODULES: tuple[str, ...] = ()
VARIABLE = "PYZ3_EDITABLE_REBUILD"


class Finder:
    """A meta path finder for the modules in the folder ``built``."""

    def __init__(self) -> None:
        """Read which top-level names there are; nothing else is ever looked at."""
        names = [*MODULES, *(os.listdir(BUILT) if os.path.isdir(BUILT) else ())]
        self._names = frozenset(name.partition(".")[0] for name in names)
        self._is_fresh = os.environ.get(VARIABLE, "") in ("", "0")

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Find an extension module; add the folder of built files to a package's path."""
        parts = fullname.split(".")
        if parts[0] not in self._names:
            return None
        folder = os.path.join(BUILT, *parts[:-1])
        # A package of that name may come from elsewhere, say another checkout: its modules are its own.
        is_ours = path is None or type(path) is not list or folder in path
        spec = _extension(fullname, folder) if is_ours else None
        if is_ours and not self._is_fresh and (spec is not None or fullname in MODULES):
            self._is_fresh = True  # also for what a failed rebuild leads to: it is reported once
            rebuild(fullname)
            spec = _extension(fullname, folder)
        inner = os.path.join(folder, parts[-1])
        if spec is None and (os.path.isdir(inner) or any(m.startswith(fullname + ".") for m in MODULES)):
            # A package of the source tree, or a namespace package of which the tree holds no file.
            spec = PathFinder.find_spec(fullname, path, target) or PathFinder.find_spec(fullname, [folder])
            if spec is not None and type(spec.submodule_search_locations) is list and _is_in_tree(spec):
                # So that pkgutil lists the modules, and the package finds what was built beside them.
                spec.submodule_search_locations.append(inner)
        return spec


def _is_in_tree(spec: ModuleSpec) -> bool:
    return spec.origin is not None and spec.origin.startswith(tuple(root + os.sep for root in ROOTS))


def _extension(fullname: str, folder: str) -> ModuleSpec | None:
    spec = FileFinder(folder, (ExtensionFileLoader, EXTENSION_SUFFIXES)).find_spec(fullname)
    return spec if spec is not None and spec.loader is not None else None


def rebuild(name: str) -> None:
    """Build what has changed since the last build.

    Args:
        name: The module whose import asks for it.

    Raises:
        ImportError: It could not be built; the message is the compiler's.
    """
    import json

    with open(os.path.join(HERE, "state.json"), encoding="utf-8") as file:
        state = json.load(file)
    if not has_changed(state):
        return
    from importlib.util import find_spec

    builder = sys.executable
    if find_spec("pyz3") is None:
        builder = state.get("builder", "")
    if not os.path.exists(builder):
        message = f"{state['project']} has changed, but pyz3 is not installed here to rebuild it"
        tip = f"install pyz3 into this environment, or unset {VARIABLE}"
        raise ImportError(f"{message}\ntip: {tip}", name=name)
    import subprocess

    done = subprocess.run(
        [builder, "-m", "pyz3", "refresh", state["project"], HERE, "--python", sys.executable],
        env={**os.environ, VARIABLE: "0"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        check=False,
    )
    if done.returncode != 0:
        text = done.stderr.decode("utf-8", "replace").strip()
        raise ImportError(f"{state['project']} could not be rebuilt:\n{text}", name=name)


def has_changed(state: Mapping[str, Any]) -> bool:
    """Whether a file that compilers read was changed, added or removed since ``state`` was taken."""
    suffixes = tuple(state["suffixes"])
    try:
        for path, was in state["files"].items():
            found = os.stat(path)
            if [found.st_mtime_ns, found.st_size] != was:
                return True
        for path, was in state["folders"].items():
            if sorted(name for name in os.listdir(path) if name.endswith(suffixes)) != was:
                return True
    except OSError:
        return True
    return False


sys.meta_path.insert(0, Finder())
