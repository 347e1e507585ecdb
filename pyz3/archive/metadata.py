"""The project's metadata: from ``[project]`` (PEP 621) to the files of ``.dist-info``."""

from __future__ import annotations

import difflib
import re
import warnings
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING, Any

from packaging.licenses import InvalidLicenseExpression, canonicalize_license_expression
from packaging.metadata import ExceptionGroup
from packaging.metadata import Metadata as CoreMetadata
from packaging.utils import canonicalize_name
from pyproject_metadata import ConfigurationError, License, StandardMetadata, constants
from pyproject_metadata.errors import ConfigurationWarning

from pyz3._toml import TOMLDecodeError, load_toml
from pyz3.archive.entries import require_inside
from pyz3.archive.version import read_version
from pyz3.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

_FILE = "pyproject.toml"
# What is taken when ``license-files`` is not set; PEP 639 leaves it to the tool, and these are
# what the other build backends take.
_LICENSE_GLOBS = ("LICEN[CS]E*", "COPYING*", "NOTICE*", "AUTHORS*")
# The newest version that does not depend on optional keys; PEP 639's fields need it.
_METADATA_VERSION = "2.4"

# The grammar of object references in the entry points specification of packaging.python.org.
_IDENTIFIERS = r"[^\W\d]\w*(?:\.[^\W\d]\w*)*"
_EXTRAS = r"(?: *\[[\w ,.-]*\])?"
_OBJECT = re.compile(rf"{_IDENTIFIERS}(?: *: *{_IDENTIFIERS})?{_EXTRAS}")
_CALLABLE = re.compile(rf"{_IDENTIFIERS} *: *{_IDENTIFIERS}{_EXTRAS}")
_ENTRY_NAME = re.compile(r"[^\s=\[#;](?:[^=]*[^\s=])?")
_GROUP_NAME = re.compile(r"\w+(?:\.\w+)*")


@dataclass(frozen=True, kw_only=True)
class Metadata:
    """What ``.dist-info`` says about a project.

    Attributes:
        name: As the project spells it.
        version: Normalised (PEP 440).
        requires_python: ``[project] requires-python``, or None.
        core: The bytes of ``METADATA`` (of ``PKG-INFO`` in an sdist).
        entry_points: The bytes of ``entry_points.txt``; empty if the project has none.
        license_files: Path within ``licenses/`` and source of each licence file, sorted.
        files: Everything that was read: ``pyproject.toml``, readme, licences, where the version stands.
        warnings: What the project should mend, but need not, one sentence each.
    """

    name: str
    version: str
    requires_python: str | None
    core: bytes
    entry_points: bytes
    license_files: tuple[tuple[str, Path], ...]
    files: tuple[Path, ...] = ()
    warnings: tuple[str, ...] = ()

    @property
    def requires_dist(self) -> tuple[str, ...]:
        """What it requires (PEP 508), extras with their markers."""
        return tuple(map(str, CoreMetadata.from_email(self.core).requires_dist or ()))

    @property
    def stem(self) -> str:
        """How file names begin: ``acme_hello-1.0`` (binary distribution format, "escaping")."""
        return f"{canonicalize_name(self.name).replace('-', '_')}-{self.version.replace('-', '_')}"

    @property
    def dist_info(self) -> str:
        """The name of the metadata folder in a wheel."""
        return f"{self.stem}.dist-info"


def read_metadata(
    project_dir: Path,
    *,
    version_attr: str | None = None,
    version_path: str | None = None,
    packages: Sequence[str] | None = None,
) -> Metadata:
    """Read and check ``[project]`` of ``pyproject.toml``; nothing of the project is imported.

    Args:
        project_dir: The folder that holds ``pyproject.toml``.
        version_attr: ``[tool.pyz3] version.attr``, used if the version is dynamic.
        version_path: ``[tool.pyz3] version.path``, likewise.
        packages: ``[tool.pyz3] packages``: where the version is looked for by default.

    Raises:
        ConfigError: A key or a file that it names is wrong.
    """
    data = _load(project_dir)
    project: Mapping[str, Any] = data["project"]
    _refuse_control_characters({**project, "readme": ""}, key="project")
    files = [project_dir / _FILE, *_check_files(project_dir, project)]
    if "version" in project.get("dynamic", ()):
        if "version" in project:
            raise ConfigError(f"{_FILE}: project.version is set, but project.dynamic lists 'version' too")
        version, file = read_version(
            project_dir,
            project_name=project["name"],
            attr=version_attr,
            path=version_path,
            packages=packages,
        )
        project = {**project, "dynamic": [], "version": version}
        files.append(file)
    standard, notes = _validated(project_dir, project)
    license_files = _use_license_files(project_dir, standard)
    return Metadata(
        name=standard.name,
        version=str(standard.version),
        requires_python=str(standard.requires_python) if standard.requires_python is not None else None,
        core=_core(standard),
        entry_points=_entry_points(standard),
        license_files=license_files,
        files=tuple(dict.fromkeys([*files, *(source for _, source in license_files)])),
        warnings=notes,
    )


