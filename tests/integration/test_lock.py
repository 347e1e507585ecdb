"""A lock file with versions and hashes of the registry: what is in it builds the wheel, or nothing does."""

from __future__ import annotations

import re
import shutil
import sys
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import factory
import pytest
from bills import read_bill
from runtimes import missing

from pyz3._toml import load_toml
from pyz3.sources.pip import offline_tip

if TYPE_CHECKING:
    import subprocess

HERE = ".".join(map(str, sys.version_info[:2]))
PYPROJECT = """\
[build-system]
requires = ["setuptools>=80,<81", "cython{}"]
build-backend = "setuptools.build_meta"
"""
SETUP = """\
import Cython
from Cython.Build import cythonize
from setuptools import Extension, setup
setup(
    name="probe", version="1", description="by Cython " + Cython.__version__,
    ext_modules=cythonize([Extension("probe", ["probe.pyx"])]),
)
"""
OLD = "3.1.0"
LOCK = "pylock.pyz3.toml"


class Project:
    """A project that Cython translates, in a folder of its own."""

    def __init__(self, root: Path, cache: Path) -> None:
        root.mkdir()
        self.root, self.cache = root, cache
        (root / "setup.py").write_text(SETUP)
        (root / "probe.pyx").write_text("def answer():\n    return 42\n")
        self.require("==" + OLD)

    def require(self, cython: str) -> None:
        (self.root / "pyproject.toml").write_text(PYPROJECT.format(cython))

    def pyz3(self, *words: str, **changes: str) -> subprocess.CompletedProcess[str]:
        return factory.pyz3(*words, cache=self.cache, cwd=self.root, **changes)

    def lock(self, *words: str) -> subprocess.CompletedProcess[str]:
        done = self.pyz3("lock", "--python", HERE, *words)
        if done.returncode and offline_tip(done.stderr) is not None:
            missing(f"the registry is out of reach: {done.stderr[-300:]}")
        return done

    def built_by(self) -> str:
        (wheel,) = self.root.glob("dist/*.whl")
        with zipfile.ZipFile(wheel) as archive:
            metadata = archive.read("probe-1.dist-info/METADATA").decode()
        found = re.search(r"^Summary: by Cython (.*)$", metadata, re.MULTILINE)
        assert found is not None
        return found[1]

    def files_in_bill(self) -> dict[str, list[dict[str, str]]]:
        """Give what the wheel's bill says that it may have been built with: addresses and hashes."""
        (wheel,) = self.root.glob("dist/*.whl")
        with zipfile.ZipFile(wheel) as archive:
            components = read_bill(archive)["components"]
        return {
            file["url"]: file["hashes"]
            for one in components
            if one.get("scope") == "excluded"
            for file in one.get("externalReferences", ())
        }

    def files_in_lock(self) -> dict[str, list[dict[str, str]]]:
        """Give the same of the lock file."""
        packages = load_toml((self.root / LOCK).read_text())["packages"]
        return {
            f"pkg:pypi/{package['name']}@{package['version']}?file_name={wheel['url'].rpartition('/')[2]}": [
                {"alg": "SHA-256", "content": wheel["hashes"]["sha256"]}
            ]
            for package in packages
            for wheel in package["wheels"]
        }


@pytest.fixture
def project(tmp_path: Path, pyz3_cache: Path) -> Project:
    return Project(tmp_path / "probe", pyz3_cache)


def test_a_locked_version_is_kept_used_and_checked_and_nothing_else_is_taken(project: Project) -> None:
    done = project.pyz3("wheel", "--locked")
    assert (done.returncode, done.stderr) == (
        2,
        f"error: locked: {project.root} has no {LOCK}\ntip: pyz3 lock writes it: commit it, too\n",
    )
    done = project.lock()
    assert (done.returncode, done.stdout.splitlines()[0]) == (0, f"+ cython {OLD}"), done.stderr
    assert done.stdout.endswith(f"{project.root / LOCK}: written\n")
    # Newer ones would do; those that are locked stay.
    project.require(f">={OLD}")
    text = (project.root / LOCK).read_text()
    done = project.lock()
    assert (done.returncode, done.stdout) == (0, f"{project.root / LOCK}: as it was\n")
    assert (project.root / LOCK).read_text() == text
    done = project.pyz3("wheel", "--checksums", PYZ3_LOCKED="1")
    assert (done.returncode, done.stderr) == (0, "")
    assert "note:" not in done.stdout
    assert done.stdout.endswith(f"{Path('dist', 'SHA256SUMS')}: written\n")
    assert project.built_by() == OLD
    (wheel,) = project.root.glob("dist/*.whl")
    digest = factory.digests(project.root / "dist")[wheel.name]
    assert (project.root / "dist" / "SHA256SUMS").read_text() == f"{digest}  {wheel.name}\n"
    files = project.files_in_bill()
    assert files == project.files_in_lock()
    assert {name.partition("?")[0].rpartition("@")[0] for name in files} == {
        *("pkg:pypi/cython", "pkg:pypi/setuptools")
    }
    # Without the option it is used all the same, and told; where it lacks something, that is told.
    done = project.pyz3("wheel")
    assert (done.returncode, done.stdout.splitlines()[0]) == (
        0,
        f"note: the build requirements are those of {LOCK}",
    )
    assert factory.digests(project.root / "dist")[wheel.name] == digest
    project.require(">3.1.0")
    lacking = f"{LOCK} has nothing for cython>3.1.0 and Python {HERE}"
    done = project.pyz3("wheel", "--locked")
    assert (done.returncode, lacking in done.stderr) == (1, True), done.stderr
    assert "tip: pyz3 lock adds what is missing\n" in done.stderr
    done = project.pyz3("wheel")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(f"note: {lacking}: the build requirements are installed unlocked (")
    assert project.built_by() != OLD
    assert project.files_in_bill() == {}  # which file the installer took, it does not tell
    done = project.lock("--check")
    assert done.returncode == 1
    assert '-version = "3.1.0"\n' in done.stdout
    assert (project.root / LOCK).read_text() == text
    refuses_another_hash(project)


def refuses_another_hash(project: Project) -> None:
    shutil.rmtree(project.root / "dist")
    path = project.root / LOCK
    text = path.read_text()
    digests = re.findall(r'sha256 = "(\w{64})"', text)
    assert len(digests) > 2
    # Nobody has an environment of these hashes in a cache.
    for digest in digests:
        text = text.replace(digest, digest[::-1])
    path.write_text(text)
    done = project.pyz3("wheel")  # without the option, too
    assert done.returncode == 1
    assert f"what is locked cannot be installed for Python {HERE}; uv says:\n" in done.stderr
    assert "Hash mismatch for `" in done.stderr
    assert "tip: if a file has another hash, find out why; " in done.stderr
    assert sorted(path.name for path in project.root.iterdir()) == [
        *("probe.pyx", LOCK, "pyproject.toml", "setup.py")
    ]
