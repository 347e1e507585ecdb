"""``pyz3 init`` in an empty folder and in projects that exist, up to a wheel that runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import factory
import runtimes

from pyz3.targets import PythonVersion

if TYPE_CHECKING:
    from pathlib import Path

PYPROJECT = """\
# By hand.
[build-system]
requires = ["setuptools"]
build-backend = "setuptools.build_meta"

[project]
name = "probe"
version = "1"
"""


def run(root: Path, code: str, cache: Path, tmp_path: Path) -> str:
    done = factory.pyz3("wheel", root, "-o", tmp_path / "dist", cache=cache)
    assert done.returncode == 0, done.stderr
    (name,) = factory.listing(tmp_path / "dist")
    runtime = runtimes.require(f"host-{PythonVersion.current()}")
    return runtimes.run_python(runtime, code, wheels=[tmp_path / "dist" / name], tmp_path=tmp_path)


def test_a_setuptools_project_with_c(tmp_path: Path, pyz3_cache: Path) -> None:
    root = tmp_path / "p"
    (root / "probe").mkdir(parents=True)
    (root / "pyproject.toml").write_text(PYPROJECT)
    (root / "probe" / "__init__.py").write_text("from probe._c import answer\n")
    (root / "probe" / "_c.c").write_text(factory.ANSWER % {"name": "_c"})
    done = factory.pyz3("init", root, cache=pyz3_cache)
    assert done.returncode == 2
    assert done.stdout.endswith(
        '+\n+[[tool.pyz3.extensions]]\n+name = "probe._c"\n+sources = ["probe/_c.c"]\n'
    ), done.stdout
    assert "tip: agree beforehand: pyz3 init --yes" in done.stderr
    assert (root / "pyproject.toml").read_text() == PYPROJECT
    done = factory.pyz3("init", root, "--yes", cache=pyz3_cache)
    assert done.returncode == 0, done.stderr
    assert (root / "pyproject.toml").read_text().startswith("# By hand.\n[build-system]\n")
    assert run(root, "import probe; print(probe.answer())", pyz3_cache, tmp_path) == "42\n"


def test_a_pure_project_gets_a_module(tmp_path: Path, pyz3_cache: Path) -> None:
    root = tmp_path / "p"
    (root / "src" / "probe").mkdir(parents=True)
    (root / "pyproject.toml").write_text(PYPROJECT)
    (root / "src" / "probe" / "__init__.py").write_text("")
    done = factory.pyz3("init", root, "--language", "c", "--fallback", "--yes", cache=pyz3_cache)
    assert done.returncode == 0, done.stderr
    assert factory.listing(root / "src" / "probe") == ["__init__.py", "_core.c", "_core.pyi"]
    code = "from probe import _core; print(hex(_core.fnv1a(b'a')), sorted(_core.build_info()))"
    root.joinpath("pyproject.toml").write_text(
        root.joinpath("pyproject.toml").read_text().replace("fallback = true\n", "")
    )
    assert run(root, code, pyz3_cache, tmp_path) == (
        "0xaf63dc4c8601ec8c ['builder', 'compiler', 'optimize', 'source_date', 'target']\n"
    )


def test_refuses_with_exit_code_2(tmp_path: Path, pyz3_cache: Path) -> None:
    (tmp_path / "tests").write_text("mine\n")
    done = factory.pyz3("init", tmp_path, "--name", "probe", cache=pyz3_cache)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        f"error: {tmp_path}: in the way, and left as they are: tests\n"
        "tip: choose an empty folder: pyz3 init DIR\n"
        'more: pyz3 explain "in the way, and left as they are: …"\n'
    )
    assert factory.listing(tmp_path) == ["tests"]
