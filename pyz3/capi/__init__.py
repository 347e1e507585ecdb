"""What a cross-build needs of CPython's C API: headers, symbol lists, import libraries."""

from pyz3.capi.discovery import (
    HeaderTree,
    Host,
    best_headers,
    fetch_with_uv,
    find_headers,
    find_installations,
    find_uv,
    how_to_get,
)
from pyz3.capi.entry import init_suffix
from pyz3.capi.header_tree import headers_fingerprint, prepare_include
from pyz3.capi.import_library import definition, dll_name, import_library
from pyz3.capi.stable_abi import added_in, limited_api, limited_api_macros, stable_abi_tag
from pyz3.capi.symbols import SymbolList, python_symbols

__all__ = (
    "HeaderTree",
    "Host",
    "SymbolList",
    "added_in",
    "best_headers",
    "definition",
    "dll_name",
    "fetch_with_uv",
    "find_headers",
    "find_installations",
    "find_uv",
    "headers_fingerprint",
    "how_to_get",
    "import_library",
    "init_suffix",
    "limited_api",
    "limited_api_macros",
    "prepare_include",
    "python_symbols",
    "stable_abi_tag",
)
