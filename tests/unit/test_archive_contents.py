from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from pyz3.archive import PackageRoot, WheelEntry, find_packages, package_files
from pyz3.errors import ConfigError

if TYPE_CHECKING:
    from pathlib import Path

needs_symlinks = pytest.mark.skipif(sys.platform == "win32", reason="symbolic links need a privilege there")


def plant(root: Path, *names: str) -> None:
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"content of {name}\n")


def names(found: tuple[PackageRoot, ...]) -> list[str]:
    return [package.name for package in found]


def test_src_layout_takes_every_package_stub_and_module(tmp_path: Path) -> None:
    plant(
        tmp_path,
        "src/hello/__init__.py",
        "src/_impl/__init__.py",
        "src/hello-stubs/__init__.pyi",
        "src/lone.py",
        "src/lone.pyi",
        "src/native/fast.c",
        "src/not-a-name/__init__.py",
        "other/__init__.py",
    )
    src = tmp_path / "src"
    assert find_packages(tmp_path, project_name="hello") == (
        PackageRoot(name="_impl", path=src / "_impl", root=src),
        PackageRoot(name="hello", path=src / "hello", root=src),
        PackageRoot(name="hello-stubs", path=src / "hello-stubs", root=src),
        PackageRoot(name="lone", path=src / "lone.py", root=src),
    )


def test_src_without_python_falls_back_to_the_flat_layout(tmp_path: Path) -> None:
    plant(tmp_path, "src/fast.c", "hello/__init__.py")
    assert find_packages(tmp_path, project_name="x") == (
        PackageRoot(name="hello", path=tmp_path / "hello", root=tmp_path),
    )


@pytest.mark.parametrize(
    ("planted", "project_name", "expected"),
    [
        (("hello/__init__.py", "extra/__init__.py"), "hello", ["hello"]),
        (("hello_world/__init__.py", "extra/__init__.py"), "Hello.World", ["hello_world"]),
        (("hello/__init__.py", "hello-stubs/__init__.pyi", "x.py"), "hello", ["hello", "hello-stubs"]),
        (("hello/__init__.py", "hello.py"), "hello", ["hello"]),
        (("hello.py", "extra/__init__.py"), "hello", ["hello"]),
        (("extra/__init__.py", "tests/__init__.py", "docs/__init__.py", "setup.py"), "hello", ["extra"]),
        (("extra/__init__.py", "x.py", "y.py"), "hello", ["extra"]),
        (("only.py", "setup.py", "conftest.py", "noxfile.py"), "hello", ["only"]),
        (("only.pyi",), "hello", ["only"]),
        (("tests/__init__.py", "setup.py", "README.md", "native/a.c"), "hello", []),
        (("tests/__init__.py", "extra/__init__.py"), "tests", ["tests"]),
    ],
)
def test_flat_layout(
    tmp_path: Path, planted: tuple[str, ...], project_name: str, expected: list[str]
) -> None:
    plant(tmp_path, *planted)
    assert names(find_packages(tmp_path, project_name=project_name)) == expected


@pytest.mark.parametrize("planted", [("b/__init__.py", "a/__init__.py"), ("b.py", "a.py")])
def test_ambiguous_flat_layout_is_refused(tmp_path: Path, planted: tuple[str, ...]) -> None:
    plant(tmp_path, *planted)
    with pytest.raises(ConfigError) as caught:
        find_packages(tmp_path, project_name="hello")
    assert caught.value.message == "pyproject.toml: several packages could be those of 'hello': a, b"
    assert caught.value.tip == 'Name those that belong into the wheel: [tool.pyz3] packages = ["a"]'


def test_namespace_packages_must_be_named(tmp_path: Path) -> None:
    plant(
        tmp_path, "src/acme/hello/__init__.py", "src/acme/hello/sub/__init__.py", "src/acme/bye/__init__.py"
    )
    with pytest.raises(ConfigError) as caught:
        find_packages(tmp_path, project_name="acme-hello")
    assert caught.value.tip == '[tool.pyz3] packages = ["acme.bye", "acme.hello"]'
    found = find_packages(tmp_path, project_name="acme-hello", packages=["acme.hello"])
    assert [entry.arcname for entry in package_files(tmp_path, found)] == [
        "acme/hello/__init__.py",
        "acme/hello/sub/__init__.py",
    ]


def test_configured_packages_are_found_in_src_then_beside_pyproject(tmp_path: Path) -> None:
    plant(tmp_path, "src/a/__init__.py", "a/__init__.py", "b/data.txt", "c.py", "t-stubs/__init__.pyi")
    found = find_packages(tmp_path, project_name="x", packages=["t-stubs", "c", "b", "a", "a"])
    assert found == (
        PackageRoot(name="a", path=tmp_path / "src" / "a", root=tmp_path / "src"),
        PackageRoot(name="b", path=tmp_path / "b", root=tmp_path),
        PackageRoot(name="c", path=tmp_path / "c.py", root=tmp_path),
        PackageRoot(name="t-stubs", path=tmp_path / "t-stubs", root=tmp_path),
    )


def test_no_packages_on_purpose(tmp_path: Path) -> None:
    plant(tmp_path, "hello/__init__.py")
    assert find_packages(tmp_path, project_name="hello", packages=[]) == ()


def test_missing_configured_package_lists_those_there_are(tmp_path: Path) -> None:
    plant(tmp_path, "src/hello/__init__.py", "setup.py")
    with pytest.raises(ConfigError) as caught:
        find_packages(tmp_path, project_name="hello", packages=["helo"])
    assert caught.value.message == (
        "pyproject.toml: tool.pyz3.packages: there is no package or module 'helo' "
        "in src/ or beside pyproject.toml"
    )
    assert caught.value.tip == "Found are: hello, setup."


