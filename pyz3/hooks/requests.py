"""What a hook is asked for one wheel, and the key that says whether its answer still holds.  Pure."""

from __future__ import annotations

import hashlib
import os
import re
import shlex
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from pyz3.config import Settings
from pyz3.driver.compile_flags import setuptools_flags
from pyz3.driver.compiler_variables import FLAG_VARIABLES
from pyz3.driver.run import BUILD_CC, BUILD_CXX
from pyz3.driver.target import DriverTarget
from pyz3.environments import changed_variables, fingerprints
from pyz3.hooks.protocol import Mode, TargetRequest
from pyz3.hooks.recorded import compiler_flags
from pyz3.hooks.views import host_platform, python_view, system_view

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pyz3.plan import Order
    from pyz3.sources import Reads
    from pyz3.store import Cache

# What a shell profile says to the host's own compiler and Python.
_HOST_VARIABLES = frozenset(
    {
        *FLAG_VARIABLES, "LDSHARED", "LDCXXSHARED", "ARFLAGS", "RANLIB", "STRIP", "BASECFLAGS", "CCSHARED",
        "OPT", "OBJC_INCLUDE_PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "INCLUDE", "LIB", "CL", "_CL_",
        "FC", "F77", "F90", "F95", "FFLAGS", "FCFLAGS", "CUDACXX", "CUDAHOSTCXX", "CUDA_HOME", "CUDA_PATH",
        "RUSTC", "CARGO",
        "PYTHONPATH", "PYTHONHOME", "PYTHONSTARTUP", "PYTHONUSERBASE", "PYTHONPLATLIBDIR",
        "__PYVENV_LAUNCHER__", "VIRTUAL_ENV", "CONDA_PREFIX", "SETUPTOOLS_USE_DISTUTILS",
        "ZIG_LOCAL_CACHE_DIR", "ZIG_GLOBAL_CACHE_DIR", "ZIG_LIB_DIR", "ZIG_LIBC",
    }
)  # fmt: skip

_VARIABLE = "the variable {}"
_ENVIRONMENT = "the build environment"
# `make check` of a library that a project builds (PyNaCl's libsodium) would run programs for other machines:
# by these variables of automake's ("Scripts-based Testsuites" in its manual) there are none.
_NO_TESTS = "TESTS= check_PROGRAMS="


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where one wheel is worked on, always the same for the same project and target.

    What a project asks for beside its folder (``../src``) is looked for beside the copy: nothing
    of such a name may be there.

    Attributes:
        folder: All of it lies below.
        inside: Where in the copy the project is, if the copy is of a folder above it.
    """

    folder: Path
    inside: str = ""

    @property
    def copy(self) -> Path:
        """The copy of the project, and of what lies above it."""
        return self.folder / "_src"

    @property
    def source(self) -> Path:
        """The project's folder in the copy."""
        return self.copy / self.inside

    def named(self, text: str) -> str:
        """Give a text that names the project's files as the project does."""
        shorter = text.replace(f"{self.source}{os.sep}", "")
        # Meson names them from its build folder on.
        own = "/".join((self.copy.name, *Path(self.inside).parts))
        shorter = re.sub(rf"(?:\.\./)+{re.escape(own)}/", "", shorter)
        if not self.inside:
            return shorter
        return shorter.replace(f"{self.copy}{os.sep}", f"{os.path.relpath(self.copy, self.source)}{os.sep}")

    @property
    def work(self) -> Path:
        """What the backend builds."""
        return self.folder / "_build"

    @property
    def prefix(self) -> Path:
        """Where the configuration's own commands install libraries: ``include`` and ``lib`` are below."""
        return self.folder / "_prefix"

    @property
    def made_for(self) -> Path:
        """What lies in the copy was made for that, whatever came of it."""
        return self.folder / "made-for"

    @property
    def result(self) -> Path:
        """What it says."""
        return self.folder / "result.json"

    @property
    def log(self) -> Path:
        """What it prints."""
        return self.folder / "log.txt"

    @property
    def dropped(self) -> Path:
        """What its compilers left out: a line per flag."""
        return self.folder / "driver.log"

    @property
    def asked(self) -> Path:
        """What of this machine its commands asked for: a line of JSON each."""
        return self.work / "asked.txt"

    @property
    def tree(self) -> Path:
        """What the project's files were then."""
        return self.folder / "tree.json"

    @property
    def key(self) -> Path:
        """The tree that the result was made of."""
        return self.folder / "key"


