"""Import libraries link, and what is linked imports what was meant."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import lief
import pytest

from pyz3.capi import SymbolList, import_library
from pyz3.errors import Pyz3Error
from pyz3.store import Cache
from pyz3.targets import PythonVersion

if TYPE_CHECKING:
    from pathlib import Path

    from pyz3.capi.import_library import Architecture

ZIG = (sys.executable, "-m", "ziglang")
SYMBOLS = SymbolList(
    functions=frozenset({"PyLong_FromLong", "PyNever_Used"}),
    data=frozenset({"PyExc_ValueError"}),
)
# Without a C library: nothing but the API is imported.
SOURCE = """
__declspec(dllimport) void *PyLong_FromLong(long);
__declspec(dllimport) extern void *PyExc_ValueError;
__declspec(dllexport) void *use(void) { return PyExc_ValueError ? PyLong_FromLong(1) : 0; }
int STDCALL _DllMainCRTStartup(void *module, unsigned reason, void *reserved) { return 1; }
"""


@pytest.mark.parametrize(
    ("arch", "target"),
    [("amd64", "x86_64-windows-gnu"), ("arm64", "aarch64-windows-gnu"), ("x86", "x86-windows-gnu")],
)
@pytest.mark.parametrize("text", ["3.9", "3.13t"])
def test_linked_module_imports_from_the_interpreter(
    tmp_path: Path, arch: Architecture, target: str, text: str
) -> None:
    version = PythonVersion.parse(text)
    library = import_library(SYMBOLS, version=version, arch=arch, cache=Cache(tmp_path / "cache"), zig=ZIG)
    assert library.name == f"python{version.nodot}.lib"
    (tmp_path / "use.c").write_text(SOURCE)
    command = [*ZIG, "cc", "-target", target, "-shared", "-nostdlib", "-O2", "-o", "use.dll", "use.c"]
    calling = "-DSTDCALL=__stdcall" if arch == "x86" else "-DSTDCALL="
    subprocess.run([*command, calling, str(library)], check=True, cwd=tmp_path)
    binary = lief.PE.parse(str(tmp_path / "use.dll"))
    assert binary is not None
    imports = {str(dll.name): sorted(str(entry.name) for entry in dll.entries) for dll in binary.imports}
    assert imports == {f"python{version.nodot}.dll": ["PyExc_ValueError", "PyLong_FromLong"]}


def test_made_once(tmp_path: Path) -> None:
    version = PythonVersion(3, 13)
    library = import_library(SYMBOLS, version=version, arch="amd64", cache=Cache(tmp_path), zig=ZIG)
    before = library.stat().st_mtime_ns
    # No zig is needed the second time.
    again = import_library(SYMBOLS, version=version, arch="amd64", cache=Cache(tmp_path), zig=("no zig",))
    assert again == library
    assert library.stat().st_mtime_ns == before
    assert sorted(path.name for path in library.parent.iterdir()) == ["python313.lib", "python313.lib.seal"]


@pytest.mark.parametrize("how", ["emptied", "changed"])
def test_damaged_library_is_made_again(how: str, tmp_path: Path) -> None:
    version = PythonVersion(3, 13)
    library = import_library(SYMBOLS, version=version, arch="amd64", cache=Cache(tmp_path), zig=ZIG)
    content = library.read_bytes()
    library.write_bytes(b"" if how == "emptied" else content.replace(b"PyLong_From", b"PyLonG_From"))
    assert import_library(SYMBOLS, version=version, arch="amd64", cache=Cache(tmp_path), zig=ZIG) == library
    assert library.read_bytes() == content


def test_failing_tool_is_named(tmp_path: Path) -> None:
    failing = (sys.executable, "-c", "raise SystemExit('no such tool')")
    with pytest.raises(Pyz3Error) as caught:
        import_library(
            SYMBOLS, version=PythonVersion(3, 13), arch="amd64", cache=Cache(tmp_path), zig=failing
        )
    assert caught.value.message == "zig could not make the import library of python313.dll:\nno such tool"
