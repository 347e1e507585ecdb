"""``pyz3 doctor``: why a wheel does not install or a module does not load, read from the files alone."""

from pyz3.doctor.diagnosis import Diagnosis, NeededLibrary
from pyz3.doctor.examine import diagnose
from pyz3.doctor.libraries import COMMON, LoadedFile, find_libraries
from pyz3.doctor.names import AnyPythonName, FileName, own_floor, python_names, read_name, system_names
from pyz3.doctor.subject import is_binary, most_of_binaries, subjects_of
from pyz3.doctor.tags import Promise, read_promises

__all__ = (
    "COMMON",
    "AnyPythonName",
    "Diagnosis",
    "FileName",
    "LoadedFile",
    "NeededLibrary",
    "Promise",
    "diagnose",
    "find_libraries",
    "is_binary",
    "most_of_binaries",
    "own_floor",
    "python_names",
    "read_name",
    "read_promises",
    "subjects_of",
    "system_names",
)
