"""Running ``zig build``: the command as a pure function, and the processes."""

from __future__ import annotations

import contextlib
import functools
import os
import re
import threading
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from pyz3._processes import Processes
from pyz3.driver.compiler_variables import DATES, HOST_VARIABLES
from pyz3.driver.lean import (
    COMPILER_RT,
    STARTUP_SECTIONS,
    compiler_rt_args,
    lean_flags,
    lean_libraries,
    startup_flags,
)
from pyz3.driver.runtime import make_runtime, runtime_files, runtime_folder
from pyz3.driver.target import DriverTarget
from pyz3.driver.zig_parts import zig_parts
from pyz3.engine.damage import is_full
from pyz3.engine.manifests import Manifests
from pyz3.engine.plan_file import Lean, PlanFile, TargetParts
from pyz3.errors import BuildFailedError
from pyz3.targets import Platform

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from pyz3.engine.plan_file import Artifact
    from pyz3.engine.toolchain import Toolchain

_FOLDERS = ("-I", "-isystem", "-iquote", "-idirafter")


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What one run of ``zig build`` gave.

    Attributes:
        binaries: Artifact key → the library in zig's cache.
        runtime: Artifact key → what it was linked with that it might have done without, and why.
        linked: Artifact key → how it was linked, as ``build.zig`` has it.
        unseen: What went into them is not all in the names that zig gave them.
        errors: Artifact key → the compiler's messages, as zig printed them.
        trouble: Messages that belong to no artifact; empty when there are none.
    """

    binaries: dict[str, Path] = field(default_factory=dict)
    runtime: dict[str, str] = field(default_factory=dict)
    linked: dict[str, str] = field(default_factory=dict)
    unseen: bool = False
    errors: dict[str, str] = field(default_factory=dict)
    trouble: str = ""

    @property
    def text(self) -> str:
        """Everything that zig complained of."""
        return "\n".join([*self.errors.values(), self.trouble])


def merge(outcomes: Iterable[Outcome]) -> Outcome:
    """Give several runs as one."""
    runs = tuple(outcomes)
    return Outcome(
        binaries={key: path for run in runs for key, path in run.binaries.items()},
        runtime={key: reason for run in runs for key, reason in run.runtime.items()},
        linked={key: how for run in runs for key, how in run.linked.items()},
        unseen=any(run.unseen for run in runs),
        errors={key: text for run in runs for key, text in run.errors.items()},
        trouble="\n".join(run.trouble for run in runs if run.trouble),
    )


def build_command(
    toolchain: Toolchain,
    *,
    script: Path,
    prefix: Path,
    cache: Path,
    options: Mapping[str, str],
    jobs: int,
) -> list[str]:
    """Give the ``zig build`` command line."""
    return [
        str(toolchain.zig),
        "build",
        "--build-file",
        str(script),
        *(f"-D{name}={value}" for name, value in options.items()),
        "--prefix",
        str(prefix),
        "--cache-dir",
        str(cache),
        "--global-cache-dir",
        str(toolchain.global_cache),
        "--color",
        "off",
        "--error-style",
        "minimal",
        "--summary",
        "none",
        f"-j{jobs}",
        # -j runs one more; build.zig says of each step that it takes this much.
        *("--maxrss", str(jobs << 40)),
    ]


def zig_environment(environ: Mapping[str, str], *, zig_target: str, optimize: str) -> dict[str, str]:
    """Give the environment of a ``zig build``: the user's, less what names the host's compiler."""
    kept = {name: value for name, value in environ.items() if name not in HOST_VARIABLES}
    return {**kept, "ZIG_TARGET": zig_target, "PYDUST_OPTIMIZE": optimize}


def split_messages(text: str) -> tuple[dict[str, str], str]:
    """Sort zig's stderr by artifact: build.zig names each step ``pyz3:KEY``.

    Returns:
        Messages by artifact key, and the rest.
    """
    blocks: dict[str, list[str]] = {}
    rest: list[str] = []
    current = rest
    for line in text.splitlines():
        match = re.match(r"pyz3:(\S+)", line)
        if match:
            current = blocks.setdefault(match[1], [])
        elif not re.match(r"error: \d+ compilation errors?$|pyz3 ", line):
            current.append(line)
    return {key: _tidy(lines) for key, lines in blocks.items()}, _tidy(rest)


def _tidy(lines: Sequence[str]) -> str:
    """Take off what zig adds to the messages of a zig command that was a step of the build."""
    text = "\n".join(lines).replace("error: error: ", "error: ")
    own = re.sub(r"^error: process exited with error code \d+$", "", text, flags=re.MULTILINE)
    return own.strip() or text.strip()


class ZigRunner:
    """Runs ``zig build`` processes, from several threads, and ends them all when told to.

    Args:
        toolchain: Zig and the cache.
        environ: The user's environment variables, and ``SOURCE_DATE_EPOCH``.
        root: The project.
        log: Takes each command line before it is run.
        processes: Ends what runs; shared with whoever runs other processes.
        at_once: How many compilers may run at a time; a thread that wants another one waits.
    """

    def __init__(
        self,
        toolchain: Toolchain,
        environ: Mapping[str, str],
        *,
        root: Path,
        log: Callable[[Sequence[str]], None] | None = None,
        processes: Processes | None = None,
        at_once: int = 1,
    ) -> None:
        self._slots = threading.BoundedSemaphore(at_once)
        self.toolchain = toolchain
        self._environ = environ
        self._root = root
        self._log = log
        self._processes = processes or Processes()

    def build(
        self,
        artifacts: Sequence[Artifact],
        *,
        zig_target: str,
        optimize: str,
        jobs: int,
        needs_runtime: Callable[[Artifact], None] = lambda _: None,
    ) -> Outcome:
        """Build the artifacts of one platform.

        Args:
            artifacts: What is to be built.
            zig_target: Their platform.
            optimize: Zig's build mode.
            jobs: How many compilers may run at a time.
            needs_runtime: Told of each artifact that turns out to need mingw-w64's runtime or zig's libc++,
                before it is linked with that; in another thread.

        Raises:
            BuildFailedError: Zig could not be started.
        """
        if unusable := _unusable(artifacts):
            return Outcome(errors=unusable)
        cache = self.cache(zig_target, optimize)
        self.toolchain.begin(cache)
        flags = [flag for a in artifacts for source in a.sources for flag in source.flags]
        folders = _folders(artifacts, flags)
        dated = any(date in flag for flag in flags for date in DATES)
        lists = self.manifests(cache, folders=folders, dated=dated)
        lists.prune()
        with self.toolchain.cache.scratch() as scratch:
            prefix = Path(scratch) / "out"
            plan = Path(scratch) / "plan.json"
            plan.write_bytes(self.plan(artifacts))
            command = build_command(
                self.toolchain,
                script=self.toolchain.build_script(),
                prefix=prefix,
                cache=self.toolchain.local_cache,
                options={"plan": str(plan), "local-cache": str(cache)},
                jobs=jobs,
            )
            heard = _Ear({artifact.key: artifact for artifact in artifacts}, needs_runtime)
            status, text = self.run(
                command, zig_target=zig_target, optimize=optimize, cache=cache, heard=heard, jobs=jobs
            )
            records = {
                artifact.key: record.read_text(encoding="utf-8")
                for artifact in artifacts
                if (record := prefix / artifact.key).exists()
            }
        made = _made(records, self.toolchain.cache.root, unseen=lists.note())
        errors, trouble = split_messages(text)
        if status != 0 and is_full(text):
            raise BuildFailedError(
                f"{self.toolchain.cache.root}: no room is left there for what zig makes",
                tip="make room (pyz3 needs about 1 GB), or name another place: PYZ3_CACHE_DIR",
            )
        if status == 0:
            return made
        failed = {a.key: _complaint(a, errors) for a in artifacts if a.key not in made.binaries}
        if not trouble and not any(failed.values()):
            trouble = f"zig build ended with exit code {status}"
        return replace(made, errors=failed, trouble=trouble)

    def cache(self, zig_target: str, optimize: str) -> Path:
        """Give where zig keeps what it makes of the project for one target."""
        return self.toolchain.project_cache(self._root, f"{zig_target.partition('.')[0]}-{optimize}")

    def manifests(
        self, cache: Path, *, base: Path | None = None, folders: tuple[str, ...] = (), dated: bool = False
    ) -> Manifests:
        """Give what zig's lists in a cache are to be held against; the arguments are ``Manifests``'."""
        return Manifests(
            cache=cache,
            date=self._environ.get("SOURCE_DATE_EPOCH", ""),
            own=self.toolchain.unchanging,
            base=base,
            folders=folders,
            dated=dated,
        )

    def run(
        self,
        command: Sequence[str],
        *,
        zig_target: str,
        optimize: str,
        cache: Path,
        heard: Callable[[bytes], None] | None = None,
        jobs: int = 1,
    ) -> tuple[int, str]:
        """Run a command of zig's to its end; give its exit code and what it printed.

        Args:
            command: Its command line.
            zig_target: What it builds for.
            optimize: In which mode.
            cache: Where its compilers keep what they make.
            heard: Called with what it prints, as it does so, in another thread.
            jobs: How many compilers it runs at a time.

        Raises:
            BuildFailedError: Zig could not be started.
        """
        if self._log is not None:
            self._log(command)
        environment = self._environment(zig_target, optimize, cache)
        try:
            with contextlib.ExitStack() as taken:
                for _ in range(jobs):
                    taken.enter_context(self._slots)
                return self._processes.run(
                    command, env=environment, cwd=self.toolchain.cache.root, heard=heard
                )
        except OSError as error:
            raise BuildFailedError(
                f"{command[0]} cannot be started: {error.strerror or error}",
                tip="reinstall it: pip install --force-reinstall ziglang==0.16.0",
            ) from error

    def runtime(self, zig_target: str, *, cxx: bool | None, system_cxx: bool = False) -> tuple[str, ...]:
        """Give what the link of a shared library is given besides: what zig's own libraries lack.

        Args:
            zig_target: What is linked for, with versions.
            cxx: C++ is linked; None: that is not known.
            system_cxx: With the system's library.

        Raises:
            BuildFailedError: It cannot be made.
        """
        target = DriverTarget(zig_target, libc=Platform.from_zig_target(zig_target).spec.libc)
        files = runtime_files(self._runtime_folder, target, cxx=cxx, system_cxx=system_cxx)
        self._make_runtime(files, target)
        return files

    def lean(self, zig_target: str, libraries: Iterable[str]) -> Lean | None:
        """Give what a DLL for Windows is linked with where that is all it needs; None: that cannot be had.

        Args:
            zig_target: What is linked for, with versions.
            libraries: Those of the system that it names.

        Raises:
            BuildFailedError: It cannot be made.
        """
        target = DriverTarget(zig_target)
        if target.system != "windows":
            return None
        names = lean_libraries(libraries, target, zig_lib=str(self.toolchain.zig_lib))
        if names is None:
            return None
        folder = f"{self._runtime_folder}/{zig_target}"
        files = tuple(f"{folder}/{name}" for name in names)
        self._make_runtime(files, target)
        bitcode, archive = compiler_rt_args(target, zig_lib=str(self.toolchain.zig_lib))
        return Lean(
            link_flags=lean_flags(target),
            startup_flags=startup_flags(target),
            libraries=files,
            compiler_rt=f"{folder}/{COMPILER_RT}",
            compiler_rt_bitcode_args=bitcode,
            compiler_rt_args=archive,
            startup_sections=STARTUP_SECTIONS,
        )

    def plan(self, artifacts: Sequence[Artifact]) -> bytes:
        """Give the plan file by which ``build.zig`` makes artifacts of one platform."""
        return msgspec.json.encode(PlanFile(artifacts=tuple(artifacts), zig_parts=self._zig_parts(artifacts)))

    def _zig_parts(self, artifacts: Sequence[Artifact]) -> tuple[TargetParts, ...]:
        lib = str(self.toolchain.zig_lib)
        return tuple(
            TargetParts(
                target=target,
                parts=zig_parts(DriverTarget(target), folder=f"{self._runtime_folder}/{target}", zig_lib=lib),
            )
            for target in dict.fromkeys(artifact.target for artifact in artifacts if artifact.in_parts)
        )

    @functools.cached_property
    def _runtime_folder(self) -> str:
        return runtime_folder(str(self.toolchain.global_cache))

    def _make_runtime(self, files: tuple[str, ...], target: DriverTarget) -> None:
        zig, lib = str(self.toolchain.zig), str(self.toolchain.zig_lib)
        environment = self._environment(target.zig, "ReleaseFast", self.toolchain.local_cache)
        if all(map(os.path.exists, files)):
            return
        try:
            with self._slots:
                make_runtime(files, target, zig=zig, zig_lib=lib, environ=environment)
        except OSError as error:
            raise BuildFailedError(
                f"{error.filename}: {error.strerror or error}",
                tip="reinstall zig: pip install --force-reinstall ziglang==0.16.0",
            ) from error

    def _environment(self, zig_target: str, optimize: str, cache: Path) -> dict[str, str]:
        return {
            **zig_environment(self._environ, zig_target=zig_target, optimize=optimize),
            "ZIG_LIB_DIR": str(_lib(self.toolchain.zig_lib, zig_target)),
            # Steps of a build that are zig commands of their own (translate-c) know no --cache-dir.
            "ZIG_LOCAL_CACHE_DIR": str(cache),
            "ZIG_GLOBAL_CACHE_DIR": str(self.toolchain.global_cache),
        }

    @property
    def stopped(self) -> bool:
        """Whether it was told to stop: what comes of a build then tells nothing."""
        return self._processes.stopped

    def stop(self) -> None:
        """End every process, and start no more."""
        self._processes.stop()


def _made(records: Mapping[str, str], root: Path, *, unseen: bool) -> Outcome:
    """Read what build.zig wrote of each finished library; its struct ``Record`` says how."""
    lines = {key: text.split("\n", 2) for key, text in records.items()}
    return Outcome(
        binaries={key: root / path for key, (path, _, _) in lines.items()},
        linked={key: how.rstrip() for key, (_, how, _) in lines.items()},
        runtime={key: reason for key, (_, _, reason) in lines.items() if reason},
        unseen=unseen,
    )


class _Ear:
    """Hears what build.zig says while it runs: which artifacts need a runtime of zig's.

    Args:
        artifacts: By their keys.
        tell: Told of each.
    """

    def __init__(self, artifacts: Mapping[str, Artifact], tell: Callable[[Artifact], None]) -> None:
        self._artifacts = artifacts
        self._tell = tell
        self._begun = b""

    def __call__(self, chunk: bytes) -> None:
        *lines, self._begun = (self._begun + chunk).split(b"\n")
        for line in lines:
            said, _, key = line.decode(errors="replace").rstrip("\r").partition(" needs-runtime ")
            if said == "pyz3" and key in self._artifacts:
                self._tell(self._artifacts[key])


def _complaint(artifact: Artifact, errors: Mapping[str, str]) -> str:
    """Give what zig said of an artifact and of what is compiled apart from it."""
    found = [errors.get(key, "") for key in (artifact.key, *(batch.key for batch in artifact.batches))]
    return "\n".join(filter(None, found))


# What ends a name in a list of files as compilers write them for make, and zig reads them.
_MISREAD = {
    "\t": "a tab",
    "\r": "a line break",
    "\n": "a line break",
    ' "': "a quotation mark after a space",
}


def _unusable(artifacts: Iterable[Artifact]) -> dict[str, str]:
    """Give artifacts of which zig could not open a source, and would call its own cache broken: key → why."""
    found = {}
    for artifact in artifacts:
        for path in (*(source.path for source in artifact.sources), *artifact.zig_sources, *artifact.objects):
            if os.sep == "/" and "\\" in path:
                found[artifact.key] = (
                    f"{path}: error: zig takes the backslash for a separator: rename the file or folder"
                )
            elif what := next((what for sign, what in _MISREAD.items() if sign in path), ""):
                # In one line, as compilers' messages are.
                shown = path.translate({ord(sign): " " for sign in "\t\r\n"})
                found[artifact.key] = (
                    f"{shown}: error: zig cannot read {what} in a path: rename the file or folder"
                )
            elif not os.access(path, os.R_OK):
                found[artifact.key] = f"{path}: error: cannot be read: {_why_unreadable(path)}"
    return found


def _why_unreadable(path: str) -> str:
    if Path(path).exists():
        return "Permission denied"
    return "its link leads nowhere" if os.path.lexists(path) else "there is no such file"


def _folders(artifacts: Iterable[Artifact], flags: Sequence[str]) -> tuple[str, ...]:
    """Give the folders where headers are looked for, as far as artifacts and flags name them."""
    named = [folder for artifact in artifacts for folder in artifact.include_dirs]
    for before, flag in zip(("", *flags), flags, strict=False):
        option = next((option for option in _FOLDERS if flag.startswith(option)), "")
        if before in _FOLDERS:
            named.append(flag)
        elif option and flag != option:
            named.append(flag[len(option) :])
    return tuple(dict.fromkeys(named))


def _lib(zig_lib: Path, zig_target: str) -> Path:
    """Give where zig is to find its own files.

    translate-c must find each folder of headers under one name: ours (:mod:`pyz3.engine.pyodide`) and the
    one that it knows itself, which has no links.
    """
    return zig_lib.resolve() if zig_target.startswith("wasm") else zig_lib
