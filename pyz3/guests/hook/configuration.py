"""What ``sysconfig``, distutils and the wheel's tag say of Python: the target's configuration, for everybody.

Nothing of the host's own is left: no flags, no library folders, no compilers.  The names of the variables are
those of CPython's Makefile and of ``sysconfig``.
"""

# ruff: noqa: PTH118, PTH120 - distutils speaks in strings, which must stay as they are

from __future__ import annotations

import itertools
import os
import pprint
import shlex
import sys
import sysconfig
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from .protocol import TargetRequest

DATA = "_pyz3_sysconfigdata"
# sysconfig reads it before it answers anything: the folder of headers is none of its variables.
_DATA_TEXT = """\
import sysconfig

build_time_vars = {values}
for scheme in sysconfig._INSTALL_SCHEMES.values():
    scheme["include"] = scheme["platinclude"] = {include!r}
"""
# How an extension module is linked: on macOS, Python's own symbols are found when it is loaded.
LINK_FLAGS = {"darwin": ("-shared", "-undefined", "dynamic_lookup"), "other": ("-shared",)}

# Flags of the host's compiler and linker: a target has none of them.
_FLAGS = (
    *("CFLAGS", "OPT", "BASECFLAGS", "CPPFLAGS", "CONFIGURE_CFLAGS", "CONFIGURE_CPPFLAGS", "EXTRA_CFLAGS"),
    *("PY_CFLAGS", "PY_LDFLAGS", "LDFLAGS", "CONFIGURE_LDFLAGS", "LIBS", "LINKFORSHARED", "CCSHARED"),
    *("CFLAGSFORSHARED", "SYSLIBS", "MODLIBS", "LOCALMODLIBS", "PYTHONFRAMEWORK"),
)
_OFF = ("Py_ENABLE_SHARED", "PY_ENABLE_SHARED", "Py_DEBUG")

# Of the interpreter that runs: where its own files are stays true.
_OF_THE_HOST = (
    *("prefix", "exec_prefix", "installed_base", "installed_platbase", "base", "platbase", "projectbase"),
    *("platlibdir", "userbase", "srcdir", "py_version_short", "py_version_nodot_plat", "implementation"),
    *("implementation_lower", "abi_thread"),
)


