"""Whose cache it is: what lies there is run as this user.

As Git refuses another user's repository, and ssh a key that others may write to.
"""

from __future__ import annotations

import contextlib
import os
import stat
import sys
import tempfile
from typing import TYPE_CHECKING

from pyz3.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

VARIABLE = "PYZ3_TRUST_CACHE"


def check_owner(cache: Path, environ: Mapping[str, str]) -> None:
    """Refuse a cache that another user could have filled; the user's own is closed to its group.

    On Windows a user's folders are the user's own: nothing is looked at.

    Args:
        cache: The folder; it exists.
        environ: ``PYZ3_TRUST_CACHE=1`` says that those who own it or may write to it are trusted.

    Raises:
        ConfigError: The folder, or something in it, belongs to somebody else than this user and root, or
            others may write to it.
        OSError: It cannot be read.
    """
    if sys.platform == "win32" or environ.get(VARIABLE, "0") not in {"", "0"}:
        return
    user = os.geteuid()
    for path in (cache, *cache.iterdir()):
        try:
            owner = path.stat(follow_symlinks=path == cache).st_uid
        except FileNotFoundError:  # another process was done with it
            continue
        if owner not in {user, 0} and not _is_owner_of_all(cache, owner):
            raise ConfigError(
                f"the cache {path} belongs to {_user_name(owner)}, and what lies there is run",
                tip=f"choose another with PYZ3_CACHE_DIR, or chown -R it; {VARIABLE}=1 if you trust them",
            )
    _check_mode(cache, user)


def _check_mode(cache: Path, user: int) -> None:
    found = cache.stat()
    by_group, by_others = found.st_mode & stat.S_IWGRP, found.st_mode & stat.S_IWOTH
    if by_group and not by_others and found.st_uid == user:
        # What a umask of 002 gives: no error, most of these groups have one member.
        with contextlib.suppress(OSError):
            cache.chmod(0o700)
    elif by_others or (by_group and found.st_gid):  # the group of root: containers with any user (OpenShift)
        new = _made_in(cache)
        if new is None or not new.st_mode & stat.S_IWOTH:
            raise ConfigError(
                f"others may write to the cache {cache}, and what lies there is run",
                tip=f"chmod go-w {cache}, after a look into it; {VARIABLE}=1 if you trust them",
            )


def _is_owner_of_all(cache: Path, owner: int) -> bool:
    new = _made_in(cache)
    return new is not None and new.st_uid == owner


def _made_in(cache: Path) -> os.stat_result | None:
    """Give what is said of a file that this process makes there; None: it may not.

    Some file systems have one owner for all, or one mode (FAT, SMB, NFS that maps root to nobody).
    """
    try:
        with tempfile.TemporaryFile(dir=cache) as file:
            return os.fstat(file.fileno())
    except OSError:
        return None


if sys.platform != "win32":
    import pwd

    def _user_name(number: int) -> str:
        try:
            return pwd.getpwuid(number).pw_name
        except KeyError:
            return f"user {number}"
