"""What the project's own code sees of the system and of Python: the target's values, not the host's.

Everybody else (the standard library, setuptools) keeps seeing the host: what is faked is a property of the
module's class, and looks who asks.  The module's dictionary stays as it is, for C code that reads it.
"""

# ruff: noqa: PTH112, PTH117, PTH118 - distutils speaks in strings, which must stay as they are

from __future__ import annotations

import functools
import importlib
import importlib.machinery
import os
import platform
import sys
import warnings
from collections import namedtuple
from opcode import opmap
from types import ModuleType, SimpleNamespace
from typing import TYPE_CHECKING, Any

from .config_h import install as install_parsing
from .layouts import show_layouts
from .machine import memory_modules
from .sizes import install_formats, served

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from types import FrameType

    from .protocol import TargetRequest

# Packages that make flags on the project's behalf: what they see must be what it sees.
HELPERS = (
    *("pybind11", "cppy", "extension_helpers", "setuptools_dso"),
    *("mesonpy", "scikit_build_core/settings", "py_build_cmake", "hatch_mypyc", "hatch_cython"),
    # It writes sizes and the ending of modules into the C code, as it finds them when it is imported.
    "mypyc",
)
_CYTHON = os.path.join("", "Cython", "Compiler", "")
# Instructions that read an attribute; functions that read one by its name as a text.
_READS = frozenset(opmap[name] for name in ("LOAD_ATTR", "LOAD_METHOD", "IMPORT_FROM") if name in opmap)
_BY_TEXT = frozenset(("getattr", "hasattr"))
# An attribute that Python on the target does not have.
ABSENT = object()

VersionInfo = namedtuple("VersionInfo", "major minor micro releaselevel serial")  # noqa: PYI024 - as CPython's


class Scope:
    """Whose code is the project's.

    Args:
        roots: Folders, absolute: whatever lies below is.
        commands: So is what an interpreter was started with: ``python -c``.
    """

    def __init__(self, roots: Iterable[str], *, commands: bool = False) -> None:
        given = {root for root in roots if root}
        real = {os.path.realpath(root) for root in given}
        self._roots = tuple(os.path.normcase(root).rstrip(os.sep) + os.sep for root in given | real)
        self._known: dict[str, bool] = {}
        self._commands = commands

    def reads(self, frame: FrameType, name: str) -> bool:
        """Tell whether it is the project that reads the attribute ``name``.

        Compiled code (mypyc's, Cython's) has no frame: that of its caller, perhaps the project's, stands at a
        call while it reads.

        Args:
            frame: The innermost Python frame.
            name: Of the attribute.
        """
        code = frame.f_code
        if name == "EXTENSION_SUFFIXES" and (origin := _initialised(frame)):
            return self._has(origin)
        if frame.f_lasti < 0 or code.co_code[frame.f_lasti] not in _READS:
            by_text = name in code.co_consts and not _BY_TEXT.isdisjoint(code.co_names)
            if not by_text:
                return False
        return self.covers(frame)

    def calls(self, frame: FrameType, name: str) -> bool:
        """Tell whether it is the project that calls the function ``name``, by the same token.

        Cython asks on the project's behalf, which tests ``UNAME_SYSNAME``; what asks there may be compiled.
        """
        if name == "uname" and _CYTHON in frame.f_code.co_filename:
            return True
        return name in frame.f_code.co_names and self.covers(frame)

    def covers(self, frame: FrameType | None) -> bool:
        """Tell whether the code of ``frame`` is the project's.

        Code from a string belongs to the file that its globals name, else to whoever runs it.
        """
        while frame is not None:
            name = frame.f_code.co_filename
            if name.startswith("<frozen"):
                return False
            named = frame.f_globals.get("__file__")
            # The standard library in a zip (Windows' embeddable Python) was compiled by relative names.
            if not name.startswith("<") and (os.path.isabs(name) or not isinstance(named, str)):
                return self._has(name)
            if isinstance(named, str):
                return self._has(named)
            frame = frame.f_back
        return self._commands

    def _has(self, file: str) -> bool:
        known = self._known.get(file)
        if known is None:
            # What the interpreter itself loads has absolute names; a relative one is the project's.
            known = not os.path.isabs(file) or os.path.normcase(file).startswith(self._roots)
            self._known[file] = known
        return known


