"""One process per interpreter, one child of it per target: requests in, results out, both as JSON."""

# ruff: noqa: PTH100, PTH103, PTH118 - distutils speaks in strings, which must stay as they are

from __future__ import annotations

import atexit
import importlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import traceback
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .backslashes import install as find_backslashes
from .children import show_children
from .cmake import CMake
from .commands import Watch, preload
from .compilers import Compilers
from .configuration import command_word, configure
from .machine import Machine, load_reads
from .recorder import Recorder
from .temporary import keep_temporary, repeatable_names
from .translation import remember_translations
from .view import Scope, helper_folders, show

if TYPE_CHECKING:
    from collections.abc import Callable

    from .protocol import Request, Result, TargetRequest

# Folders below a target's work folder that hold what the hook before made.
_OF_ONE_RUN = ("build", "dist", "tmp", "link", "sysconfig", "site")

# Variables that setuptools and Meson take for a program and its first arguments.
_SPLIT = ("CC", "CXX", "AR", "RANLIB", "NM", "WINDRES")


def main(args: list[str]) -> None:
    """Do what a request asks for.

    Args:
        args: The request's file; on hosts that cannot fork also the number of the target.
    """
    file = Path(args[0])
    request: Request = json.loads(file.read_text(encoding="utf-8"))
    program = load_reads(request["reads"])
    variables = program.Variables(own=__name__.partition(".")[0])
    variables.watch()
    preload()
    if len(args) > 1:
        _run_target(request, request["targets"][int(args[1])], program, variables)
        return
    for number, target in enumerate(request["targets"]):
        # After some imports a fork is ended by macOS (CoreFoundation, Objective-C).
        forks = hasattr(os, "fork") and sys.platform != "darwin"
        ended = _fork(request, target, program, variables) if forks else _spawn(file, number)
        if not Path(target["result"]).exists():
            _write(target["result"], _result(error=f"the build backend's process {ended}"))


def _fork(request: Request, target: TargetRequest, program: Any, variables: Any) -> str:
    Path(target["result"]).unlink(missing_ok=True)
    sys.stdout.flush()
    sys.stderr.flush()
    child = os.fork()
    if child == 0:
        try:
            _run_target(request, target, program, variables)
        except BaseException:  # noqa: BLE001 - nobody else would tell
            traceback.print_exc()
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(0)  # the parent's own end is not the child's business
    _, status = os.waitpid(child, 0)
    return f"was ended by signal {os.WTERMSIG(status)}" if os.WIFSIGNALED(status) else "wrote no result"


def _spawn(file: Path, number: int) -> str:
    folder = Path(__file__).parent
    # As pyz3 starts this process; -I would not obey PYTHONHASHSEED.
    ended = subprocess.run([sys.executable, "-s", str(folder), str(file), str(number)], check=False)
    return f"ended with status {ended.returncode}"


def _run_target(request: Request, target: TargetRequest, program: Any, variables: Any) -> None:
    """Make one wheel, and write what became of it, whatever happens.

    Args:
        request: The request.
        target: Of it.
        program: What notices what of the project is read; the parent names it.
        variables: Its watch over environment variables, which were read before.
    """
    started = time.monotonic()
    _log_to(target["log"])
    source = os.path.abspath(target["source"])
    result = _result()
    compilers = Compilers(target["stand_ins"])
    recorder = Recorder(target, source, compilers)
    recorder.uses.watch_sizes()
    roots = [source, target["copy"], os.path.join(target["work"], "tmp"), *helper_folders(sys.path)]
    asked, calls = (os.path.join(target["work"], name) for name in ("asked.txt", "cmake.txt"))
    for file in (asked, calls):
        Path(file).unlink(missing_ok=True)
    cmake = CMake(calls)
    machine = Machine(Scope(roots), asked)
    variables.is_known = compilers.tool
    reads = _watch_reads(request, target, source, machine, program, variables)
    watch = Watch(recorder, target["work"], target["log"])
    try:
        _prepare(request, target, source, roots)
        show_children(request, target, roots, machine, calls)
        machine.watch_sizes(target["view"])
        compilers.install()
        cmake.install()
        watch.install()
        result["wheel"] = _build(request, target)
        atexit._run_exitfuncs()  # noqa: SLF001 - of a child that ends otherwise nobody calls what is left to do
    except BaseException as error:  # noqa: BLE001 - SystemExit is how setup scripts fail
        result["error"] = _one_line(error)
        result["traceback"] = traceback.format_exc()
        traceback.print_exc()
    try:
        result["extensions"] = watch.extensions()
    except Exception as error:  # noqa: BLE001 - of classes of the project's own
        result["error"] = result["error"] or _one_line(error)
    result["works_on"] = recorder.uses.works_on
    result["asks_machine"] = machine.asked()
    result["told"] = cmake.told()
    result["cannot_import"] = recorder.uses.cannot_import()
    result["links"] = list(recorder.links.values())
    result["archives"] = list(recorder.archives.values())
    result["reads"] = reads.told()
    result["seconds"] = round(time.monotonic() - started, 3)
    sys.stdout.flush()
    sys.stderr.flush()
    _write(target["result"], result)


