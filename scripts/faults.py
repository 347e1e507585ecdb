"""Disturbs builds in every way that machines and people do, and counts what comes of it.

    scripts/faults.py [--seconds N] [--trials N] [--only kills archives …] [--seed S]
        [--keep FOLDER] [--json FILE] [-v]
    scripts/faults.py --page FILE      writes the figures of such a FILE into docs/trust.md and SECURITY.md

Each kind of fault is a function that disturbs one build and tells what came of it; a new one is a function
with ``@kind``.  What is right is the digest of the wheel that a build with a clean cache gave; that and the
cache are kept in ``--keep FOLDER`` for the next run of the same pyz3.  Hostile files are made by
``scripts/hostile.py``, and each is read by a child process with limits.  The exit code is 1 if anything was
wrong: a crash, a traceback, a wrong or partial wheel, a file outside, a build that is stuck, a reader that
takes too much time or memory or lets a file command the terminal.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib.util
import json
import os
import platform
import random
import re
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import traceback
import zipfile
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

import hostile as hostile_files

from pyz3.errors import NotReproducedError

ROOT = Path(__file__).resolve().parent.parent
PAGES = (ROOT / "docs" / "trust.md", ROOT / "SECURITY.md")
MARKS = ("<!-- faults: scripts/faults.py --page -->\n", "<!-- /faults -->")
Outcome = Literal[
    "right",
    "refused",
    "crash",
    "traceback",
    "wrong",
    "partial",
    "outside",
    "stuck",
    "memory",
    "terminal",
    "undocumented",
    "unnamed",
]
GOOD = frozenset({"right", "refused"})
STUCK_SECONDS = 300
CODES = frozenset(
    int(row.split("|")[1])
    for row in (ROOT / "docs" / "reference" / "exit-codes.md").read_text(encoding="utf-8").splitlines()
    if re.match(r"\| \d+ \|", row)
)
# What reading a file may take, of the processor and of memory, whatever is in it.
MOST_SECONDS, MOST_MEGABYTES = 60, 1500
_SOURCE = """\
#include <Python.h>
static PyObject *answer(PyObject *self, PyObject *unused) { return PyLong_FromLong(%d); }
static PyMethodDef methods[] = {{"answer", answer, METH_NOARGS, NULL}, {NULL, NULL, 0, NULL}};
static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "_f", NULL, 0, methods};
PyMODINIT_FUNC PyInit__f(void) { return PyModule_Create(&module); }
"""
_PROJECT = """\
[build-system]
requires = ["pyz3==0.1.*"]
build-backend = "pyz3.backend"
[project]
name = "faulty"
version = "1.0"
[[tool.pyz3.extensions]]
name = "faulty._f"
sources = ["faulty/_f.c"]
"""
# The switch interval makes threads meet at every step.
_THREADS = "import sys; sys.setswitchinterval(1e-5); from pyz3.__main__ import main; main()"


@dataclass(frozen=True, kw_only=True)
class Bench:
    """Where trials are made.

    Attributes:
        folder: A scratch folder.
        rng: The source of chance, seeded.
        template: A cache in which the first answer was built.
        digests: Answer and platforms → digests of the wheels that a clean cache gave, by name.
        binaries: Ending → a real module, of each format.
        most: The most that reading a hostile file took: seconds of the processor, megabytes.
        tags: Tags of wheels that an interpreter here can test.
        real: A wheel that the source in ``thing`` gives: its name and content.
        verbose: Whether trials of hostile files are told of, too, that went well.
    """

    folder: Path
    rng: random.Random
    template: Path
    digests: dict[tuple[int, str], dict[str, str]] = field(default_factory=dict)
    binaries: dict[str, bytes] = field(default_factory=dict)
    most: dict[str, float] = field(default_factory=dict)
    tags: list[str] = field(default_factory=list)
    real: list[tuple[str, bytes]] = field(default_factory=list)
    verbose: bool = False

    def fresh(self, name: str) -> Path:
        """Give an empty folder."""
        folder = self.folder / name
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        return folder

    def project(self, answer: int) -> Path:
        """Write the project; its place is always the same."""
        root = self.folder / "project"
        (root / "faulty").mkdir(parents=True, exist_ok=True)
        (root / "pyproject.toml").write_text(_PROJECT)
        (root / "faulty" / "__init__.py").write_text("")
        (root / "faulty" / "_f.c").write_text(_SOURCE % answer)
        return root

    def cache(self) -> Path:
        """Give a copy of the cache in which one answer was built, and the other was not."""
        shutil.rmtree(self.folder / "cache", ignore_errors=True)
        shutil.copytree(self.template, self.folder / "cache", symlinks=True)
        return self.folder / "cache"

    def start(
        self,
        root: Path,
        dist: Path,
        cache: Path,
        *,
        platforms: str = "linux-x86_64",
        limit: int | None = None,
    ) -> subprocess.Popen[str]:
        """Start a build; ``limit`` is how large a file may get, in bytes."""
        words = [*(word for name in platforms.split() for word in ("--platform", name)), "--python", "3.13"]
        program = [sys.executable, "-c", _THREADS] if " " in platforms else [sys.executable, "-m", "pyz3"]

        def limited() -> None:
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            if limit is not None:
                resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

        return subprocess.Popen(
            [*program, "wheel", *words, "--output-dir", str(dist), str(root)],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            start_new_session=True,
            env={**os.environ, "PYZ3_CACHE_DIR": str(cache)},
            preexec_fn=limited,  # noqa: PLW1509 - nothing here has threads
        )

    def finish(self, process: subprocess.Popen[str], dist: Path, answer: int, platforms: str) -> Outcome:
        """Wait for a build, and judge it."""
        try:
            said, _ = process.communicate(timeout=STUCK_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
            return "stuck"
        outcome = self.judge(process.returncode, said, dist, answer, platforms)
        if outcome not in GOOD:
            sys.stderr.write(f"--- {outcome}, status {process.returncode}:\n{said[-3000:]}\n")
        return outcome

    def judge(self, status: int, said: str, dist: Path, answer: int, platforms: str) -> Outcome:
        """Tell what came of a build."""
        found = digests(dist)
        right = self.digests[answer, platforms]
        if status < 0:
            return "crash"
        if "Traceback (most recent call last)" in said:
            return "traceback"
        if any(right.get(name) != digest for name, digest in found.items()):
            return "wrong"
        if status == 0:
            return "right" if found == right else "partial"
        return "refused" if "error:" in said or "✗" in said or "stopped" in said else "traceback"

    def build(
        self, answer: int, cache: Path, *, platforms: str = "linux-x86_64", limit: int | None = None
    ) -> Outcome:
        """Build, and judge it."""
        root, dist = self.project(answer), self.fresh("dist")
        process = self.start(root, dist, cache, platforms=platforms, limit=limit)
        return self.finish(process, dist, answer, platforms)


Kind = Callable[[Bench], Outcome]
KINDS: dict[str, Kind] = {}


def kind(function: Kind) -> Kind:
    """Have a function be a kind of fault, under its own name."""
    KINDS[function.__name__] = function
    return function


def digests(dist: Path) -> dict[str, str]:
    """Give the digest of every wheel in a folder."""
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in dist.glob("*.whl")}


def _ended(bench: Bench, number: signal.Signals) -> Outcome:
    """End a build at any moment: it delivers nothing wrong, and the next one is right."""
    cache, root, dist = bench.cache(), bench.project(1), bench.fresh("dist")
    process = bench.start(root, dist, cache)
    time.sleep(bench.rng.uniform(0, 2))
    process.send_signal(number)
    try:
        said, _ = process.communicate(timeout=60)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        return "stuck"
    if "Traceback (most recent call last)" in said:
        sys.stderr.write(said[-3000:])
        return "traceback"
    if any(bench.digests[1, "linux-x86_64"].get(name) != digest for name, digest in digests(dist).items()):
        return "partial"
    return bench.build(1, cache)


@kind
def kills(bench: Bench) -> Outcome:
    """SIGKILL at any moment."""
    return _ended(bench, signal.SIGKILL)


@kind
def signals(bench: Bench) -> Outcome:
    """Ctrl-C, a closed terminal, a job that is ended."""
    return _ended(bench, bench.rng.choice([signal.SIGINT, signal.SIGTERM, signal.SIGHUP]))


@kind
def disk(bench: Bench) -> Outcome:
    """No file may get larger than some size; afterwards there is room again."""
    cache = bench.cache()
    first = bench.build(1, cache, limit=int(10 ** bench.rng.uniform(1, 6.5)))
    return bench.build(1, cache) if first in GOOD else first


@kind
def damage(bench: Bench) -> Outcome:
    """Files of the cache are cut, changed, zeroed or gone; the second build at the latest is right."""
    cache = bench.cache()
    _harm(bench, cache)
    answer = bench.rng.choice([0, 1])
    first = bench.build(answer, cache)
    second = bench.build(answer, cache) if first in GOOD else first
    return "stuck" if second == "refused" else second


def _harm(bench: Bench, cache: Path) -> None:
    files = sorted(path for path in cache.rglob("*") if path.is_file() and not path.is_symlink())
    for path in bench.rng.sample(files, k=min(len(files), bench.rng.choice([1, 3, 20]))):
        content = bytearray(path.read_bytes())
        how = bench.rng.choice(["gone", "cut", "zeroed", "flipped"])
        at = bench.rng.randrange(len(content) + 1)
        if how == "gone":
            path.unlink()
            continue
        if how == "cut" or at == len(content):
            del content[at:]
        elif how == "zeroed":
            content[at : at + 4096] = bytes(len(content[at : at + 4096]))
        else:
            content[at] ^= 1 << bench.rng.randrange(8)
        path.chmod(0o644)
        path.write_bytes(content)


@kind
def parallel(bench: Bench) -> Outcome:
    """Several builds at once with one cache."""
    outcomes = _at_once(bench, bench.cache())
    return next((one for one in outcomes if one != "right"), "right")


@kind
def damage_in_parallel(bench: Bench) -> Outcome:
    """Several builds at once with one cache that is damaged; the next one is right."""
    cache = bench.cache()
    _harm(bench, cache)
    outcomes = _at_once(bench, cache)
    last = bench.build(1, cache)
    wrong = next((one for one in (*outcomes, last) if one not in GOOD), last)
    return "stuck" if wrong == "refused" else wrong


def _at_once(bench: Bench, cache: Path) -> list[Outcome]:
    root, dists = bench.project(1), [bench.fresh(f"dist{number}") for number in range(3)]
    running = [bench.start(root, dist, cache) for dist in dists]
    return [bench.finish(one, dist, 1, "linux-x86_64") for one, dist in zip(running, dists, strict=True)]


@kind
def threads(bench: Bench) -> Outcome:
    """Several platforms, whose threads meet at every step."""
    return bench.build(bench.rng.choice([0, 1]), bench.template, platforms="linux-x86_64 musllinux-x86_64")


_UNPACK = """
import sys
from pathlib import Path
from pyz3.errors import Pyz3Error
from pyz3.sources import unpack_sdist
for path in sys.argv[2:]:
    try:
        unpack_sdist(Path(path), Path(sys.argv[1]))
    except Pyz3Error:
        pass
