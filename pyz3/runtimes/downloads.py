"""Fetching what interpreters are made of: by the registries' own clients, and proved before it is used."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from packaging.requirements import Requirement

from pyz3._files import file_digest
from pyz3._processes import Processes
from pyz3.errors import Pyz3Error
from pyz3.sources import fetch_sdist, tail

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from pyz3.runtimes.origins import Origin
    from pyz3.store import Cache

# What npm says of a network that is not there (nodejs.org/api/errors.html, "Common system errors").
_OFFLINE = (
    "ENOTFOUND",
    "EAI_AGAIN",
    "ECONNREFUSED",
    "ECONNRESET",
    "ETIMEDOUT",
    "ENETUNREACH",
    "EHOSTUNREACH",
)


def fetch_file(origin: Origin, *, cache: Cache, environ: Mapping[str, str], scratch: Path) -> Path:
    """Fetch the file of a version.

    Args:
        origin: Of PyPI or npm.
        cache: pyz3's; sdists are kept there.
        environ: The user's environment variables; settings of pip and npm are obeyed.
        scratch: A folder for this run.

    Raises:
        Pyz3Error: It cannot be fetched, or is another file than the one that is known to work.
    """
    if origin.registry == "npm":
        path = _of_npm(origin, environ, scratch)
        whose = "npm config get registry"
    else:
        requirement = Requirement(f"{origin.package}=={origin.version}")
        path = fetch_sdist(requirement, cache=cache, environ=environ)
        whose = "pip config list"
    check_digest(path, origin, whose)
    return path


def check_digest(path: Path, origin: Origin, whose: str) -> None:
    """Make sure that a file is the one that is known to work; it is deleted if not.

    Args:
        path: The file.
        origin: What it should be.
        whose: The command that says which registry it came from.

    Raises:
        Pyz3Error: It is another.
    """
    found = file_digest(path)
    if found == origin.sha256:
        return
    path.unlink()  # that the next time it is fetched anew
    raise Pyz3Error(
        f"{path.name} is not the file that pyz3 knows: its SHA-256 is {found}, and should be "
        f"{origin.sha256}; nothing of it was used",
        tip=f"try again; if it stays so, look at which registry it comes from: {whose}",
    )


def _of_npm(origin: Origin, environ: Mapping[str, str], scratch: Path) -> Path:
    """Have npm fetch a package's tarball; it runs nothing of the package, and fetches no others."""
    into = scratch / "npm"
    into.mkdir()
    wanted = f"{origin.package}@{origin.version}"
    npm = shutil.which("npm", path=environ.get("PATH")) or "npm"
    # By itself it tries for more than a minute where there is no network.
    env = {
        "npm_config_fetch_retry_mintimeout": "1000",
        "npm_config_fetch_retry_maxtimeout": "5000",
        **environ,
    }
    command = (npm, "pack", "--ignore-scripts", "--pack-destination", str(into), wanted)
    status, text = Processes.of_this_thread().run(command, env=env, cwd=into)
    files = sorted(into.glob("*.tgz"))
    if status == 0 and len(files) == 1:
        return files[0]
    offline = any(code in text for code in _OFFLINE)
    tip = (
        "check the network, a proxy, and the registry's address: npm config get registry" if offline else None
    )
    cause = "npm reaches no registry" if offline else f"npm pack failed with exit code {status}\n{tail(text)}"
    raise Pyz3Error(f"{wanted} cannot be fetched: {cause}".rstrip(), tip=tip)