def _initialised(frame: FrameType) -> str:
    """Give the file of the compiled module whose initialisation importlib has just called; empty: of none.

    It has no frame of its own, and importlib itself reads nothing there (importlib._bootstrap).  What else
    mypyc's modules initialise on the way is not known, hence no answer for all attributes: mypy, for one,
    ends if ``sys.platform`` is not that of its own build.
    """
    code = frame.f_code
    if code.co_name != "_call_with_frames_removed" or not code.co_filename.startswith("<frozen importlib"):
        return ""
    given = frame.f_locals["args"][0]  # of create_dynamic a spec, of exec_dynamic the module
    return getattr(getattr(given, "__spec__", given), "origin", None) or ""


def helper_folders(path: Iterable[str]) -> list[str]:
    """Give the folders of the packages whose code counts as the project's."""
    found = [os.path.join(entry, name) for entry in path if entry for name in HELPERS]
    return [folder for folder in found if os.path.isdir(folder)]


def show(target: TargetRequest, scope: Scope) -> None:
    """Show the target's system and Python to the project, from now on until the process ends.

    Args:
        target: Of the request.
        scope: Whose code is the project's.
    """
    view = target["view"]
    version = VersionInfo(*target["python"]["version_info"])
    _serve(sys, _sys_attributes(target, version), scope)
    _serve(os, _os_attributes(view), scope)
    for name, answer in _platform_answers(view, version).items():
        if hasattr(platform, name):
            _answer(platform, name, answer, scope)
    install_parsing(target)
    sizes, order = view["sizes"], view["byteorder"]
    classes = {**show_layouts(view, scope), **served(sizes, order)}
    install_formats(sizes, order, scope)  # what is above is made with this machine's
    for name, shown in {**classes, **_import_attributes(target), **_page_attributes(view)}.items():
        if shown:
            _serve(sys.modules[name], shown, scope)


def _import_attributes(target: Mapping[str, Any]) -> dict[str, dict[str, object]]:
    """Give what modules of importing say of extension modules."""
    suffix, version = target["extension_suffix"], target["python"]["version_info"]
    windows = target["view"]["sys_platform"] == "win32"
    threads = target["python"]["free_threaded"]
    stable = [] if windows else [".abi3t.so"] if threads else [".abi3.so"]
    if threads and tuple(version[:2]) < (3, 15):
        stable = []  # PEP 803
    suffixes = [suffix, *stable, ".pyd" if windows else ".so"]
    machinery = importlib.machinery
    every = [*machinery.SOURCE_SUFFIXES, *machinery.BYTECODE_SUFFIXES, *suffixes]
    shown: dict[str, dict[str, object]] = {
        "importlib.machinery": {"EXTENSION_SUFFIXES": suffixes, "all_suffixes": lambda: [*every]}
    }
    if sys.version_info < (3, 12):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            imp = importlib.import_module("imp")
        rest = [one for one in imp.get_suffixes() if one[2] != imp.C_EXTENSION]
        of_modules = [(one, "rb", imp.C_EXTENSION) for one in suffixes]
        shown["imp"] = {"get_suffixes": lambda: [*of_modules, *rest]}
    return shown


def _page_attributes(view: Mapping[str, Any]) -> dict[str, dict[str, object]]:
    page, granularity = view["pages"]
    if not page:
        return {}
    shown = {"PAGESIZE": page, "ALLOCATIONGRANULARITY": granularity, "getpagesize": lambda: page}
    return {
        module: {name: shown[name] for name in names if hasattr(sys.modules[module], name)}
        for module, names in memory_modules().items()
    }


