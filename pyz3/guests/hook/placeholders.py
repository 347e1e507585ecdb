"""What stands in the place of files that are still to be built, and who works on it.

A project may hash, strip, patch, measure or import a module that it has just built.  What it would find is
a placeholder: then only its own commands, really run, give what it means.  Audit events (PEP 578) tell of
files that Python opens and of processes that it starts, whoever does it; ``os.stat`` is watched besides.
Copying and packing a placeholder is no work on it: the copy is one, too, and is known by its content.
What another process reads cannot be told: once a module's place is held, each counts that is not known to
look at no such file.
"""

# ruff: noqa: PTH100, PTH112, PTH113, PTH118, PTH119, PTH120, PTH123, PTH206 - distutils speaks in strings, which must stay as they are

from __future__ import annotations

import contextlib
import fnmatch
import functools
import os
import re
import stat
import sys
import threading
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from types import FrameType

_START = b"pyz3 placeholder of "
# Longer than any placeholder: a path and a line.
_MOST = 5000
# Packages that copy and pack what was built, and look at its date; pyz3's own.
_PACKING = (
    *("setuptools", "distutils", "wheel", "hatchling", "flit_core", "pdm.backend", "poetry.core"),
    *("scikit_build_core", "mesonpy", __package__ or __name__),
)
# Of these packages, what does for whoever calls it, not for the wheel.
_FOR_OTHERS = ("distutils.archive_util", f"{__package__ or __name__}.backslashes")
_COPYING = frozenset((("shutil", "copyfile"), ("distutils.file_util", "_copy_file_contents")))
# Functions of the standard library that ask for a file's size; all others that call os.stat ask for less.
_MEASURING = frozenset(("getsize", "stat", "lstat", "_sig"))
# Programs that tell of the machine, of its packages or of a repository, and look at nothing that was built.
_BLIND = frozenset((
    *("git", "hg", "svn", "uname", "arch", "getconf", "ldconfig", "lsb_release", "sw_vers", "sysctl"),
    *("xcrun", "xcode-select", "pkg-config", "pkgconf", "which", "where", "dpkg-architecture", "echo"),
))  # fmt: skip
_SHELLS = frozenset(("sh", "bash", "dash", "zsh"))
_FORKS = frozenset(("os.fork", "os.forkpty"))
_LIBRARY = os.path.dirname(os.__file__) + os.sep
_SITE = os.path.join(_LIBRARY, "site-packages") + os.sep


