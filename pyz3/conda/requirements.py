"""``Requires-Dist`` and ``Requires-Python`` → what a conda package depends on.

Versions are spelt as conda's match specs have them; ``2a0`` is before every pre-release of 2 (conda's
"Version ordering").
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from packaging.utils import canonicalize_name
from packaging.version import Version

from pyz3.errors import ConfigError
from pyz3.targets import SUPPORTED, Platform, PythonVersion

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from packaging.markers import Marker
    from packaging.requirements import Requirement
    from packaging.specifiers import Specifier, SpecifierSet

    from pyz3.conda.aims import Aim

# What platform.system() says → by what sys.platform says.
_SYSTEMS = {"linux": "Linux", "darwin": "Darwin", "win32": "Windows"}
_VIRTUAL = {"glibc": "__glibc", "macOS": "__osx"}


@dataclass(frozen=True, kw_only=True)
class Depends:
    """What a package depends on.

    Attributes:
        specs: conda's match specs.
        notes: What the user should know of them.
        unsure: Requirements that are called as on PyPI; conda may call them otherwise.
    """

    specs: tuple[str, ...]
    notes: tuple[str, ...] = ()
    unsure: tuple[str, ...] = ()


def depends_of(
    aim: Aim,
    *,
    requires: Iterable[Requirement],
    requires_python: SpecifierSet,
    names: Mapping[str, str],
) -> Depends:
    """Give what a package depends on at run time.

    Args:
        aim: What it is for; markers are evaluated for that.
        requires: Its requirements.
        requires_python: Its ``Requires-Python``.
        names: Name on PyPI, canonical → conda's name; an empty one: the requirement is left out.

    Raises:
        ConfigError: A requirement is an address.
    """
    specs, notes, unsure = [], [], []
    environments = [*_environments(aim, requires_python)]
    for requirement in requires:
        name = canonicalize_name(requirement.name)
        holds = {_holds(requirement.marker, environment) for environment in environments}
        if holds == {False} or names.get(name) == "":
            continue
        if requirement.url:
            raise ConfigError(f"{name}: conda cannot be told an address: {requirement.url}")
        if False in holds:
            notes.append(f"{name} is required in every case, not only where {requirement.marker}")
        if requirement.extras:
            extras = ", ".join(sorted(requirement.extras))
            notes.append(f"conda has no extras: what {name} needs for {extras} is not required")
        if name not in names:
            unsure.append(name)
        specs.append(_spec(names.get(name, name), requirement.specifier))
    whole = (*_python(aim, requires_python), *_system(aim), *sorted(dict.fromkeys(specs)))
    return Depends(specs=whole, notes=tuple(notes), unsure=tuple(unsure))


def version_spec(specifier: SpecifierSet) -> str:
    """Give versions as conda's match specs have them: ``>=1.4,<2`` → ``>=1.4,<2a0``."""
    ordered = sorted(specifier, key=lambda one: (one.operator.startswith("<"), str(one)))
    return ",".join(part for one in ordered for part in _parts(one))


def _parts(one: Specifier) -> tuple[str, ...]:
    operator, version = one.operator, one.version
    if operator == "~=":
        # PEP 440: ~=1.4.2 is >=1.4.2, ==1.4.*
        release = version.partition("!")[2] or version
        series = Version(release).release[:-1]
        epoch = f"{version.partition('!')[0]}!" if "!" in version else ""
        return (f">={version}", f"{epoch}{'.'.join(map(str, series))}.*")
    if operator in {"==", "==="}:
        return (version if version.endswith(".*") else f"=={version}",)
    if operator == "<" and not Version(version).is_prerelease:
        # PEP 440: no pre-release of 2 is before 2; for conda 2a1 is.
        return (f"<{version}a0",)
    return (f"{operator}{version}",)


def _spec(name: str, specifier: SpecifierSet) -> str:
    return f"{name} {version_spec(specifier)}".rstrip()


def _python(aim: Aim, requires_python: SpecifierSet) -> list[str]:
    """Give what is required of Python: as conda-forge's python and python-abi3 have it in run_exports."""
    python = aim.python
    if python is not None:
        pin = f"python >={python.base},<{python.major}.{python.minor + 1}.0a0"
        return [pin, f"python_abi {python.base}.* *_{python.abi}"]
    specs = [_spec("python", requires_python)]
    if aim.stable_abi:
        specs.append(f"cpython >={aim.stable_abi}")
        if aim.with_gil != aim.free_threaded:
            specs.append("python-gil" if aim.with_gil else "python-freethreading")
    return specs


def _system(aim: Aim) -> list[str]:
    """Give what is required of the system, which conda's virtual packages stand for."""
    if aim.platform is None:
        return []
    virtual = _VIRTUAL.get(aim.platform.traits.floor_of)
    if virtual is None:
        return ["__win"]
    return [f"{virtual} >={aim.floor}"] if aim.floor else []


def _holds(marker: Marker | None, environment: Mapping[str, str]) -> bool:
    return marker is None or marker.evaluate(dict(environment))


def _environments(aim: Aim, requires_python: SpecifierSet) -> Iterable[dict[str, str]]:
    """Give what markers see (PEP 508), for each platform and Python that the package serves."""
    pythons = [aim.python] if aim.python else [p for p in SUPPORTED if not p.free_threaded]
    since = PythonVersion.parse(aim.stable_abi) if aim.stable_abi else pythons[0]
    served = [p for p in pythons if p.minor >= since.minor and requires_python.contains(f"{p.base}.99")]
    for platform in [aim.platform] if aim.platform else [one for one in Platform if one.spec.conda]:
        for python in served or pythons:
            yield _environment(platform, python)


def _environment(platform: Platform, python: PythonVersion) -> dict[str, str]:
    traits = platform.traits
    return {
        "extra": "",
        "implementation_name": "cpython",
        "implementation_version": f"{python.base}.0",
        "os_name": traits.os_name,
        "platform_machine": platform.machine,
        "platform_python_implementation": "CPython",
        "platform_release": "",
        "platform_system": _SYSTEMS[traits.sys_platform],
        "platform_version": "",
        "python_full_version": f"{python.base}.0",
        "python_version": python.base,
        "sys_platform": traits.sys_platform,
    }
