"""The bill of materials: which parts a binary holds, as far as that is known, and what is written of them."""

from __future__ import annotations

import importlib.util
import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from bills import TEXTS
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from packaging.licenses import canonicalize_license_expression

from pyz3 import __version__
from pyz3.audit import Facts, Symbol
from pyz3.engine.linked import Linked, linked_from, ready_files, together
from pyz3.engine.plan_file import Artifact, Emscripten, SystemCxx
from pyz3.environments import LockedFile
from pyz3.sbom import FILE, Contained, Evidence, StaticLibrary, Tool, find_parts, make_sbom, parts, texts_of
from pyz3.sbom.parts import version_of

if TYPE_CHECKING:
    from collections.abc import Sequence

(_ZIG,) = importlib.util.find_spec("ziglang").submodule_search_locations  # type: ignore[union-attr,misc]
ZIG_LIB = Path(_ZIG) / "lib"
VERSION = "0.16.0"


def artifact(target: str, **more: object) -> Artifact:
    given = {
        "key": f"{target}/cp313/a.so", "name": "a", "target": target, "c_sources": (), "zig_sources": (),
        "python_include": "", "include_dirs": (), "define": (), "library_dirs": (), "libraries": (),
        "frameworks": (), "framework_dirs": (), "rpaths": (), "objects": (), "link_cpp": False,
        "version_script": None,
    }  # fmt: skip
    return Artifact(**{**given, **more})  # type: ignore[arg-type]


SYSTEM_CXX = SystemCxx(runtime=(), group="a")
EMSCRIPTEN = Emscripten(root="", include_dirs=(), define=(), link_flags=())
CXX = ("libcxx", "libcxxabi", "libunwind")
GNU, MUSL, MAC, WINDOWS = (
    "x86_64-linux-gnu.2.17",
    "x86_64-linux-musl",
    "aarch64-macos.11.0",
    "x86_64-windows-gnu",
)


@pytest.mark.parametrize(
    ("made", "how", "sure", "offered", "lacking"),
    [
        (artifact(GNU), "tried", [], ["pyz3-runtime", "glibc-nonshared"], []),
        (artifact("arm-linux-gnueabihf.2.31"), "tried", [], ["pyz3-runtime", "glibc-nonshared"], []),
        (artifact(MUSL), "tried", [], ["pyz3-runtime"], []),
        (artifact(MUSL, link_cpp=True), "tried", [], ["pyz3-runtime", *CXX], []),
        (artifact(GNU), "linked __a b", [], ["pyz3-runtime", "glibc-nonshared", "compiler-rt"], ["__a", "b"]),
        (
            artifact(MUSL, zig_sources=("a.zig",)),
            "linked",
            [],
            ["pyz3-runtime", "zig-std", "compiler-rt"],
            [],
        ),
        (artifact(MAC, link_cpp=True, system_cxx=SYSTEM_CXX), "tried", [], ["pyz3-runtime"], []),
        # What is missing may be of libc++: then it says nothing of compiler-rt.
        (
            artifact(MAC, link_cpp=True, system_cxx=SYSTEM_CXX),
            *("linked ___a", [], ["pyz3-runtime", *CXX, "compiler-rt"], []),
        ),
        (artifact(WINDOWS), "lean", ["pyz3-startup"], ["pyz3-runtime"], []),
        (artifact(WINDOWS), "lean compiler_rt", ["pyz3-startup", "compiler-rt"], ["pyz3-runtime"], []),
        (
            artifact(WINDOWS),
            *("linked", ["mingw-w64"], ["pyz3-runtime", "compiler-rt", "winpthreads", "zig-libc"], []),
        ),
        (artifact(WINDOWS, in_parts=True), "parts", ["mingw-w64"], ["pyz3-runtime"], []),
        (
            artifact(WINDOWS, in_parts=True),
            *("parts printf pthreads", ["mingw-w64", "winpthreads"], ["pyz3-runtime"], []),
        ),
        (
            artifact(WINDOWS, link_cpp=True, in_parts=True),
            *("parts compiler_rt", ["mingw-w64", "compiler-rt"], ["pyz3-runtime", *CXX], []),
        ),
        # What is missing of libc++ was missing in its parts.
        (
            artifact(MUSL, link_cpp=True, in_parts=True),
            *("linked __divtf3 _ZNSt3__1x", [], ["pyz3-runtime", *CXX, "compiler-rt"], ["__divtf3"]),
        ),
        (artifact("wasm32-emscripten", emscripten=EMSCRIPTEN), "linked", [], [], []),
        (
            artifact("wasm32-emscripten", emscripten=EMSCRIPTEN, zig_sources=("a.zig",)),
            *("linked", [], ["zig-std"], []),
        ),
    ],
)
def test_what_a_link_was_given(
    made: Artifact, how: str, sure: list[str], offered: list[str], lacking: list[str]
) -> None:
    linked = linked_from(made, how)
    assert ([*linked.sure], [*linked.offered], [*linked.lacking]) == (sure, offered, lacking)
    assert {*sure, *offered} <= {*parts()}


