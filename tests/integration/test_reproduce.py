"""``pyz3 reproduce``: what is built again, and what is said of it."""

from __future__ import annotations

import hashlib
import json
import shutil
import zipfile
from importlib import metadata
from typing import TYPE_CHECKING

import factory
import pytest

from pyz3 import __version__
from pyz3.engine.deflate import Deflate
from pyz3.engine.toolchain import find_toolchain
from pyz3.targets import PythonVersion

if TYPE_CHECKING:
    from pathlib import Path

THIS = PythonVersion.current()
NAME = f"hello-1.0.0-{THIS.tag}-{THIS.abi}-win_amd64.whl"
BINARY = f"hello/_speed.{THIS.tag}-win_amd64.pyd"


@pytest.fixture(scope="module")
def released(pyz3_cache: Path, examples: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with an sdist, and a wheel of it that was built at another date."""
    folder = tmp_path_factory.mktemp("released")
    done = factory.pyz3("sdist", examples / "hello", "-o", folder, cache=pyz3_cache)
    assert (done.returncode, done.stderr) == (0, "")
    args = ("--platform", "windows-x64", "-q", "-o", folder)
    done = factory.pyz3("wheel", examples / "hello", *args, cache=pyz3_cache, SOURCE_DATE_EPOCH="1700000000")
    assert (done.returncode, done.stderr) == (0, "")
    assert factory.listing(folder) == [NAME, "hello-1.0.0.tar.gz"]
    return folder


def test_the_same(released: Path, examples: Path, pyz3_cache: Path) -> None:
    before = factory.digests(released)
    args = ("reproduce", NAME, "--source", examples / "hello")
    done = factory.pyz3(*args, cache=pyz3_cache, cwd=released)
    assert (done.returncode, done.stdout) == (
        0,
        f"✓ {NAME} is the same, byte by byte  sha256={before[NAME]}\n",
    )
    assert done.stderr.startswith(
        "note: SOURCE_DATE_EPOCH is taken from the date of its files: 1700000000, or a second more\n"
    )
    assert factory.digests(released) == before


def test_the_same_from_an_sdist_for_programs(released: Path, pyz3_cache: Path, tmp_path: Path) -> None:
    args = ("--source", released / "hello-1.0.0.tar.gz", "--json", "-o", tmp_path / "kept")
    done = factory.pyz3("reproduce", released / NAME, *args, cache=pyz3_cache)
    assert done.returncode == 0
    found = json.loads(done.stdout)
    digest = factory.digests(released)[NAME]
    assert (found["version"], found["outcome"], found["rebuilt"]) == ("1.0", "same", NAME)
    assert (found["comparison"]["sha256"], found["comparison"]["rebuilt_sha256"]) == (digest, digest)
    assert (found["built_with"]["pyz3"], found["built_with"]["zig"]) == (
        __version__,
        metadata.version("ziglang"),
    )
    assert factory.digests(tmp_path / "kept") == {NAME: digest}
    done = factory.pyz3("reproduce", released / NAME, *args, cache=pyz3_cache)
    assert (done.returncode, done.stdout, done.stderr) == (
        2,
        "",
        f"error: --output-dir: {tmp_path / 'kept' / NAME} is there already\ntip: name another folder\n",
    )


def test_one_byte(released: Path, examples: Path, pyz3_cache: Path, tmp_path: Path) -> None:
    changed = tmp_path / NAME
    toolchain = find_toolchain({"PYZ3_CACHE_DIR": str(pyz3_cache)})
    with zipfile.ZipFile(released / NAME) as old, zipfile.ZipFile(changed, "w") as new:
        for name in old.namelist():
            data = bytearray(old.read(name))
            if name == BINARY:
                data[0x500] ^= 1
            info = zipfile.ZipInfo(name, old.getinfo(name).date_time)
            info.external_attr = old.getinfo(name).external_attr
            info.compress_type = zipfile.ZIP_DEFLATED
            info.file_size = len(data)
            with new.open(info, "w") as file:
                file._compressor = Deflate(toolchain)  # type: ignore[attr-defined]
                file.write(bytes(data))
    done = factory.pyz3("reproduce", changed, "--source", examples / "hello", cache=pyz3_cache)
    assert done.returncode == 11
    lines = done.stdout.splitlines()
    digests = [hashlib.sha256(path.read_bytes()).hexdigest() for path in (changed, released / NAME)]
    assert lines[:2] == [
        f"✗ {NAME} is not what its source gives",
        f"  sha256={digests[0]}  the wheel, by pyz3 {__version__}",
    ]
    said = "the wheel was changed after it was built: its RECORD has the digests of the rebuilt files"
    assert lines[2].startswith(f"  sha256={digests[1]}  rebuilt, by pyz3 {__version__}, zig ")
    assert lines[3].startswith(f"  {BINARY}: ")
    assert lines[3].endswith("; one byte differs, at offset 0x500 in .text")
    assert lines[4:] == [f"  likely: {said}"]
    assert done.stderr.endswith("tip: to look at the rebuilt wheel, keep it with --output-dir DIR\n")


def test_another_source(released: Path, examples: Path, pyz3_cache: Path, tmp_path: Path) -> None:
    done = factory.pyz3("reproduce", released / NAME, "--source", examples / "cpp", cache=pyz3_cache)
    why = f"{NAME} is a wheel of hello, and the source is that of cpp"
    tip = "name the wheel's own source with --source"
    assert (done.returncode, done.stdout, done.stderr) == (2, "", f"error: {why}\ntip: {tip}\n")
    broken = shutil.copytree(examples / "hello", tmp_path / "hello", ignore=shutil.ignore_patterns("dist"))
    for source in broken.rglob("*.c"):
        source.write_text("no C", encoding="utf-8")
    done = factory.pyz3("reproduce", released / NAME, "--source", broken, cache=pyz3_cache)
    assert (done.returncode, done.stdout) == (1, "")
    assert "✗ windows-x64 · hello._speed" in done.stderr
