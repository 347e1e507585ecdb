"""The commands of setuptools and distutils as a hook needs them: watched, and kept to their folders."""

# ruff: noqa: PTH100, PTH110, PTH113, PTH117, PTH118 - distutils speaks in strings, which must stay as they are

from __future__ import annotations

import contextlib
import functools
import importlib
import importlib.util
import os
import sys
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .placeholders import is_placeholder
from .wheelfile import install as write_in_pieces

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from .protocol import Declared
    from .recorder import Recorder

# What one wheel needs of setuptools: imported once, before there is a process per target.
PRELOADED = (
    "setuptools",
    "setuptools.build_meta",
    "distutils.command.bdist",
    "distutils.command.build",
    "distutils.command.build_clib",
    "distutils.command.build_ext",
    "distutils.command.install",
    "distutils.command.install_data",
    "distutils.command.install_headers",
    "distutils.sysconfig",
    "distutils.unixccompiler",
    "setuptools.command.build",
    "setuptools.command.build_clib",
    "setuptools.command.build_ext",
    "setuptools.command.build_py",
    "setuptools.command.bdist_wheel",
    "setuptools.command.egg_info",
    "setuptools.command.install",
    "setuptools.command.install_egg_info",
    "setuptools.command.install_lib",
    "setuptools.command.install_scripts",
    "setuptools.config.pyprojecttoml",
    "setuptools.config.setupcfg",
    "setuptools.config._validate_pyproject",
    "packaging.tags",
)
# Of Cython, where setuptools has found it.
PRELOADED_OF_CYTHON = ("Cython.Build.Dependencies", "Cython.Compiler.CythonScope")
# Arguments of setup() that setuptools only warns of if the package is missing that builds such modules.
_DECLARING = {"cffi_modules": "cffi", "rust_extensions": "setuptools_rust"}


