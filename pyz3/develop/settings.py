"""Settings of a build that come from a front end: ``-C key=value`` (PEP 517's ``config_settings``)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pyz3._patterns import split_words
from pyz3._schema import suggest
from pyz3.config import OPTIMIZE_MODES
from pyz3.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Mapping

# Setting → the variable that says the same; the setting wins.
_VARIABLES = {"platform": "PYZ3_PLATFORM", "python": "PYZ3_PYTHON", "optimize": "PYZ3_OPTIMIZE"}


@dataclass(frozen=True, kw_only=True)
class HookSettings:
    """What one wheel is to be; None is the default.

    Attributes:
        platform: A platform's name; None is this machine's.
        python: A version; None is the Python that runs this.
        optimize: Zig's build mode; None is the project's.
        sources: What messages call ``platforms`` and ``pythons``, by where they were said.
    """

    platform: str | None
    python: str | None
    optimize: str | None
    sources: Mapping[str, str]


def read_settings(config_settings: Mapping[str, object] | None, environ: Mapping[str, str]) -> HookSettings:
    """Read what a front end passes.

    Args:
        config_settings: Strings; front ends pass a list for a key that is given twice, and True or
            an empty string for one without a value.
        environ: Environment variables.

    Raises:
        ConfigError: A key is unknown, or a value is none or several.
    """
    for key in config_settings or {}:
        if key not in _VARIABLES:
            raise ConfigError(
                f"-C {key}: there is no such setting",
                tip=suggest(key, list(_VARIABLES)) or f"the settings are {', '.join(_VARIABLES)}",
            )
    found: dict[str, str | None] = {}
    names: dict[str, str] = {}
    for key, variable in _VARIABLES.items():
        if key in (config_settings or {}):
            names[key] = f"-C {key}"
            found[key] = _one((config_settings or {})[key], source=names[key])
        else:
            names[key] = variable
            words = split_words(environ.get(variable, ""))
            found[key] = _one(list(words), source=variable) if words else None
    mode = found["optimize"]
    if mode is not None and mode not in OPTIMIZE_MODES:
        raise ConfigError(
            f"{names['optimize']}: {mode!r} is not one of {', '.join(OPTIMIZE_MODES)}",
            tip=suggest(mode, list(OPTIMIZE_MODES)),
        )
    sources = {"platforms": names["platform"], "pythons": names["python"]}
    return HookSettings(platform=found["platform"], python=found["python"], optimize=mode, sources=sources)


def _one(value: object, *, source: str) -> str:
    values = value if isinstance(value, list) else [value]
    if len(values) != 1:
        raise ConfigError(
            f"{source}: {', '.join(map(str, values))} are several; one wheel is built at a time here",
            tip="pyz3 wheel builds several at once",
        )
    if not isinstance(values[0], str) or not values[0]:
        raise ConfigError(f"{source}: a value is missing", tip=f"write {source}=…")
    return values[0]
