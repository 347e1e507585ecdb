"""``python -I pyz3/guests/hook REQUEST.json``: make the wheels of a request, or ask for its requirements.

The files are ``pyz3.hooks.protocol``'s.  Nothing of this folder stays importable for the project.
"""

from __future__ import annotations

import importlib
import importlib.util
import sys
from pathlib import Path

PACKAGE = "_pyz3_inside"


def load() -> None:
    """Import the folder as a package of a name that no project uses."""
    folder = Path(__file__).resolve().parent
    sys.path[:] = [entry for entry in sys.path if not entry or Path(entry).resolve() != folder]
    spec = importlib.util.spec_from_file_location(
        PACKAGE, folder / "__init__.py", submodule_search_locations=[str(folder)]
    )
    if spec is None or spec.loader is None:
        raise ImportError(f"{folder} cannot be imported")
    module = importlib.util.module_from_spec(spec)
    sys.modules[PACKAGE] = module
    spec.loader.exec_module(module)


# A worker of multiprocessing that the project started runs this file again, under another name.
if __name__ == "__main__":
    load()
    importlib.import_module(f"{PACKAGE}.process").main(sys.argv[1:])
