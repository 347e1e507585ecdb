"""Records: what is damaged is told as damage, and types are described by one thread."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from pyz3 import _records
from pyz3._records import convert, from_file, from_json

if TYPE_CHECKING:
    from pathlib import Path


class Kept(msgspec.Struct):
    name: str
    more: dict[str, Any] = {}


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\0" * 40,
        b'{"name": "a"',
        b'{"name": 1}',
        b"[]",
        b'{"name": "\xff\xfe"}',
        b'{"name": "a", "more": ' + b'{"a":' * 100_000,
    ],
    ids=["empty", "zeros", "cut", "type", "other", "bytes", "deep"],
)
def test_damage_is_damage_of_whatever_kind(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "x.json").write_bytes(content)
    assert from_file(tmp_path / "x.json", Kept) is None
    with pytest.raises(msgspec.MsgspecError):
        from_json(content, Kept)


def test_what_is_not_there_is_none(tmp_path: Path) -> None:
    assert from_file(tmp_path / "x.json", Kept) is None
    assert from_file(tmp_path, Kept) is None


def test_what_was_kept(tmp_path: Path) -> None:
    (tmp_path / "x.json").write_bytes(msgspec.json.encode(Kept(name="é")))
    assert from_file(tmp_path / "x.json", Kept) == Kept(name="é")
    assert convert({"a": {"name": "b"}}, dict[str, Kept]) == {"a": Kept(name="b")}


def test_types_are_described_by_one_thread_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    inside, most, made = 0, 0, 0
    pause = threading.Event()

    class Decoder:
        def __init__(self, _: Any) -> None:
            nonlocal inside, most, made
            inside, made = inside + 1, made + 1
            most = max(most, inside)
            pause.wait(0.005)
            inside -= 1

        def decode(self, _: bytes) -> None:
            return None

    monkeypatch.setattr(_records, "_decoders", {})
    monkeypatch.setattr(msgspec.json, "Decoder", Decoder)
    kinds: list[Any] = [Kept, list[Kept], dict[str, Kept]] * 3
    threads = [threading.Thread(target=from_json, args=(b"", kind)) for kind in kinds]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (most, made) == (1, 3)
