"""``pyz3 conda``: what a wheel becomes as a conda package, and what is refused."""

from __future__ import annotations

import hashlib
import io
import json
import sys
import tarfile
import zipfile
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from click.testing import CliRunner
from conda_package_streaming.package_streaming import stream_conda_component
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.tags import parse_tag
from packaging.utils import canonicalize_name
from wheels import put_wheel

from pyz3.cli import cli
from pyz3.cli.conda import _chosen
from pyz3.cli.terminal import SafeConsole
from pyz3.conda import convert, read_sdist, recipe_text, write_package
from pyz3.conda.aims import Aim, aim_of
from pyz3.conda.package import imports_of
from pyz3.conda.placing import PLACEHOLDER
from pyz3.conda.requirements import depends_of, version_spec
from pyz3.errors import ConfigError
from pyz3.frontends import load_project
from pyz3.targets import Platform, PythonVersion

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from click.testing import Result

    from pyz3.conda import CondaPackage

EPOCH = 1577836800
NATIVE = "cp313-cp313-manylinux_2_17_x86_64.manylinux2014_x86_64"


def put(folder: Path, tag: str, files: Mapping[str, str] | None = None, *, metadata: str = "") -> Path:
    """Write version 1.0 of the distribution ``Fast.Hash``."""
    contents = files if files is not None else {"fast_hash/__init__.py": ""}
    return put_wheel(folder, "Fast.Hash", contents, tag, metadata=metadata)


def package(path: Path, **names: str) -> CondaPackage:
    return convert(path, names=names, epoch=EPOCH)


def info(found: CondaPackage, name: str) -> Any:
    (content,) = [one.content for one in found.info if one.path == f"info/{name}"]
    return json.loads(content) if name.endswith(".json") else yaml.safe_load(content)


def conda(*args: str | Path) -> Result:
    return CliRunner().invoke(cli, ["conda", *map(str, args)])


def test_a_package_for_one_python(tmp_path: Path) -> None:
    files = {
        "fast_hash/__init__.py": "",
        "fast_hash/_core.cpython-313-x86_64-linux-gnu.so": "x",
        "fast_hash-1.0.data/scripts/tool": "#!python\nprint()\n",
        "fast_hash-1.0.data/headers/fast.h": "",
        "fast_hash-1.0.data/data/share/fast.txt": "",
        "fast_hash-1.0.dist-info/entry_points.txt": "[console_scripts]\nfast = fast_hash:main [x]\n",
        "fast_hash-1.0.dist-info/licenses/LICENSE": "mine",
    }
    metadata = (
        "License-Expression: MIT\nLicense-File: LICENSE\nSummary: Fast.\nProject-URL: Home Page, https://x\n"
        "Project-URL: Source, https://example.org/source\nProject-URL: Homepage, https://example.org\n"
    )
    found = package(put(tmp_path, NATIVE, files, metadata=metadata))
    assert (found.name, found.stem, found.subdir) == ("fast-hash", "fast-hash-1.0-py313_0", "linux-64")
    assert found.depends == ("python >=3.13,<3.14.0a0", "python_abi 3.13.* *_cp313", "__glibc >=2.17")
    modules = "lib/python3.13/site-packages"
    dist_info = f"{modules}/fast_hash-1.0.dist-info"
    assert [one.path for one in found.files] == [
        "bin/fast",
        "bin/tool",
        "include/python3.13/fast-hash/fast.h",
        f"{dist_info}/INSTALLER",
        f"{dist_info}/METADATA",
        f"{dist_info}/RECORD",
        f"{dist_info}/WHEEL",
        f"{dist_info}/entry_points.txt",
        f"{dist_info}/licenses/LICENSE",
        f"{modules}/fast_hash/__init__.py",
        f"{modules}/fast_hash/_core.cpython-313-x86_64-linux-gnu.so",
        "share/fast.txt",
    ]
    texts = {one.path: one.content.decode() for one in found.files}
    assert texts["bin/tool"] == f"#!{PLACEHOLDER}/bin/python\nprint()\n"
    assert texts["bin/fast"].startswith(f"#!{PLACEHOLDER}/bin/python\n")
    assert "from fast_hash import main\n" in texts["bin/fast"]
    assert texts[f"{dist_info}/INSTALLER"] == "conda\n"
    empty = "sha256=47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU,0"
    assert texts[f"{dist_info}/RECORD"].splitlines()[:3] == [
        "../../../bin/fast,,",
        "../../../bin/tool,,",
        f"../../../include/python3.13/fast-hash/fast.h,{empty}",
    ]
    assert texts[f"{dist_info}/RECORD"].endswith("fast_hash-1.0.dist-info/RECORD,,\n")
    assert info(found, "index.json") == {
        "arch": "x86_64",
        "build": "py313_0",
        "build_number": 0,
        "depends": [*found.depends],
        "license": "MIT",
        "name": "fast-hash",
        "platform": "linux",
        "subdir": "linux-64",
        "timestamp": EPOCH * 1000,
        "version": "1.0",
    }
    assert info(found, "about.json") == {
        "description": "# Fast.Hash\n",
        "dev_url": "https://example.org/source",
        "home": "https://example.org",
        "license": "MIT",
        "license_file": ["LICENSE"],
        "summary": "Fast.",
    }
    paths = {one["_path"]: one for one in info(found, "paths.json")["paths"]}
    assert [*paths] == [one.path for one in found.files]
    assert paths["bin/fast"] == {
        "_path": "bin/fast",
        "file_mode": "text",
        "path_type": "hardlink",
        "prefix_placeholder": PLACEHOLDER,
        "sha256": hashlib.sha256(texts["bin/fast"].encode()).hexdigest(),
        "size_in_bytes": len(texts["bin/fast"]),
    }
    assert "prefix_placeholder" not in paths["share/fast.txt"]
    assert info(found, "tests/tests.yaml") == [
        {"python": {"imports": ["fast_hash", "fast_hash._core"], "pip_check": False}}
    ]
    assert [one.path for one in found.info] == [
        "info/index.json",
        "info/about.json",
        "info/paths.json",
        "info/files",
        "info/tests/tests.yaml",
        "info/licenses/LICENSE",
    ]


