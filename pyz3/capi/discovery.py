"""Finds CPython header trees among the interpreters of this machine.

CPython's ``Include/`` is the same on every platform, so any local interpreter of a version gives
the headers for all targets of that version.  Nothing is run: folders are looked into, and the
version is read from ``patchlevel.h``, never from a folder's name.
"""

from __future__ import annotations

import contextlib
import importlib.util
import os
import re
import shutil
import sys
import sysconfig
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from packaging.version import Version

from pyz3._processes import Processes
from pyz3.errors import ConfigError, Pyz3Error
from pyz3.targets import SUPPORTED

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

OPTION = "--python-headers"
VARIABLE = "PYZ3_PYTHON_HEADERS"

# Chosen by hand: these win over everything, pre-releases included.
_BY_HAND = (OPTION, VARIABLE)
_ORIGINS = (
    *_BY_HAND,
    "this interpreter",
    "pyenv",
    "uv",
    "conda",
    "framework",
    "py launcher",
    "system",
    "PATH",
)


@dataclass(frozen=True, kw_only=True)
class HeaderTree:
    """CPython's headers as one interpreter brought them.

    Attributes:
        version: Feature version, ``3.13``; serves the free-threaded build too.
        full_version: ``PY_VERSION`` of patchlevel.h, ``3.13.0`` or ``3.15.0b2``.
        include: The folder that holds ``Python.h``.
        origin: Where it was found, in words for the user: ``pyenv``, ``--python-headers``.
    """

    version: str
    full_version: str
    include: Path
    origin: str


@dataclass(frozen=True, kw_only=True)
class Host:
    """What discovery must know of this machine besides its environment variables.

    Attributes:
        home: The user's home folder.
        running: Header folders of the interpreter that runs pyz3, if it has any.
        system: Pairs of an origin and a glob pattern of header folders.
        windows: Interpreters lie at the root of their installation, headers in ``include``.
    """

    home: Path
    running: tuple[Path, ...]
    system: tuple[tuple[str, str], ...]
    windows: bool

    @classmethod
    def current(cls) -> Host:
        """Give this machine."""
        names = ("include", "platinclude")
        running = tuple(dict.fromkeys(Path(sysconfig.get_path(name)) for name in names))
        return cls(
            home=Path.home(),
            running=running,
            system=_SYSTEM_PATTERNS + tuple(("py launcher", str(path)) for path in _registered()),
            windows=sys.platform == "win32",
        )


_SYSTEM_PATTERNS: tuple[tuple[str, str], ...] = (
    ("framework", "/Library/Frameworks/Python.framework/Versions/*/include/python3.*"),
    ("framework", "/opt/homebrew/opt/python@3*/Frameworks/Python.framework/Versions/*/include/python3.*"),
    ("framework", "/usr/local/opt/python@3*/Frameworks/Python.framework/Versions/*/include/python3.*"),
    ("system", "/usr/include/python3.*"),
    ("system", "/usr/local/include/python3.*"),
    ("system", "/opt/python/*/include/python3.*"),
)


def find_headers(
    *, extra: tuple[Path, ...] = (), environ: Mapping[str, str], host: Host | None = None
) -> tuple[HeaderTree, ...]:
    """Find every header tree of a supported CPython.

    Args:
        extra: Folders of ``--python-headers``, each holding ``Python.h``.
        environ: Environment variables.
        host: This machine unless given.

    Returns:
        The trees by ascending version; within a version the best first: chosen by hand, then
        final releases before pre-releases, then by origin, then newer patch releases.

    Raises:
        ConfigError: A folder of ``extra`` or ``PYZ3_PYTHON_HEADERS`` holds no CPython headers.
    """
    host = host or Host.current()
    named = [(OPTION, path) for path in extra]
    named += [(VARIABLE, Path(text)) for text in environ.get(VARIABLE, "").split(os.pathsep) if text]
    trees: dict[str, HeaderTree] = {}
    for origin, path in named:
        tree = read_tree(path, origin=origin)
        if tree is None:
            raise _no_headers(path, origin)
        trees.setdefault(os.path.realpath(tree.include), tree)
    for origin, path in _candidates(environ, host):
        real = os.path.realpath(path)
        tree = read_tree(path, origin=origin) if real not in trees else None
        if tree is not None:
            trees[real] = tree
    return tuple(sorted(trees.values(), key=_rank))


def best_headers(trees: Iterable[HeaderTree]) -> dict[str, HeaderTree]:
    """Give the best tree of each version, as :func:`find_headers` ordered them."""
    best: dict[str, HeaderTree] = {}
    for tree in trees:
        best.setdefault(tree.version, tree)
    return best