def test_slices_of_a_fat_file() -> None:
    one = Linked(sure={"a": "x"}, offered=("b", "c"), files=("f.o",))
    two = Linked(offered=("c", "d"), lacking=("e",))
    assert together([one, two]) == Linked(
        sure={"a": "x"}, offered=("b", "c", "d"), lacking=("e",), files=("f.o",)
    )


def test_what_static_libraries_bring() -> None:
    static = artifact(GNU, kind="static", zig_sources=("a.zig",))
    assert "zig-std" in linked_from(artifact(GNU), "tried", [static]).offered
    assert "zig-std" not in linked_from(artifact(GNU), "tried", [artifact(GNU, kind="shared")]).offered


def test_files_that_were_there() -> None:
    made = artifact(GNU, libraries=("foo", "m"), library_dirs=("/lib", "/own"))
    there = {Path("/own/libfoo.a"), Path("/own/libbar.a")}
    assert ready_files(["/x/b.o"], made, there.__contains__) == ("b.o", "libfoo.a")


def elf(*undefined: str, machine: str = "x86_64") -> tuple[Facts, ...]:
    return (Facts(format="elf", machine=machine, undefined=tuple(Symbol(name=name) for name in undefined)),)


@pytest.mark.parametrize(
    ("content", "facts", "linked", "known", "unknown"),
    [
        (b"", elf("memcpy"), Linked(offered=("pyz3-runtime", "glibc-nonshared")), {}, []),
        (b"", elf("__cxa_atexit"), Linked(offered=("glibc-nonshared",)), {}, ["glibc-nonshared"]),
        (b"", elf("__stack_chk_fail"), Linked(offered=("glibc-nonshared",)), {}, []),
        (
            *(b"", elf("__stack_chk_fail", machine="i686"), Linked(offered=("glibc-nonshared",))),
            *({}, ["glibc-nonshared"]),
        ),
        (
            *(b"..pyz3's runtime library\0", elf(), Linked(offered=("pyz3-runtime",))),
            *({"pyz3-runtime": 'it holds the text "pyz3\'s runtime library"'}, []),
        ),
        (
            *(b"\0St9exception\0", elf(), Linked(offered=CXX)),
            *({"libcxxabi": "it holds the text 'St9exception'"}, ["libcxx", "libunwind"]),
        ),
        # The name of a symbol that is taken from elsewhere.
        (b"__ZTISt9exception\0", elf(), Linked(offered=("libcxxabi",)), {}, ["libcxxabi"]),
        (
            *(b"", elf("b"), Linked(offered=("compiler-rt",), lacking=("b", "__divtf3"))),
            *({"compiler-rt": "the link lacked __divtf3 without it"}, []),
        ),
        # The interpreter has it.
        (b"", elf("b"), Linked(offered=("compiler-rt",), lacking=("_b",)), {}, ["compiler-rt"]),
        (b"", elf(), Linked(sure={"mingw-w64": "x"}), {"mingw-w64": "x"}, []),
        # Whoever linked it had all that pyz3 has for the platform.
        (b"", elf(), None, {}, ["compiler-rt", *CXX, "musl", "zig-std"]),
    ],
)
def test_what_a_binary_tells(
    content: bytes,
    facts: tuple[Facts, ...],
    linked: Linked | None,
    known: dict[str, str],
    unknown: list[str],
) -> None:
    evidence = find_parts(content, facts, linked, family="musllinux")
    assert (evidence.parts, [*evidence.unknown]) == (known, unknown)


VERSIONS = {
    "compiler-rt": VERSION, "zig-std": VERSION, "zig-libc": VERSION, "libcxx": "21.1.0",
    "libcxxabi": "21.1.0", "libunwind": "21.1.0", "glibc-nonshared": "", "mingw-w64": "13.0.0",
    "winpthreads": "13.0.0", "musl": "1.2.5", "pyz3-runtime": __version__, "pyz3-startup": __version__,
}  # fmt: skip


