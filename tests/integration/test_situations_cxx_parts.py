"""C++ is linked with the parts of zig's libc++ that it needs, and no other part is compiled."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

import pytest
import situations
from runtimes import require

from pyz3.driver.target import DriverTarget
from pyz3.driver.zig_parts import zig_parts

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from pyz3.driver.zig_parts import ZigPart

BASE = {"unwind", "abi", "core"}
ALL = {*BASE, "numbers", "threads", "streams", "files", "rest"}
MODULES = ("plain", "numbers", "threads", "streams", "files", "rest", "pthreads", "wide")
RUNTIMES = ("host-3.13", "musllinux_x86_64-3.13", "win_amd64-3.13")


def archives(cache: Path, target: str) -> dict[str, Path]:
    """Part → its archive, of those that were made for a target."""
    parts = zig_parts(DriverTarget(target), folder="", zig_lib="")
    names = [name_of(part) for part in parts]
    found = [path for name in names for path in cache.glob(f"zig-*/global/o/*/{target}/zig-{name}-*.a")]
    return {path.name.split("-")[1]: path for path in found}


def name_of(part: ZigPart) -> str:
    return part.file.rpartition("/")[2].split("-")[1]


def defined_in(archive: Path) -> set[str]:
    """What an archive's index lists, the first linker member in "PE Format": names that it has for others."""
    content = archive.read_bytes()
    assert content[8:24] == b"/".ljust(16), archive
    (count,) = struct.unpack(">I", content[68:72])
    names = content[72 + 4 * count :].split(b"\0", count)[:count]
    return {name.decode() for name in names}


def test_each_part_of_libcxx_is_there_for_who_needs_it(pyz3_cache: Path, tmp_path: Path) -> None:
    project = situations.PROJECTS / "libcxx_parts"
    platforms = tuple(str(require(name).platform) for name in RUNTIMES)
    built = situations.build(project, "-v", cache=pyz3_cache, tmp_path=tmp_path, platforms=platforms)
    assert built.done.returncode == 0, built.done.stderr
    said = built.done.stdout + built.done.stderr
    assert "is linked with" not in said
    code = f"for name in {MODULES}: print(__import__(name).value())"
    assert built.prints(code, RUNTIMES) == dict.fromkeys(RUNTIMES, "\n".join("7" for _ in MODULES))
    for target in ("x86_64-linux-gnu.2.17", "x86_64-linux-musl", "x86_64-windows-gnu"):
        made = archives(pyz3_cache, target)
        # Other tests may have made other parts of the same cache.
        assert made.keys() >= ({*ALL, "mingw", "pthreads"} if "windows" in target else ALL)
        parts = zig_parts(DriverTarget(target), folder="", zig_lib="")
        assert marked_wrongly(parts, {name: defined_in(path) for name, path in made.items()}) == []


def marked_wrongly(parts: Sequence[ZigPart], defined: dict[str, set[str]]) -> list[str]:
    """Names of a part that would have only others compiled: its own marks are not in them, and theirs are."""
    base = set().union(*(defined.get(name_of(part), set()) for part in parts if not part.marks))
    wrong = []
    for own in parts:
        # C++'s names are looked for in parts of C++'s library, all others in the rest.
        marked = {name_of(part): part.marks for part in parts if part.marks and part.cxx is own.cxx}
        for name in sorted(defined.get(name_of(own), set()) - base):
            # Not for others: what is inline, with a tag of the ABI or of a stream, and details.
            of_cxx = name.startswith("_ZN") and not any(
                sign in name for sign in ("B8ne", "basic_", "6detail")
            )
            if own.cxx and not of_cxx:
                continue
            having = [part for part, marks in marked.items() if any(mark in name for mark in marks)]
            if having and not any(name in defined.get(part, set()) for part in having):
                wrong.append(f"{name_of(own)}: {name}")
    return wrong


@pytest.mark.parametrize(
    ("platform", "target", "parts"),
    [
        ("linux-x86_64", "x86_64-linux-gnu.2.17", BASE),
        ("windows-arm64", "aarch64-windows-gnu", {*BASE, "mingw"}),
    ],
)
def test_no_part_is_compiled_that_no_module_needs(
    platform: str, target: str, parts: set[str], tmp_path: Path
) -> None:
    project = situations.copy("libcxx_parts", tmp_path)
    table = project / "pyproject.toml"
    head, plain, *_ = table.read_text(encoding="utf-8").split("\n[[tool.pyz3.extensions]]\n")
    table.write_text(f"{head}\n[[tool.pyz3.extensions]]\n{plain}", encoding="utf-8")
    cache = tmp_path / "cache"
    built = situations.build(project, "-q", cache=cache, tmp_path=tmp_path, platforms=(platform,))
    assert built.done.returncode == 0, built.done.stderr
    assert archives(cache, target).keys() == parts
    assert [path for name in ("libc++.a", "c++.lib", "*mingw32.lib") for path in cache.rglob(name)] == []
