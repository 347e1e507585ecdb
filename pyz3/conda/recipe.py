"""A recipe for conda-forge: rattler-build's ``recipe.yaml``, schema 1, from a source distribution."""

from __future__ import annotations

import json
import tarfile
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from packaging.metadata import Metadata
from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import Version

from pyz3._files import file_digest
from pyz3._toml import TOMLDecodeError, load_toml
from pyz3.conda.requirements import version_spec
from pyz3.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

# Suffix of a source → conda-forge's name of the compiler.
_COMPILERS = {
    **dict.fromkeys((".c", ".pyx", ".pxd"), "c"),
    **dict.fromkeys((".cc", ".cpp", ".cxx"), "cxx"),
    ".zig": "zig",
    ".rs": "rust",
}
# Where PyPI has every release's files, by their names (docs.pypi.org, "Predictable URLs").
_PYPI = "https://pypi.org/packages/source"


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """What a recipe says of a project.

    Attributes:
        name: Canonical.
        file: The source distribution's name.
        sha256: Its digest, hexadecimal.
        metadata: Its core metadata, not validated.
        build_requires: What the build needs (PEP 518).
        compilers: conda-forge's names of them; empty: it is pure Python.
    """

    name: str
    file: str
    sha256: str
    metadata: Metadata
    build_requires: tuple[Requirement, ...]
    compilers: tuple[str, ...]


def read_sdist(path: Path) -> Recipe:
    """Read what a recipe needs of a source distribution (``.tar.gz``, PEP 625).

    Raises:
        ConfigError: It is none.
    """
    try:
        with tarfile.open(path, "r:gz") as archive:
            names = [PurePosixPath(one) for one in archive.getnames()]
            texts = {name: _text(archive, path, name) for name in ("PKG-INFO", "pyproject.toml")}
        metadata = Metadata.from_email(texts["PKG-INFO"], validate=False)
        name = canonicalize_name(metadata.name)
        system = load_toml(texts["pyproject.toml"]).get("build-system", {})
        requires = tuple(map(Requirement, system.get("requires", ["setuptools", "wheel"])))
        digest = file_digest(path)
    except (OSError, tarfile.TarError, TOMLDecodeError, InvalidRequirement) as error:
        raise ConfigError(f"{path}: this source distribution cannot be read: {error}") from None
    compilers = dict.fromkeys(_COMPILERS[one.suffix] for one in sorted(names) if one.suffix in _COMPILERS)
    return Recipe(
        name=name,
        file=path.name,
        sha256=digest,
        metadata=metadata,
        build_requires=requires,
        compilers=tuple(sorted(compilers)),
    )


def _text(archive: tarfile.TarFile, path: Path, name: str) -> str:
    member = f"{path.name.removesuffix('.tar.gz')}/{name}"
    if member not in archive.getnames():
        if name == "pyproject.toml":
            return ""
        raise ConfigError(f"{path}: no source distribution: there is no {member} in it")
    file = archive.extractfile(member)
    return file.read().decode("utf-8") if file is not None else ""


def recipe_text(
    recipe: Recipe, *, names: Mapping[str, str], imports: Iterable[str] = ()
) -> tuple[str, tuple[str, ...]]:
    """Give the recipe, and what its user has to look at.

    Args:
        recipe: What :func:`read_sdist` gave.
        names: Name on PyPI, canonical → conda's name; an empty one: the requirement is left out.
        imports: Modules that its test imports; default: the project's name.
    """
    metadata = recipe.metadata
    version = str(metadata.version)
    context = {"name": recipe.name, "version": version}
    source = {
        "url": f"{_PYPI}/{recipe.name[0]}/{recipe.name}/{recipe.file.replace(version, '${{ version }}')}",
        "sha256": recipe.sha256,
    }
    python = _spec("python", metadata.requires_python or SpecifierSet())
    # A plain "python" is built once for each Python of conda-forge's; one with versions would be built once.
    host = ["python" if recipe.compilers else python, "pip", *_specs(recipe.build_requires, names)]
    run = ["python" if recipe.compilers else python, *_specs(metadata.requires_dist or (), names)]
    build: dict[str, Any] = {
        "number": 0,
        **(_skipped(metadata) if recipe.compilers else {"noarch": "python"}),
        "script": "${{ PYTHON }} -m pip install . -vv --no-deps --no-build-isolation",
    }
    modules = [*imports] or [recipe.name.replace("-", "_")]
    about = {
        "homepage": metadata.home_page or next(iter((metadata.project_urls or {}).values()), ""),
        "summary": metadata.summary or "",
        "license": metadata.license_expression or metadata.license or "",
        "license_file": [*(metadata.license_files or ())],
    }
    tree = {
        "context": context,
        "package": {"name": "${{ name }}", "version": "${{ version }}"},
        "source": source,
        "build": build,
        "requirements": {
            **({"build": _compilers(recipe)} if recipe.compilers else {}),
            "host": host,
            "run": run,
        },
        "tests": [{"python": {"imports": modules, "pip_check": True}}],
        "about": {key: value for key, value in about.items() if value},
        "extra": {"recipe-maintainers": ["YOUR-GITHUB-NAME"]},
    }
    return "schema_version: 1\n" + "".join(_yaml(tree)), tuple(_notes(recipe, about, names))


