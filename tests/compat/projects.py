"""The list of projects: ``tests/corpus.toml`` as values; the file explains the fields."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import msgspec
from packaging.utils import canonicalize_name

from pyz3._toml import load_toml

CORPUS = Path(__file__).resolve().parents[1] / "corpus.toml"
SITUATIONS = CORPUS.with_name("situations.toml")

Language = Literal["C", "C++", "Cython", "cffi", "assembler"]


class Known(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A difference that has to be, and why."""

    what: str
    cause: str
    platforms: tuple[str, ...] = ("*",)
    pythons: tuple[str, ...] = ("*",)


class Suite(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How a project's own tests are run."""

    paths: tuple[str, ...]
    arguments: tuple[str, ...]
    requires: tuple[str, ...] = ("pytest",)
    platforms: tuple[str, ...] = ("linux-x86_64",)
    environment: dict[str, str] = {}


class Project(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One project, pinned; or, with ``source``, a folder.

    Attributes:
        check: Code whose output must be the same wherever it is run.
        differs: What a build by another compiler shows that has to be different.
    """

    name: str = ""
    version: str
    languages: tuple[Language, ...]
    environment: dict[str, str] = {}
    constraints: tuple[str, ...] = ()
    config: str = ""
    libraries: tuple[str, ...] = ()
    pythons: tuple[str, ...] = ()
    known: tuple[Known, ...] = ()
    differs: tuple[Known, ...] = ()
    tests: Suite | None = None
    source: Path | None = None
    check: str = ""

    @property
    def requirement(self) -> str:
        """``markupsafe==3.0.3``, or the folder."""
        return str(self.source) if self.source else f"{self.name}=={self.version}"

    @property
    def folder(self) -> str:
        """``zope-interface-8.7``, for files about this version."""
        return f"{canonicalize_name(self.name)}-{self.version}"


def load_projects(path: Path = CORPUS) -> tuple[Project, ...]:
    """Give the projects in the order of the file.

    Raises:
        msgspec.ValidationError: A table is not as it must be.
    """
    tables = msgspec.convert(load_toml(path.read_text(encoding="utf-8")), dict[str, Project])
    return tuple(msgspec.structs.replace(project, name=name) for name, project in tables.items())


def folder_project(source: Path, *, differs: tuple[Known, ...] = ()) -> Project:
    """Give a folder as a project; a ``check.py`` or ``check.py.txt`` in it is what is run."""
    checks = [path for name in ("check.py", "check.py.txt") if (path := source / name).is_file()]
    check = checks[0].read_text(encoding="utf-8") if checks else ""
    return Project(
        name=source.name, version="0", languages=(), source=source.absolute(), check=check, differs=differs
    )


def load_differs(path: Path = SITUATIONS) -> dict[str, tuple[Known, ...]]:
    """Give what has to be different in folders of tests/integration/situations, and why: folder → list.

    Raises:
        msgspec.ValidationError: A table is not as it must be.
    """
    return msgspec.convert(load_toml(path.read_text(encoding="utf-8")), dict[str, tuple[Known, ...]])
