"""Wheels that tests write themselves, for a folder that stands in for an index."""

from __future__ import annotations

import base64
import hashlib
import zipfile
from typing import TYPE_CHECKING

from packaging.utils import canonicalize_name

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


def put_wheel(
    folder: Path,
    name: str,
    contents: Mapping[str, str | bytes],
    tag: str = "py3-none-any",
    *,
    metadata: str = "",
) -> Path:
    """Put version 1.0 of a distribution into a folder.

    Args:
        folder: It is there.
        name: As METADATA has it; the file has the normal form.
        contents: Path → text or bytes.
        tag: May be compressed.
        metadata: More headers of METADATA.
    """
    stem = f"{canonicalize_name(name).replace('-', '_')}-1.0"
    path = folder / f"{stem}-{tag}.whl"
    python, abi, platforms = tag.split("-")
    tags = "".join(f"Tag: {python}-{abi}-{platform}\n" for platform in platforms.split("."))
    info = f"{stem}.dist-info"
    purelib = "true" if platforms == "any" else "false"
    said = f"Metadata-Version: 2.4\nName: {name}\nVersion: 1.0\nDescription-Content-Type: text/markdown\n"
    texts: dict[str, str | bytes] = {
        **contents,
        f"{info}/METADATA": f"{said}{metadata}\n# {name}\n",
        f"{info}/WHEEL": f"Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: {purelib}\n{tags}",
    }
    record = ""
    with zipfile.ZipFile(path, "w") as archive:
        for file, text in texts.items():
            data = text.encode() if isinstance(text, str) else text
            digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
            record += f"{file},sha256={digest},{len(data)}\n"
            archive.writestr(file, data)
        archive.writestr(f"{info}/RECORD", f"{record}{info}/RECORD,,\n")
    return path
