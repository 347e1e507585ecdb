"""What is said about a header that was not found."""

from __future__ import annotations

import pytest

from pyz3.driver.missing_headers import (
    compile_advice,
    missing_header_advice,
    missing_headers,
    missing_library_advice,
)

SDK = "set SDKROOT to the folder of a macOS SDK (MacOSX.sdk)"
ELSEWHERE = "the code that includes it is meant for another platform"
EXTERNAL = (
    "an external library; build that from source as a part of the project, "
    "or name folders with its headers and static library for this platform (include-dirs, library-dirs)"
)


@pytest.mark.parametrize(
    ("header", "platform", "advice"),
    [
        ("Security/Security.h", "macos-arm64", f"it is part of Apple's framework Security; {SDK}"),
        ("IOKit/hid/IOHIDLib.h", "macos-x86_64", f"it is part of Apple's framework IOKit; {SDK}"),
        ("Cocoa/Cocoa.h", "linux-x86_64", f"it is a header of macOS; {ELSEWHERE}"),
        ("CoreFoundation/CFString.h", "windows-x64", f"it is a header of macOS; {ELSEWHERE}"),
        (
            "atlbase.h",
            "windows-x64",
            "it is a header of Visual Studio; zig builds with mingw's, which have none like it",
        ),
        (
            "corecrt_math_defines.h",
            "windows-arm64",
            "it is a header of Visual Studio; zig builds with mingw's, which have none like it",
        ),
        (
            "omp.h",
            "macos-arm64",
            "it belongs to OpenMP, which zig has no runtime for; does the project have a switch for it?",
        ),
        ("linux/if.h", "windows-x64", f"it is a header of Linux; {ELSEWHERE}"),
        (
            "sys/socket.h",
            "windows-x64",
            "it is a header of POSIX systems; the code that includes it is not written for Windows",
        ),
        (
            "netdb.h",
            "windows-arm64",
            "it is a header of POSIX systems; the code that includes it is not written for Windows",
        ),
        (
            "execinfo.h",
            "musllinux-aarch64",
            "it is a header of glibc and musl has none like it; leave out the code that includes it",
        ),
        (
            "linux/quantum.h",
            "linux-aarch64",
            "zig's kernel headers lack it; name a folder that has it (include-dirs)",
        ),
        ("linux/types.h", "macos-arm64", f"it is a header of Linux; {ELSEWHERE}"),
        ("sys/epoll.h", "macos-arm64", f"it is a header of Linux; {ELSEWHERE}"),
        ("malloc.h", "macos-x86_64", f"it is a header of Linux; {ELSEWHERE}"),
        ("netinet/ip_icmp.h", "macos-arm64", f"zig does not carry it; if macOS has it, {SDK}"),
        (
            "pwd.h",
            "pyodide",
            "it is a header of POSIX systems; the code that includes it is not written for WebAssembly",
        ),
        ("Windows.h", "linux-x86_64", f"it is a header of Windows; {ELSEWHERE}"),
        (
            "numpy/arrayobject.h",
            "linux-x86_64",
            "the package numpy brings it, which belongs into build-system.requires",
        ),
        ("openssl/ssl.h", "windows-x64", f"it belongs to OpenSSL, {EXTERNAL}"),
        ("yaml.h", "musllinux-x86_64", f"it belongs to libyaml, {EXTERNAL}"),
        ("ffi.h", "macos-arm64", f"it belongs to libffi, {EXTERNAL}"),
        ("X11/Xlib.h", "linux-aarch64", f"it belongs to Xlib, {EXTERNAL}"),
    ],
)
def test_advice(header: str, platform: str, advice: str) -> None:
    assert missing_header_advice(header, platform) == f"<{header}> was not found for {platform}: {advice}"


@pytest.mark.parametrize("header", ["project_config.h", "src/util.h", "yaml/own.h", "Windowsill.h", "io.h"])
@pytest.mark.parametrize(
    "platform", ["linux-x86_64", "macos-arm64", "windows-x64", "musllinux-x86_64", "pyodide"]
)
def test_nothing_is_said_of_a_project_s_own(header: str, platform: str) -> None:
    assert missing_header_advice(header, platform) is None


def test_headers_in_a_compiler_s_output() -> None:
    output = """\
src/a.c:12:10: fatal error: 'netinet/tcp_fsm.h' file not found
   12 | #include <netinet/tcp_fsm.h>
src/b.c:1:10: fatal error: 'ffi.h' file not found
src/c.c:9:10: fatal error: 'netinet/tcp_fsm.h' file not found
d.c:3:10: fatal error: zlib.h: No such file or directory
d.c:4:1: error: unknown type name 'x'
"""
    assert missing_headers(output) == ("netinet/tcp_fsm.h", "ffi.h", "zlib.h")


@pytest.mark.parametrize(
    ("included", "told"),
    [
        ('"Foo.h"', True),
        ('"sub\\\\foo.h"', True),
        ("<sub\\\\foo.h>", True),
        ("<Foo.h>", False),
        ('"foo.h"', False),
    ],
)
def test_names_that_other_systems_would_find(included: str, told: bool) -> None:
    output = f"m.c:3:10: error: '{included[1:-1]}' file not found\n#include {included}\n"
    advice = (
        f"{included[1:-1]}: an #include counts as it is written, on every platform: in the letters (upper or "
        "lower case) of the file's name, and with / between folders"
    )
    assert compile_advice(output, "macos-arm64") == ((advice,) if told else ())


@pytest.mark.parametrize("kind", ["incbin", "include"])
def test_files_that_the_assembler_reads(kind: str) -> None:
    output = f"<inline asm>:4:9: error: Could not find {kind} file 'data.bin'\n.{kind} \"data.bin\"\n" * 2
    assert compile_advice(output, "linux-x86_64") == (
        (
            f"data.bin was not found: what .{kind} names is looked for in the folders of headers "
            "(include-dirs), and not beside the source"
        ),
    )


def test_a_library_that_zig_does_not_find() -> None:
    output = "error: unable to find dynamic system library 'yaml' using strategy 'paths_first'."
    assert missing_library_advice(output, "linux-aarch64") == (
        "libyaml was not found for linux-aarch64: it is an external library; build it from source as a part "
        "of the project, or name a folder with its static library for this platform (library-dirs)"
    )
    # confluent-kafka says so itself on Windows.
    advice = missing_library_advice(
        "error: unable to find dynamic system library 'librdkafka'", "windows-x64"
    )
    assert advice is not None
    assert advice.startswith("librdkafka was not found for windows-x64: ")
    output = "error: unable to find framework 'OpenGL'. searched paths: \n\tOpenGL.framework/OpenGL.tbd\n"
    assert missing_library_advice(output, "macos-arm64") == (
        f"Apple's framework OpenGL was not found for macos-arm64: zig carries none; {SDK}"
    )
    assert missing_library_advice("error: undefined symbol: yaml_parse", "linux-aarch64") is None


def test_what_is_defined_twice() -> None:
    output = (
        "error: lld-link: duplicate symbol: add\n    note: defined at o\\664f3e\\module.obj\n"
        "    note: defined at c.lib(c.obj)\n"
    )
    (advice,) = compile_advice(output, "windows-arm64")
    assert advice.startswith(
        "add is defined in module.obj and in c.lib(c.obj): where a header makes it inline"
    )
    output = "error: ld.lld: duplicate symbol: add\n note: defined at a.o\n note: defined at b.o:(.text)\n"
    assert compile_advice(output, "linux-x86_64") == (
        "add is defined in a.o and in b.o:(.text): make it static, or leave one of them out",
    )
