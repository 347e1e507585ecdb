"""What a project that pyz3 builds requires for its build (PEP 518): this pyz3, and no other of that name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from pyz3 import __version__

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

OWN_REQUIREMENT = f"pyz3=={'.'.join(__version__.split('.')[:2])}.*"
"""Another project has the name on PyPI; it has no such versions."""

# The first and the last of that project's when this was written, and one for all that follow.
_OTHERS = ("0.3.0", "0.11.0", "9999")


def requirement_notes(requires: Iterable[str]) -> tuple[str, ...]:
    """Give what the user should know of ``[build-system] requires``: front ends may get another pyz3.

    Args:
        requires: Its requirements, valid ones (PEP 508).
    """
    return tuple(
        f"pyproject.toml: build-system.requires: {text!r} {why}: write {OWN_REQUIREMENT!r}"
        for text, why in _mistaken(requires)
    )


def _mistaken(requires: Iterable[str]) -> Iterator[tuple[str, str]]:
    for text in requires:
        requirement = Requirement(text)
        if canonicalize_name(requirement.name) != "pyz3" or requirement.url:
            continue
        accepts = requirement.specifier.contains
        if any(accepts(version) for version in _OTHERS):
            yield text, "may get another project of that name from PyPI"
        elif not accepts(__version__, prereleases=True):
            yield text, f"is not this pyz3, {__version__}"
