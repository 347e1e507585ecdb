"""Which compiler made a file, and what is done about it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pyz3.hooks.made_by import other_compilers, refuse_others

if TYPE_CHECKING:
    from pathlib import Path

OURS = "clang version 21.1.0"
GCC = b"\x7fELF\0code\0GCC: (Debian 12.2.0-14) 12.2.0\0clang version 21.1.0\0Linker: LLD 21.1.0\0"


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b"\x7fELF\0clang version 21.1.0\0Linker: LLD 21.1.0\0", ()),
        (GCC, ("GCC: (Debian 12.2.0-14) 12.2.0",)),
        (b"\0Debian clang version 15.0.6\0", ("Debian clang version 15.0.6",)),
        (b"\0clang version 15.0.7\0", ("clang version 15.0.7",)),
        (b"\0GCC: (GNU) 10.2.1\0\0GCC: (GNU) 10.2.1\0", ("GCC: (GNU) 10.2.1",)),
        # Texts of the project's own.
        (b"\0made with GCC: (any version)\0", ()),
        (b"GCC: (no section)", ()),
        (b"", ()),
    ],
)
def test_who_made_it(content: bytes, found: tuple[str, ...]) -> None:
    assert other_compilers(content, ours=OURS) == found


def test_what_this_machine_made_is_refused(tmp_path: Path) -> None:
    trouble, told = refuse_others({"a.o": b"", "b/part.o": GCC}, delivered=(tmp_path,), ours=OURS)
    assert told == ()
    assert trouble is not None
    assert trouble.message == (
        "b/part.o: another compiler made it, or a part of it: GCC: (Debian 12.2.0-14) 12.2.0"
    )


def test_what_came_with_the_project_is_told_of(tmp_path: Path) -> None:
    (tmp_path / "lib").mkdir()
    (tmp_path / "lib" / "vendor.a").write_bytes(GCC)
    assert refuse_others({"x.so": GCC, "y.so": b""}, delivered=(tmp_path,), ours=OURS) == (None, ("x.so",))
