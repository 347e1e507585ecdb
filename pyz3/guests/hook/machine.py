"""Notices where the project's own code asks what this machine's system has: the target has something else."""

# ruff: noqa: PTH117, PTH118, PTH120, PTH123 - as the os module has it

from __future__ import annotations

import ctypes
import importlib
import importlib.util
import json
import os
import sys
import sysconfig
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from types import FrameType

    from .view import Scope

# Where systems and package managers keep headers, libraries, settings and what they know of the machine.
_SYSTEM = (
    *("/usr/include/", "/usr/lib", "/usr/local/", "/usr/share/pkgconfig/", "/lib", "/opt/", "/etc/"),
    *("/proc/", "/sys/", "/Library/", "/System/", "/Applications/Xcode.app/"),
    *("C:\\Program Files", "C:\\Windows\\"),
)  # fmt: skip
# Nearly every system has them: that they are there tells nothing.
_EVERYWHERE = frozenset((
    *("/usr/include", "/usr/lib", "/usr/lib64", "/usr/local", "/usr/local/include", "/usr/local/lib", "/lib"),
    *("/usr/local/lib64", "/lib64", "/etc", "/opt", "/proc", "/sys", "/Library", "/System"),
))  # fmt: skip
# Commands that tell of the machine they run on.
_COMMANDS = frozenset((
    *("ldconfig", "ldd", "lscpu", "lsb_release", "dpkg", "dpkg-architecture", "dpkg-query", "rpm"),
    *("brew", "port", "sysctl", "system_profiler", "file", "hostnamectl"),
))  # fmt: skip
# What of numpy tells of C's types by this machine's sizes.
_TYPES = (
    *("dtype", "int_", "uint", "long", "ulong", "intp", "uintp", "longdouble", "longfloat", "clongdouble"),
    *("iinfo", "finfo"),
)
# Who tells the size of a page of memory.
_MEMORY = {"mmap": ("PAGESIZE", "ALLOCATIONGRANULARITY"), "resource": ("getpagesize",)}
# Who runs the build: what they ask on the way is not the project's question.
_BUILDERS = frozenset(("setuptools", "distutils", "_distutils_hack", "pkg_resources", "wheel", "pip"))
_LIBRARY = os.path.dirname(os.__file__) + os.sep
_SITE = os.path.join(_LIBRARY, "site-packages") + os.sep


