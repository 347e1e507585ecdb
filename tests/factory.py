"""What tests of the whole factory share: projects on disk, the command line, folders as values."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from typing import TYPE_CHECKING

from runtimes import runtimes_dir

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

# What `pip` and `uv` must be kept from reading, and what would steer pyz3 itself.
_STEERING = ("PYZ3_", "PYTHON", "PIP_", "UV_", "ZIG_", "GITHUB_")
_OTHERS = frozenset(
    {
        "VIRTUAL_ENV",
        "CONDA_PREFIX",
        "SOURCE_DATE_EPOCH",
        "MACOSX_DEPLOYMENT_TARGET",
        "PYDUST_OPTIMIZE",
        "NO_COLOR",
    }
)

# A build takes seconds; with everything cold on a busy machine, minutes.
_TIMEOUT_SECONDS = 600

# Nothing else of the environment counts.  The cache of all tests has no limit: what one has compiled is there
# for the next.
BARE = {"PYZ3_CACHE_SIZE": "0"}

ANSWER = """\
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#ifndef ANSWER
#define ANSWER 42
#endif
static PyObject *answer(PyObject *self, PyObject *unused) { return PyLong_FromLong(ANSWER); }
static PyMethodDef methods[] = {{"answer", answer, METH_NOARGS, NULL}, {NULL, NULL, 0, NULL}};
static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "%(name)s", NULL, 0, methods};
PyMODINIT_FUNC PyInit_%(name)s(void) { return PyModule_Create(&module); }
"""


# What follows [project] in a project that pyz3 builds, before its extensions.
NATIVE = """\
[build-system]
requires = ["pyz3"]
build-backend = "pyz3.backend"
[tool.pyz3]
packages = []
"""

# The same in one that has backend.py build it, which own_backend() gives.
IN_TREE = """\
[build-system]
requires = []
build-backend = "backend"
backend-path = ["."]
"""

_BACKEND = """\
import os, shlex, subprocess, sysconfig, zipfile

def build_wheel(folder, config_settings=None, metadata_directory=None):
    suffix = sysconfig.get_config_var("EXT_SUFFIX")
    include = "-I" + sysconfig.get_path("include")
    cc, cxx = shlex.split(os.environ["CC"]), shlex.split(os.environ["CXX"])
    def run(*command):
        subprocess.run(command, check=True)
    # commands
    platform = sysconfig.get_platform().replace("-", "_").replace(".", "_")
    tag, info = f"cp313-cp313-{platform}", "probe-1.dist-info/"
    name = f"probe-1-{tag}.whl"
    with zipfile.ZipFile(os.path.join(folder, name), "w") as wheel:
        for module in sorted(one for one in os.listdir() if one.endswith(suffix)):
            wheel.write(module)
        wheel.writestr(info + "METADATA", "Metadata-Version: 2.1\\nName: probe\\nVersion: 1\\n")
        wheel.writestr(info + "WHEEL", f"Wheel-Version: 1.0\\nRoot-Is-Purelib: false\\nTag: {tag}\\n")
        wheel.writestr(info + "RECORD", "")
    return name
"""


def own_backend(*commands: str) -> str:
    """A build backend that puts what its commands make into a wheel for CPython 3.13.

    Args:
        commands: Lines of Python; they know ``cc``, ``cxx``, ``run()``, ``include``, ``suffix``.
    """
    return _BACKEND.replace("# commands", "\n    ".join(commands))


def environment(cache: Path, **changes: str) -> dict[str, str]:
    """This process's variables without those that steer a build, with ``cache`` and ``changes``."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(_STEERING) and name not in _OTHERS
    }
    return {**kept, "PYZ3_CACHE_DIR": str(cache), **BARE, **changes}


def pyz3_command(*args: str | Path) -> list[str]:
    """``python -m pyz3 …``, the whole command line."""
    return [sys.executable, "-m", "pyz3", *map(str, args)]


def run(
    command: list[str], *, env: Mapping[str, str], cwd: Path | None = None
) -> subprocess.CompletedProcess[str]:
    """Run a command to its end; its output is text."""
    return subprocess.run(
        command,
        capture_output=True,
        check=False,
        cwd=cwd,
        encoding="utf-8",
        env=dict(env),
        timeout=_TIMEOUT_SECONDS,
    )


def pyz3(
    *args: str | Path, cache: Path, cwd: Path | None = None, **changes: str
) -> subprocess.CompletedProcess[str]:
    """Run the command line; ``changes`` are environment variables."""
    return run(pyz3_command(*args), env=environment(cache, **changes), cwd=cwd)


def write_project(root: Path, pyproject: str, files: Mapping[str, str]) -> Path:
    """Make a project called ``probe``, version 1.

    Args:
        root: Its folder, not there yet.
        pyproject: What follows the ``[project]`` table.
        files: Its other files.
    """
    head = '[project]\nname = "probe"\nversion = "1"\nrequires-python = ">=3.9"\n'
    for name, text in {**files, "pyproject.toml": head + pyproject}.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return root


def extension(name: str, *sources: str) -> str:
    """An ``[[tool.pyz3.extensions]]`` table."""
    quoted = ", ".join(f'"{source}"' for source in sources)
    return f'[[tool.pyz3.extensions]]\nname = "{name}"\nsources = [{quoted}]\n'


def listing(folder: Path) -> list[str]:
    """Every file and folder below ``folder``, hidden ones too; empty if it does not exist."""
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*"))


def digests(folder: Path) -> dict[str, str]:
    """SHA-256 of every file below ``folder``."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def more_headers() -> tuple[Path, ...]:
    """Headers that scripts/runtimes.sh provides for Pythons that are not on every machine."""
    return tuple(
        path
        for version in ("3.14", "3.15")
        if (path := runtimes_dir() / "include" / f"python{version}").is_dir()
    )