def _watch_reads(  # noqa: PLR0917 - of one call
    request: Request, target: TargetRequest, source: str, machine: Machine, program: Any, variables: Any
) -> Any:
    """Notice from now on what of the project is read."""
    scratch = [os.path.join(target["work"], name) for name in _OF_ONE_RUN]
    # pyz3's own, of which it knows itself: the copy's surroundings, the environment, this program.
    here = [str(Path(target["copy"]).parent), target["work"], target["log"]]
    known = [*here, request["cython_cache"], str(Path(__file__).parent)]
    reads = program.Reads(source, scratch, known, machine.hear, variables)
    reads.watch()
    return reads


def _prepare(request: Request, target: TargetRequest, source: str, roots: list[str]) -> None:
    """Make this process the target's: folders, environment, what Python says of itself."""
    work = Path(target["work"])
    for name in _OF_ONE_RUN:
        shutil.rmtree(work / name, ignore_errors=True)
    temporary = work / "tmp"
    temporary.mkdir(parents=True)
    os.chdir(source)
    os.environ.clear()
    os.environ.update({**target["commands"], **target["environment"]})
    for name in _SPLIT:
        path = target["commands"].get(name, "")
        if path and os.environ[name] == path:
            os.environ[name] = command_word(path)
    for name in ("TMPDIR", "TEMP", "TMP"):
        os.environ[name] = str(temporary)
    tempfile.tempdir = str(temporary)
    repeatable_names()
    if target["mode"] == "record":
        keep_temporary(str(temporary))
    configure(target)
    remember_translations(request["cython_cache"], [source, target["copy"]], str(temporary), target["view"])
    if target["view"]["sys_platform"] == "win32" and "distutils.extension" in sys.modules:
        find_backslashes()
    show(target, Scope(roots))


def _log_to(file: str) -> None:
    Path(file).parent.mkdir(parents=True, exist_ok=True)
    log = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
    os.dup2(log, 1)
    os.dup2(log, 2)
    os.close(log)
    for stream in (sys.stdout, sys.stderr):
        reconfigure: Callable[..., None] | None = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(encoding="utf-8", errors="backslashreplace", line_buffering=True)


def _build(request: Request, target: TargetRequest) -> str:
    folder = os.path.join(target["work"], "dist")
    os.makedirs(folder)
    sys.argv = ["setup.py"]
    name = _backend(request).build_wheel(folder, target["config_settings"] or None)
    return os.path.join(folder, name)


def _backend(request: Request) -> Any:
    """Import the backend: ``module:object``, from the project's own folders if it says so (PEP 517)."""
    sys.path[:0] = [os.path.abspath(folder) for folder in request["backend_path"]]
    name, _, attributes = request["backend"].partition(":")
    backend = importlib.import_module(name)
    for attribute in filter(None, attributes.split(".")):
        backend = getattr(backend, attribute)
    return backend


def _result(*, error: str = "") -> Result:
    return {
        "wheel": "",
        "error": error,
        "traceback": "",
        "extensions": [],
        "links": [],
        "archives": [],
        "seconds": 0.0,
        "reads": None,
        "works_on": "",
        "cannot_import": "",
        "asks_machine": [],
        "told": [],
    }


def _one_line(error: BaseException) -> str:
    text = str(error).strip()
    line = text.splitlines()[0] if text else ""
    if isinstance(error, SystemExit) and isinstance(error.code, int):
        return f"it ended with exit code {line}"
    if isinstance(error, SystemExit) and line:
        return line.removeprefix("error: ") if hasattr(line, "removeprefix") else line
    return f"{type(error).__name__}: {line}" if line else type(error).__name__


def _write(file: str, content: Result) -> None:
    path = Path(file)
    path.parent.mkdir(parents=True, exist_ok=True)
    scratch = path.with_name(f"{path.name}.{os.getpid()}")
    scratch.write_text(json.dumps(content), encoding="utf-8")
    scratch.replace(path)
