"""Rules about METADATA: what PyPI refuses, and what it says of Pythons (PyPA's "Core metadata")."""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING

from packaging.metadata import ExceptionGroup, InvalidMetadata, Metadata
from packaging.specifiers import SpecifierSet
from packaging.version import Version

from pyz3.check.findings import Hit, spelled

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from email.message import Message

    from pyz3.check.subject import Subject

_PEP639 = (2, 4)
# setuptools wrote it long before there was a version that has it; PyPI takes such wheels.
_EARLY = frozenset({"license-file"})
_PYTHON = re.compile(r"Programming Language :: Python :: (3\.\d+)")
_NEWEST_MINOR = 99
# docutils takes some ten seconds for a megabyte, and minutes for one that is made for it.
_MOST_RENDERED = 300_000


def invalid(subject: Subject) -> Iterator[Hit]:
    """Find what the specification does not allow."""
    text = subject.texts.get("METADATA")
    if text is None:
        return
    try:
        Metadata.from_email(text, validate=True)
    except ExceptionGroup as errors:
        for error in errors.exceptions:
            if getattr(error, "field", "") in _EARLY and "introduced in metadata version" in str(error):
                continue
            field = f"{error.field}: " if isinstance(error, InvalidMetadata) else ""
            yield Hit(message=f"METADATA: {field}{spelled(str(error))}")
    except (ValueError, RecursionError) as error:
        yield Hit(message=f"METADATA cannot be read: {spelled(str(error))}")


def missing_license(subject: Subject) -> Iterator[Hit]:
    """Find licence files that METADATA names and the wheel lacks (PEP 639)."""
    headers = subject.headers("METADATA")
    if headers is None or _metadata_version(str(headers.get("Metadata-Version", ""))) < _PEP639:
        return
    files = set(subject.files)
    for name in map(str, headers.get_all("License-File", [])):
        if f"{subject.info}/licenses/{name}" not in files:
            yield Hit(message=f"METADATA names the licence file {spelled(name)}, which is not in licenses/")


def classifiers_disagree(subject: Subject) -> Iterator[Hit]:
    """Find Pythons that classifiers name and Requires-Python leaves out."""
    headers = subject.headers("METADATA")
    wanted = _requires(subject)
    if headers is None or wanted is None:
        return
    named = [m[1] for one in headers.get_all("Classifier", []) if (m := _PYTHON.fullmatch(str(one).strip()))]
    odd = [
        python for python in named if not any(wanted.contains(f"{python}.{n}") for n in (0, _NEWEST_MINOR))
    ]
    if odd:
        message = (
            f"classifiers name Python {', '.join(odd[:5])}, and Requires-Python is {spelled(str(wanted))}"
        )
        yield Hit(message=message)


def tag_against_requires(subject: Subject) -> Iterator[Hit]:
    """Find a wheel for Pythons that Requires-Python leaves out."""
    wanted = _requires(subject)
    if subject.named is None or wanted is None:
        return
    exact = {tag.interpreter for tag in subject.named.tags if tag.abi.startswith("cp")}
    versions = [f"{name[2]}.{name[3:]}" for name in exact if re.fullmatch(r"cp3\d+", name)]
    if versions and not any(wanted.contains(f"{one}.{n}") for one in versions for n in (0, _NEWEST_MINOR)):
        message = (
            f"it is for Python {', '.join(sorted(versions))}, and Requires-Python is {spelled(str(wanted))}"
        )
        yield Hit(message=message)


def version_not_normal(subject: Subject) -> Iterator[Hit]:
    """Find a version that is written otherwise than PEP 440 would."""
    headers = subject.headers("METADATA")
    if headers is None or "Version" not in headers:
        return
    written = str(headers["Version"]).strip()
    try:
        normal = str(Version(written))
    except ValueError:  # numbers beyond what int() takes, too
        yield Hit(message=f"the version {spelled(written)} is none by PEP 440")
        return
    if normal != written:
        yield Hit(message=f"the version is written {spelled(written)}, and PEP 440 has it {normal}")


