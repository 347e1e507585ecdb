"""Imports the modules that are named, and says which cannot be; run as a program by any Python.

Arguments: names of modules.  What is being imported is printed first: a crash leaves no other trace.
"""

from __future__ import annotations

import importlib
import os
import sys
import traceback


def main(names: list[str]) -> int:
    """Import them; give the exit code."""
    failed = []
    for name in names:
        print("import", name, flush=True)  # noqa: T201 - it is a program
        try:
            importlib.import_module(name)
        except BaseException:  # noqa: BLE001 - a module may end Python, too
            traceback.print_exc(file=sys.stdout)
            failed.append(name)
    if failed:
        print("cannot be imported:", ", ".join(failed))  # noqa: T201 - as above
    return 1 if failed else 0


if __name__ == "__main__":
    # Importing may take what is installed alone, not what lies beside this file.
    here = os.path.dirname(os.path.abspath(__file__))  # noqa: PTH100, PTH120 - cheap
    sys.path[:] = [path for path in sys.path if os.path.abspath(path) != here]  # noqa: PTH100 - cheap
    sys.exit(main(sys.argv[1:]))
