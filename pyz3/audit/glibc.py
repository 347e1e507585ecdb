"""From which release on glibc has a symbol: the lists that zig makes its stub libraries from."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

_LAST = 0x80  # of a byte: nothing of its kind follows


def glibc_since(name: str, *, zig_target: str, zig_lib: Path) -> str:
    """Give the glibc release that brought a symbol.

    Args:
        name: As C spells it.
        zig_target: Zig's target without versions: ``x86_64-linux-gnu``.
        zig_lib: The folder ``lib`` of the zig distribution.

    Returns:
        The oldest release that has it on this machine (``2.25``); empty if none has.

    Raises:
        OSError: zig's file cannot be read.
        ValueError: It has no such target.
    """
    return _releases(zig_lib / "libc" / "glibc" / "abilists", zig_target).get(name, "")


@cache
def _releases(path: Path, zig_target: str) -> Mapping[str, str]:
    """Read zig's file (0.15 s); its format is in the README of ziglang/libc-abi-tools.

    First come the names of libraries, the versions and the targets, each after their number.
    """
    data = iter(path.read_bytes())
    for _ in range(next(data)):
        _text(data)
    versions = [(next(data), next(data), next(data)) for _ in range(next(data))]
    targets = [_text(data) for _ in range(next(data))]
    target = 1 << targets.index(zig_target)
    oldest: dict[str, int] = {}
    for sized in (False, True):  # functions, then data
        for name, having, version in _inclusions(data, sized=sized):
            if having & target:
                oldest[name] = min(version, oldest.get(name, version))
    return {
        # The patch number of a release is 0 but for some of the first.
        name: ".".join(map(str, versions[index] if versions[index][2] else versions[index][:2]))
        for name, index in oldest.items()
    }


def _inclusions(data: Iterator[int], *, sized: bool) -> Iterator[tuple[str, int, int]]:
    """Give name, set of targets and oldest version of each inclusion; a symbol has one or several."""
    name = ""
    for _ in range(next(data) | next(data) << 8):
        name = name or _text(data)
        targets = _leb128(data)
        if sized:
            _leb128(data)
        last = next(data) & _LAST  # the other bits: which library
        versions = [next(data)]
        while not versions[-1] & _LAST:
            versions.append(next(data))
        yield name, targets, min(version & ~_LAST for version in versions)
        if last:
            name = ""


def _text(data: Iterator[int]) -> str:
    return bytes(iter(data.__next__, 0)).decode("ascii")


def _leb128(data: Iterator[int]) -> int:
    value = shift = 0
    for byte in data:
        value |= (byte & ~_LAST) << shift
        if not byte & _LAST:
            break
        shift += 7
    return value
