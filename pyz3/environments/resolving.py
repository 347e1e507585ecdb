"""Requirements → exact versions with hashes, by uv: one answer for every Python and every machine."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from pyz3.capi import find_uv
from pyz3.environments.locks import LOCK_FILE, Lock, parse_lock
from pyz3.environments.venvs import no_index, settings_for_uv
from pyz3.errors import ConfigError, Pyz3Error
from pyz3.sources import offline_tip, run_command, tail

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pyz3.store import Cache

_TIP = "only wheels can be locked: to build one, more would be installed that nobody has locked"


def resolve(
    requires: Sequence[str],
    *,
    oldest: str,
    root: Path,
    cache: Cache,
    environ: Mapping[str, str],
    before: str = "",
) -> Lock:
    """Resolve requirements for a Python, and all later ones; where versions must differ, markers say so.

    Args:
        requires: Requirements (PEP 508).
        oldest: The Python: ``3.9``.
        root: The project, whose lock file it is to be.
        cache: pyz3's.
        environ: The user's environment variables; settings of pip and uv in it are obeyed.
        before: Text of the lock file as it is: its versions are kept where they still fit.

    Raises:
        ConfigError: There is no uv.
        Pyz3Error: There is no answer; the message holds what uv says.
    """
    uv = find_uv(environ)
    if uv is None:
        raise ConfigError(
            "uv is neither on PATH nor installed as a package: it is what resolves requirements for "
            "several Pythons at once",
            tip="pip install uv; to build with a lock file, pip is enough",
        )
    with cache.scratch() as scratch:
        folder = Path(scratch)
        file = folder / LOCK_FILE
        if before:
            file.write_text(before, encoding="utf-8")
        wanted = folder / "requirements.in"
        wanted.write_text("".join(f"{text}\n" for text in requires), encoding="utf-8")
        command = (
            *(*uv, "pip", "compile", str(wanted), "--output-file", str(file), "--quiet"),
            *("--format", "pylock.toml"),
            *("--no-header", "--python", sys.executable, "--python-version", oldest, "--universal"),
            *("--only-binary", ":all:", *no_index(environ)),
        )
        status, text = run_command(command, cwd=folder, environ=settings_for_uv(environ))
        if status != 0:
            said = tail(text).replace(f"{folder}{os.sep}", "")
            raise Pyz3Error(
                f"the build requirements cannot be resolved; uv says:\n{said}", tip=offline_tip(text) or _TIP
            )
        return parse_lock(file.read_text(encoding="utf-8"), root / LOCK_FILE)
