"""Programs for other Pythons: the standard library of Python 3.9 alone, and nothing of pyz3.

They are started as processes, by the paths here, and speak JSON.
"""

from pathlib import Path

_HERE = Path(__file__).parent

HOOK = _HERE / "hook"
"""Makes the wheels of a request in a build environment (``python -I HOOK REQUEST``)."""
ASK = _HERE / "ask.py"
"""Asks a backend for its requirements."""
READS = _HERE / "reads.py"
"""Notices what a backend reads of a project; the others load it."""
FIND_SDIST = _HERE / "find_sdist.py"
"""Has pip choose an sdist, in pip's own Python."""
IMPORT = _HERE / "import_modules.py"
"""Imports modules, and says which cannot be."""

__all__ = ("ASK", "FIND_SDIST", "HOOK", "IMPORT", "READS")