def test_a_package_for_windows(tmp_path: Path) -> None:
    files = {"fast.py": "", "fast_hash-1.0.dist-info/entry_points.txt": "[console_scripts]\nfast = a.b:c.d\n"}
    found = package(put(tmp_path, "cp313-cp313-win_amd64", files))
    assert (found.subdir, found.depends[2:]) == ("win-64", ("__win",))
    texts = {one.path: one.content.decode() for one in found.files}
    assert [path for path in texts if "dist-info" not in path] == [
        "Lib/site-packages/fast.py",
        "Scripts/fast-script.py",
        "Scripts/fast.bat",
    ]
    assert texts["Scripts/fast.bat"] == '@"%~dp0..\\python.exe" "%~dp0fast-script.py" %*\r\n'
    assert "from a.b import c\n" in texts["Scripts/fast-script.py"]
    assert "sys.exit(c.d())" in texts["Scripts/fast-script.py"]
    assert found.notes == ("commands on Windows are .bat files, there is no .exe that starts them: fast",)


def test_a_pure_package(tmp_path: Path) -> None:
    files = {
        "fast_hash/__init__.py": "",
        "fast_hash-1.0.data/scripts/tool": "#!/bin/sh\n",
        "fast_hash-1.0.dist-info/entry_points.txt": "[gui_scripts]\nfast = fast_hash:main\n",
    }
    found = package(put(tmp_path, "py3-none-any", files, metadata="Requires-Python: >=3.9,!=3.9.1\n"))
    assert (found.stem, found.subdir) == ("fast-hash-1.0-py_0", "noarch")
    assert found.depends == ("python !=3.9.1,>=3.9",)
    assert [one.path for one in found.files if "dist-info" not in one.path] == [
        "python-scripts/tool",
        "site-packages/fast_hash/__init__.py",
    ]
    assert info(found, "link.json") == {
        "noarch": {"entry_points": ["fast = fast_hash:main"], "type": "python"},
        "package_metadata_version": 1,
    }
    index = info(found, "index.json")
    assert (index["noarch"], index["arch"], index["platform"]) == ("python", None, None)
    assert "license" not in index


