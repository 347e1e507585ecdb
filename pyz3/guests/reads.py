"""Notices which files and environment variables a build backend reads.  Runs in a build environment.

Imports the standard library of Python 3.9 alone.  Audit events (PEP 578) tell of every file that Python
opens, whoever does it.  Nothing tells of a file's date or size being asked for, so ``os.stat`` is watched,
too; who only asks whether a file is there does not read it.  Code that reads without Python's knowledge
cannot be noticed: other processes, libraries called by ctypes, compiled modules of others.  Where there
is any of it, all may have been read.

Outside of the project, whether a file is there and what is in a folder counts as well: nothing else tells
of names that are new there.  Of what a process reads there, the files that its arguments name are known.

Copying a file to where the next run finds nothing of it, and packing such a copy into a wheel, is no
reading either: what becomes of it is known.  Whoever else opens a copy has read the file.

Environment variables are asked for through ``os.environ``.  Who takes all of them, starts a process that
gets them, or has code that Python does not see, may depend on each.
"""

# ruff: noqa: PTH100, PTH113, PTH120, PTH206 - as the os module has it

from __future__ import annotations

import contextlib
import functools
import importlib.machinery
import importlib.util
import os
import pathlib  # before os.stat is another: Python 3.9 and 3.10 would make a method of it
import re
import stat
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from types import FrameType

