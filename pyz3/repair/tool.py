"""repairwheel, which runs auditwheel's, delocate's and delvewheel's own code on any machine."""

from __future__ import annotations

import importlib.util
import re
import subprocess
import sys
from typing import TYPE_CHECKING

from pyz3._processes import Processes, temporary_in
from pyz3.errors import AuditFailedError, ConfigError, one_line

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

# A wheel of a gigabyte takes a minute; what takes longer goes on for ever.
_TIMEOUT_SECONDS = 900
# What auditwheel would be told by: the wheel's own name decides.
_NOT_OURS = ("AUDITWHEEL_", "DYLD_", "LD_", "DELVEWHEEL")
# The last line of a traceback: the class, with its modules, and what it says.
_RAISED = re.compile(r"^(?:[\w.]*\.)?\w*(?:Error|Exception|Interrupt)\w*: (?P<why>.+)$", re.MULTILINE)
# Where delocate unpacks a wheel.
_UNPACKED = re.compile(r"(?<=')[^']*[/\\]wheel[/\\]")
_ADVICE = (
    (
        "too large to relocate",
        "link module and library with -Wl,-headerpad_max_install_names: it leaves room for new names",
    ),
    ("could not be located", "name the folder that has it: --library-dir DIR; its own libraries count, too"),
    ("Could not find all dependencies", "name the folders that have them: --library-dir DIR"),
    (
        "Unable to find library",
        "name its folder: --library-dir DIR; or leave it out: --exclude NAME",
    ),
)


def require_tool() -> None:
    """Refuse to go on without repairwheel.

    Raises:
        ConfigError: It is not installed.
    """
    if importlib.util.find_spec("repairwheel") is None:
        old = sys.version_info < (3, 11)
        raise ConfigError(
            "repairwheel is missing, which puts libraries into wheels",
            tip="it needs Python 3.11: run pyz3 with that" if old else "python -m pip install repairwheel",
        )


def run_tool(
    wheel: Path,
    folder: Path,
    *,
    library_dirs: Sequence[Path],
    exclude: Sequence[str],
    environ: Mapping[str, str],
) -> Path:
    """Repair one wheel; libraries of this machine are not looked for.

    Args:
        wheel: The wheel, which can be unpacked within bounds.
        folder: An empty one, for the new wheel.
        library_dirs: Where libraries are.
        exclude: Names or globs of those that stay outside.
        environ: Environment variables; ``SOURCE_DATE_EPOCH`` dates the files.

    Raises:
        AuditFailedError: It cannot be done: the tool's own words.
        OSError: A file cannot be read or written.
    """
    # One that is needed by nothing else of pyz3's, and changes modules of others while it works.
    command = [sys.executable, "-m", "repairwheel", str(wheel), "-o", str(folder), "--no-sys-paths"]
    for one in library_dirs:
        command += ["-l", str(one)]
    for name in exclude:
        command += ["-e", name]
    variables = {name: value for name, value in environ.items() if not name.startswith(_NOT_OURS)}
    variables["PYTHONSAFEPATH"] = "1"  # no module is taken from the folder that it works in
    # Where it unpacks wheels: killed, it leaves them.
    temporary = folder / "tmp"
    temporary.mkdir()
    variables |= temporary_in(temporary)
    try:
        code, output = Processes.of_this_thread().run(
            command, env=variables, cwd=folder, timeout=_TIMEOUT_SECONDS
        )
    except subprocess.TimeoutExpired:
        raise AuditFailedError(f"{wheel.name}: repairwheel did not end within {_TIMEOUT_SECONDS} s") from None
    made = list(folder.glob("*.whl"))
    if code != 0 or len(made) != 1:
        why, tip = explain(output)
        raise AuditFailedError(f"{wheel.name}: {why}", tip=tip)
    return made[0]


def explain(output: str) -> tuple[str, str | None]:
    """Give why the tool gave up, from what it printed, in one line; and what helps, if that is known."""
    # delvewheel's own process raises first, and what started it says no more than that.
    raised = [found for found in _RAISED.findall(output) if "returned non-zero exit status" not in found]
    lines = [line for line in output.splitlines() if line.strip()]
    why = raised[-1] if raised else (lines[-1] if lines else "repairwheel ended without a word")
    tip = next((tip for words, tip in _ADVICE if words in output), None)
    return one_line(_UNPACKED.sub("", why.strip())), tip
