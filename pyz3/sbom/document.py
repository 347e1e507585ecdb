"""Writing the bill: CycloneDX 1.6 in JSON, the same bytes for the same wheel.

Source of the format: the CycloneDX specification, ``bom-1.6.schema.json``.  There is no time of day in it,
and its serial number is a digest of the rest.  Properties are named ``pyz3:…``; the page on
trust explains them.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import msgspec
from packaging.utils import canonicalize_name

from pyz3 import __version__
from pyz3.sbom.parts import parts, version_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from pyz3.environments import LockedFile
    from pyz3.sbom.evidence import Evidence

FILE = "sboms/pyz3.cdx.json"
"""Where it is, below ``.dist-info``."""

_Component = dict[str, Any]
# As lock files call them (PEP 751, names of hashlib) → as CycloneDX does: those that are good enough for pip.
_ALGORITHMS = {"sha256": "SHA-256", "sha384": "SHA-384", "sha512": "SHA-512"}


@dataclass(frozen=True, kw_only=True)
class Contained:
    """A binary of a wheel.

    Attributes:
        file: Its path in the wheel.
        sha256: Its digest, in hexadecimal.
        origin: Who made it, as a clause: ``compiled by pyz3``.
        evidence: What it holds besides the project's own code.
        libraries: Names of the project's static libraries that it was linked with.
        files: Names of objects and archives that it was linked with and that were there already.
        foreign: It was compiled by others, and nothing is known of its parts.
    """

    file: str
    sha256: str
    origin: str
    evidence: Evidence
    libraries: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    foreign: bool = False

    @property
    def completeness(self) -> str:
        """What is known of its parts, as CycloneDX calls it."""
        if self.foreign:
            return "unknown"
        return "incomplete" if self.evidence.unknown or self.files else "complete"


@dataclass(frozen=True, kw_only=True)
class StaticLibrary:
    """A static library of the project.

    Attributes:
        name: ``zfoo``.
        sources: Digest of its sources, one behind the other in the order in which they are named.
    """

    name: str
    sources: str


@dataclass(frozen=True, kw_only=True, order=True)
class Tool:
    """A distribution that was installed to build the wheel.

    Attributes:
        name: As it calls itself.
        version: Its version.
        files: Those that a lock file allows it to be installed from; empty: it is not locked.
    """

    name: str
    version: str
    files: tuple[LockedFile, ...] = ()

    @property
    def purl(self) -> str:
        """Its package URL."""
        return _purl(self.name, self.version)


def make_sbom(
    name: str,
    version: str,
    *,
    binaries: Sequence[Contained],
    libraries: Sequence[StaticLibrary] = (),
    tools: Iterable[Tool] = (),
    properties: Mapping[str, str],
    missing_texts: Sequence[str] = (),
    zig_lib: Path,
    zig_version: str,
) -> bytes:
    """Give the bill of one wheel.

    Args:
        name: The distribution's.
        version: Likewise.
        binaries: Of the wheel.
        libraries: The project's static libraries that are in them.
        tools: What was installed to build it.
        properties: What else is said of the build.
        missing_texts: Licence texts that should be in the wheel, and that nobody has here.
        zig_lib: Zig's own files.
        zig_version: Of the ``ziglang`` package.
    """
    used = sorted({part for one in binaries for part in one.evidence.parts})
    binaries = sorted(binaries, key=lambda one: one.file)
    own = _purl(name, version)
    said = {
        **properties,
        **{f"pyz3:text-missing:{text}": "it is not installed here" for text in missing_texts},
    }
    document: dict[str, Any] = {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {
            "component": {
                "type": "library",
                "bom-ref": own,
                "name": name,
                "version": version,
                "purl": own,
            },
            "tools": {
                "components": [
                    _zig(zig_version),
                    {"type": "application", "name": "pyz3", "version": __version__},
                ]
            },
            "properties": _properties(said),
        },
        "components": [
            *map(_file, binaries),
            *(_part(part, zig_lib, zig_version) for part in used),
            *(_library(library) for library in sorted(libraries, key=lambda one: one.name)),
            *(_tool(tool) for tool in sorted(set(tools))),
        ],
        "dependencies": [
            {"ref": own, "dependsOn": [_file_ref(one) for one in binaries]},
            *({"ref": _file_ref(one), "dependsOn": _held(one)} for one in binaries),
        ],
        "compositions": _compositions(binaries),
    }
    digest = uuid.uuid5(uuid.NAMESPACE_URL, msgspec.json.encode(document, order="sorted").decode())
    document["serialNumber"] = digest.urn
    return msgspec.json.format(msgspec.json.encode(document, order="sorted"), indent=2) + b"\n"


def _file(one: Contained) -> _Component:
    unknown = {f"pyz3:may-hold:{part}": "it was there for the linker" for part in one.evidence.unknown}
    unknown |= {
        f"pyz3:linked-file:{name}": "it was compiled before: what is in it is not known" for name in one.files
    }
    holds = {f"pyz3:holds:{part}": why for part, why in one.evidence.parts.items()}
    return {
        "type": "file",
        "bom-ref": _file_ref(one),
        "name": one.file,
        "hashes": [{"alg": "SHA-256", "content": one.sha256}],
        "properties": _properties({"pyz3:origin": one.origin, **holds, **unknown}),
    }


def _part(name: str, zig_lib: Path, zig_version: str) -> _Component:
    part = parts()[name]
    version = version_of(name, zig_lib, zig_version)
    said = {}
    if part.folder:
        said["pyz3:sources"] = f"lib/{part.folder} of ziglang {zig_version}"
    if part.version_of and version:
        said["pyz3:version-from"] = f"lib/{part.version} of ziglang {zig_version}"
    component = {
        "type": "library",
        "bom-ref": f"part:{name}",
        "name": part.name,
        "description": part.what,
        "licenses": [{"expression": part.licence}],
        "properties": _properties(said),
    }
    if version:
        component["version"] = version
    if part.version == "zig":
        component["purl"] = _purl("ziglang", zig_version)
    return component


def _library(library: StaticLibrary) -> _Component:
    return {
        "type": "library",
        "bom-ref": f"library:{library.name}",
        "name": library.name,
        "properties": _properties({"pyz3:sources-sha256": library.sources}),
    }


def _tool(tool: Tool) -> _Component:
    said = {"pyz3:role": "build requirement"}
    files = [one for file in sorted(tool.files) if (one := _distribution(tool, file))]
    if files:
        said["pyz3:installed-from"] = "one of the distributions: the lock file allows no other"
    component: _Component = {
        "type": "library",
        "scope": "excluded",
        "bom-ref": f"build:{tool.purl}",
        "name": tool.name,
        "version": tool.version,
        "purl": tool.purl,
        "properties": _properties(said),
    }
    return {**component, "externalReferences": files} if files else component


def _distribution(tool: Tool, file: LockedFile) -> dict[str, Any] | None:
    """Give what is said of a file; None: it has no hash that CycloneDX knows.

    Its address is a package URL: it is the same file on every index.
    """
    pairs = (one.split(":", 1) for one in file.hashes)
    hashes = [{"alg": _ALGORITHMS[kind], "content": value} for kind, value in pairs if kind in _ALGORITHMS]
    url = f"{tool.purl}?file_name={quote(file.name, safe='')}"
    return {"type": "distribution", "url": url, "hashes": hashes} if hashes else None


def _zig(version: str) -> _Component:
    return {"type": "application", "name": "zig", "version": version, "purl": _purl("ziglang", version)}


def _compositions(binaries: Sequence[Contained]) -> list[dict[str, Any]]:
    """Say of which binaries all parts are known."""
    found: dict[str, list[str]] = {}
    for one in binaries:
        found.setdefault(one.completeness, []).append(_file_ref(one))
    return [{"aggregate": aggregate, "dependencies": refs} for aggregate, refs in sorted(found.items())]


def _held(one: Contained) -> list[str]:
    return sorted(
        [*(f"part:{part}" for part in one.evidence.parts), *(f"library:{name}" for name in one.libraries)]
    )


def _file_ref(one: Contained) -> str:
    return f"file:{one.file}"


def _properties(said: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in sorted(said.items())]


def _purl(name: str, version: str) -> str:
    """Give the package URL of a distribution (the purl specification, type ``pypi``)."""
    return f"pkg:pypi/{canonicalize_name(name)}@{quote(version, safe='')}"