# Events whose first arguments are files: read, written, or another file's content afterwards.
_FILES = {
    "open": 1, "os.link": 2, "os.symlink": 2, "os.rename": 2, "os.remove": 1, "os.truncate": 1,
    "sqlite3.connect": 1, "shutil.rmtree": 1,
}  # fmt: skip
_PROCESSES = frozenset((
    *("subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "os.spawn", "os.fork", "os.forkpty"),
    *("os.startfile", "os.startfile/2", "pty.spawn"),
))  # fmt: skip
# Who asks by os.stat whether there is a file, and of what kind.
_EXISTENCE = frozenset((
    *("exists", "lexists", "isfile", "isdir", "islink", "ismount", "realpath", "_joinrealpath", "resolve"),
    *("is_file", "is_dir", "is_symlink", "is_mount", "samefile"),
))  # fmt: skip
# Those of them that only follow links on the way to something else.
_RESOLVING = frozenset(("realpath", "_joinrealpath", "resolve"))
_SHELLS = frozenset(("sh", "bash", "dash", "zsh"))
# Other functions of the os module that tell whether a file is there; no event tells of them.
_ASKING = ("access", "readlink")
_LISTING = frozenset(("os.listdir", "os.scandir"))
# What a flag (``-I../core``), or a command in a shell, names above a folder.
_NAMES = re.compile(r"\.\./[^\s'\"=:;,]*")
# The command that runs Git, alone or in a shell's line.
_GIT = re.compile(r"(?:^|[\s/\\;&|(`])git(?:\.exe)?(?:\s|$)")
# Files there have no content of their own.
_KERNEL = ("/dev", "/proc", "/sys")
# Functions that copy ``src`` to ``dst``, and those that care for a copy's date and mode.
_COPYING = {("shutil", "copyfile"), ("distutils.file_util", "_copy_file_contents")}
_KEEPING = {
    *(("shutil", name) for name in ("copyfile", "_stat", "_samefile", "copymode", "copystat")),
    ("distutils.file_util", "copy_file"),
    ("setuptools.command.build_py", "make_writable"),
}  # fmt: skip
# How many folders above its own a project may ask for something in, at the most.
_LEVELS = 4
# The system's own: what is asked by it is not heard.
_lstat = os.lstat
# Compiled, and known to open files through Python alone, or none.
_KNOWN = ("Cython", "numpy", "_cffi_backend")
# Modules that take all variables to hand them to a process, of which is heard, too, or to choose some.
_TAKING = {
    **dict.fromkeys(
        ("subprocess", "distutils.spawn", "setuptools_scm._run_cmd", "vcs_versioning._run_cmd"), ()
    ),
    **dict.fromkeys(
        ("setuptools_scm._overrides", "vcs_versioning._overrides"),
        ("SETUPTOOLS_SCM_*", "VCS_VERSIONING_*", "HATCH_VCS_*"),
    ),
}
_VERSIONEER = re.compile(r"(?:.*\.)?(?:versioneer|_version)\.run_command")
# Who takes them to put some into a text, and how that is called there.
_FILLING_IN = {"distutils.util.subst_vars": "s"}
_PLACEHOLDER = re.compile(r"[${]+(\w+)")
# What programs ask for, as their manuals have it; an asterisk ends what names begin with.
_ASKED_BY = {
    "git": ("GIT_*", "HOME", "XDG_CONFIG_HOME", "USER", "EMAIL"),
    "hg": ("HG*", "HOME", "XDG_CONFIG_HOME", "USER", "EMAIL", "LOGNAME"),
    "jj": ("JJ_*", "HOME", "XDG_CONFIG_HOME"),
}


class Variables:
    """Which environment variables this process has asked for so far.

    Args:
        own: A package whose own asking does not count.

    Attributes:
        is_known: Tells of a program whether it asks for nothing that its user may set.
        everything: Why each may have been asked for; empty: only those that are told.
    """

    def __init__(self, own: str = "") -> None:
        self._own = f"{own}." if own else ""
        self._names: set[str] = set()
        self.is_known: Callable[[str], bool] = lambda _: False
        self.everything = ""

    def watch(self) -> None:
        """Begin; there is no end but that of the process."""
        ask, take = self._ask, self._take

        class Watched(type(os.environ)):  # type: ignore[misc] # of the system's own
            def __getitem__(self, key: Any) -> Any:
                ask(key, sys._getframe(1))  # noqa: SLF001 - the way to know who asks
                return super().__getitem__(key)

            def __iter__(self) -> Any:
                take(sys._getframe(1))  # noqa: SLF001 - as above
                return super().__iter__()

            def __repr__(self) -> str:
                take(sys._getframe(1))  # noqa: SLF001 - as above
                return str(super().__repr__())

        for one in (os.environ, getattr(os, "environb", None)):  # the same variables as bytes
            if one is not None:
                one.__class__ = Watched

    def names(self) -> list[str]:
        """Give what was asked for; an asterisk ends what names begin with."""
        return sorted(self._names)

    def start(self, event: str, args: Any) -> None:
        """Take note of a process that is started, by its audit event."""
        if event == "os.posix_spawn" and _module(sys._getframe(2)) == "subprocess":  # noqa: SLF001 - as above
            return  # which has told of it
        program = ""
        with contextlib.suppress(Exception):  # of classes of the project's own
            program = os.fsdecode(args[0]) if event == "subprocess.Popen" else ""
        name = os.path.basename(program).lower()  # noqa: PTH119 - text
        if name == program.lower():
            self._names.add("PATH")
        if name.removesuffix(".exe") in _ASKED_BY:
            self._names.update(_ASKED_BY[name.removesuffix(".exe")])
        elif not (program and self.is_known(program)):
            self.everything = self.everything or f"a process was started ({name or event})"

    def _ask(self, key: object, frame: FrameType | None) -> None:
        if isinstance(key, (str, bytes)) and not self._passes_over(frame):
            name = os.fsdecode(key)
            self._names.add(name.upper() if os.name == "nt" else name)

    def _take(self, frame: FrameType | None) -> None:
        if not self._passes_over(frame):
            who = _asking(frame)
            self.everything = self.everything or f"all were taken ({_module(who) if who else 'at the end'})"

    def _passes_over(self, frame: FrameType | None) -> bool:
        """Tell whether it is known otherwise what becomes of what is asked."""
        frame = _asking(frame)
        if frame is None:
            return False
        module = _module(frame)
        function = f"{module}.{frame.f_code.co_name}"
        if function in _FILLING_IN:
            text = frame.f_locals.get(_FILLING_IN[function])
            self._names.update(_PLACEHOLDER.findall(text) if isinstance(text, str) else ())
            return True
        self._names.update(_TAKING.get(module, ()))
        ours = bool(self._own) and module.startswith(self._own)
        return ours or module in _TAKING or bool(_VERSIONEER.fullmatch(function))


def _asking(frame: FrameType | None) -> FrameType | None:
    """Give who asks by the functions of mappings: ``os.environ.items()``."""
    while frame is not None and _module(frame) in {"os", "collections.abc", "_collections_abc"}:
        frame = frame.f_back
    return frame


class Reads:
    """What of a project this process has read so far.

    Args:
        root: The project's folder.
        scratch: Folders that are removed before the next run.
        known: Folders of which it is known otherwise what is in them.
        hear: Is told of each path that is asked for elsewhere, at once; a folder whose names are ends with a
            separator, a program is by its name alone.
        variables: Is told of processes that are started.

    Attributes:
        unknown: Why it cannot be told; empty: it can.
    """

    def __init__(
        self,
        root: str,
        scratch: Iterable[str] = (),
        known: Iterable[str] = (),
        hear: Callable[[str], None] = lambda _: None,
        variables: Variables | None = None,
    ) -> None:
        self._tell = hear
        self._variables = variables or Variables()
        self._root = os.path.realpath(root)
        self._scratch = [os.path.abspath(folder) for folder in scratch]
        own = (*known, sys.prefix, sys.base_prefix, os.path.dirname(os.path.realpath(sys.executable)))
        self._known = [self._root, *_KERNEL, *(os.path.realpath(folder) for folder in own)]
        self._paths: set[str] = set()
        # Whose existence was asked for.
        self._asked: set[str] = set()
        # Folders outside of the project.
        self._listed: set[str] = set()
        # Copy → the project's file that it is a copy of.
        self._copies: dict[str, str] = {}
        self.unknown = ""
        self._library = ""

    def watch(self) -> None:
        """Begin; there is no end but that of the process."""
        sys.addaudithook(self._hear)
        for name in ("stat", "lstat"):
            self._watch_status(name)
        for name in _ASKING:
            self._watch_asking(name)

    def files(self) -> list[str]:
        """Give what was read below the project's folder, with forward slashes; a folder means all in it."""
        real = _resolver()
        found = set()
        for path in sorted(self._paths):
            # By its own name and by that of what a link leads to.
            for name in {path, real(path)}:
                relative = _relative(name, self._root)
                if relative is not None:
                    found.add(relative)
        return sorted(found)

    def outside(self) -> list[str]:
        """Give the files and folders elsewhere whose content was read: of a folder, the names in it."""
        return self._outside({*self._paths, *map(_source_of, self._paths)})

    def asked(self) -> list[str]:
        """Give the paths elsewhere of which it was asked whether something is there, and of what kind."""
        return self._outside(self._asked - self._paths)

    def above(self) -> list[str]:
        """Give what was asked for in the folders above, be it there or not: ``../VERSION``.

        Of folders around the project (``..``) those whose names were listed.
        """
        own = [folder for folder in (*self._known, *self._scratch) if _relative(self._root, folder) is None]
        own.append(self._root)
        around = [folder for folder in self._known[1:] if _relative(self._root, folder) is not None]
        # The import system asks for folders of sys.path without os.stat.
        imports = {os.path.abspath(entry) for entry in sys.path_importer_cache if isinstance(entry, str)}
        found = set()
        for path in map(_resolver(), self._paths | self._asked | imports):
            if any(_relative(path, folder) is not None for folder in own):
                continue
            parts = _parts_from(path, self._root)
            levels = parts.count(os.pardir)
            # What is there beyond the copy's surroundings is pyz3's, and not meant.
            beyond = around and all(_relative(path, folder) is None for folder in around)
            wanted = path in self._listed if levels == len(parts) else not (beyond and os.path.lexists(path))
            if 0 < levels <= _LEVELS and wanted:
                found.add("/".join(parts))
        return sorted(found)

    def _outside(self, paths: Iterable[str]) -> list[str]:
        real = _resolver()
        places = ((path, real(path)) for path in paths)
        return sorted(
            path for path, place in places if all(_relative(place, folder) is None for folder in self._known)
        )

    def copies(self) -> dict[str, list[str]]:
        """Give the project's files that were copied, and where their copies still are."""
        real = _resolver()
        found: dict[str, list[str]] = {}
        for copy, path in sorted(self._copies.items()):
            relative = _relative(real(path), self._root)
            if relative is not None:
                found.setdefault(relative, []).extend([copy] if os.path.isfile(copy) else ())
        return found

    def why_unknown(self) -> str:
        """Give why it cannot be told what was read; empty: it can."""
        return self.unknown or _compiled_modules()

    def told(self) -> dict[str, Any]:
        """Give all that was read, as ``pyz3.sources.Reads`` has it."""
        unseen = self._library or _compiled_modules()
        return {
            "files": self.files(),
            "copies": self.copies(),
            "unknown": self.why_unknown(),
            "outside": self.outside(),
            "asked": self.asked(),
            "above": self.above(),
            "variables": self._variables.names(),
            "every_variable": self._variables.everything or unseen,
        }

    def _hear(self, event: str, args: Any) -> None:
        number = _FILES.get(event)
        if number is not None:
            frame = sys._getframe().f_back  # noqa: SLF001 - the way to know who asks
            if frame is None:  # the interpreter itself, the script that it was started with
                self._add(args[0])
            elif event != "open" or not self._is_copied(args[0], frame):
                # Within a folder that is removed, names are relative to it.
                removing = frame.f_code.co_name.startswith("_rmtree") and _module(frame) == "shutil"
                for path in () if removing else args[:number]:
                    self._add(path)
        elif event in _PROCESSES:
            self._variables.start(event, args)
            if event in {"subprocess.Popen", "os.system"}:
                self._add_named(*(args[1:3] if event == "subprocess.Popen" else (args[0], None)))
            self.unknown = self.unknown or f"a process was started ({event})"
        elif event == "ctypes.dlopen" and args[0] is not None:
            self._library = self._library or f"a library was called ({args[0]})"
            self.unknown = self.unknown or self._library
        elif event in _LISTING:
            self._add_folder("." if args[0] is None else args[0], event, sys._getframe(1))  # noqa: SLF001 - as above

    def _add_folder(self, path: object, event: str, frame: FrameType) -> None:
        # Entries of os.scandir know dates and sizes, and are not heard of.
        alone = event == "os.scandir" and not _of_python(frame)
        if alone:
            self._add(path)
        with contextlib.suppress(Exception):  # as in _add; who lists it is told
            absolute = _absolute(path)
            if absolute is not None and _relative(absolute, self._root) is None:
                self._tell(os.path.join(absolute, ""))  # noqa: PTH118 - text
                if not alone:
                    self._paths.add(absolute)
                    self._listed.add(os.path.realpath(absolute))

    def _add_named(self, arguments: object, folder: object) -> None:
        """Add the files outside of the project that a process is told of."""
        words = [arguments] if isinstance(arguments, (str, bytes, os.PathLike)) else arguments
        with contextlib.suppress(Exception):  # of classes of the project's own
            base = os.fsdecode(folder or os.curdir)  # type: ignore[arg-type]
            words = [os.fsdecode(word) for word in words]  # type: ignore[attr-defined]
            if any(map(_GIT.search, words)):
                for level in range(1, _LEVELS + 1):  # it looks there itself
                    self._asked.add(os.path.abspath(os.path.join(base, *[os.pardir] * level, ".git")))  # noqa: PTH118 - text
            for program in _programs(words):
                self._tell(os.path.basename(program))  # noqa: PTH119 - text
            if len(words) > 1 and _GIT.search(words[0]):
                return  # the rest are its commands, and names in a repository
            for word in words:
                for text in {*_NAMES.findall(word), *([] if word.startswith("-") else [word])}:
                    path = os.path.abspath(os.path.join(base, text))  # noqa: PTH118 - text
                    if _relative(path, self._root) is None:
                        self._paths.add(path)
                        self._tell(path)

    def _add(self, path: object) -> None:
        try:
            absolute = _absolute(path)
        except Exception as error:  # noqa: BLE001 - no working folder, or a path of a class of the project's own
            self.unknown = self.unknown or f"a file without a name was opened ({type(error).__name__})"
            return
        if absolute is not None:
            if absolute.startswith("/proc/") and absolute.endswith("/environ"):
                self._variables.everything = self._variables.everything or f"all were read ({absolute})"
            self._paths.add(absolute)
            self._tell(absolute)
            if absolute in self._copies:
                self._paths.add(self._copies[absolute])

    def _ask(self, path: object) -> None:
        with contextlib.suppress(Exception):  # as in _add; it has failed, or is asked for again
            absolute = _absolute(path)
            if absolute is not None:
                self._asked.add(absolute)
                self._tell(absolute)

    def _is_copied(self, path: object, frame: FrameType) -> bool:
        """Tell whether a file is opened only to copy it, or to pack a copy into a wheel."""
        module, function = _module(frame), frame.f_code.co_name
        if (module, function) in _COPYING:
            try:
                source, copy = (_absolute(frame.f_locals.get(name)) for name in ("src", "dst"))
            except Exception:  # noqa: BLE001 - as in _add, which says so
                return False
            if source is None or copy is None or not any(_relative(copy, folder) for folder in self._scratch):
                return False
            self._copies[copy] = self._copies.get(source, source)
            return _absolute(path) in {source, copy}
        packing = function == "write" and module.rpartition(".")[2] == "wheelfile"
        return packing and _absolute(path) in self._copies

    def _watch_status(self, name: str) -> None:
        own: Callable[..., os.stat_result] = getattr(os, name)

        def status_of(path: Any, *args: Any, **kwargs: Any) -> os.stat_result:
            try:
                status = own(path, *args, **kwargs)
            except OSError:
                self._ask(path)
                raise
            # A folder's date tells of the names in it.
            frame = sys._getframe(1)  # noqa: SLF001 - as above
            keeps = (_module(frame), frame.f_code.co_name) in _KEEPING
            if keeps:
                return status
            asks = _asks_existence(frame)
            if not asks and not stat.S_ISDIR(status.st_mode):
                self._add(path)
            elif asks not in _RESOLVING:
                self._ask(path)
            return status

        self._install(name, own, status_of)

    def _watch_asking(self, name: str) -> None:
        own: Callable[..., Any] = getattr(os, name)

        def asking(path: Any, *args: Any, **kwargs: Any) -> Any:
            if _asks_existence(sys._getframe(1)) not in _RESOLVING:  # noqa: SLF001 - as above
                self._ask(path)
            return own(path, *args, **kwargs)

        self._install(name, own, asking)

    @staticmethod
    def _install(name: str, own: Callable[..., Any], ours: Callable[..., Any]) -> None:
        ours.__name__ = ours.__qualname__ = name
        setattr(os, name, ours)
        groups = (os.supports_fd, os.supports_dir_fd, os.supports_follow_symlinks, os.supports_effective_ids)
        for group in groups:
            if own in group:
                group.add(ours)
        accessor = getattr(pathlib, "_NormalAccessor", None)  # of Python 3.9 and 3.10
        if hasattr(accessor, name):
            setattr(accessor, name, staticmethod(ours))


def _resolver() -> Callable[[str], str]:
    """Give what does as ``os.path.realpath`` does, and looks at each folder once.

    Thousands of paths share a few folders, and each look is heard by those who watch ``os.stat``.
    """
    if os.name == "nt":  # where a folder has short names, too, and others by upper and lower case
        return functools.cache(os.path.realpath)

    @functools.cache
    def real(path: str) -> str:
        folder, name = os.path.split(path)
        if folder == path or not name:
            return os.path.realpath(path)
        path = os.path.join(real(folder), name)  # noqa: PTH118 - text
        try:
            is_link = stat.S_ISLNK(_lstat(path).st_mode)
        except OSError:  # it is not there
            return path
        return os.path.realpath(path) if is_link else path

    return real


def _absolute(path: object) -> str | None:
    known = isinstance(path, (str, bytes, os.PathLike))
    return os.path.abspath(os.fsdecode(path)) if known else None  # type: ignore[arg-type]


def _module(frame: FrameType) -> str:
    """Give the name of the module that code belongs to; setuptools' own distutils has two."""
    name = str(frame.f_globals.get("__name__", ""))
    return name[len("setuptools._") :] if name.startswith("setuptools._distutils.") else name


def _relative(path: str, root: str) -> str | None:
    """Give a path below ``root`` with forward slashes, empty for the root itself; None: it is elsewhere."""
    if path == root:
        return ""
    start = root.rstrip(os.sep) + os.sep
    if not os.path.normcase(path).startswith(os.path.normcase(start)):
        return None
    return path[len(start) :].replace(os.sep, "/")


def _parts_from(path: str, root: str) -> list[str]:
    """Give the parts of a path relative to ``root``: ``..`` first; none: it is on another drive."""
    try:
        return os.path.relpath(path, root).split(os.sep)
    except ValueError:
        return []


def _asks_existence(frame: FrameType | None) -> str:
    """Name the function that asks only whether there is a file; empty: it is none of these."""
    asks = ""
    while frame is not None and _of_python(frame):
        name = frame.f_code.co_name
        if name in _RESOLVING:
            return name
        if name in _EXISTENCE:
            asks = asks or name
        elif not asks and name not in {"stat", "lstat"}:
            return ""
        frame = frame.f_back  # pathlib.Path.stat, on behalf of its own exists()
    return asks


def _programs(words: list[str]) -> list[str]:
    """Give the programs that a command line starts: those of what a shell is told, too."""
    alone = len(words) == 1
    if not alone and ("-c" not in words[:-1] or os.path.basename(words[0]) not in _SHELLS):  # noqa: PTH119 - text
        return words[:1]
    return [part.split()[0] for part in re.split(r"[;&|()`\n]+", words[-1]) if part.strip()]


def _source_of(path: str) -> str:
    """Give the file that bytecode was made of; any other path as it is."""
    try:
        return importlib.util.source_from_cache(path) if path.endswith(".pyc") else path
    except ValueError:  # not in a __pycache__
        return path


def _of_python(frame: FrameType) -> bool:
    """Tell whether code is of the modules that deal with paths and folders."""
    own = ("genericpath", "posixpath", "ntpath", "pathlib", "os", "shutil", "glob", "fnmatch", "importlib")
    return _module(frame).partition(".")[0] in own


def _compiled_modules() -> str:
    """Name a compiled module that is neither Python's own nor known; empty: there is none."""
    suffixes = tuple(importlib.machinery.EXTENSION_SUFFIXES)
    library = os.path.dirname(os.path.realpath(os.__file__))
    for name, module in sorted(sys.modules.items()):
        # Modules that are imported when they are used are left as they are.
        file = getattr(module, "__dict__", {}).get("__file__")
        if not isinstance(file, str) or not file.endswith(suffixes) or name.partition(".")[0] in _KNOWN:
            continue
        relative = _relative(os.path.realpath(file), library)
        if relative is None or relative.startswith("site-packages/"):
            return f"a compiled module was imported ({name})"
    return ""