def read_tree(include: Path, *, origin: str) -> HeaderTree | None:
    """Read the version of the headers in ``include``.

    Returns:
        ``None`` when ``Python.h`` or ``patchlevel.h`` is missing, or when they are no CPython's of
        a supported version.
    """
    try:
        text = (include / "patchlevel.h").read_text(encoding="utf-8", errors="replace")
        if not (include / "Python.h").is_file():
            return None
    except OSError:
        return None
    full = parse_patchlevel(text)
    if full is None:
        return None
    version = ".".join(full.split(".")[:2])
    if version not in {python.base for python in SUPPORTED}:
        return None
    return HeaderTree(version=version, full_version=full.rstrip("+"), include=include, origin=origin)


def parse_patchlevel(text: str) -> str | None:
    """Give ``PY_VERSION`` of a ``patchlevel.h``: ``3.13.0``; ``None`` if it is not CPython's."""
    if "PYPY_VERSION" in text or "GRAALVM" in text:
        return None
    match = re.search(r'^\s*#\s*define\s+PY_VERSION\s+"(3\.\d+\.\d+[^"]*)"', text, re.MULTILINE)
    return match[1] if match else None


def how_to_get(version: str) -> str:
    """Tell the user how to obtain the headers of ``version`` (``3.14``), as a tip."""
    return (
        f"uv python install {version} (pyz3 pythons --fetch does it), or name its headers with {OPTION} DIR"
    )


def fetch_with_uv(version: str, *, environ: Mapping[str, str]) -> None:
    """Install CPython ``version`` (``3.14``) with uv, for its headers.

    Args:
        version: Feature version.
        environ: Environment variables; ``PATH`` is searched for uv, then the ``uv`` package.

    Raises:
        ConfigError: There is no uv.
        Pyz3Error: uv failed; the message holds what it printed.
    """
    uv = find_uv(environ)
    if uv is None:
        raise ConfigError(
            "uv is neither on PATH nor installed as a package: it is what fetches Pythons",
            tip=f"pip install uv, or name headers that you have with {OPTION} DIR",
        )
    command = [*uv, "python", "install", version]
    status, text = Processes().run(command, env=environ, cwd=Path.cwd())
    if status != 0:
        raise Pyz3Error(
            f"{' '.join(command)} failed with status {status}:\n{text.strip()}",
            tip=f"install Python {version} by other means, or name its headers with {OPTION} DIR",
        )


def find_uv(environ: Mapping[str, str]) -> tuple[str, ...] | None:
    """Give the command that starts uv: of ``PATH``, else the ``uv`` package; ``None`` if there is none."""
    found = shutil.which("uv", path=environ.get("PATH", os.defpath))
    if found:
        return (found,)
    if importlib.util.find_spec("uv") is not None:
        return (sys.executable, "-m", "uv")
    return None


def _no_headers(path: Path, origin: str) -> ConfigError:
    missing = [name for name in ("Python.h", "patchlevel.h") if not (path / name).is_file()]
    if not path.is_dir():
        found = "there is no such folder"
    elif missing:
        found = f"it holds no {' and no '.join(missing)}"
    else:
        first, last = SUPPORTED[0].base, SUPPORTED[-1].base
        found = f"its patchlevel.h is not of CPython {first} to {last}"
    return ConfigError(
        f"{origin} names {path}: {found}",
        tip="name the folder that holds Python.h itself, such as PREFIX/include/python3.13",
    )


def _rank(tree: HeaderTree) -> tuple[int, bool, bool, int, tuple[int, ...], str]:
    version = Version(tree.full_version)
    by_hand = tree.origin in _BY_HAND
    newest_first = tuple(-part for part in version.release)
    # What was named by hand keeps the order in which it was named: sorting is stable.
    detail = () if by_hand else newest_first
    place = "" if by_hand else str(tree.include)
    return (
        version.minor,
        not by_hand,
        version.is_prerelease and not by_hand,
        _ORIGINS.index(tree.origin),
        detail,
        place,
    )


def find_installations(environ: Mapping[str, str], host: Host | None = None) -> Iterator[tuple[str, Path]]:
    """Give origin and prefix of each installation of Python besides the running one, best first.

    The same one may be given twice.  Nothing is known of it but its place: it may be of any
    version, of another implementation, or broken.

    Args:
        environ: Environment variables.
        host: This machine unless given.
    """
    host = host or Host.current()
    yield from _managed(environ, host)
    for origin, pattern in host.system:
        # …/include/python3.13 on POSIX, …/include on Windows
        for path in _glob(pattern):
            yield origin, path.parent if host.windows else path.parent.parent
    for prefix in _path_prefixes(environ, windows=host.windows):
        yield "PATH", prefix