@pytest.mark.parametrize("name", ["../hello", "", ".", "a..b", "a/b", "1x", "/etc"])
def test_configured_package_must_be_an_import_name(tmp_path: Path, name: str) -> None:
    with pytest.raises(ConfigError, match="is no import name like 'hello'"):
        find_packages(tmp_path, project_name="hello", packages=[name])


def test_exact_content_of_a_package(tmp_path: Path) -> None:
    wanted = [
        *("hello/__init__.py", "hello/_fast.pyi", "hello/data.py", "hello/data/table.json"),
        *("hello/py.typed", "hello/x.pxd"),
    ]
    litter = [
        *(
            "hello/_fast.c",
            "hello/a.cc",
            "hello/a.cpp",
            "hello/a.CXX",
            "hello/a.S",
            "hello/a.zig",
            "hello/a.pyx",
        ),
        *("hello/a.h", "hello/a.hpp", "hello/build.zig.zon"),
        *("hello/_fast.cpython-313-x86_64-linux-gnu.so", "hello/_fast.pyd", "hello/lib.dylib", "hello/a.o"),
        *("hello/__pycache__/a.cpython-313.pyc", "hello/stale.pyc", "hello/.hidden", "hello/.git/x.py"),
        *("hello/__init__.py~", "hello/#x.py#", "hello/x.py.orig", "hello/x.egg-info/PKG-INFO", "other/x.py"),
    ]
    plant(tmp_path, *wanted, *litter)
    found = find_packages(tmp_path, project_name="hello")
    assert package_files(tmp_path, found) == tuple(
        WheelEntry(arcname=name, source=tmp_path / name) for name in wanted
    )


def test_sources_are_left_out_whatever_their_suffix(tmp_path: Path) -> None:
    plant(tmp_path, "hello/__init__.py", "hello/table.inc", "hello/other.inc")
    found = find_packages(tmp_path, project_name="hello")
    entries = package_files(tmp_path, found, sources=[tmp_path / "hello" / ".." / "hello" / "table.inc"])
    assert [entry.arcname for entry in entries] == ["hello/__init__.py", "hello/other.inc"]


def test_overlapping_packages_give_each_file_once(tmp_path: Path) -> None:
    plant(tmp_path, "hello/__init__.py", "hello/sub/__init__.py")
    found = find_packages(tmp_path, project_name="hello", packages=["hello", "hello.sub"])
    entries = package_files(tmp_path, found)
    assert [entry.arcname for entry in entries] == ["hello/__init__.py", "hello/sub/__init__.py"]


def test_lone_module_comes_with_its_stub(tmp_path: Path) -> None:
    plant(tmp_path, "hello.py", "hello.pyi")
    found = find_packages(tmp_path, project_name="hello")
    assert [entry.arcname for entry in package_files(tmp_path, found)] == ["hello.py", "hello.pyi"]


def test_scripts_are_executable_by_content_not_by_mode(tmp_path: Path) -> None:
    plant(tmp_path, "hello/__init__.py")
    (tmp_path / "hello" / "__init__.py").chmod(0o777)
    (tmp_path / "hello" / "run.sh").write_bytes(b"#!/bin/sh\n")
    (tmp_path / "hello" / "run.sh").chmod(0o600)
    found = find_packages(tmp_path, project_name="hello")
    assert {entry.arcname: entry.executable for entry in package_files(tmp_path, found)} == {
        "hello/__init__.py": False,
        "hello/run.sh": True,
    }


@needs_symlinks
def test_links_inside_the_project_are_followed(tmp_path: Path) -> None:
    plant(tmp_path, "hello/__init__.py", "common/data/x.txt", "common/LICENSE")
    (tmp_path / "hello" / "data").symlink_to(tmp_path / "common" / "data")
    (tmp_path / "hello" / "LICENSE").symlink_to("../common/LICENSE")
    found = find_packages(tmp_path, project_name="hello")
    entries = package_files(tmp_path, found)
    assert [entry.arcname for entry in entries] == ["hello/LICENSE", "hello/__init__.py", "hello/data/x.txt"]


@needs_symlinks
@pytest.mark.parametrize(
    ("target", "message"),
    [
        ("../../outside.txt", "outside the project directory"),
        ("nowhere", "a symbolic link that leads nowhere"),
        (".", "a symbolic link that leads to a folder it lies in"),
        # Resolving a path notices the circle before Python 3.13; from then on, reading it does.
        ("link", "is not a usable path|leads nowhere"),
    ],
)
def test_bad_links_are_refused(tmp_path: Path, target: str, message: str) -> None:
    plant(tmp_path, "outside.txt", "project/hello/__init__.py")
    (tmp_path / "project" / "hello" / "link").symlink_to(target)
    found = find_packages(tmp_path / "project", project_name="hello")
    with pytest.raises(ConfigError, match=message):
        package_files(tmp_path / "project", found)


@needs_symlinks
def test_package_that_is_a_link_out_of_the_project_is_refused(tmp_path: Path) -> None:
    plant(tmp_path, "elsewhere/__init__.py", "project/pyproject.toml")
    (tmp_path / "project" / "hello").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(ConfigError, match="outside the project directory"):
        find_packages(tmp_path / "project", project_name="hello")
    with pytest.raises(ConfigError, match="outside the project directory"):
        find_packages(tmp_path / "project", project_name="hello", packages=["hello"])
