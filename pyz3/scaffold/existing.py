"""pyz3 in a project that exists: its ``pyproject.toml`` gets the tables, and keeps all else."""

from __future__ import annotations

import contextlib
import os
import re
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from pyz3._toml import TOMLDecodeError, load_toml
from pyz3.archive import find_packages
from pyz3.config import HEADER_SUFFIXES, SOURCE_SUFFIXES, read_pyproject
from pyz3.errors import ConfigError, abridged
from pyz3.frontends import OWN_REQUIREMENT, is_legacy
from pyz3.linking import shared_file
from pyz3.scaffold.loading import read_loading, stem_of
from pyz3.scaffold.new import (
    BUILD_SYSTEM,
    Draft,
    Part,
    find_readme,
    project_tables,
    source_files,
    starter_files,
    tool_tables,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from pyz3.archive import PackageRoot
    from pyz3.scaffold.loading import Loading
    from pyz3.scaffold.new import Wishes

_SKIPPED = frozenset({"build", "dist", "node_modules", "test", "tests", "venv", "zig-out"})
# How C, C++ and Zig spell the function that makes a source the root of a module (PEP 489).
_INIT = re.compile(r"\bPyInit_(\w+)\s*\(")
# What defines that function behind macros, or generates it: the word in a source → whose it is.
_GENERATORS = {
    "PYBIND11_MODULE": "pybind11",
    "NB_MODULE": "nanobind",
    "BOOST_PYTHON_MODULE": "Boost.Python",
    "HPy_MODINIT": "HPy",
    ".set_source(": "cffi",
}
_USES_PYTHON = re.compile(
    r'^[ \t]*#[ \t]*include[ \t]*[<"]Python\.h[">]|@cInclude\("Python\.h"\)', re.MULTILINE
)
_PROGRAM = re.compile(r"^(?:int|void)\s+main\s*\(|^pub fn main\(", re.MULTILINE)
_INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*"([^"\n]+)"', re.MULTILINE)
# Families of platforms that call a library's file differently.
_FAMILIES = ("linux", "macos", "windows")


def has_code(root: Path, wishes: Wishes) -> bool:
    """Tell whether a folder without ``pyproject.toml`` holds what a project is made of: packages, sources."""
    return bool(_texts(root, SOURCE_SUFFIXES)) or _package(root, wishes) is not None


def adopt(root: Path, wishes: Wishes, *, example: bool = False) -> Draft:
    """Give what makes pyz3 the build system of the project in ``root``.

    Its sources that define a ``PyInit_…`` become extension modules.  If none does, they become a shared
    library, for ctypes.  If there are no sources, a small module in ``wishes.language`` is added.

    Args:
        root: The folder; without a ``pyproject.toml`` there it gets one.
        wishes: The name counts for nothing if the project has one.
        example: The small module is asked for, unless there are modules.

    Raises:
        ConfigError: The project uses pyz3 already, its metadata or more is elsewhere, or it is not clear
            what its modules are or which of several packages is meant.
    """
    root = root.absolute()
    refuse_setup_files(root)
    before = ""
    if (root / "pyproject.toml").exists():
        wishes = replace(wishes, name=_project_name(root))
        before = (root / "pyproject.toml").read_bytes().decode("utf-8")  # as it is: line ends count
    wishes.check()
    package = _package(root, wishes)
    parts, notes = _parts(root, package, wishes, example=example)
    files: dict[str, str] = {}
    if not parts:
        folder = package.path.relative_to(root).as_posix() if package else f"src/{wishes.package}"
        wishes = replace(wishes, name=package.name) if package else wishes
        files = source_files(wishes, folder)
        if package is None:
            files |= starter_files(wishes, folder)
        sources = tuple(name for name in files if name.endswith(SOURCE_SUFFIXES))
        parts = (Part(name=f"{wishes.package}._core", sources=sources),)
    tables = tool_tables(wishes, parts)
    if before:
        return Draft(files=files, before=before, after=_edited(before, tables), notes=notes)
    readme = find_readme([path.name for path in root.iterdir()])
    return Draft(
        files={"pyproject.toml": f"{project_tables(wishes, readme=readme)}\n{tables}", **files}, notes=notes
    )


def _project_name(root: Path) -> str:
    """Read the name of a project that does not use pyz3 yet."""
    data = read_pyproject(root)
    project, tool = data.get("project"), data.get("tool", {})
    if not isinstance(project, dict) or not isinstance(project.get("name"), str):
        raise ConfigError(
            f"{root / 'pyproject.toml'}: no [project] table with a name",
            tip="pyz3 reads the metadata from there (PEP 621): write at least name and version",
        )
    if not isinstance(tool, dict) or not isinstance(data.get("build-system", {}), dict):
        raise ConfigError(f"{root / 'pyproject.toml'}: tool and build-system must be tables (PEP 518)")
    if "pyz3" in tool:
        raise ConfigError(f"{root / 'pyproject.toml'}: [tool.pyz3] is there already", tip="edit it by hand")
    name: str = project["name"]
    return name


def _package(root: Path, wishes: Wishes) -> PackageRoot | None:
    packages = find_packages(root, project_name=wishes.name)
    return next((p for p in packages if p.path.is_dir() and not p.name.endswith("-stubs")), None)


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


def _texts(root: Path, suffixes: tuple[str, ...]) -> dict[Path, str]:
    """Read the project's files of some kinds, sorted."""
    return {
        path: path.read_text(encoding="utf-8", errors="replace")
        for path in sorted(root.rglob("*"), key=Path.as_posix)
        if path.suffix in suffixes
        and path.is_file()
        and not any(p in _SKIPPED or p.startswith(".") for p in path.relative_to(root).parts)
    }


