"""The code signature of a Mach-O file: are its hashes those of the file?

macOS kills a process that runs a page whose hash is not the signed one, and on arm64 runs nothing
unsigned.  The format is Apple's, as published in xnu's ``osfmk/kern/cs_blobs.h``; its numbers are
big endian.
"""

from __future__ import annotations

import hashlib
import struct
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pyz3.audit.facts import Signature

_EMBEDDED_SIGNATURE = 0xFADE0CC0
_CODE_DIRECTORY = 0xFADE0C02
# xnu takes a handful of blobs, six code directories, and pages of 4 KiB and more; without bounds a small
# file costs hours.
_MOST_BLOBS = 64
_MOST_DIRECTORIES = 6
_PAGE_SHIFTS = (0, *range(12, 32))
_FLAG_ADHOC = 0x2
# hash type → algorithm; type 3 is SHA-256 cut to 20 bytes, hence the slot's own size decides.
_HASHES = {1: "sha1", 2: "sha256", 3: "sha256", 4: "sha384"}


def signature_state(image: bytes, signature: bytes) -> Signature:
    """Judge a code signature.

    Args:
        image: The machine's part of the file, from its Mach-O header on.
        signature: The contents of ``LC_CODE_SIGNATURE``; empty when there is none.

    Returns:
        ``""`` without a signature, ``"invalid"`` if a page's hash differs or the structure is broken,
        else ``"adhoc"`` or ``"signed"``.
    """
    if not signature:
        return ""
    try:
        directories = _code_directories(signature)
        if not directories or not all(_hashes_match(image, directory) for directory in directories):
            return "invalid"
        flags = [struct.unpack_from(">I", directory, 12)[0] for directory in directories]
    except struct.error:
        return "invalid"
    return "adhoc" if all(flag & _FLAG_ADHOC for flag in flags) else "signed"


def _code_directories(signature: bytes) -> list[bytes]:
    """Give every code directory: the main one, and those with other hash types."""
    magic, _, count = struct.unpack_from(">III", signature)
    if magic != _EMBEDDED_SIGNATURE:
        return []
    if count > _MOST_BLOBS:
        return []
    found = []
    for index in range(count):
        _, offset = struct.unpack_from(">II", signature, 12 + 8 * index)
        blob_magic, size = struct.unpack_from(">II", signature, offset)
        if blob_magic == _CODE_DIRECTORY:
            found.append(signature[offset : offset + size])
    return found if len(found) <= _MOST_DIRECTORIES else []


def _hashes_match(image: bytes, directory: bytes) -> bool:
    hash_offset, _, _, slots, limit = struct.unpack_from(">IIIII", directory, 16)
    hash_size, hash_type, _, page_shift = struct.unpack_from(">BBBB", directory, 36)
    algorithm = _HASHES.get(hash_type)
    if not hash_size or page_shift not in _PAGE_SHIFTS:
        return False
    # A page shift of 0 means one page, as large as the code.
    page = 1 << page_shift if page_shift else max(limit, 1)
    if algorithm is None or limit > len(image) or slots != -(-limit // page):
        return False
    for slot in range(slots):
        start = slot * page
        digest = hashlib.new(
            algorithm, image[start : min(start + page, limit)], usedforsecurity=False
        ).digest()
        at = hash_offset + slot * hash_size
        if directory[at : at + hash_size] != digest[:hash_size]:
            return False
    return True
