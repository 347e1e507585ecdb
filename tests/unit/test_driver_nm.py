"""What nm prints of import libraries and archives, and of what is neither."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pyz3.driver.nm import list_symbols

if TYPE_CHECKING:
    from pathlib import Path

# An entry of an import library: signature, machine, time, size, ordinal, kind; then symbol and DLL.
IMPORT = b"\0\0\xff\xff\0\0\x64\x86" + bytes(12) + b"Beep\0kernel32.dll\0"


def archive(*members: tuple[str, bytes]) -> bytes:
    """Give an archive as ar(5) describes it."""
    done = b"!<arch>\n"
    for name, content in members:
        head = f"{name:<16}{0:<12}{0:<6}{0:<6}{644:<8}{len(content):<10}`\n"
        done += head.encode() + content + b"\n" * (len(content) % 2)
    return done


def symbols(folder: Path, content: bytes, *flags: str) -> tuple[int, list[str], list[str]]:
    """Give exit code, what is printed and the errors."""
    file = folder / "x.a"
    file.write_bytes(content)
    said: list[str] = []
    errors: list[str] = []
    status = list_symbols([*flags, str(file)], say=said.append, complain=errors.append)
    return status, "\n".join(said).splitlines(), [error.replace(str(file), "FILE") for error in errors]


@pytest.mark.parametrize(
    ("members", "name"),
    [
        ([("/", b"index"), ("beep.o/", IMPORT)], "beep.o"),
        ([("//", b"a/\nmuch_longer_name.o/\n"), ("/3", IMPORT)], "much_longer_name.o"),
        ([("#1/12", b"__.SYMDEF\0\0\0index"), ("#1/8", b"beep.o\0\0" + IMPORT)], "beep.o"),
    ],
    ids=["short", "GNU's long names", "BSD's"],
)
def test_members_have_their_names(members: list[tuple[str, bytes]], name: str, tmp_path: Path) -> None:
    lines = ["", f"{name}:", f"{0:016x} T Beep", f"{0:016x} I __imp_Beep"]
    assert symbols(tmp_path, archive(*members)) == (0, lines, [])


@pytest.mark.parametrize(
    ("flags", "lines"),
    [
        ("", [f"{0:016x} T Beep", f"{0:016x} I __imp_Beep"]),
        ("-P", ["Beep T 0 0", "__imp_Beep I 0 0"]),
        ("--format=posix", ["Beep T 0 0", "__imp_Beep I 0 0"]),
        ("-jp", ["__imp_Beep", "Beep"]),
    ],
)
def test_forms(flags: str, lines: list[str], tmp_path: Path) -> None:
    assert symbols(tmp_path, IMPORT, *flags.split()) == (0, lines, [])


@pytest.mark.parametrize(
    ("content", "flags", "status", "error"),
    [
        (IMPORT, "-u", 0, "no symbols"),
        (b"", "", 1, "file format not recognized"),
        (b"\x7fELF", "", 0, "no symbols"),
        (b"\x64\x86\1\0" + bytes(4) + b"\xff\xff\0\0\xff\0\0\0" + bytes(4), "", 1, "file truncated"),
        (archive(("x.o/", b"text")), "", 1, "file format not recognized"),
    ],
)
def test_files_without_symbols(content: bytes, flags: str, status: int, error: str, tmp_path: Path) -> None:
    assert symbols(tmp_path, content, *flags.split()) == (status, [], [f"nm: FILE: {error}"])


def test_an_unknown_option(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        list_symbols(["--line-numbers", "x.o"], say=print, complain=print)
    assert ended.value.code == 2
    assert "unrecognized arguments: --line-numbers" in capsys.readouterr().err
