"""``pylock.pyz3.toml``: a project's build requirements in exact versions, with hashes (PEP 751)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from importlib import metadata
from typing import TYPE_CHECKING, TypeAlias
from urllib.parse import unquote, urlsplit

import tomlkit
from packaging.markers import default_environment
from packaging.pylock import (
    PackageArchive,
    PackageSdist,
    PackageWheel,
    Pylock,
    PylockSelectError,
    PylockValidationError,
)
from packaging.requirements import Requirement
from packaging.utils import parse_wheel_filename

from pyz3._toml import TOMLDecodeError, load_toml
from pyz3.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from packaging.markers import Environment
    from packaging.pylock import Package
    from packaging.tags import Tag

    from pyz3.environments.interpreters import Interpreter

LOCK_FILE = "pylock.pyz3.toml"
"""Its name, beside ``pyproject.toml``: PEP 751 allows ``pylock.<name>.toml``."""

HASH_TIP = f"if a file has another hash, find out why; else pyz3 lock --upgrade writes {LOCK_FILE} anew"
"""What to do where what is locked cannot be had."""

_HEAD = """\
# Written by `pyz3 lock`: what builds the wheels of this project, with hashes (PEP 751).

"""
_File: TypeAlias = PackageWheel | PackageSdist | PackageArchive
_AGAIN = "pyz3 lock resolves the build requirements anew"


class LockError(ConfigError):
    """A lock file is missing, cannot be read, or lacks what a build requires."""


@dataclass(frozen=True, kw_only=True, order=True)
class LockedFile:
    """A file that a distribution may be installed from.

    Attributes:
        name: ``cython-3.1.0-py3-none-any.whl``.
        hashes: As pip has them: ``sha256:…``.
    """

    name: str
    hashes: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Pin:
    """A distribution of which one version is installed, from one of certain files.

    Attributes:
        name: Normalised.
        requirement: As pip has it: ``cython==3.1.0``, ``cython @ https://…``.
        hashes: Those of the files that it may be, as pip has them: ``sha256:…``.
        files: Those that are installed, as no sdist is: one of them.
    """

    name: str
    requirement: str
    hashes: tuple[str, ...]
    files: tuple[LockedFile, ...] = ()

    @property
    def line(self) -> str:
        """It as a line of a requirements file, for ``--require-hashes``."""
        return " ".join((self.requirement, *(f"--hash={one}" for one in self.hashes)))


@dataclass(frozen=True, kw_only=True)
class Lock:
    """A lock file.

    Attributes:
        path: Where it is, or will be.
        content: What it says.
    """

    path: Path
    content: Pylock

    def pins(self, interpreter: Interpreter) -> tuple[Pin, ...]:
        """Give what is installed for an interpreter, by name.

        Raises:
            LockError: The file is not for that Python, or has something without a hash.
        """
        try:
            # Which of a package's wheels fits is for the installer to say, who knows the interpreter.
            found = list(
                self.content.select(
                    environment=marker_environment(interpreter), tags=list(_all_tags(self.content))
                )
            )
        except PylockSelectError as error:
            raise LockError(
                f"{self.path.name} does not fit Python {interpreter.version}: {error}", tip=_AGAIN
            ) from None
        return tuple(sorted((self._pin(package) for package, _ in found), key=lambda pin: pin.name))

    def _pin(self, package: Package) -> Pin:
        files = [*(package.wheels or ()), *([package.sdist] if package.sdist else ())]
        requirement = f"{package.name}=={package.version}"
        if package.archive is not None and package.archive.url:
            files, requirement = [package.archive], f"{package.name} @ {package.archive.url}"
        hashes = sorted({one for file in files for one in _hashes(file)})
        if not hashes or (package.version is None and package.archive is None):
            raise LockError(
                f"{self.path.name}: {package.name} comes from a folder or a repository, which has no hash",
                tip="require it by its name and version: wheels of an index have hashes",
            )
        locked = (
            LockedFile(name=_name(file), hashes=_hashes(file))
            for file in files
            if not isinstance(file, PackageSdist)
        )
        return Pin(
            name=package.name, requirement=requirement, hashes=tuple(hashes), files=tuple(sorted(locked))
        )


def _hashes(file: _File) -> tuple[str, ...]:
    return tuple(sorted(f"{kind}:{value}" for kind, value in file.hashes.items()))


def _name(file: PackageWheel | PackageArchive) -> str:
    if isinstance(file, PackageWheel):
        return file.filename
    return unquote(urlsplit(file.url or "").path.rpartition("/")[2])


def read_lock(root: Path) -> Lock | None:
    """Give a project's lock file; None: it has none.

    Raises:
        LockError: It is there, and no lock file.
    """
    path = root / LOCK_FILE
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise LockError(f"{path} cannot be read: {error}") from None
    return parse_lock(text, path)


def parse_lock(text: str, path: Path) -> Lock:
    """Give what a lock file says.

    Args:
        text: TOML.
        path: Where it is from, for messages and for what it says of files beside it.

    Raises:
        LockError: It is none.
    """
    try:
        return Lock(path=path, content=Pylock.from_dict(load_toml(text)))
    except (TOMLDecodeError, PylockValidationError) as error:
        raise LockError(f"{path} is no lock file (PEP 751): {error}", tip=_AGAIN) from None


def written(lock: Lock) -> str:
    """Give the text of a lock file, a line per file of a package."""
    content = replace(lock.content, created_by="pyz3")
    document = tomlkit.document()
    for key, value in content.to_dict().items():
        if key != "packages":
            document.add(key, tomlkit.item(value))
    packages = tomlkit.aot()
    for package in content.to_dict()["packages"]:
        table = tomlkit.table()
        for key, value in package.items():
            table.add(key, _lines(value) if key == "wheels" else _inline(value))
        packages.append(table)
    if not packages:  # PEP 751 requires the key
        return f"{_HEAD}{tomlkit.dumps(document)}packages = []\n"
    document.add("packages", packages)
    return _HEAD + tomlkit.dumps(document)


def _lines(values: Iterable[Mapping[str, object]]) -> tomlkit.items.Array:
    array = tomlkit.array().multiline(multiline=True)
    for value in values:
        array.append(_inline(value))
    return array


def _inline(value: object) -> tomlkit.items.Item:
    if not isinstance(value, dict):
        return tomlkit.item(value)
    table = tomlkit.inline_table()
    for key, inner in value.items():
        table.add(key, _inline(inner))
    return table


def _all_tags(content: Pylock) -> Iterator[Tag]:
    for package in content.packages:
        for wheel in package.wheels or ():
            yield from parse_wheel_filename(wheel.filename)[3]


def marker_environment(interpreter: Interpreter) -> Environment:
    """Give what markers (PEP 508) are about, for an interpreter of this machine."""
    full = ".".join(map(str, interpreter.version_info[:3]))
    level, serial = interpreter.version_info[3:]
    if level != "final":
        full += f"{level[0] if level != 'candidate' else 'rc'}{serial}"
    around = default_environment()
    around["implementation_name"] = "cpython"
    around["platform_python_implementation"] = "CPython"
    around["implementation_version"] = around["python_full_version"] = full
    around["python_version"] = interpreter.version
    return around


def unmet(requires: Iterable[str], site_packages: Path, interpreter: Interpreter) -> tuple[str, ...]:
    """Give those of ``requires`` that what is installed does not meet, extras included.

    Args:
        requires: As PEP 508 has them; one whose marker does not hold is met.
        site_packages: Where it is installed.
        interpreter: Whose packages they are.
    """
    around = {key: str(value) for key, value in marker_environment(interpreter).items()}
    return tuple(text for text in requires if not _is_met(Requirement(text), site_packages, around, ()))


def _is_met(
    requirement: Requirement, site_packages: Path, around: Mapping[str, str], above: tuple[str, ...]
) -> bool:
    if requirement.marker is not None and not requirement.marker.evaluate({"extra": "", **around}):
        return True
    installed = metadata.distributions(name=requirement.name, path=[str(site_packages)])
    found = next(iter(installed), None)
    if found is None or not requirement.specifier.contains(found.version, prereleases=True):
        return False
    # Of an extra that was required since, nothing may be locked; extras may name extras of their own.
    inner = [Requirement(text) for text in (found.requires or ()) if requirement.extras]
    return str(requirement) in above or all(
        _is_met(one, site_packages, {**around, "extra": extra}, (*above, str(requirement)))
        for extra in requirement.extras
        for one in inner
    )
