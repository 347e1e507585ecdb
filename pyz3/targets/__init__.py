"""Platforms, Pythons and their combinations: what a wheel can be made for."""

from pyz3.targets.platforms import Exports, Family, FamilySpec, Platform, PlatformSpec
from pyz3.targets.pythons import SUPPORTED, PythonVersion, implementation
from pyz3.targets.target import Target

__all__ = (
    "SUPPORTED",
    "Exports",
    "Family",
    "FamilySpec",
    "Platform",
    "PlatformSpec",
    "PythonVersion",
    "Target",
    "implementation",
)
