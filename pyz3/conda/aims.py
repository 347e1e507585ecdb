"""What a wheel is for, in conda's terms: a subdir, a Python, the oldest system.

A package that serves several Pythons is ``noarch: python``: conda's clients put its modules into the
``site-packages`` of the Python that is there.  One with binaries lies in the subdir of its platform all the
same (conda's "Support for abi3 Python packages").
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pyz3.errors import ConfigError
from pyz3.targets import Platform, PythonVersion

if TYPE_CHECKING:
    from collections.abc import Iterable

    from packaging.tags import Tag

NOARCH = "noarch"
_ARCHITECTURES = {"64": "x86_64", "32": "x86"}


@dataclass(frozen=True, kw_only=True)
class Aim:
    """What a wheel is for.

    Attributes:
        platform: None: every one.
        floor: Oldest system promised: a version of glibc or macOS; empty: none is.
        python: The one Python; None: several.
        stable_abi: Oldest Python of the stable ABI (``3.10``); empty: its binaries use none of it.
        free_threaded: Whether that ABI is the one of free-threaded Pythons, too, or theirs alone.
    """

    platform: Platform | None = None
    floor: str = ""
    python: PythonVersion | None = None
    stable_abi: str = ""
    with_gil: bool = True
    free_threaded: bool = False

    @property
    def subdir(self) -> str:
        """``linux-64``, or ``noarch``."""
        return self.platform.spec.conda if self.platform else NOARCH

    @property
    def noarch(self) -> bool:
        """Whether conda's clients choose where its modules go."""
        return self.python is None

    @property
    def system(self) -> tuple[str | None, str | None]:
        """What ``info/index.json`` calls the system and the architecture: ``linux`` and ``x86_64``."""
        if self.platform is None:
            return None, None
        system, _, arch = self.subdir.partition("-")
        return system, _ARCHITECTURES.get(arch, arch)

    @property
    def build(self) -> str:
        """What tells builds of a release apart: ``py313``, ``abi3`` or ``py``."""
        if self.python is not None:
            return f"py{self.python.nodot}"
        return "abi3" if self.stable_abi else "py"


def require_subdir(platform: Platform) -> str:
    """Give what conda calls a platform.

    Raises:
        ConfigError: It has none of that kind.
    """
    if not platform.spec.conda:
        others = ", ".join(str(one) for one in Platform if one.spec.conda)
        raise ConfigError(f"{platform}: conda has no such platform", tip=f"those that it has: {others}")
    return platform.spec.conda


def aim_of(tags: Iterable[Tag], *, file: str) -> Aim:
    """Give what a wheel with these tags is for.

    Args:
        tags: Of its name.
        file: Its name, for messages.

    Raises:
        ConfigError: conda has no such platform, or the wheel is for several, or not for CPython.
    """
    tags = list(tags)
    platform, floor = _platform({tag.platform for tag in tags}, file)
    interpreters = sorted({tag.interpreter for tag in tags})
    abis = {tag.abi for tag in tags}
    if abis == {"none"}:
        return Aim(platform=platform, floor=floor)
    if abis <= {"abi3", "abi3t"}:
        oldest = min(PythonVersion.parse(name) for name in interpreters)
        return Aim(
            platform=platform,
            floor=floor,
            stable_abi=oldest.base,
            with_gil="abi3" in abis,
            free_threaded="abi3t" in abis,
        )
    try:
        (python,) = {PythonVersion.parse(abi) for abi in abis}
    except ValueError:
        raise ConfigError(
            f"{file}: is not for one CPython: {', '.join(sorted(abis))}", tip="build a wheel per Python"
        ) from None
    return Aim(platform=platform, floor=floor, python=python)


def _platform(tags: set[str], file: str) -> tuple[Platform | None, str]:
    if tags == {"any"}:
        return None, ""
    found = {tag: Platform.of_wheel_tag(tag) for tag in sorted(tags)}
    platforms = {one[0] for one in found.values() if one is not None}
    if len(platforms) != 1:
        known = ", ".join(sorted(map(str, platforms))) or "none that pyz3 knows"
        raise ConfigError(f"{file}: is not for one platform: {known}")
    (platform,) = platforms
    require_subdir(platform)
    floors = [one[1] for one in found.values() if one is not None]
    return platform, min(floors, key=lambda text: tuple(map(int, text.split("."))) if text else ())
