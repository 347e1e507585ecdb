"""A target: one platform and one Python, hence one wheel."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pyz3.targets.platforms import Platform
    from pyz3.targets.pythons import PythonVersion


@dataclass(frozen=True, kw_only=True)
class Target:
    """What one wheel is made for."""

    platform: Platform
    python: PythonVersion

    def __str__(self) -> str:
        return self.identifier

    @property
    def identifier(self) -> str:
        """The build identifier as cibuildwheel spells it: ``cp313-manylinux_x86_64``."""
        return f"{self.python.abi}-{self.platform.spec.identifier}"

    @property
    def extension_suffix(self) -> str:
        """What the target's ``importlib.machinery.EXTENSION_SUFFIXES`` begins with."""
        return self.platform.spec.suffix.format(nodot=self.python.nodot)

    @property
    def stable_abi_suffix(self) -> str:
        """How a module for the stable ABI ends (PEP 384): ``.abi3.so``; on Windows ``.pyd`` alone."""
        return ".pyd" if self.platform.family == "windows" else ".abi3.so"
