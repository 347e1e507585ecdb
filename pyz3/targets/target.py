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
        return self.platform.extension_suffix(self.python)

    def stable_abi_suffix(self, stable_abi: str) -> str:
        """Give how a module for the stable ABI of ``3.10`` or ``3.15t`` ends (PEP 384, PEP 803).

        It is ``.abi3.so`` or ``.abi3t.so``; on Windows ``.pyd`` alone.
        """
        return self.platform.traits.abi3_suffix["abi3t" if stable_abi.endswith("t") else "abi3"]
