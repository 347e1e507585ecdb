"""A library's name as it is asked for, and the names in folders → where it is, and what it is called."""

from __future__ import annotations

import pytest

from pyz3.driver.library_names import as_spelled

FOLDERS = {
    "a": ["MyLib.lib", "other.txt", "LIBbad.a", "upper.LIB"],
    "b": ["mylib.lib", "libGood.a", "good.lib", "libImp.dll.a", "Run.dll", "MYLIB.lib"],
}


def names_in(folder: str) -> list[str]:
    if folder not in FOLDERS:
        raise FileNotFoundError(folder)
    return FOLDERS[folder]


@pytest.mark.parametrize(
    ("name", "folders", "found"),
    [
        ("mylib", "ab", ("a", "MyLib")),
        ("MYLIB", "xa", ("a", "MyLib")),
        ("MyLib", "a", ("a", "MyLib")),
        ("mylib", "b", ("b", "mylib")),
        ("MYLIB", "b", ("b", "MYLIB")),
        ("mYlIb", "b", ("b", "MYLIB")),
        ("GOOD", "ab", ("b", "good")),
        ("imp", "b", ("b", "Imp")),
        ("run", "b", ("b", "Run")),
        # zig finds these by no name.
        ("bad", "a", ("", "bad")),
        ("upper", "a", ("", "upper")),
        ("Ws2_32", "ab", ("", "ws2_32")),
        ("AdvAPI32", "", ("", "advapi32")),
    ],
)
def test_a_file_is_found_in_any_spelling(name: str, folders: str, found: tuple[str, str]) -> None:
    assert as_spelled(name, folders, names_in=names_in) == found
