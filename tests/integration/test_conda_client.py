"""conda packages in the hands of conda's own client, rattler: indexed, solved for, installed, imported.

conda's Python cannot be had here.  A package that this test makes stands in for it: its ``bin/python`` is a
link to this machine's interpreter of that version, with a ``pyvenv.cfg`` beside it, as a virtual environment
has it.  Where packages for other systems go is solved for, and compared with what the wheels hold.
"""

from __future__ import annotations

import asyncio
import io
import json
import subprocess
import tarfile
from typing import TYPE_CHECKING, Any

import factory
import pytest
import runtimes
from conda_package_streaming.create import conda_builder
from conda_package_streaming.package_streaming import stream_conda_component

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from rattler import RepoDataRecord

SUBDIRS = ("linux-64", "osx-arm64", "win-64")
PYPROJECT = """\
[build-system]
requires = ["pyz3"]
build-backend = "pyz3.backend"
[project]
name = "Fast.Hash"
version = "1.2"
requires-python = ">=3.10"
[project.scripts]
fast = "fast_hash:main"
[tool.pyz3]
%s
[[tool.pyz3.extensions]]
name = "fast_hash._core"
sources = ["src/fast_hash/_core.c"]
"""
INIT = """\
import sys
from fast_hash._core import answer
def main():
    print(sys.argv[1:], answer(), sys.version_info[:2])
"""


def project(root: Path, keys: str = "") -> Path:
    package = root / "src" / "fast_hash"
    package.mkdir(parents=True)
    (root / "pyproject.toml").write_text(PYPROJECT % keys)
    (package / "__init__.py").write_text(INIT)
    (package / "_core.c").write_text(factory.ANSWER % {"name": "_core"})
    return root


def put_package(
    channel: Path, subdir: str, index: Mapping[str, Any], files: Mapping[str, Path | str]
) -> None:
    """Write a package of this test's: paths that are ``Path`` become links."""
    stem = f"{index['name']}-{index['version']}-{index['build']}"
    members = []
    for path, content in files.items():
        member = tarfile.TarInfo(path)
        if not isinstance(content, str):
            member.type, member.linkname = tarfile.SYMTYPE, str(content)
        members.append((member, content if isinstance(content, str) else ""))
    paths = [
        {"_path": path, "path_type": "hardlink" if isinstance(content, str) else "softlink"}
        for path, content in files.items()
    ]
    whole = {"build_number": 0, "depends": [], "subdir": subdir, **index}
    for name, value in (("index", whole), ("paths", {"paths": paths, "paths_version": 1})):
        members.append((tarfile.TarInfo(f"info/{name}.json"), json.dumps(value)))
    (channel / subdir).mkdir(parents=True, exist_ok=True)
    with conda_builder(stem, channel / subdir) as archive:
        for member, text in members:
            data = text.encode()
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))


def put_pythons(channel: Path, minors: Sequence[int]) -> None:
    """Write what conda-forge's packages need of it: python, python_abi, cpython and python-gil."""
    for minor in minors:
        version, tag = f"3.{minor}.0", f"cp3{minor}"
        command = runtimes.require(f"host-3.{minor}").command.resolve()
        for subdir in SUBDIRS:
            files: dict[str, Path | str] = {"share/python.txt": version}
            if subdir == "linux-64":
                name = f"python3.{minor}"
                files = {
                    "bin/python": command,
                    f"bin/{name}": command,
                    "pyvenv.cfg": f"home = {command.parent}\ninclude-system-site-packages = false\n",
                }
            about = {"name": "python", "version": version, "build": f"0_{tag}"}
            put_package(channel, subdir, {**about, "depends": [f"python_abi 3.{minor}.* *_{tag}"]}, files)
        put_package(
            channel, "noarch", {"name": "python_abi", "version": f"3.{minor}", "build": f"0_{tag}"}, {}
        )
        gil = {"version": f"3.{minor}", "build": "0", "depends": [f"python 3.{minor}.*"]}
        for name in ("cpython", "python-gil"):
            put_package(channel, "noarch", {"name": name, **gil}, {})