def preload() -> None:
    """Import what every wheel needs; what this setuptools does not have is not needed."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        _import(PRELOADED)
        if "Cython" in sys.modules:
            _import(PRELOADED_OF_CYTHON)
        if "setuptools.command.bdist_wheel" not in sys.modules:  # before setuptools 70.1
            _import(("wheel.bdist_wheel",))


def _import(names: Iterable[str]) -> None:
    for name in names:
        with contextlib.suppress(ImportError):
            importlib.import_module(name)


class Watch:
    """Knows which extension modules a project declares, and what becomes of each.

    Args:
        recorder: Knows what was compiled and linked.
        work: Folder for whatever is built, absolute.
        log: What compilers say goes there.
    """

    def __init__(self, recorder: Recorder, work: str, log: str) -> None:
        self._recorder = recorder
        self._log = log
        self._work = work
        self._commands: list[Any] = []
        self._distributions: list[Any] = []
        self._failures: dict[str, str] = {}

    def install(self) -> None:
        """Take over the commands of this process."""
        if "distutils.command.build_ext" not in sys.modules:
            return  # a backend without setuptools
        self._recorder.install(sys.modules["distutils.unixccompiler"].UnixCCompiler)
        _only_unix(sys.modules["distutils.ccompiler"])
        build = sys.modules["distutils.command.build"].build
        build.finalize_options = self._keeps_to_work(build.finalize_options)
        build_ext = sys.modules["distutils.command.build_ext"].build_ext
        build_ext.finalize_options = self._registers(build_ext.finalize_options)
        build_ext.build_extension = self._owns_extension(build_ext.build_extension)
        for module in ("distutils.command.build_clib", "setuptools.command.build_clib"):
            if module in sys.modules:
                build_clib = sys.modules[module].build_clib
                if "build_libraries" in vars(build_clib):
                    build_clib.build_libraries = self._owns_libraries(build_clib.build_libraries)
        distribution = sys.modules["distutils.dist"].Distribution
        distribution.run_commands = self._notices(distribution.run_commands)
        distribution.__init__ = _refuses_unheard(distribution.__init__)
        write_in_pieces(slashes=self._recorder.windows)

    def extensions(self) -> list[Declared]:
        """Give the declared extension modules, in the order of their declaration."""
        found: dict[str, Declared] = {}
        for command in self._commands:
            for extension in command.extensions or ():
                try:
                    name = command.get_ext_fullname(extension.name)
                    path = os.path.abspath(_full_path(command, extension.name))
                except Exception as error:  # noqa: BLE001 - of a class of the project's own
                    self._failures.setdefault(extension.name, _line(error))
                    continue
                found[name] = self._outcome(name, path, extension)
        for distribution in self._distributions:
            for extension in distribution.ext_modules or ():
                name = getattr(extension, "name", None) or str(extension[0])
                if not any(known == name or known.endswith(f".{name}") for known in found):
                    found[name] = self._outcome(name, "", extension)
        return list(found.values())

    def _outcome(self, name: str, path: str, extension: Any) -> Declared:
        why = self._failures.get(name, "")
        if path and path in self._recorder.links and os.path.exists(path):
            state = "recorded" if is_placeholder(path) else "run"
        elif path and os.path.isfile(path):
            state = "run"
        else:
            state = "failed" if why else "absent"
        return {
            "name": name,
            "file": self._recorder.wheel_path(path) if path else "",
            "optional": bool(getattr(extension, "optional", False)),
            "state": state,
            "why": why if state == "failed" else "",
        }

    def _keeps_to_work(self, own: Callable[[Any], None]) -> Callable[[Any], None]:
        @functools.wraps(own)
        def finalize_options(command: Any) -> None:
            for name in (
                "build_base",
                "build_purelib",
                "build_platlib",
                "build_lib",
                "build_temp",
                "build_scripts",
            ):
                value = getattr(command, name)
                if value is not None and not os.path.isabs(value):
                    setattr(command, name, os.path.join(self._work, value))
            own(command)

        return finalize_options

    def _registers(self, own: Callable[[Any], None]) -> Callable[[Any], None]:
        @functools.wraps(own)
        def finalize_options(command: Any) -> None:
            own(command)
            if command not in self._commands:
                self._commands.append(command)
            if command.build_lib not in self._recorder.build_libs:
                self._recorder.build_libs.insert(0, command.build_lib)
            if "build_extension" not in vars(command):
                command.build_extension = self._hears(command, command.build_extension)

        return finalize_options

    def _hears(self, command: Any, own: Callable[[Any], None]) -> Callable[[Any], None]:
        @functools.wraps(own)
        def build_extension(extension: Any) -> None:
            with self._recorder.alone(), self._hearing(command.get_ext_fullname(extension.name)):
                own(extension)
            _name_fully(command, extension.name)

        return build_extension

    def _owns_extension(self, own: Callable[[Any, Any], None]) -> Callable[[Any, Any], None]:
        @functools.wraps(own)
        def build_extension(command: Any, extension: Any) -> None:
            name = command.get_ext_fullname(extension.name)
            with self._recorder.own_calls(name), self._hearing(name):
                own(command, extension)

        return build_extension

    @contextlib.contextmanager
    def _hearing(self, name: str) -> Iterator[None]:
        """Notice if building the extension module ``name`` fails, and why."""
        start = _size(self._log)
        try:
            yield
        except BaseException as error:
            if name not in self._failures:
                self._failures[name] = _complaint(self._log, start) or _line(error)
            raise

    def _owns_libraries(self, own: Callable[[Any, Any], None]) -> Callable[[Any, Any], None]:
        @functools.wraps(own)
        def build_libraries(command: Any, libraries: Any) -> None:
            with self._recorder.own_calls():
                own(command, libraries)

        return build_libraries

    def _notices(self, own: Callable[[Any], None]) -> Callable[[Any], None]:
        @functools.wraps(own)
        def run_commands(distribution: Any) -> None:
            self._distributions.append(distribution)
            own(distribution)

        return run_commands


def _refuses_unheard(own: Callable[..., None]) -> Callable[..., None]:
    """Have an error where setuptools warns, and makes a wheel without extension modules."""

    @functools.wraps(own)
    def initialise(distribution: Any, attrs: Any = None) -> None:
        own(distribution, attrs)
        for keyword, package in _DECLARING.items():
            if (attrs or {}).get(keyword) and importlib.util.find_spec(package) is None:
                raise RuntimeError(
                    f"setup({keyword}=…) declares extension modules, and {package} is not installed, "
                    f"which would build them: add it to [build-system] requires"
                )

    return initialise


def _name_fully(command: Any, name: str) -> None:
    """Give a module its Python's suffix: CMake, when it cross-compiles, knows none (``x.so``, ``x.pyd``)."""
    try:
        path = _full_path(command, name)
        suffix = str(command.get_ext_filename(name)).rpartition("/")[2].partition(".")[2]
    except Exception:  # noqa: BLE001 - of a class of the project's own
        return
    plain = path[: -len(suffix)] + suffix.rpartition(".")[2]
    if not os.path.exists(path) and os.path.isfile(plain):
        Path(plain).replace(path)


def _full_path(command: Any, name: str) -> str:
    inplace, command.inplace = command.inplace, False
    try:
        return str(command.get_ext_fullpath(name))
    finally:
        command.inplace = inplace


def _only_unix(module: Any) -> None:
    """Let every kind of compiler be the Unix one: it is the kind that zig is."""
    kinds = getattr(module, "compiler_class", None)
    if kinds is not None:
        for name in kinds:
            kinds[name] = kinds["unix"]
    new_compiler = module.new_compiler
    scope = new_compiler.__globals__
    if "get_compilers" in scope:
        get_compilers = scope["get_compilers"]

        def only_unix() -> dict[str, Any]:
            found = get_compilers()
            return dict.fromkeys(found, found["unix"])

        scope["get_compilers"] = only_unix
    for holder in (scope, vars(module)):
        holder["get_default_compiler"] = lambda osname=None, platform=None: "unix"  # noqa: ARG005 - as distutils has it


def _size(file: str) -> int:
    sys.stdout.flush()
    sys.stderr.flush()
    try:
        return Path(file).stat().st_size
    except OSError:
        return 0


def _complaint(file: str, start: int) -> str:
    """Give the first error that a compiler printed since: ``x.c:1:10: fatal error: 'y.h' file not found``."""
    with contextlib.suppress(OSError), Path(file).open("rb") as stream:
        stream.seek(start)
        for line in stream:
            if b"error: " in line:
                return line.decode(errors="replace").strip()
    return ""


def _line(error: BaseException) -> str:
    text = str(error).strip()
    return text.splitlines()[0] if text else type(error).__name__