class Uses:
    """Notices who works on modules after they are built, from the first of them on.

    Args:
        records: They are placeholders.
        tool: Gives the compiler, or tool of it, that a command is; empty: it is none.
        listen: Has audit events told; there is no end of it but that of the process.

    Attributes:
        works_on: A file, or a module, that the project worked on while it was a placeholder; empty: none.
    """

    def __init__(
        self,
        *,
        records: bool,
        tool: Callable[[str], str] = lambda _: "",
        listen: Callable[[Any], None] = sys.addaudithook,
    ) -> None:
        self.works_on = ""
        self._records = records
        self._tool = tool
        self._listen = listen
        # Absolute path → dotted name.
        self._built: dict[str, str] = {}
        self._imported: list[str] = []
        self._local = threading.local()

    def watch_sizes(self) -> None:
        """Notice who asks for a file's size; others that watch ``os.stat`` stand before this."""
        if self._records:
            for name in ("stat", "lstat"):
                self._watch_status(name)

    def built(self, file: str, module: str = "") -> None:
        """Take note of a file that was built, or whose place is held; of a module by its dotted name."""
        if not self._built:
            self._listen(self._hear)
        self._built[os.path.abspath(file)] = module

    def cannot_import(self) -> str:
        """Give a module that the project has built and tried to import in vain; empty: there is none."""
        return next((name for name in self._imported if name not in sys.modules), "")

    def _hear(self, event: str, args: Any) -> None:
        if event == "import":
            if args[0] in self._built.values() and args[0] not in self._imported:
                self._imported.append(args[0])
                self._use(args[0])
        elif not self._records or self.works_on or getattr(self._local, "busy", False):
            return
        elif event == "open":
            self._look(args[0], sys._getframe(1), _works)  # noqa: SLF001 - the way to know who asks
        elif event == "ctypes.dlopen":
            self._look(args[0], sys._getframe(1), _works)  # noqa: SLF001 - as above
        elif event == "os.scandir":
            self._list(args[0], sys._getframe(1))  # noqa: SLF001 - as above
        elif event in _FORKS:
            self._use(self._held_module())
        elif event == "subprocess.Popen":
            self._start(args[1], args[2])
        elif event in {"os.system", "os.exec", "os.posix_spawn", "os.spawn"}:
            self._start(args[0] if event == "os.system" else args[-2], None)

    def _use(self, what: str) -> None:
        if self._records:
            self.works_on = self.works_on or what

    def _look(self, path: object, frame: FrameType | None, works: Callable[[FrameType | None], bool]) -> None:
        if not isinstance(path, (str, bytes, os.PathLike)) or not works(frame):
            return  # a copy is no reading of what is copied: nothing may be opened here
        self._local.busy = True  # what is opened here is nobody's business
        try:
            file = os.path.abspath(os.fsdecode(path))
            if _is_held(file):
                self._use(os.path.basename(file))
        except Exception:  # noqa: BLE001, S110 - of a class of the project's own
            pass
        finally:
            self._local.busy = False

    def _list(self, folder: object, frame: FrameType) -> None:
        """Notice if the project itself has a folder listed: such entries know sizes, and are not heard of."""
        if _is_projects(_through_ours(frame)):
            with contextlib.suppress(Exception):  # as in _look
                path = os.path.abspath(os.curdir if folder is None else os.fsdecode(folder))  # type: ignore[arg-type]
                self._use(
                    next((os.path.basename(one) for one in self._built if os.path.dirname(one) == path), "")
                )

    def _held_module(self) -> str:
        """Give a module whose place is held; empty: there is none."""
        return next((name for file, name in self._built.items() if name and is_placeholder(file)), "")

    def _start(self, command: object, folder: object) -> None:
        """Notice if a process is told of a placeholder, of a folder that has one, or of a module's name.

        So is one that is told of none, and may find a module all the same: in the folder where it runs, by an
        environment variable, by what is written to it.
        """
        self._local.busy = True
        try:
            base = os.fsdecode(folder or os.curdir)  # type: ignore[arg-type]
            one = isinstance(command, (str, bytes, os.PathLike))
            texts = [os.fsdecode(text) for text in ([command] if one else command)]  # type: ignore[attr-defined]
            words = [word for text in texts for word in (text, *re.split(r"[\s=;&|()<>\"']+", text)) if word]
            for word in (*words, *_libraries(words)):
                if self._is_told(word, os.path.abspath(os.path.join(base, word))):
                    self._use(word)
            if not all(map(self._is_blind, _programs(texts))):
                self._use(self._held_module())
        except Exception:  # noqa: BLE001, S110 - as above
            pass
        finally:
            self._local.busy = False

    def _is_blind(self, program: str) -> bool:
        """Tell whether a program looks at no file that it is not told of."""
        return os.path.basename(program) in _BLIND or self._tool(program) != ""

    def _is_told(self, word: str, path: str) -> bool:
        if word in self._built.values() and "." in word:
            return True
        if os.path.isdir(path):
            held = (file for file, module in self._built.items() if module and is_placeholder(file))
            return any(file.startswith(os.path.join(path, "")) for file in held)
        return _is_held(path) or any(_matches(file, path) and is_placeholder(file) for file in self._built)

    def _watch_status(self, name: str) -> None:
        own: Callable[..., os.stat_result] = getattr(os, name)

        @functools.wraps(own)
        def status_of(path: Any, *args: Any, **kwargs: Any) -> os.stat_result:
            status = own(path, *args, **kwargs)
            if self._built and not self.works_on and stat.S_ISREG(status.st_mode) and status.st_size < _MOST:
                busy = getattr(self._local, "busy", False)
                if not busy and _measures(sys._getframe(1)):  # noqa: SLF001 - as above
                    self._look(path, None, lambda _: True)
            return status

        setattr(os, name, status_of)
        for group in (os.supports_fd, os.supports_dir_fd, os.supports_follow_symlinks):
            if own in group:
                group.add(status_of)


