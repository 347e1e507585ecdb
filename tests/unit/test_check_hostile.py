"""``pyz3 check`` on binaries that somebody damaged, or made to cost time: findings, in bounds."""

from __future__ import annotations

import importlib.util
import struct
import time
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from wheels import put_wheel

from pyz3.audit.signature import signature_state
from pyz3.check import check

if TYPE_CHECKING:
    from collections.abc import Iterator


def real_binaries() -> Iterator[Path]:
    """An ELF module of this Python, if it has any, and a program for Windows that pip carries."""
    for name in ("_queue", "_opcode", "_heapq"):
        spec = importlib.util.find_spec(name)
        if spec is not None and spec.origin and spec.origin.endswith(".so"):
            yield Path(spec.origin)
            break
    pip = importlib.util.find_spec("pip")
    assert pip is not None
    assert pip.origin is not None
    yield from sorted(Path(pip.origin).parent.glob("_vendor/distlib/t*.exe"))[:1]


BINARIES = [path.read_bytes() for path in real_binaries()]


@settings(
    max_examples=60,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    deadline=None,
)
@given(data=st.data())
def test_damaged_binaries(data: st.DataObject, tmp_path: Path) -> None:
    content = bytearray(data.draw(st.sampled_from(BINARIES)))
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, min(len(content), 2048) - 1))
        content[at] = data.draw(st.sampled_from([0, 255, 127, 1]))
    path = put_wheel(tmp_path, "thing", {"thing/__init__.py": ""}, "cp313-cp313-manylinux_2_17_x86_64")
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("thing/_m.so", bytes(content[: data.draw(st.integers(8, len(content)))]))
    report = check([path], environ={})
    assert all(one.message.isprintable() for one in report.all_findings)
    assert "PW101" in {one.code for one in report.all_findings}


def code_directory(*, hash_size: int, page_shift: int, limit: int, slots: int) -> bytes:
    numbers = struct.pack(">IIIII", 44, 0, 0, slots, limit)
    head = struct.pack(">IIII", 0xFADE0C02, 44, 0, 2) + numbers
    return head + struct.pack(">BBBBI", hash_size, 2, 0, page_shift, 0)


@pytest.mark.parametrize(("hash_size", "page_shift"), [(0, 1), (0, 0), (32, 1), (0, 12), (32, 200)])
def test_a_signature_of_a_page_per_byte(hash_size: int, page_shift: int) -> None:
    image = bytes(8_000_000)
    slots = -(-len(image) // (1 << page_shift)) if 0 < page_shift < 32 else 1
    blob = code_directory(hash_size=hash_size, page_shift=page_shift, limit=len(image), slots=slots)
    signature = struct.pack(">IIIII", 0xFADE0CC0, 20 + len(blob), 1, 0, 20) + blob
    begin = time.process_time()
    assert signature_state(image, signature) == "invalid"
    assert time.process_time() - begin < 2


def test_a_signature_of_many_blobs_that_are_one() -> None:
    blob = code_directory(hash_size=32, page_shift=12, limit=0, slots=0)
    count = 100_000
    index = struct.pack(">II", 0, 12 + 8 * count) * count
    begin = time.process_time()
    assert signature_state(b"", struct.pack(">III", 0xFADE0CC0, 0, count) + index + blob) == "invalid"
    assert time.process_time() - begin < 2
