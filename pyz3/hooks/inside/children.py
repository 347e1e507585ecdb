"""Pythons that the project starts (``[sys.executable, "generate.py"]``): its code sees the same there."""

from __future__ import annotations

import os
import pprint
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

# site imports it in each interpreter whose path has it.  Another one of that name, a system's or a user's, is
# to run, too.  A Python that is too old or cannot show the view, is the host's, as it was.
_TEXT = """\
import importlib.machinery
import importlib.util
import os
import sys

here = os.path.dirname(os.path.abspath(__file__))
spec = importlib.machinery.PathFinder.find_spec(
    "sitecustomize", [entry for entry in sys.path if os.path.abspath(entry) != here]
)
if spec is not None and spec.loader is not None:
    spec.loader.exec_module(importlib.util.module_from_spec(spec))
if sys.version_info >= (3, 9) and sys.implementation.name == "cpython":
    folder = {folder!r}
    spec = importlib.util.spec_from_file_location(
        "_pyz3_inside", os.path.join(folder, "__init__.py"), submodule_search_locations=[folder]
    )
    sys.modules["_pyz3_inside"] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(sys.modules["_pyz3_inside"])
    from _pyz3_inside.view import Scope, show

    show({target}, Scope({roots!r}, commands=True))
"""
_SHOWN = ("view", "python", "extension_suffix", "include", "commands")


def show_children(target: Mapping[str, Any], roots: Sequence[str]) -> None:
    """Let Pythons that this process starts show the target to the project's code.

    Args:
        target: Of the request.
        roots: Folders, absolute: whatever lies below is the project's code.
    """
    folder = Path(target["work"], "site")
    folder.mkdir(parents=True, exist_ok=True)
    shown = pprint.pformat({name: target[name] for name in _SHOWN})
    inside = str(Path(__file__).absolute().parent)
    text = _TEXT.format(folder=inside, target=shown, roots=[*roots])
    (folder / "sitecustomize.py").write_text(text, encoding="utf-8")
    before = os.environ.get("PYTHONPATH")
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, (str(folder), before)))