@pytest.mark.parametrize(
    ("tag", "stem", "subdir", "depends"),
    [
        (
            "cp310-abi3-macosx_11_0_arm64",
            "abi3_0",
            "osx-arm64",
            ("python", "cpython >=3.10", "python-gil", "__osx >=11.0"),
        ),
        ("cp315-abi3.abi3t-win_arm64", "abi3_0", "win-arm64", ("python", "cpython >=3.15", "__win")),
        ("py3-none-linux_x86_64", "py_0", "linux-64", ("python",)),
        (
            "cp314-cp314t-manylinux_2_28_aarch64",
            "py314t_0",
            "linux-aarch64",
            ("python >=3.14,<3.15.0a0", "python_abi 3.14.* *_cp314t", "__glibc >=2.28"),
        ),
    ],
)
def test_tags(tag: str, stem: str, subdir: str, depends: tuple[str, ...], tmp_path: Path) -> None:
    found = package(put(tmp_path, tag))
    assert (found.stem, found.subdir, found.depends) == (f"fast-hash-1.0-{stem}", subdir, depends)
    unfounded = "fast_hash-1.0-py3-none-linux_x86_64.whl promises no oldest glibc: none is required"
    assert found.notes == ((unfounded,) if "linux_x86_64" in tag else ())


@pytest.mark.parametrize(
    ("tag", "message"),
    [
        ("cp313-cp313-musllinux_1_2_x86_64", "musllinux-x86_64: conda has no such platform"),
        ("cp313-cp313-macosx_11_0_universal2", "macos-universal2: conda has no such platform"),
        ("cp313-cp313-haiku_1", "f.whl: is not for one platform: none that pyz3 knows"),
        ("cp313-cp313-win32.win_amd64", "f.whl: is not for one platform: windows-x64, windows-x86"),
        ("pp310-pypy310_pp73-win_amd64", "f.whl: is not for one CPython: pypy310_pp73"),
    ],
)
def test_what_conda_has_not(tag: str, message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        aim_of(parse_tag(tag), file="f.whl")
    assert caught.value.message == message


def test_every_wheel_platform_is_recognised() -> None:
    for platform in Platform:
        for tag in platform.wheel_platform.split("."):
            assert Platform.of_wheel_tag(tag) == (platform, platform.floor())
    assert Platform.of_wheel_tag("linux_aarch64") == (Platform.LINUX_AARCH64, "")
    assert Platform.of_wheel_tag("manylinux1_i686") == (Platform.LINUX_I686, "2.5")
    assert Platform.of_wheel_tag("any") is None


@pytest.mark.parametrize(
    ("python", "conda"),
    [
        ("", ""),
        (">=1.4,<2", ">=1.4,<2a0"),
        ("<2.0rc1", "<2.0rc1"),
        ("<=2", "<=2"),
        ("==1.0", "==1.0"),
        ("==1.*", "1.*"),
        ("!=1.5.*,>1", "!=1.5.*,>1"),
        ("~=1.4.2", ">=1.4.2,1.4.*"),
        ("~=1!1.4", ">=1!1.4,1!1.*"),
        ("===1.0", "==1.0"),
    ],
)
def test_versions(python: str, conda: str) -> None:
    assert version_spec(SpecifierSet(python)) == conda


LINUX = Aim(platform=Platform.LINUX_X86_64, floor="2.17", python=PythonVersion(3, 10))


@pytest.mark.parametrize(
    ("text", "aim", "spec", "notes"),
    [
        ("numpy>=1", LINUX, ["numpy >=1"], []),
        ("tomli; python_version < '3.11'", LINUX, ["tomli"], []),
        ("colorama; sys_platform == 'win32'", LINUX, [], []),
        ("x; extra == 'all'", LINUX, [], []),
        ("x; platform_machine == 'x86_64' and platform_system == 'Linux'", LINUX, ["x"], []),
        (
            "colorama; sys_platform == 'win32'",
            Aim(),
            ["colorama"],
            ['colorama is required in every case, not only where sys_platform == "win32"'],
        ),
        ("x; python_version >= '3'", Aim(), ["x"], []),
        (
            "x[b,a]",
            LINUX,
            ["x"],
            ["conda has no extras: what x needs for a, b is not required"],
        ),
        ("Torch==2", LINUX, ["pytorch ==2"], []),
        ("gone", LINUX, [], []),
    ],
)
def test_requirements(text: str, aim: Aim, spec: list[str], notes: list[str]) -> None:
    found = depends_of(
        aim,
        requires=[Requirement(text)],
        requires_python=SpecifierSet(),
        names={"torch": "pytorch", "gone": ""},
    )
    assert [one for one in found.specs if not one.startswith(("python", "__"))] == spec
    assert [*found.notes] == notes
    unsure = [canonicalize_name(one.partition(" ")[0]) for one in spec if "pytorch" not in one]
    assert [*found.unsure] == unsure


def test_markers_are_evaluated_for_the_pythons_that_are_served() -> None:
    requirement = Requirement("tomli; python_version < '3.11'")
    found = depends_of(Aim(), requires=[requirement], requires_python=SpecifierSet(">=3.11"), names={})
    assert found.specs == ("python >=3.11",)


def test_addresses_are_refused() -> None:
    with pytest.raises(ConfigError, match=r"^x: conda cannot be told an address: https://example\.org/x$"):
        depends_of(
            LINUX,
            requires=[Requirement("x @ https://example.org/x")],
            requires_python=SpecifierSet(),
            names={},
        )


def test_headers_have_no_place_for_several_pythons(tmp_path: Path) -> None:
    path = put(tmp_path, "cp310-abi3-win_amd64", {"fast_hash-1.0.data/headers/x.h": ""})
    with pytest.raises(ConfigError, match=r"^fast-hash: headers/x\.h cannot be placed"):
        package(path)


@pytest.mark.parametrize(
    ("names", "found"),
    [
        (["a/__init__.py", "a/b.py", "c.py", "a/d.abi3.so"], ["a", "a.d", "c"]),
        (["_x.cp313-win_amd64.pyd", "y.pyd"], ["_x", "y"]),
        (["a/libfast.so", "a/fast.dll", "a/data-x.py"], []),
        (["a/__init__.cpython-313-darwin.so"], []),
    ],
)
def test_imports(names: list[str], found: list[str]) -> None:
    assert imports_of(names) == found


def test_the_archive_has_the_same_bytes_each_time(tmp_path: Path) -> None:
    found = package(put(tmp_path, NATIVE))
    written = [write_package(found, output_dir=tmp_path / name, epoch=EPOCH) for name in "ab"]
    assert written[0].path == tmp_path / "a" / "linux-64" / "fast-hash-1.0-py313_0.conda"
    assert written[0].path.read_bytes() == written[1].path.read_bytes()
    assert [path.name for path in written[0].path.parent.iterdir()] == [written[0].path.name]
    with zipfile.ZipFile(written[0].path) as archive:
        assert archive.namelist() == [
            "metadata.json",
            "pkg-fast-hash-1.0-py313_0.tar.zst",
            "info-fast-hash-1.0-py313_0.tar.zst",
        ]
        assert json.loads(archive.read("metadata.json")) == {"conda_pkg_format_version": 2}
        assert {info.date_time for info in archive.infolist()} == {(2020, 1, 1, 0, 0, 0)}
    for part, files in (("pkg", found.files), ("info", found.info)):
        with written[0].path.open("rb") as file:
            members = [
                (member.name, member.mtime, tar.extractfile(member).read())  # type: ignore[union-attr]
                for tar, member in stream_conda_component(written[0].path.name, file, part)
            ]
        assert members == [(one.path, EPOCH, one.content) for one in files]


def test_on_the_command_line(tmp_path: Path) -> None:
    wheel = put(tmp_path, NATIVE, metadata="Requires-Dist: Torch>=2\nRequires-Dist: six\n")
    done = conda(wheel, "-o", tmp_path / "channel", "--build-number", "3", "--rename", "torch=pytorch")
    assert (done.exit_code, done.exception) == (0, None)
    lines = done.stdout.splitlines()
    assert lines[0].startswith("✓ linux-64/fast-hash-1.0-py313_3.conda  ")
    assert lines[1:] == [
        "note: conda may call it otherwise, look it up: six (--rename PYPI=CONDA)",
        f"1 conda package in {tmp_path / 'channel'}",
    ]


def test_a_damaged_wheel(tmp_path: Path) -> None:
    wheel = put(tmp_path, NATIVE)
    data = wheel.read_bytes().replace(b"Wheel-Version: 1.0", b"Wheel-Version: 9.0")
    wheel.write_bytes(data)
    good = put(tmp_path, "py3-none-any")
    done = conda(good, wheel, "-o", tmp_path / "channel")
    assert isinstance(done.exception, ConfigError)
    assert done.exception.message.startswith(f"{wheel}: this wheel cannot be read: ")
    assert not (tmp_path / "channel").exists()


def test_wheels_that_would_be_one_package(tmp_path: Path) -> None:
    wheels = [put(tmp_path, f"cp313-cp313-manylinux_2_{minor}_x86_64") for minor in (17, 28)]
    done = conda(*wheels, "-o", tmp_path / "channel")
    assert isinstance(done.exception, ConfigError)
    assert done.exception.message == "two wheels would be linux-64/fast-hash-1.0-py313_0.conda"


def test_without_the_library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "conda_package_streaming.create", None)
    done = conda(put(tmp_path, NATIVE), "-o", tmp_path)
    assert isinstance(done.exception, ConfigError)
    assert done.exception.tip == "python -m pip install conda-package-streaming"
    assert done.exception.message == "conda-package-streaming is missing, which writes .conda archives"


