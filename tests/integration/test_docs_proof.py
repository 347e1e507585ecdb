"""The proof: as the site says, two projects go from `git init` to installed on every kind of system here.

What is typed stands on the pages; only names and the lists of Pythons and platforms are others.  This
machine's interpreters have a pip, and those of scripts/runtimes.sh that need no emulation run a copy of the
tests'.  Under emulation that takes twenty seconds each, and Pyodide has no sockets: there the page's command
for another machine is given.  uv asks each interpreter what it is, also under emulation, and installs
the same.
"""

from __future__ import annotations

import os
import shlex
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import factory
import pages
import pip
import pytest
from indexes import serving
from runtimes import Runtime, all_known, missing, run_python

from pyz3.targets import Target

if TYPE_CHECKING:
    from collections.abc import Mapping

HOWTO = Path(__file__).resolve().parents[2] / "docs" / "howto"
INDEX = HOWTO / "index-server.md"
# What pip calls the systems that it is told of: pip takes long in the free-threaded interpreter, too.
TAGS = {
    "linux_x86_64-3.13t": "manylinux2014_x86_64",
    "linux_aarch64": "manylinux2014_aarch64",
    "linux_i686": "manylinux2014_i686",
    "linux_armv7l": "manylinux2014_armv7l",
    "linux_ppc64le": "manylinux2014_ppc64le",
    "linux_s390x": "manylinux2014_s390x",
    "linux_riscv64": "manylinux_2_39_riscv64",
    "win_amd64": "win_amd64",
    "pyodide-0.27.7": "pyodide_2024_0_wasm32",
    "pyodide-0.29.4": "pyemscripten_2025_0_wasm32",
    "pyodide": "pyemscripten_2026_0_wasm32",
    "pyodide-315.0.0-alpha.2": "pyemscripten_2026_5_wasm32",
}
# That for ARM is told by a variable where its library is, and uv has it read none.  To ask Pyodide takes ten
# seconds: one does for all.
UNASKED = frozenset({"linux_armv7l-3.13", "pyodide-0.27.7", "pyodide", "pyodide-315.0.0-alpha.2"})


def start(name: str, path: str) -> list[pages.Step]:
    """How a reader comes by the project: what the pages say before the first build."""
    page = HOWTO / ("release.md" if name == "fast-hash" else "setuptools.md")
    found = pages.steps(page, path)
    until = "git init" if name == "fast-hash" else "pyz3 wheel"
    return found[: next(n for n, step in enumerate(found) if step.command.startswith(until))]


def identifiers(runtimes: list[Runtime]) -> list[str]:
    return sorted({Target(platform=one.platform, python=one.python).identifier for one in runtimes})


@pytest.mark.skipif(os.name == "nt", reason="the pages are for a POSIX shell")
@pytest.mark.runtime
@pytest.mark.parametrize(
    ("name", "code", "printed"),
    [
        ("fast-hash", "import fast_hash; print(hex(fast_hash.fnv1a(b'hello')))", "0xa430d84680aabd0b\n"),
        ("greet", "import greet; print(greet.hello('you'))", "Hello, you!\n"),
    ],
)
def test_from_git_init_to_every_system(
    name: str, code: str, printed: str, tmp_path: Path, pyz3_cache: Path
) -> None:
    env = pages.environment(pages.make_reader(tmp_path / "reader", pyz3_cache))
    env["PYZ3_PYTHON_HEADERS"] = os.pathsep.join(map(str, factory.more_headers()))
    folder = tmp_path / "reader's folder"
    folder.mkdir()
    own = name == "fast-hash"
    # A new project is for Python 3.10 and newer; of Pyodide, pyz3 builds its own projects, so far.
    runtimes = [
        one for one in all_known() if (one.python.minor >= 10 if own else one.platform.family != "pyodide")
    ]
    there = [one for one in runtimes if one.command.is_file()]
    wanted = identifiers(there)
    (tmp_path / "packages").mkdir()
    with serving(pages.command(INDEX, "python -m pypiserver run"), tmp_path) as address:
        changes = {
            "http://127.0.0.1:8080/": address,
            "fast-hash": name,
            "fast_hash": name.replace("-", "_"),
            '"cp313-*"': f'"{" ".join(wanted)}"',
            '"linux-x86_64"': ", ".join(f'"{one}"' for one in dict.fromkeys(one.platform for one in there)),
            ', "linux-aarch64", "musllinux-x86_64", "windows-x64"': "",
            "--all-platforms --python 3.13": "--all-platforms --python all",
        }
        if not own:
            changes["greet-0.1.0"] = "greet-1.0"
            changes["greet\ngreet-1.0.dist-info"] = "greet-1.0.dist-info\ngreet.cp313-win_amd64.pyd"
        todo = [*start(name, env["PATH"]), *pages.steps(INDEX, env["PATH"])]
        pages.follow([step.replaced(changes) for step in todo], folder, env)
        wheels = [path.name for path in (tmp_path / "packages").glob("*.whl")]
        assert len(wheels) == len(wanted), wheels
        told = {"http://127.0.0.1:8080/simple/": f"{address}simple/", "fast-hash": name}
        for runtime in there:
            site = by_pip(runtime, told, tmp_path / str(runtime))
            if own and runtime.name not in UNASKED:
                assert modules(by_uv(runtime, told, tmp_path / f"{runtime}-uv")) == modules(site), runtime
            found = f"import sys; sys.path.insert(0, {str(site)!r})\n{code}"
            assert run_python(runtime, found, wheels=[], tmp_path=tmp_path) == printed, runtime
    if lacking := [str(one) for one in runtimes if one not in there]:
        missing(f"not published and not run, as there is no interpreter here: {', '.join(lacking)}")


def modules(site: Path) -> dict[str, str]:
    """Digests of the files that were installed, but for what installers write themselves."""
    return {name: one for name, one in factory.digests(site).items() if name.endswith((".so", ".pyd", ".py"))}


def by_pip(runtime: Runtime, told: Mapping[str, str], folder: Path) -> Path:
    """Install with pip; give the folder that the modules are in."""
    tag = TAGS.get(runtime.name) or TAGS.get(runtime.name.partition("-")[0])
    if tag is not None:
        told = {**told, "windows": str(folder), "win_amd64": tag, "3.13": runtime.python.base}
        more = ("--abi", runtime.python.abi)
        typed("python -m pip install --quiet", {**told, "python": sys.executable}, *more)
        return folder
    path = folder.with_name(f"{runtime}-pip")
    if not runtime.is_native:
        shutil.copytree(Path(pip.__file__).parent, path / "pip")
    told = {**told, "python": str(runtime.command)}
    typed("python -m pip install --index-url", told, "--target", str(folder), PYTHONPATH=str(path))
    return folder


def by_uv(runtime: Runtime, told: Mapping[str, str], folder: Path) -> Path:
    """Install with uv, which asks the interpreter what it is; give the folder that the modules are in."""
    told = {**told, "uv": str(Path(sys.executable).with_name("uv"))}
    more = ("--python", str(runtime.command), "--target", str(folder))
    typed("uv pip install", told, *more, UV_NO_CACHE="1", UV_NO_CONFIG="1")
    return folder


def typed(beginning: str, told: Mapping[str, str], *more: str, **environ: str) -> None:
    """Type a command of the page, with other words in place of some, and more behind it."""
    words = [told.get(word, word) for word in shlex.split(pages.command(INDEX, beginning))]
    env = factory.environment(Path("none"), PIP_DISABLE_PIP_VERSION_CHECK="1", **environ)
    done = factory.run([*words, *more], env=env)
    assert done.returncode == 0, (words, done.stderr)
