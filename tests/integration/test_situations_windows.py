"""Links for Windows: what needs mingw-w64's runtime gets it, what does not is linked without."""

from __future__ import annotations

import re
import shutil
from typing import TYPE_CHECKING

import lief
import situations

from pyz3.audit import facts_of

if TYPE_CHECKING:
    from pathlib import Path

# Module → what its value() gives, and what it needs the runtime for: as -v tells it.
PARTS = {
    "plain": ("5", ""),
    "wide": ("795", ""),
    "printing": ("('2.500 8 1234567890123456789 0.25', 3.25, 1)", ""),
    "sockets": ("1", ""),
    "main": ("1", ""),
    "constructor": ("42", "section .ctors"),
    "thread_local": ("42", "_tls_index"),
    "at_exit": ("0", "atexit"),
    "mingw_printf": ("2.50", "__mingw_snprintf"),
    "gamma": ("572", "lgamma"),
    "crt_table": ("43", "section .CRT$"),
    "scanning": ("(2.5, 1)", "__mingw_sscanf"),
    "threads": ("1", "clock_gettime64, pthread_create, pthread_join"),
    "options": ("5", "getopt, optarg"),
    "addresses": ("(1, 1)", "gai_strerrorA"),
    "whole": ("0", "__mingw_raise_matherr"),
}
# Of these the runtime has no part of its own.
WHOLE = {"whole"}


def test_a_dll_is_linked_with_the_runtime_that_it_needs(pyz3_cache: Path, tmp_path: Path) -> None:
    project = situations.PROJECTS / "lean_links"
    built = situations.build(project, "-v", cache=pyz3_cache, tmp_path=tmp_path, platforms=("windows-x64",))
    assert built.done.returncode == 0, built.done.stderr
    said = built.done.stdout + built.done.stderr
    found = re.findall(r"(\w+)\.\S+ is linked with (\w+) of mingw-w64's runtime: (.*)", said)
    told = {name: reason for name, _, reason in found}
    assert told == {name: reason for name, (_, reason) in PARTS.items() if reason}
    assert {name for name, how_much, _ in found if how_much == "all"} == WHOLE
    code = f"for name in {list(PARTS)}: print(__import__(name).value())"
    expected = "\n".join(value for value, _ in PARTS.values())
    assert built.prints(code, ("win_amd64-3.13",)) == {"win_amd64-3.13": expected}
    files = {name.partition(".")[0]: content for name, content in built.files("win_amd64").items()}
    for name, content in files.items():
        binary = lief.PE.parse(list(content))
        assert binary is not None
        assert binary.has_tls is (name in told), name  # mingw-w64's start-up code has one
        (facts,) = facts_of(content, name=name)
        assert set(facts.exported) == {f"PyInit_{name}"}


SETUP = """\
from setuptools import Extension, setup
from setuptools.command.build_ext import build_ext

class Looking(build_ext):  # so that the compilers are run
    def run(self):
        super().run()
        print(*(len(open(output, "rb").read()) for output in self.get_outputs()))

def extension(source, name, part):
    libraries = ["ws2_32"] if name in ("sockets", "addresses") else []
    return Extension(name, [source], define_macros=[("NAME", name), ("PART", part)], libraries=libraries)

modules = [extension("part.c", name, part) for part, name in enumerate(NAMES)]
modules += [extension("part.cpp", "cxx_plain", 0), extension("part.cpp", "cxx_streams", 3)]
setup(name="links", version="1", packages=[], ext_modules=modules, cmdclass={"build_ext": Looking})
"""


def test_links_by_commands_of_a_project_take_no_more(pyz3_cache: Path, tmp_path: Path) -> None:
    project = tmp_path / "p"
    project.mkdir()
    for name in ("lean_links/part.c", "libcxx_parts/part.cpp"):
        shutil.copy(situations.PROJECTS / name, project)
    (project / "setup.py").write_text(SETUP.replace("NAMES", repr([*PARTS])), encoding="utf-8")
    built = situations.build(project, cache=pyz3_cache, tmp_path=tmp_path, platforms=("windows-x64",))
    assert built.done.returncode == 0, built.done.stderr
    names = [*PARTS, "cxx_plain", "cxx_streams"]
    code = f"for name in {names}: print(__import__(name).value())"
    expected = "\n".join([*(value for value, _ in PARTS.values()), "7", "7"])
    assert built.prints(code, ("win_amd64-3.13",)) == {"win_amd64-3.13": expected}
    size = {name.partition(".")[0]: len(content) for name, content in built.files("win_amd64").items()}
    assert [name for name, (_, reason) in PARTS.items() if size[name] < 12_000] == [
        name for name, (_, reason) in PARTS.items() if not reason
    ]
    assert [name for name in PARTS if size[name] > 60_000] == [*WHOLE]
    assert size["cxx_plain"] < 250_000
