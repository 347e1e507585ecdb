"""The name of the function that Python calls to import an extension module."""

from __future__ import annotations


def init_suffix(module: str) -> str:
    """Give what follows ``PyInit`` and ``PyModExport`` (PEP 489, PEP 793): ``_fast``, ``U_tda``.

    A package that is an extension module itself, ``pkg/__init__.so``, goes by the package's name.  A dash
    counts as ``_``, and a name beyond ASCII is written in punycode (CPython's ``Python/importdl.c``).

    Args:
        module: Dotted name, as the file is called: ``pkg._fast``, ``pkg.__init__``.
    """
    *parents, last = module.split(".")
    name = parents[-1] if last == "__init__" and parents else last
    coded = name if name.isascii() else name.encode("punycode").decode("ascii")
    return f"{'_' if name.isascii() else 'U_'}{coded.replace('-', '_')}"
