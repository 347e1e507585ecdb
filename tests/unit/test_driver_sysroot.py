"""Headers and stub libraries of ours: their flags, and that they agree with one another."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from pyz3.driver.msvc import PASSED_OVER
from pyz3.driver.pragmas import comment_libraries, passed_over, quoted_includes, refuses_other_compilers
from pyz3.driver.sysroot import (
    FOLDER,
    FRAMEWORKS,
    LIBRARIES,
    LINKED_FRAMEWORKS,
    case_overlay,
    extra_include_args,
    extra_link_args,
)
from pyz3.driver.target import DriverTarget

ROOT = Path(FOLDER)
HEADERS = sorted(ROOT.rglob("*.h"))
INCLUDE = re.compile(r"^#include <(.+)>$", re.MULTILINE)


def test_the_room_is_in_the_package() -> None:
    assert (ROOT.parent / "sysroot.py").is_file()
    assert {folder.name for folder in ROOT.iterdir()} == {
        "libc++",
        "libc++-macos",
        "macos",
        "musl",
        "windows",
    }
    assert {folder.name for folder in (ROOT / "macos").iterdir()} == {"Frameworks", "include", "lib"}
    frameworks = sorted(f.stem for f in (ROOT / "macos/Frameworks").iterdir())
    assert frameworks == sorted((*FRAMEWORKS, *LINKED_FRAMEWORKS))
    assert tuple(sorted(f.stem.removeprefix("lib") for f in (ROOT / "macos/lib").iterdir())) == LIBRARIES


def test_flags_of_a_compile() -> None:
    mac = ("-idirafter", str(ROOT / "macos/include"), "-iframework", str(ROOT / "macos/Frameworks"))
    assert extra_include_args(DriverTarget("aarch64-macos.11.0")) == mac
    assert extra_include_args(DriverTarget("x86_64-windows-gnu")) == (f"-I{ROOT / 'windows'}",)
    assert extra_include_args(DriverTarget("x86_64-linux-musl")) == ("-idirafter", str(ROOT / "musl"))
    assert extra_include_args(DriverTarget("arm-linux-musleabihf")) == ("-idirafter", str(ROOT / "musl"))
    assert extra_include_args(DriverTarget("x86_64-linux-gnu.2.17")) == ()
    assert extra_include_args(DriverTarget("wasm32-emscripten")) == ()


def test_an_overlay_is_for_windows_alone() -> None:
    windows = (f"-I{ROOT / 'windows'}", "-ivfsoverlay", "names.yaml")
    assert extra_include_args(DriverTarget("aarch64-windows-gnu"), overlay="names.yaml") == windows
    linux = DriverTarget("x86_64-linux-gnu.2.17")
    assert extra_include_args(linux, overlay="names.yaml") == ()


def test_an_sdk_takes_the_place_of_ours() -> None:
    target = DriverTarget("x86_64-macos.10.13")
    sdk = str(Path("MacOSX.sdk"))
    frameworks = str(Path("MacOSX.sdk/System/Library/Frameworks"))
    compiled = ("-idirafter", str(Path("MacOSX.sdk/usr/include")), "-iframework", frameworks)
    assert extra_include_args(target, sdk=sdk) == compiled
    assert extra_link_args(target, sdk=sdk) == (f"-F{frameworks}", f"-L{Path('MacOSX.sdk/usr/lib')}")


def test_flags_of_a_link() -> None:
    ours = (f"-F{ROOT / 'macos/Frameworks'}", f"-L{ROOT / 'macos/lib'}")
    assert extra_link_args(DriverTarget("x86_64-macos.10.13")) == ours
    assert extra_link_args(DriverTarget("x86_64-windows-gnu")) == ()
    assert extra_link_args(DriverTarget("x86_64-linux-musl")) == ()


def spelled(header: Path) -> str:
    """How a source includes it."""
    parts = header.relative_to(ROOT).parts
    if parts[1] == "Frameworks":
        return "/".join((parts[2].removesuffix(".framework"), *parts[4:]))
    return "/".join(parts[2 if parts[0] == "macos" else 1 :])


@pytest.mark.parametrize("header", HEADERS, ids=spelled)
def test_no_header_includes_itself_or_is_read_twice(header: Path) -> None:
    text = header.read_text(encoding="utf-8")
    assert spelled(header) not in INCLUDE.findall(text)
    forwards = re.fullmatch(r"#include <(\w+)/\1\.h>\n", text)
    part = header.name == "pyz3_services.h"
    guard = "_WINTERNL_" if header.name == "winternl.h" else r"PYZ3_\w+_H"
    guarded = re.search(rf"^#(ifndef|elif !defined\() ?({guard})\)?\n#define \2$", text, re.MULTILINE)
    assert forwards or part or guarded


def test_no_two_files_differ_in_case_alone() -> None:
    names = [path.relative_to(ROOT).as_posix().lower() for path in ROOT.rglob("*")]
    assert len(names) == len(set(names))


def declared(framework: str) -> set[str]:
    """Functions and data that the headers of a framework declare."""
    found = set()
    for header in (ROOT / f"macos/Frameworks/{framework}.framework/Headers").rglob("*.h"):
        text = re.sub(r"/\*.*?\*/|\\\n", "", header.read_text(encoding="utf-8"), flags=re.DOTALL)
        text = re.sub(r"^#.*$", "", text, flags=re.MULTILINE)
        text = re.sub(r"CF_INLINE [^{]*\{[^}]*\}|\{[^{}]*\}", "", text)
        for statement in text.split(";"):
            words = " ".join(statement.split())
            if "typedef" in words or words.startswith("enum"):
                continue
            function = re.search(r"\b((?:CF|FSE|IO|SC)\w+)\(", words)
            data = re.match(r"(?:.* )?(?:CF_EXPORT|extern) (?:const )?\w+ (k\w+)", words)
            found |= {match[1] for match in (function or data,) if match}
    return found


@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_a_stub_exports_what_its_headers_declare(framework: str) -> None:
    text = (ROOT / f"macos/Frameworks/{framework}.framework/{framework}.tbd").read_text(encoding="utf-8")
    exported = re.findall(r"^      - _(\w+)$", text, re.MULTILINE)
    compilers = {"__CFConstantStringClassReference"} if framework == "CoreFoundation" else set()
    assert exported == sorted(declared(framework) | compilers)
    path = f"/System/Library/Frameworks/{framework}.framework/Versions/A/{framework}"
    assert f"install-name:    '{path}'\n" in text


@pytest.mark.parametrize("framework", LINKED_FRAMEWORKS)
def test_a_framework_of_which_nothing_is_used_can_be_linked(framework: str) -> None:
    folder = ROOT / f"macos/Frameworks/{framework}.framework"
    assert [path.name for path in folder.iterdir()] == [f"{framework}.tbd"]
    text = (folder / f"{framework}.tbd").read_text(encoding="utf-8")
    # AppKit's and Foundation's ABIs have been changed twice, before macOS 10.0.
    version = "C" if framework in {"AppKit", "Foundation"} else "A"
    path = f"/System/Library/Frameworks/{framework}.framework/Versions/{version}/{framework}"
    assert f"install-name:    '{path}'\n" in text
    assert "symbols" not in text


def test_an_overlay_names_each_header_once() -> None:
    text = case_overlay("zig/any-windows-any", ["winsock2.h", "windows.h"])
    contents = [
        {"type": "file", "name": name, "external-contents": f"zig/any-windows-any/{name}"}
        for name in ("windows.h", "winsock2.h")
    ]
    root = {"type": "directory", "name": "zig/any-windows-any", "contents": contents}
    assert json.loads(text) == {"version": 0, "case-sensitive": "false", "roots": [root]}


def test_libraries_that_sources_name() -> None:
    source = """
