"""Threads that read records of pyz3 for the first time, all at once: the process lives."""

from __future__ import annotations

import signal
import subprocess
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

# Every way in which threads of a build read records, in a process that has read none of them yet.  The switch
# interval makes likely what happens in one of fifty builds without it.
_PROGRAM = """
import sys, threading
from pathlib import Path
from types import SimpleNamespace

import msgspec
from pyz3.audit import ledger, policy
from pyz3.capi import stable_abi, symbols
from pyz3.environments import requirements, target_wheels
from pyz3.hooks import memory, protocol
from pyz3.sources import reads, tree
from pyz3.store import Remembered
from pyz3.targets.pythons import PythonVersion

folder = Path(sys.argv[1])
python = PythonVersion.parse("3.13")
none = tree.Tree(git="", files={})
written = {
    "ledger.json": ledger.LedgerEntry(format=ledger._FORMAT, sha256="", facts=()),
    "result.json": protocol.Result(
        wheel="", error="", traceback="", extensions=(), links=(), archives=(), seconds=0.0
    ),
    "copy.reads": reads.Reads(),
    "found.json": target_wheels._Found(folder="x"),
    "answers.json": requirements._Memory(requires=(), tree=none),
    f"symbols-posix-{python.nodot}-{symbols._rules_digest()}.json": symbols.SymbolList(
        functions=frozenset(), data=frozenset()
    ),
}
for name, record in written.items():
    Remembered(folder / name, type(record)).remember(record)
(folder / "result.json").write_bytes(msgspec.json.encode(written.pop("result.json")))


def look_up():
    try:
        ledger.Ledger(folder).look_up("ledger", b"")
    except ledger.CorruptBinaryError:
        pass


(folder / "include").mkdir(exist_ok=True)
ways = (
    look_up,
    lambda: memory.read_result(SimpleNamespace(result=folder / "result.json")),
    lambda: reads.reads_of(folder / "copy"),
    lambda: Remembered(folder / "found.json", target_wheels._Found).recall(),
    lambda: Remembered(folder / "answers.json", requirements._Memory).recall(),
    lambda: symbols.python_symbols(folder / "include", version=python, system="posix"),
    policy._policies.__wrapped__,
    stable_abi._exceptions.__wrapped__,
)
sys.setswitchinterval(1e-5)
barrier = threading.Barrier(16)
failed = []


def run():
    try:
        for way in ways:
            barrier.wait()
            way()
    except Exception as error:
        failed.append(error)
        barrier.abort()


threads = [threading.Thread(target=run) for _ in range(16)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
sys.exit("".join(map(repr, failed)) or 0)
"""


def test_threads_that_meet_a_record_for_the_first_time(tmp_path: Path) -> None:
    for trial in range(8):
        done = subprocess.run(
            [sys.executable, "-c", _PROGRAM, tmp_path],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode != -signal.SIGSEGV, f"crashed in trial {trial}"
        assert (done.returncode, done.stderr) == (0, "")