def _number_attributes(view: Mapping[str, Any], version: VersionInfo) -> dict[str, object]:
    """Give how numbers are hashed, and what an int is made of."""
    bits = view["sizes"]["void_p"] * 8
    modulus = (1 << (61 if bits > 32 else 31)) - 1  # noqa: PLR2004 - pyhash.h
    large = bits > 32 or version[:2] >= (3, 11)  # noqa: PLR2004 - bpo-45569
    digit = (30, 4) if large else (15, 2)
    starts = {"hash_info": (bits, modulus), "int_info": digit}
    found: dict[str, object] = {}
    for name, start in starts.items():
        own: Any = getattr(sys, name)
        found[name] = type(own)((*start, *own[len(start) :]))
    return found


def _sys_attributes(target: Mapping[str, Any], version: VersionInfo) -> dict[str, object]:
    view, free_threaded = target["view"], target["python"]["free_threaded"]
    windows = view["sys_platform"] == "win32"
    names: dict[str, object] = {
        "platform": view["sys_platform"],
        "maxsize": view["maxsize"],
        "byteorder": view["byteorder"],
        "version": f"{python_version(version)} (main) [{view['compiler']}]",
        "abiflags": ABSENT if windows else "t" * free_threaded,
        "getwindowsversion": functools.partial(_windows_version, view) if windows else ABSENT,
        "winver": f"{version.major}.{version.minor}" if windows else ABSENT,
        **_number_attributes(view, version),
    }
    if version[:2] >= (3, 13):
        names["_is_gil_enabled"] = lambda: not free_threaded
    implementation = {**vars(sys.implementation), "cache_tag": f"cpython-{version.major}{version.minor}"}
    implementation.pop("_multiarch", None)
    parts = target["extension_suffix"].split(".")[1].split("-", 2)
    if parts[0] == "cpython":
        implementation["_multiarch"] = parts[-1]
    if version[:2] != sys.version_info[:2]:
        names["version_info"] = implementation["version"] = version
        hexversion = (version.major << 24) | (version.minor << 16) | (version.micro << 8) | 0xF0
        names["hexversion"] = implementation["hexversion"] = hexversion
    names["implementation"] = SimpleNamespace(**implementation)
    return names


def python_version(version: tuple[Any, ...]) -> str:
    """Give ``3.13.2`` of a version_info."""
    return ".".join(map(str, version[:3]))


def _windows_version(view: Mapping[str, Any]) -> object:
    kind = namedtuple("kind", "major minor build platform service_pack")  # noqa: PYI024 - as CPython's
    major, minor, build = (int(part) for part in view["version"].split("."))
    return kind(major, minor, build, 2, "")


def _os_attributes(view: Mapping[str, Any]) -> dict[str, object]:
    if view["os_name"] == "nt":
        return {"name": "nt", **dict.fromkeys(("uname", "confstr", "sysconf"), ABSENT)}
    fields = (view["system"], "localhost", view["release"], view["version"], view["machine"])
    kind = getattr(os, "uname_result", None)  # the host may be Windows
    shown: dict[str, object] = (
        {"confstr": functools.partial(_confstr, os.confstr, view)} if hasattr(os, "confstr") else {}
    )
    if hasattr(os, "sysconf"):
        shown["sysconf"] = functools.partial(_sysconf, os.sysconf, view)
    return {"name": view["os_name"], **shown, "uname": lambda: _uname(view) if kind is None else kind(fields)}


def _confstr(own: Callable[[Any], str | None], view: Mapping[str, Any], name: Any) -> str | None:
    if name not in {"CS_GNU_LIBC_VERSION", os.confstr_names.get("CS_GNU_LIBC_VERSION")}:
        return own(name)
    if not view["libc"][0]:
        raise ValueError("unrecognized configuration name")
    return " ".join(view["libc"])


