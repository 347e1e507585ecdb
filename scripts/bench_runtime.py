#!/usr/bin/env python3
"""Measures how fast the code in our wheels runs against the wheels that projects publish, and prints JSON.

usage: python scripts/bench_runtime.py [--only NAME...] [--rounds N] [--interpreter PYTHON]
                                       [--wheels FOLDER] [--work FOLDER]

For Linux x86_64.  Each project is built by `pyz3 wheel`, its official wheel is downloaded, and pyperf runs
the same task on both in turn, in processes of their own, once unmeasured and then --rounds times.  What
counts is processor time.  A ratio is the official wheel's time divided by ours: above 1 ours is faster.  Of
each task it gives the ratio of the best times, which other work on the machine changes least, and the median
of the rounds' ratios with their spread (lowest, highest).

--wheels takes wheels that were built before, --work keeps what was downloaded and built.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import statistics
import subprocess
import sys
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

# What the official wheels of these projects are, is what pip takes for the interpreter.
_TAGS = ("manylinux_2_17_x86_64", "manylinux_2_24_x86_64", "manylinux_2_28_x86_64")
_RECORDS = "data = [{'id': n, 'name': 'x' * n, 'value': n / 7, 'tags': ['a', None, True]} for n in range(60)]"
_BYTES = "data = bytes(range(256)) * 64 + b'plain words of a text ' * 900"


@dataclass(frozen=True, kw_only=True)
class Task:
    """What is measured of a project.

    Attributes:
        project: Name and version, as an installer takes them.
        setup: Statements that are run once.
        code: The statement that is measured.
    """

    project: str
    setup: str
    code: str


TASKS = {
    "bitarray.count": Task(
        project="bitarray==3.12.3",
        setup="import bitarray; data = bitarray.bitarray(b'0110100' * 30000)",
        code="data.count()",
    ),
    "bitarray.find": Task(
        project="bitarray==3.12.3",
        setup="import bitarray; data = bitarray.bitarray('0010' * 9000); part = bitarray.bitarray('0011')",
        code="data.find(part)",
    ),
    "kiwisolver.solve": Task(
        project="kiwisolver==1.5.1",
        setup=(
            "from kiwisolver import Solver, Variable\n"
            "def work():\n"
            "    solver = Solver()\n"
            "    row = [Variable(str(n)) for n in range(60)]\n"
            "    for one, other in zip(row, row[1:]):\n"
            "        solver.addConstraint(other >= one + 10)\n"
            "        solver.addConstraint((other == one * 2 + 3) | 'weak')\n"
            "    solver.addEditVariable(row[0], 'strong')\n"
            "    for n in range(20):\n"
            "        solver.suggestValue(row[0], n)\n"
            "        solver.updateVariables()"
        ),
        code="work()",
    ),
    "lz4.compress": Task(
        project="lz4==4.4.5", setup=f"import lz4.block; {_BYTES}", code="lz4.block.compress(data)"
    ),
    "lz4.decompress": Task(
        project="lz4==4.4.5",
        setup=f"import lz4.block; {_BYTES}; packed = lz4.block.compress(data)",
        code="lz4.block.decompress(packed)",
    ),
    "markupsafe.escape": Task(
        project="markupsafe==3.0.4",
        setup="import markupsafe; text = '<a href=\"x\">&amp; plain words</a>' * 40",
        code="markupsafe.escape(text)",
    ),
    "msgpack.packb": Task(
        project="msgpack==1.2.4", setup=f"import msgpack; {_RECORDS}", code="msgpack.packb(data)"
    ),
    "msgpack.unpackb": Task(
        project="msgpack==1.2.4",
        setup=f"import msgpack; {_RECORDS}; packed = msgpack.packb(data)",
        code="msgpack.unpackb(packed)",
    ),
    "rapidjson.dumps": Task(
        project="python-rapidjson==1.25", setup=f"import rapidjson; {_RECORDS}", code="rapidjson.dumps(data)"
    ),
    "rapidjson.loads": Task(
        project="python-rapidjson==1.25",
        setup=f"import rapidjson; {_RECORDS}; text = rapidjson.dumps(data)",
        code="rapidjson.loads(text)",
    ),
    "regex.findall": Task(
        project="regex==2026.11.15",
        setup="import regex; text = 'The 12 quick brown foxes, 345 of them; jump-over lazy dogs. ' * 60",
        code=r"regex.findall(r'\b[a-z]+\w*|\d+', text)",
    ),
    "regex.sub": Task(
        project="regex==2026.11.15",
        setup="import regex; text = 'name = value; other=thing ; key= x; ' * 60",
        code=r"regex.sub(r'(\w+)\s*=\s*(\w+)', r'\2=\1', text)",
    ),
    "ujson.dumps": Task(project="ujson==6.1.0", setup=f"import ujson; {_RECORDS}", code="ujson.dumps(data)"),
    "ujson.loads": Task(
        project="ujson==6.1.0",
        setup=f"import ujson; {_RECORDS}; text = ujson.dumps(data)",
        code="ujson.loads(text)",
    ),
    "xxhash.xxh3_64": Task(
        project="xxhash==4.1.0", setup=f"import xxhash; {_BYTES}", code="xxhash.xxh3_64_intdigest(data)"
    ),
    "xxhash.xxh3_64 short": Task(
        project="xxhash==4.1.0",
        setup="import xxhash; data = b'a key of a table'",
        code="xxhash.xxh3_64_intdigest(data)",
    ),
    "xxhash.xxh64": Task(
        project="xxhash==4.1.0", setup=f"import xxhash; {_BYTES}", code="xxhash.xxh64_intdigest(data)"
    ),
    "zstandard.compress": Task(
        project="zstandard==0.25.0",
        setup=f"import zstandard; {_BYTES}; way = zstandard.ZstdCompressor()",
        code="way.compress(data)",
    ),
    "zstandard.decompress": Task(
        project="zstandard==0.25.0",
        setup=(
            f"import zstandard; {_BYTES}; packed = zstandard.ZstdCompressor().compress(data)\n"
            "way = zstandard.ZstdDecompressor()"
        ),
        code="way.decompress(packed)",
    ),
}

# Runs in the interpreter that is measured: one process, its values in processor seconds.
_RUNNER = """
import sys, time, timeit
import pyperf
def add(words, options):
    words += ["--setup", options.setup, "--code", options.code]
