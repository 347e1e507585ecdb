"""The promise of a fallback wheel, proved: the package imports without its extension modules."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from pyz3.errors import AuditFailedError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pyz3.archive import WheelEntry

# Importing takes a moment; a package that waits for something at import waits for ever.
_TIMEOUT_SECONDS = 120

# Runs in a Python of its own.  What is imported comes from the copy, whatever else is installed here
# under its name; the extension modules are absent, whatever lies on this machine.
_PROBE = """
import importlib, importlib.machinery, json, pathlib, sys, traceback
folder, packages, extensions = json.loads(sys.argv[1])
class Copy:
    @staticmethod
    def find_spec(name, path=None, target=None):
        if name in extensions:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
        if path is None:
            spec = importlib.machinery.PathFinder.find_spec(name, [folder])
            return spec if spec is not None and spec.loader is not None else None
sys.meta_path.insert(0, Copy)
sys.path.insert(0, folder)
result = {}
for name in packages:
    try:
        importlib.import_module(name)
    except BaseException as error:
        line = traceback.format_exception_only(type(error), error)[-1].strip()
        missing = error.name if isinstance(error, ModuleNotFoundError) else None
        result = {"module": name, "line": line, "missing": missing}
        break
pathlib.Path(folder, "result.json").write_text(json.dumps(result), encoding="utf-8")
"""


def check_fallback(
    files: Sequence[WheelEntry], *, packages: Sequence[str], extensions: Sequence[str]
) -> AuditFailedError | None:
    """Import packages as the fallback wheel holds them, in a Python of their own (``python -I``).

    Args:
        files: The wheel's files.
        packages: Import names of what the wheel holds.
        extensions: Dotted names of the extension modules, which the packages must do without.

    Returns:
        What is wrong with the promise; None if it holds.
    """
    with tempfile.TemporaryDirectory(prefix="pyz3-") as scratch:
        # A folder that no package is called like: the result lies beside the packages.
        folder = Path(scratch, "fallback")
        folder.mkdir()
        for entry in files:
            path = folder / entry.arcname
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("wb") as file:
                file.writelines(entry.chunks())
        arguments = json.dumps([str(folder), list(packages), list(extensions)])
        try:
            done = subprocess.run(
                [sys.executable, "-I", "-B", "-c", _PROBE, arguments],
                check=False,
                cwd=folder,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                timeout=_TIMEOUT_SECONDS,
            )
        except subprocess.TimeoutExpired:
            return _broken(", ".join(packages), f"the import did not end within {_TIMEOUT_SECONDS} s")
        try:
            result = json.loads((folder / "result.json").read_text(encoding="utf-8"))
        except FileNotFoundError:
            return _broken(", ".join(packages), f"Python ended with exit code {done.returncode}")
    return _judge(result, packages=packages, extensions=extensions)


def _judge(
    result: dict[str, str], *, packages: Sequence[str], extensions: Sequence[str]
) -> AuditFailedError | None:
    if not result:
        return None
    missing = result["missing"] or ""
    own = {name.partition(".")[0] for name in (*packages, *extensions)}
    if missing and missing not in extensions and missing.partition(".")[0] not in own:
        tip = f"the check runs here: install what the project depends on beside pyz3 ({missing})"
        return _broken(result["module"], result["line"], tip=tip)
    return _broken(result["module"], result["line"])


def _broken(module: str, line: str, *, tip: str = "") -> AuditFailedError:
    return AuditFailedError(
        f"fallback: {module} cannot be imported without its extension modules: {line}",
        tip=tip
        or "catch ImportError where the extension is imported; docs/optional-extensions.md shows the lines",
    )