def test_what_conda_has_not_is_refused_by_name_and_told_in_a_list(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = '[project]\nname = "x"\nversion = "1"\n[tool.pyz3]\nplatforms = ["windows-x64", "*-x86_64"]\n'
    text += '[[tool.pyz3.extensions]]\nname = "x"\nsources = ["x.c"]\n'
    (tmp_path / "pyproject.toml").write_text(text)
    (tmp_path / "x.c").write_text("")
    project = load_project(tmp_path)
    assert _chosen(SafeConsole(), project, (), every=True) == ["linux-x86_64", "macos-x86_64", "windows-x64"]
    assert capsys.readouterr().out == "skipped musllinux-x86_64: conda has no such platform\n"
    done = conda(tmp_path, "--platform", "musllinux-x86_64")
    assert isinstance(done.exception, ConfigError)
    assert done.exception.message == "musllinux-x86_64: conda has no such platform"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["pyproject.toml", "x.c"]


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["a.whl", "."], "name one project, or wheels alone"),
        ([".", "x"], "name one project, or wheels alone"),
        (["a.whl", "--python", "3.13"], "--platform, --all-platforms and --python are for what is built"),
        (["a.whl", "--recipe"], "--recipe is made of a project or an sdist, not of wheels"),
        (["--platform", "x", "--all-platforms"], "--platform and --all-platforms exclude each other"),
        (["--rename", "torch", "a.whl"], "--rename torch: write PYPI=CONDA, as in torch=pytorch"),
    ],
)
def test_what_makes_no_sense(args: list[str], message: str) -> None:
    done = conda(*args)
    assert (done.exit_code, done.stderr.splitlines()[-1]) == (2, f"Error: {message}")


