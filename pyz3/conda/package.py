"""A conda package: its ``info`` files and the archive (conda's "Conda package specification", version 2).

The same wheel gives the same bytes, as long as the libraries that compress are the same.
"""

from __future__ import annotations

import io
import json
import re
import tarfile
import time
import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pyz3.archive import put_in_place
from pyz3.conda.placing import PLACEHOLDER, Placed, place, with_notes
from pyz3.conda.requirements import depends_of
from pyz3.conda.wheels import read_wheel
from pyz3.errors import ConfigError, one_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from packaging.metadata import Metadata

    from pyz3.archive import WrittenArchive
    from pyz3.conda.wheels import Wheel

# A compiled module; a plain library for ctypes has none of these endings (PEP 3149, PEP 384).
_COMPILED = re.compile(r"\.(cpython-[^/]*\.so|abi3t?\.so|(cp\d+t?-[^/]*\.)?pyd)$")
# Labels of Project-URL, normalised (core metadata specification, "Well-known Project URLs").
_ADDRESSES = {
    "home": ("homepage",),
    "dev_url": ("source", "repository", "sourcecode", "github"),
    "doc_url": ("documentation", "docs"),
}


@dataclass(frozen=True, kw_only=True)
class CondaPackage:
    """A package that is to be written.

    Attributes:
        name: As conda calls it.
        stem: Its file's name without ``.conda``: ``thing-1.0-py313_0``.
        subdir: Its folder in a channel: ``linux-64``.
        depends: conda's match specs.
        files: What is installed.
        info: Its own files, below ``info/``.
        notes: What the user should know.
        unsure: What it requires by a name that conda may not have.
    """

    name: str
    stem: str
    subdir: str
    depends: tuple[str, ...]
    files: tuple[Placed, ...]
    info: tuple[Placed, ...]
    notes: tuple[str, ...] = ()
    unsure: tuple[str, ...] = ()


def convert(path: Path, *, names: Mapping[str, str], build_number: int = 0, epoch: int) -> CondaPackage:
    """Give the package of a wheel.

    Args:
        path: The wheel.
        names: Name on PyPI, canonical → conda's name; an empty one: the requirement is left out.
        build_number: Counts builds of one release.
        epoch: Date of all files, in seconds since 1970.

    Raises:
        ConfigError: The wheel is damaged, or it is for something that conda does not have.
    """
    wheel = read_wheel(path)
    try:
        return _package(path, wheel, names, build_number, epoch)
    except ValueError as error:  # the fields of METADATA are understood when they are asked for
        raise ConfigError(f"{path}: its METADATA cannot be used: {one_line(str(error))}") from None


def _package(
    path: Path, wheel: Wheel, names: Mapping[str, str], build_number: int, epoch: int
) -> CondaPackage:
    name = names.get(wheel.name) or wheel.name
    depends = depends_of(
        wheel.aim,
        requires=wheel.metadata.requires_dist or (),
        requires_python=wheel.metadata.requires_python or _anything(),
        names=names,
    )
    files = place(wheel)
    build = f"{wheel.aim.build}_{build_number}"
    system, arch = wheel.aim.system
    index = {
        "arch": arch,
        "build": build,
        "build_number": build_number,
        "depends": [*depends.specs],
        "name": name,
        "platform": system,
        "subdir": wheel.aim.subdir,
        "timestamp": epoch * 1000,
        "version": wheel.version,
        **({"noarch": "python"} if wheel.aim.noarch else {}),
        **({"license": said} if (said := _license(wheel.metadata)) else {}),
    }
    notes = [*depends.notes, *with_notes(wheel)]
    if wheel.aim.platform is not None and wheel.aim.platform.traits.floor_of and not wheel.aim.floor:
        notes.append(f"{path.name} promises no oldest {wheel.aim.platform.traits.floor_of}: none is required")
    return CondaPackage(
        name=name,
        stem=f"{name}-{wheel.version}-{build}",
        subdir=wheel.aim.subdir,
        depends=depends.specs,
        files=files,
        info=tuple(_info(wheel, index, files)),
        notes=tuple(notes),
        unsure=depends.unsure,
    )


def _anything() -> Any:
    from packaging.specifiers import SpecifierSet  # noqa: PLC0415 - seldom needed

    return SpecifierSet()


def _license(metadata: Metadata) -> str | None:
    return metadata.license_expression or metadata.license


