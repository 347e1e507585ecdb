"""The plan: project and targets → jobs.  Pure: nothing is read, run or written.

A :class:`Job` is one wheel.  It says what will be compiled and what the wheel will promise; the
audit proves the promise later.  ``pyz3 wheel --print-plan`` prints the jobs as JSON.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import msgspec

from pyz3.config import Optimize, Settings
from pyz3.errors import ConfigError
from pyz3.targets import Platform, PythonVersion, Target

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pyz3.config import Extension, Project

# No CPython that pyz3 builds for runs on an older glibc: manylinux2014 is PEP 599's 2.17.
OLDEST_GLIBC = (2, 17)


class Module(msgspec.Struct, frozen=True, kw_only=True):
    """One extension module of one wheel.

    Attributes:
        name: Dotted name: ``hello._speed``.
        file: Path below the wheel's root: ``hello/_speed.cpython-313-x86_64-linux-gnu.so``.
        settings: What holds for this platform; sources are relative to the project.
    """

    name: str
    file: str
    settings: Settings


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """One wheel to make.

    Attributes:
        identifier: ``cp313-manylinux_x86_64``; of a wheel without binaries ``py3-none-any``.
        platform: The platform's name: ``linux-x86_64``; empty without binaries.
        python: ``3.13`` or ``3.13t``; empty without binaries.
        zig_target: With the floor: ``x86_64-linux-gnu.2.17``.
        floor: Oldest system promised: glibc, musl or macOS version; empty on Windows.
        wheel_platform: The platform tag that goes with the floor.
        optimize: Zig's build mode.
        modules: The extension modules; with ``build-zig`` empty, as only the project knows them.
    """

    identifier: str
    platform: str
    python: str
    zig_target: str
    floor: str
    wheel_platform: str
    optimize: Optimize
    modules: tuple[Module, ...]

    @property
    def is_pure(self) -> bool:
        """Whether the wheel holds no binary, and hence serves every platform."""
        return not self.platform

    @property
    def target(self) -> Target:
        """The platform and Python that a job with binaries is for."""
        return Target(platform=Platform(self.platform), python=PythonVersion.parse(self.python))


def make_plan(
    project: Project,
    targets: Sequence[Target],
    *,
    optimize: Optimize | None = None,
    macos: str | None = None,
) -> tuple[Job, ...]:
    """Give a job for each of ``targets``, in their order; a project without extensions needs just one.

    Args:
        project: What a frontend read.
        targets: What was selected.
        optimize: Overrides the project's mode.
        macos: Overrides the project's macOS minimum (``MACOSX_DEPLOYMENT_TARGET``).

    Raises:
        ConfigError: A floor is no version, or older than the platform can promise.
    """
    mode = optimize or project.tool.optimize
    if not project.extensions and not project.tool.build_zig:
        return (_pure_job(mode),)
    return tuple(
        Job(
            identifier=target.identifier,
            platform=str(target.platform),
            python=str(target.python),
            zig_target=target.platform.zig_target_for(floor),
            floor=floor,
            wheel_platform=target.platform.wheel_platform_for(floor),
            optimize=mode,
            modules=tuple(_module(extension, target) for extension in project.extensions),
        )
        for target in targets
        for floor in (_floor(project, target, macos),)
    )


def _pure_job(mode: Optimize) -> Job:
    return Job(
        identifier="py3-none-any",
        platform="",
        python="",
        zig_target="",
        floor="",
        wheel_platform="any",
        optimize=mode,
        modules=(),
    )


def _module(extension: Extension, target: Target) -> Module:
    return Module(
        name=extension.name,
        file=extension.name.replace(".", "/") + target.extension_suffix,
        settings=extension.settings(target.platform.family),
    )


def _floor(project: Project, target: Target, macos: str | None) -> str:
    default = target.platform.floor(target.python)
    if target.platform.family == "linux" and project.tool.glibc is not None:
        wanted = _version(project.tool.glibc, "pyproject.toml: tool.pyz3.glibc")
        if wanted < OLDEST_GLIBC:
            raise ConfigError(
                f"pyproject.toml: tool.pyz3.glibc: {project.tool.glibc!r} is older than 2.17",
                tip="2.17 (manylinux2014) is the oldest that today's CPythons run on",
            )
        return project.tool.glibc
    if target.platform.family == "macos":
        wanted_macos = macos or project.tool.macos
        if wanted_macos:
            where = "MACOSX_DEPLOYMENT_TARGET" if macos else "pyproject.toml: tool.pyz3.macos"
            # The interpreter itself needs the default: a wheel that promises less promises nothing.
            if _version(wanted_macos, where) > _version(default, where):
                return wanted_macos if "." in wanted_macos else f"{wanted_macos}.0"
    return default


def _version(text: str, where: str) -> tuple[int, ...]:
    if not re.fullmatch(r"\d+(\.\d+){0,2}", text):
        raise ConfigError(f"{where}: {text!r} is no version like 2.28 or 11.0")
    return tuple(int(part) for part in text.split("."))