def _skipped(metadata: Metadata) -> dict[str, list[str]]:
    """Give the key that leaves out Pythons older than the project's oldest."""
    oldest = [one.version for one in metadata.requires_python or () if one.operator == ">="]
    return {"skip": [f'match(python, "<{max(oldest, key=Version)}")']} if oldest else {}


def _compilers(recipe: Recipe) -> list[str]:
    return [f"${{{{ compiler('{name}') }}}}" for name in recipe.compilers] + ["${{ stdlib('c') }}"]


def _specs(requirements: Iterable[Requirement], names: Mapping[str, str]) -> list[str]:
    """Give match specs; of a requirement for some cases the case is told, in a note."""
    found = []
    for one in requirements:
        name = canonicalize_name(one.name)
        if "extra" in str(one.marker or "") or names.get(name) == "":
            continue
        found.append(_spec(names.get(name, name), one.specifier))
    return found


def _spec(name: str, specifier: SpecifierSet) -> str:
    return f"{name} {version_spec(specifier)}".rstrip()


def _notes(recipe: Recipe, about: Mapping[str, Any], names: Mapping[str, str]) -> Iterator[str]:
    yield "extra.recipe-maintainers: put your name on GitHub there"
    yield "source.url holds once the release is on PyPI, with this file"
    others = [str(one) for one in recipe.metadata.requires_python or () if one.operator != ">="]
    if recipe.compilers and others:
        besides = ", ".join(others)
        yield f"build.skip leaves out older Pythons; requires-python says more, say it there, too: {besides}"
    requires = [*recipe.build_requires, *(recipe.metadata.requires_dist or ())]
    for one in requires:
        if one.marker is not None and "extra" not in str(one.marker):
            yield f"{one.name} is required in every case, not only where {one.marker}"
    guessed = [canonicalize_name(one.name) for one in requires if "extra" not in str(one.marker or "")]
    if called := ", ".join(dict.fromkeys(name for name in guessed if name not in names)):
        yield f"conda may call it otherwise, or not have it, look it up: {called} (--rename PYPI=CONDA)"
    if missing := ", ".join(
        key for key in ("homepage", "summary", "license", "license_file") if not about[key]
    ):
        yield f"conda-forge wants these, and the metadata does not say them: {missing}"


def _yaml(value: Any, indent: int = 0) -> Iterator[str]:
    """Give YAML of tables, arrays and texts; JSON's strings are YAML's (YAML 1.2, 1.3)."""
    space = "  " * indent
    items = value.items() if isinstance(value, dict) else ((None, one) for one in value)
    for key, one in items:
        mark = f"{space}- " if key is None else f"{space}{key}:"
        if key is None and isinstance(one, dict):
            inner = "".join(_yaml(one, indent + 1))
            yield mark + inner[len(mark) :]
        elif isinstance(one, (dict, list)) and one:
            yield f"{mark}\n"
            yield from _yaml(one, indent + 1)
        else:
            yield f"{mark.rstrip()} {json.dumps(one, ensure_ascii=False)}\n"
