"""What compresses wheels: zig's deflate gives the same bytes on every machine, and any zlib reads them."""

from __future__ import annotations

import hashlib
import random
import subprocess
import sys
import zlib
from typing import TYPE_CHECKING

import pytest
import runtimes

from pyz3.engine import deflate
from pyz3.engine.deflate import Deflate, deflate_path
from pyz3.engine.toolchain import find_toolchain
from pyz3.errors import BuildFailedError

if TYPE_CHECKING:
    from pathlib import Path

    from pyz3.engine.toolchain import Toolchain

_CHANCE = random.Random(5)  # noqa: S311 - the same each time
CONTENTS = {
    "nothing": b"",
    "a byte": b"a",
    "zeros": bytes(3_000_001),
    "noise": _CHANCE.randbytes(1_000_000),
    "text": b"".join(b"%d %s\n" % (number % 977, _CHANCE.randbytes(3)) for number in range(150_000)),
}
# Runtime → what zig calls its machine: of both byte orders, of 32 and of 64 bits.
MACHINES = {
    "linux_aarch64-3.13": "aarch64-linux-gnu",
    "linux_s390x-3.13": "s390x-linux-gnu",
    "linux_i686-3.13": "x86-linux-gnu",
    "musllinux_x86_64-3.13": "x86_64-linux-musl",
    "win_amd64-3.13": "x86_64-windows-gnu",
}
# The library alone, as Deflate uses it: what runs there need not have pyz3's requirements.
SCRIPT = """
import ctypes, hashlib, sys, zlib
library = ctypes.CDLL(sys.argv[1])
size, room = ctypes.c_size_t, 3_000_000
library.pyz3_deflate_size.restype = library.pyz3_deflate_add.restype = library.pyz3_deflate_end.restype = size
library.pyz3_deflate_begin.argtypes = [ctypes.c_void_p]
library.pyz3_deflate_add.argtypes = [ctypes.c_void_p, ctypes.c_char_p, size, ctypes.c_void_p, size]
library.pyz3_deflate_end.argtypes = [ctypes.c_void_p, ctypes.c_void_p, size]
state = (ctypes.c_uint64 * (library.pyz3_deflate_size() // 8 + 1))()
target = ctypes.create_string_buffer(room)
data = open(sys.argv[2], "rb").read()
library.pyz3_deflate_begin(state)
packed = ctypes.string_at(target, library.pyz3_deflate_add(state, data, len(data), target, room))
packed += ctypes.string_at(target, library.pyz3_deflate_end(state, target, room))
assert zlib.decompress(packed, -15) == data
print(hashlib.sha256(packed).hexdigest())
"""


@pytest.fixture
def toolchain(pyz3_cache: Path) -> Toolchain:
    return find_toolchain({"PYZ3_CACHE_DIR": str(pyz3_cache)})


def packed(data: bytes, toolchain: Toolchain, *, piece: int) -> bytes:
    stream = Deflate(toolchain)
    pieces = [stream.compress(data[start : start + piece]) for start in range(0, len(data), piece)]
    return b"".join([*pieces, stream.flush()])


@pytest.mark.parametrize("what", CONTENTS)
def test_zlib_reads_it_whatever_the_pieces(what: str, toolchain: Toolchain) -> None:
    data = CONTENTS[what]
    whole = packed(data, toolchain, piece=len(data) + 1)
    assert zlib.decompress(whole, -zlib.MAX_WBITS) == data
    assert packed(data, toolchain, piece=77_777) == whole
    ours, theirs = len(whole), len(zlib.compress(data, 9)) - 6  # of a header and a sum
    assert ours <= theirs * 1.01 + 3


@pytest.mark.runtime
@pytest.mark.parametrize("name", MACHINES)
def test_other_machines_give_the_same_bytes(name: str, toolchain: Toolchain, tmp_path: Path) -> None:
    runtime = runtimes.require(name)
    windows = "windows" in MACHINES[name]
    library, data = tmp_path / ("library.dll" if windows else "library.so"), tmp_path / "data"
    data.write_bytes(CONTENTS["text"])
    zig = ["build-lib", "-dynamic", "-OReleaseFast", "-fstrip", "-mcpu=baseline", "-target", MACHINES[name]]
    zig += [] if windows else ["-fno-compiler-rt"]
    zig += ["--cache-dir", str(tmp_path / "zig"), "--global-cache-dir", str(toolchain.global_cache)]
    source = str(deflate._SOURCE)
    subprocess.run([toolchain.zig, *zig, f"-femit-bin={library}", source], check=True, cwd=tmp_path)
    printed = runtimes.run_python(
        runtime, SCRIPT, wheels=(), tmp_path=tmp_path, args=(str(library), str(data))
    )
    here = packed(CONTENTS["text"], toolchain, piece=10**6)
    assert printed.strip() == hashlib.sha256(here).hexdigest()


def test_a_damaged_library_is_compiled_again(tmp_path: Path) -> None:
    toolchain = find_toolchain({"PYZ3_CACHE_DIR": str(tmp_path)})
    path = deflate_path(toolchain)
    content = path.read_bytes()
    path.write_bytes(content[:-1] + b"x")
    assert deflate_path(toolchain).read_bytes() == content
    assert {one.name for one in path.parent.iterdir()} == {path.name, f"{path.name}.seal"}


@pytest.mark.skipif(sys.platform == "win32", reason="programs are found otherwise")
def test_what_cannot_be_compiled_or_loaded_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    toolchain = find_toolchain({"PYZ3_CACHE_DIR": str(tmp_path)})
    (tmp_path / "deflate.zig").write_text("no zig", encoding="utf-8")
    with monkeypatch.context() as patched:
        patched.setattr(deflate, "_SOURCE", tmp_path / "deflate.zig")
        with pytest.raises(BuildFailedError, match=r"cannot be compiled:\n.*expected") as failed:
            Deflate(toolchain)
    assert failed.value.tip == (
        "this is a fault of pyz3 or of the installed ziglang package, not of your project"
    )
    monkeypatch.setattr(deflate, "deflate_path", lambda _: tmp_path / "deflate.zig")
    with pytest.raises(BuildFailedError, match="cannot be loaded: ") as failed:
        Deflate(toolchain)
    assert failed.value.tip == (
        "the cache must lie where programs may be run; PYZ3_CACHE_DIR names another place"
    )
