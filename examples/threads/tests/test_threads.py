"""Runs under pytest, and with nothing but ``python tests/test_threads.py``."""

# ruff: noqa: D103, PLR2004 - a test's name says it, with the values expected

from __future__ import annotations

import pathlib
import tempfile
import threading

import threads
from threads import pure

DATA = bytes(range(256)) * 1000 + b"a"


def test_count_agrees_with_its_twin() -> None:
    for data, byte in ((DATA, 97), (DATA, 0), (b"", 1), (b"aaa", 97), (bytes(65536), 0)):
        for number in (1, 2, 7, 64):
            assert threads.count(data, byte, number) == pure.count(data, byte, number) == data.count(byte)


def message_for(number: int) -> str:
    try:
        threads.count(b"", 0, number)
    except ValueError as error:
        return str(error)
    return ""


def test_count_refuses_a_number_of_threads() -> None:
    for number in (0, -1, 65):
        assert message_for(number) == f"threads must be 1 to 64, not {number}"


def test_offsets_have_64_bits() -> None:
    with tempfile.TemporaryFile() as file:
        file.write(b"0123456789")
        file.flush()
        for module in (threads, pure):
            assert module.read_at(file.fileno(), 6, 8) == b"6789"
            # With 32 bits this would be offset 0.
            assert module.read_at(file.fileno(), 1 << 32, 4) == b""
            try:
                module.read_at(file.fileno(), -1, 1)
            except OSError:
                continue
            raise AssertionError


def test_threads_of_c_count() -> None:
    for kind in (threads.Tally, pure.Tally):
        tally = kind()
        assert tally.hammer(8, 1000) == 8
        assert tally.count == 8000


def test_threads_of_python_count() -> None:
    tally = threads.Tally()
    running = [threading.Thread(target=tally.add, args=(number,)) for number in range(50)]
    for thread in running:
        thread.start()
    for thread in running:
        thread.join()
    assert tally.count == sum(range(50))


def test_clock_goes_on() -> None:
    for clock in (threads.nanoseconds, pure.nanoseconds):
        before = clock()
        assert 0 < before <= clock()


def test_library_lies_in_the_package() -> None:
    names = {path.name for folder in threads.__path__ for path in pathlib.Path(folder).iterdir()}
    assert names & {"libtally.so", "libtally.dylib", "tally.dll"}


if __name__ == "__main__":
    for name, test in list(globals().items()):
        if name.startswith("test_"):
            test()
            print("passed", name)
