"""``Python.h`` parsed once: clang's precompiled headers, for C sources that begin with it.

    #define PY_SSIZE_T_CLEAN
    #include <Python.h>

Most of what a small module takes to compile goes there, and it is the same for all that are compiled alike.
Such a source is compiled with ``-include FILE``, a file of ours with these two lines.  Clang takes
``FILE.pch`` in its place where there is one ("Precompiled Headers" in Clang's user manual), and the object
is the same, byte for byte.  So the command line, by which zig's cache goes, tells nothing of it: it can be
made, and deleted, at any time.  It pays from the second source, or the second text of one, on.

When it must not be taken:

* Another flag, macro, target, zig or ``Python.h``: each has a file of its own.
* A folder of the project's that has what Python's or the system's headers might ask for: such a source is
  compiled without.
* Debug information, link-time optimisation, and flags that might name a header: without.
* A damaged file is known by its seal, and made anew.  What clang refuses all the same is compiled without.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import os
import re
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from pyz3._files import place_file
from pyz3.driver.flag_table import units
from pyz3.driver.sysroot import FOLDER
from pyz3.engine.header_search import folders_and_macros
from pyz3.store import Remembered, is_whole, mark_used, seal

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from pyz3.engine.header_search import HeaderSearch
    from pyz3.engine.plan_file import Artifact, Source
    from pyz3.engine.zig import ZigRunner

_NAME = "pyz3_opening.h"
# Each is matched by itself, and in one way alone: else a file of megabytes would take hours to turn down.
_COMMENT = rb"/\*(?:[^*]|\*(?!/))*\*/"
_COMMENTS = re.compile(rb"(?:\s|//[^\n]*\n|" + _COMMENT + rb")*")
_BLANK = rb"(?:[ \t\r]|" + _COMMENT + rb")*(?://[^\n]*)?\n"
_DEFINE = rb"#[ \t]*define[ \t]+PY_SSIZE_T_CLEAN" + _BLANK
_UNLESS = rb"#[ \t]*ifndef[ \t]+PY_SSIZE_T_CLEAN" + _BLANK + _DEFINE + rb"#[ \t]*endif" + _BLANK
_CLEAN = re.compile(_DEFINE + rb"|" + _UNLESS)
_PYTHON = re.compile(rb'#[ \t]*include[ \t]*(?:<Python\.h>|"Python\.h")')
# Debug information has the names of files, and these warnings tell the source from its headers.
_UNFIT = re.compile(r"-g(?!0$).*|-W(?:everything|(?:error=)?unused-macros)|-save-temps.*")
# In the command that zig runs clang with: what it says of its files, by the number of words.
_OF_FILES = {"-MD": 1, "-MV": 1, "-MF": 2, "-c": 1, "-o": 2, "--serialize-diagnostics": 2}
_MARK = "-DPYZ3_FLAGS"
# Of the compiler driver's, for all C on Windows: they change the language, and no search for headers.
_OURS = {("-Xclang", "-fasync-exceptions"), ("-fms-extensions",)}
_REFUSED = re.compile(r"precompiled (?:file|header)|PCH file|\.h\.pch\b")
# So many texts under one name are enough to tell that more will come.
_PAYS = 2


class _Uses(msgspec.Struct, frozen=True, kw_only=True):
    """What has been compiled with an opening.

    Attributes:
        texts: Digests of sources, as many as matter.
        refused: Clang did not take the precompiled file.
    """

    texts: tuple[str, ...] = ()
    refused: bool = False


@dataclass(frozen=True, kw_only=True)
class Opening:
    """What sources begin with, and how they are compiled.

    Attributes:
        text: The lines.
        target: What is compiled for, with versions.
        cpu: A processor that is compiled for on purpose; empty: there is none.
        flags: Of the compiler's, less folders of the project's.
    """

    text: str
    target: str
    cpu: str
    flags: tuple[str, ...]


def opening_of(text: bytes) -> str | None:
    """Give the lines that a source begins with, ``Python.h`` the last; None: it begins with others.  Pure.

    Args:
        text: The source; comments may come first.
    """
    start = _end_of(_COMMENTS, text, 0)
    clean = _end_of(_CLEAN, text, start)
    end = _end_of(_PYTHON, text, rest := _end_of(_COMMENTS, text, clean))
    if end == rest or b"\\" in text[:end] or b"??/" in text[:end]:
        return None
    return ("#define PY_SSIZE_T_CLEAN\n" if clean > start else "") + "#include <Python.h>\n"


def _end_of(pattern: re.Pattern[bytes], text: bytes, start: int) -> int:
    """Give where what a pattern matches ends; where it starts, if it does not match."""
    found = pattern.match(text, start)
    return found.end() if found else start


class Openings:
    """The precompiled openings of one platform's sources.

    Args:
        runner: Runs zig.
        search: Tells which headers there are.
        optimize: Zig's build mode.
    """

    def __init__(self, runner: ZigRunner, search: HeaderSearch, *, optimize: str) -> None:
        self._runner = runner
        self._toolchain = runner.toolchain
        self._search = search
        self._optimize = optimize
        self._used: dict[Path, tuple[Opening, set[str]]] = {}

    def applied(self, artifacts: Sequence[Artifact], *, jobs: int) -> tuple[Artifact, ...]:
        """Have sources that begin with ``Python.h`` compiled with what was precompiled, if that pays.

        Args:
            artifacts: What is to be built.
            jobs: How many compilers may run at a time.

        Returns:
            The artifacts; those that have no such sources are as they were.
        """
        if self._optimize == "Debug" or any(artifact.debug_info for artifact in artifacts):
            return tuple(artifacts)
        try:
            opened = tuple(self._opened(artifact) for artifact in artifacts)
            wanted = [(folder, opening) for folder, (opening, _) in self._used.items() if self._pays(folder)]
            with ThreadPoolExecutor(max(1, jobs)) as pool:
                list(pool.map(lambda one: self._make(*one), wanted))
        except OSError:  # the disk is full, or what else zig will say
            return tuple(artifacts)
        return opened

    def refused(self, text: str) -> bool:
        """Tell by the compiler's messages whether it refused what was precompiled; that is not used again."""
        if not self._used or not _REFUSED.search(text):
            return False
        for folder in self._used:
            with contextlib.suppress(OSError):  # it is made without now, whatever comes the next time
                (folder / f"{_NAME}.pch").unlink(missing_ok=True)
                _uses(folder).remember(_Uses(refused=True))
        return True

    def _opened(self, artifact: Artifact) -> Artifact:
        if artifact.emscripten or artifact.lto or not artifact.python_include:
            return artifact
        batches = tuple(
            msgspec.structs.replace(batch, sources=tuple(self._begun(one, artifact) for one in batch.sources))
            for batch in artifact.batches
        )
        sources = tuple(self._begun(one, artifact) for one in artifact.c_sources)
        return msgspec.structs.replace(artifact, batches=batches, c_sources=sources)

    def _begun(self, source: Source, artifact: Artifact) -> Source:
        """Have a source compiled with its opening, if it has one."""
        flags = self._flags(source, artifact)
        if flags is None or not source.path.endswith(".c"):
            return source
        try:
            text = Path(source.path).read_bytes()
        except OSError:  # zig says so
            return source
        lines = opening_of(text)
        if lines is None or self._search.has_file(os.path.dirname(source.path), "Python.h"):  # noqa: PTH120 - text
            return source
        opening = Opening(text=lines, target=artifact.target, cpu=artifact.cpu, flags=flags)
        folder = self._folder(opening)
        if folder not in self._used:
            if (_uses(folder).recall() or _Uses()).refused:
                return source
            self._used[folder] = (opening, set())
            place_file(folder / _NAME, lines.encode())
        self._used[folder][1].add(hashlib.sha256(text).hexdigest())
        return msgspec.structs.replace(source, flags=(*source.flags, "-include", str(folder / _NAME)))

    def _flags(self, source: Source, artifact: Artifact) -> tuple[str, ...] | None:
        """Give the flags that an opening is compiled with; None: the source must do without."""
        theirs = [word for unit in units(source.flags) if not self._is_ours(unit) for word in unit]
        read = folders_and_macros(theirs)
        if read is None or any(_UNFIT.fullmatch(flag) for flag in theirs):
            return None
        python = os.path.normpath(artifact.python_include)
        others = {*read[0], *map(os.path.normpath, artifact.include_dirs)} - {python}
        if python not in read[0] or any(self._search.precedes(folder, python) for folder in others):
            return None
        headers = (python, str(self._toolchain.zig_lib))
        return tuple(_without(source.flags, others, headers=headers))

    def _is_ours(self, unit: tuple[str, ...]) -> bool:
        """Tell whether a flag is one that pyz3 itself adds to those of other build backends."""
        overlay = unit[0] == "-ivfsoverlay" and unit[-1].startswith(f"{self._toolchain.cache.driver}{os.sep}")
        return overlay or unit in _OURS or unit[-1].removeprefix("-I").startswith(f"{FOLDER}{os.sep}")

    def _folder(self, opening: Opening) -> Path:
        about = (*self._about(opening), _own_headers(), opening.text, opening.flags)
        return self._toolchain.cache.opening(_digest(about))

    def _about(self, opening: Opening) -> tuple[str, ...]:
        toolchain = self._toolchain
        return (toolchain.version, str(toolchain.zig_lib), self._optimize, opening.target, opening.cpu)

    def _pays(self, folder: Path) -> bool:
        """Tell whether a file is missing that will be used often enough; note what it is used for now."""
        mark_used(folder)
        file = folder / f"{_NAME}.pch"
        if file.exists():
            if is_whole(file):
                return False
            file.unlink(missing_ok=True)
        before = (_uses(folder).recall() or _Uses()).texts
        texts = tuple(dict.fromkeys((*before, *sorted(self._used[folder][1]))))[:_PAYS]
        if texts != before:
            _uses(folder).remember(_Uses(texts=texts))
        return len(texts) >= _PAYS

    def _make(self, folder: Path, opening: Opening) -> None:
        """Precompile; where that fails there is no such file, and all is compiled as without."""
        clang = self._clang(opening)
        if clang is None:
            return
        with tempfile.TemporaryDirectory(dir=folder, prefix=".tmp-") as scratch:
            made = Path(scratch) / f"{_NAME}.pch"
            status, _ = self._run(
                # Without the dates of the headers, which are named after their content.
                *(clang[0], "clang", "-x", "c-header", str(folder / _NAME), *clang[1:], *opening.flags),
                *("-Xclang", "-fno-pch-timestamp", "-o", str(made)),
                target=opening.target,
                scratch=Path(scratch),
            )
            if status == 0 and made.is_file():
                seal(made)
                # The note first: another process then finds the file with it, or none.
                made.with_name(f"{made.name}.seal").replace(folder / f"{made.name}.seal")
                made.replace(folder / made.name)

    def _clang(self, opening: Opening) -> tuple[str, ...] | None:
        """Give zig, and how it has clang compile for a target, less users' flags; None: that is not known."""
        file = self._toolchain.cache.opening(_digest(self._about(opening))).with_suffix(".json")
        memory = Remembered(file, tuple[str, ...])
        known = memory.recall()
        if known is None:
            with self._toolchain.cache.scratch() as folder:
                known = self._ask_zig(opening, Path(folder))
            if known is not None:
                memory.remember(known)
        return None if known is None else (str(self._toolchain.zig), *known)

    def _ask_zig(self, opening: Opening, scratch: Path) -> tuple[str, ...] | None:
        source = scratch / "asked.c"
        source.write_bytes(b"int asked;\n")
        shared = str(self._toolchain.global_cache)
        caches = ("--cache-dir", str(scratch / "zig"), "--global-cache-dir", shared)
        # As build.zig's newModule and addCompile have it.
        options = ("-target", opening.target, *((f"-mcpu={opening.cpu}",) if opening.cpu else ()))
        options += (f"-O{self._optimize}", "-fPIC", "-fstrip", "-fno-sanitize-c", "-lc", "--verbose-cc")
        zig = str(self._toolchain.zig)
        status, text = self._run(
            *(zig, "build-obj", *options, *caches, f"-femit-bin={scratch / 'asked.o'}"),
            *("-cflags", _MARK, "--", str(source)),
            target=opening.target,
            scratch=scratch,
        )
        names = (str(source), str(self._toolchain.zig_lib))
        return clang_flags(text, zig=zig, names=names) if status == 0 else None

    def _run(self, *command: str, target: str, scratch: Path) -> tuple[int, str]:
        return self._runner.run(command, zig_target=target, optimize=self._optimize, cache=scratch)