def test_versions_come_from_the_files_of_zig() -> None:
    assert {name: version_of(name, ZIG_LIB, VERSION) for name in parts()} == VERSIONS
    nowhere = Path("nowhere")
    assert {version_of(name, nowhere, "") for name, part in parts().items() if part.version_of} == {""}


def test_data_of_parts() -> None:
    assert {name: (*sorted(part.texts),) for name, part in parts().items()} == TEXTS
    for part in parts().values():
        assert canonicalize_license_expression(part.licence) == part.licence
        assert not part.folder or (ZIG_LIB / part.folder).is_dir()
        assert not part.marks_decide or part.marks


@pytest.mark.parametrize(
    ("name", "begins", "says"),
    [
        ("zig/LICENSE", "The MIT License (Expat)\n", "Zig contributors"),
        ("mingw-w64/COPYING", "With exception of certain parts", "Zope Public License"),
        ("mingw-w64/gdtoa", "/*****", "LUCENT DISCLAIMS ALL WARRANTIES"),
        ("winpthreads/COPYING", "/*\n   Copyright (c) 2011, 2014 mingw-w64 project", "NONINFRINGEMENT"),
        ("musl/COPYRIGHT", "musl as a whole is licensed", "Rich Felker"),
    ],
)
def test_licence_texts_are_those_that_are_installed(name: str, begins: str, says: str) -> None:
    found, missing = texts_of(parts(), ZIG_LIB)
    assert missing == ()
    text = found[name].decode()
    assert text.lstrip(" ").startswith(begins)
    assert says in text
    assert text.endswith("\n")


def test_texts_that_are_not_installed(tmp_path: Path) -> None:
    assert texts_of(["musl", "compiler-rt", "libcxx"], tmp_path) == ({}, ("musl/COPYRIGHT", "zig/LICENSE"))


ONE = Contained(
    file="pkg/a.so",
    sha256="a" * 64,
    origin="compiled by pyz3",
    evidence=Evidence(parts={"compiler-rt": "seen", "libcxx": "seen"}, unknown=("libunwind",)),
    libraries=("zfoo",),
    files=("b.o",),
)
TWO = Contained(file="pkg/b.so", sha256="b" * 64, origin="compiled by pyz3", evidence=Evidence())
SHIPPED = Contained(
    file="pkg/c.so", sha256="c" * 64, origin="came with the project", evidence=Evidence(), foreign=True
)


TOOLS = (Tool(name="setuptools", version="80.1"), Tool(name="Cython", version="3.1"))


def write(
    *binaries: Contained, name: str = "Acme.Thing", version: str = "1!2.0+x", tools: Sequence[Tool] = TOOLS
) -> bytes:
    return make_sbom(
        name,
        version,
        binaries=binaries,
        libraries=[StaticLibrary(name="zfoo", sources="d" * 64)],
        tools=tools,
        properties={"pyz3:optimize": "ReleaseFast"},
        missing_texts=["zig/LICENSE"],
        zig_lib=ZIG_LIB,
        zig_version=VERSION,
    )