"""


@kind
def archives(bench: Bench) -> Outcome:
    """Sdists with links, pipes and names of any kind, damaged here and there: nothing gets out."""
    import tarfile  # noqa: PLC0415 - one kind needs it

    folder = bench.fresh("archives")
    names = ["t-1", "a", "b", "A", "..", ".", "/", "\\", "C:", "x" * 250, "\x1b", "é", "a\0b"]
    pick = bench.rng.choice
    for number in range(40):
        path = folder / f"t-{number}.tar.gz"
        with tarfile.open(path, "w:gz") as archive:
            for _ in range(bench.rng.randrange(1, 12)):
                info = tarfile.TarInfo(
                    "/".join(["t-1", *(pick(names) for _ in range(bench.rng.randrange(4)))])
                )
                info.type = pick(
                    [tarfile.REGTYPE, tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.DIRTYPE, tarfile.FIFOTYPE]
                )
                info.linkname = "/".join(pick(names) for _ in range(bench.rng.randrange(5)))
                archive.addfile(info)
        if number % 3 == 0:
            content = bytearray(path.read_bytes())
            content[bench.rng.randrange(len(content))] ^= 1 << bench.rng.randrange(8)
            path.write_bytes(content)
    outside = bench.fresh("outside")
    into = outside / "deep" / "into"
    before = sorted(path.name for path in bench.folder.iterdir())
    done = subprocess.run(
        [sys.executable, "-c", _UNPACK, into, *sorted(folder.iterdir())],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        sys.stderr.write(done.stderr[-3000:])
        return "crash" if done.returncode < 0 else "traceback"
    out = [
        path for path in outside.rglob("*") if path.is_symlink() and not path.resolve().is_relative_to(into)
    ]
    stray = {path.name for path in outside.rglob("*") if not path.is_relative_to(into)} - {"deep"}
    return (
        "outside"
        if out or stray or sorted(path.name for path in bench.folder.iterdir()) != before
        else "right"
    )


_COPY = """
import sys
from pathlib import Path
from pyz3.errors import Pyz3Error
from pyz3.sources import describe_tree, sync_copy
root, into = map(Path, sys.argv[1:])
try:
    describe_tree(root)
    sync_copy(root, into)
    assert describe_tree(root).files == describe_tree(into).files
