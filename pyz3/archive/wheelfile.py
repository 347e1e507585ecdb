"""Writing a wheel: the same bytes for the same content, in place at once or not at all."""

from __future__ import annotations

import base64
import hashlib
import stat
import time
import unicodedata
from typing import TYPE_CHECKING, Protocol
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from packaging.tags import parse_tag
from packaging.utils import InvalidWheelFilename, parse_wheel_filename
from wheel.wheelfile import WheelFile  # type: ignore[import-untyped]

from pyz3 import __version__
from pyz3.archive.entries import WheelEntry, is_portable
from pyz3.archive.output import put_in_place
from pyz3.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path
    from typing import IO

    from pyz3.archive.metadata import Metadata
    from pyz3.archive.output import WrittenArchive

DEFAULT_EPOCH = 1577836800
"""2020-01-01 00:00:00 UTC, in seconds since 1970: the date of files without SOURCE_DATE_EPOCH."""

# A zip file can hold no other dates (APPNOTE.TXT 4.4.6: two-second steps in seven bits of years).
_OLDEST_EPOCH = 315532800  # 1980-01-01 00:00:00 UTC
_NEWEST_EPOCH = 4354819198  # 2107-12-31 23:59:58 UTC
_UNIX = 3  # APPNOTE.TXT 4.4.2: "version made by", so that the modes count


class Compressor(Protocol):
    """A stream of raw deflate (RFC 1951), such as ``zlib.compressobj`` gives."""

    def compress(self, data: bytes, /) -> bytes:
        """Take some more, and give what of the compressed bytes is known by now."""

    def flush(self) -> bytes:
        """Give the rest of the compressed bytes."""


def write_wheel(
    *,
    output_dir: Path,
    metadata: Metadata,
    tag: str,
    files: Iterable[WheelEntry],
    compressor: Callable[[], Compressor],
    root_is_purelib: bool = False,
    build: str = "",
    ignores_case: bool = True,
    epoch: int = DEFAULT_EPOCH,
    generator: str = f"pyz3 {__version__}",
) -> WrittenArchive:
    """Write one wheel; it appears under its name when it is complete, and replaces one of that name.

    Args:
        output_dir: Where it goes; made if need be.
        metadata: What `read_metadata` gave.
        tag: The compressed tag set of the file name: ``cp313-cp313-win_amd64``.
        files: The content but for what `dist_info_entries` and RECORD are; it may add to ``.dist-info``.
        compressor: Makes what compresses one file; the wheel's bytes depend on it.
        root_is_purelib: Whether the wheel is for ``purelib``: it holds no binary.
        build: The build number, which tells wheels of the same release apart; empty: none.
        ignores_case: Whether it may be unpacked where names that differ in case only are the same.
        epoch: Date of all files, in seconds since 1970 (SOURCE_DATE_EPOCH).
        generator: The program that the WHEEL file names.

    Raises:
        ConfigError: The output directory cannot be made or written, two files have one name, or
            the name, version and tag make no valid file name.
        BuildFailedError: A file cannot be read, or the disk is full.
    """
    filename = f"{'-'.join(filter(None, (metadata.stem, build, tag)))}.whl"
    try:
        parse_wheel_filename(filename)
    except InvalidWheelFilename as error:
        raise ConfigError(f"{metadata.name} {metadata.version}, {tag}: no valid wheel: {error}") from error
    own = dist_info_entries(
        metadata, tag=tag, root_is_purelib=root_is_purelib, build=build, generator=generator
    )
    entries = _in_order([*files, *own], dist_info=metadata.dist_info, ignores_case=ignores_case)
    for entry in entries:
        entry.size()  # what is missing is told before anything is made

    def write(unfinished: Path) -> None:
        with _ReproducibleWheelFile(unfinished, epoch=epoch, compressor=compressor) as wheel:
            for entry in entries:
                wheel.add(entry)

    return put_in_place(output_dir / filename, write, what="wheel")


