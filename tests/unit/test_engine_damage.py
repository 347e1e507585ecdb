from __future__ import annotations

import pytest

from pyz3.engine.damage import find_damage, find_damage_of_script, is_full

# What zig 0.16.0 printed after files of its cache were cut short, overwritten or deleted.
DAMAGE = {
    "cut manifest": "error: failed to check cache: invalid manifest file format",
    "cut path": "error: failed to check cache: 'zig-lib/0.16.0-0f/std/' file_read IsDir",
    "unreadable list": "error: failed to check cache: '/c/zig-0.16.0/local/h/ab.txt' file_hash AccessDenied",
    "no build runner": "error: failed to spawn build runner zig-0.16.0/local/o/fee58011/build: FileNotFound",
    "cut build runner": (
        "error: the following build command terminated with signal SEGV:\n"
        "zig-0.16.0/local/o/fee58011/build /site-packages/ziglang/zig /site-packages/ziglang/lib"
    ),
    "no archive": (
        "error: failed to parse archive: FileNotFound\n"
        "    note: while parsing zig-0.16.0/global/o/ac530112/libcompiler_rt.a"
    ),
    "cut stub of libc": (
        "error: ld.lld: zig-0.16.0/global/o/8fde38de/libm.so.6: section header table goes past the end of "
        "the file: e_shoff = 0x6208"
    ),
    "cut archive behind the build runner": (
        "error: undefined symbol: memcpy\n    note: referenced by build.o:debug.panicExtra__anon_2133\n"
    ),
    "garbage for generated source": (
        "warning: the cached file 'zig-0.16.0/global/b/081700ad/builtin.zig' had the wrong size. "
        "Expected 3489, found 8. Overwriting with correct file contents now\n"
        "zig-0.16.0/local/o/a9cfc9d8/dependencies.zig:1:1: error: file cannot be a tuple\ngarbage\n^~~~~~~"
    ),
    "discarded by another process": (
        "error: cache directory 'zig-0.16.0/global/z/' unexpectedly removed during compiler execution"
    ),
    "absolute, Windows": (
        r"error: lld-link: C:\Users\me\pyz3\zig-0.16.0\local\o\16a0\speed.obj: unknown file type"
    ),
}
# What it printed for mistakes of a project.
MISTAKES = {
    "C": "/project/src/one.c:1:22: error: use of undeclared identifier 'nosuch'",
    "library": "error: error: unable to find dynamic system library 'nosuchlib' using strategy "
    "'paths_first'. searched paths: none",
    "symbols": "error: ld.lld: undefined symbol: nosuch\n"
    "    note: referenced by one.c\n    note:               zig-0.16.0/local/o/16a0/one.o:(PyInit_one)",
    "translated header": "zig-0.16.0/local/o/5c1e/pyz3_python.zig:7:1: error: opaque types have unknown size",
    "unreadable source": "error: failed to check cache: '/project/src/one.c' file_hash AccessDenied",
    "#error": "/project/probe.c:2:2: error: no apples\n#error no apples\n ^",
}


GLOBAL = {
    "discarded by another process",
    "no archive",
    "cut stub of libc",
    "cut archive behind the build runner",
}


@pytest.mark.parametrize("name", DAMAGE)
def test_damage(name: str) -> None:
    assert find_damage(DAMAGE[name]) == ("global" if name in GLOBAL else "local")


def test_a_projects_own_build_script_may_crash_by_itself() -> None:
    assert find_damage(DAMAGE["cut build runner"], own_script=True) is None
    assert find_damage(DAMAGE["no build runner"], own_script=True) == "local"


@pytest.mark.parametrize("name", MISTAKES)
def test_mistakes(name: str) -> None:
    assert find_damage(MISTAKES[name]) is None


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("zig-lib/0.16.0-d5/std/Build.zig:9:3: error: struct 'dwarf' has no member named 'Format'", "local"),
        (r"C:\c\engine\0f3c\build.zig:20:5: error: expected type 'usize', found 'type'", "local"),
        # Of a project's own, which may be called so.
        ("/project/engine/one.c:1:22: error: use of undeclared identifier 'nosuch'", None),
        ("zig-lib/0.16.0-d5/std/fmt.zig:9:3: note: called from here", None),
    ],
)
def test_what_zig_says_of_its_own_library(text: str, part: str | None) -> None:
    assert find_damage_of_script(f"warning: one\n{text}\n") == part


def test_both_parts() -> None:
    assert find_damage("\n".join([DAMAGE["cut manifest"], DAMAGE["no archive"]])) == "global"


@pytest.mark.parametrize(
    ("text", "full"),
    [
        ("error: NoSpaceLeft", True),
        ("thread 3632 panic: DWARF TODO: 'NoSpaceLeft' while updating incomplete constant", True),
        (
            "/p/a.c:3:1: warning: x\nLLVM ERROR: IO failure: No space left on device",
            True,
        ),
        ("error: unable to write results: FileTooBig", True),
        ('/p/a.c:3:2: error: "No space left on device"\n#error "No space left on device"\n ^', False),
        (MISTAKES["symbols"], False),
    ],
)
def test_a_full_disk(text: str, full: bool) -> None:
    assert is_full(text) == full


UNREADABLE = "/project/one.c:1:1: error: CacheCheckFailed\n/project/two.c:1:1: error: CacheCheckFailed"


def test_what_cannot_be_read_may_be_the_cache_or_a_source() -> None:
    assert find_damage(UNREADABLE) == "local"
    assert find_damage("error: CacheCheckFailed") == "local"
    assert find_damage(UNREADABLE, is_there=lambda file: file == "/project/two.c") == "local"


def test_a_source_that_is_gone_costs_no_cache() -> None:
    assert find_damage(UNREADABLE, is_there=lambda _: False) is None
    both = f"{UNREADABLE}\n{DAMAGE['cut manifest']}"
    assert find_damage(both, is_there=lambda _: False) == "local"


def test_a_new_cache_is_not_what_cannot_be_read() -> None:
    assert find_damage(UNREADABLE, fresh=True) is None
    assert find_damage(DAMAGE["no archive"], fresh=True) == "global"