#pragma comment(lib, "IPHLPAPI.lib")
  #  pragma  comment ( lib , "Ws2_32" )
#pragma comment(lib, "iphlpapi.lib")
#pragma comment(lib, "C:\\\\sdk\\\\Pdh.lib")
#pragma comment(lib, "python313.lib")
#pragma comment(lib, "python3_d.lib")
#pragma comment(linker, "/EXPORT:f")
// #pragma comment(lib, "user32.lib")
"""
    assert comment_libraries(source) == ("iphlpapi", "ws2_32", "pdh")
    source = """
__pragma(comment(lib, "Ws2_32.lib")) int x;
_Pragma("comment(lib, \\"pdh\\")")
#define LINK(x) __pragma(comment(lib, x))
"""
    assert comment_libraries(source) == ("ws2_32", "pdh")
    assert comment_libraries("int x;") == ()


def test_headers_that_are_the_project_s_own() -> None:
    source = (
        '#include "Python.h"\n  # include "net\\a.h"\n#include <b.h>\n// #include "c.h"\n#include "net/a.h"\n'
    )
    assert quoted_includes(source) == ("net/a.h",)


@pytest.mark.parametrize(
    "condition",
    [
        "#ifndef _MSC_VER // [",
        "# ifndef _MSC_VER",
        "#if !defined(_MSC_VER)",
        "#if ! defined _MSC_VER && !defined(X)",
    ],
)
def test_headers_for_msvc_alone(condition: str) -> None:
    assert refuses_other_compilers(f'/* words */\n{condition}\n  #error "only MSVC"\n#endif\n')
    assert not refuses_other_compilers(f"{condition}\n#include <stdint.h>\n#else\n#error x\n#endif\n")


def test_headers_for_all_compilers() -> None:
    assert not refuses_other_compilers("#ifdef _MSC_VER\n#error no\n#endif\n#ifndef _MSC_VERSION\n#error\n")


def test_what_clang_passes_over_is_told_with_its_line() -> None:
    source = """int x;
#pragma init_seg(lib)
# pragma comment(linker, "/manifestdependency:\\"type='win32'\\"")
int f(int *p) { __try { *p = 1; } __except (1) { return 1; } return 0; }
int g(int *p) { __try { *p = 1; } __finally { x = 1; } return 0; }
#pragma fp_contract(off)
"""
    told = passed_over(source, "x.cpp")
    assert all(mark in source.encode() for mark in PASSED_OVER)
    assert [one.partition(": ")[0] for one in told] == [
        "#pragma init_seg(lib) (x.cpp:2)",
        "#pragma fp_contract(off) (x.cpp:6)",
        '# pragma comment(linker, "/manifestdependency (x.cpp:3)',
        "catching what the block of __try does itself (x.cpp:4)",
    ]
    assert [one for one in passed_over(source, "x.c") if "__try" in one] == []
    assert passed_over("#pragma pack(1)\nint __try_again;", "x.cpp") == ()