class Client:
    """Rattler with one channel."""

    def __init__(self, channel: Path) -> None:
        self.rattler = pytest.importorskip("rattler")
        self.channel = channel

    def index(self) -> None:
        from rattler.index import index_fs  # noqa: PLC0415 - may be missing

        asyncio.run(index_fs(self.channel))

    def solve(self, *specs: str, subdir: str, **virtual: str) -> list[RepoDataRecord]:
        """Solve for a system: its virtual packages and their versions."""
        r = self.rattler
        found = [
            r.GenericVirtualPackage(r.PackageName(f"__{name}"), r.Version(version), r.BuildString("0"))
            for name, version in virtual.items()
        ]
        records: list[RepoDataRecord] = asyncio.run(
            r.solve(
                [r.Channel(self.channel.as_uri())],
                list(specs),
                gateway=r.Gateway(cache_dir=self.channel.parent / "cache"),
                platforms=[subdir, "noarch"],
                virtual_packages=found,
            )
        )
        return records

    def install(self, records: Sequence[RepoDataRecord], prefix: Path) -> None:
        work = self.rattler.install(
            list(records),
            target_prefix=prefix,
            cache_dir=self.channel.parent / "packages",
            show_progress=False,
        )
        asyncio.run(work)


@pytest.fixture
def client(tmp_path: Path) -> Client:
    try:
        import rattler  # noqa: F401, PLC0415
    except ImportError:
        runtimes.missing("py-rattler is missing: python -m pip install py-rattler")
    channel = tmp_path / "channel"
    put_pythons(channel, [12, 13])
    return Client(channel)


def make(client: Client, root: Path, cache: Path, *args: str) -> list[str]:
    done = factory.pyz3("conda", root, "-o", client.channel, *args, cache=cache)
    assert done.returncode == 0, done.stderr
    client.index()
    return [line for line in done.stdout.splitlines() if line.startswith("✓ ") and ".conda" in line]


