"""A fresh place with a wheel and what its tests need, for one interpreter.

This machine's interpreters get a virtual environment, and pip installs into it.  Others have no pip, and need
none: this machine's pip fetches wheels for them into folders that are put on their path.
"""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from importlib import metadata
from typing import TYPE_CHECKING, Literal

import msgspec
from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name, parse_wheel_filename

from pyz3._processes import Processes, temporary_in
from pyz3._records import from_json
from pyz3.environments import pip_platforms, venv_python
from pyz3.errors import ConfigError, one_line
from pyz3.sources import python_with_pip, run_command

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from pyz3.runtimes.runtime import Runtime
    from pyz3.runtimes.testing import WheelTests

# What an interpreter says for markers of requirements (PEP 508, "Environment Markers").
_MARKERS = """
import json, os, platform, sys
v = sys.implementation.version
print(json.dumps({
    "implementation_name": sys.implementation.name, "implementation_version": "%d.%d.%d" % v[:3],
    "os_name": os.name, "platform_machine": platform.machine(),
    "platform_python_implementation": platform.python_implementation(),
    "platform_release": platform.release(), "platform_system": platform.system(),
    "platform_version": platform.version(), "python_full_version": "%d.%d.%d" % sys.version_info[:3],
    "python_version": "%d.%d" % sys.version_info[:2], "sys_platform": sys.platform,
}))
"""
# Rounds of requirements of requirements.
_MOST_ROUNDS = 30


class UnfitError(Exception):
    """A wheel cannot be tried.

    Args:
        status: What is to be reported of it.
        reason: Why, in a line.
        output: What was printed about it.
    """

    def __init__(self, status: Literal["failed", "not run"], reason: str, output: str = "") -> None:
        super().__init__(reason)
        self.status: Literal["failed", "not run"] = status
        self.reason = reason
        self.output = output


@dataclass(frozen=True, kw_only=True)
class Home:
    """Where a wheel is installed.

    Attributes:
        folder: All of it is below.
        python: The interpreter that finds it there.
        scripts: The folder of ``python`` and of what packages call their commands.
        variables: The environment variables that it is started with, PATH apart.
    """

    folder: Path
    python: Path
    scripts: Path
    variables: Mapping[str, str]


def install(
    wheel: Path, runtime: Runtime, tests: WheelTests, *, folder: Path, environ: Mapping[str, str]
) -> Home:
    """Install a wheel and what its tests need.

    Args:
        wheel: Absolute.
        runtime: What is to try it.
        tests: What with.
        folder: An empty one.
        environ: The user's environment variables; pip's settings are obeyed.

    Raises:
        UnfitError: It cannot be installed, or what it needs cannot be had.
        ConfigError: A requirement is not written as PEP 508 says, or there is no pip.
    """
    make = _install_here if runtime.is_native else _install_elsewhere
    return make(wheel, runtime, tests, folder, environ)


def _install_here(
    wheel: Path, runtime: Runtime, tests: WheelTests, folder: Path, environ: Mapping[str, str]
) -> Home:
    root, temporary = folder / "venv", folder / "tmp"
    temporary.mkdir()
    # Old pips, which old Pythons bring, leave files among the temporary ones.
    own = {**environ, **temporary_in(temporary)}
    status, text = run_command((runtime.command, "-I", "-m", "venv", root), cwd=folder, environ=own)
    if status != 0:
        raise UnfitError("not run", f"{runtime.command} makes no virtual environment", text)
    python = venv_python(root)
    pip = (python, "-m", "pip", "install", "--no-user", "--no-warn-script-location")
    extras = f"[{','.join(tests.extras)}]" if tests.extras else ""
    status, text = run_command((*pip, f"{wheel}{extras}", *tests.requires), cwd=folder, environ=own)
    if status != 0:
        raise UnfitError("failed", "pip cannot install it with what it and its tests need", text)
    variables = runtime.variables(environ) | {"VIRTUAL_ENV": str(root)}
    return Home(folder=folder, python=python, scripts=python.parent, variables=variables)


def _install_elsewhere(
    wheel: Path, runtime: Runtime, tests: WheelTests, folder: Path, environ: Mapping[str, str]
) -> Home:
    extras = f"[{','.join(tests.extras)}]" if tests.extras else ""
    _, _, _, tags = parse_wheel_filename(wheel.name)
    platforms = dict.fromkeys((*sorted(tag.platform for tag in tags), *_platforms(runtime)))
    status, text = _pip((f"{wheel}{extras}",), runtime, platforms, folder / "site-0", environ)
    if status != 0:
        raise UnfitError("failed", "pip does not install it", text)
    places = [folder / "site-0"]
    markers = _markers(runtime, environ, folder)
    wanted = [*(_requirement(text) for text in tests.requires)]
    wanted += _needs(places[0], {canonicalize_name(wheel.name.split("-")[0]): set(tests.extras)}, markers)
    while missing := _missing(wanted, places, markers):
        if len(places) > _MOST_ROUNDS:
            raise UnfitError("not run", f"what it needs has no end: {missing[0]}")
        place = folder / f"site-{len(places)}"
        status, text = _pip([str(one) for one in missing], runtime, platforms, place, environ)
        if status != 0:
            names = ", ".join(str(one) for one in missing)
            raise UnfitError("not run", f"no wheels for {runtime.platform} of what it needs: {names}", text)
        extras_of: dict[str, set[str]] = {}
        for one in missing:
            extras_of.setdefault(canonicalize_name(one.name), set()).update(one.extras)
        wanted += _needs(place, extras_of, markers)
        places.append(place)
    scripts = _scripts(runtime, places, folder)
    variables = runtime.variables(environ, path=places)
    return Home(folder=folder, python=runtime.command, scripts=scripts, variables=variables)


