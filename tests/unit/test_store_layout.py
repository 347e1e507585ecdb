"""What a cache says of itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from click.testing import CliRunner

from pyz3.cli import cli
from pyz3.store import contents, open_cache

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import pytest


def fill(root: Path, files: Mapping[str, int]) -> None:
    for name, size in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x" * size)


FILES = {
    "zig-0.16.0/global/o/a/libc.a": 3000,
    "zig-0.16.0/local/o/b/m.so": 70,
    "zig-0.16.0/local/h/b.txt": 5,
    "zig-lib/known.json": 9,
    "interpreters.json": 12,
}


def test_the_folder_is_marked_as_a_cache_and_keeps_its_mark(tmp_path: Path) -> None:
    root = open_cache({}, tmp_path / "cache").root
    tag = root / "CACHEDIR.TAG"
    assert tag.read_bytes().startswith(b"Signature: 8a477f597d28d172789f06886806bc55\n")
    tag.write_text("the user's own")
    open_cache({}, root)
    assert tag.read_text() == "the user's own"


def test_what_is_in_it_and_how_large(tmp_path: Path) -> None:
    assert contents(tmp_path / "none") == {}
    fill(tmp_path, FILES)
    (tmp_path / "tools").symlink_to("interpreters.json")
    link = len("interpreters.json")
    assert contents(tmp_path) == {
        "interpreters.json": 12,
        "tools": link,
        "zig-0.16.0/global": 3000,
        "zig-0.16.0/local": 75,
        "zig-lib": 9,
    }


def test_the_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYZ3_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.delenv("PYZ3_CACHE_SIZE", raising=False)
    run = CliRunner().invoke
    assert run(cli, ["cache", "path"]).output == f"{tmp_path / 'cache'}\n"
    assert not (tmp_path / "cache").exists()
    assert run(cli, ["cache", "info"]).output == (
        f"{tmp_path / 'cache'}\n       0 B  in all\n    5.0 GB  is the limit (PYZ3_CACHE_SIZE)\n"
    )
    fill(tmp_path / "cache", FILES)
    assert run(cli, ["cache", "info"]).output.splitlines() == [
        str(tmp_path / "cache"),
        "      12 B  interpreters.json",
        "    3.0 kB  zig-0.16.0/global",
        "      75 B  zig-0.16.0/local",
        "       9 B  zig-lib",
        "    3.1 kB  in all",
        "    5.0 GB  is the limit (PYZ3_CACHE_SIZE)",
    ]
    monkeypatch.setenv("PYZ3_CACHE_SIZE", "3k")
    assert run(cli, ["cache", "info"]).output.splitlines()[-1] == (
        "    3.0 kB  is the limit (PYZ3_CACHE_SIZE); the next build deletes 3.1 kB of it"
    )
    monkeypatch.setenv("PYZ3_CACHE_SIZE", "0")
    assert run(cli, ["cache", "info"]).output.splitlines()[-1] == "  no limit  (PYZ3_CACHE_SIZE=0)"
