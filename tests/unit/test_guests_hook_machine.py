"""What the project asks of this machine, and of modules that answer for it."""

from __future__ import annotations

import os
import sys
from types import ModuleType
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
