"""Which header folders of the host give way to the target's, and whose they are."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from trees import install

from pyz3.environments import includes, venvs
from pyz3.environments.includes import Dependency, exchange, find_owner
from pyz3.errors import Pyz3Error
from pyz3.store import Cache
from pyz3.targets import Platform, PythonVersion

SITE = Path("/env/lib/python3.13/site-packages") if os.name != "nt" else Path("C:/env/Lib/site-packages")
LINUX_NUMPY = Dependency(
    name="numpy", version="2.3.0", platforms=("manylinux_2_27_x86_64", "manylinux2014_x86_64")
)
PURE = Dependency(name="pybind11", version="3.0", platforms=("any",))
OWNERS = {"numpy": LINUX_NUMPY, "pybind11": PURE}
LONG_DOUBLE = {"numpy": ("-mlong-double-64",)}


def mapped(*flags: str, platform: Platform) -> includes.MappedFlags:
    wheel = SITE.parents[2] / "wheels"
    return exchange(
        flags,
        platform=platform,
        site_packages=SITE,
        owner=OWNERS.get,
        fetch=lambda dependency: wheel / f"{dependency.name}-{platform}",
        extra=LONG_DOUBLE,
    )


def test_folders_of_the_host_are_exchanged() -> None:
    inside = f"{SITE}{os.sep}numpy{os.sep}_core{os.sep}include"
    lib64 = inside.replace("lib", "lib64", 1) if os.name != "nt" else inside
    there = str(SITE.parents[2] / "wheels" / "numpy-macos-arm64" / "numpy" / "_core" / "include")
    given = (
        *("-DX=1", f"-I{inside}", f"-isystem{inside}", "-I", inside, f"-L{inside}", f"-I{lib64}", "-O2"),
        *(f"-I{SITE}{os.sep}pybind11", f"-I{SITE}{os.sep}unknown", f"-I{SITE}", "-Irelative", f"{inside}x.c"),
    )
    result = mapped(*given, platform=Platform.MACOS_ARM64)
    assert result.flags == (
        *("-DX=1", f"-I{there}", f"-isystem{there}", "-I", there, f"-L{there}", f"-I{there}", "-O2"),
        *(*given[8:12], f"{there}x.c"),
    )
    assert result.dependencies == (("numpy", "2.3.0"),)
    assert result.extra == ("-mlong-double-64",)


def test_the_host_s_own_platform_keeps_its_folders() -> None:
    flag = f"-I{SITE}{os.sep}numpy"
    result = mapped(flag, platform=Platform.LINUX_X86_64)
    assert (result.flags, result.dependencies) == ((flag,), ())
    assert mapped("-O2", platform=Platform.LINUX_X86_64) == includes.MappedFlags(
        flags=("-O2",), extra=(), dependencies=()
    )


@pytest.mark.parametrize(
    ("tag", "served"),
    [
        ("any", tuple(Platform)),
        ("manylinux1_x86_64", (Platform.LINUX_X86_64,)),
        ("manylinux_2_28_aarch64", (Platform.LINUX_AARCH64,)),
        ("musllinux_1_2_x86_64", (Platform.MUSLLINUX_X86_64,)),
        ("macosx_11_0_arm64", (Platform.MACOS_ARM64,)),
        ("macosx_10_9_universal2", (Platform.MACOS_UNIVERSAL2,)),
        ("win_amd64", (Platform.WINDOWS_X64,)),
        ("win32", (Platform.WINDOWS_X86,)),
        ("linux_x86_64", ()),
    ],
)
def test_whom_an_installed_wheel_serves(tag: str, served: tuple[Platform, ...]) -> None:
    dependency = Dependency(name="x", version="1", platforms=(tag,))
    assert tuple(platform for platform in Platform if dependency.serves(platform)) == served


def test_who_owns_a_package(tmp_path: Path) -> None:
    install(
        tmp_path,
        "A_b",
        "ab/__init__.py,,\nab/x.h,,\n",
        "Tag: cp313-cp313-manylinux_2_17_x86_64.manylinux2014_x86_64\n",
    )
    install(tmp_path, "pure", "p.py,,\npurely/x.h,,\n", "Tag: py2-none-any\nTag: py3-none-any\n")
    install(tmp_path, "odd", "odd/x.h,,\n", None)
    assert find_owner(tmp_path, "ab") == Dependency(
        name="a-b", version="1.0", platforms=("manylinux_2_17_x86_64", "manylinux2014_x86_64")
    )
    assert find_owner(tmp_path, "purely") == Dependency(name="pure", version="1.0", platforms=("any", "any"))
    assert find_owner(tmp_path, "odd") is None
    assert find_owner(tmp_path, "b") is None


def test_headers_that_are_others_on_the_target(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    site = tmp_path / "site-packages"
    install(site, "deep", "deep/_core/include/deep.h,,\n", "Tag: cp313-cp313-manylinux_2_17_x86_64\n")
    install(site, "rare", "rare/include/rare.h,,\n", "Tag: cp313-cp313-manylinux_2_17_x86_64\n")
    install(site, "pure", "pure/include/pure.h,,\n", "Tag: py3-none-any\n")
    install(site, "tool", "tool/data/share/include/x.h,,\n", "Tag: py3-none-manylinux_2_17_x86_64\n")
    for folder in ("deep/_core/include", "rare/include", "pure/include", "tool/data/share/include"):
        (site / folder).mkdir(parents=True)

    def target_wheel(name: str, _version: str, **_options: object) -> Path:
        if name == "rare":
            raise Pyz3Error("there is none", tip="leave it out")
        return tmp_path / "wheels" / name

    monkeypatch.setattr(includes, "target_wheel", target_wheel)

    def found(platform: Platform) -> list[tuple[Path, Path, str]]:
        environment = venvs.Environment(
            root=site, python=site, site_packages=site, requires=(), version="3.13", key="k"
        )
        folders = includes.header_folders(
            environment=environment,
            platform=platform,
            python=PythonVersion(3, 13),
            cache=Cache(tmp_path),
            environ={},
        )
        assert {one.flags for one in folders} <= {()}
        return [(one.here, one.there, one.trouble) for one in folders]

    assert found(Platform.LINUX_AARCH64) == [
        (site / "deep", tmp_path / "wheels/deep/deep", ""),
        (site / "rare", site / "rare", "there is none; leave it out"),
    ]
    assert found(Platform.LINUX_X86_64) == []


def test_headers_are_found_by_every_path_that_leads_to_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = tmp_path / "real"
    site = real / "lib/python3.13/site-packages"
    install(site, "numpy", "numpy/_core/include/x.h,,\n", "Tag: cp313-cp313-manylinux_2_17_x86_64\n")
    (site / "numpy/_core/include").mkdir(parents=True)
    link = tmp_path / "link"
    try:
        (real / "lib64").symlink_to("lib", target_is_directory=True)
        link.symlink_to(real, target_is_directory=True)
    except OSError:
        pytest.skip("links cannot be made here")
    monkeypatch.setattr(includes, "target_wheel", lambda *_, **__: tmp_path / "wheel")
    shown = link / "lib/python3.13/site-packages"
    folders = includes.header_folders(
        environment=venvs.Environment(
            root=link, python=link, site_packages=shown, requires=(), version="3.13", key="k"
        ),
        platform=Platform.WINDOWS_X64,
        python=PythonVersion(3, 13),
        cache=Cache(tmp_path),
        environ={},
    )
    places = [shown, link / "lib64/python3.13/site-packages", site.resolve()]
    assert [one.here for one in folders] == [place / "numpy" for place in places]
    assert {(one.there, one.flags) for one in folders} == {(tmp_path / "wheel/numpy", ("-mlong-double-64",))}
