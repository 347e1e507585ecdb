"""Write pyz3/capi/emscripten/exports.txt from unpacked npm packages ``pyodide``.

Usage: python scripts/pyodide_exports.py FOLDER...

Each FOLDER holds pyodide.asm.wasm and package.json of one release.  The releases must be those that
pyz3/capi/emscripten/abis.toml names.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from pyz3.capi.emscripten import emscripten_abis
from pyz3.capi.emscripten.exports import main_module_names, render_exports

OUTPUT = Path(__file__).resolve().parents[1] / "pyz3" / "capi" / "emscripten" / "exports.txt"


def main(folders: list[str]) -> None:
    """Read the releases and write the list."""
    found: dict[str, frozenset[str]] = {}
    for folder in map(Path, folders):
        version = json.loads((folder / "package.json").read_text(encoding="utf-8"))["version"]
        (javascript,) = folder.glob("pyodide.asm.*js")
        found[version] = main_module_names(
            (folder / "pyodide.asm.wasm").read_bytes(), javascript.read_text(encoding="utf-8")
        )
    expected = [abi.pyodide for abi in emscripten_abis().values()]
    if sorted(found) != sorted(expected):
        sys.exit(f"these releases are needed: {', '.join(expected)}; found: {', '.join(found)}")
    text = render_exports({version: found[version] for version in expected})
    OUTPUT.write_text(text, encoding="utf-8", newline="\n")
    print(f"{OUTPUT.name}: {len(text.splitlines())} lines, {len(text)} bytes")


if __name__ == "__main__":
    main(sys.argv[1:])
