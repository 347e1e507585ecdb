"""A new project that builds for every platform and passes its tests as generated."""

from __future__ import annotations

import keyword
import re
import sys
from dataclasses import dataclass
from importlib.resources import files
from typing import TYPE_CHECKING, Literal, TypeAlias, get_args

from packaging.utils import InvalidName, canonicalize_name

from pyz3.capi import stable_abi_tag
from pyz3.errors import ConfigError
from pyz3.targets import SUPPORTED, PythonVersion

if TYPE_CHECKING:
    from pathlib import Path

Language: TypeAlias = Literal["c", "c++", "zig", "mixed"]
LANGUAGES: tuple[Language, ...] = get_args(Language)

# The module's sources: file in the package → template.
_SOURCES: dict[Language, dict[str, str]] = {
    "c": {"_core.c": "core.c"},
    "c++": {"_core.cpp": "core.cpp"},
    "zig": {"_core.zig": "core.zig"},
    "mixed": {"_core.c": "core.c", "fnv.zig": "fnv.zig"},
}
# The oldest Python that is not at its end of life when this was written (PEP 619).
_OLDEST_PYTHON = "3.10"


@dataclass(frozen=True, kw_only=True)
class Wishes:
    """What a project is to be like.

    Attributes:
        name: Of the distribution: ``fast-hash``.
        language: Of the extension module; ``mixed`` is C and Zig in one module.
        fallback: It works without the extension module, too.
        abi3: Oldest Python of the stable ABI (``3.10``); empty: a wheel per Python.
    """

    name: str
    language: Language = "c"
    fallback: bool = False
    abi3: str = ""

    @property
    def package(self) -> str:
        """The import name: ``fast_hash``."""
        return canonicalize_name(self.name).replace("-", "_")

    @property
    def disable_env(self) -> str:
        """The variable that turns the extension off: ``FAST_HASH_DISABLE_EXT``."""
        return f"{self.package.upper()}_DISABLE_EXT"

    def check(self) -> None:
        """Check the name and the stable ABI.

        Raises:
            ConfigError: No project can be called so, or no Python has that stable ABI.
        """
        try:
            canonicalize_name(self.name, validate=True)
        except InvalidName:
            raise ConfigError(
                f"{self.name!r} is no name for a project: letters, digits, '-', '_' and '.' (PEP 508)",
                tip="give it one: pyz3 init --name NAME",
            ) from None
        if not self.package.isidentifier() or keyword.iskeyword(self.package):
            raise ConfigError(
                f"{self.name!r}: {self.package!r} could not be imported",
                tip="give it a name that begins with a letter: pyz3 init --name NAME",
            )
        if self.package in sys.stdlib_module_names:
            raise ConfigError(
                f"{self.name!r}: the standard library has a module of that name",
                tip="give it another: pyz3 init --name NAME",
            )
        if self.abi3:
            self._check_abi3()

    def _check_abi3(self) -> None:
        if self.abi3 in {str(python) for python in SUPPORTED}:
            try:
                stable_abi_tag(self.abi3)
            except ValueError:
                pass
            else:
                return
        raise ConfigError(
            f"--abi3: {self.abi3!r} is no Python that has a stable ABI",
            tip="name the oldest one that the wheel is for: --abi3 3.10",
        )


@dataclass(frozen=True, kw_only=True)
class Draft:
    """What is to be written.

    Attributes:
        files: Path below the project → text of a new file.
        before: The ``pyproject.toml`` there is; empty: none.
        after: What it will be.
    """

    files: dict[str, str]
    before: str = ""
    after: str = ""


def new_project(wishes: Wishes) -> Draft:
    """Give the files of a new project.

    Raises:
        ConfigError: The name or the stable ABI cannot be.
    """
    wishes.check()
    folder = f"src/{wishes.package}"
    texts = {
        "README.md": render("readme.md", wishes),
        ".gitignore": render("gitignore", wishes),
        f"tests/test_{wishes.package}.py": render("test.py", wishes),
        **starter_files(wishes, folder),
        **source_files(wishes, folder),
    }
    return Draft(files={"pyproject.toml": _pyproject(wishes, folder), **texts})