def sdist(folder: Path, files: Mapping[str, str]) -> Path:
    path = folder / "fast_hash-1.0.tar.gz"
    with tarfile.open(path, "w:gz") as archive:
        for name, text in files.items():
            member = tarfile.TarInfo(f"fast_hash-1.0/{name}")
            member.size = len(text)
            archive.addfile(member, io.BytesIO(text.encode()))
    return path


PKG_INFO = """\
Metadata-Version: 2.4
Name: Fast.Hash
Version: 1.0
Summary: Fast: "really".
Home-page: https://example.org
License-Expression: MIT
License-File: LICENSE
Requires-Python: >=3.10,!=3.12.1
Requires-Dist: torch<3
Requires-Dist: colorama; sys_platform == "win32"
Requires-Dist: pytest; extra == "test"
"""
SYSTEM = '[build-system]\nrequires = ["setuptools>=80"]\n'


def test_a_recipe(tmp_path: Path) -> None:
    path = sdist(tmp_path, {"PKG-INFO": PKG_INFO, "pyproject.toml": SYSTEM, "a.c": "", "b.cpp": ""})
    done = conda("--recipe", path, "-o", tmp_path / "out", "--rename", "torch=pytorch")
    assert (done.exit_code, done.exception) == (0, None)
    assert done.stdout.splitlines() == [
        f"✓ {tmp_path / 'out' / 'recipe.yaml'}",
        "note: extra.recipe-maintainers: put your name on GitHub there",
        "note: source.url holds once the release is on PyPI, with this file",
        "note: build.skip leaves out older Pythons; requires-python says more, say it there, too: !=3.12.1",
        'note: colorama is required in every case, not only where sys_platform == "win32"',
        (
            "note: conda may call it otherwise, or not have it, look it up: setuptools, colorama "
            "(--rename PYPI=CONDA)"
        ),
    ]
    text = (tmp_path / "out" / "recipe.yaml").read_text()
    assert text.startswith('schema_version: 1\ncontext:\n  name: "fast-hash"\n')
    assert yaml.safe_load(text) == {
        "schema_version": 1,
        "context": {"name": "fast-hash", "version": "1.0"},
        "package": {"name": "${{ name }}", "version": "${{ version }}"},
        "source": {
            "url": "https://pypi.org/packages/source/f/fast-hash/fast_hash-${{ version }}.tar.gz",
            "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
        },
        "build": {
            "number": 0,
            "skip": ['match(python, "<3.10")'],
            "script": "${{ PYTHON }} -m pip install . -vv --no-deps --no-build-isolation",
        },
        "requirements": {
            "build": ["${{ compiler('c') }}", "${{ compiler('cxx') }}", "${{ stdlib('c') }}"],
            "host": ["python", "pip", "setuptools >=80"],
            "run": ["python", "pytorch <3a0", "colorama"],
        },
        "tests": [{"python": {"imports": ["fast_hash"], "pip_check": True}}],
        "about": {
            "homepage": "https://example.org",
            "summary": 'Fast: "really".',
            "license": "MIT",
            "license_file": ["LICENSE"],
        },
        "extra": {"recipe-maintainers": ["YOUR-GITHUB-NAME"]},
    }