def variables(target: TargetRequest) -> dict[str, Any]:
    """Give the configuration variables of the target's Python.

    Args:
        target: Of the request.

    Returns:
        What a Makefile would have: the mode's flags and none of a host, ``CC`` and relatives as requested.
    """
    major, minor, micro = target["python"]["version_info"][:3]
    commands = {name: command_word(path) for name, path in target["commands"].items()}
    cc, cxx = commands.get("CC", "cc"), commands.get("CXX", "c++")
    suffix = target["extension_suffix"]
    platform = target["view"]["sys_platform"]
    windows, darwin = platform == "win32", platform == "darwin"
    shared = " ".join(LINK_FLAGS["darwin" if darwin else "other"])
    threads = "t" * target["python"]["free_threaded"]
    include = target["include"]
    soabi = suffix[1:].rpartition(".")[0]
    lib = os.path.join(os.path.dirname(include), "lib")
    values = {
        **dict.fromkeys(_FLAGS, ""),
        **dict.fromkeys(_OFF, 0),
        "CFLAGS": " ".join(target["cflags"]),
        "OPT": " ".join(target["cflags"]),
        "LIBM": "" if windows else "-lm",
        "HAVE_DYNAMIC_LOADING": 1,
        "CC": cc,
        "CXX": cxx,
        "MAINCC": cc,
        "LDSHARED": f"{cc} {shared}",
        "LDCXXSHARED": f"{cxx} {shared}",
        "BLDSHARED": f"{cc} {shared}",
        "AR": commands.get("AR", "ar"),
        "RANLIB": commands.get("RANLIB", "ranlib"),
        "ARFLAGS": "rcs",
        "EXT_SUFFIX": suffix,
        "SO": suffix,
        "SOABI": soabi,
        "SHLIB_SUFFIX": ".dll" if windows else ".so",
        "VERSION": f"{major}{minor}" if windows else f"{major}.{minor}",
        "LDVERSION": f"{major}.{minor}{threads}",
        "py_version": f"{major}.{minor}.{micro}",
        "py_version_nodot": f"{major}{minor}",
        **dict.fromkeys(("ABIFLAGS", "abiflags", "ABI_THREAD"), threads),
        "Py_GIL_DISABLED": int(bool(threads)),
        **config_sizes(target["view"]["sizes"]),
        "MACHDEP": platform,
        "GNULD": "no" if windows or darwin else "yes",
        "INCLUDEPY": include,
        "CONFINCLUDEPY": include,
        "INCLUDEDIR": os.path.dirname(include),
        "LIBDIR": lib,
        "LIBPL": lib,
        "LIBRARY": f"libpython{major}.{minor}{threads}.a",
        "LDLIBRARY": f"libpython{major}.{minor}{threads}.a",
        "LIBPYTHON": "",  # Meson asks for it: modules are not linked with Python's own library
        "EXE": ".exe" if windows else "",
        "CUSTOMIZED_OSX_COMPILER": "True",  # on a macOS host: there is nothing to customize
    }
    if soabi.startswith("cpython-"):
        values["MULTIARCH"] = soabi.split("-", 2)[2]
        values["SOABI_PLATFORM"] = soabi.split("-", 2)[2]
    if windows and (major, minor) < (3, 13):
        del values["SOABI"]  # Python itself has it there since 3.13, and wheel before 0.38 believes it
    if darwin:
        values["MACOSX_DEPLOYMENT_TARGET"] = target["host_platform"].split("-")[1]
    return values


def command_word(path: str) -> str:
    """Give a program's path as one word of a command: ``"C:/Jane Doe/cc"``.

    setuptools splits what ``CC`` says; on Windows nothing takes any but double quotes.
    """
    quoted = shlex.quote(path)
    return f'"{path}"' if os.name == "nt" and quoted != path else quoted


def config_sizes(sizes: Mapping[str, int]) -> dict[str, int]:
    """Give what a ``pyconfig.h`` says of C's types: the names are autoconf's."""
    pointers = ("VOID_P", "SIZE_T", "UINTPTR_T", "PTHREAD_T")
    fixed = {"SHORT": 2, "INT": 4, "FLOAT": 4, "PID_T": 4, "LONG_LONG": 8, "DOUBLE": 8, "_BOOL": 1}
    own = {name.upper(): size for name, size in sizes.items() if name != "alignment"}
    every = {**fixed, **dict.fromkeys(pointers, sizes["void_p"]), **own}
    return {f"SIZEOF_{name}": size for name, size in every.items()}


def configure(target: TargetRequest) -> None:
    """Let Python's build tools of this process work for the target.

    Children that are Pythons, too, find the same: the data module is on ``PYTHONPATH``.

    Args:
        target: Of the request.
    """
    values = variables(target)
    include = target["include"]
    folder = Path(target["work"], "sysconfig")
    folder.mkdir(parents=True, exist_ok=True)
    text = _DATA_TEXT.format(values=pprint.pformat(values), include=include)
    (folder / f"{DATA}.py").write_text(text, encoding="utf-8")
    sys.modules[DATA] = ModuleType(DATA)
    sys.modules[DATA].build_time_vars = dict(values)  # type: ignore[attr-defined]
    os.environ["_PYTHON_HOST_PLATFORM"] = target["host_platform"]
    os.environ["_PYTHON_SYSCONFIGDATA_NAME"] = DATA
    path = os.environ.get("PYTHONPATH")
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, (str(folder), path)))
    _replace(sysconfig.get_config_vars(), values)
    for scheme in sysconfig._INSTALL_SCHEMES.values():  # type: ignore[attr-defined]  # noqa: SLF001 - no other way
        scheme["include"] = scheme["platinclude"] = include
    header = os.path.join(include, "pyconfig.h")
    sysconfig.get_config_h_filename = lambda: header
    makefile = folder / "Makefile"
    makefile.write_text("".join(f"{name}=\t{value}\n" for name, value in values.items()), encoding="utf-8")
    sysconfig.get_makefile_filename = lambda: str(makefile)
    sysconfig.get_platform = lambda: target["host_platform"]
    _configure_distutils(values, include, header)
    _tag(target)
    if "setuptools.command.build_ext" in sys.modules:
        stable = _stable_suffix(target)
        sys.modules["setuptools.command.build_ext"].get_abi3_suffix = lambda: stable  # type: ignore[attr-defined]