def does_not_render(subject: Subject) -> Iterator[Hit]:
    """Find a description that PyPI cannot show, as twine check does."""
    text = subject.texts.get("METADATA")
    if text is None or not is_rst(subject) or len(text) > _MOST_RENDERED:
        return
    try:
        from readme_renderer import rst  # noqa: PLC0415 - of the extra "dist"
    except ModuleNotFoundError:
        return  # told by not_tried
    raw = subject.headers("METADATA")
    description = (str(raw.get_payload()) if raw is not None else "") or ""
    said = io.StringIO()
    try:
        shown = not description.strip() or rst.render(description, stream=said) is not None
    except Exception as error:  # noqa: BLE001 - docutils has errors of its own, and PyPI the same docutils
        said.write(type(error).__name__)
        shown = False
    if not shown:
        lines = said.getvalue().strip().splitlines()
        yield Hit(
            message=f"PyPI cannot show the description: {spelled(lines[0]) if lines else 'no reason given'}"
        )


def no_description(subject: Subject) -> Iterator[Hit]:
    """Find a wheel without a description, of which ``twine check`` warns."""
    headers = subject.headers("METADATA")
    if headers is not None and not _description(headers):
        yield Hit(message="METADATA has no description: the project's page on PyPI is empty")


def no_content_type(subject: Subject) -> Iterator[Hit]:
    """Find a description of which nothing says what it is written in; ``twine check`` warns of it."""
    headers = subject.headers("METADATA")
    if headers is not None and _description(headers) and "Description-Content-Type" not in headers:
        yield Hit(
            message="METADATA does not say what the description is written in: "
            "PyPI takes it for reStructuredText"
        )


def _description(headers: Message) -> str:
    """Give the description: the text behind the headers, or before metadata 2.1 one of them.

    distutils wrote UNKNOWN where there was none.
    """
    text = str(headers.get_payload() or "") or str(headers.get("Description") or "")
    return "" if text.strip() == "UNKNOWN" else text


def is_rst(subject: Subject) -> bool:
    """Tell whether the description is reStructuredText: what else there is always renders."""
    headers = subject.headers("METADATA")
    if headers is None or not str(headers.get_payload() or "").strip():
        return False
    kind = str(headers.get("Description-Content-Type") or "text/x-rst").partition(";")[0].strip()
    return kind == "text/x-rst"


def not_tried(subject: Subject) -> str:
    """Say whether the description was not tried; empty: it was, or need not be."""
    if not is_rst(subject):
        return ""
    if (size := len(subject.texts.get("METADATA", b""))) > _MOST_RENDERED:
        return f"whether PyPI can show the description was not tried: METADATA has {size / 1e6:.1f} MB"
    try:
        import readme_renderer.rst  # noqa: F401, PLC0415 - of the extra "dist"
    except ModuleNotFoundError:
        return (
            "whether PyPI can show the description was not tried: readme_renderer is not installed "
            '(python -m pip install twine, or the extra "dist" of pyz3)'
        )
    return ""


def _metadata_version(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split(".")) if re.fullmatch(r"\d{1,3}\.\d{1,3}", text) else (0,)


def _requires(subject: Subject) -> SpecifierSet | None:
    headers = subject.headers("METADATA")
    text = str(headers.get("Requires-Python") or "") if headers is not None else ""
    try:
        found = SpecifierSet(text) if text else None
        if found is not None:
            found.contains("3.10")  # numbers are read when they are compared: there are limits to them
    except ValueError:
        return None  # PW501 tells
    return found


RULES: Mapping[str, Callable[[Subject], Iterator[Hit]]] = {
    "PW501": invalid,
    "PW502": missing_license,
    "PW503": classifiers_disagree,
    "PW504": tag_against_requires,
    "PW505": version_not_normal,
    "PW506": does_not_render,
    "PW507": no_description,
    "PW508": no_content_type,
}