def target_request(
    order: Order,
    place: Place,
    *,
    mode: Mode,
    full_version: str,
    include: Path,
    commands: Mapping[str, str],
    stand_ins: Path,
    environment: Mapping[str, str],
    config_settings: Mapping[str, str | list[str]],
) -> TargetRequest:
    """Give what the hook is asked for one wheel.

    Args:
        order: What was asked for.
        place: Where it is worked on.
        mode: Whether compilers are run.
        full_version: Of the headers: ``3.13.2``.
        include: The prepared headers.
        commands: ``CC`` and the like → path.
        stand_ins: The folder of commands in place of this machine's compilers.
        environment: Of the process.
        config_settings: Handed to the backend.
    """
    target = order.target
    return TargetRequest(
        identifier=order.identifier,
        mode=mode,
        source=str(place.source),
        copy=str(place.copy),
        python=python_view(target, full=full_version),
        view=system_view(target, floor=order.floor),
        host_platform=host_platform(order),
        extension_suffix=target.extension_suffix,
        include=str(include),
        cflags=_python_flags(order),
        commands=dict(commands),
        stand_ins=str(stand_ins),
        environment=dict(environment),
        work=str(place.work),
        result=str(place.result),
        log=str(place.log),
        config_settings=dict(config_settings),
    )


def hook_environment(
    environ: Mapping[str, str],
    *,
    python: Path,
    commands: Mapping[str, str],
    macos: str,
    epoch: int,
    variables: Mapping[str, str],
    extra: Mapping[str, str],
    path: Sequence[Path] = (),
) -> dict[str, str]:
    """Give the environment of a hook: the user's, less what speaks of the host's compiler and Python.

    Args:
        environ: The user's.
        python: The build environment's Python.
        commands: ``CC`` and the like → path.
        macos: The macOS minimum; empty elsewhere.
        epoch: Seconds since 1970 for whatever writes dates.
        variables: What else builds for such a system find set.
        extra: What the project's configuration sets.
        path: Folders of commands that stand for the target's own.
    """
    kept = {name: value for name, value in environ.items() if name not in _HOST_VARIABLES}
    # In a Makefile a variable counts less than one of MAKEFLAGS, and that less than one of its command line.
    make = [f"{name}={commands[name]}" for name in (*BUILD_CC, *BUILD_CXX) if name in commands]
    rest = extra.get("PATH", environ.get("PATH", os.defpath))
    return {
        **kept,
        **commands,
        "VIRTUAL_ENV": str(python.parent.parent),
        # No library of the host's is one of the target's.
        "PKG_CONFIG_LIBDIR": os.devnull,
        "MAKEFLAGS": " ".join([environ.get("MAKEFLAGS", ""), *make, _NO_TESTS]).strip(),
        "PYTHONHASHSEED": "0",
        "PYTHONDONTWRITEBYTECODE": "1",
        "SOURCE_DATE_EPOCH": str(epoch),
        **({"MACOSX_DEPLOYMENT_TARGET": macos} if macos else {}),
        **variables,
        **extra,
        "PATH": os.pathsep.join([str(python.parent), *map(str, path), rest]),
    }


def python_environment(environ: Mapping[str, str]) -> dict[str, str]:
    """Give the environment that a hook's Python starts in, itself the host's: nothing but a fixed hash."""
    kept = {
        name: value
        for name, value in environ.items()
        if not name.startswith("PYTHON") and name != "SETUPTOOLS_USE_DISTUTILS"
    }
    return {**kept, "PYTHONHASHSEED": "0", "PYTHONDONTWRITEBYTECODE": "1"}


def prefix_variables(place: Place, platform: str) -> dict[str, str]:
    """Give what the configuration's own commands need to build a library, and projects to find it."""
    return {
        "PYZ3_PLATFORM": platform,
        "PYZ3_PREFIX": str(place.prefix),
        "PKG_CONFIG_LIBDIR": str(place.prefix / "lib" / "pkgconfig"),
    }


