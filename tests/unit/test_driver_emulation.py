"""What zig's linker has no flag for."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from pyz3.driver.command import SCRATCH, make_command
from pyz3.driver.emulation import emulate
from pyz3.driver.local_symbols import (
    default_libraries,
    hide,
    is_hideable,
    is_kept,
    without_second_definitions,
)
from pyz3.driver.setup import Setup, Zig
from pyz3.driver.target import DriverTarget

if TYPE_CHECKING:
    from pathlib import Path

SETUP = Setup(
    Zig("zig", local_cache="local", global_cache="global", scratch="scratch"),
    DriverTarget("x86_64-linux-gnu.2.17"),
)


def test_a_second_name_is_an_assignment_of_a_linker_script() -> None:
    done = emulate(["-shared", "-Wl,--defsym,a=b", "x.o", "-Wl,--defsym,c=0x10"], folder="F")
    assert done.words == ("-shared", "x.o", "-Wl,-T,F/symbols.ld")
    assert done.files == {"symbols.ld": "a = b;\nc = 0x10;\n"}


def test_a_project_s_own_script_takes_no_assignments() -> None:
    done = emulate(["-Wl,-T,x.ld", "-Wl,--defsym,a=b"], folder="F")
    assert done.error == "--defsym=a=b: zig's linker takes no other script than -T"


def test_what_microsoft_s_linker_is_told_stands_in_an_object() -> None:
    done = emulate(["/EXPORT:a=b", "x.o", '/MERGE:.a="b"'], folder="F")
    assert done.words == ("x.o", "F/directives.s")
    text = '    .section .drectve,"yn"\n    .ascii " -EXPORT:a=b"\n    .ascii " -MERGE:.a=\\"b\\""\n'
    assert done.files == {"directives.s": text}


def test_what_is_hidden_is_told_apart() -> None:
    done = emulate(["x.o", "-Wl,-exported_symbol,_a", "-Wl,-unexported_symbols_list,b.txt"], folder="F")
    assert (done.words, done.files) == (("x.o",), {})
    assert done.hiding == (("exported_symbol", "_a"), ("unexported_symbols_list", "b.txt"))


def test_a_command_writes_what_it_needs_where_it_is_made() -> None:
    command = make_command("cc", ["-shared", "x.o", "-o", "m.so", "-Wl,--defsym=a=b"], SETUP)
    assert command.files == {"symbols.ld": "a = b;\n"}
    assert f"-Wl,-T,{SCRATCH}/symbols.ld" in command.steps[0]
    assert command.outputs == ("m.so",)


def test_a_flag_that_cannot_be_obeyed_is_one_short_error() -> None:
    command = make_command("cc", ["-shared", "x.o", "-Wl,-init,start", "-Wl,-init,start"], SETUP)
    assert command.error == (
        "-Wl,-init,start: zig's linker has nothing like it, and the module would not be the same without it"
    )


def test_lists_are_read_and_matched(tmp_path: Path) -> None:
    listed = tmp_path / "x.txt"
    listed.write_text("# what is public\n_a\n_b*  # all of b\n\n")
    kept = is_kept([("exported_symbols_list", str(listed)), ("unexported_symbol", "_bad")])
    assert [kept(name) for name in ("_a", "_aa", "_b", "_b1", "_bad")] == [True, False, True, True, False]
    kept = is_kept([("unexported_symbol", "_b*")])
    assert [kept(name) for name in ("_a", "_b1")] == [True, False]


def _object(*symbols: tuple[str, int, int]) -> bytes:
    """A Mach-O object of symbols alone: name, type, value."""
    names = b"\0" + b"".join(name.encode() + b"\0" for name, _, _ in symbols)
    start = 32 + 24
    entries = b"".join(
        struct.pack("<IBBHQ", names.index(name.encode() + b"\0"), kind, 1, 0, value)
        for name, kind, value in symbols
    )
    header = struct.pack("<IiiIIIII", 0xFEEDFACF, 0x0100000C, 0, 1, 1, 24, 0, 0)
    command = struct.pack("<IIIIII", 2, 24, start, len(symbols), start + len(entries), len(names))
    return header + command + entries + names


def _kinds(content: bytes, count: int) -> list[int]:
    return [content[56 + 16 * index + 4] for index in range(count)]


def test_only_what_an_object_defines_is_hidden() -> None:
    content = _object(
        ("_a", 0x0F, 0), ("_b", 0x0F, 0), ("_open", 0x01, 0), ("_common", 0x01, 8), ("_own", 0x0E, 0)
    )
    hidden = hide(content, lambda name: name == "_a")
    assert _kinds(hidden, 5) == [0x0F, 0x1F, 0x01, 0x11, 0x0E]
    assert hide(content, lambda _: True) == content


def test_members_of_an_archive_are_hidden() -> None:
    one = _object(("_a", 0x0F, 0), ("_bb", 0x0F, 0))
    one += bytes(len(one) % 2)
    name = b"long name.o\0"
    headers = [
        f"{title:<16}{0:<12}{0:<6}{0:<6}{0o644:<8}{size:<10}`\n".encode()
        for title, size in ((f"#1/{len(name)}", len(name) + len(one)), ("x.o/", len(one)))
    ]
    archive = b"!<arch>\n" + headers[0] + name + one + headers[1] + one
    hidden = hide(archive, lambda _: False)
    assert [hidden[start:].count(b"\x1f") for start in (0, 8 + 60 + len(name) + len(one))] == [4, 2]
    assert len(hidden) == len(archive)


def test_files_whose_names_can_be_hidden() -> None:
    assert [is_hideable(word) for word in ("x.o", "libx.a", "-lx", "x.c", "x.dylib")] == [
        True,
        True,
        False,
        False,
        False,
    ]


CODE, ANY_CODE, ANY_DATA = (0x60000020, 0), (0x60001020, 2), (0xC0001040, 2)


def _coff(*symbols: tuple[str, tuple[int, int]]) -> bytes:
    """An object for Windows whose symbols have a section each: flags, and which of several is taken."""
    sections, table, names = b"", b"", b""
    for number, (name, (flags, selection)) in enumerate(symbols, 1):
        sections += struct.pack("<8sIIIIIIHHI", b".text", 0, 0, 0, 0, 0, 0, 0, 0, flags)
        table += struct.pack("<8sIhHBB", b".text", 0, number, 0, 3, 1)
        table += struct.pack("<IHHIHBxxx", 0, 0, 0, 0, number, selection)
        short = name.encode() if len(name) <= 8 else struct.pack("<II", 0, 4 + len(names))
        names += b"" if len(name) <= 8 else name.encode() + b"\0"
        table += struct.pack("<8sIhHBB", short, 0, number, 0x20, 2, 0)
    count = 3 * len(symbols)
    header = struct.pack("<HHIIIHH", 0x8664, len(symbols), 0, 20 + len(sections), count, 0, 0)
    return header + sections + table + struct.pack("<I", 4 + len(names)) + names


def _classes(content: bytes, count: int) -> list[int]:
    """The storage classes of the symbols, those of sections apart."""
    start = 20 + 40 * count
    return [content[start + 54 * index + 36 + 16] for index in range(count)]


def test_what_is_inline_for_windows_gives_way_to_a_definition() -> None:
    module = _coff(
        ("add", ANY_CODE),
        ("with_a_long_name", ANY_CODE),
        ("data", ANY_DATA),
        ("_Z3addv", ANY_CODE),
        ("more", CODE),
    )
    library = _coff(("add", CODE), ("with_a_long_name", CODE), ("data", CODE), ("_Z3addv", CODE))
    done = without_second_definitions([module, library], list)
    assert [_classes(done[0], 5), done[1]] == [[3, 3, 2, 2, 2], library]
    assert without_second_definitions([module], lambda: [library]) == done[:1]


def test_what_is_inline_everywhere_stays_as_it_is() -> None:
    module = _coff(("add", ANY_CODE))
    (same, _) = without_second_definitions([module, module], lambda: [b"!<arch>\n"])
    assert same is module

    def never() -> list[bytes]:
        raise AssertionError

    assert without_second_definitions([_coff(("more", CODE)), b"", b"MZ"], never)[1:] == [b"", b"MZ"]


def test_libraries_that_objects_ask_for() -> None:
    said = b' /DEFAULTLIB:Ws2_32.lib -defaultlib:x /DEFAULTLIB:"python313.lib" /DEFAULTLIB:uuid\0'
    assert default_libraries([said, b"", b"/defaultlib:WS2_32.LIB"]) == ("ws2_32", "x", "python313", "uuid")
