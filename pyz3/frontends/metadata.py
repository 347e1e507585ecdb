"""What a setuptools project says of itself in files that need not be run.

In this order: ``PKG-INFO`` of an sdist, which is complete; ``[project]`` (PEP 621); ``setup.cfg``;
the literal arguments of ``setup()`` in ``setup.py``.
"""

from __future__ import annotations

import ast
import configparser
import re
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

from packaging.metadata import parse_email

from pyz3.config import read_pyproject

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path


@dataclass(frozen=True, kw_only=True)
class DeclaredMetadata:
    """What is known of a distribution; what is not is empty.

    Attributes:
        name: As the project spells it.
        version: As the project spells it.
        requires_python: A version specifier (PEP 440), not yet looked at.
        classifiers: Trove classifiers.
        origin: Where ``requires_python`` stands: ``setup.cfg: options.python_requires``.
    """

    name: str = ""
    version: str = ""
    requires_python: str = ""
    classifiers: tuple[str, ...] = ()
    origin: str = ""

    def or_else(self, other: DeclaredMetadata) -> DeclaredMetadata:
        """Give this, with what is not known taken from ``other``."""
        return DeclaredMetadata(
            **{f.name: getattr(self, f.name) or getattr(other, f.name) for f in fields(self)}
        )


def classified(classifiers: Iterable[object]) -> tuple[str, ...]:
    """Give the Pythons that trove classifiers name: ``Programming Language :: Python :: 3.13``."""
    found = [
        re.fullmatch(r"Programming Language :: Python :: (3\.[0-9]+)", str(line)) for line in classifiers
    ]
    return tuple(match[1] for match in found if match)


def declared_name(root: Path) -> str:
    """Give what a project of any backend is called; empty if its files do not say it."""
    data = read_pyproject(root) if (root / "pyproject.toml").is_file() else {}
    return read_declared(root, data).name


def read_declared(root: Path, data: dict[str, Any]) -> DeclaredMetadata:
    """Read what the project in ``root`` says of itself; a file that cannot be read says nothing.

    Args:
        root: The project's folder.
        data: Its ``pyproject.toml``; empty if it has none.
    """
    complete = _of_sdist(root)
    if complete is not None:
        return complete
    return _of_project(data).or_else(_of_setup_cfg(root)).or_else(_of_setup_py(root))


def _of_sdist(root: Path) -> DeclaredMetadata | None:
    try:
        raw, _ = parse_email((root / "PKG-INFO").read_bytes())
    except (OSError, ValueError):
        return None
    if "name" not in raw:
        return None
    return DeclaredMetadata(
        name=raw["name"],
        version=raw.get("version", ""),
        requires_python=raw.get("requires_python", ""),
        classifiers=tuple(raw.get("classifiers", ())),
        origin="PKG-INFO: Requires-Python",
    )


def _of_project(data: dict[str, Any]) -> DeclaredMetadata:
    project = data.get("project")
    if not isinstance(project, dict):
        return DeclaredMetadata()
    return DeclaredMetadata(
        name=_text(project.get("name")),
        version=_text(project.get("version")),
        requires_python=_text(project.get("requires-python")),
        classifiers=_lines(project.get("classifiers")),
        origin="pyproject.toml: project.requires-python" if "requires-python" in project else "",
    )


def _of_setup_cfg(root: Path) -> DeclaredMetadata:
    parser = configparser.RawConfigParser(strict=False)
    try:
        parser.read_string((root / "setup.cfg").read_text(encoding="utf-8", errors="replace"))
    except (OSError, configparser.Error):
        return DeclaredMetadata()

    def value(section: str, key: str) -> str:
        # setuptools takes dashes for underscores.
        for spelling in (key, key.replace("_", "-")):
            if parser.has_option(section, spelling):
                text = str(parser.get(section, spelling)).strip()
                # Other files and modules are not looked into.
                return "" if text.startswith(("attr:", "file:")) else text
        return ""

    requires = value("options", "python_requires")
    return DeclaredMetadata(
        name=value("metadata", "name"),
        version=value("metadata", "version"),
        requires_python=requires,
        classifiers=_lines([line.strip() for line in value("metadata", "classifiers").splitlines()]),
        origin="setup.cfg: options.python_requires" if requires else "",
    )


def _of_setup_py(root: Path) -> DeclaredMetadata:
    try:
        tree = ast.parse((root / "setup.py").read_bytes())
    except (OSError, SyntaxError, ValueError, RecursionError):
        return DeclaredMetadata()
    constants = _constants(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] == "setup":
            said = _keywords(node, constants)
            requires = _text(said.get("python_requires"))
            return DeclaredMetadata(
                name=_text(said.get("name")),
                version=_text(said.get("version")),
                requires_python=requires,
                classifiers=_lines(said.get("classifiers")),
                origin="setup.py: python_requires" if requires else "",
            )
    return DeclaredMetadata()


def _constants(tree: ast.Module) -> dict[str, ast.expr]:
    """Give the names that the module assigns just once, at its top level."""
    found: dict[str, ast.expr | None] = {}
    for node in tree.body:
        targets = node.targets if isinstance(node, ast.Assign) else []
        for target in targets:
            if isinstance(target, ast.Name):
                found[target.id] = None if target.id in found else node.value  # type: ignore[attr-defined]
    return {name: value for name, value in found.items() if value is not None}


def _keywords(call: ast.Call, constants: dict[str, ast.expr]) -> dict[str, object]:
    """Give a call's keyword arguments that are literals, those of ``**NAME`` with them."""
    said: dict[str, object] = {}
    for keyword in call.keywords:
        value = constants.get(keyword.value.id) if isinstance(keyword.value, ast.Name) else keyword.value
        if value is None:
            continue
        if keyword.arg is None and isinstance(value, ast.Call) and ast.unparse(value.func) == "dict":
            said |= _keywords(value, constants)
        elif keyword.arg is None and isinstance(value, ast.Dict):
            pairs = zip(value.keys, value.values, strict=True)
            said |= {str(_literal(key)): _literal(one) for key, one in pairs if key is not None}
        elif keyword.arg is not None:
            said[keyword.arg] = _literal(value)
    return said


def _literal(node: ast.expr) -> object:
    try:
        return ast.literal_eval(node)
    except (ValueError, TypeError, RecursionError):
        return None


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _lines(value: object) -> tuple[str, ...]:
    if isinstance(value, str):
        return tuple(filter(None, value.splitlines()))
    return tuple(str(line) for line in value if line) if isinstance(value, (list, tuple)) else ()