def prefix_settings(place: Place) -> Settings:
    """Give where headers and libraries lie that the configuration's own commands have made."""
    include, lib = str(place.prefix / "include"), str(place.prefix / "lib")
    return Settings(include_dirs=(include,), library_dirs=(lib,))


def _python_flags(order: Order) -> tuple[str, ...]:
    return setuptools_flags(order.optimize, DriverTarget.of(order.target.platform))


def flag_variables(settings: Settings, order: Order) -> dict[str, str]:
    """Give the variables that bring settings to a project's own commands: setuptools and make read them.

    setuptools takes ``CFLAGS`` for all that it knows from ``sysconfig``: that is said again.

    Args:
        settings: What the configuration adds.
        order: What is built.
    """
    python = _python_flags(order)
    folders = [f"-L{folder}" for folder in settings.library_dirs]
    libraries = [f"-l{name}" for name in settings.libraries]
    values = {
        "CFLAGS": (python, compiler_flags(settings, cpp=False)),
        "CXXFLAGS": (python, compiler_flags(settings, cpp=True)),
        "LDFLAGS": ((), (*folders, *settings.ldflags, *libraries)),
    }
    return {name: shlex.join((*base, *words)) for name, (base, words) in values.items() if words}


def prefix_maps(place: Place, cache: Cache) -> tuple[str, ...]:
    """Give the flags that keep folders of this machine out of what is compiled; the last that fits counts."""
    return tuple(f"-ffile-prefix-map={folder}={shown}" for folder, shown in shown_folders(place, cache))


def shown_folders(place: Place, cache: Cache) -> tuple[tuple[str, str], ...]:
    """Give folders and what is said in their place, those within others last."""
    above = ((str(place.copy), os.path.relpath(place.copy, place.source)),) if place.inside else ()
    return ((str(cache.root), "cache"), *above, (str(place.source), "."))


def absolute(settings: Settings, root: Path) -> Settings:
    """Give settings whose folders are absolute."""
    return msgspec.structs.replace(
        settings,
        include_dirs=tuple(os.path.normpath(root / folder) for folder in settings.include_dirs),
        library_dirs=tuple(os.path.normpath(root / folder) for folder in settings.library_dirs),
    )


class MadeFor(msgspec.Struct, frozen=True, kw_only=True):
    """All that a hook's answer may depend on but files; digests of it.

    Attributes:
        parts: What counts in any case, by what messages call it.
        variables: The user's environment variables: what the hook asked for counts.
    """

    parts: dict[str, str]
    variables: dict[str, str]

    @property
    def environment(self) -> str:
        """The key of the build environment."""
        return self.parts[_ENVIRONMENT]

    def changes(self, now: MadeFor, reads: Reads) -> tuple[str, ...]:
        """Say what of it is another now and counts, a part of a sentence each; none: an answer holds.

        Args:
            now: As it is.
            reads: What the hook asked for.
        """
        names = sorted({*self.parts, *now.parts})
        own = [name for name in names if self.parts.get(name) != now.parts.get(name)]
        asked = changed_variables(self.variables, now.variables, reads)
        return tuple(f"{name} changed" for name in (*own, *map(_VARIABLE.format, asked)))


def made_for(
    request: TargetRequest, *, environ: Mapping[str, str], environment: str, program: str, backend: str
) -> MadeFor:
    """Give what a result depends on but files.

    Args:
        request: What is asked.
        environ: The user's variables: those that the hook gets as they are.
        environment: Key of the build environment.
        program: Digest of the hook's own code.
        backend: The backend and its settings, as text.
    """
    # PATH is the user's behind folders that other parts know.
    user = {
        name: value
        for name, value in request.environment.items()
        if name == "PATH" or environ.get(name) == value
    }
    own = {name: value for name, value in request.environment.items() if name not in user}
    stable = msgspec.json.encode(msgspec.structs.replace(request, environment={}), order="sorted")
    parts = {
        "the configuration": hashlib.sha256(stable).hexdigest(),
        _ENVIRONMENT: environment,
        "pyz3": program,
        "the build backend, or what it is told,": hashlib.sha256(backend.encode()).hexdigest(),
        **{_VARIABLE.format(name): digest for name, digest in fingerprints(own).items()},
    }
    return MadeFor(parts=parts, variables=fingerprints(user))