def test_a_recipe_of_a_pure_project(tmp_path: Path) -> None:
    path = sdist(tmp_path, {"PKG-INFO": "Metadata-Version: 2.1\nName: x\nVersion: 1.0\n"})
    text, notes = recipe_text(read_sdist(path), names={"setuptools": "setuptools", "wheel": ""})
    found = yaml.safe_load(text)
    assert found["build"]["noarch"] == "python"
    assert found["about"] == {}
    assert found["requirements"] == {"host": ["python", "pip", "setuptools"], "run": ["python"]}
    assert notes[-1] == (
        "conda-forge wants these, and the metadata does not say them: "
        "homepage, summary, license, license_file"
    )


def test_what_no_recipe_is_made_of(tmp_path: Path) -> None:
    other = sdist(tmp_path, {"README": ""})
    with pytest.raises(ConfigError, match=r"no source distribution: there is no fast_hash-1\.0/PKG-INFO in"):
        read_sdist(other)
    other.write_bytes(b"x")
    with pytest.raises(ConfigError, match="this source distribution cannot be read"):
        read_sdist(other)
    (tmp_path / "setup.py").write_text("")
    done = conda("--recipe", tmp_path)
    assert isinstance(done.exception, ConfigError)
    assert done.exception.message.startswith("pyz3 conda --recipe with a folder is for projects that pyz3")