def _load(project_dir: Path) -> dict[str, Any]:
    """Read the file and check what must hold before any key is looked at."""
    path = project_dir / _FILE
    try:
        data = load_toml(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror}") from error
    except (TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ConfigError(f"{path}: no valid TOML: {error}") from error
    project = data.get("project")
    if not isinstance(project, dict):
        raise ConfigError(
            f"{path}: there is no [project] table",
            tip='It needs at least: [project] name = "hello" and version = "0.1"',
        )
    for key in project:
        if key not in constants.KNOWN_PROJECT_FIELDS:
            close = difflib.get_close_matches(key, sorted(constants.KNOWN_PROJECT_FIELDS), n=1)
            raise ConfigError(
                f"{_FILE}: project.{key} is no key of [project] (PEP 621)",
                tip=f"Did you mean {close[0]!r}?" if close else None,
            )
    if not isinstance(project.get("name"), str):
        raise ConfigError(f"{_FILE}: project.name must be a string")
    dynamic = project.get("dynamic", [])
    if not isinstance(dynamic, list) or any(field != "version" for field in dynamic):
        raise ConfigError(
            f"{_FILE}: project.dynamic is {dynamic!r}; only ['version'] can be dynamic with pyz3"
        )
    return data


def _refuse_control_characters(value: object, *, key: str) -> None:
    """Refuse what could break out of a line of METADATA; a readme is no line.

    Raises:
        ConfigError: A string holds a control character other than a line break or tab.
    """
    if isinstance(value, str):
        if re.search(r"[\x00-\x08\x0b-\x1f\x7f]", value):
            raise ConfigError(f"{_FILE}: {key} is {value!r}; expected text without control characters")
    elif isinstance(value, dict):
        for name, item in value.items():
            _refuse_control_characters(name, key=key)
            _refuse_control_characters(item, key=f"{key}.{name}")
    elif isinstance(value, list):
        for item in value:
            _refuse_control_characters(item, key=key)


def _check_files(project_dir: Path, project: Mapping[str, Any]) -> list[Path]:
    """Check the files that keys name before pyproject-metadata reads them, and give them."""
    files = []
    for key in ("readme", "license"):
        value = project.get(key)
        name = value.get("file") if isinstance(value, dict) else value if key == "readme" else None
        if not isinstance(name, str):
            continue
        if Path(name).is_absolute() or ".." in Path(name).parts:
            raise ConfigError(f"{_FILE}: project.{key}: {name} is no path below the project directory")
        require_inside(project_dir, project_dir / name, key=f"{_FILE}: project.{key}")
        try:
            (project_dir / name).read_text(encoding="utf-8")
        except OSError as error:
            raise ConfigError(f"{_FILE}: project.{key}: {name} cannot be read: {error.strerror}") from error
        except UnicodeDecodeError as error:
            raise ConfigError(f"{_FILE}: project.{key}: {name} is not UTF-8: {error}") from error
        files.append(project_dir / name)
    return files


def _validated(project_dir: Path, project: Mapping[str, Any]) -> tuple[StandardMetadata, tuple[str, ...]]:
    """Have pyproject-metadata check the table; also give what it warns about."""
    # Import names need a newer version, which pyproject-metadata then chooses itself.
    newer = "import-names" in project or "import-namespaces" in project
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("ignore")
        warnings.simplefilter("always", ConfigurationWarning)
        try:
            standard = StandardMetadata.from_pyproject(
                {"project": project},
                project_dir,
                metadata_version=None if newer else _METADATA_VERSION,
                allow_extra_keys=False,
            )
        except ConfigurationError as error:
            where = f"{error.key}: " if error.key is not None and error.key not in str(error) else ""
            raise ConfigError(f"{_FILE}: {where}{error}") from error
        except (ValueError, NotImplementedError, IndexError) as error:  # pathlib refuses a glob
            raise ConfigError(f"{_FILE}: project.license-files: {error}") from error
    if isinstance(standard.license, str):
        try:
            standard.license = canonicalize_license_expression(standard.license)
        except InvalidLicenseExpression as error:
            raise ConfigError(
                f"{_FILE}: project.license: {error}",
                tip="See https://spdx.org/licenses for the identifiers; others are spelt 'LicenseRef-Name'.",
            ) from error
    return standard, tuple(f"{_FILE}: {note.message}" for note in caught)


def _use_license_files(project_dir: Path, standard: StandardMetadata) -> tuple[tuple[str, Path], ...]:
    """Settle the licence files, have METADATA list them, and give name and source of each."""
    if isinstance(standard.license, License):
        if standard.license.file is None:
            return ()
        files = [standard.license.file.relative_to(project_dir)]
        # pyproject-metadata keeps the path joined to the project's, which METADATA would show.
        standard.license = License(standard.license.text, files[0])
    else:
        files = (
            standard.license_files
            if standard.license_files is not None
            else list(_usual_licenses(project_dir))
        )
        standard.license_files = files
    names = sorted({file.as_posix() for file in files})
    for name in names:
        require_inside(project_dir, project_dir / name, key=f"{_FILE}: project.license-files")
    return tuple((name, project_dir / name) for name in names)


def _usual_licenses(project_dir: Path) -> Iterator[Path]:
    """Find licence files beside ``pyproject.toml`` by their usual names."""
    for path in project_dir.iterdir():
        if path.is_file() and any(fnmatchcase(path.name, glob) for glob in _LICENSE_GLOBS):
            yield Path(path.name)


def _core(standard: StandardMetadata) -> bytes:
    """Write METADATA, and read it back as an index will, which refuses more than the table's scheme.

    Raises:
        ConfigError: A value does not survive, such as one with a line break in it.
    """
    core = standard.as_rfc822().as_bytes()
    try:
        CoreMetadata.from_email(core)
    except ExceptionGroup as group:
        first = group.exceptions[0]
        raise ConfigError(
            f"{_FILE}: [project] makes no valid METADATA (PyPI would refuse it): {first}"
        ) from group
    return core


def _entry_points(standard: StandardMetadata) -> bytes:
    """Write ``entry_points.txt``, groups and names sorted."""
    groups = {
        f"project.entry-points.{group}": (group, entries, _OBJECT)
        for group, entries in standard.entrypoints.items()
    }
    groups["project.scripts"] = ("console_scripts", standard.scripts, _CALLABLE)
    groups["project.gui-scripts"] = ("gui_scripts", standard.gui_scripts, _CALLABLE)
    sections = []
    for key, (group, entries, pattern) in sorted(groups.items(), key=lambda item: item[1][0]):
        if key.startswith("project.entry-points.") and group in ("console_scripts", "gui_scripts"):
            raise ConfigError(
                f"{_FILE}: {key} is not allowed (PEP 621)",
                tip=f"Use [project.{'gui-' if group.startswith('gui') else ''}scripts].",
            )
        if not _GROUP_NAME.fullmatch(group):
            raise ConfigError(f"{_FILE}: {key}: a group's name is made of words and dots")
        for name, reference in entries.items():
            if not (_ENTRY_NAME.fullmatch(name) and name.isprintable()):
                raise ConfigError(f"{_FILE}: {key}: {name!r} is no name of an entry point")
            if not pattern.fullmatch(reference):
                raise ConfigError(
                    f"{_FILE}: {key}.{name} is {reference!r}; expected something like 'hello.cli:main'"
                )
        if entries:
            lines = [f"{name} = {entries[name]}\n" for name in sorted(entries)]
            sections.append(f"[{group}]\n{''.join(lines)}")
    return "\n".join(sections).encode()
