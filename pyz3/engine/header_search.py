"""Which folders of headers a source has a use for, by all the names that it and what it includes hold.

A folder that holds nothing of what a source could ask for changes nothing of what it is compiled to.  Without
it the command line of a source that does not see Python's headers is the same for all Pythons.

More is taken for asked than a preprocessor would find, never less: every name between quotes or angle
brackets, whatever the conditions around it, a mere ``__has_include`` too; and every file that one might mean
is read.  Where a macro makes the name, an assembler reads files, the date matters, or a flag might name a
header, it is not known what is asked for, and nothing is left out.
"""

from __future__ import annotations

import hashlib
import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import msgspec

from pyz3.driver.flag_table import INCLUDES, units
from pyz3.engine.manifests import scan_text

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Sequence

    from pyz3.engine.plan_file import Source

# What two compiles have in common that give the same object.
Identity: TypeAlias = tuple[object, ...]

# Flags that neither name a header nor have one read; folders and macros are looked at apart.
_PLAIN = re.compile(
    r"-(?:f(?!include|modul|implicit-modul|prebuilt|plugin|pass-plugin|pch|profile|auto-profile|ms-)[^/]*"
    r"|f(?:file|debug|macro)-prefix-map=.*|O\w*|g[\w-]*|m[^=/]*(?:=[^/]*)?|W(?![pal],)[^/]*|std=[\w:+]+"
    r"|pthread|pipe|pedantic(?:-errors)?|ansi|w)"
)
_CPU_FEATURE = re.compile(r"-target-feature|\+[\w.-]+")
_HERE = re.compile(r"-ffile-prefix-map=(.+)=\.")

_SPLICE = re.compile(rb"\\\r?\n")
_LITERAL = rb'\s*["<][\w./+-]*[\w+-][">]'
_COMPUTED = re.compile(
    rb"(?:#|%%:|\?\?=)\s*(?:include(?:_next)?|import|embed)\b(?!%b)"
    rb"|\b__has_(?:include|embed)(?:_next)?\s*\((?!%b)" % (_LITERAL, _LITERAL)
)
# What those ask for with __has_include, and nobody has (a test holds them against what they say).
_ASKED = frozenset(
    {
        "__xnu_libcxx_sentinel.h",
        "availabilityinternalprivate.h",
        "availabilityprohibitedinternal.h",
        "ptrcheck.h",
        "pthread_stubs.h",
        "realtime_safety",
        "type",
    }
)
# Where zig has headers of systems and languages, below its lib folder.
_SYSTEM_C = ("include", "libc/include/*")
_SYSTEM = (*_SYSTEM_C, "libcxx/include", "libcxxabi/include", "libunwind/include")


@dataclass(frozen=True)
class _Text:
    """What is known of a file: its digest, and the names in it; None: it might ask for others."""

    digest: str
    names: frozenset[str] | None


@dataclass(frozen=True)
class _Seen:
    """What a source might see of a project: files with their digests, and the names that it might ask for."""

    files: tuple[tuple[str, str], ...]
    names: frozenset[str]