def clang_flags(text: str, *, zig: str, names: Iterable[str]) -> tuple[str, ...] | None:
    """Give the flags that zig adds to those of users, from what ``--verbose-cc`` has it print.  Pure.

    Args:
        text: That: a line with the words of each command, in which nothing is quoted.
        zig: Its path.
        names: What may be in the words, white space included.

    Returns:
        What comes before the user's flags, without what is about files; None: it is not understood.
    """
    line = next((one for one in text.splitlines() if one.startswith(f"{zig} clang ")), "")
    signs: Mapping[str, str] = {f"\0{number}\0": name for number, name in enumerate(names)}
    for sign, name in signs.items():
        line = line.replace(name, sign)
    words = line.removeprefix(f"{zig} clang ").split(" ")
    if _MARK not in words:
        return None
    before = words[1 : words.index(_MARK)]  # the source comes first
    flags = []
    while before:
        if count := _OF_FILES.get(before[0]):
            before = before[count:]
        else:
            flags.append(before.pop(0))
    for sign, name in signs.items():
        flags = [flag.replace(sign, name) for flag in flags]
    return tuple(flags)


def _without(flags: Sequence[str], folders: Iterable[str], *, headers: Sequence[str]) -> Iterator[str]:
    """Leave out some folders of headers, and what folders are called that are none of ``headers``."""
    gone = {*folders}
    for unit in units(flags):
        called = re.fullmatch(r"-ffile-prefix-map=(.+)=[^=]*", unit[0])
        if called and not any(f"{folder}{os.sep}".startswith(called[1]) for folder in headers):
            continue
        read = folders_and_macros(unit)
        if not (read and read[0] and read[0][0] in gone):
            yield from unit


@functools.cache
def _own_headers() -> str:
    """Give a digest of the headers that are pyz3's own: their folder stays the same."""
    found = hashlib.sha256()
    for path in sorted(path for path in Path(FOLDER).rglob("*") if path.is_file()):
        found.update(b"%s\0%s" % (os.fsencode(path), hashlib.sha256(path.read_bytes()).digest()))
    return found.hexdigest()


def _digest(told: tuple[object, ...]) -> str:
    return hashlib.sha256(msgspec.json.encode(told)).hexdigest()[:32]


def _uses(folder: Path) -> Remembered[_Uses]:
    return Remembered(folder / "uses.json", _Uses)
