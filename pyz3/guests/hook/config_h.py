"""What ``parse_config_h`` makes of pyz3's ``pyconfig.h``, for all targets: a compiler must read it."""

# ruff: noqa: PTH118 - as the os module has it

from __future__ import annotations

import functools
import io
import os
import re
import subprocess
import sys
import sysconfig
from typing import TYPE_CHECKING, Any

from .configuration import config_sizes

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from .protocol import TargetRequest

# A macro may stand for another one, and that for a third.
_DEPTH = 5


def install(target: TargetRequest) -> None:
    """Let sysconfig and distutils answer for the target whoever has them read its ``pyconfig.h``.

    Args:
        target: Of the request.
    """
    sysconfigs: list[Any] = [sysconfig, sys.modules.get("distutils.sysconfig")]
    for module in sysconfigs:
        if module is not None:
            module.parse_config_h = _parses(module.parse_config_h, target)


def _parses(own: Callable[..., dict[str, Any]], target: TargetRequest) -> Callable[..., dict[str, Any]]:
    header = os.path.join(target["include"], "pyconfig.h")

    @functools.wraps(own)
    def parse_config_h(file: Any, *args: Any, **options: Any) -> dict[str, Any]:
        if getattr(file, "name", None) != header:
            return own(file, *args, **options)
        names = set(re.findall(r"(?m)^ *# *define +(\w+)", file.read()))
        command = [target["commands"].get("CC", "cc"), "-E", "-dM", header]
        text = subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout.decode()
        macros = dict(re.findall(r"(?m)^#define (\w+) (.+)$", text))
        values = {name: _value(name, macros) for name in sorted(names.intersection(macros))}
        values.update((name, str(size)) for name, size in config_sizes(target["view"]["sizes"]).items())
        lines = [f"#define {name} {value}\n" for name, value in values.items()]
        return own(io.StringIO("".join(lines)), *args, **options)

    return parse_config_h


def _value(name: str, macros: Mapping[str, str]) -> str:
    for _ in range(_DEPTH):
        name = macros.get(name, name).strip()
    return name
