"""docs/windows.md: what of POSIX zig's mingw has, and what not, compiled."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

DOCUMENT = (Path(__file__).parents[2] / "docs" / "windows.md").read_text(encoding="utf-8")
# What pyz3's pyconfig.h defines, as CPython's does.
MACROS = ("-D_GNU_SOURCE", "-D_POSIX_C_SOURCE=200809L", "-D_FILE_OFFSET_BITS=64")


def table(name: str) -> list[list[str]]:
    """The rows of the table that follows a comment; each cell as the words in code marks."""
    _, found, text = DOCUMENT.partition(f"<!-- {name} -->\n")
    assert found, name
    rows = [line for line in text.split("\n\n")[0].splitlines() if line.startswith("| `")]
    return [[re.findall(r"`([^`]+)`", cell) for cell in row.split("|")[1:3]] for row in rows]


HEADERS = [header for (header,), _ in table("there")]
THERE = [function for _, functions in table("there") for function in functions]
MISSING = [function for functions, _ in table("missing") for function in functions]


def compile_all(functions: list[str], folder: Path, *flags: str) -> str:
    """Compile a table of pointers to functions; give the compiler's messages."""
    includes = "".join(f"#include {header}\n" for header in [*HEADERS, "<signal.h>", "<stdatomic.h>"])
    pointers = "".join(f"    (void *)&{function},\n" for function in functions)
    code = f'{includes}void *const all[] = {{\n{pointers}}};\n_Static_assert(sizeof(off_t) == 8, "off_t");\n'
    code += (
        '_Static_assert(sizeof(ssize_t) == sizeof(size_t), "ssize_t");\nvoid *get(int i) { return all[i]; }\n'
    )
    (folder / "all.c").write_text(code, encoding="utf-8")
    command = [
        sys.executable,
        "-m",
        "ziglang",
        "cc",
        "-target",
        "x86_64-windows-gnu",
        *MACROS,
        *flags,
        "all.c",
    ]
    done = subprocess.run(command, capture_output=True, check=False, cwd=folder, text=True)
    return done.stderr


def test_the_tables_were_read() -> None:
    assert "pthread_create" in THERE
    assert "mmap" in MISSING
    assert not set(THERE) & set(MISSING)


def test_what_is_there_compiles_and_links(tmp_path: Path) -> None:
    assert compile_all(THERE, tmp_path, "-shared", "-O2", "-o", "all.dll") == ""
    assert (tmp_path / "all.dll").is_file()


def test_what_is_not_there_is_not_declared(tmp_path: Path) -> None:
    messages = compile_all(MISSING, tmp_path, "-fsyntax-only", "-ferror-limit=0")
    assert sorted(set(re.findall(r"undeclared (?:identifier|library function) '(\w+)'", messages))) == sorted(
        MISSING
    )
