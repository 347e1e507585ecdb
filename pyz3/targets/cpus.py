"""The processors that can be built for on purpose: ``cpus.toml``."""

from __future__ import annotations

import difflib
import re
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

from pyz3._records import convert
from pyz3._toml import load_toml
from pyz3.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Mapping


def has_cpu(zig_target: str, cpu: str) -> bool:
    """Whether ``cpu`` (``x86_64_v3``, ``generic+crc``) is a processor of the machine in ``zig_target``."""
    return _model(cpu) in _table().get(zig_target.partition("-")[0], ())


def check_cpu(cpu: str, *, where: str) -> None:
    """Check that some machine has ``cpu``.

    Args:
        cpu: Zig's name of a processor; features may follow: ``generic+crc-neon``.
        where: The key it stands at, for messages.

    Raises:
        ConfigError: None has.
    """
    names = {name for models in _table().values() for name in models}
    if _model(cpu) in names:
        return
    if _model(cpu) == "native":
        raise ConfigError(
            f"{where}: 'native' would be the processor of the machine that builds",
            tip='name the oldest one that the wheel is for: cpu = "x86_64_v3"',
        )
    near = difflib.get_close_matches(cpu.replace("-", "_"), sorted(names), n=1)
    raise ConfigError(
        f"{where}: {cpu!r} is no processor that zig knows",
        tip=f"did you mean {near[0]!r}?" if near else "zig targets lists them",
    )


def _model(cpu: str) -> str:
    match = re.fullmatch(r"(\w+?)(?:[+-]\w+)*", cpu, re.ASCII)
    return match[1] if match else ""


@cache
def _table() -> Mapping[str, tuple[str, ...]]:
    text = resources.files("pyz3.targets").joinpath("cpus.toml").read_text(encoding="utf-8")
    return convert(load_toml(text), dict[str, tuple[str, ...]])
