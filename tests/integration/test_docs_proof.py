"""The proof: as the site says, two projects go from `git init` to installed on every kind of system here."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pages
import pytest
from indexes import serving
from runtimes import all_known, missing, run_python

HOWTO = Path(__file__).resolve().parents[2] / "docs" / "howto"
INDEX = HOWTO / "index-server.md"
# What pip calls the systems of runtimes.
TAGS = {
    "linux_x86_64": "manylinux2014_x86_64",
    "linux_aarch64": "manylinux2014_aarch64",
    "linux_i686": "manylinux2014_i686",
    "linux_armv7l": "manylinux2014_armv7l",
    "linux_ppc64le": "manylinux2014_ppc64le",
    "linux_s390x": "manylinux2014_s390x",
    "linux_riscv64": "manylinux_2_39_riscv64",
    "musllinux_x86_64": "musllinux_1_2_x86_64",
    "win_amd64": "win_amd64",
    "pyodide": "pyemscripten_2025_0_wasm32",
}


def start(name: str, path: str) -> list[pages.Step]:
    """How a reader comes by the project: what the pages say before the first build."""
    page = HOWTO / ("release.md" if name == "fast-hash" else "setuptools.md")
    found = pages.steps(page, path)
    until = "git init" if name == "fast-hash" else "pyz3 wheel"
    return found[: next(n for n, step in enumerate(found) if step.command.startswith(until))]


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
    folder = tmp_path / "reader's folder"
    folder.mkdir()
    (tmp_path / "packages").mkdir()
    with serving(pages.command(INDEX, "python -m pypiserver run"), tmp_path) as address:
        todo = [*start(name, env["PATH"]), *pages.steps(INDEX, env["PATH"])]
        own = name == "fast-hash"
        changes = {"http://127.0.0.1:8080/": address, "fast-hash": name, "fast_hash": name.replace("-", "_")}
        if own:
            changes['"windows-x64",'] = '"windows-x64", "pyodide",'  # as the page says one may
        else:
            changes["greet-0.1.0"] = "greet-1.0"
            changes["greet\ngreet-1.0.dist-info"] = "greet-1.0.dist-info\ngreet.cp313-win_amd64.pyd"
        pages.follow([step.replaced(changes) for step in todo], folder, env)
        systems = [system for system in TAGS if own or system != "pyodide"]
        wheels = sorted(path.name for path in (tmp_path / "packages").glob("*.whl"))
        assert len(wheels) == len(systems), wheels
        lacking = []
        for system in systems:
            names = {"linux_x86_64": "host-3.13", "pyodide": "pyodide-0.29.4"}
            (runtime,) = [one for one in all_known() if one.name == names.get(system, f"{system}-3.13")]
            if not runtime.command.is_file():
                lacking.append(system)
                continue
            wheels = downloaded(system, name, address, tmp_path / system)
            assert run_python(runtime, code, wheels=wheels, tmp_path=tmp_path) == printed, system
    if lacking:
        missing(f"published and not run, as there is no interpreter here: {', '.join(lacking)}")


def downloaded(system: str, name: str, address: str, target: Path) -> list[Path]:
    """What pip takes from the index for a system, by itself."""
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", str(target)]
    options = ["--only-binary", ":all:", "--platform", TAGS[system], "--python-version", "3.13"]
    env = {key: value for key, value in os.environ.items() if not key.startswith("PIP_")}
    subprocess.run([*command, *options, "--index-url", f"{address}simple/", name], env=env, check=True)
    return [*target.iterdir()]