def _info(wheel: Wheel, index: Mapping[str, Any], files: tuple[Placed, ...]) -> Iterable[Placed]:
    """Give the package's own files."""
    yield _json("info/index.json", index)
    yield _json("info/about.json", _about(wheel.metadata))
    yield _json("info/paths.json", {"paths": [_path(one) for one in files], "paths_version": 1})
    yield Placed(path="info/files", content="".join(f"{one.path}\n" for one in files).encode())
    yield Placed(path="info/tests/tests.yaml", content=_tests(wheel).encode())
    if wheel.aim.noarch:
        link = {"noarch": {"entry_points": [*wheel.scripts], "type": "python"}, "package_metadata_version": 1}
        yield _json("info/link.json", link)
    licenses = f"{wheel.dist_info}/licenses/"
    for one in wheel.files:
        if one.name.startswith(licenses):
            yield Placed(path=f"info/licenses/{one.name.removeprefix(licenses)}", content=one.content)


def _json(path: str, value: Mapping[str, Any]) -> Placed:
    return Placed(path=path, content=f"{json.dumps(value, indent=2, sort_keys=True)}\n".encode())


def _about(metadata: Metadata) -> dict[str, Any]:
    urls = {
        "".join(char for char in label.lower() if char.isalnum()): url
        for label, url in (metadata.project_urls or {}).items()
    }
    found = {
        key: next((urls[one] for one in labels if one in urls), "") for key, labels in _ADDRESSES.items()
    }
    found["home"] = found["home"] or metadata.home_page or ""
    about = {
        **found,
        "summary": metadata.summary,
        "description": metadata.description,
        "license": _license(metadata),
        "license_file": [*(metadata.license_files or ())],
    }
    return {key: value for key, value in about.items() if value}


def _path(one: Placed) -> dict[str, Any]:
    placeholder = {"file_mode": "text", "prefix_placeholder": PLACEHOLDER} if one.placeholder else {}
    return {
        "_path": one.path,
        "path_type": "hardlink",
        "sha256": one.sha256,
        "size_in_bytes": len(one.content),
        **placeholder,
    }


def _tests(wheel: Wheel) -> str:
    """Give what a build of the package tries (rattler-build's ``tests.yaml``): that it can be imported."""
    lines = "".join(f"    - {json.dumps(name)}\n" for name in imports_of(one.name for one in wheel.files))
    return f"- python:\n    imports:\n{lines}    pip_check: false\n" if lines else "[]\n"


def imports_of(names: Iterable[str]) -> list[str]:
    """Give what can be imported of files in ``site-packages``: top-level names, and compiled modules."""
    found = set()
    for name in names:
        parts = name.split("/")
        module = parts[-1].partition(".")[0]
        compiled = _COMPILED.search(name) is not None
        if not (compiled or name.endswith(".py")) or not all(map(str.isidentifier, (*parts[:-1], module))):
            continue
        if compiled and module != "__init__":
            found.add(".".join((*parts[:-1], module)))
        if len(parts) == 1 or parts[1:] == ["__init__.py"]:
            found.add(parts[0].partition(".")[0])
    return sorted(found)


def require_writer() -> Any:
    """Give what writes archives, conda-package-streaming's ``conda_builder``.

    Raises:
        ConfigError: It is missing.
    """
    try:
        from conda_package_streaming.create import conda_builder  # type: ignore[import-untyped]  # noqa: PLC0415
    except ImportError:
        raise ConfigError(
            "conda-package-streaming is missing, which writes .conda archives",
            tip="python -m pip install conda-package-streaming",
        ) from None
    return conda_builder


def write_package(package: CondaPackage, *, output_dir: Path, epoch: int) -> WrittenArchive:
    """Write a package into its subdir of a channel; it appears when it is complete.

    Args:
        package: What :func:`convert` gave.
        output_dir: The channel; its folders are made.
        epoch: Date of all files, in seconds since 1970.

    Raises:
        ConfigError: conda-package-streaming is missing; the folder cannot be written.
        BuildFailedError: The disk is full.
    """
    conda_builder = require_writer()

    def write(unfinished: Path) -> None:
        folder = unfinished.parent / "dated"
        folder.mkdir()
        with conda_builder(package.stem, folder) as archive:
            for one in (*package.files, *package.info):
                archive.addfile(_member(one, epoch), io.BytesIO(one.content))
        _undated(folder / unfinished.name, unfinished, epoch)

    return put_in_place(output_dir / package.subdir / f"{package.stem}.conda", write, what="conda package")


def _member(one: Placed, epoch: int) -> tarfile.TarInfo:
    info = tarfile.TarInfo(one.path)
    info.size, info.mtime = len(one.content), epoch
    info.mode = 0o755 if one.executable else 0o644
    return info


def _undated(source: Path, target: Path, epoch: int) -> None:
    """Copy the outer archive with one date for all: the library gives it the time of day."""
    date = time.gmtime(epoch)[:6]
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as new:
        for info in old.infolist():
            new.writestr(zipfile.ZipInfo(info.filename, date), old.read(info))
