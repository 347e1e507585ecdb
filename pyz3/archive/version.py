"""A project's version, read from a source file without importing it."""

from __future__ import annotations

import ast
import warnings
from typing import TYPE_CHECKING

from packaging.version import InvalidVersion, Version

from pyz3.archive.contents import find_packages
from pyz3.archive.entries import require_inside
from pyz3.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

_KEY = "pyproject.toml: tool.pyz3.version"
_EXAMPLE = '[tool.pyz3] version = { path = "src/hello/__init__.py" }'


def read_version(
    project_dir: Path,
    *,
    project_name: str,
    attr: str | None = None,
    path: str | None = None,
    packages: Sequence[str] | None = None,
) -> tuple[str, Path]:
    """Read the version of a project that declares ``dynamic = ["version"]``.

    Args:
        project_dir: The folder that holds ``pyproject.toml``.
        project_name: ``[project] name``.
        attr: Dotted name of the attribute: ``hello.__version__``.
        path: File that assigns ``__version__``, relative to the project.  With neither, it is the
            ``__init__.py`` of the project's package.
        packages: Configured packages, as for `find_packages`.

    Returns:
        The version, normalised (PEP 440), and the file that it stands in.

    Raises:
        ConfigError: There is no such file or assignment, or no literal version in it.
    """
    if attr is not None and path is not None:
        raise ConfigError(f"{_KEY}: either 'attr' or 'path', not both")
    if attr is not None:
        module, _, name = attr.rpartition(".")
        if not module:
            raise ConfigError(f"{_KEY}: attr = {attr!r} is no dotted name like 'hello.__version__'")
        file = _module_file(project_dir, module)
    elif path is not None:
        name, file = "__version__", project_dir / path
    else:
        name, file = "__version__", _default_file(project_dir, project_name, packages)
    require_inside(project_dir, file, key=_KEY)
    return _literal_version(file, name), file


def _module_file(project_dir: Path, module: str) -> Path:
    """Find the file of a module in ``src`` or beside ``pyproject.toml``."""
    for root in (project_dir / "src", project_dir):
        place = root.joinpath(*module.split("."))
        for file in (place / "__init__.py", place.with_name(place.name + ".py")):
            if file.is_file():
                return file
    raise ConfigError(
        f"{_KEY}: there is no module {module!r} in src/ or beside pyproject.toml",
        tip=f"Name its file: {_EXAMPLE}",
    )


def _default_file(project_dir: Path, project_name: str, packages: Sequence[str] | None) -> Path:
    """Give the one file that ``__version__`` is expected in when nothing is configured."""
    found = find_packages(project_dir, project_name=project_name, packages=packages)
    files = [package.init_file for package in found if package.init_file.is_file()]
    files = [file for file in files if file.suffix == ".py"]
    if len(files) != 1:
        what = "no package" if not files else f"{len(files)} packages"
        raise ConfigError(
            f"pyproject.toml: project.dynamic lists 'version', but {what} could define __version__",
            tip=f"Say where it is: {_EXAMPLE}",
        )
    return files[0]


def _literal_version(file: Path, name: str) -> str:
    """Read the last top-level assignment of a literal to ``name``."""
    found: ast.expr | None = None
    for statement in _parse(file).body:
        if isinstance(statement, ast.Assign):
            targets, value = statement.targets, statement.value
        elif isinstance(statement, ast.AnnAssign) and statement.value is not None:
            targets, value = [statement.target], statement.value
        else:
            continue
        if any(isinstance(target, ast.Name) and target.id == name for target in targets):
            found = value
    expected = f'expected a line like {name} = "1.2.3"'
    if found is None:
        raise ConfigError(
            f"{file}: no top-level assignment to {name}; {expected}",
            tip=f"If it stands in another file, name that: {_EXAMPLE}",
        )
    where = f"{file}, line {found.lineno}"
    if not isinstance(found, ast.Constant) or not isinstance(found.value, str):
        raise ConfigError(
            f"{where}: {name} is {ast.unparse(found)}, which is no literal string; {expected}",
            tip="The file is read, not imported: write the version down, and derive others from it.",
        )
    try:
        return str(Version(found.value))
    except InvalidVersion as error:
        raise ConfigError(
            f"{where}: {name} is {found.value!r}, which is no version by PEP 440; {expected}"
        ) from error


def _parse(file: Path) -> ast.Module:
    """Parse a Python file, without the warnings that are the author's business."""
    try:
        source = file.read_bytes()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(source)
    except OSError as error:
        raise ConfigError(f"{file}: cannot be read for the project's version: {error.strerror}") from error
    except SyntaxError as error:
        raise ConfigError(f"{file}, line {error.lineno}: no valid Python: {error.msg}") from error
    except (ValueError, RecursionError, MemoryError) as error:
        raise ConfigError(f"{file}: no valid Python: {error}") from error