class HeaderSearch:
    """Looks for the headers of sources; each file and folder is read once.

    Args:
        zig_lib: Zig's ``lib`` folder.
        environments: Where the folders lie that packages of a build environment put their headers into.
        read: Reads a file; OSError: there is none.
        names: Gives the names in a folder; OSError: there is none.
    """

    def __init__(
        self,
        *,
        zig_lib: Path,
        environments: Sequence[Path] = (),
        read: Callable[[str], bytes] = lambda path: Path(path).read_bytes(),
        names: Callable[[str], Collection[str]] = os.listdir,
    ) -> None:
        self._zig_lib = zig_lib
        self._environments = tuple(f"{folder}{os.sep}" for folder in environments)
        self._read = read
        self._names_in = names
        self._texts: dict[str, _Text | None] = {}
        self._folders: dict[str, dict[str, list[str]]] = {}
        self._seen: dict[tuple[object, ...], _Seen | None] = {}
        self._system: dict[tuple[str, ...], frozenset[str]] = {}

    def without_unneeded(
        self, source: Source, *, python: str, include_dirs: Sequence[str]
    ) -> tuple[Source, Identity | None]:
        """Leave out folders of Python and of build environments, if the source has no use for any of them.

        Args:
            source: A source and its flags.
            python: Python's headers, which the flags name; empty: there are none.
            include_dirs: Other folders of headers, searched before those.

        Returns:
            The source, and what it has in common with others that give the same object; None: not known.
        """
        read = folders_and_macros(source.flags)
        if read is None:
            return source, None
        folders, macros = read
        unneeded = {
            folder for folder in (*folders, *include_dirs)
            if _is(folder, python) or folder.startswith(self._environments)
        }  # fmt: skip
        rest = tuple(folder for folder in (*include_dirs, *folders) if folder not in unneeded)
        seen = self._look(source.path, rest, _names_in("\n".join(macros).encode()))
        if seen is None or any(self._is_needed(folder, python, seen.names) for folder in unneeded):
            return source, None
        flags = tuple(_without(source.flags, unneeded, python))
        lean = msgspec.structs.replace(source, flags=flags)
        return lean, _identity(lean, include_dirs, seen)

    def has_file(self, folder: str, name: str) -> bool:
        """Tell whether a name stands for a file in a folder, also where case makes no difference."""
        return any(self._find(folder, (name,)))

    def precedes(self, folder: str, python: str) -> bool:
        """Tell whether a folder has something that headers of C or of Python may ask for.

        Args:
            folder: It.
            python: Python's headers.
        """
        names = {*self._names_of(_SYSTEM_C), *_ASKED, *self._listing(python)}
        return not names.isdisjoint(self._listing(folder))

    def _is_needed(self, folder: str, python: str, names: frozenset[str]) -> bool:
        if any(self._find(folder, names)):
            return True
        # The system's own headers ask for nothing that Python has (a test holds them against each other);
        # of others it is not known.
        return not _is(folder, python) and not self._names_of(_SYSTEM).isdisjoint(self._listing(folder))

    def _names_of(self, patterns: tuple[str, ...]) -> frozenset[str]:
        """Give what there is in zig's folders of headers."""
        if patterns not in self._system:
            found = (folder for pattern in patterns for folder in self._zig_lib.glob(pattern))
            self._system[patterns] = frozenset(
                name for folder in found for name in self._listing(str(folder))
            )
        return self._system[patterns]

    def _look(self, path: str, folders: tuple[str, ...], names: frozenset[str] | None) -> _Seen | None:
        key = (path, folders, names)
        if key not in self._seen:
            self._seen[key] = None if names is None else self._closure(path, folders, names)
        return self._seen[key]

    def _closure(self, path: str, folders: tuple[str, ...], names: frozenset[str]) -> _Seen | None:
        """Give all that might be read; None: that is not known."""
        files: dict[str, str] = {}
        looked: set[str] = set()
        asked: set[str] = set()
        new, new_folders, new_names = {path}, {*folders}, {*names}
        while new:
            for file in new:
                text = self._text(file)
                if text is None or text.names is None:
                    return None
                files[file] = text.digest
                new_names |= text.names
                new_folders.add(os.path.dirname(file))  # noqa: PTH120 - text
            new_names -= asked
            new_folders -= looked
            asked |= new_names
            pairs = [(folder, asked) for folder in new_folders] + [(folder, new_names) for folder in looked]
            looked |= new_folders
            new = {found for folder, some in pairs for found in self._find(folder, some)} - files.keys()
            new_folders, new_names = set(), set()
        return _Seen(files=tuple(sorted(files.items())), names=frozenset(asked))

    def _text(self, file: str) -> _Text | None:
        if file not in self._texts:
            try:
                data = self._read(file)
            except OSError:
                self._texts[file] = None
            else:
                self._texts[file] = _Text(hashlib.sha256(data).hexdigest(), _names_in(data))
        return self._texts[file]

    def _find(self, folder: str, names: Collection[str]) -> Iterator[str]:
        """Give files in or below a folder that names might mean, also where case makes no difference."""
        for name in names:
            parent, _, last = name.rpartition("/")
            place = os.path.normpath(f"{folder}/{parent}") if parent else folder
            for there in self._listing(place).get(last.casefold(), ()):
                file = f"{place}{os.sep}{there}"
                if not self._listing(file):  # a folder may be called like a name in C++
                    yield file

    def _listing(self, folder: str) -> dict[str, list[str]]:
        """Give the names in a folder by their casefolded spelling."""
        if folder not in self._folders:
            found: dict[str, list[str]] = {}
            try:
                for name in self._names_in(folder):
                    found.setdefault(name.casefold(), []).append(name)
            except OSError:
                pass
            self._folders[folder] = found
        return self._folders[folder]


def _names_in(data: bytes) -> frozenset[str] | None:
    """Give the names in a text that may be those of headers; None: it may ask for others."""
    data = _SPLICE.sub(b"", data)
    content = scan_text(data)
    if b"\0" in data or content.dated or content.opaque or _COMPUTED.search(data):
        return None
    return frozenset(content.names)


def folders_and_macros(flags: Sequence[str]) -> tuple[list[str], list[str]] | None:
    """Give the folders of headers and the macros that flags name; None: some might name a header."""
    folders, macros = [], []
    for unit in units(flags):
        word, value = unit[0], unit[-1]
        folder = _folder_of(unit)
        if folder:
            folders.append(folder)
        elif word.startswith(("-D", "-U")):
            macros.append(value)
        elif not (
            _CPU_FEATURE.fullmatch(value) if word == "-Xclang" else word is value and _PLAIN.fullmatch(word)
        ):
            return None
    return folders, macros


def _folder_of(unit: tuple[str, ...]) -> str:
    """Give the folder of headers that a flag names; empty: it names none."""
    word, value = unit[0], unit[-1]
    flag = next(filter(word.startswith, INCLUDES), "")
    if not flag or (word == flag and len(unit) == 1):
        return ""
    return os.path.normpath(value if word == flag else word[len(flag) :])


def _is(folder: str, python: str) -> bool:
    return bool(python) and folder == os.path.normpath(python)


def _without(flags: Sequence[str], folders: Collection[str], python: str) -> Iterator[str]:
    for unit in units(flags):
        if _folder_of(unit) not in folders and not (
            python and unit[0].startswith(f"-ffile-prefix-map={python}=")
        ):
            yield from unit


def _identity(source: Source, include_dirs: Sequence[str], seen: _Seen) -> Identity:
    """Give a compile by what an object knows of it: what folders are called there that are called ``.``."""
    here = [match[1] for match in map(_HERE.fullmatch, source.flags) if match]

    def inside(path: str) -> str:
        for folder in here:
            if f"{path}{os.sep}".startswith(f"{folder}{os.sep}"):
                return f".{path[len(folder) :]}"
        return path

    flags: list[tuple[str, ...]] = []
    for unit in units(source.flags):
        folder = _folder_of(unit)
        if folder:
            flags.append((next(filter(unit[0].startswith, INCLUDES)), inside(folder)))
        elif not _HERE.fullmatch(unit[0]):
            flags.append(unit)
    return (
        inside(source.path),
        tuple(flags),
        tuple(map(inside, include_dirs)),
        tuple((inside(file), digest) for file, digest in seen.files),
    )
