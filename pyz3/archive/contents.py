"""Which Python packages a project has, and which of their files go into a wheel."""

from __future__ import annotations

import os
import re
import stat
from dataclasses import dataclass
from typing import TYPE_CHECKING

from packaging.utils import canonicalize_name

from pyz3.archive.entries import WheelEntry, require_inside
from pyz3.errors import BuildFailedError, ConfigError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Sequence
    from pathlib import Path

_CONFIG_KEY = "pyproject.toml: tool.pyz3.packages"

# Folders and modules beside pyproject.toml that are never taken for the project's package unless
# they carry its name or ``packages`` names them; setuptools' automatic discovery skips the same kinds.
_NOT_PACKAGES = frozenset(
    """
    benchmark benchmarks bin build ci conftest debian dist doc docs documentation dodo example
    examples exercise exercises fabfile htmlcov manpages news newsfragments node_modules noxfile
    pavement python script scripts setup site_scons src tasks test tests tool toolbox tools tox
    toxfile unit_test unit_tests unittests util utils venv env vendor versioneer wheelhouse
    """.split()  # noqa: SIM905 - a word list reads better than fifty quoted strings
)

_SOURCE_SUFFIXES = frozenset(
    (".c", ".cc", ".cpp", ".cxx", ".s", ".asm", ".zig", ".zon", ".pyx", ".h", ".hh", ".hpp", ".hxx")
)
# Left behind by an in-place build or a compiler run in the tree.
_BUILT_SUFFIXES = frozenset((".so", ".pyd", ".dylib", ".o", ".obj", ".pyc", ".pyo"))
_BACKUP_SUFFIXES = frozenset((".bak", ".orig", ".rej"))
_IGNORED_SUFFIXES = _SOURCE_SUFFIXES | _BUILT_SUFFIXES | _BACKUP_SUFFIXES
_IGNORED_FOLDERS = frozenset(("__pycache__", "zig-cache", "zig-out"))
_IGNORED_FOLDER_SUFFIXES = (".egg-info", ".dist-info")


@dataclass(frozen=True, kw_only=True)
class PackageRoot:
    """A package or module that a wheel holds.

    Attributes:
        name: Its import name: ``hello``, ``acme.hello``.
        path: Its folder, or its file when it is a lone module.
        root: The folder that is on ``sys.path`` when it is imported: ``src`` or the project itself.
    """

    name: str
    path: Path
    root: Path

    @property
    def init_file(self) -> Path:
        """The file that runs on import."""
        return self.path / "__init__.py" if self.path.is_dir() else self.path


def find_packages(
    project_dir: Path, *, project_name: str, packages: Sequence[str] | None = None
) -> tuple[PackageRoot, ...]:
    """Find the project's packages and lone modules.

    Configured names are looked for in ``src`` and then beside ``pyproject.toml``.  Without any,
    everything in ``src`` is taken, as setuptools does; if it holds no Python, then beside
    ``pyproject.toml`` whatever carries the project's name, else the only package, else the only
    module.

    Args:
        project_dir: The folder that holds ``pyproject.toml``.
        project_name: ``[project] name``, in any spelling.
        packages: Import names from the configuration; namespace packages are named in full.  An
            empty list means that there are none.

    Returns:
        The packages in order of their names; empty if there is no Python at all.

    Raises:
        ConfigError: A configured one is missing, or it is not clear which are meant.
    """
    roots = (project_dir / "src", project_dir)
    if packages is not None:
        return tuple(_configured(project_dir, roots, name) for name in sorted(set(packages)))
    found = _candidates(project_dir, project_dir / "src")
    if found:
        return found
    _refuse_hidden_namespace(project_dir / "src")
    return _choose(_candidates(project_dir, project_dir), project_name)


def package_files(
    project_dir: Path,
    packages: Sequence[PackageRoot],
    *,
    sources: Collection[Path] = (),
    leave_out: Callable[[Path], bool] = lambda _: False,
) -> tuple[WheelEntry, ...]:
    """List the files of packages that belong into a wheel.

    Every file does, package data and stubs included, except hidden files, byte code, backups of
    editors, sources and headers of extensions, and modules that an in-place build left.

    A file is executable in the wheel if it begins with ``#!``: unlike a mode, this is the same on
    every host and file system.

    Args:
        project_dir: The folder that holds ``pyproject.toml``.
        packages: What `find_packages` gave.
        sources: Files that extensions are built from, whatever their suffix.
        leave_out: Tells of further files that do not belong there.

    Returns:
        The files in order of their archive names, each once.

    Raises:
        ConfigError: A symbolic link leaves the project, leads nowhere or in a circle.
        BuildFailedError: A folder cannot be read.
    """
    left_out = frozenset(map(os.path.abspath, sources))
    entries: dict[str, WheelEntry] = {}
    for package in packages:
        for path in _files_of(project_dir, package):
            if _is_ignored(path) or os.path.abspath(path) in left_out or leave_out(path):  # noqa: PTH100 - Path.absolute keeps ".."
                continue
            arcname = path.relative_to(package.root).as_posix()
            entries[arcname] = WheelEntry(arcname=arcname, source=path, executable=_is_script(path))
    return tuple(entries[arcname] for arcname in sorted(entries))


