"""Pythons that the project starts (``[sys.executable, "generate.py"]``): its code sees the same there."""

# ruff: noqa: PTH100, PTH119 - commands are texts

from __future__ import annotations

import functools
import os
import pprint
import re
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from .machine import Machine
    from .protocol import Request, TargetRequest

_PYTHON = re.compile(r"python(\d(\.\d+)?t?)?(\.exe)?")

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
    from _pyz3_inside.cmake import CMake
    from _pyz3_inside.machine import Machine, load_reads
    from _pyz3_inside.view import Scope, show

    scope = Scope({roots!r}, commands=True)
    machine = Machine(scope, {asked!r})
    target = {target}
    if {reads!r}:
        load_reads({reads!r}).Reads({source!r}, hear=machine.hear).watch()
    machine.watch_sizes(target["view"])
    CMake({cmake!r}).install()
    show(target, scope)
"""
_SHOWN = ("view", "python", "extension_suffix", "include", "commands")


def show_children(
    request: Request, target: TargetRequest, roots: Sequence[str], machine: Machine, cmake: str
) -> None:
    """Let Pythons that this process starts show the target to the project's code.

    Args:
        request: The request.
        target: Of it.
        roots: Folders, absolute: whatever lies below is the project's code.
        machine: Is told of those that cannot.
        cmake: Takes what is to be told of how CMake was called.
    """
    folder = Path(target["work"], "site")
    folder.mkdir(parents=True, exist_ok=True)
    shown = pprint.pformat({name: value for name, value in target.items() if name in _SHOWN})
    inside = str(Path(__file__).absolute().parent)
    text = _TEXT.format(
        folder=inside,
        target=shown,
        roots=[*roots],
        asked=machine.file,
        cmake=cmake,
        reads=request.get("reads", ""),
        source=os.path.abspath(target["source"]),
    )
    (folder / "sitecustomize.py").write_text(text, encoding="utf-8")
    os.environ["PYTHONPATH"] = _path_with(str(folder), os.environ)
    own: Callable[..., None] = subprocess.Popen.__init__

    @functools.wraps(own)
    def init(process: Any, args: Any, *rest: Any, **options: Any) -> None:
        environment = options.get("env")
        if environment is not None and str(folder) not in environment.get("PYTHONPATH", ""):
            options["env"] = {**environment, "PYTHONPATH": _path_with(str(folder), environment)}
        if isinstance(args, (list, tuple)) and (told := _cannot_show([*map(str, args)])):
            machine.note(told)
        own(process, args, *rest, **options)

    subprocess.Popen.__init__ = init  # type: ignore[method-assign, assignment]


def _path_with(folder: str, environment: Mapping[str, str]) -> str:
    return os.pathsep.join(filter(None, (folder, environment.get("PYTHONPATH"))))


def _cannot_show(words: Sequence[str]) -> str:
    """Give what starts a Python that heeds no PYTHONPATH: ``python -I``; empty: it does, or is none."""
    if not words or not _PYTHON.fullmatch(os.path.basename(words[0])):
        return ""
    for place, word in enumerate(words[1:], start=1):
        if word == "-m" and words[place + 1 : place + 2] == ["platform"]:
            return "python -m platform"  # the library's own code, which sees the host
        if not word.startswith("-") or word in {"-", "-c", "-m"}:
            break
        if not word.startswith("--") and not {*word[1:]}.isdisjoint("IES"):
            return f"python {word}"
    return ""