def run(prefix: Path, *command: str) -> str:
    done = subprocess.run(
        [prefix / "bin" / command[0], *command[1:]],
        capture_output=True,
        check=False,
        encoding="utf-8",
        env={},
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def names(records: Sequence[RepoDataRecord]) -> list[str]:
    return sorted(f"{one.name.normalized}-{one.version}-{one.build}" for one in records)


CODE = (
    "import fast_hash, importlib.metadata as m; fast_hash.main(); d = m.distribution('fast-hash'); "
    "print(d.version, d.read_text('INSTALLER').strip(), all(f.locate().exists() for f in d.files))"
)


def test_packages_for_one_python(client: Client, tmp_path: Path, pyz3_cache: Path) -> None:
    platforms = ("--platform", "linux-x86_64,windows-x64,macos-arm64")
    lines = make(client, project(tmp_path / "p"), pyz3_cache, *platforms, "--python", "3.13")
    assert [line.split()[1] for line in lines] == [f"{one}/fast-hash-1.2-py313_0.conda" for one in SUBDIRS]
    # On this machine: with the oldest glibc that is promised, and not with an older one.
    records = client.solve("fast-hash", subdir="linux-64", glibc="2.17")
    assert names(records) == ["fast-hash-1.2-py313_0", "python-3.13.0-0_cp313", "python_abi-3.13-0_cp313"]
    with pytest.raises(Exception, match=r"__glibc >=2\.17"):
        client.solve("fast-hash", subdir="linux-64", glibc="2.16")
    with pytest.raises(Exception, match="fast-hash"):
        client.solve("fast-hash", "python 3.12.*", subdir="linux-64", glibc="2.17")
    prefix = tmp_path / "prefix"
    client.install(records, prefix)
    assert run(prefix, "python", "-c", CODE) == "[] 42 (3, 13)\n1.2 conda True\n"
    assert run(prefix, "fast", "a") == "['a'] 42 (3, 13)\n"
    # Elsewhere: what is chosen, and where its files go.
    assert "fast-hash-1.2-py313_0" in names(client.solve("fast-hash", subdir="win-64", win="0"))
    assert "fast-hash-1.2-py313_0" in names(client.solve("fast-hash", subdir="osx-arm64", osx="11.0"))
    with pytest.raises(Exception, match=r"__osx >=11\.0"):
        client.solve("fast-hash", subdir="osx-arm64", osx="10.15")
    modules = {
        "linux-64": "lib/python3.13/site-packages/fast_hash/_core.cpython-313-x86_64-linux-gnu.so",
        "osx-arm64": "lib/python3.13/site-packages/fast_hash/_core.cpython-313-darwin.so",
        "win-64": "Lib/site-packages/fast_hash/_core.cp313-win_amd64.pyd",
    }
    for subdir, module in modules.items():
        (path,) = (client.channel / subdir).glob("fast-hash-*.conda")
        with path.open("rb") as file:
            members = [member.name for _, member in stream_conda_component(path.name, file, "pkg")]
        top = module.removesuffix(module.rpartition("/")[2])
        scripts = ["Scripts/fast-script.py", "Scripts/fast.bat"] if subdir == "win-64" else ["bin/fast"]
        inside = [name for name in members if name.startswith(top)]
        assert sorted(inside) == sorted([f"{top}__init__.py", module])
        assert [name for name in members if "site-packages" not in name] == scripts


@pytest.mark.parametrize("keys", ['abi3 = "3.10"', ""], ids=["stable ABI", "pure"])
def test_packages_for_several_pythons(keys: str, client: Client, tmp_path: Path, pyz3_cache: Path) -> None:
    root = project(tmp_path / "p", keys)
    if not keys:
        text = (root / "pyproject.toml").read_text()
        (root / "pyproject.toml").write_text(text.partition("[[tool.pyz3.extensions]]")[0])
        (root / "src" / "fast_hash" / "_core.c").unlink()
        (root / "src" / "fast_hash" / "_core.py").write_text("def answer():\n    return 42\n")
    (line,) = make(client, root, pyz3_cache, "--python", "3.13", "--platform", "linux-x86_64")
    build = "linux-64/fast-hash-1.2-abi3_0.conda" if keys else "noarch/fast-hash-1.2-py_0.conda"
    assert line.split()[1] == build
    for minor in (12, 13):
        records = client.solve("fast-hash", f"python 3.{minor}.*", subdir="linux-64", glibc="2.17")
        prefix = tmp_path / f"prefix{minor}"
        client.install(records, prefix)
        assert run(prefix, "python", "-c", CODE) == f"[] 42 (3, {minor})\n1.2 conda True\n"
        assert run(prefix, "fast", "a") == f"['a'] 42 (3, {minor})\n"


def test_a_recipe_and_a_package_in_the_hands_of_rattler_build(
    client: Client, tmp_path: Path, pyz3_cache: Path
) -> None:
    build = pytest.importorskip("rattler_build")
    root = project(tmp_path / "p")
    done = factory.pyz3("conda", root, "-o", tmp_path, "--recipe", cache=pyz3_cache)
    assert done.returncode == 0, done.stderr
    variants = build.VariantConfig(
        {
            "python": [f"3.{minor}.* *_cp3{minor}" for minor in (12, 13)],
            "c_compiler": ["gcc"],
            "c_stdlib": ["sysroot"],
            "c_stdlib_version": ["2.17"],
        }
    )
    recipe = build.Stage0Recipe.from_file(tmp_path / "recipe.yaml")
    assert recipe.to_dict()["build"]["skip"] == ['match(python, "<3.10")']
    platform = build.PlatformConfig(target_platform="linux-64")
    rendered = [one.recipe.to_dict() for one in recipe.render(variants, build.RenderConfig(platform))]
    # Once for each Python that conda-forge has.
    assert [one["build"]["string"][:5] for one in rendered] == ["py312", "py313"]
    assert rendered[0]["requirements"]["build"] == ["gcc_linux-64", "sysroot_linux-64 2.17.*"]
    make(client, root, pyz3_cache, "--python", "3.13", "--platform", "linux-x86_64")
    (path,) = (client.channel / "linux-64").glob("fast-hash-*.conda")
    package = build.Package.from_file(path)
    assert (package.name, package.version, package.subdir) == ("fast-hash", "1.2", "linux-64")
    (test,) = package.tests
    assert (test.imports, test.pip_check) == (["fast_hash", "fast_hash._core"], False)
