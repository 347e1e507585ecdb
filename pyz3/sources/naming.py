"""What the user names on the command line: a folder, an sdist or a requirement."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from packaging.requirements import InvalidRequirement, Requirement

from pyz3.errors import ConfigError

# PEP 625 allows .tar.gz alone; the others are what older projects uploaded.
ARCHIVE_SUFFIXES = (".tar.gz", ".tgz", ".tar.bz2", ".tar.xz", ".zip")

_TIP = "name a folder (./thing), an sdist (./thing-1.2.tar.gz) or a requirement (thing==1.2)"
_BUILT = "look at it (pyz3 check), test it (pyz3 test), or see why it does not load (pyz3 doctor)"


@dataclass(frozen=True, kw_only=True)
class FolderSource:
    """A project's folder.

    Attributes:
        path: The folder, absolute.
    """

    path: Path


@dataclass(frozen=True, kw_only=True)
class ArchiveSource:
    """An sdist that is a file.

    Attributes:
        path: The file, absolute.
    """

    path: Path


@dataclass(frozen=True, kw_only=True)
class RequirementSource:
    """An sdist that pip finds.

    Attributes:
        requirement: Name and version specifier; extras are of no meaning here.
    """

    requirement: Requirement


Source = FolderSource | ArchiveSource | RequirementSource


def classify(text: str, *, cwd: Path | None = None) -> Source:
    """Tell what ``text`` names.

    What exists as a folder or file wins over a requirement of that name.  A name without a version is a
    folder that is not there.

    Args:
        text: As the user gave it.
        cwd: What a relative path is relative to; the current folder unless given.

    Raises:
        ConfigError: It is none of the three.
    """
    path = (cwd or Path.cwd()) / Path(text).expanduser()
    if text and path.is_dir():
        return FolderSource(path=path.resolve())
    if path.is_file():
        return ArchiveSource(path=_archive(path.resolve(), text))
    if re.match(r"[A-Za-z][\w+.-]+://|git@", text):
        raise ConfigError(f"{text} is an address: pyz3 does not fetch it", tip=_tip_for_address(text))
    if _looks_like_a_path(text):
        raise ConfigError(f"there is no file or folder {text or repr(text)}", tip=_TIP)
    requirement = _requirement(text)
    if not requirement.specifier and requirement.url is None:
        # A misspelt folder would run code of whoever has the name in the index.
        raise ConfigError(
            f"there is no folder {text}",
            tip=f"to build a project of that name from the package index, say which version: {text}==1.2",
        )
    return RequirementSource(requirement=requirement)


def _archive(path: Path, text: str) -> Path:
    if path.name.lower().endswith(ARCHIVE_SUFFIXES):
        return path
    if path.suffix == ".whl":
        raise ConfigError(f"{text} is a wheel: it is built already", tip=_BUILT)
    if path.name in {"pyproject.toml", "setup.py", "setup.cfg"}:
        raise ConfigError(f"{text} is a file of a project", tip=f"name its folder: {path.parent}")
    raise ConfigError(f"{text} is no sdist: its name ends in none of {', '.join(ARCHIVE_SUFFIXES)}", tip=_TIP)


def _tip_for_address(text: str) -> str:
    if text.startswith(("https://", "http://")) and text.lower().endswith(ARCHIVE_SUFFIXES):
        return f"download it, and name the file; or say what project it is: 'thing @ {text}'"
    return "clone or download it, and name its folder"


def _looks_like_a_path(text: str) -> bool:
    if "@" in text:  # a direct reference holds slashes
        return False
    by_place = not text or text in {".", ".."} or bool(re.search(r"[/\\]", text)) or text.startswith("~")
    return by_place or text.lower().endswith((*ARCHIVE_SUFFIXES, ".whl", ".toml", ".py"))


def _requirement(text: str) -> Requirement:
    try:
        requirement = Requirement(text)
    except InvalidRequirement as error:
        reason = str(error).partition("\n")[0]
        raise ConfigError(
            f"{text!r} is neither a folder, nor an sdist, nor a requirement ({reason})", tip=_TIP
        ) from error
    if requirement.marker is not None:
        raise ConfigError(f"{text!r}: a marker has no meaning here", tip=_TIP)
    scheme = (requirement.url or "https:").partition(":")[0]
    if scheme not in {"https", "http", "file"}:
        raise ConfigError(
            f"{text!r}: pyz3 fetches no {scheme}: address", tip="check it out, and name its folder"
        )
    return requirement
