"""Hooks run by tests: a small project in, what the hook says of each target out."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from pyz3.engine.toolchain import find_toolchain
from pyz3.environments import build_environment, interpreter_for
from pyz3.guests import HOOK, READS
from pyz3.hooks.protocol import PythonView, Request, Result, SystemView, TargetRequest
from pyz3.hooks.views import c_sizes
from pyz3.store import Cache

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

ZIG_TARGETS = {
    "linux": "aarch64-linux-gnu.2.17",
    "macos": "aarch64-macos.11.0",
    "windows": "x86_64-windows-gnu",
}
SETUP = "from setuptools import Extension, setup\n"


@dataclass(frozen=True, kw_only=True)
class Kind:
    """A platform as the hook is told of it."""

    family: str
    sys_platform: str
    os_name: str
    system: str
    machine: str
    host_platform: str
    suffix: str
    bits: int = 64


LINUX = Kind(
    family="linux", sys_platform="linux", os_name="posix", system="Linux", machine="aarch64",
    host_platform="linux-aarch64", suffix=".cpython-{0}-aarch64-linux-gnu.so",
)  # fmt: skip
MACOS = Kind(
    family="macos", sys_platform="darwin", os_name="posix", system="Darwin", machine="arm64",
    host_platform="macosx-11.0-arm64", suffix=".cpython-{0}-darwin.so",
)  # fmt: skip
WINDOWS = Kind(
    family="windows", sys_platform="win32", os_name="nt", system="Windows", machine="AMD64",
    host_platform="win-amd64", suffix=".cp{0}-win_amd64.pyd",
)  # fmt: skip
WIN32 = replace(WINDOWS, machine="x86", host_platform="win32", suffix=".cp{0}-win32.pyd", bits=32)


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What became of one target."""

    result: Result
    source: Path
    work: Path
    log: str

    @property
    def wheel(self) -> str:
        """Its name; the error if there is none."""
        return Path(self.result.wheel).name or self.result.error

    @property
    def files(self) -> dict[str, bytes]:
        """What is in the wheel, without its metadata."""
        with zipfile.ZipFile(self.result.wheel) as archive:
            names = [name for name in archive.namelist() if ".dist-info/" not in name]
            return {name: archive.read(name) for name in names}

    @property
    def states(self) -> dict[str, str]:
        """Extension module → what became of it."""
        return {one.name: one.state for one in self.result.extensions}

    def flags(self, module: str) -> list[str]:
        """The flags of the first object of a module, without those that are always there."""
        link = next(link for link in self.result.links if link.module == module)
        own = (f"-I{self.work.parent.parent}/include", f"-I{self.work.parent.parent}/venv")
        return [flag for flag in link.objects[0].flags if not flag.startswith((*own, "-I/"))]


