"""Which file of a package cannot be imported without another, or names it.  The code is read, never run."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

_CAUGHT = frozenset(("ImportError", "ModuleNotFoundError", "Exception", "BaseException"))
# What imports a module whose name it is given.
_IMPORTERS = frozenset(("import_module", "__import__"))


def importer_of(path: Path) -> Path | None:
    """Give a file of the same package that imports a module, and does not go on without it.

    An import that catches ImportError goes on: what it names may be somebody's own settings.

    Args:
        path: The module's file.
    """
    top = path.parent
    if path.suffix != ".py" or not (top / "__init__.py").is_file():
        return None
    while (top.parent / "__init__.py").is_file():
        top = top.parent
    name = _module(path, top.parent)
    for file in sorted(top.rglob("*.py")):
        if file != path and name in _required(file, top.parent, mentions=path.stem):
            return file
    return None


def naming(paths: Sequence[Path], root: Path) -> dict[Path, Path]:
    """Give which files are named by a text in their own package's code, such as ``"data/words.json"``.

    Whether the code needs what it names cannot be told: it may as well write it.

    Args:
        paths: Files.
        root: The project.

    Returns:
        File → the first that names it, other than itself; what nobody names is missing.
    """
    found: dict[Path, Path] = {}
    tops: dict[Path, list[Path]] = {}
    for path in paths:
        folders = [folder for folder in path.parents if folder.is_relative_to(root)]
        packages = [folder for folder in folders if (folder / "__init__.py").is_file()]
        if packages:
            tops.setdefault(packages[-1], []).append(path)
    for top, members in tops.items():
        for file in sorted(top.rglob("*.py")):
            wanted = {path for path in members if path not in found and path != file}
            texts = _texts(file, {path.name for path in wanted})
            found.update((path, file) for path in wanted if path.name in texts)
    return found


def _texts(file: Path, names: set[str]) -> set[str]:
    """Give the last parts of paths that literals in a file are, as far as one of ``names`` is in it."""
    tree = _parsed(file, names)
    literals = (node.value for node in ast.walk(tree) if isinstance(node, ast.Constant)) if tree else ()
    texts = (value for value in literals if isinstance(value, str))
    return {text.replace("\\", "/").rpartition("/")[2] for text in texts}


def _parsed(file: Path, mentions: Iterable[str]) -> ast.Module | None:
    """Read a file that has one of some words in it; None: it has not, or is of another Python, or no text."""
    try:
        content = file.read_bytes()
        return ast.parse(content) if any(word.encode() in content for word in mentions) else None
    except (OSError, SyntaxError, ValueError, RecursionError):
        return None


def _required(file: Path, base: Path, *, mentions: str) -> set[str]:
    tree = _parsed(file, (mentions,))
    module = _module(file, base)
    package = module if file.name == "__init__.py" else module.rpartition(".")[0]
    found: set[str] = set()
    for node in _unguarded(tree) if tree is not None else ():
        if isinstance(node, ast.Import):
            found.update(one.name for one in node.names)
        elif isinstance(node, ast.ImportFrom):
            parts = package.split(".")
            parents = ".".join(parts[: len(parts) - node.level + 1]) if node.level else ""
            source = ".".join(filter(None, (parents, node.module)))
            found.update((source, *(f"{source}.{one.name}" for one in node.names)))
        elif isinstance(node, ast.Call):
            found.update(_called(node, package))
    return found


def _called(node: ast.Call, package: str) -> Iterator[str]:
    """Yield the module that a call imports by a literal: ``import_module("thing._version")``."""
    called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    first = node.args[0] if node.args else None
    if called in _IMPORTERS and isinstance(first, ast.Constant) and isinstance(first.value, str):
        name = first.value.lstrip(".")
        level = len(first.value) - len(name)
        parts = package.split(".")
        # The package that a relative name is relative to is taken to be the file's own.
        parents = parts[: len(parts) - level + 1] if level else []
        yield ".".join((*parents, name))


def _unguarded(node: ast.AST) -> Iterator[ast.AST]:
    """Yield the nodes but those of imports that may fail, and of those that only type checkers see."""
    for field, value in ast.iter_fields(node):
        for child in value if isinstance(value, list) else [value]:
            if not isinstance(child, ast.AST) or (field == "body" and _guards(node)):
                continue
            yield child
            yield from _unguarded(child)


def _guards(node: ast.AST) -> bool:
    if isinstance(node, ast.Try):
        caught = [handler.type for handler in node.handlers]
        parts = [part for kind in caught if kind is not None for part in ast.walk(kind)]
        names = {part.id for part in parts if isinstance(part, ast.Name)}
        return None in caught or not names.isdisjoint(_CAUGHT)
    if isinstance(node, ast.If):
        last = node.test.attr if isinstance(node.test, ast.Attribute) else getattr(node.test, "id", "")
        return last == "TYPE_CHECKING"
    return False


def _module(file: Path, base: Path) -> str:
    parts = file.relative_to(base).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