def _replace(known: dict[str, Any], values: Mapping[str, Any]) -> None:
    """Change the dictionary itself: others hold it, too."""
    kept = {name: known[name] for name in _OF_THE_HOST if name in known}
    known.clear()
    known.update(values)
    known.update(kept)


def _configure_distutils(values: Mapping[str, Any], include: str, header: str) -> None:
    """Let distutils, which remembers its own copy of the variables, agree."""
    module = sys.modules.get("distutils.sysconfig")
    if module is None:
        return
    known = module.get_config_vars()
    if known is not sysconfig.get_config_vars():
        _replace(known, values)

    def get_python_inc(plat_specific: bool = False, prefix: str | None = None) -> str:  # noqa: ARG001 - distutils' own
        return include

    module.get_python_inc = get_python_inc  # type: ignore[attr-defined]
    module.get_config_h_filename = lambda: header  # type: ignore[attr-defined]
    module.get_makefile_filename = sysconfig.get_makefile_filename  # type: ignore[attr-defined]
    if os.name == "nt":  # elsewhere the environment variable is enough
        for name in ("distutils.util", "distutils.command.build", "distutils.command.build_ext"):
            for function in ("get_platform", "get_host_platform"):
                if hasattr(sys.modules.get(name), function):
                    setattr(sys.modules[name], function, sysconfig.get_platform)


def _stable_suffix(target: TargetRequest) -> str | None:
    """Give how files end that keep to the stable ABI (PEP 384, PEP 803); None: there is none."""
    threads = target["python"]["free_threaded"]
    if threads and tuple(target["python"]["version_info"][:2]) < (3, 15):
        return None
    if target["view"]["sys_platform"] == "win32":
        return ".pyd"
    return ".abi3t.so" if threads else ".abi3.so"


def _tag(target: TargetRequest) -> None:
    """Let every copy of ``packaging.tags`` know the target: ``bdist_wheel`` asks one of them."""
    version = tuple(target["python"]["version_info"][:2])
    abi = f"cp{version[0]}{version[1]}" + "t" * target["python"]["free_threaded"]
    for name, module in list(sys.modules.items()):
        if name.endswith("packaging.tags") and hasattr(module, "cpython_tags"):
            module.interpreter_version = _digits(version)  # type: ignore[attr-defined]
            module.interpreter_name = lambda: "cp"  # type: ignore[attr-defined]
            module.sys_tags = _sys_tags(module, version, abi)  # type: ignore[attr-defined]


def _digits(version: tuple[int, ...]) -> Callable[..., str]:
    return lambda *, warn=False: "".join(map(str, version))  # noqa: ARG005 - packaging's own


def _sys_tags(module: Any, version: tuple[int, ...], abi: str) -> Callable[..., Iterator[object]]:
    platforms = [sysconfig.get_platform().replace("-", "_").replace(".", "_")]

    def sys_tags(*, warn: bool = False) -> Iterator[object]:  # noqa: ARG001 - as packaging's
        own = module.cpython_tags(python_version=version, abis=[abi], platforms=platforms)
        return itertools.chain(own, module.compatible_tags(version, f"cp{version[0]}{version[1]}", platforms))

    return sys_tags
