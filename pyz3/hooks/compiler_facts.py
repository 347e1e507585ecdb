"""What a target's compiler says of its C, for who would run a program to learn it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pyz3.errors import BuildFailedError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from pyz3._processes import Processes

_MACRO = re.compile(r"#define (\w+) (.*)")
# By the bits of the mantissa; the names are those of numpy's meson.build.
_LONG_DOUBLES = {
    "53": "IEEE_DOUBLE_{order}",
    "64": "INTEL_EXTENDED_{size}_BYTES_{order}",
    "106": "IBM_DOUBLE_DOUBLE_{order}",
    "113": "IEEE_QUAD_{order}",
}


def predefined_macros(
    compiler: Path, folder: Path, *, environ: Mapping[str, str], processes: Processes
) -> dict[str, str]:
    """Give the macros that a C compiler defines itself, and their texts.

    Args:
        compiler: It takes gcc's flags.
        folder: Where it is run, and gets an empty file to read.
        environ: Environment variables.
        processes: Ends what runs.

    Raises:
        BuildFailedError: It says nothing.
        OSError: The folder cannot be written, or there is no compiler.
    """
    empty = folder / "empty.c"
    empty.write_bytes(b"")
    status, said = processes.run((str(compiler), "-dM", "-E", str(empty)), env=environ, cwd=folder)
    if status != 0:
        raise BuildFailedError(f"{compiler} does not say what it defines: {said.strip()}")
    matches = map(_MACRO.fullmatch, said.splitlines())
    return {match[1]: match[2] for match in matches if match is not None}


def long_double_format(macros: Mapping[str, str]) -> str:
    """Give what numpy's ``longdouble_format`` is: how a ``long double`` lies in memory.

    Args:
        macros: Those of the compiler (GCC's manual, "Common Predefined Macros").
    """
    order = "BE" if macros["__BYTE_ORDER__"] == "__ORDER_BIG_ENDIAN__" else "LE"
    text = _LONG_DOUBLES[macros["__LDBL_MANT_DIG__"]]
    return text.format(order=order, size=macros["__SIZEOF_LONG_DOUBLE__"])