class Machine:
    """Hears of paths and commands, and keeps those that the project asks for.

    Args:
        scope: Whose code is the project's.
        file: Where they are kept, for this process and those that it starts; absolute.
    """

    def __init__(self, scope: Scope, file: str) -> None:
        self._scope = scope
        self.file = file
        self._noted: set[str] = set()
        self._status = os.lstat  # before anybody hears of who asks
        bases = {sys.prefix, sys.exec_prefix, sys.base_prefix, sys.base_exec_prefix}
        own = [base for base in bases if base not in {"/usr", "/usr/local"}]
        folders = (*own, *sysconfig.get_paths().values(), *sys.path)
        self._pythons = tuple(os.path.join(folder, "") for folder in folders if folder)

    def asked(self) -> list[str]:
        """Give what was asked for, in that order; of what lies in a folder whose names are, no more."""
        try:
            with open(self.file, encoding="utf-8") as lines:
                asked = [*dict.fromkeys(map(json.loads, lines))]
        except FileNotFoundError:
            return []
        listed = tuple(one for one in asked if one.endswith(os.sep))
        return [one for one in asked if not one.startswith(tuple(other for other in listed if other != one))]

    def hear(self, what: str) -> None:
        """Take note of a path, or of a command by its name, if it is the project that asks.

        Args:
            what: As :class:`Reads` tells it.
        """
        there = what in _COMMANDS or (
            what.startswith(_SYSTEM)
            and what not in _EVERYWHERE
            and not self._is_chosen(what)
            and self._is_there(what)
        )
        if there and self._is_projects(sys._getframe(1)):  # noqa: SLF001 - the way to know who asks
            self.note(what)

    def note(self, what: str) -> None:
        """Take note of what the project asks for."""
        if what not in self._noted:
            self._noted.add(what)
            with open(self.file, "a", encoding="utf-8") as lines:
                lines.write(json.dumps(what) + "\n")

    def watch_sizes(self, view: Mapping[str, Any]) -> None:
        """Notice if the project asks for sizes of this machine's, where the target's differ or nobody knows.

        Of types of numpy's, and of a page of memory.

        Args:
            view: Of the request.
        """
        sizes = view["sizes"]
        own = {"long": ctypes.c_long, "void_p": ctypes.c_void_p, "long_double": ctypes.c_longdouble}
        if any(sizes[name] != ctypes.sizeof(kind) for name, kind in own.items()):
            sys.meta_path.insert(0, _Numpy(self))
        for name, attributes in memory_modules().items() if not view["pages"][0] else ():
            self.watch_attributes(sys.modules[name], attributes)

    def watch_attributes(self, module: ModuleType, names: Iterable[str]) -> None:
        """Take note of the project's reading attributes of a module, which are what they were."""
        shown = {name: self._noting(module, name) for name in names if name in vars(module)}
        module.__class__ = type("module", (ModuleType,), shown)

    def _noting(self, module: ModuleType, name: str) -> property:
        def get(_: ModuleType) -> object:
            if self._scope.reads(sys._getframe(1), name):  # noqa: SLF001 - the way to know who asks
                self.note(f"{module.__name__}.{name}")
            return vars(module)[name]

        def put(_: ModuleType, value: object) -> None:
            vars(module)[name] = value

        return property(get, put)

    def _is_there(self, path: str) -> bool:
        try:
            self._status(path)
        except (OSError, ValueError):
            return False
        return True

    def _is_projects(self, frame: FrameType | None) -> bool:
        """Tell whether the project asks, be it by the standard library or a build requirement (``cpuinfo``).

        A requirement that asks while it is imported asks for itself.
        """
        by_others = False
        while frame is not None:
            if _for_others(frame):
                if by_others and frame.f_code.co_filename.startswith("<frozen importlib"):
                    return False
            elif self._scope.covers(frame):
                return True
            elif _module(frame).partition(".")[0] in _BUILDERS:
                return False
            else:
                by_others = True
            frame = frame.f_back
        return self._scope.covers(None)

    def _is_chosen(self, path: str) -> bool:
        """Tell whether a path is Python's own, or what an environment variable names."""
        if path.startswith(self._pythons):
            return True
        values = (
            one for value in os.environ.values() for one in value.split(os.pathsep) if os.path.isabs(one)
        )
        return any(len(one) > 1 and f"{path}{os.sep}".startswith(os.path.join(one, "")) for one in values)


class _Numpy:
    """Finds numpy as others do, and has what it tells of this machine watched."""

    def __init__(self, machine: Machine) -> None:
        self._machine = machine

    def find_spec(self, name: str, *_: object) -> Any:
        """Give the module's specification, as finders do."""
        if name != "numpy":
            return None
        sys.meta_path.remove(self)
        spec = importlib.util.find_spec(name)
        if spec is not None and spec.loader is not None:
            own = spec.loader.exec_module

            def exec_module(module: ModuleType) -> None:
                own(module)
                self._machine.watch_attributes(module, _TYPES)

            spec.loader.exec_module = exec_module  # type: ignore[method-assign] # of this one
        return spec


def memory_modules() -> dict[str, tuple[str, ...]]:
    """Import who tells the size of a page of memory: module → names of what does."""
    found = {name: names for name, names in _MEMORY.items() if importlib.util.find_spec(name)}
    for name in found:
        importlib.import_module(name)
    return found


def load_reads(file: str) -> ModuleType:
    """Import the program that notices what is read: :class:`Reads` tells a :class:`Machine` of it.

    Args:
        file: Of the request.

    Raises:
        ImportError: It is not there.
    """
    spec = importlib.util.spec_from_file_location("_pyz3_reads", file)
    if spec is None or spec.loader is None:
        raise ImportError(file)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _for_others(frame: FrameType) -> bool:
    file = frame.f_code.co_filename
    if (
        file.startswith("<frozen") or frame.f_code.co_name == "find_library_file"
    ):  # distutils' compilers have it
        return True
    module = _module(frame)
    if module == "_pyz3_reads" or module.startswith(__name__.partition(".")[0] + "."):
        return True
    return file.startswith(_LIBRARY) and not file.startswith(_SITE)


def _module(frame: FrameType) -> str:
    return str(frame.f_globals.get("__name__", ""))
