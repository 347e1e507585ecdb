"""Sdists from a package index, found and fetched by pip."""

from __future__ import annotations

import hashlib
import json
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from packaging.utils import canonicalize_name

from pyz3._files import write_atomically
from pyz3.errors import Pyz3Error
from pyz3.guests import FIND_SDIST
from pyz3.sources.naming import ARCHIVE_SUFFIXES
from pyz3.sources.pip import offline_tip, python_with_pip, run_command, tail
from pyz3.store import is_whole, mark_used, seal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from packaging.requirements import Requirement

    from pyz3.store import Cache

_NEWEST = 5


def fetch_sdist(requirement: Requirement, *, cache: Cache, environ: Mapping[str, str]) -> Path:
    """Fetch the sdist that pip would choose; nothing of the project is run.

    The version is the newest that has an sdist and matches, whatever Python it requires: the choice
    depends on the index and on pip's configuration alone.  One that is pinned (``==1.2``) is asked for
    once; later it comes from the cache, without a network.

    Args:
        requirement: Name and specifier, or a direct reference to an sdist's address.
        cache: pyz3's; sdists are kept there.
        environ: Environment variables; ``PIP_*`` and pip's files of configuration are obeyed.

    Returns:
        The sdist, below the cache.

    Raises:
        ConfigError: There is neither pip nor uv.
        Pyz3Error: There is no such sdist, or it cannot be fetched.
    """
    folder = cache.sdists
    pin = _pin_file(requirement, folder, environ)
    known = _read_pin(pin) if pin else None
    if known is not None:
        mark_used(known.with_name(f"{known.name}.seal"))  # the file's own date is a sign of damage
        return known
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder, ignore_cleanup_errors=True) as scratch:
        answer = Path(scratch) / "answer.json"
        python = python_with_pip(environ)
        command = (*python, str(FIND_SDIST), str(requirement), str(folder), str(answer))
        status, text = run_command(command, cwd=Path(scratch), environ=environ)
        try:
            found: dict[str, Any] = json.loads(answer.read_bytes())
        except (OSError, ValueError):
            found = {"error": f"pip failed with status {status}"}
        if "unsupported" in found:
            path = _download(requirement, folder, Path(scratch), environ)
        elif "file" in found:
            path = Path(found["file"])
        else:
            raise _not_found(requirement, found, text)
    if not path.name.lower().endswith(ARCHIVE_SUFFIXES):
        raise Pyz3Error(f"{requirement}: {path.name} is no sdist")
    if pin:
        seal(path)
        write_atomically(pin, json.dumps(path.relative_to(folder).as_posix()).encode())
    return path


def _pin_file(requirement: Requirement, folder: Path, environ: Mapping[str, str]) -> Path | None:
    """Where the answer for a pinned version is kept: another index, another answer."""
    specifiers = list(requirement.specifier)
    if len(specifiers) != 1 or specifiers[0].operator not in {"==", "==="}:
        return None
    if specifiers[0].version.endswith(".*"):
        return None
    name = canonicalize_name(requirement.name)
    settings = sorted(f"{key}={value}" for key, value in environ.items() if key.startswith("PIP_"))
    key = hashlib.sha256("\0".join([name, specifiers[0].version, *settings]).encode()).hexdigest()[:32]
    return folder / "pins" / f"{key}.json"


def _read_pin(pin: Path) -> Path | None:
    try:
        path = pin.parent.parent / str(json.loads(pin.read_bytes()))
    except (OSError, ValueError):
        return None
    return path if is_whole(path) else None


def _download(requirement: Requirement, folder: Path, scratch: Path, environ: Mapping[str, str]) -> Path:
    """Use ``pip download``, which runs the project's metadata hook."""
    into = scratch / "download"
    command: tuple[str | Path, ...] = (
        *(*python_with_pip(environ), "-m", "pip", "download", "--no-deps", "--ignore-requires-python"),
        *("--no-binary", ":all:", "--dest", into, str(requirement)),
    )
    status, text = run_command(command, cwd=scratch, environ=environ)
    files = sorted(into.iterdir()) if into.is_dir() else []
    if status != 0 or len(files) != 1:
        raise _not_found(requirement, {"error": "pip download failed"}, text)
    content = files[0].read_bytes()
    path = folder / hashlib.sha256(content).hexdigest()[:32] / files[0].name
    write_atomically(path, content)
    return path


def _not_found(requirement: Requirement, found: dict[str, Any], output: str) -> Pyz3Error:
    said = tail(output)
    tip = offline_tip(output)
    sdists = found.get("sdists", [])
    if "error" in found:
        message = f"the sdist of {requirement} cannot be fetched: {found['error']}"
        tip = tip or offline_tip(found["error"])
    elif found.get("others"):
        message = f"{requirement} has no sdist: only wheels of version {found['others'][-1]} are on the index"
        tip = tip or "get its source otherwise, and name the folder"
        said = ""
    elif sdists:
        newest = ", ".join(reversed(sdists[-_NEWEST:]))
        message = f"no sdist matches {requirement}; the newest versions that have one: {newest}"
        tip = tip or "choose another version"
        said = ""
    elif tip:
        # What it has said is a line for each try.
        message = f"{requirement} cannot be fetched: pip reaches no package index"
        said = ""
    else:
        message = f"pip finds no sdist for {requirement}"
        tip = "check the name, and pip's index (pip config list)"
    return Pyz3Error(f"{message}\n{said}".rstrip(), tip=tip)