def test_the_document() -> None:
    text = write(ONE, TWO, SHIPPED)
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text.decode()) is None
    bill = json.loads(text)
    own = "pkg:pypi/acme-thing@1%212.0%2Bx"
    assert bill["metadata"]["component"] == {
        "type": "library", "bom-ref": own, "name": "Acme.Thing", "version": "1!2.0+x", "purl": own,
    }  # fmt: skip
    tools = bill["metadata"]["tools"]["components"]
    assert [(one["name"], one["version"]) for one in tools] == [("zig", VERSION), ("pyz3", __version__)]
    assert bill["metadata"]["properties"] == [
        {"name": "pyz3:optimize", "value": "ReleaseFast"},
        {"name": "pyz3:text-missing:zig/LICENSE", "value": "it is not installed here"},
    ]
    assert [(one["bom-ref"], one.get("version"), one.get("scope")) for one in bill["components"]] == [
        ("file:pkg/a.so", None, None),
        ("file:pkg/b.so", None, None),
        ("file:pkg/c.so", None, None),
        ("part:compiler-rt", VERSION, None),
        ("part:libcxx", "21.1.0", None),
        ("library:zfoo", None, None),
        ("build:pkg:pypi/cython@3.1", "3.1", "excluded"),
        ("build:pkg:pypi/setuptools@80.1", "80.1", "excluded"),
    ]
    first, *_, compiler_rt, libcxx, library, _, _ = bill["components"]
    assert first["hashes"] == [{"alg": "SHA-256", "content": "a" * 64}]
    assert first["properties"] == [
        {"name": "pyz3:holds:compiler-rt", "value": "seen"},
        {"name": "pyz3:holds:libcxx", "value": "seen"},
        {"name": "pyz3:linked-file:b.o", "value": "it was compiled before: what is in it is not known"},
        {"name": "pyz3:may-hold:libunwind", "value": "it was there for the linker"},
        {"name": "pyz3:origin", "value": "compiled by pyz3"},
    ]
    assert compiler_rt["purl"] == f"pkg:pypi/ziglang@{VERSION}"
    assert (libcxx["licenses"], "purl" in libcxx) == (
        [{"expression": "Apache-2.0 WITH LLVM-exception"}],
        False,
    )
    assert {one["name"]: one["value"] for one in libcxx["properties"]} == {
        "pyz3:sources": f"lib/libcxx of ziglang {VERSION}",
        "pyz3:version-from": f"lib/libcxx/include/__config of ziglang {VERSION}",
    }
    assert library["properties"] == [{"name": "pyz3:sources-sha256", "value": "d" * 64}]
    assert bill["dependencies"] == [
        {"ref": own, "dependsOn": ["file:pkg/a.so", "file:pkg/b.so", "file:pkg/c.so"]},
        {"ref": "file:pkg/a.so", "dependsOn": ["library:zfoo", "part:compiler-rt", "part:libcxx"]},
        {"ref": "file:pkg/b.so", "dependsOn": []},
        {"ref": "file:pkg/c.so", "dependsOn": []},
    ]
    assert bill["compositions"] == [
        {"aggregate": "complete", "dependencies": ["file:pkg/b.so"]},
        {"aggregate": "incomplete", "dependencies": ["file:pkg/a.so"]},
        {"aggregate": "unknown", "dependencies": ["file:pkg/c.so"]},
    ]


def test_files_that_a_lock_file_allows() -> None:
    long = "a" * 128
    files = [
        LockedFile(name="Cython-3.1+a-py3-none-any.whl", hashes=(f"sha256:{'b' * 64}", f"sha512:{long}")),
        LockedFile(name="Cython-3.1-py2-none-any.whl", hashes=("blake2s:cc",)),
        LockedFile(name="Cython-3.1+a-cp313-cp313-win32.whl", hashes=(f"sha256:{'d' * 64}", "md5:e")),
    ]
    tools = [
        Tool(name="setuptools", version="80.1"),
        Tool(name="Cython", version="3.1+a", files=tuple(files)),
        Tool(name="odd", version="1", files=(LockedFile(name="odd-1.whl", hashes=("blake2s:cc",)),)),
    ]
    text = write(ONE, tools=tools)
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text.decode()) is None
    cython, odd, setuptools = json.loads(text)["components"][-3:]
    role = {"name": "pyz3:role", "value": "build requirement"}
    assert cython["properties"] == [
        {
            "name": "pyz3:installed-from",
            "value": "one of the distributions: the lock file allows no other",
        },
        role,
    ]
    # One address on every index, and no hash that CycloneDX has no name for.
    begin = "pkg:pypi/cython@3.1%2Ba?file_name=Cython-3.1%2Ba-"
    assert cython["externalReferences"] == [
        {
            "type": "distribution",
            "url": f"{begin}cp313-cp313-win32.whl",
            "hashes": [{"alg": "SHA-256", "content": "d" * 64}],
        },
        {
            "type": "distribution",
            "url": f"{begin}py3-none-any.whl",
            "hashes": [{"alg": "SHA-256", "content": "b" * 64}, {"alg": "SHA-512", "content": long}],
        },
    ]
    for one in (odd, setuptools):
        assert ("externalReferences" in one, one["properties"]) == (False, [role])
    again = [replace(tool, files=tool.files[::-1]) for tool in tools[::-1]]
    assert write(ONE, tools=again) == text


def test_the_same_bytes_for_the_same_wheel_and_another_number_for_another() -> None:
    assert write(TWO, ONE) == write(ONE, TWO)
    numbers = {json.loads(write(ONE, version=version))["serialNumber"] for version in ("1", "2")}
    assert len(numbers) == 2
    assert b"timestamp" not in write(ONE)


def test_where_it_is() -> None:
    assert FILE == "sboms/pyz3.cdx.json"  # PEP 770 leaves the name to the tool