def dist_info_entries(
    metadata: Metadata,
    *,
    tag: str,
    root_is_purelib: bool,
    build: str = "",
    generator: str = f"pyz3 {__version__}",
) -> tuple[WheelEntry, ...]:
    """Give the files of ``.dist-info``, all but RECORD (binary distribution format, PEP 427)."""
    lines = [
        "Wheel-Version: 1.0",
        f"Generator: {generator}",
        f"Root-Is-Purelib: {'true' if root_is_purelib else 'false'}",
        *([f"Build: {build}"] if build else []),
        *(f"Tag: {single}" for single in sorted(map(str, parse_tag(tag)))),
    ]
    contents: dict[str, bytes | Path] = {
        "METADATA": metadata.core,
        "WHEEL": "".join(f"{line}\n" for line in lines).encode(),
    }
    if metadata.entry_points:
        contents["entry_points.txt"] = metadata.entry_points
    contents.update((f"licenses/{name}", source) for name, source in metadata.license_files)
    return tuple(
        WheelEntry(arcname=f"{metadata.dist_info}/{name}", source=source) for name, source in contents.items()
    )


class _ReproducibleWheelFile(WheelFile):  # type: ignore[misc]
    """A wheel whose bytes depend on the names and contents of its files and on nothing else.

    The library writes RECORD; dates, modes and compression are set here, for RECORD too.
    """

    def __init__(self, path: Path, *, epoch: int, compressor: Callable[[], Compressor]) -> None:
        self._compressor = compressor
        self._date = time.gmtime(min(max(epoch, _OLDEST_EPOCH), _NEWEST_EPOCH))[:6]
        super().__init__(path, "w", compression=ZIP_DEFLATED)

    def add(self, entry: WheelEntry) -> None:
        """Add a file, piece by piece: the library's own ways hold a file in memory as a whole."""
        info = self._info(entry.arcname, executable=entry.executable)
        info.file_size = entry.size()  # so that only what is large is written as such a file
        digest, size = hashlib.sha256(), 0
        with self._open(info) as file:
            for chunk in entry.chunks():
                digest.update(chunk)
                size += len(chunk)
                file.write(chunk)
        # What the library keeps for RECORD of the files that it has written itself.
        encoded = base64.urlsafe_b64encode(digest.digest()).decode().rstrip("=")
        self._file_hashes[entry.arcname] = (digest.name, encoded)
        self._file_sizes[entry.arcname] = size

    def writestr(
        self, zinfo_or_arcname: str | ZipInfo, data: bytes | str, compress_type: int | None = None
    ) -> None:
        """Add RECORD, which is what the library calls this for; it would get the time of day."""
        del compress_type
        name = zinfo_or_arcname if isinstance(zinfo_or_arcname, str) else zinfo_or_arcname.filename
        content = data.encode() if isinstance(data, str) else data
        info = self._info(name, executable=False)
        info.file_size = len(content)
        with self._open(info) as file:
            file.write(content)

    def close(self) -> None:
        """Write RECORD and close; if that fails, the file is closed all the same."""
        try:
            super().close()
        finally:
            ZipFile.close(self)

    def _open(self, info: ZipInfo) -> IO[bytes]:
        file = self.open(info, "w")
        # The library knows compressors by number alone, and makes zlib's for this one.
        file._compressor = self._compressor()  # noqa: SLF001
        return file  # type: ignore[no-any-return]

    def _info(self, arcname: str, *, executable: bool) -> ZipInfo:
        info = ZipInfo(arcname, self._date)
        info.create_system = _UNIX
        info.external_attr = (stat.S_IFREG | (0o755 if executable else 0o644)) << 16
        info.compress_type = ZIP_DEFLATED
        return info


def _in_order(entries: Sequence[WheelEntry], *, dist_info: str, ignores_case: bool) -> list[WheelEntry]:
    """Sort by name, ``.dist-info`` last (PEP 427's advice), and refuse names that clash.

    Raises:
        ConfigError: Two names are one, perhaps on a file system that ignores case or Unicode's forms, or
            a name is no relative path.
    """
    seen: dict[str, WheelEntry] = {}
    for entry in entries:
        if not is_portable(entry.arcname):
            raise ConfigError(f"{entry.origin}: {entry.arcname!r} is no name for a file in a wheel")
        folded = unicodedata.normalize("NFC", entry.arcname).casefold() if ignores_case else entry.arcname
        other = seen.setdefault(folded, entry)
        if other is not entry:
            raise ConfigError(
                f"two files would be {entry.arcname!r} in the wheel: {other.origin} and {entry.origin}",
                tip="Rename one of them; names must differ by more than case.",
            )
    record = f"{dist_info}/RECORD"
    if written := seen.get(record.casefold() if ignores_case else record):
        raise ConfigError(f"{written.origin}: RECORD is written by pyz3")
    return sorted(entries, key=lambda entry: (entry.arcname.startswith(f"{dist_info}/"), entry.arcname))
