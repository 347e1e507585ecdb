from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pyz3.engine.header_search import HeaderSearch
from pyz3.engine.plan_file import Source

if TYPE_CHECKING:
    from collections.abc import Mapping

PYTHON = ("/py/3.12", "/py/3.13")
TREE = {
    "/py/3.12/Python.h": "",
    "/py/3.12/cpython/object.h": "",
    "/py/3.13/Python.h": "",
    "/py/3.13/critical_section.h": "",
}


def search(files: Mapping[str, str]) -> HeaderSearch:
    texts = {**TREE, **files}

    def read(path: str) -> bytes:
        if path not in texts:
            raise FileNotFoundError(path)
        return texts[path].encode()

    def names(folder: str) -> list[str]:
        below = {path[len(folder) + 1 :].split("/")[0] for path in texts if path.startswith(f"{folder}/")}
        if not below:
            raise FileNotFoundError(folder)
        return sorted(below)

    return HeaderSearch(zig_lib=Path("/zig"), environments=(Path("/env"),), read=read, names=names)


def flags_left(
    text: str, *flags: str, python: str = PYTHON[1], files: Mapping[str, str] | None = None
) -> tuple[str, ...]:
    """The flags that are left of a source with that text and those besides Python's."""
    given = ("-isystem", python, f"-ffile-prefix-map={python}=python", "-ffile-prefix-map=/src=.", *flags)
    looking = search({"/src/a.cpp": text, **(files or {})})
    source = Source(path="/src/a.cpp", flags=given)
    left, identity = looking.without_unneeded(source, python=python, include_dirs=("/src/include",))
    assert left.path == source.path
    assert (identity is None) == (left == source)
    return left.flags


KEPT = ("-isystem", PYTHON[1], f"-ffile-prefix-map={PYTHON[1]}=python", "-ffile-prefix-map=/src=.")
LEAN = ("-ffile-prefix-map=/src=.",)


@pytest.mark.parametrize(
    ("text", "files"),
    [
        ("int f(void);", {}),
        ('#include "a.h"\n#include <vector>', {"/src/a.h": '#include "b.h"', "/src/include/b.h": ""}),
        # A ring, and a name that nothing has.
        ('#include "a.h"', {"/src/a.h": '#include "a.h"\n#if __has_include("gone.h")\n#endif'}),
        # A project's own folder is called as one of Python's is.
        ("#include <cpython/own.h>", {"/src/include/cpython/own.h": ""}),
        ("#ifdef __has_include\n# if __has_include(<optional>)\n# endif\n#endif", {}),
        ("#if defined(__has_include) && __has_include(<optional>)\n#endif", {}),
    ],
)
def test_a_source_without_python(text: str, files: Mapping[str, str]) -> None:
    assert flags_left(text, files=files) == LEAN


@pytest.mark.parametrize(
    ("text", "files"),
    [
        ("#include <Python.h>", {}),
        ('#include "Python.h"', {}),
        ("#if __has_include(<Python.h>)\n#endif", {}),
        ("#if 0\n#include <Python.h>\n#endif", {}),
        ("#define HEADER <Python.h>\n", {}),
        ("#include <Pyth\\\non.h>", {}),
        ("#include <cpython/../Python.h>", {}),
        # On some hosts that is the same file.
        ("#include <python.H>", {}),
        ('#include "a.h"', {"/src/include/a.h": '#include "../b.h"', "/src/b.h": "#include <Python.h>"}),
        # What a macro makes is not known.
        ("#define S(x) #x\n#include S(Python.h)", {}),
        ("#define H(x) __has_include(x)\n", {}),
        ("%:include HEADER", {}),
        ('#include "odd name.h"', {}),
        # What assemblers and dates read.
        ('__asm__(".incbin \\"Python.h\\"");', {}),
        ("const char *d = __DATE__;", {}),
        ("int a;\0", {}),
        # What the source includes is not there to be read: a folder.
        ('#include "a"', {"/src/a/b.h": "", "/src/include/a": "#include S(Python.h)"}),
    ],
)
def test_a_source_that_might_ask_for_python(text: str, files: Mapping[str, str]) -> None:
    assert flags_left(text, files=files) == KEPT