def _platforms(runtime: Runtime) -> tuple[str, ...]:
    return pip_platforms(runtime.platform, runtime.python)


def _pip(
    names: Sequence[str], runtime: Runtime, platforms: Iterable[str], place: Path, environ: Mapping[str, str]
) -> tuple[int, str]:
    """Have this machine's pip put wheels for another into a folder; what they need comes later."""
    python = runtime.python
    words = (*python_with_pip(environ), "-m", "pip", "install", "--no-deps", "--no-compile")
    words += ("--only-binary", ":all:", "--target", str(place), "--implementation", "cp")
    words += ("--python-version", python.base, "--abi", python.abi, "--abi", "none")
    words += ("--abi", "abi3t" if python.free_threaded else "abi3")
    tags = (word for tag in platforms for word in ("--platform", tag))
    return run_command((*words, *tags, *names), cwd=place.parent, environ=environ)


def _markers(runtime: Runtime, environ: Mapping[str, str], folder: Path) -> dict[str, str]:
    status, text = Processes.of_this_thread().run(
        (str(runtime.command), "-c", _MARKERS), env=runtime.variables(environ), cwd=folder
    )
    line = next((one for one in text.splitlines() if one.startswith("{")), "")
    try:
        return from_json(line.encode(), dict[str, str])
    except (ValueError, msgspec.MsgspecError):
        raise UnfitError(
            "not run", f"{runtime} does not run: exit code {status}; {runtime.command}", text
        ) from None


def _requirement(text: str) -> Requirement:
    try:
        return Requirement(text)
    except InvalidRequirement as error:
        reason = str(error).partition("\n")[0]
        raise ConfigError(f"{text!r} is no requirement ({reason})", tip="PEP 508 has the grammar") from error


def _needs(place: Path, names: Mapping[str, set[str]], markers: Mapping[str, str]) -> list[Requirement]:
    """Give what the distributions in a folder require there; ``names`` has the extras that are wanted."""
    found = []
    for one in metadata.distributions(path=[str(place)]):
        extras = names.get(canonicalize_name(one.metadata["Name"] or ""), set())
        for text in one.requires or ():
            try:
                requirement = Requirement(text)
            except (InvalidRequirement, RecursionError) as error:
                reason = str(error).partition("\n")[0]
                why = f"it requires {text[:200]!r}, which is no requirement: {reason}"
                raise UnfitError("failed", why) from None
            if any(_holds(requirement, markers, extra) for extra in ("", *extras)):
                requirement.marker = None
                found.append(requirement)
    return found


def _holds(requirement: Requirement, markers: Mapping[str, str], extra: str = "") -> bool:
    return requirement.marker is None or requirement.marker.evaluate({**markers, "extra": extra})


def _missing(
    wanted: Sequence[Requirement], places: Sequence[Path], markers: Mapping[str, str]
) -> list[Requirement]:
    """Give the requirements that are not there; those of one name as one.

    Raises:
        UnfitError: One is there in another version.
    """
    there = {
        canonicalize_name(one.metadata["Name"] or ""): one.version
        for one in metadata.distributions(path=[*map(str, places)])
    }
    found: dict[str, Requirement] = {}
    for one in wanted:
        if not _holds(one, markers):
            continue
        name = canonicalize_name(one.name)
        if name not in there:
            known = found.setdefault(name, Requirement(str(one)))
            known.specifier &= one.specifier
            known.extras |= one.extras
            known.marker = None
        elif one.specifier and not one.specifier.contains(there[name], prereleases=True):
            raise UnfitError("not run", f"it needs {one}, and {there[name]} was chosen: require one version")
    return [*found.values()]


def _scripts(runtime: Runtime, places: Sequence[Path], folder: Path) -> Path:
    """Write ``python`` and the commands of packages as scripts of this machine's shell; give their folder."""
    scripts = folder / "bin"
    scripts.mkdir()
    for name in ("python", "python3", f"python{runtime.python}"):
        _write_script(scripts / name, runtime.command)
    found = metadata.distributions(path=[*map(str, places)])
    points = {point.name: point for one in found for point in _entry_points(one)}
    for name, point in points.items():
        if point.group != "console_scripts" or not _is_command(point):
            continue
        program = scripts / f".{name}.py"
        program.write_text(
            f"import sys\nfrom {point.module} import {point.attr.partition('.')[0]}\n"
            f"sys.argv[0] = {name!r}\nsys.exit({point.attr}())\n",
            encoding="utf-8",
        )
        _write_script(scripts / name, runtime.command, program)
    return scripts


def _entry_points(one: metadata.Distribution) -> Iterable[metadata.EntryPoint]:
    try:
        return one.entry_points
    except (ValueError, TypeError) as error:  # of a line without a value
        name = one_line(str(one.metadata["Name"]))
        raise UnfitError(
            "not run", f"entry points of {name} cannot be read: {one_line(str(error))}"
        ) from None


def _is_command(point: metadata.EntryPoint) -> bool:
    name = point.name
    is_file = name.isprintable() and "/" not in name and name not in {"", ".", ".."}
    return is_file and point.pattern.match(point.value) is not None


def _write_script(path: Path, *command: Path) -> None:
    path.write_text(f'#!/bin/sh\nexec {shlex.join(map(str, command))} "$@"\n', encoding="utf-8")
    path.chmod(0o755)
