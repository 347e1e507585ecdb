"""What wheels tell of their binaries: reading the bill, and which files must be beside it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

if TYPE_CHECKING:
    from zipfile import ZipFile

SBOM = "sboms/pyz3.cdx.json"
ZIG = ("zig/LICENSE",)
# The licence texts that must go with what binaries hold, or may hold.
TEXTS = {
    "compiler-rt": ZIG,
    "zig-std": ZIG,
    "zig-libc": ZIG,
    "mingw-w64": ("mingw-w64/COPYING", "mingw-w64/gdtoa"),
    "winpthreads": ("winpthreads/COPYING",),
    "musl": ("musl/COPYRIGHT",),
    # LLVM's exception, and that of glibc's start-up files, ask for none.
    "pyz3-runtime": (),
    "pyz3-startup": (),
    "libcxx": (),
    "libcxxabi": (),
    "libunwind": (),
    "glibc-nonshared": (),
}


def read_bill(archive: ZipFile) -> dict[str, Any]:
    """Give the bill of a wheel, which its scheme allows."""
    (name,) = [name for name in archive.namelist() if name.endswith(f".dist-info/{SBOM}")]
    text = archive.read(name).decode()
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is None
    bill: dict[str, Any] = json.loads(text)
    return bill


def told(bill: dict[str, Any], file: str) -> tuple[list[str], list[str]]:
    """Give the parts that a binary holds, and those that it may hold."""
    (one,) = [one for one in bill["components"] if one["type"] == "file" and one["name"] == file]
    names = [said["name"] for said in one["properties"]]
    return tuple(  # type: ignore[return-value]
        [name.removeprefix(start) for name in names if name.startswith(start)]
        for start in ("pyz3:holds:", "pyz3:may-hold:")
    )


def bill_files(archive: ZipFile, info: str) -> set[str]:
    """Give the files that a wheel has because of its binaries, as its bill would have them.

    Args:
        archive: The wheel.
        info: Its ``.dist-info``.
    """
    bill = read_bill(archive)
    files = [one["name"] for one in bill["components"] if one["type"] == "file"]
    parts = {part for file in files for parts in told(bill, file) for part in parts}
    texts = {text for part in parts for text in TEXTS[part]}
    return {f"{info}/{SBOM}", *(f"{info}/licenses/pyz3/{text}" for text in texts)}