runner = pyperf.Runner(add_cmdline_args=add)
runner.argparser.add_argument("--setup")
runner.argparser.add_argument("--code")
options = runner.parse_args()
timer = timeit.Timer(options.code, options.setup, timer=time.process_time)
runner.bench_time_func("task", timer.timeit)
"""


def main() -> None:
    """Run the tasks asked for."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--only", nargs="+", choices=sorted(TASKS), default=sorted(TASKS), metavar="NAME")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--interpreter", default=sys.executable, help="the Python that runs the tasks")
    parser.add_argument("--wheels", type=Path, help="measure the wheels in this folder, and build none")
    parser.add_argument("--work", type=Path, help="keep downloads and wheels here")
    options = parser.parse_args()
    with _folder(options.work) as work:
        result = run_time(
            options.only,
            rounds=options.rounds,
            interpreter=options.interpreter,
            wheels=options.wheels,
            work=work,
        )
    print(json.dumps(result, indent=2))


@contextlib.contextmanager
def _folder(kept: Path | None) -> Iterator[Path]:
    if kept is not None:
        kept.mkdir(parents=True, exist_ok=True)
        yield kept.absolute()
        return
    with tempfile.TemporaryDirectory() as scratch:
        yield Path(scratch)


def run_time(
    names: Sequence[str], *, rounds: int, interpreter: str, wheels: Path | None, work: Path
) -> dict[str, object]:
    """Measure tasks on both wheels in turn.

    Args:
        names: Of ``TASKS``.
        rounds: How often each is measured.
        interpreter: The Python that runs them.
        wheels: Where our wheels are; None: they are built.
        work: Where downloads and wheels are put.
    """
    python = _measuring(interpreter, work)
    version = _output(python, "-c", "import sys; print('%d.%d' % sys.version_info[:2])").strip()
    (work / "runner.py").write_text(_RUNNER, encoding="utf-8")
    tasks = {name: TASKS[name] for name in names}
    projects = sorted({task.project for task in tasks.values()})
    sides = {project: _sides(project, version, wheels, work) for project in projects}
    loops = {name: _calibrated(python, task, sides[task.project]["official"]) for name, task in tasks.items()}
    spent: dict[str, list[dict[str, float]]] = {name: [] for name in tasks}
    for _ in range(rounds + 1):
        for name, task in tasks.items():
            seconds = {
                side: _seconds(python, task, folder, loops[name])
                for side, folder in sides[task.project].items()
            }
            spent[name].append(seconds)
    cases = {name: _compared(values[1:], loops[name]) for name, values in spent.items()}
    ratios = [case["ratio"] for case in cases.values()]
    return {
        "python": version,
        "rounds": rounds,
        "median_ratio": round(statistics.median(ratios), 3),
        "lowest_ratio": min(ratios),
        "tasks": cases,
    }


