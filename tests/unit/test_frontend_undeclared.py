"""What is said of a pure wheel whose project could have had extension modules."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pyz3.frontends.undeclared import undeclared_extensions

if TYPE_CHECKING:
    from pathlib import Path

_PURE = "speaks of extension modules, and declares none for this build: the wheel is pure Python"


@pytest.mark.parametrize(
    ("setup", "said"),
    [
        ("from setuptools import setup\nsetup()\n", None),
        ("# ext_modules=\n    # Extension\nsetup()\n", None),
        ("setup(ext_modules=[])\n", f"setup.py {_PURE}"),
        (
            "x = os.environ.get('THING_CYTHON')\nenviron['THING_B']\ncythonize('x.pyx')\n",
            f"setup.py {_PURE}; variables that it asks for: THING_B, THING_CYTHON",
        ),
        (
            "x = 'THING_C' in os.environ\nos.getenv( 'THING_A', '1')\nos.environ['CC']\nExtension('x', [])\n",
            f"setup.py {_PURE}; variables that it asks for: THING_A, THING_C",
        ),
    ],
)
def test_what_setup_py_speaks_of(tmp_path: Path, setup: str, said: str | None) -> None:
    (tmp_path / "setup.py").write_text(setup)
    assert undeclared_extensions(tmp_path) == said


def test_a_backend_of_the_projects_own(tmp_path: Path) -> None:
    assert undeclared_extensions(tmp_path, ("_build",)) is None
    (tmp_path / "_build").mkdir()
    (tmp_path / "_build" / "backend.py").write_text('if "FAST" in environ: cythonize("x.pyx")\n')
    said = undeclared_extensions(tmp_path, ("_build",))
    assert said == f"_build/backend.py {_PURE}; variables that it asks for: FAST"