def _configured(project_dir: Path, roots: Sequence[Path], name: str) -> PackageRoot:
    """Resolve one configured import name."""
    parts = name.removesuffix("-stubs").split(".")
    if not all(part.isidentifier() for part in parts):
        raise ConfigError(f"{_CONFIG_KEY}: {name!r} is no import name like 'hello' or 'acme.hello'")
    for root in roots:
        place = root.joinpath(*name.split("."))
        for path in (place, place.with_name(place.name + ".py"), place.with_name(place.name + ".pyi")):
            if path.is_dir() if path is place else path.is_file():
                require_inside(project_dir, path, key=_CONFIG_KEY)
                return PackageRoot(name=name, path=path, root=root)
    known = [found.name for root in roots for found in _candidates(project_dir, root)]
    raise ConfigError(
        f"{_CONFIG_KEY}: there is no package or module {name!r} in src/ or beside pyproject.toml",
        tip=f"Found are: {', '.join(sorted(known))}." if known else None,
    )


def _candidates(project_dir: Path, root: Path) -> tuple[PackageRoot, ...]:
    """List the regular packages, stub packages and lone modules right below ``root``."""
    found: dict[str, Path] = {}
    for path in sorted(root.iterdir()) if root.is_dir() else ():
        if path.is_dir():
            stem, marker = path.name, "__init__.py"
            if stem.endswith("-stubs"):
                stem, marker = stem.removesuffix("-stubs"), "__init__.pyi"
            if stem.isidentifier() and (path / marker).is_file():
                found[path.name] = path
        elif path.suffix in (".py", ".pyi") and path.stem.isidentifier():
            # A package hides a module of its name, and "a.py" comes before its stub "a.pyi".
            found.setdefault(path.stem, path)
    for path in found.values():
        require_inside(project_dir, path, key=_CONFIG_KEY)
    return tuple(PackageRoot(name=name, path=found[name], root=root) for name in sorted(found))


def _choose(candidates: Sequence[PackageRoot], project_name: str) -> tuple[PackageRoot, ...]:
    """Pick the project's own from what lies beside ``pyproject.toml``."""
    wanted = canonicalize_name(project_name)
    named = tuple(
        found for found in candidates if canonicalize_name(found.name.removesuffix("-stubs")) == wanted
    )
    if named:
        return named
    likely = [found for found in candidates if found.name not in _NOT_PACKAGES]
    for kind in (
        [found for found in likely if found.path.is_dir()],
        [found for found in likely if not found.path.is_dir()],
    ):
        if len(kind) == 1:
            return tuple(kind)
        if kind:
            names = ", ".join(found.name for found in kind)
            raise ConfigError(
                f"pyproject.toml: several packages could be those of {project_name!r}: {names}",
                tip=f'Name those that belong into the wheel: [tool.pyz3] packages = ["{kind[0].name}"]',
            )
    return ()


def _refuse_hidden_namespace(src: Path) -> None:
    """Rather than leave namespace packages out in silence, ask for their names.

    Raises:
        ConfigError: ``src`` holds packages, but only below folders that are none.
    """
    inner = sorted({init.parent.relative_to(src) for init in src.glob("*/**/__init__.py")})
    tops = [path for path in inner if not any(parent in inner for parent in path.parents)]
    if tops:
        names = ", ".join(f'"{".".join(path.parts)}"' for path in tops)
        raise ConfigError(
            "pyproject.toml: src/ holds packages only inside of namespace packages, "
            "which must be named in tool.pyz3.packages",
            tip=f"[tool.pyz3] packages = [{names}]",
        )


def _files_of(project_dir: Path, package: PackageRoot) -> Iterator[Path]:
    """Yield all files of a package, or a lone module and its stub (PEP 561)."""
    yield from _walk(project_dir, package.path, above=())
    stub = package.path.with_suffix(".pyi")
    if package.path.suffix == ".py" and stub.is_file():
        yield from _walk(project_dir, stub, above=())


def _walk(project_dir: Path, path: Path, *, above: tuple[Path, ...]) -> Iterator[Path]:
    """Yield the files below ``path``, or ``path`` itself; ``above`` are the real folders it is in."""
    if path.is_symlink():
        require_inside(project_dir, path, key="package files")
    try:
        mode = path.stat().st_mode
        children = sorted(path.iterdir()) if stat.S_ISDIR(mode) else []
    except OSError as error:
        if path.is_symlink():
            raise ConfigError(f"{path}: a symbolic link that leads nowhere: {error.strerror}") from error
        raise BuildFailedError(f"{path}: cannot be read: {error.strerror}") from error
    if stat.S_ISREG(mode):
        yield path
    if not children:
        return
    real = path.resolve()
    if real in above:
        raise ConfigError(f"{path}: a symbolic link that leads to a folder it lies in")
    for child in children:
        if not (_is_ignored_folder(child.name) and child.is_dir()):
            yield from _walk(project_dir, child, above=(*above, real))


def _is_ignored_folder(name: str) -> bool:
    """Tell whether a folder is no content of a package by its name."""
    return name.startswith(".") or name in _IGNORED_FOLDERS or name.endswith(_IGNORED_FOLDER_SUFFIXES)


def _is_ignored(path: Path) -> bool:
    """Tell whether a file is no content of a package by its name."""
    hidden_or_backup = re.fullmatch(r"\..*|#.*#|.*~", path.name) is not None
    return hidden_or_backup or path.suffix.lower() in _IGNORED_SUFFIXES


def _is_script(path: Path) -> bool:
    """Tell whether the system would run the file through an interpreter."""
    try:
        with path.open("rb") as file:
            return file.read(2) == b"#!"
    except OSError as error:
        raise BuildFailedError(f"{path}: cannot be read: {error.strerror}") from error