@dataclass(frozen=True, kw_only=True)
class Hooks:
    """Runs hooks in one build environment."""

    python: Path
    version: tuple[int, int]
    root: Path

    def run(
        self,
        files: Mapping[str, str],
        *kinds: Kind,
        mode: str = "record",
        version: tuple[int, int] | None = None,
        free_threaded: bool = False,
        backend: str = "setuptools.build_meta:__legacy__",
        backend_path: Sequence[str] = (),
        environment: Mapping[str, str] | None = None,
    ) -> list[Outcome]:
        """Write a project for each kind of target, and run their hooks in one process."""
        targets = [
            self._target(kind, files, mode, version or self.version, free_threaded, environment or {})
            for kind in kinds
        ]
        request = Request(
            source=targets[0].source, backend=backend, backend_path=tuple(backend_path),
            cython_cache=str(self.root / "cython"), reads=str(READS), targets=tuple(targets),
        )  # fmt: skip
        assert self.start(msgspec.to_builtins(request)) == ""
        return [
            Outcome(
                result=msgspec.json.decode(Path(one.result).read_bytes(), type=Result),
                source=Path(one.source),
                work=Path(one.work),
                log=Path(one.log).read_text(encoding="utf-8"),
            )
            for one in targets
        ]

    def start(self, request: Mapping[str, Any]) -> str:
        """Run the hook's process; give what it printed."""
        file = self.root / "request.json"
        file.write_text(json.dumps(request), encoding="utf-8")
        command = [str(self.python), "-I", str(HOOK), str(file)]
        done = subprocess.run(
            command, cwd=request["source"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False
        )
        return done.stdout.decode()

    def _target(  # noqa: PLR0917 - its one caller names them the same
        self, kind: Kind, files: Mapping[str, str], mode: Any, version: tuple[int, int],
        free_threaded: bool, environment: Mapping[str, str],
    ) -> TargetRequest:  # fmt: skip
        digits = f"{version[0]}{version[1]}" + "t" * free_threaded
        place = self.root / f"cp{digits}-{kind.host_platform}"
        write(place / "src", files)
        commands = self._commands(kind)
        return TargetRequest(
            identifier=place.name,
            mode=mode,
            source=str(place / "src"),
            copy=str(place / "src"),
            python=PythonView(version_info=(*version, 2, "final", 0), free_threaded=free_threaded),
            view=view(kind),
            host_platform=kind.host_platform,
            extension_suffix=kind.suffix.format(digits),
            include=str(self._include()),
            cflags=("-DNDEBUG", "-O3"),
            commands=commands,
            stand_ins=str(Path(commands["CC"]).parent / "bin"),
            environment={"PATH": os.environ["PATH"], "SOURCE_DATE_EPOCH": "1700000000", **environment},
            work=str(place / "build"),
            result=str(place / "result.json"),
            log=str(place / "log.txt"),
        )

    def _include(self) -> Path:
        folder = self.root / "include"
        folder.mkdir(exist_ok=True)
        (folder / "Python.h").write_text("#define PYZ3_PYTHON_H 1\n")
        return folder

    def _commands(self, kind: Kind) -> dict[str, str]:
        """Zig's compiler for the target, as programs."""
        folder = self.root / "bin" / kind.family
        folder.mkdir(parents=True, exist_ok=True)
        commands = {}
        for name, tool in (("CC", "cc"), ("CXX", "c++"), ("AR", "ar"), ("RANLIB", "ranlib")):
            target = f"-target {ZIG_TARGETS[kind.family]}" if name in {"CC", "CXX"} else ""
            (folder / tool).write_text(
                "#!/bin/sh\n"
                # What MSVC's linker is told with /EXPORT: is what zig's exports by itself.
                'for word; do shift; case $word in /EXPORT:*) ;; *) set -- "$@" "$word" ;; esac; done\n'
                # Zig's cache is keyed by where its library lies: in a new checkout all would be made anew.
                f"export ZIG_LIB_DIR='{find_toolchain(os.environ).zig_lib}'\n"
                f'exec {sys.executable} -m ziglang {tool} {target} "$@"\n'
            )
            (folder / tool).chmod(0o755)
            commands[name] = str(folder / tool)
        return commands


def view(kind: Kind) -> SystemView:
    """What the project sees of a platform."""
    windows = kind.family == "windows"
    return SystemView(
        sys_platform=kind.sys_platform,
        os_name=kind.os_name,
        system=kind.system,
        machine=kind.machine,
        release="10" if windows else "6.1.0",
        version="10.0.19045" if windows else "#1 SMP",
        maxsize=2 ** (kind.bits - 1) - 1,
        sizes=c_sizes(kind.family, {"AMD64": "amd64"}.get(kind.machine, kind.machine)),
        pages=(4096, 65536) if windows else (0, 0),
        libc=("glibc", "2.17") if kind.family == "linux" else ("", ""),
        byteorder="little",
        mac_ver="11.0" if kind.family == "macos" else "",
        compiler="MSC v.1944 64 bit (AMD64)" if windows else "Clang 20.1.0 ",
    )


def write(root: Path, files: Mapping[str, str]) -> None:
    """Write files below a folder."""
    for name, text in files.items():
        file = root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")


def hooks_of(version: str, requires: Sequence[str], *, cache: Path, root: Path) -> Hooks:
    """Give an environment with build requirements, made once and kept in pyz3's cache."""
    interpreter = interpreter_for(version, environ=os.environ, cache=Cache(cache))
    made = build_environment(
        requires, interpreter, cache=Cache(cache), environ=os.environ, tell=lambda _: None
    )
    return Hooks(python=made.python, version=interpreter.version_info[:2], root=root)