@pytest.mark.parametrize(
    "flags",
    [
        ("-DHEADER=<Python.h>",),
        ("-include", "Python.h"),
        ("-imacros", "x.h"),
        ("-Xclang", "-include", "-Xclang", "Python.h"),
        ("-Wp,-include,Python.h",),
        ("-fmodules",),
        ("-mllvm", "-x"),
        ("--config=x",),
        ("@more",),
    ],
)
def test_flags_that_might_name_a_header(flags: tuple[str, ...]) -> None:
    assert flags_left("", *flags) == (*KEPT, *flags)


def test_flags_that_stay() -> None:
    flags = (
        "-Iown",
        "-iquote",
        "/q",
        "-DA=1",
        "-U",
        "B",
        "-O3",
        "-std=c++20",
        "-march=x86-64",
        "-Wall",
        "-g0",
    )
    features = ("-Xclang", "-target-feature", "-Xclang", "+crc32")
    assert flags_left("", *flags, *features) == (*LEAN, *flags, *features)


def test_each_python_is_looked_at_by_itself() -> None:
    asks = "#if __has_include(<critical_section.h>)\n#endif"
    assert flags_left(asks, python=PYTHON[0]) == LEAN
    assert flags_left(asks, python=PYTHON[1]) == KEPT


def test_folders_of_a_build_environment() -> None:
    files = {"/env/1/include/numpy/arrayobject.h": ""}
    folders = ("-I/env/1/include", "-I", f"{PYTHON[1]}/", "-I/env/1/empty")
    assert flags_left("", *folders, files=files) == LEAN
    asks = "#include <numpy/arrayobject.h>"
    assert flags_left(asks, *folders, files=files) == (*KEPT, *folders)


def test_what_the_systems_own_headers_might_ask_for_stays(tmp_path: Path) -> None:
    for name in (
        "src/a.c",
        "env/1/linux/types.h",
        "env/2/numpy/a.h",
        "zig/libc/include/any-linux-any/linux/a.h",
    ):
        (tmp_path / name).parent.mkdir(parents=True)
        (tmp_path / name).touch()
    looking = HeaderSearch(zig_lib=tmp_path / "zig", environments=(tmp_path / "env",))
    folders = [f"-I{tmp_path}/env/1", f"-I{tmp_path}/env/2"]
    source = Source(path=f"{tmp_path}/src/a.c", flags=tuple(folders))
    assert looking.without_unneeded(source, python="", include_dirs=())[0] == source
    source = Source(path=source.path, flags=(folders[1],))
    assert looking.without_unneeded(source, python="", include_dirs=())[0].flags == ()


def identities(text: Mapping[str, str], *flags: str, folder: str = "/one/1") -> object:
    """What is the same of two compiles of ``a.cpp`` in different copies of a project."""
    looking = search({f"{folder}/{name}": content for name, content in text.items()})
    given = (
        "-isystem",
        PYTHON[0],
        f"-ffile-prefix-map={folder}=.",
        *(flag.replace("@", folder) for flag in flags),
    )
    source = Source(path=f"{folder}/a.cpp", flags=given)
    _, identity = looking.without_unneeded(source, python=PYTHON[0], include_dirs=())
    assert identity is not None
    return identity


def test_copies_of_a_project_are_one() -> None:
    text = {"a.cpp": '#include "a.h"', "include/a.h": "int f();"}
    first = identities(text, "-I@/include", "-DA")
    assert first == identities(text, "-I@/include", "-DA", folder="/one/2")
    # Another header, flag, folder, a header more that shadows.
    assert first != identities({**text, "include/a.h": "int g();"}, "-I@/include", "-DA", folder="/one/2")
    assert first != identities(text, "-I@/include", "-DB", folder="/one/2")
    assert first != identities(text, "-I@/include", "-I@", "-DA", folder="/one/2")
    assert first != identities(text, "-isystem@/include", "-DA", folder="/one/2")
    assert first != identities({**text, "a.h": "int f();"}, "-I@/include", "-DA", folder="/one/2")
    # A macro that holds the folder's name is what it is.
    assert identities(text, "-DA=@") != identities(text, "-DA=@", folder="/one/2")
