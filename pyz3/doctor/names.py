"""What names say: of a file its module and Python; of a system and a Python which symbols they have."""

from __future__ import annotations

import importlib.util
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from pyz3.audit import init_names, system_symbols, version_key
from pyz3.capi import best_headers, find_headers, limited_api, python_symbols

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from pyz3.audit import Facts
    from pyz3.doctor.tags import Promise
    from pyz3.targets import Platform

_TAGGED = re.compile(
    r"(?P<stem>.+)\.(?:cpython-(?P<posix>3\d+t?)-[\w-]+|cp(?P<windows>3\d+t?)-\w+|(?P<stable>abi3t?))\.(?:so|pyd)"
)


@dataclass(frozen=True, kw_only=True)
class FileName:
    """What the name of a file says: module, Python, stable ABI; empty where it says nothing."""

    module: str = ""
    python: str = ""
    stable: str = ""


def read_name(file: str, facts: tuple[Facts, ...]) -> FileName:
    """Give what a file's name says; of a plain ``.so`` only what it exports tells whether it is a module."""
    name = file.removesuffix("_d.pyd") + ".pyd" if file.endswith("_d.pyd") else file
    if match := _TAGGED.fullmatch(name):
        module = match["stem"].replace("/", ".")
        return FileName(
            module=module, python=match["posix"] or match["windows"] or "", stable=match["stable"] or ""
        )
    stem, _, suffix = file.rpartition(".")
    module = stem.replace("/", ".")
    exported = {name for one in facts for name in one.exported}
    if suffix == "pyd" or (suffix == "so" and exported.intersection(init_names(module))):
        return FileName(module=module)
    return FileName()


def own_floor(facts: tuple[Facts, ...]) -> str:
    """Give the floor that a file itself states: nothing promises an older one."""
    return max((one.floor for one in facts), key=version_key, default="")


def python_names(promise: Promise, environ: Mapping[str, str]) -> Collection[str]:
    """Give the C API of the Python it is for; without its headers every name of the kind counts."""
    python = promise.target.python
    system = promise.target.platform.traits.exports
    if promise.stable_abi:
        return limited_api(promise.stable_abi, system=system).names
    tree = best_headers(find_headers(environ=environ)).get(python.base)
    if tree is None:
        return AnyPythonName()
    return python_symbols(tree.include, version=python, system=system).names


class AnyPythonName(frozenset[str]):
    """Stands for the C API of a Python whose headers are not here."""

    __slots__ = ()

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and name.startswith(("Py", "_Py"))


def system_names(platform: Platform) -> Collection[str] | None:
    """Give the C library's names; of glibc, too, since other linkers leave versions out of some of them."""
    if platform.traits.floor_of != "glibc":
        return system_symbols(platform, _zig_lib())
    return _glibc_names()


@cache
def _glibc_names() -> frozenset[str]:
    """Read zig's own list: the names stand in it as text."""
    data = (_zig_lib() / "libc" / "glibc" / "abilists").read_bytes()
    return frozenset(name.decode() for name in re.findall(rb"[A-Za-z_]\w+", data))


def _zig_lib() -> Path:
    spec = importlib.util.find_spec("ziglang")
    return Path(spec.origin).parent / "lib" if spec and spec.origin else Path()