def _parts(
    root: Path, package: PackageRoot | None, wishes: Wishes, *, example: bool
) -> tuple[tuple[Part, ...], tuple[str, ...]]:
    """Find what the project's own sources make, and what of them nothing takes."""
    texts = _texts(root, SOURCE_SUFFIXES)
    programs = {path for path, text in texts.items() if _PROGRAM.search(text)}
    roots = {path: match[1] for path, text in texts.items() if (match := _INIT.search(text))}
    groups: dict[tuple[str, bool], list[Path]] = {}
    if roots or example:
        for path, name in roots.items():
            alone = sum(other.parent == path.parent for other in roots) == 1
            others = [p for p in texts if p.parent == path.parent and p not in roots and p not in programs]
            groups[f"{_package_of(path, package, wishes)}.{name}", False] = [path, *(others if alone else ())]
    elif sources := [path for path in texts if path not in programs]:
        _refuse_generated(root, texts)
        groups[_library_name(root, package, wishes), True] = sources
    else:
        _refuse_generated(root, texts)
    headers = _texts(root, HEADER_SUFFIXES)
    parts = tuple(
        Part(
            name=name,
            sources=tuple(_below(root, path) for path in paths),
            include_dirs=_include_dirs(root, [(path, texts[path]) for path in paths], headers),
            library=library,
        )
        for (name, library), paths in groups.items()
    )
    notes = ["--language has no effect: the project has modules of its own"] if roots and example else []
    notes += [note for part in parts if part.library for note in _library_notes(root, part.name)]
    taken = {path for paths in groups.values() for path in paths}
    if left := [_below(root, path) for path in texts if path not in taken]:
        notes.append(f"in no module or library: {abridged(left)}")
    return parts, tuple(notes)


def _refuse_generated(root: Path, texts: Mapping[Path, str]) -> None:
    """Refuse sources of modules whose init function is not there to be seen: a small one would be no help.

    Raises:
        ConfigError: There are such.
    """
    for path, text in {**_texts(root, (".pyx", ".py")), **texts}.items():
        generator = next((name for word, name in _GENERATORS.items() if word in text), "")
        if path.suffix == ".pyx" or generator:
            raise ConfigError(
                f"{_below(root, path)}: {generator or 'Cython'} makes this module; pyz3 itself has none",
                tip="let setuptools build the project (docs/setuptools.md): pyz3 wheel builds that as it is",
            )
        if _USES_PYTHON.search(text):
            raise ConfigError(
                f"{_below(root, path)}: includes Python.h, but no source defines the PyInit_… of a module",
                tip="write [[tool.pyz3.extensions]] with name and sources by hand: docs/distribution.md",
            )


def _loadings(root: Path) -> dict[str, Loading]:
    """Read what Python code loads: path below the project → what is seen there."""
    return {_below(root, path): read_loading(text) for path, text in _texts(root, (".py",)).items()}


def _library_name(root: Path, package: PackageRoot | None, wishes: Wishes) -> str:
    """Give the name of the library that Python code loads, or the project's.

    Raises:
        ConfigError: It loads several.
    """
    names = {stem_of(name) for loading in _loadings(root).values() for name in loading.names}
    if len(names) > 1:
        raise ConfigError(
            f"several libraries are loaded: {', '.join(sorted(names))}; it is not clear what each is made of",
            tip="write [[tool.pyz3.libraries]] with name and sources by hand: docs/distribution.md",
        )
    return f"{package.name if package else wishes.package}.{min(names, default=wishes.package)}"


def _library_notes(root: Path, library: str) -> Iterator[str]:
    """Say what the library's file will be called, and which code is not seen to load that."""
    files = [shared_file(library, family) for family in _FAMILIES]
    called = "{}, {} on macOS, {} on Windows".format(*files)
    why = "no source defines a PyInit_…"
    yield f"{library} becomes a shared library, for ctypes: {why}; its file is {called}"
    made = {PurePosixPath(file).name for file in files}
    loadings = _loadings(root)
    seen = any(loading.names for loading in loadings.values())
    for path, loading in loadings.items():
        if others := sorted(loading.names - made):
            yield f"{path} names {', '.join(others)}, which will not be there: let it load {called}"
        elif loading.loads and not seen:
            yield f"{path} loads a library whose file name cannot be seen: it must be {called}"


def _include_dirs(
    root: Path, sources: Sequence[tuple[Path, str]], headers: Mapping[Path, str]
) -> tuple[str, ...]:
    """Give the folders of the project's headers that sources include and that are not beside them."""
    found = {}
    waiting, seen = [*sources], set()
    while waiting:
        path, text = waiting.pop()
        for name in _INCLUDE.findall(text):
            beside = Path(os.path.normpath(path.parent / name))
            folders = [h.parents[len(Path(name).parts) - 1] for h in headers if h.match(f"**/{name}")]
            if beside not in headers and folders:
                found[_below(root, folders[0])] = True
            header = beside if beside in headers else folders[0] / name if folders else None
            if header is not None and header not in seen:
                seen.add(header)
                waiting.append((header, headers[header]))
    return tuple(sorted(found))


def _below(root: Path, path: Path) -> str:
    return path.relative_to(root).as_posix()


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
    system = newline.join(BUILD_SYSTEM.splitlines()) + newline
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
        system["requires"] = [OWN_REQUIREMENT]
        system["build-backend"] = "pyz3.backend"
        system.pop("backend-path", None)
        return tomlkit.dumps(document)
    except (TOMLKitError, TypeError, AttributeError):
        return before
