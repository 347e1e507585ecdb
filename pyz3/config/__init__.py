"""What a project says: the scheme of ``[tool.pyz3]`` and the :class:`Project` every frontend gives.

The scheme is strict.  A key that is unknown or of the wrong type is refused with the file, the
key, what was expected and the nearest key that exists.
"""

from pyz3.config.assignments import expand_variables, parse_assignments
from pyz3.config.languages import CXX_SUFFIXES, HEADER_SUFFIXES, SOURCE_SUFFIXES
from pyz3.config.project import Backend, Component, Extension, Library, Project
from pyz3.config.reading import read_config_file, read_pyproject, read_tool_table
from pyz3.config.scheme import (
    DEFAULT_OPTIMIZE,
    FAMILIES,
    FAMILY_TABLES,
    OPTIMIZE_MODES,
    Assignments,
    CheckTable,
    ComponentTable,
    ConfigSettings,
    ExtensionTable,
    FamilyTable,
    HookOptions,
    Inherit,
    InheritTable,
    LibraryTable,
    Lto,
    Optimize,
    OverrideTable,
    SbomTable,
    SdistTable,
    Settings,
    ToolTable,
    VersionTable,
    WheelOptions,
    Words,
)

__all__ = (
    "CXX_SUFFIXES",
    "DEFAULT_OPTIMIZE",
    "FAMILIES",
    "FAMILY_TABLES",
    "HEADER_SUFFIXES",
    "OPTIMIZE_MODES",
    "SOURCE_SUFFIXES",
    "Assignments",
    "Backend",
    "CheckTable",
    "Component",
    "ComponentTable",
    "ConfigSettings",
    "Extension",
    "ExtensionTable",
    "FamilyTable",
    "HookOptions",
    "Inherit",
    "InheritTable",
    "Library",
    "LibraryTable",
    "Lto",
    "Optimize",
    "OverrideTable",
    "Project",
    "SbomTable",
    "SdistTable",
    "Settings",
    "ToolTable",
    "VersionTable",
    "WheelOptions",
    "Words",
    "expand_variables",
    "parse_assignments",
    "read_config_file",
    "read_pyproject",
    "read_tool_table",
)