except Pyz3Error as error:
    print(error)
"""


@kind
def trees(bench: Bench) -> Outcome:
    """Trees with links to anywhere, rings, pipes, odd names: they are copied, or refused, and soon."""
    root = bench.fresh("tree")
    bench.fresh("copies")
    places = [root]
    for number in range(bench.rng.randrange(5, 60)):
        path = bench.rng.choice(places) / bench.rng.choice(
            [f"n{number}", f"é{number}", f"\udcff{number}", f" {number}"]
        )
        match bench.rng.randrange(6):
            case 0 | 1:
                path.mkdir()
                places.append(path)
            case 2:
                os.mkfifo(path)
            case 3:
                path.symlink_to(
                    bench.rng.choice(["/", "..", ".", "../..", "/proc", "/dev/zero", "gone", root, *places])
                )
            case _:
                path.write_bytes(bench.rng.randbytes(bench.rng.randrange(2000)))
    command = [sys.executable, "-c", _COPY, root, bench.folder / "copies" / "p"]
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, errors="replace", check=False, timeout=60
        )
    except subprocess.TimeoutExpired:
        return "stuck"
    if done.returncode:
        sys.stderr.write(done.stderr[-3000:])
        return "crash" if done.returncode < 0 else "traceback"
    return "refused" if done.stdout else "right"


def _read_as(words: list[str]) -> None:
    """Run a command; what pyz3 publish does before it asks the index is ``publish`` here."""
    from pyz3.cli import main as pyz3  # noqa: PLC0415 - the parent has imported it
    from pyz3.cli.boundary import boundary  # noqa: PLC0415
    from pyz3.release import judge, read_file  # noqa: PLC0415

    if words[0] != "publish":
        pyz3(words)
    with boundary():
        judge([read_file(Path(words[1]))])


def _in_child(words: list[str], place: Path) -> tuple[int, str, float, float]:
    """Run a command in a child with limits; give its status, what it said, its seconds and megabytes."""
    said = place / "said"
    child = os.fork()
    if not child:
        status = 70
        try:
            os.setsid()
            with said.open("wb") as file:
                os.dup2(file.fileno(), 1)
                os.dup2(file.fileno(), 2)
            resource.setrlimit(resource.RLIMIT_CPU, (MOST_SECONDS, MOST_SECONDS + 1))
            if sys.platform == "linux":  # macOS knows no such limit
                resource.setrlimit(resource.RLIMIT_AS, (4 << 30, 4 << 30))
            os.chdir(place / "here")
            os.environ |= {"TMPDIR": str(place / "tmp"), "HOME": str(place / "home"), "PIP_NO_INDEX": "1"}
            tempfile.tempdir = None  # the parent's
            sys.stdout, sys.stderr = (open(number, "w", closefd=False) for number in (1, 2))  # noqa: SIM115
            _read_as(words)
            status = 0
        except SystemExit as end:
            status = end.code if isinstance(end.code, int) else 0 if end.code is None else 1
        except BaseException:  # noqa: BLE001 - it is judged by what it says
            traceback.print_exc()
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(status)
    ended, used = _wait(child)
    text = said.read_bytes().decode("utf-8", "replace")
    megabyte = 1 << (20 if sys.platform == "darwin" else 10)  # there it counts bytes, elsewhere KiB
    status = os.waitstatus_to_exitcode(ended)
    return status, text, used.ru_utime + used.ru_stime, used.ru_maxrss / megabyte


def _wait(child: int) -> tuple[int, resource.struct_rusage]:
    """Wait for a child, and what it has waited for; end all of it if that takes too long."""
    end = time.monotonic() + STUCK_SECONDS
    while time.monotonic() < end:
        found, ended, used = os.wait4(child, os.WNOHANG)
        if found:
            return ended, used
        time.sleep(0.005)
    os.killpg(child, signal.SIGKILL)
    _, ended, used = os.wait4(child, 0)
    return ended, used


def _commands(path: Path, rng: random.Random) -> list[str]:
    """Choose what reads a file."""
    if not path.name.endswith(".whl"):
        return ["publish", str(path)]
    form = rng.choice(["text", "json", "github", "sarif"])
    return rng.choice([
        ["check", str(path), "--format", form],
        ["check", str(path), "--strict"],
        ["check", str(path), "--tree"],
        ["doctor", str(path)],
        ["doctor", str(path), "--json"],
        ["publish", str(path)],
        ["conda", str(path), "--output-dir", "out"],
    ])  # fmt: skip


def _harmed(
    bench: Bench, command: Callable[[Path], list[str]], *, ending: str = "", tag: str = "", real: bytes = b""
) -> Outcome:
    """Make a hostile file, have a command read it, and judge what came of that.

    Args:
        bench: Where.
        command: File → the command.
        ending: Of the file; empty: any.
        tag: What it is for, if it is a wheel.
        real: A wheel that its source gives.
    """
    place = bench.fresh("hostile")
    for name in ("made", "here", "tmp", "home", "outside"):
        (place / name).mkdir()
    making = hostile_files.Making(
        folder=place / "made", rng=bench.rng, binaries=bench.binaries, outside=place / "outside", real=real
    )
    making = replace(making, tag=tag or making.tag)
    case = ""
    path = Path()
    while not case or not path.name.endswith(ending):
        path.unlink() if case else None
        case = bench.rng.choice(sorted(hostile_files.CASES))
        path = hostile_files.CASES[case](making)
    words = command(path)
    before = _around(bench, place)
    status, said, seconds, megabytes = _in_child(words, place)
    for what, value in (("seconds", seconds), ("megabytes", megabytes)):
        bench.most[what] = max(bench.most.get(what, 0), value)
    stray = sorted(before ^ _around(bench, place))
    outcome = (
        "outside"
        if stray
        else judged(
            status,
            said,
            seconds,
            megabytes,
            name=path.name,
            other="" if path.name.endswith(".whl") else "pyproject.toml",
        )
    )
    if outcome not in GOOD:
        what = f"{case} {' '.join(words)}: status {status}, {seconds:.1f} s, {megabytes:.0f} MB"
        sys.stderr.write(f"--- {outcome}, {what!a}, {stray[:5]!a}:\n{said[-3000:]!a}\n")
    elif bench.verbose:
        sys.stderr.write(
            f"{outcome}, {case} {words[0]}, {seconds:.1f} s, {megabytes:.0f} MB: {said[:300]!a}\n"
        )
    return outcome


@kind
def hostile(bench: Bench) -> Outcome:
    """Wheels and sdists made to harm whoever reads them: check, doctor, conda and publish do read them."""
    return _harmed(bench, lambda path: _commands(path, bench.rng))


@kind
def hostile_test(bench: Bench) -> Outcome:
    """Such wheels are tested, by pyz3 test: what it would not read itself, pip is not given."""
    tests = bench.rng.choice([["--import"], ["--test-command", "python -c pass"]])
    words = [*tests, "--timeout", "20"]
    return _harmed(
        bench, lambda path: ["test", str(path), *words], ending=".whl", tag=bench.rng.choice(bench.tags)
    )


@kind
def hostile_repair(bench: Bench) -> Outcome:
    """Libraries are put into such wheels, by pyz3 repair."""
    return _harmed(bench, lambda path: ["repair", str(path), "--output-dir", "out"], ending=".whl")


@kind
def hostile_reproduce(bench: Bench) -> Outcome:
    """Such wheels are compared with what their source gives, by pyz3 reproduce."""
    name, content = bench.real[0]
    words = ["--source", str(bench.folder / "thing"), *bench.rng.choice([[], ["--json"]])]
    tag = bench.rng.choice([name.removesuffix(".whl").split("-", 2)[2], "py3-none-any"])
    return _harmed(bench, lambda path: ["reproduce", str(path), *words], ending=".whl", tag=tag, real=content)


@kind
def hostile_source(bench: Bench) -> Outcome:
    """Sdists made to harm are the source of a wheel, for pyz3 reproduce."""
    wheel = bench.fresh("wheel") / bench.real[0][0]
    wheel.write_bytes(bench.real[0][1])
    return _harmed(bench, lambda path: ["reproduce", str(wheel), "--source", str(path)], ending=".gz")


def _around(bench: Bench, place: Path) -> set[str]:
    """Give what lies where nothing may change: all but the output, and what pip keeps for itself."""
    # pip keeps files for itself, and so does rustc, whose version it asks for; Wine goes on for a while.
    own = {("here", "out"), ("home", ".cache"), ("home", ".rustup")}
    found = {f"/{path.name}" for path in Path("/").iterdir()} | _names(bench.folder)
    for root in (place, bench.folder / "thing", bench.folder / "wheel"):
        for path in root.rglob("*"):
            within = path.relative_to(root).parts
            if within[:2] not in own and within != ("said",) and not "/".join(within).startswith("tmp/wine"):
                state = path.lstat()
                found.add(f"{path} {state.st_mode} {0 if path.is_dir() else state.st_size}")
    return found


def _names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def judged(
    status: int, said: str, seconds: float, megabytes: float, *, name: str = "", other: str = ""
) -> Outcome:
    """Tell what came of reading a hostile file.

    Args:
        status: Of the command.
        said: What it printed.
        seconds: Of the processor.
        megabytes: Of memory.
        name: The file's own, which a refusal must have; of an odd one it is enough how it begins.
        other: A file within, which may be named instead.
    """
    short = name if name.isprintable() and len(name) < 100 else "-".join(name.split("-")[:2])  # noqa: PLR2004
    wrong: dict[Outcome, bool] = {
        # What a program of others printed is shown as such: behind two spaces.
        "traceback": re.search(r"^Traceback \(most recent call last\)", said, re.MULTILINE) is not None,
        "stuck": seconds > MOST_SECONDS,
        "memory": megabytes > MOST_MEGABYTES,
        "crash": status < 0 or (status != 0 and not said.strip()),
        # It commands the terminal, or had a line of its own put there.
        "terminal": not said.replace("\n", "").isprintable() or f"\n{hostile_files.FORGED}\n" in said,
        "undocumented": status not in CODES,
        # What was built and differs is the wheel's matter, not that of a hostile source.
        "unnamed": status not in {0, NotReproducedError.exit_code}
        and short not in said
        and not (other and other in said),
    }
    found = next((what for what, is_so in wrong.items() if is_so), None)
    return found or ("refused" if status else "right")


def real_binaries(folder: Path) -> dict[str, bytes]:
    """Build a module for four systems with the user's own cache; give each by its ending.

    Raises:
        subprocess.CalledProcessError: It cannot be built.
    """
    platforms = ("linux-x86_64", "macos-universal2", "windows-x64", "pyodide")
    words = [word for name in platforms for word in ("--platform", name)]
    command = [sys.executable, "-m", "pyz3", "wheel", *words, "--python", "3.13", "-o", folder / "real"]
    subprocess.run([*command, folder / "project"], check=True, stdout=subprocess.DEVNULL)
    found = {}
    for path in sorted((folder / "real").glob("*.whl")):
        with zipfile.ZipFile(path) as archive:
            name = next(name for name in archive.namelist() if name.endswith((".so", ".pyd")))
            found["." + name.partition("/")[2].partition(".")[2]] = archive.read(name)
    return found


def prepare(folder: Path, keep: Path, rng: random.Random, kinds: list[str]) -> Bench:
    """Build what is right, each answer with a cache that nothing has disturbed, or take what was kept.

    Raises:
        RuntimeError: It cannot be built.
    """
    bench = Bench(folder=folder, rng=rng, template=keep / "template")
    building = {name for name in kinds if not name.startswith("hostile")} - {"archives", "trees", "threads"}
    wanted = {"linux-x86_64"} if building else set()
    wanted |= {"linux-x86_64 musllinux-x86_64"} if "threads" in kinds else set()
    for platforms in sorted(wanted):
        for answer in (1, 0):
            kept = keep / f"{answer} {platforms}.json"
            if not kept.exists():
                clean = keep / "clean" if answer else bench.template
                dist = bench.fresh("dist")
                process = bench.start(bench.project(answer), dist, clean, platforms=platforms)
                said, _ = process.communicate(timeout=STUCK_SECONDS * 2)
                if process.returncode:
                    raise RuntimeError(said)
                kept.write_text(json.dumps(digests(dist)))
            bench.digests[answer, platforms] = json.loads(kept.read_text())
    if any(name.startswith("hostile") for name in kinds):
        prepare_hostile(bench)
    return bench


def prepare_hostile(bench: Bench) -> None:
    """Build what hostile files are made of, and import once what every child needs.

    Raises:
        subprocess.CalledProcessError: It cannot be built.
    """
    import pyz3.cli.check  # noqa: PLC0415
    import pyz3.cli.conda  # noqa: PLC0415
    import pyz3.cli.doctor  # noqa: PLC0415
    import pyz3.cli.repair  # noqa: PLC0415
    import pyz3.cli.reproduce  # noqa: PLC0415
    import pyz3.cli.test  # noqa: F401, PLC0415
    from pyz3.audit import load_parser  # noqa: PLC0415
    from pyz3.runtimes import runtimes_dir  # noqa: PLC0415
    from pyz3.store import cache_place  # noqa: PLC0415

    load_parser()
    # Children have another home, and what is the user's is there all the same.
    os.environ["PYZ3_RUNTIMES"] = str(runtimes_dir(os.environ))
    os.environ["PYZ3_CACHE_DIR"] = str(cache_place(os.environ))
    bench.project(1)
    bench.binaries.update(real_binaries(bench.folder))
    bench.tags.extend(["py3-none-any", *_tags()])
    source, dist = bench.folder / "thing", bench.fresh("real")
    (source / "thing").mkdir(parents=True, exist_ok=True)
    (source / "pyproject.toml").write_text(_PROJECT.replace("faulty", "thing"))
    (source / "thing" / "__init__.py").write_text("")
    (source / "thing" / "_f.c").write_text(_SOURCE % 1)
    command = [sys.executable, "-m", "pyz3", "wheel", "--platform", "linux-x86_64", "--python", "3.13"]
    subprocess.run([*command, "-o", dist, source], check=True, stdout=subprocess.DEVNULL)
    bench.real.extend((path.name, path.read_bytes()) for path in dist.iterdir())


def _tags() -> list[str]:
    """Give tags of wheels that this machine tests: its own, and musl's, which has no pip of its own."""
    from pyz3.runtimes import find_runtimes  # noqa: PLC0415
    from pyz3.store import open_cache  # noqa: PLC0415

    runtimes, _ = find_runtimes(environ=os.environ, cache=open_cache(os.environ))
    # Wine and qemu need more than the room that children have.
    fit = [one for one in runtimes if one.is_native or str(one.platform) == "musllinux-x86_64"]
    found = {
        f"{one.python.abi}-{one.python.abi}-{one.platform.wheel_platform_for(one.platform.floor(one.python))}"
        for one in fit
    }
    return sorted(found)