def _candidates(environ: Mapping[str, str], host: Host) -> Iterator[tuple[str, Path]]:
    for path in host.running:
        yield "this interpreter", path
    for origin, prefix in _managed(environ, host):
        for path in _includes(prefix, windows=host.windows):
            yield origin, path
    for origin, pattern in host.system:
        for path in _glob(pattern):
            yield origin, path
    for prefix in _path_prefixes(environ, windows=host.windows):
        for path in _includes(prefix, windows=host.windows):
            yield "PATH", path


def _managed(environ: Mapping[str, str], host: Host) -> Iterator[tuple[str, Path]]:
    """Installations of the managers of Pythons, each with its own prefix."""
    prefixes = (
        ("pyenv", _pyenv(environ, host)),
        ("uv", _uv_pythons(environ, host)),
        ("conda", _conda(environ, host)),
    )
    for origin, found in prefixes:
        for prefix in found:
            yield origin, prefix


def _includes(prefix: Path, *, windows: bool) -> Iterator[Path]:
    if windows:
        yield prefix / "include"
    else:
        yield from _glob(str(prefix / "include" / "python3.*"))


def _pyenv(environ: Mapping[str, str], host: Host) -> Iterator[Path]:
    root = environ.get("PYENV_ROOT") or environ.get("PYENV")
    home = host.home / ".pyenv"
    roots = [Path(root)] if root else [home, home / "pyenv-win"]
    for folder in roots:
        yield from _glob(str(folder / "versions" / "*"))


def _uv_pythons(environ: Mapping[str, str], host: Host) -> Iterator[Path]:
    """Follow the rule of uv: XDG on POSIX, macOS included; %APPDATA% on Windows."""
    chosen = environ.get("UV_PYTHON_INSTALL_DIR")
    if chosen:
        roots = [Path(chosen)]
    elif host.windows:
        roots = [Path(environ.get("APPDATA") or host.home / "AppData" / "Roaming") / "uv" / "data" / "python"]
    else:
        data = Path(environ.get("XDG_DATA_HOME") or host.home / ".local" / "share")
        # Early uv on macOS: ~/Library/Application Support
        roots = [data / "uv" / "python", host.home / "Library" / "Application Support" / "uv" / "python"]
    for root in roots:
        yield from _glob(str(root / "*"))


def _conda(environ: Mapping[str, str], host: Host) -> Iterator[Path]:
    if environ.get("CONDA_PREFIX"):
        yield Path(environ["CONDA_PREFIX"])
    try:
        lines = (host.home / ".conda" / "environments.txt").read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    yield from (Path(line) for line in lines if line.strip())


def _path_prefixes(environ: Mapping[str, str], *, windows: bool) -> Iterator[Path]:
    """Installations whose interpreter is on ``PATH``; a link leads to the real one."""
    names = [f"python{python}" for python in SUPPORTED] + ["python3", "python"]
    for folder in environ.get("PATH", "").split(os.pathsep):
        for name in names if folder else ():
            file = os.path.join(folder, f"{name}.exe" if windows else name)  # noqa: PTH118 - 5 times as fast
            if os.path.isfile(file):  # noqa: PTH113 - the same
                executable = Path(os.path.realpath(file))
                yield executable.parent if windows else executable.parent.parent


def _registered() -> list[Path]:
    """List header folders from Windows' registry (PEP 514) and python.org's default folders."""
    if sys.platform != "win32":
        return []
    import winreg  # noqa: PLC0415 - exists on Windows only

    roots = (winreg.HKEY_CURRENT_USER, winreg.HKEY_LOCAL_MACHINE)
    prefixes = [prefix for root in roots for prefix in _registered_under(root)]
    local = os.environ.get("LOCALAPPDATA")
    if local:
        prefixes += _glob(str(Path(local) / "Programs" / "Python" / "Python3*"))
        prefixes += _glob(str(Path(local) / "Python" / "pythoncore-3*"))
    return [prefix / "include" for prefix in prefixes]


def _registered_under(root: int) -> list[Path]:
    if sys.platform != "win32":
        return []
    import winreg  # noqa: PLC0415 - exists on Windows only

    found = []
    with contextlib.suppress(OSError), winreg.OpenKey(root, r"Software\Python\PythonCore") as company:
        for index in range(winreg.QueryInfoKey(company)[0]):
            tag = winreg.EnumKey(company, index)
            with contextlib.suppress(OSError):
                found.append(Path(winreg.QueryValue(company, rf"{tag}\InstallPath")))
    return found


def _glob(pattern: str) -> list[Path]:
    path = Path(pattern)
    return sorted(Path(path.anchor).glob(str(path.relative_to(path.anchor))))
