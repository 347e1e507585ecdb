"""Flags that point into the build environment, made to point into the target's own wheels."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import lru_cache
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

from packaging.utils import canonicalize_name

from pyz3.environments.fused import fuse_headers
from pyz3.environments.target_wheels import target_wheel
from pyz3.errors import Pyz3Error

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from pyz3.environments.venvs import Environment
    from pyz3.store import Cache
    from pyz3.targets import Platform, PythonVersion

# Longest first: -I is no prefix of -isystem, but "" is one of everything.
_PREFIXES = ("-idirafter", "-isystem", "-iquote", "-I", "-L", "/I", "")

# numpy's wheels for Windows are Visual C++'s, whose long double is a double.  On ARM it is one anyway.
_LONG_DOUBLE = "-mlong-double-64"


@dataclass(frozen=True, kw_only=True)
class Dependency:
    """An installed distribution.

    Attributes:
        name: Normalised.
        version: Its version.
        platforms: The platform tags of its wheel: ``any`` if it is the same everywhere, headers included.
    """

    name: str
    version: str
    platforms: tuple[str, ...]

    def serves(self, platform: Platform) -> bool:
        """Whether its headers, as installed here, are those of ``platform``."""
        begin, end = platform.traits.tags[0], f"_{platform.spec.arch}"
        return any(
            tag in {"any", platform.spec.wheel} or (tag.startswith(begin) and tag.endswith(end))
            for tag in self.platforms
        )


@dataclass(frozen=True, kw_only=True)
class MappedFlags:
    """Flags for a target.

    Attributes:
        flags: The same flags in the same order, those of this machine's dependencies exchanged.
        extra: Flags that a dependency needs on the target besides.
        dependencies: Name and version of what was exchanged.
    """

    flags: tuple[str, ...]
    extra: tuple[str, ...]
    dependencies: tuple[tuple[str, str], ...]


@dataclass(frozen=True, kw_only=True)
class HeaderFolder:
    """A package whose headers are others on the target.

    Attributes:
        here: Its folder in the build environment.
        there: The target's.
        flags: What whoever includes them is compiled with besides.
        trouble: Why the target has none, and what to do; empty if it has.
    """

    here: Path
    there: Path
    flags: tuple[str, ...]
    trouble: str = ""


def map_include_dirs(
    flags: Sequence[str],
    *,
    environment: Environment,
    platform: Platform,
    python: PythonVersion,
    cache: Cache,
    environ: Mapping[str, str],
) -> MappedFlags:
    """Exchange folders of the build environment for those of the target's wheels.

    What belongs to a distribution that is the same everywhere (pybind11, nanobind) stays.

    Args:
        flags: ``-I``, ``-isystem``, ``-L`` …, joined or not, and files.
        environment: Where the flags were made.
        platform: The target's.
        python: The target's.
        cache: pyz3's cache.
        environ: Environment variables, for pip.

    Raises:
        Pyz3Error: A dependency has no wheel for the target.
    """

    def fetch(dependency: Dependency) -> Path:
        return _fetch(dependency, environment, platform, python, cache=cache, environ=environ)

    return exchange(
        flags,
        platform=platform,
        site_packages=environment.site_packages,
        owner=lambda package: find_owner(environment.site_packages, package),
        fetch=fetch,
        extra=_extra_flags(platform),
    )


def header_folders(
    *,
    environment: Environment,
    platform: Platform,
    python: PythonVersion,
    cache: Cache,
    environ: Mapping[str, str],
) -> tuple[HeaderFolder, ...]:
    """Give where the headers of build dependencies are for a target, for commands that nobody writes down.

    Args:
        environment: Where the dependencies are installed.
        platform: The target's.
        python: The target's.
        cache: pyz3's cache.
        environ: Environment variables, for pip.

    Returns:
        What is not the same on the target, by each path that it has here.  That a dependency cannot be had
        is told of, not raised: it matters to who uses it alone.
    """
    found = []
    for package, dependency in owners_of_headers(environment.site_packages):
        wheel, trouble = environment.site_packages, ""
        extra = _extra_flags(platform).get(dependency.name, ())
        if not dependency.serves(platform):
            try:
                wheel = _fetch(dependency, environment, platform, python, cache=cache, environ=environ)
            except Pyz3Error as error:
                trouble = f"{error.message}; {error.tip}" if error.tip else error.message
        if wheel != environment.site_packages or extra or trouble:
            found += [
                HeaderFolder(here=folder / package, there=wheel / package, flags=extra, trouble=trouble)
                for folder in _spellings(environment.site_packages)
            ]
    return tuple(found)


def _spellings(site_packages: Path) -> tuple[Path, ...]:
    """Give the paths that lead to ``site_packages``: CMake follows links, and lib64 may be one to lib."""
    others = (path for path in (_lib64(site_packages), site_packages.resolve()) if path.is_dir())
    return tuple(dict.fromkeys((site_packages, *others)))


@lru_cache(maxsize=16)
def owners_of_headers(site_packages: Path) -> tuple[tuple[str, Dependency], ...]:
    """Give the packages with binaries and a folder ``include`` (numpy's ``_core/include``), and owners."""
    packages = sorted(
        {folder.relative_to(site_packages).parts[0] for folder in _include_folders(site_packages)}
    )
    owned = ((package, find_owner(site_packages, package)) for package in packages)
    return tuple((package, owner) for package, owner in owned if owner and "any" not in owner.platforms)


def _include_folders(site_packages: Path) -> Iterator[Path]:
    for depth in ("*/include", "*/*/include"):
        yield from site_packages.glob(depth)


def _fetch(
    dependency: Dependency,
    environment: Environment,
    platform: Platform,
    python: PythonVersion,
    *,
    cache: Cache,
    environ: Mapping[str, str],
) -> Path:
    """Give the folder of the target's own wheel of a dependency."""
    folders = {
        part.spec.arch: target_wheel(
            dependency.name,
            dependency.version,
            platform=part,
            python=python,
            built_with=environment.version,
            cache=cache,
            environ=environ,
            hashes=environment.hashes_of(dependency.name),
        )
        for part in platform.slices
    }
    first = next(iter(folders.values()))
    return first if len(folders) == 1 else fuse_headers(folders, first.parent)


def _extra_flags(platform: Platform) -> dict[str, tuple[str, ...]]:
    """Give the flags that a dependency's headers need on a target, by the dependency's name."""
    needs_long_double = platform.family == "windows" and platform.spec.arch != "arm64"
    return {"numpy": (_LONG_DOUBLE,)} if needs_long_double else {}


def exchange(
    flags: Sequence[str],
    *,
    platform: Platform,
    site_packages: Path,
    owner: Callable[[str], Dependency | None],
    fetch: Callable[[Dependency], Path],
    extra: Mapping[str, tuple[str, ...]],
) -> MappedFlags:
    """Do what :func:`map_include_dirs` does, with answers from outside.

    Args:
        flags: As above.
        platform: As above.
        site_packages: The environment's.
        owner: Gives the distribution that a top-level name in ``site_packages`` belongs to.
        fetch: Gives the folder of the target's wheel.
        extra: Flags by name of the distribution.
    """
    mapped: list[str] = []
    found: dict[tuple[str, str], None] = {}
    more: dict[str, None] = {}
    for flag in flags:
        prefix, inside = _split(flag, site_packages)
        dependency = owner(inside.parts[0]) if inside is not None and inside.parts else None
        if inside is None or dependency is None:
            mapped.append(flag)
            continue
        more.update(dict.fromkeys(extra.get(dependency.name, ())))
        if dependency.serves(platform):
            mapped.append(flag)
            continue
        mapped.append(f"{prefix}{fetch(dependency) / inside}")
        found[dependency.name, dependency.version] = None
    return MappedFlags(flags=tuple(mapped), extra=tuple(more), dependencies=tuple(found))


@lru_cache(maxsize=256)
def find_owner(site_packages: Path, package: str) -> Dependency | None:
    """Give the distribution that installed ``package`` (a name within ``site_packages``).

    Returns:
        ``None`` if none did, or one without ``WHEEL`` (it was not installed from a wheel).
    """
    start = f"{package}/"
    for distribution in metadata.distributions(path=[str(site_packages)]):
        record = (distribution.read_text("RECORD") or "").replace("\\", "/")
        if not (record.startswith(start) or f"\n{start}" in record):
            continue
        wheel = distribution.read_text("WHEEL")
        if wheel is None:
            return None
        tags = [line.rpartition("-")[2].strip() for line in wheel.splitlines() if line.startswith("Tag:")]
        return Dependency(
            name=canonicalize_name(distribution.metadata["Name"]),
            version=distribution.version,
            platforms=tuple(platform for tag in tags for platform in tag.split(".")),
        )
    return None


def _split(flag: str, site_packages: Path) -> tuple[str, Path | None]:
    """Split a flag into its option and the path within ``site_packages``."""
    for prefix in _PREFIXES:
        path = flag[len(prefix) :]
        if flag.startswith(prefix) and os.path.isabs(path):  # noqa: PTH117 - a string at hand
            # lib64 is a link to lib in some environments.
            for folder in (site_packages, _lib64(site_packages)):
                if Path(os.path.normpath(path)).is_relative_to(folder):
                    return prefix, Path(os.path.normpath(path)).relative_to(folder)
    return "", None


def _lib64(site_packages: Path) -> Path:
    library = site_packages.parent.parent
    return library.with_name("lib64") / site_packages.relative_to(library)
