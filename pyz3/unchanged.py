"""What ``pyz3 wheel`` gave the last time, as long as nothing that it was made from has changed since.

A build writes down every file that it was made from, with its content, and whatever else it went by:
options, environment variables, the Pythons whose headers it found, zig, pyz3 itself.  If all of that is as it
was, and so are the wheels, the answer is known before the project is read.

Of a project with another build backend, all that its hooks read, asked for or listed outside of the project
counts as well, and what Git says of it.

A file whose size, dates and place on the disk are as they were is believed to be what it was, as Git believes
its index, unless it was young when it was looked at; any other is read.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib.util
import os
import stat
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from pyz3.capi import best_headers, find_headers, headers_fingerprint
from pyz3.errors import Pyz3Error
from pyz3.results import WheelResult
from pyz3.store import Entry, Remembered, cache_place, describe_file, open_cache

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from pyz3.builder import Inputs
    from pyz3.hooks.closed import HookInputs

# What says where and how a command is run, and never what it builds.
_PASSING = frozenset(
    """
    _ SHLVL PWD OLDPWD COLUMNS LINES TERM TERM_PROGRAM TERM_PROGRAM_VERSION TERM_SESSION_ID COLORTERM NO_COLOR
    FORCE_COLOR CLICOLOR CLICOLOR_FORCE WINDOWID SSH_CLIENT SSH_CONNECTION SSH_TTY
    """.split()  # noqa: SIM905 - a table of words
)
# Folders that hold no part of a wheel; pyz3.archive's rules say so.
_NEVER_FOLDERS = frozenset((".git", ".hg", ".svn", "__pycache__"))
_PACKAGES = ("site-packages", "dist-packages")
# `git status` writes it anew whenever a file's date has changed: what counts is what it lists.
_INDEX = f"{os.sep}index"
_DISTRIBUTIONS = (".whl", ".tar.gz", "SHA256SUMS")
# A folder's own marks tell of what is built into it, too.
_FOLDER: Entry = (0, 0, 0, 0, "folder")
# Some file systems count whole seconds, or two: what is younger may change and keep its dates.  It gets a
# size that no file has, and is read the next time.
_YOUNG_NS = 3 * 10**9


class UnknownError(Exception):
    """What a build is made from is not all known."""


class _Wheel(msgspec.Struct, frozen=True, kw_only=True):
    identifier: str
    path: str
    tag: str
    size: int


class _Hooks(msgspec.Struct, frozen=True, kw_only=True):
    """What a build backend went by besides files of the project.

    Attributes:
        outside: Files that it read outside of the project, folders that it listed.
        asked: Those of which it was asked whether something is there.
        state: Digest of all of that, of Git's state, and of what above the project belongs to it.
    """

    outside: tuple[str, ...]
    asked: tuple[str, ...]
    state: str


class _Record(msgspec.Struct, frozen=True, kw_only=True):
    """A build.

    Attributes:
        about: Digest of all that it went by besides files.
        tree: The project's files: name → what it was.
        besides: Other files, by absolute path; None: there was none.
        made: The wheels' files.
        wheels: What is said of them.
        said: Lines that were shown before.
        hooks: What hooks of another build backend went by; None: there are none.
    """

    about: str
    tree: dict[str, Entry]
    besides: dict[str, Entry | None]
    made: dict[str, Entry]
    wheels: tuple[_Wheel, ...]
    said: tuple[str, ...]
    hooks: _Hooks | None = None


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What a build gave: its wheels, and lines that are shown before them."""

    wheels: tuple[WheelResult, ...]
    said: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What a command asks for.

    Attributes:
        root: The project's folder, absolute.
        output_dir: Where the wheels go, absolute.
        options: All others.
        environ: Environment variables.
        python_headers: Folders named on the command line.
    """

    root: str
    output_dir: str
    options: Mapping[str, Any]
    environ: Mapping[str, str]
    python_headers: Sequence[Path]


class Question:
    """Compares what a command asks for with what was built the last time.

    Args:
        asked: What is asked for.

    Raises:
        UnknownError: The project is none whose files are all known.
        Pyz3Error: The cache or the headers cannot be used.
        UnicodeError: A name is no text.
        OSError: A file cannot be read.
    """

    def __init__(self, asked: Asked) -> None:
        self._asked = asked
        self._started_ns = time.time_ns()
        self._about = _about(asked)
        # A command line that turns out to be wrong makes no cache.
        self._before = _record_of(asked).recall() if cache_place(asked.environ).is_dir() else None
        known = self._before.tree if self._before is not None else {}
        self._tree = {name: self._glance(path, known.get(name)) for name, path in _walk(asked)}

    def answer(self) -> Answer | None:
        """Give what was built, if all is as it was; None: something is not."""
        before = self._before
        if before is None or before.about != self._about or before.tree.keys() != self._tree.keys():
            return None
        try:
            if before.hooks is not None and before.hooks.state != _state(self._asked, before.hooks):
                return None
            besides = {path: self._look_besides(path, entry) for path, entry in before.besides.items()}
            made = {path: self._look(path, entry) for path, entry in before.made.items()}
        except (UnknownError, Pyz3Error, OSError):
            return None
        new = msgspec.structs.replace(before, tree=self._tree, besides=besides, made=made)
        if _contents(new) != _contents(before):
            return None
        if new != before:
            self._keep(new)
        return Answer(wheels=tuple(_result(one, made) for one in before.wheels), said=before.said)

    def remember(self, answer: Answer, inputs: Inputs) -> None:
        """Keep what was built, if nothing has changed since this was made.

        Args:
            answer: What was built.
            inputs: What it was made from besides the project's files.
        """
        try:
            now = {name: self._look(path, None) for name, path in _walk(self._asked)}
            made = {str(one.path): self._look(str(one.path), None) for one in answer.wheels}
            others = {path: self._look_besides(path, None) for path in sorted(inputs.files)}
            hooks = _hooks(self._asked, inputs.hooks)
            same = now.keys() == self._tree.keys() and _about(self._asked) == self._about
        except (UnknownError, UnicodeError, Pyz3Error, OSError):
            return
        # One that was young has been read, and has marks of its own.
        same = same and all(
            entry[-1] == self._tree[name][-1] or entry[:-1] == self._tree[name][:-1]
            for name, entry in now.items()
        )
        if same and all(_digest(made[str(one.path)]) == one.sha256 for one in answer.wheels):
            wheels = tuple(
                _Wheel(identifier=one.identifier, path=str(one.path), tag=one.tag, size=one.size)
                for one in answer.wheels
            )
            self._keep(
                _Record(
                    about=self._about,
                    tree=now,
                    besides=others,
                    made=made,
                    wheels=wheels,
                    said=answer.said,
                    hooks=hooks,
                )
            )

    def _keep(self, record: _Record) -> None:
        with contextlib.suppress(Pyz3Error, OSError):  # a cache that is full, or read-only by now
            _record_of(self._asked).remember(record)

    def _glance(self, path: str, before: Entry | None) -> Entry:
        """Look at a file; one that is old and of which nothing is known need not be read."""
        status = os.lstat(path)
        if stat.S_ISDIR(status.st_mode):
            return _FOLDER
        marks = (status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino)
        if before is None and stat.S_ISREG(status.st_mode) and not self._is_young(marks):
            return (*marks, "")
        return self._look(path, before)

    def _look(self, path: str, before: Entry | None) -> Entry:
        if os.path.isdir(path):  # noqa: PTH112 - fast
            return _FOLDER
        entry = describe_file(Path(path), before)
        if entry[-1].startswith(("link", "no file")):
            raise UnknownError(path)
        return (-1, *entry[1:]) if self._is_young(entry[:-1]) else entry

    def _is_young(self, marks: tuple[int, int, int, int]) -> bool:
        return max(marks[1:3]) > self._started_ns - _YOUNG_NS

    def _look_besides(self, path: str, before: Entry | None) -> Entry | None:
        try:
            entry = self._look(path, before)
        except (FileNotFoundError, NotADirectoryError):
            return None
        if not path.endswith(_INDEX) or entry == before:
            return entry
        from pyz3.sources import listed_names  # noqa: PLC0415 - where Git wrote its index anew

        return (*entry[:-1], listed_names(Path(path)) or entry[-1])


def ask(asked: Asked) -> Question | None:
    """Give a question about a project; None: what it is built from is not all known, or not to be had."""
    try:
        return Question(asked)
    except (UnknownError, UnicodeError, Pyz3Error, OSError):
        return None


def _hooks(asked: Asked, inputs: HookInputs | None) -> _Hooks | None:
    """Give what hooks went by, as it is now.

    Raises:
        UnknownError: It is not as it was for them.
    """
    if inputs is None:
        return None
    hooks = _Hooks(outside=inputs.reads.outside, asked=inputs.reads.asked, state="")
    if not inputs.reads.is_as_it_was() or _git(asked) != inputs.git:
        raise UnknownError(asked.root)
    return msgspec.structs.replace(hooks, state=_state(asked, hooks))


def _state(asked: Asked, hooks: _Hooks) -> str:
    from pyz3.sources import Reads, scope_of  # noqa: PLC0415 - for projects with hooks alone

    read = Reads(outside=hooks.outside, asked=hooks.asked).looked_at()
    scope = scope_of(Path(asked.root), cache=open_cache(asked.environ))
    return hashlib.sha256(repr((read.state, _git(asked), scope)).encode()).hexdigest()


def _git(asked: Asked) -> str:
    from pyz3.sources import git_digest  # noqa: PLC0415 - as above

    return git_digest(Path(os.path.realpath(asked.root)))


def _result(wheel: _Wheel, made: Mapping[str, Entry]) -> WheelResult:
    return WheelResult(
        identifier=wheel.identifier,
        path=Path(wheel.path),
        tag=wheel.tag,
        size=wheel.size,
        sha256=_digest(made[wheel.path]),
        seconds=0.0,
        cached=True,
    )


def _digest(entry: Entry) -> str:
    return entry[-1].rpartition(" ")[2]


def _record_of(asked: Asked) -> Remembered[_Record]:
    cache = open_cache(asked.environ)
    name = [asked.root, asked.output_dir, sorted((key, str(value)) for key, value in asked.options.items())]
    return Remembered(cache.answer(hashlib.sha256(msgspec.json.encode(name)).hexdigest()[:32]), _Record)


def _contents(record: _Record) -> tuple[object, ...]:
    besides = {path: entry and entry[-1] for path, entry in record.besides.items()}
    return _digests(record.tree), besides, _digests(record.made)


def _digests(entries: Mapping[str, Entry]) -> dict[str, str]:
    return {name: entry[-1] for name, entry in entries.items()}


def _walk(asked: Asked) -> Iterator[tuple[str, str]]:
    """Give the files and folders of a project that could be part of a wheel or of what is compiled.

    Raises:
        UnknownError: What it holds leads elsewhere, or wheels are put where its own files are.
    """
    output = f"{asked.output_dir}{os.sep}"
    inside = output.startswith(f"{asked.root}{os.sep}")
    if inside and os.path.dirname(asked.output_dir) != asked.root:  # noqa: PTH120 - text
        raise UnknownError(asked.output_dir)
    if f"{asked.root}{os.sep}".startswith(output):
        raise UnknownError(asked.output_dir)

    yield from _below(asked.root, "", asked.output_dir)


def _below(folder: str, prefix: str, output: str) -> Iterator[tuple[str, str]]:
    with os.scandir(folder) as entries:
        for entry in sorted(entries, key=lambda one: one.name):
            if entry.is_symlink():
                raise UnknownError(entry.path)
            entry.name.encode()  # some names are no text
            if not entry.is_dir():
                if not entry.name.endswith((".pyc", ".pyo")):
                    yield prefix + entry.name, entry.path
            elif entry.path == output:
                if not all(name.endswith(_DISTRIBUTIONS) for name in os.listdir(output)):  # noqa: PTH208 - names
                    raise UnknownError(output)
            elif entry.name not in _NEVER_FOLDERS and not os.path.exists(f"{entry.path}/pyvenv.cfg"):  # noqa: PTH110 - fast
                yield f"{prefix}{entry.name}/", entry.path  # setuptools finds packages without a file
                yield from _below(entry.path, f"{prefix}{entry.name}/", output)


def _about(asked: Asked) -> str:
    """Give a digest of all that a build goes by besides files of the project."""
    trees = best_headers(find_headers(extra=tuple(asked.python_headers), environ=asked.environ))
    told = [
        sorted((name, value) for name, value in asked.environ.items() if name not in _PASSING),
        sorted((version, tree.origin, headers_fingerprint(tree)) for version, tree in trees.items()),
        [sys.version, sys.executable, sys.prefix],
        [*_tools()],
    ]
    return hashlib.sha256(repr(told).encode("utf-8", "surrogateescape")).hexdigest()


def _tools() -> Iterator[tuple[str, tuple[int, ...]]]:
    """Give how the files look of pyz3 and zig, and of whatever else is installed here."""
    package = Path(__file__).parent
    yield from _looks(str(package))
    yield from _looks_of(package.parent / "build.zig")
    spec = importlib.util.find_spec("ziglang")
    for folder in spec.submodule_search_locations or () if spec is not None else ():
        for path in (Path(folder) / "zig", Path(folder) / "zig.exe"):
            yield from _looks_of(path)
        for record in Path(folder).parent.glob("ziglang-*.dist-info/RECORD"):
            yield from _looks_of(record)
    for place in map(Path, sys.path):
        if place.name in _PACKAGES:
            yield from _looks_of(place)


def _looks(folder: str) -> Iterator[tuple[str, tuple[int, ...]]]:
    with os.scandir(folder) as entries:
        for entry in sorted(entries, key=lambda one: one.name):
            if not entry.is_dir():
                yield entry.path, _marks(entry.stat())
            elif entry.name != "__pycache__":
                yield from _looks(entry.path)


def _looks_of(path: Path) -> Iterator[tuple[str, tuple[int, ...]]]:
    try:
        yield str(path), _marks(path.stat())
    except OSError:
        return


def _marks(status: os.stat_result) -> tuple[int, ...]:
    if stat.S_ISDIR(status.st_mode):
        return (status.st_mtime_ns, status.st_ino)
    return (status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino)
