"""What a cross-build needs of CPython's C API: headers, symbol lists, import libraries."""

from pyz3.capi.discovery import HeaderTree, best_headers, fetch_with_uv, find_headers, how_to_get
from pyz3.capi.import_library import definition, import_library
from pyz3.capi.symbols import SymbolList, python_symbols
from pyz3.capi.tree import prepare_include

__all__ = [
    "HeaderTree",
    "SymbolList",
    "best_headers",
    "definition",
    "fetch_with_uv",
    "find_headers",
    "how_to_get",
    "import_library",
    "prepare_include",
    "python_symbols",
]
