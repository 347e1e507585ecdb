"""Archives: what goes into a wheel, its metadata, and the file itself."""

from pyz3.archive.contents import PackageRoot, find_packages, package_files
from pyz3.archive.entries import WheelEntry, ZippedFile, is_portable
from pyz3.archive.exclusion import FileRules
from pyz3.archive.imports import naming
from pyz3.archive.inputs import INPUT_SUFFIXES, found_inputs, named_inputs
from pyz3.archive.metadata import Metadata, read_metadata
from pyz3.archive.output import WrittenArchive, put_in_place, require_output
from pyz3.archive.sdist import sdist_files, write_sdist
from pyz3.archive.wheelfile import DEFAULT_EPOCH, Compressor, dist_info_entries, write_wheel

__all__ = (
    "DEFAULT_EPOCH",
    "INPUT_SUFFIXES",
    "Compressor",
    "FileRules",
    "Metadata",
    "PackageRoot",
    "WheelEntry",
    "WrittenArchive",
    "ZippedFile",
    "dist_info_entries",
    "find_packages",
    "found_inputs",
    "is_portable",
    "named_inputs",
    "naming",
    "package_files",
    "put_in_place",
    "read_metadata",
    "require_output",
    "sdist_files",
    "write_sdist",
    "write_wheel",
)
