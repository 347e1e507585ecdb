"""Extensions that are not to be built at all: turned off by a variable, or of no use to this Python."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import msgspec

from pyz3.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pyz3.config import Extension, Project

# What people write to turn a switch on; everything else leaves it off.
_TRUTHY = frozenset({"1", "true", "yes", "on"})


def is_set(value: str | None) -> bool:
    """Whether an environment variable turns a switch on: ``1``, ``true``, ``yes`` or ``on`` in any case."""
    return (value or "").strip().lower() in _TRUTHY


def switched(project: Project, *, environ: Mapping[str, str], implementation: str) -> Project:
    """Give the project with the extensions marked that are not to be built.

    Args:
        project: As its frontend read it.
        environ: Environment variables: those that the extensions name as ``disable-env`` count.
        implementation: The Python that runs pyz3: ``CPython``, ``PyPy``.

    Raises:
        ConfigError: This is not CPython, whose modules no other Python loads, and the project does
            not say that it works without.
    """
    extensions = tuple(_switched(e, environ) for e in project.extensions)
    if implementation != "CPython":
        needed = [e.name for e in extensions if not e.off and not e.optional]
        # The wheel's tag would name CPython, whatever is in it.
        needed += [library.name for library in project.libraries if not library.static]
        if project.tool.build_zig:
            needed.append("what build.zig makes")
        if needed and not project.tool.fallback:
            raise ConfigError(
                f"{implementation} cannot use what is built for CPython: {', '.join(needed)}",
                tip="use CPython, or say that the package works without: optional = true in the "
                "extension's table, or [tool.pyz3] fallback = true",
            )
        extensions = tuple(
            off(e, f"{implementation} cannot use what is built for CPython") for e in extensions
        )
        tool = msgspec.structs.replace(project.tool, build_zig=False)
        project = replace(project, tool=tool, libraries=())
    return replace(project, extensions=extensions)


def off(extension: Extension, why: str) -> Extension:
    """Mark an extension as not to be built; the first reason stays."""
    return extension if extension.off else replace(extension, off=why)


def switched_off(project: Project, why: str, *, required: bool) -> Project:
    """Give the project with all extensions marked as not to be built.

    Args:
        project: As it is.
        why: What is in the way, as a clause.
        required: They are to be built all the same.

    Raises:
        ConfigError: They are required.
    """
    if required:
        raise ConfigError(why, tip="leave --require-extensions out to have a wheel without extensions")
    return replace(project, extensions=tuple(off(extension, why) for extension in project.extensions))


def _switched(extension: Extension, environ: Mapping[str, str]) -> Extension:
    variable = extension.disable_env
    return off(extension, f"{variable} is set") if variable and is_set(environ.get(variable)) else extension