def _sysconf(own: Callable[[Any], int], view: Mapping[str, Any], name: Any) -> int:
    answers = {"SC_LONG_BIT": view["sizes"]["long"] * 8}
    if view["pages"][0]:
        answers |= dict.fromkeys(("SC_PAGE_SIZE", "SC_PAGESIZE"), view["pages"][0])
    for known, answer in answers.items():
        if name in {known, os.sysconf_names.get(known)}:
            return int(answer)
    return own(name)


def _uname(view: Mapping[str, Any]) -> Any:
    # What is missing in the call is computed when it is asked for.
    kind: Any = platform.uname_result
    return kind(view["system"], "localhost", view["release"], view["version"], view["machine"])


def _platform_answers(view: Mapping[str, Any], version: VersionInfo) -> dict[str, object]:
    system, machine, release = view["system"], view["machine"], view["release"]
    windows, darwin = system == "Windows", system == "Darwin"
    bits = "64bit" if view["maxsize"] > 2**32 else "32bit"
    return {
        "system": system,
        "machine": machine,
        "node": "localhost",
        "release": release,
        "version": view["version"],
        "processor": "arm" if darwin and machine == "arm64" else machine if windows else "",
        "architecture": (bits, "WindowsPE" if windows else "" if darwin else "ELF"),
        "platform": _platform_text(view),
        "uname": _uname(view),
        "libc_ver": tuple(view["libc"]),
        "mac_ver": (view["mac_ver"], ("", "", ""), machine if darwin else ""),
        "win32_ver": (release, view["version"], "SP0", "Multiprocessor Free") if windows else ("",) * 4,
        "python_compiler": view["compiler"],
        "python_version": python_version(version),
        "python_version_tuple": tuple(map(str, version[:3])),
    }


def _platform_text(view: Mapping[str, Any]) -> str:
    machine = view["machine"]
    if view["system"] == "Windows":
        return f"Windows-{view['release']}-{view['version']}-SP0"
    if view["system"] == "Darwin":
        return f"macOS-{view['mac_ver']}-{machine}-{'arm' if machine == 'arm64' else 'i386'}-64bit"
    libc = "".join(view["libc"])
    return f"{view['system']}-{view['release']}-{machine}" + f"-with-{libc}" * bool(libc)


def _serve(module: ModuleType, shown: Mapping[str, object], scope: Scope) -> None:
    """Let attributes of a module depend on who asks for them."""

    def new(_: type, *args: Any) -> ModuleType:
        # importlib makes modules with type(sys)(name): they are to be plain ones.
        return ModuleType(*args)

    properties = {name: _property(module, name, value, scope) for name, value in shown.items()}
    module.__class__ = type("module", (ModuleType,), {"__new__": new, **properties})


def _property(module: ModuleType, name: str, value: object, scope: Scope) -> property:
    own = vars(module)
    put_there: list[object] = []
    getframe = sys._getframe  # noqa: SLF001 - documented; inspect.currentframe() is the same

    def get(_: ModuleType) -> object:
        found = value if not put_there and scope.reads(getframe(1), name) else own.get(name, ABSENT)
        if found is ABSENT:
            raise AttributeError(f"module {module.__name__!r} has no attribute {name!r}")
        return found

    def put(_: ModuleType, other: object) -> None:
        own[name] = other
        put_there.append(other)  # what somebody sets, everybody sees

    return property(get, put)


def _answer(module: ModuleType, name: str, answer: object, scope: Scope) -> None:
    """Let a function give ``answer`` to the project."""
    own = getattr(module, name)
    getframe = sys._getframe  # noqa: SLF001 - as above

    @functools.wraps(own)
    def scoped(*args: Any, **kwargs: Any) -> object:
        return answer if scope.calls(getframe(1), name) else own(*args, **kwargs)

    setattr(module, name, scoped)
