"""Windows' import libraries of Python's DLLs, for whoever links a module."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyz3.capi import import_library, limited_api, python_symbols
from pyz3.targets import SUPPORTED

if TYPE_CHECKING:
    from pathlib import Path

    from pyz3.engine.toolchain import Toolchain
    from pyz3.targets import Target


def windows_library(toolchain: Toolchain, include: Path, target: Target, *, stable_abi: str = "") -> Path:
    """Give the import library that a module for ``target`` is linked with.

    Args:
        toolchain: Zig, and the cache that it is made in.
        include: The prepared headers of the target's Python.
        target: Some Windows.
        stable_abi: The version of the stable ABI (``3.10``): then it is ``python3.dll``'s.
    """
    python = target.python
    symbols = (
        # With the newest names, so that the audit can say from when on a forbidden one is there.
        limited_api(SUPPORTED[-1].base, system="windows")
        if stable_abi
        else python_symbols(include, version=python, system="windows")
    )
    return import_library(
        symbols,
        version=python,
        arch=target.platform.spec.arch,  # type: ignore[arg-type]  # Windows' rows of the table
        cache=toolchain.cache,
        zig=(str(toolchain.zig),),
        stable_abi=stable_abi,
    )
