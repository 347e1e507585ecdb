"""What the modules of a wheel show in an interpreter: constants, signatures, warnings, errors."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from compat.trials import for_each_module, scratch_folder, unpack

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from runtimes import Runtime

_SCRIPT = Path(__file__).with_name("_observe.py")


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """What one module shows.

    Attributes:
        error: Why it cannot be imported; all else is empty then.
        warnings: What importing it says.
        constants: Name → value; of an instance of a class of its own the kind alone.
        functions: Name → signature and docstring.
        types: Name → qualified name and members.
    """

    error: str = ""
    warnings: tuple[str, ...] = ()
    constants: dict[str, str] = {}
    functions: dict[str, tuple[str, str]] = {}
    types: dict[str, tuple[str, dict[str, str]]] = {}


def observe(
    runtime: Runtime, wheel: Path, modules: Iterable[str], *, work: Path, dependencies: Path | None = None
) -> dict[str, Shown]:
    """Import modules of a wheel, and tell what each shows.

    Args:
        runtime: The interpreter.
        wheel: The wheel.
        modules: Their names.
        work: Where it is unpacked.
        dependencies: A folder with what it needs.
    """
    with scratch_folder(work) as name:
        folder = work / name
        site = folder / "site"
        site.mkdir()
        unpack(wheel, dependencies, site)
        results, failures = for_each_module(runtime, _SCRIPT, modules, site=site, folder=folder)
    shown = {name: msgspec.convert(result, Shown) for name, result in results.items()}
    return shown | {name: Shown(error=error) for name, error in failures.items()}


def differences(ours: Mapping[str, Shown], theirs: Mapping[str, Shown]) -> tuple[str, ...]:
    """Tell what differs, as sentences: the module, what of it, ours and theirs."""
    found = [f"{name}: not tried" for name in sorted(theirs.keys() - ours.keys())]
    for name in sorted(ours.keys() & theirs.keys()):
        mine, other = ours[name], theirs[name]
        if mine.error or other.error:
            if mine.error != other.error:
                found.append(f"{name}: {_said(mine.error)}, theirs {_said(other.error)}")
            continue
        found += [f"{name}: warning missing: {text}" for text in other.warnings if text not in mine.warnings]
        found += [f"{name}: warning extra: {text}" for text in mine.warnings if text not in other.warnings]
        for one, another in (
            (mine.constants, other.constants),
            (mine.functions, other.functions),
            (mine.types, other.types),
        ):
            found += [f"{name}.{key}: missing" for key in sorted(another.keys() - one.keys())]
            found += [f"{name}.{key}: extra" for key in sorted(one.keys() - another.keys())]
            found += [
                f"{name}.{key}: {_short(one[key])}, theirs {_short(another[key])}"
                for key in sorted(one.keys() & another.keys())
                if one[key] != another[key]
            ]
    return tuple(found)


def _said(error: str) -> str:
    return error or "imported"


def _short(value: object, width: int = 160) -> str:
    text = value if isinstance(value, str) else repr(value)
    return text if len(text) <= width else f"{text[:width]}…"
