"""Asks a build backend what else it requires (PEP 517); run as a program in a build environment.

Imports the standard library of Python 3.9 alone.  Argument: a file of JSON that holds ``source``,
``known`` (folders of which it is known what is in them), ``backend``, ``backend_path``, ``config_settings``
and ``answer``, the file for the answer.
"""

import importlib
import importlib.util
import json
import os
import sys
import traceback
from typing import Any


def ask(request: Any) -> Any:
    """Give what ``get_requires_for_build_wheel`` gives; nothing if the backend has no such hook."""
    source = request["source"]
    sys.path[:0] = [os.path.join(source, folder) for folder in request["backend_path"]]  # noqa: PTH118
    module, _, attributes = request["backend"].partition(":")
    backend = importlib.import_module(module)
    for name in filter(None, attributes.split(".")):
        backend = getattr(backend, name)
    hook = getattr(backend, "get_requires_for_build_wheel", None)
    return [str(text) for text in hook(request["config_settings"])] if hook else []


def main(path: str) -> None:
    """Ask, and write the answer or the error."""
    with open(path, encoding="utf-8") as file:  # noqa: PTH123
        request = json.load(file)
    spec: Any = importlib.util.spec_from_file_location(
        "_pyz3_reads",
        os.path.join(os.path.dirname(os.path.abspath(__file__)), "reads.py"),  # noqa: PTH100, PTH118, PTH120
    )
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    variables = module.Variables()
    variables.watch()
    reads = module.Reads(request["source"], known=request["known"], variables=variables)
    reads.watch()
    answer: dict[str, Any] = {"requires": [], "error": ""}
    try:
        answer["requires"] = ask(request)
    except BaseException as error:  # noqa: BLE001 - a setup.py may raise anything, SystemExit too
        traceback.print_exc()
        answer["error"] = f"{type(error).__name__}: {error}"
    answer["reads"] = reads.told()
    with open(request["answer"], "w", encoding="utf-8") as file:  # noqa: PTH123
        json.dump(answer, file)


if __name__ == "__main__":
    main(sys.argv[1])