def placeholder(file: str) -> bytes:
    """Give what stands in a file's place until it is built.

    Args:
        file: Its path in the wheel.
    """
    return _START + f"{file}\n".encode()


def is_placeholder(file: str) -> bool:
    """Tell whether a file is there that only stands in another's place."""
    try:
        with open(file, "rb") as stream:
            return stream.read(len(_START)) == _START
    except OSError:
        return False


def _is_held(file: str) -> bool:
    """Tell whether a file is a placeholder, or a wheel: it holds one."""
    return (file.endswith(".whl") and os.path.isfile(file)) or is_placeholder(file)


def _programs(words: Sequence[str]) -> list[str]:
    """Give the programs that a command line starts: those of what a shell is told, too."""
    if len(words) > 1 and ("-c" not in words[:-1] or os.path.basename(words[0]) not in _SHELLS):
        return [words[0]]
    return [part.split()[0] for part in re.split(r"[;&|()`\n]+", words[-1]) if part.strip()]


def _libraries(words: Sequence[str]) -> list[str]:
    """Give the static libraries that a linker is told of: ``-Lbuild -lz`` means ``build/libz.a``."""
    folders, names = ([word[2:] for word in words if word.startswith(flag)] for flag in ("-L", "-l"))
    return [os.path.join(folder, f"lib{name}.a") for folder in folders for name in names]


def _matches(file: str, pattern: str) -> bool:
    """Tell whether a shell takes a word for a file."""
    names, wanted = file.split(os.sep), pattern.split(os.sep)
    return len(names) == len(wanted) and all(map(fnmatch.fnmatchcase, names, wanted))


def _works(frame: FrameType | None) -> bool:
    """Tell whether whoever opens a file works on it, and does not only copy or pack it."""
    while frame is not None:
        module = _module(frame)
        if (module, frame.f_code.co_name) in _COPYING:
            return False
        if not _for_others(frame, module):
            return not _packs(module)
        frame = frame.f_back
    return False


def _measures(frame: FrameType | None) -> bool:
    """Tell whether it is the project that calls ``os.stat``, and not to know whether there is a file."""
    frame = _through_ours(frame)
    if frame is not None and _for_others(frame, _module(frame)) and frame.f_code.co_name in _MEASURING:
        frame = frame.f_back
    return _is_projects(frame)


def _through_ours(frame: FrameType | None) -> FrameType | None:
    """Give the frame of who called a function that pyz3 put in the place of the os module's."""
    while frame is not None and _module(frame) in {"_pyz3_reads", *_FOR_OTHERS}:
        frame = frame.f_back
    return frame


def _is_projects(frame: FrameType | None) -> bool:
    return frame is not None and not _for_others(frame, _module(frame)) and not _packs(_module(frame))


def _module(frame: FrameType) -> str:
    """Give the name of the module that code belongs to; setuptools' own distutils has two."""
    name = str(frame.f_globals.get("__name__", ""))
    return name[len("setuptools._") :] if name.startswith("setuptools._distutils.") else name


def _for_others(frame: FrameType, module: str) -> bool:
    """Tell whether code does for whoever calls it, as the standard library's."""
    file = frame.f_code.co_filename
    if _packs(module):
        return module in _FOR_OTHERS
    return file.startswith("<frozen") or (file.startswith(_LIBRARY) and not file.startswith(_SITE))


def _packs(module: str) -> bool:
    return any(module == one or module.startswith(f"{one}.") for one in _PACKING)
