"""WebAssembly modules → facts."""

from __future__ import annotations

from pyz3.audit.facts import Facts, Symbol
from pyz3.capi.emscripten import parse_wasm


def read_wasm(data: bytes) -> tuple[Facts, ...]:
    """Read a WebAssembly module.

    What it exports itself is none of its needs: position-independent code imports its own symbols too.

    Raises:
        ValueError: It is damaged.
    """
    module = parse_wasm(data)
    exported = tuple(dict.fromkeys(export.name for export in module.exports))
    own = frozenset(exported)
    undefined = dict.fromkeys(one.name for one in module.imports if one.name not in own)
    return (
        Facts(
            format="wasm",
            machine="wasm32",
            loadable=module.shared,
            needed=module.needed,
            exported=exported,
            undefined=tuple(Symbol(name=name) for name in undefined),
        ),
    )
