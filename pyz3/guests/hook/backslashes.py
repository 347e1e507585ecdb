r"""File names as Windows has them, ``deps\x\y.h``, on a host that knows no such separator.

A project that is built for Windows writes some of its names so.  Where no file has the name as it stands, and
one has it with slashes, that one is meant: nobody else can be harmed by it, so nobody is asked who asks.
"""

# ruff: noqa: PTH120, PTH207 - file names are texts here, and must stay as they are

from __future__ import annotations

import builtins
import functools
import glob
import importlib
import io
import os
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

# Functions of os whose first argument is a file's name; of the second group the second one, too.
_OF_ONE = (
    *("stat", "lstat", "open", "listdir", "scandir", "access", "chdir", "chmod", "utime", "mkdir", "rmdir"),
    *("remove", "unlink", "truncate", "readlink"),
)
_OF_TWO = ("rename", "replace", "link", "symlink")
# What an extension names files by.
_FILES = ("sources", "depends", "extra_objects", "include_dirs", "library_dirs", "runtime_library_dirs")


def with_slashes(path: Any) -> Any:
    """Give the name that is meant: another one only if this has backslashes and names nothing.

    What does not exist either way is meant with slashes where there is the folder that it would be in.
    """
    name = os.fspath(path) if isinstance(path, os.PathLike) else path
    if not isinstance(name, str) or "\\" not in name or os.sep == "\\" or _is_there(name):
        return path
    other = name.replace("\\", "/")
    return other if _is_there(other) or _is_there(os.path.dirname(other) or ".") else path


def install() -> None:
    """Let this process find files by such names, from now on."""
    if os.sep == "\\":
        return
    for name in (*_OF_ONE, *_OF_TWO):
        own = getattr(os, name)
        ours = _finding(own, 2 if name in _OF_TWO else 1)
        setattr(os, name, ours)
        # What a function can do is told by sets that hold it.
        for able in (os.supports_dir_fd, os.supports_fd, os.supports_follow_symlinks):
            if own in able:
                able.add(ours)
    builtins.open = io.open = _finding(open, 1)
    glob.iglob = _matching(glob.iglob)
    glob.glob = functools.wraps(glob.glob)(lambda *args, **options: list(glob.iglob(*args, **options)))
    extension = importlib.import_module("distutils.extension").Extension
    extension.__init__ = _naming(extension.__init__)


# Before anything is taken over.
_lstat = os.lstat


def _is_there(name: str) -> bool:
    try:
        _lstat(name)
    except (OSError, ValueError):
        return False
    return True


def _finding(own: Callable[..., Any], count: int) -> Callable[..., Any]:
    @functools.wraps(own)
    def found(*args: Any, **options: Any) -> Any:
        return own(*map(with_slashes, args[:count]), *args[count:], **options)

    return found


def _matching(own: Callable[..., Iterator[Any]]) -> Callable[..., Iterator[Any]]:
    @functools.wraps(own)
    def iglob(pathname: Any, **options: Any) -> Iterator[Any]:
        found = list(own(pathname, **options))
        if not found and isinstance(pathname, str) and "\\" in pathname:
            found = list(own(pathname.replace("\\", "/"), **options))
        return iter(found)

    return iglob


def _naming(own: Callable[..., None]) -> Callable[..., None]:
    @functools.wraps(own)
    def init(extension: Any, *args: Any, **options: Any) -> None:
        own(extension, *args, **options)
        for name in _FILES:
            value = getattr(extension, name, None)
            if isinstance(value, list):
                value[:] = map(with_slashes, value)
        for value in (extension.extra_compile_args, extension.extra_link_args):
            if isinstance(value, list):
                value[:] = map(_flag_with_slashes, value)

    return init


def _flag_with_slashes(flag: Any) -> Any:
    r"""Give a flag that is a file, or MSVC's for one (``/DEF:src\x.def``), with slashes in its name."""
    if not isinstance(flag, str) or "\\" not in flag or flag.startswith("-"):
        return flag
    name, colon, file = flag.rpartition(":") if flag.startswith("/") else ("", "", flag)
    return name + colon + (with_slashes(file) if _is_there(file.replace("\\", "/")) else file)