def run(bench: Bench, kinds: list[str], *, seconds: float, trials: int) -> dict[str, Counter[str]]:
    """Make trials, one kind after the other, until time is over or there are enough; one at least of each."""
    counts: dict[str, Counter[str]] = {name: Counter() for name in kinds}
    end = time.monotonic() + seconds
    while any(not found for found in counts.values()) or (
        time.monotonic() < end and sum(found.total() for found in counts.values()) < trials
    ):
        for name in kinds:
            if time.monotonic() < end or not counts[name]:
                counts[name][KINDS[name](bench)] += 1
    return counts


def _told(options: argparse.Namespace) -> list[str]:
    """Give the arguments that another needs to do the same."""
    words = [f"--seconds {options.seconds:g}"]
    words += [f"--trials {options.trials}"] if options.trials < sys.maxsize else []
    words += [f"--only {' '.join(options.only)}"] if options.only != list(KINDS) else []
    return [*words, f"--seed {options.seed}"]


def figures_text(figures: dict[str, Any]) -> str:
    """Give the figures of a run as Markdown: what ``--json`` wrote."""
    rows = [("what is done", "trials", "went wrong"), ("---", "---", "---")]
    for name, found in figures["kinds"].items():
        wrong = sum(count for what, count in found.items() if what not in {*GOOD, "trials"})
        says = " ".join((KINDS[name].__doc__ or "").partition("\n")[0].split()).rstrip(".")
        rows.append((f"`{name}`: {says}", str(found["trials"]), str(wrong)))
    lines = [f"| {' | '.join(row)} |" for row in rows]
    lines += ["", f"`{figures['command']}`", f"on {figures['date']}, {figures['machine']}."]
    if most := figures.get("most"):
        lines.append(
            f"No hostile file took more than {most['seconds']:.0f} s of the processor or "
            f"{most['megabytes']:.0f} MB of memory; {MOST_SECONDS} s and {MOST_MEGABYTES} MB count as wrong."
        )
    return "\n".join(lines) + "\n"


