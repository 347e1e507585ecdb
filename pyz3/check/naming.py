"""Rules about the file's name, and whether METADATA and WHEEL agree with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from packaging.tags import parse_tag
from packaging.utils import canonicalize_name, canonicalize_version

from pyz3.check.findings import Hit, spelled
from pyz3.targets import taken_by_pypi

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from pyz3.check.subject import Subject

_WHEEL_VERSION = "1"
_MOST_TAGS = 100


def file_name(subject: Subject) -> Iterator[Hit]:
    """Find a file whose name is not that of a wheel."""
    if subject.named is None:
        yield Hit(message=f"its name is not that of a wheel: {spelled(subject.name_error)}")


def dist_info(subject: Subject) -> Iterator[Hit]:
    """Find a wheel with no, several, or a wrongly named ``.dist-info``."""
    if subject.unreadable:
        return
    if len(subject.infos) != 1:
        has = ", ".join(map(spelled, subject.infos[:3])) or "none"
        yield Hit(message=f"it has to have one .dist-info folder, and has {has}")
        return
    name, _, version = subject.info.removesuffix(".dist-info").rpartition("-")
    if subject.named and not _same(subject, name, version):
        yield Hit(message=f"{spelled(subject.info)} is not the folder of {subject.path.name}")


def metadata(subject: Subject) -> Iterator[Hit]:
    """Find a METADATA that is missing, or of another project or version."""
    if subject.unreadable or not subject.info:
        return
    headers = subject.headers("METADATA")
    if headers is None:
        yield Hit(message="it has no METADATA")
        return
    name, version = str(headers.get("Name", "")), str(headers.get("Version", ""))
    if subject.named and not _same(subject, name, version):
        yield Hit(
            message=f"METADATA is of {spelled(name) or 'no name'} {spelled(version) or 'without version'}, "
            f"the file's name of {subject.named.name} {subject.named.version}"
        )


def wheel_file(subject: Subject) -> Iterator[Hit]:
    """Find a WHEEL that is missing, or of a version that installers do not know."""
    if subject.unreadable or not subject.info:
        return
    headers = subject.headers("WHEEL")
    if headers is None:
        yield Hit(message="it has no WHEEL")
        return
    version = str(headers.get("Wheel-Version", "")).strip()
    if version.partition(".")[0] != _WHEEL_VERSION:
        yield Hit(message=f"WHEEL says Wheel-Version {spelled(version) or 'not at all'}, and 1.0 is known")
    if str(headers.get("Root-Is-Purelib", "")).strip().lower() not in {"true", "false"}:
        yield Hit(message="WHEEL does not say whether Root-Is-Purelib is true or false")


def tags_differ(subject: Subject) -> Iterator[Hit]:
    """Find a WHEEL with other tags than the file's name."""
    headers = subject.headers("WHEEL")
    if headers is None or subject.named is None:
        return
    written: set[str] = set()
    for text in headers.get_all("Tag", [])[:_MOST_TAGS]:
        written.update(_tags(str(text).strip()))
    named = {str(tag) for tag in subject.named.tags}
    if written != {spelled(tag) for tag in named}:
        has = " ".join(sorted(written)[:6]) or "none"
        says = " ".join(map(spelled, sorted(named)[:6]))
        yield Hit(message=f"the name says {says}, WHEEL says {has}")


def purelib(subject: Subject) -> Iterator[Hit]:
    """Find binaries that would be installed where files for every machine belong."""
    headers = subject.headers("WHEEL")
    if headers is None or str(headers.get("Root-Is-Purelib", "")).strip().lower() != "true":
        return
    roots = [name for name in subject.binaries if ".data/" not in name]
    if roots and subject.named and not any(tag.platform == "any" for tag in subject.named.tags):
        yield Hit(member=roots[0], message=f"{spelled(roots[0])} is in a wheel whose Root-Is-Purelib is true")


def not_on_pypi(subject: Subject) -> Iterator[Hit]:
    """Find platform tags that PyPI refuses."""
    for platform in sorted({tag.platform for tag in subject.named.tags} if subject.named else ()):
        if not taken_by_pypi(platform):
            yield Hit(message=f"PyPI takes no wheel with the platform tag {spelled(platform)}")


def _tags(text: str) -> set[str]:
    if text.count(".") > _MOST_TAGS:  # they are multiplied
        return {spelled(text)}
    try:
        return {spelled(str(tag)) for tag in parse_tag(text)}
    except ValueError:
        return {spelled(text)}


def _same(subject: Subject, name: str, version: str) -> bool:
    named = subject.named
    if named is None:
        return True
    try:
        normal = canonicalize_version(version.replace("_", "-"))
    except ValueError:
        return False  # a number beyond what int() takes
    return canonicalize_name(name) == named.name and normal == canonicalize_version(named.version)


RULES: Mapping[str, Callable[[Subject], Iterator[Hit]]] = {
    "PW121": file_name,
    "PW122": dist_info,
    "PW123": metadata,
    "PW124": wheel_file,
    "PW125": tags_differ,
    "PW126": purelib,
    "PW127": not_on_pypi,
}