def starter_files(wishes: Wishes, folder: str) -> dict[str, str]:
    """Give the Python files of the package in ``folder``."""
    found = {f"{folder}/__init__.py": render("init.py", wishes), f"{folder}/py.typed": ""}
    if wishes.fallback:
        found[f"{folder}/_pure.py"] = render("pure.py", wishes)
    return found


def source_files(wishes: Wishes, folder: str) -> dict[str, str]:
    """Give the sources of the extension module in ``folder``, with its stub."""
    names = {**_SOURCES[wishes.language], "_core.pyi": "core.pyi"}
    return {f"{folder}/{name}": render(template, wishes) for name, template in names.items()}


def tool_tables(wishes: Wishes, modules: dict[str, tuple[str, ...]]) -> str:
    """Give the ``[tool.pyz3]`` tables as TOML.

    Args:
        wishes: What the project is to be like.
        modules: Dotted name of an extension module → its sources.
    """
    lines = []
    if wishes.abi3 or wishes.fallback:
        lines.append("[tool.pyz3]")
        if wishes.abi3:
            lines.append(f'abi3 = "{wishes.abi3}"')
        if wishes.fallback:
            lines.append("fallback = true")
        lines.append("")
    for name, sources in modules.items():
        quoted = ", ".join(f'"{source}"' for source in sources)
        lines += ["[[tool.pyz3.extensions]]", f'name = "{name}"', f"sources = [{quoted}]"]
        if wishes.fallback:
            lines += ["optional = true", f'disable-env = "{wishes.disable_env}"', "build-info = true"]
        lines.append("")
    return "\n".join(lines)


def refuse_overwriting(root: Path, draft: Draft) -> None:
    """Refuse to write what is there already.

    Raises:
        ConfigError: Files are in the way; the message lists them.
    """
    there = [name for name in sorted(draft.files) if (root / name).exists() or (root / name).is_symlink()]
    # A file where a folder must be is in the way, too.
    folders = {parent for name in draft.files for parent in (root / name).parents if root in parent.parents}
    there += sorted(p.relative_to(root).as_posix() for p in folders if p.exists() and not p.is_dir())
    if there:
        raise ConfigError(
            f"{root}: in the way, and left as they are: {', '.join(there)}",
            tip="choose an empty folder: pyz3 init DIR",
        )


def render(template: str, wishes: Wishes) -> str:
    """Fill in a template: ``@name@`` and its like, and lines between ``@if fallback@`` and ``@end@``."""
    text = (files(__package__) / "templates" / f"{template}.in").read_text(encoding="utf-8")
    conditions = {"fallback": wishes.fallback, "mixed": wishes.language == "mixed"}
    lines: list[str] = []
    wanted = True
    for line in text.splitlines(keepends=True):
        condition = re.fullmatch(r"@if (not )?(\w+)@\n", line)
        if condition:
            wanted = conditions[condition[2]] != bool(condition[1])
        elif line == "@end@\n":
            wanted = True
        elif wanted:
            lines.append(line)
    values = {"name": wishes.name, "module": wishes.package, "MODULE": wishes.package.upper()}
    return re.sub(r"@(name|module|MODULE)@", lambda match: values[match[1]], "".join(lines))


def _pyproject(wishes: Wishes, folder: str) -> str:
    oldest = PythonVersion.parse(max(wishes.abi3 or _OLDEST_PYTHON, _OLDEST_PYTHON, key=PythonVersion.parse))
    module = tuple(f"{folder}/{name}" for name in _SOURCES[wishes.language])
    head = f"""\
[build-system]
requires = ["pyz3"]
build-backend = "pyz3.backend"

[project]
name = "{wishes.name}"
version = "0.1.0"
description = "Describe what {wishes.name} is for"
readme = "README.md"
requires-python = ">={oldest.base}"

"""
    return head + tool_tables(wishes, {f"{wishes.package}._core": module})
