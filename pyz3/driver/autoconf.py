"""What scripts made by autoconf are told of a target, by variables that all of them read.  Pure.

``host_alias`` and ``build_alias`` are what ``--host`` and ``--build`` set: ``config.log`` has them among the
precious variables.  ``CONFIG_SITE`` names a file of answers (autoconf's manual, "Setting Site Defaults").
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyz3.driver.command import triple

if TYPE_CHECKING:
    from pathlib import Path

    from pyz3.driver.target import DriverTarget

# Apple's name of macOS 11, as platform.release() tells projects.
_DARWIN = "20"
# Names that config.sub has long known.
_BUILD_SYSTEMS = {"Darwin": "darwin", "Windows": "mingw32", "Linux": "linux-gnu"}
_BUILD_MACHINES = {"amd64": "x86_64", "arm64": "aarch64"}

# What configure finds out by running a program, and takes for broken if it cannot; true of all our systems.
_EVERYWHERE = {
    "ac_cv_func_malloc_0_nonnull": "yes",
    "ac_cv_func_calloc_0_nonnull": "yes",
    "ac_cv_func_realloc_0_nonnull": "yes",
    "ac_cv_func_memcmp_working": "yes",
    "ac_cv_func_strtod": "yes",
    "ac_cv_func_working_mktime": "yes",
    "ac_cv_func_stat_empty_string_bug": "no",
}
_POSIX = {
    "ac_cv_func_mmap_fixed_mapped": "yes",
    "ac_cv_func_fork_works": "yes",
    "ac_cv_func_vfork_works": "yes",
    "ac_cv_func_chown_works": "yes",
    "ac_cv_func_getpgrp_void": "yes",
    "ac_cv_func_setpgrp_void": "yes",
    "ac_cv_func_lstat_dereferences_slashed_symlink": "yes",
}


def configure_variables(target: DriverTarget, site: Path, *, system: str, machine: str) -> dict[str, str]:
    """Give the variables by which ``configure`` knows that it cross-compiles, and for what.

    Args:
        target: What is compiled for.
        site: The file with :func:`config_site`'s text.
        system: Of this machine, as ``platform.system()`` gives it.
        machine: Of this machine, as ``platform.machine()`` gives it.
    """
    host = triple(target)
    if target.system == "macos":
        host = f"{target.machine}-apple-darwin{_DARWIN}"
    machine = _BUILD_MACHINES.get(machine.lower(), machine.lower())
    # If both names are the same word, it would run what it compiles: the maker's name is never the host's.
    build = f"{machine}-pc-{_BUILD_SYSTEMS.get(system, system.lower())}"
    return {"CONFIG_SITE": str(site), "build_alias": build, "host_alias": host}


def config_site(target: DriverTarget) -> str:
    """Give the text of a file of answers that no compiler can find out; what a user has set counts more."""
    answers = {**_EVERYWHERE, **({} if target.system in {"windows", "wasm"} else _POSIX)}
    return "".join(f": ${{{name}={value}}}\n" for name, value in answers.items())