def with_figures(page: str, figures: dict[str, Any]) -> str:
    """Give a page with the figures between its marks.

    Raises:
        ValueError: It has no marks.
    """
    begin, end = (page.index(mark) for mark in MARKS)
    return page[: begin + len(MARKS[0])] + "\n" + figures_text(figures) + "\n" + page[end:]


def main() -> int:
    """Run trials, one kind after the other, until the time is over; every kind has one at least."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--trials", type=int, default=sys.maxsize, help="no more than these, in all")
    parser.add_argument("--only", nargs="+", choices=KINDS, default=list(KINDS))
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "-v", "--verbose", action="store_true", help="tell of hostile files that were refused"
    )
    parser.add_argument("--json", type=Path, help="where the figures go; stdout unless given")
    parser.add_argument("--page", type=Path, metavar="FILE", help="write its figures into the documentation")
    parser.add_argument("--keep", type=Path, help="where clean caches are kept; nowhere unless given")
    options = parser.parse_args()
    if options.page:
        figures = json.loads(options.page.read_text())
        for path in PAGES:
            path.write_text(with_figures(path.read_text(encoding="utf-8"), figures), encoding="utf-8")
        return 0
    if "hostile_repair" in options.only and importlib.util.find_spec("repairwheel") is None:
        sys.stderr.write("hostile_repair is left out: repairwheel is missing\n")
        options.only.remove("hostile_repair")
    with tempfile.TemporaryDirectory(prefix="faults-", ignore_cleanup_errors=True) as scratch:
        # The project has one place, by which caches know it.
        folder = Path(scratch) if options.keep is None else options.keep.absolute() / "scratch"
        keep = folder / "kept" if options.keep is None else options.keep.absolute()
        for place in (folder, keep):
            place.mkdir(parents=True, exist_ok=True)
        rng = random.Random(options.seed)  # noqa: S311 - repeatable
        bench = prepare(folder, keep, rng, options.only)
        bench = replace(bench, verbose=options.verbose)
        began = time.monotonic()
        counts = run(bench, options.only, seconds=options.seconds, trials=options.trials)
        took = time.monotonic() - began
    figures = {
        "date": time.strftime("%Y-%m-%d"),
        "command": " ".join(["python scripts/faults.py", *_told(options)]),
        "machine": f"{platform.system()} {platform.machine()}, Python {platform.python_version()}",
        "seed": options.seed,
        "seconds": round(took),
        "trials": sum(found.total() for found in counts.values()),
        "kinds": {
            name: {"trials": found.total(), **dict(sorted(found.items()))} for name, found in counts.items()
        },
        "wrong": sum(count for found in counts.values() for what, count in found.items() if what not in GOOD),
    }
    if bench.most:
        figures["most"] = {what: round(value, 1) for what, value in bench.most.items()}
    text = json.dumps(figures, indent=2) + "\n"
    if options.json:
        options.json.write_text(text)
    else:
        sys.stdout.write(text)
    return 1 if figures["wrong"] else 0


if __name__ == "__main__":
    sys.exit(main())
