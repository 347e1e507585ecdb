"""Which interpreters there are on this machine."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyz3.environments import installed_interpreters
from pyz3.runtimes.provisioned import provisioned_runtimes, runtimes_dir
from pyz3.runtimes.runtime import HOST, Runtime
from pyz3.targets import Platform, PythonVersion

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pyz3.capi import Host
    from pyz3.store import Cache


def find_runtimes(
    *, environ: Mapping[str, str], cache: Cache, host: Host | None = None
) -> tuple[tuple[Runtime, ...], tuple[str, ...]]:
    """Give every interpreter that is at hand, this machine's own first, and names that stand for none.

    Args:
        environ: Environment variables.
        cache: pyz3's: it remembers what this machine's interpreters say of themselves.
        host: This machine unless given.
    """
    here = Platform.current()
    own = tuple(
        Runtime(
            name=f"{HOST}-{python}",
            platform=_platform(one.platform, here),
            python=python,
            command=one.executable,
        )
        for one in installed_interpreters(environ=environ, cache=cache, host=host)
        for python in [PythonVersion(*one.version_info[:2], one.free_threaded)]
    )
    others, strangers = provisioned_runtimes(runtimes_dir(environ))
    return own + others, strangers


def _platform(said: str, here: Platform) -> Platform:
    """Give the platform of an interpreter that says ``win32``: a machine may run those of another, too."""
    kin = (one for one in Platform if one.family == here.family and one.host_platform("") == said)
    return here if here.host_platform("") == said else next(kin, here)
