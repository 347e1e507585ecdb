"""What the project asks of this machine, and of modules that answer for it."""

from __future__ import annotations

import os
import sys
from types import ModuleType, SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from pyz3.guests.hook.children import _cannot_show
from pyz3.guests.hook.machine import Machine
from pyz3.guests.hook.view import Scope, _os_attributes

if TYPE_CHECKING:
    from pathlib import Path

SIZES = {"long": 4, "void_p": 4, "long_double": 8}


def run(code: str, file: Path, **scope: object) -> dict[str, Any]:
    """Run code of a file; give its names."""
    exec(compile(code, str(file), "exec"), scope)  # noqa: S102 - frames of that file
    return scope


def test_who_asks_numpy_for_types_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "site").mkdir()
    text = "dtype = int\ninclude = 'there'\ndef get_include():\n    return include\n"
    (tmp_path / "site" / "numpy.py").write_text(text)
    monkeypatch.setattr(sys, "meta_path", [*sys.meta_path])
    monkeypatch.syspath_prepend(tmp_path / "site")
    monkeypatch.delitem(sys.modules, "numpy", raising=False)
    machine = Machine(Scope([str(tmp_path / "project")]), str(tmp_path / "asked"))
    before = [*sys.meta_path]
    machine.watch_sizes({"sizes": SIZES, "pages": (4096, 4096)})
    code = "import numpy\nfound = numpy.get_include()\nnumpy.include = 'here'\n"
    own = run(code, tmp_path / "project" / "setup.py")
    assert (own["found"], own["numpy"].get_include(), sys.meta_path) == ("there", "here", before)
    run("numpy.dtype", tmp_path / "elsewhere.py", numpy=own["numpy"])
    assert machine.asked() == []
    assert run("kind = numpy.dtype", tmp_path / "project" / "a.py", numpy=own["numpy"])["kind"] is int
    assert machine.asked() == ["numpy.dtype"]
    assert Machine(Scope([]), str(tmp_path / "asked")).asked() == ["numpy.dtype"]
    assert type(ModuleType("other")) is ModuleType
    del sys.modules["numpy"]  # monkeypatch would put it back


@pytest.mark.parametrize(
    ("command", "told"),
    [
        ("python3.13 -I -c pass", "python -I"),
        ("/usr/bin/python -WE script.py", "python -WE"),
        ("python -m platform", "python -m platform"),
        ("python script.py -I", ""),
        ("python -c pass -S", ""),
        ("python -m build -E", ""),
        ("cc -I include", ""),
        ("", ""),
    ],
)
def test_pythons_that_see_this_machine(command: str, told: str) -> None:
    assert _cannot_show(command.split()) == told


@pytest.mark.skipif(not hasattr(os, "sysconf"), reason="not on Windows")
def test_sysconf() -> None:
    view = {"os_name": "posix", "libc": ("glibc", "2.17"), "sizes": SIZES, "pages": (0, 0)}
    shown: Any = _os_attributes({**view, **dict.fromkeys(("system", "release", "version", "machine"), "")})
    assert shown["sysconf"]("SC_LONG_BIT") == 32
    assert shown["sysconf"](os.sysconf_names["SC_LONG_BIT"]) == 32
    assert shown["sysconf"]("SC_PAGE_SIZE") == os.sysconf("SC_PAGE_SIZE")
    view["pages"] = (16384, 16384)
    shown = _os_attributes({**view, **dict.fromkeys(("system", "release", "version", "machine"), "")})
    assert [shown["sysconf"](name) for name in ("SC_PAGESIZE", os.sysconf_names["SC_PAGE_SIZE"])] == [
        16384
    ] * 2


@pytest.mark.skipif(sys.platform == "win32", reason="asks for files of POSIX systems")
def test_a_requirement_that_asks_for_the_project_is_heard(tmp_path: Path) -> None:
    """As ``cpuinfo`` does for cityhash: this machine's processor decided what was compiled for a target."""
    project, site = tmp_path / "project" / "setup.py", tmp_path / "site"
    machine = Machine(Scope([str(tmp_path / "project")]), str(tmp_path / "asked"))
    text = "def ask(path):\n    hear(path)\n"
    informant = run(text, site / "cpuinfo.py", hear=machine.hear, __name__="cpuinfo.cpuinfo")["ask"]
    builder = run(text, site / "setuptools.py", hear=machine.hear, __name__="setuptools.dist")["ask"]
    run("ask('/etc/hosts')", project, ask=informant)
    run("ask('/etc/passwd')", project, ask=builder)
    run("ask('/etc/group')", site / "other.py", ask=informant)
    (site / "asks.py").parent.mkdir()
    (site / "asks.py").write_text("import hearing\nhearing.ask('/etc/services')\n")
    hearing = ModuleType("hearing")
    vars(hearing)["ask"] = informant
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules, "hearing", hearing)
        patch.syspath_prepend(site)
        run("import asks", project)
    del sys.modules["asks"]
    assert machine.asked() == ["/etc/hosts"]


def test_in_a_command_of_the_project_all_but_builders_ask_for_it(tmp_path: Path) -> None:
    machine = Machine(Scope([], commands=True), str(tmp_path / "asked"))
    here = {"f_globals": {"__name__": "__main__"}, "f_back": None}
    frame = SimpleNamespace(f_code=SimpleNamespace(co_filename=str(tmp_path / "x.py"), co_name="x"), **here)
    assert machine._is_projects(frame)  # type: ignore[arg-type] # as one
    frame.f_globals = {"__name__": "pip._internal"}
    assert not machine._is_projects(frame)  # type: ignore[arg-type] # as one
