"""pyz3 in a project that exists: its ``pyproject.toml`` gets the tables, and keeps all else."""

from __future__ import annotations

import contextlib
import re
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from pyz3._toml import TOMLDecodeError, load_toml
from pyz3.archive import find_packages
from pyz3.config import SOURCE_SUFFIXES, read_pyproject
from pyz3.errors import ConfigError
from pyz3.frontends import is_legacy
from pyz3.scaffold.new import Draft, source_files, starter_files, tool_tables

if TYPE_CHECKING:
    from pyz3.archive import PackageRoot
    from pyz3.scaffold.new import Wishes

_SKIPPED = frozenset({"build", "dist", "node_modules", "test", "tests", "venv", "zig-out"})
_BUILD_SYSTEM = ("[build-system]", 'requires = ["pyz3"]', 'build-backend = "pyz3.backend"')
# How C, C++ and Zig spell the function that makes a source the root of a module (PEP 489).
_INIT = re.compile(r"\bPyInit_(\w+)\s*\(")


def adopt(root: Path, wishes: Wishes) -> Draft:
    """Give what makes pyz3 the build system of the project in ``root``.

    Its sources that define a ``PyInit_…`` become extension modules.  If there are none, a small one
    in ``wishes.language`` is added to the package.

    Args:
        root: The folder that holds ``pyproject.toml``.
        wishes: The name counts for nothing: the project has one.

    Raises:
        ConfigError: The project uses pyz3 already, its metadata or more is elsewhere, or it is not clear
            which of several packages is meant.
    """
    root = root.absolute()
    refuse_setup_files(root)
    data = read_pyproject(root)
    project, tool = data.get("project"), data.get("tool", {})
    if not isinstance(project, dict) or not isinstance(project.get("name"), str):
        raise ConfigError(
            f"{root / 'pyproject.toml'}: no [project] table with a name",
            tip="pyz3 reads the metadata from there (PEP 621): move it there from setup.py or setup.cfg",
        )
    if not isinstance(tool, dict) or not isinstance(data.get("build-system", {}), dict):
        raise ConfigError(f"{root / 'pyproject.toml'}: tool and build-system must be tables (PEP 518)")
    if "pyz3" in tool:
        raise ConfigError(f"{root / 'pyproject.toml'}: [tool.pyz3] is there already", tip="edit it by hand")
    wishes = replace(wishes, name=project["name"])
    wishes.check()
    packages = find_packages(root, project_name=wishes.name)
    package = next((p for p in packages if p.path.is_dir() and not p.name.endswith("-stubs")), None)
    modules = _modules(root, package, wishes)
    files: dict[str, str] = {}
    if not modules:
        folder = package.path.relative_to(root).as_posix() if package else f"src/{wishes.package}"
        wishes = replace(wishes, name=package.name) if package else wishes
        files = source_files(wishes, folder)
        if package is None:
            files |= starter_files(wishes, folder)
        modules = {f"{wishes.package}._core": tuple(n for n in files if n.endswith(SOURCE_SUFFIXES))}
    before = (root / "pyproject.toml").read_bytes().decode("utf-8")  # as it is: line ends count
    return Draft(files=files, before=before, after=_edited(before, tool_tables(wishes, modules)))


def refuse_setup_files(root: Path) -> None:
    """Refuse a project that ``setup.py`` or ``setup.cfg`` describes: what they say would be lost.

    Args:
        root: The project's folder.

    Raises:
        ConfigError: It has such a file.
    """
    if is_legacy(root):
        file = root / ("setup.py" if (root / "setup.py").is_file() else "setup.cfg")
        raise ConfigError(
            f"{file}: setuptools builds this project, and pyz3 reads nothing of what stands there",
            tip="pyz3 wheel builds the project as it is; for pyz3 init, move all of it to pyproject.toml",
        )


def _modules(root: Path, package: PackageRoot | None, wishes: Wishes) -> dict[str, tuple[str, ...]]:
    """Find the sources that are roots of modules, each with the sources beside it that are none."""
    texts = {
        path: path.read_text(encoding="utf-8", errors="replace")
        for path in sorted(root.rglob("*"), key=Path.as_posix)
        if path.suffix in SOURCE_SUFFIXES
        and path.is_file()
        and not any(p in _SKIPPED or p.startswith(".") for p in path.relative_to(root).parts)
    }
    roots = {path: match[1] for path, text in texts.items() if (match := _INIT.search(text))}
    found: dict[str, tuple[str, ...]] = {}
    for path, name in roots.items():
        alone = sum(other.parent == path.parent for other in roots) == 1
        beside = [p for p in texts if p.parent == path.parent and p not in roots] if alone else []
        sources = tuple(p.relative_to(root).as_posix() for p in (path, *beside))
        found[f"{_package_of(path, package, wishes)}.{name}"] = sources
    return found


def _package_of(path: Path, package: PackageRoot | None, wishes: Wishes) -> str:
    """Give the package that a source lies in; one elsewhere is taken for the project's own."""
    if package is None:
        return wishes.package
    if not path.is_relative_to(package.path):
        return package.name
    return ".".join(PurePosixPath(path.parent.relative_to(package.root)).parts)


def _edited(before: str, tables: str) -> str:
    """Set the build system, and add the tables at the end: all else stays as it was written."""
    newline = "\r\n" if "\r\n" in before else "\n"
    tail = newline.join(("", "", *tables.rstrip().splitlines(), ""))
    system = newline.join(_BUILD_SYSTEM) + newline
    data = load_toml(before)
    wanted = {**data, "build-system": {**data.get("build-system", {}), **load_toml(system)["build-system"]}}
    wanted["build-system"].pop("backend-path", None)  # of a backend within the project (PEP 517)
    wanted["tool"] = {**data.get("tool", {}), **load_toml(tables)["tool"]}
    # A table at the top would swallow keys that stand before the first table.
    for text in (
        [_with_build_system(before)]
        if "build-system" in data
        else [f"{system}{newline}{before}", f"{before.rstrip()}{newline}{newline}{system}"]
    ):
        after = f"{text.rstrip()}{tail}"
        with contextlib.suppress(TOMLDecodeError):
            if load_toml(after) == wanted:
                return after
    raise ConfigError(
        "pyproject.toml: cannot be changed without writing it anew",  # inline tables, for the most part
        tip=f"add this by hand:\n\n{system}\n{tables}",
    )


def _with_build_system(before: str) -> str:
    """Change the values of ``[build-system]``; give the text as it was if they cannot be."""
    import tomlkit  # noqa: PLC0415 - only who changes a pyproject.toml needs it
    from tomlkit.exceptions import TOMLKitError  # noqa: PLC0415

    try:
        document = tomlkit.parse(before)
        system = document["build-system"]
        system["requires"] = ["pyz3"]
        system["build-backend"] = "pyz3.backend"
        system.pop("backend-path", None)
        return tomlkit.dumps(document)
    except (TOMLKitError, TypeError, AttributeError):
        return before