def _compared(rounds: Sequence[Mapping[str, float]], loops: int) -> dict[str, float]:
    ratios = [one["official"] / one["ours"] for one in rounds]
    best = {side: min(one[side] for one in rounds) for side in ("official", "ours")}
    return {
        "ratio": round(best["official"] / best["ours"], 3),
        "median": round(statistics.median(ratios), 3),
        "lowest": round(min(ratios), 3),
        "highest": round(max(ratios), 3),
        "microseconds": round(best["ours"] * 1e6, 3),
        "loops": loops,
    }


def _measuring(interpreter: str, work: Path) -> str:
    """Give a virtual environment's Python that has pyperf."""
    python = work / "environment" / "bin" / "python"
    if not python.exists():
        subprocess.run([interpreter, "-m", "venv", str(work / "environment")], check=True)
        subprocess.run([str(python), "-m", "pip", "install", "-q", "pyperf"], check=True, stdout=sys.stderr)
    return str(python)


def _sides(project: str, version: str, wheels: Path | None, work: Path) -> dict[str, Path]:
    """Unpack the official wheel and ours."""
    name = project.partition("==")[0].replace("-", "_")
    official = work / "official"
    if not list(official.glob(f"{name}-*.whl")):
        words = [word for tag in _TAGS for word in ("--platform", tag)]
        command = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--only-binary", ":all:"]
        command += [*words, "--python-version", version, "-d", str(official), project]
        subprocess.run(command, check=True, stdout=sys.stderr)
    if wheels is None:
        wheels = work / "ours"
        command = [sys.executable, "-m", "pyz3", "wheel", project, "-q", "-o", str(wheels)]
        subprocess.run([*command, "--platform", "linux-x86_64", "--python", version], check=True)
    return {"official": _unpacked(official, name, work), "ours": _unpacked(wheels, name, work)}


def _unpacked(folder: Path, name: str, work: Path) -> Path:
    (wheel,) = folder.glob(f"{name}-*.whl")
    place = Path(tempfile.mkdtemp(dir=work, prefix=f"{name}-"))
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(place)
    return place


def _calibrated(python: str, task: Task, folder: Path) -> int:
    """Give how many runs of a task take some 10 ms."""
    code = f"import timeit; print(timeit.Timer({task.code!r}, {task.setup!r}).autorange()[0])"
    return max(1, int(_output(python, "-c", code, folder=folder)) // 20)


def _seconds(python: str, task: Task, folder: Path, loops: int) -> float:
    """Give the best of a process's values: what else the machine does makes them longer alone."""
    with tempfile.TemporaryDirectory() as scratch:
        file = Path(scratch) / "values.json"
        words = [str(folder.parent / "runner.py"), "-q", "-p1", "-n20", "-w1", f"-l{loops}", "-o", str(file)]
        words += ["--inherit-environ", "PYTHONPATH", "--setup", task.setup, "--code", task.code]
        _output(python, *words, folder=folder)
        (benchmark,) = json.loads(file.read_text(encoding="utf-8"))["benchmarks"]
    return min(value for run in benchmark["runs"] for value in run.get("values", ()))


def _output(python: str, *words: str, folder: Path | None = None) -> str:
    environ = {**os.environ, **({"PYTHONPATH": str(folder)} if folder else {})}
    done = subprocess.run([python, *words], env=environ, stdout=subprocess.PIPE, text=True, check=True)
    return done.stdout


if __name__ == "__main__":
    main()
