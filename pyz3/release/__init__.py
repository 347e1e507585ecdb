"""A release: its wheels and sdist read back, whether they belong together, and whether one is missing."""

from pyz3.release.checksums import CHECKSUMS, add_checksums, checksums, read_checksums, write_checksums
from pyz3.release.files import ReleaseFile, UnreadableFileError, belongs_to_all, named_files, read_file
from pyz3.release.judgement import Cell, Finding, UnfitReleaseError, judge

__all__ = (
    "CHECKSUMS",
    "Cell",
    "Finding",
    "ReleaseFile",
    "UnfitReleaseError",
    "UnreadableFileError",
    "add_checksums",
    "belongs_to_all",
    "checksums",
    "judge",
    "named_files",
    "read_checksums",
    "read_file",
    "write_checksums",
)
