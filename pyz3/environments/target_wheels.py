"""Build dependencies of the target: their headers come from the target's own wheel, not from the host's.

numpy's ``_numpyconfig.h`` holds the sizes of C types, for instance: the host's would be silently wrong.
"""

from __future__ import annotations

import hashlib
import re
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from filelock import FileLock
from packaging.utils import canonicalize_name

from pyz3.environments.locks import HASH_TIP
from pyz3.errors import Pyz3Error
from pyz3.sources import offline_tip, python_with_pip, remove_tree, run_command, tail, unpack_wheel
from pyz3.store import Remembered, is_whole, mark_used, seal
from pyz3.targets import LEGACY_MANYLINUX, Platform, PythonVersion

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pyz3.store import Cache

# glibc 2.5 is manylinux1's (PEP 513); the upper end leaves room.  pip takes each tag that is named, no older
# ones with it, except for macOS.
_GLIBC_MINORS = range(5, 60)
_MUSL_MINORS = range(10)
_MACOS = "30_0"

# Modules, and the libraries that repair tools put beside them: most of a wheel, and of no use to a compiler.
_FOR_PYTHON = re.compile(
    r".+\.(pyi?|pyc|pyd|abi3\.so|cpython-3.+\.so)|[^/]+\.libs/.+|(.+/)?(\.dylibs|tests)/.+"
)


# So pip says that a file has none of the hashes that were asked for.
_OTHER_HASH = "DO NOT MATCH THE HASHES"


class _Found(msgspec.Struct, frozen=True, kw_only=True):
    """What was found for a dependency and a target: a folder's name, empty if there is nothing."""

    folder: str


def target_wheel(
    name: str,
    version: str,
    *,
    platform: Platform,
    python: PythonVersion,
    built_with: str,
    cache: Cache,
    environ: Mapping[str, str],
    hashes: tuple[str, ...] = (),
) -> Path:
    """Give the unpacked wheel of a build dependency as the target would install it.

    If there is none for this Python, the one for ``built_with`` serves; if there is none for this
    platform, that of one whose C types have the same sizes (only headers are taken from it).

    Args:
        name: Of the distribution: ``numpy``.
        version: Exactly this one: the host's, whose code generators the project uses.
        platform: The target's; a fused one (universal2) must be asked for slice by slice.
        python: The target's.
        built_with: The version of the build environment's Python, for which there is such a version.
        cache: pyz3's.
        environ: Environment variables; pip's settings are obeyed.
        hashes: Those that its file may have (``sha256:…``), of a lock file; empty: any.

    Raises:
        ConfigError: There is neither pip nor uv.
        Pyz3Error: There is no such wheel, or it cannot be fetched.
    """
    name = canonicalize_name(name)
    folder = cache.target_wheels(name, version)
    locked = f"-{hashlib.sha256(' '.join(hashes).encode()).hexdigest()[:16]}" if hashes else ""
    memory = Remembered(folder / f"{platform}-{python}-{built_with}{locked}.json", _Found)
    found = _remembered(memory)
    if found is not None:
        mark_used(folder)
        return folder / found.folder
    folder.mkdir(parents=True, exist_ok=True)
    with FileLock(folder / "lock"):
        found = _remembered(memory)
        if found is None:
            wanted = " ".join((f"{name}=={version}", *(f"--hash={one}" for one in hashes)))
            attempts = _attempts(platform, python, built_with)
            found = _fetch(name, version, attempts, folder, environ, wanted=wanted)
            memory.remember(found)
    return folder / found.folder


def pip_platforms(platform: Platform, python: PythonVersion) -> tuple[str, ...]:
    """Give the platform tags (PEP 425, 600, 656, 783) that a system of ``platform`` may install."""
    arch = platform.spec.arch
    match platform.family:
        case "linux":
            return (
                *(f"manylinux_2_{minor}_{arch}" for minor in _GLIBC_MINORS),
                *(f"{x}_{arch}" for x in LEGACY_MANYLINUX.values()),
            )
        case "musllinux":
            return tuple(f"musllinux_1_{minor}_{arch}" for minor in _MUSL_MINORS)
        case "macos":
            return (f"macosx_{_MACOS}_{arch}",)
        case _:
            return (platform.wheel_platform_for(platform.floor(python)),)


def _attempts(
    platform: Platform, python: PythonVersion, built_with: str
) -> Iterator[tuple[Platform, PythonVersion]]:
    other = PythonVersion.parse(built_with)
    for candidate in (platform, *platform.alike):
        for version in dict.fromkeys((python, PythonVersion.parse(python.base), other)):
            yield candidate, version


def _fetch(
    name: str,
    version: str,
    attempts: Iterator[tuple[Platform, PythonVersion]],
    folder: Path,
    environ: Mapping[str, str],
    *,
    wanted: str,
) -> _Found:
    tried, said = [], ""
    for platform, python in attempts:
        with tempfile.TemporaryDirectory(dir=folder, ignore_cleanup_errors=True) as scratch:
            into = Path(scratch) / "wheels"
            file = Path(scratch) / "requirements.txt"  # a command has no way to say hashes
            file.write_text(wanted, encoding="utf-8")
            command = _command(file, platform, python, into, environ)
            status, text = run_command(command, cwd=Path(scratch), environ=environ)
            wheels = sorted(into.glob("*.whl"))
            if status == 0 and len(wheels) == 1:
                return _Found(folder=_unpack(wheels[0], folder))
            said = tail(text, 8)
        if _OTHER_HASH in text:
            raise Pyz3Error(
                f"the wheel of {name} {version} for {platform} has another hash than the locked ones; pip "
                f"says:\n{said}",
                tip=HASH_TIP,
            )
        tip = offline_tip(said)
        if tip is not None:
            raise Pyz3Error(
                f"the wheel of {name} {version} for {platform} cannot be fetched:\n{said}", tip=tip
            )
        tried.append(f"{python.abi}-{platform}")
    raise Pyz3Error(
        f"{name} {version} has no wheel for the target (tried {', '.join(tried)}): the headers cannot be the "
        f"host's, which differ; pip says:\n{said}",
        tip=f"require a version of {name} that has one, or leave the platform out",
    )


def _command(
    requirements: Path, platform: Platform, python: PythonVersion, into: Path, environ: Mapping[str, str]
) -> tuple[str, ...]:
    tags = (word for tag in pip_platforms(platform, python) for word in ("--platform", tag))
    return (
        *(
            *python_with_pip(environ),
            "-m",
            "pip",
            "download",
            "--quiet",
            "--no-deps",
            "--only-binary",
            ":all:",
        ),
        *("--dest", str(into), "--implementation", "cp", "--python-version", python.base),
        *("--abi", python.abi, "--abi", "abi3", "--abi", "none", *tags, "-r", str(requirements)),
    )


def _unpack(wheel: Path, folder: Path) -> str:
    """Unpack what a compiler or linker may read; give the folder's name."""
    digest = hashlib.sha256(wheel.read_bytes()).hexdigest()[:8]
    # Compressed tags may be longer than a file system likes.
    name = f"{'-'.join(wheel.stem.split('-')[2:])[:60]}-{digest}"
    if not is_whole(folder / name):
        remove_tree(folder / name)
        unpack_wheel(wheel, folder / name, leave_out=_FOR_PYTHON)
        seal(folder / name)
    return name


def _remembered(memory: Remembered[_Found]) -> _Found | None:
    found = memory.recall()
    return found if found is not None and is_whole(memory.path.parent / found.folder) else None
