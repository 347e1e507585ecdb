"""Which interpreter, which key, which flags: what needs no process."""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from pyz3.capi.discovery import Host, find_installations
from pyz3.environments import includes, interpreters, target_wheels, venvs
from pyz3.environments.fused import fuse_headers
from pyz3.environments.includes import Dependency, exchange, find_owner
from pyz3.environments.interpreters import Interpreter, interpreter_for
from pyz3.environments.requirements import is_satisfied
from pyz3.environments.target_wheels import pip_platforms
from pyz3.environments.venvs import build_environment, normalise
from pyz3.errors import ConfigError, Pyz3Error
from pyz3.sources import pip
from pyz3.targets import Platform, PythonVersion

if TYPE_CHECKING:
    from collections.abc import Callable

PY313 = PythonVersion(3, 13)
POSIX = pytest.mark.skipif(
    sys.platform == "win32", reason="interpreters of Windows have no version in their names"
)
EMPTY = Host(home=Path("/nowhere"), running=(), system=(), windows=False)


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Path]:
    """Put files there as interpreters of pyenv; what they say of themselves is what is given."""
    said: dict[str, interpreters._Facts | None] = {}
    asked: list[str] = []

    def ask(file: Path) -> interpreters._Facts | None:
        asked.append(file.name)
        return said[str(file)]

    monkeypatch.setattr(interpreters, "_ask", ask)
    monkeypatch.setattr(sys, "base_prefix", str(tmp_path / "running"))

    def install(
        folder: str, minor: int, *, implementation: str = "cpython", threads: bool = False, runs: bool = True
    ) -> Path:
        path = tmp_path / folder / "bin" / f"python3.{minor}{'t' if threads else ''}"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"\x7fELF")
        facts = interpreters._Facts(
            implementation=implementation,
            version_info=(3, minor, 1, "final", 0),
            free_threaded=threads,
            platform="linux-x86_64",
            has_venv=True,
        )
        said[str(path)] = facts if runs else None
        return path

    install.asked = asked  # type: ignore[attr-defined]
    return install


def find(version: str, tmp_path: Path) -> Interpreter:
    return interpreter_for(
        version, environ={"PYENV_ROOT": str(tmp_path)}, cache=tmp_path / "cache", host=EMPTY
    )


@POSIX
def test_the_version_that_was_asked_for(installed: Callable[..., Path], tmp_path: Path) -> None:
    installed("running", 11)
    path = installed("versions/x", 13)
    installed("versions/y", 12)
    found = find("3.13", tmp_path)
    assert found == Interpreter(
        executable=path, version_info=(3, 13, 1, "final", 0), platform="linux-x86_64", exact=True
    )
    assert found.version == "3.13"
    assert find("3.13t", tmp_path) == found


@POSIX
def test_the_running_one_comes_first(installed: Callable[..., Path], tmp_path: Path) -> None:
    installed("versions/x", 13)
    assert find("3.13", tmp_path).executable == tmp_path / "versions/x/bin/python3.13"
    running = installed("running", 13)
    assert find("3.13", tmp_path).executable == running


@POSIX
@pytest.mark.parametrize(
    ("there", "wanted", "given"),
    [
        ((9, 11), "3.10", "3.11"),
        ((9, 12), "3.10", "3.9"),
        ((11, 13), "3.15", "3.13"),
        ((12, 14), "3.9", "3.12"),
    ],
)
def test_else_the_nearest(
    there: tuple[int, ...], wanted: str, given: str, installed: Callable[..., Path], tmp_path: Path
) -> None:
    for minor in there:
        installed(f"versions/{minor}", minor)
    found = find(wanted, tmp_path)
    assert (found.version, found.exact) == (given, False)


@POSIX
def test_what_does_not_run_is_passed_over(installed: Callable[..., Path], tmp_path: Path) -> None:
    installed("versions/a", 13, runs=False)
    installed("versions/b", 13, implementation="pypy")
    shim = installed("versions/c", 13)
    shim.write_text("#!/bin/sh\n")
    good = installed("versions/d", 13)
    installed("versions/e", 13)
    assert find("3.13", tmp_path).executable == good


@POSIX
def test_the_gil_is_preferred(installed: Callable[..., Path], tmp_path: Path) -> None:
    threads = installed("versions/a", 13, threads=True)
    assert find("3.13", tmp_path).executable == threads
    usual = installed("versions/b", 13)
    assert find("3.13", tmp_path).executable == usual


@POSIX
def test_each_is_asked_once_until_its_file_changes(installed: Callable[..., Path], tmp_path: Path) -> None:
    path = installed("versions/a", 13)
    broken = installed("versions/Z", 13, runs=False)
    asked = installed.asked  # type: ignore[attr-defined]
    assert find("3.13", tmp_path).executable == path
    assert find("3.13", tmp_path).executable == path
    assert asked == [broken.name, path.name]
    os.utime(path, (1, 1))
    find("3.13", tmp_path)
    assert asked == [broken.name, path.name, path.name]
    (tmp_path / "cache/interpreters.json").write_text("nonsense")
    find("3.13", tmp_path)
    assert len(asked) == 5


@POSIX
def test_none_at_all(installed: Callable[..., Path], tmp_path: Path) -> None:
    installed("versions/a", 13, runs=False)
    with pytest.raises(ConfigError) as raised:
        find("3.13", tmp_path)
    assert raised.value.message == "no CPython runs here that could build a project for Python 3.13"
    assert raised.value.tip == "uv python install 3.13"


def test_installations_in_the_order_of_discovery(tmp_path: Path) -> None:
    for folder in ("pyenv/versions/3.12.1", "uv/cpython-3.13", "usr/include/python3.11", "path/bin"):
        (tmp_path / folder).mkdir(parents=True)
    windows = sys.platform == "win32"
    (tmp_path / "path/bin" / ("python.exe" if windows else "python3")).touch()
    host = Host(
        home=tmp_path,
        running=(),
        system=(("system", str(tmp_path / "usr/include/python3.*")),),
        windows=False,
    )
    environ = {
        "PYENV_ROOT": str(tmp_path / "pyenv"),
        "UV_PYTHON_INSTALL_DIR": str(tmp_path / "uv"),
        "CONDA_PREFIX": str(tmp_path / "conda"),
        "PATH": str(tmp_path / "path/bin"),
    }
    found = [(o, p.relative_to(tmp_path).as_posix()) for o, p in find_installations(environ, host)]
    assert found[:4] == [
        ("pyenv", "pyenv/versions/3.12.1"),
        ("uv", "uv/cpython-3.13"),
        ("conda", "conda"),
        ("system", "usr"),
    ]
    assert windows or found[4:] == [("PATH", "path")]


def test_requirements_in_one_spelling() -> None:
    assert normalise(["Setuptools >= 40.8.0", "wheel", "setuptools>=40.8.0", "A_b.c[x] ; os_name=='nt'"]) == (
        *('a-b-c[x]; os_name == "nt"', "setuptools>=40.8.0", "wheel"),
    )
    with pytest.raises(ConfigError, match=r"^build-system\.requires: 'a b' is no requirement"):
        normalise(["a b"])


def interpreter(**changes: Any) -> Interpreter:
    usual = Interpreter(
        executable=Path("/python"), version_info=(3, 13, 0, "final", 0), platform="linux-x86_64", exact=True
    )
    return replace(usual, **changes)


def key_of(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    *requires: str,
    environ: dict[str, str] | None = None,
    **changes: Any,
) -> str:
    def make(environment: venvs.Environment, *_: object) -> None:
        environment.python.parent.mkdir(parents=True)
        environment.python.touch()

    monkeypatch.setattr(venvs, "_make", make)
    given = interpreter(**changes)
    told: list[str] = []
    made = build_environment(requires, given, cache=tmp_path, environ=environ or {}, tell=told.append)
    assert made.root == tmp_path / "environments" / made.key
    return made.key


def test_what_an_environment_depends_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def key(*requires: str, **changes: Any) -> str:
        return key_of(tmp_path, monkeypatch, *requires, **changes)

    usual = key("setuptools", "cython<3.1")
    assert usual == key("Cython <3.1", "setuptools", "setuptools")
    assert usual == key("setuptools", "cython<3.1", executable=Path("/other"), exact=False)
    assert usual == key("setuptools", "cython<3.1", version_info=(3, 13, 9, "final", 0))
    constraints = tmp_path / "constraints.txt"
    constraints.write_text("setuptools<80")
    constrained = {"environ": {"PIP_CONSTRAINT": str(constraints)}}
    others = [
        key("setuptools"),
        key("setuptools", "cython<3.1", version_info=(3, 12, 0, "final", 0)),
        key("setuptools", "cython<3.1", platform="linux-aarch64"),
        key("setuptools", "cython<3.1", **constrained),
    ]
    constraints.write_text("setuptools<81")
    others.append(key("setuptools", "cython<3.1", **constrained))
    assert len({usual, *others}) == 6


def test_an_environment_is_made_once_and_again_when_it_is_broken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[Path] = []
    told: list[str] = []

    def make(environment: venvs.Environment, *_: object) -> None:
        assert not environment.root.exists()
        made.append(environment.root)
        environment.python.parent.mkdir(parents=True)
        environment.python.touch()

    monkeypatch.setattr(venvs, "_make", make)

    def build() -> venvs.Environment:
        return build_environment(["b", "a"], interpreter(), cache=tmp_path, environ={}, tell=told.append)

    first = build()
    assert build() == first
    assert told == ["installing build requirements for Python 3.13, first time only: a, b"]
    assert first.requires == ("a", "b")
    # Interrupted while it was made; its interpreter uninstalled.
    (first.root / "pyz3-ready.json").unlink()
    assert build() == first
    first.python.unlink()
    assert build() == first
    assert made == [first.root] * 3


def test_a_failed_installation_leaves_nothing_that_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(environment: venvs.Environment, *_: object) -> None:
        environment.python.parent.mkdir(parents=True)
        environment.python.touch()
        raise venvs._not_installed(environment, "uv", "Because nope was not found\n")

    monkeypatch.setattr(venvs, "_make", fail)
    for _ in range(2):
        with pytest.raises(Pyz3Error) as raised:
            build_environment(
                ["nope", "setuptools"], interpreter(), cache=tmp_path, environ={}, tell=lambda _: None
            )
        assert raised.value.message == (
            "nope cannot be installed for Python 3.13; uv says:\nBecause nope was not found"
        )
        assert raised.value.tip == (
            "uv reads UV_DEFAULT_INDEX and uv.toml for the address of an index, and no pip.conf"
        )


def test_settings_for_pip_hold_for_uv() -> None:
    told = venvs._for_uv(
        {"PIP_INDEX_URL": "https://a/simple", "PIP_FIND_LINKS": "x y", "PIP_CERT": "c", "SSL_CERT_FILE": "d"}
    )
    assert {name: value for name, value in told.items() if not name.startswith("PIP_")} == {
        "UV_DEFAULT_INDEX": "https://a/simple",
        "UV_FIND_LINKS": "x,y",
        "SSL_CERT_FILE": "d",
    }
    assert "UV_DEFAULT_INDEX" not in venvs._for_uv({"PIP_INDEX_URL": "a", "UV_INDEX_URL": "b"})


def test_paths_in_settings_become_absolute(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "wheels").mkdir()
    monkeypatch.chdir(tmp_path)
    given = {"PIP_FIND_LINKS": "wheels https://example.org/x", "OTHER": "wheels"}
    settled = {"PIP_FIND_LINKS": f"{tmp_path / 'wheels'} https://example.org/x", "OTHER": "wheels"}
    assert pip.settle_paths(given, Path.cwd()) == settled
    monkeypatch.chdir("..")
    assert pip.settle_paths(given, tmp_path) == settled


def test_constraints_of_a_project(tmp_path: Path) -> None:
    (tmp_path / "cython.txt").touch()
    given = {"A": "x", "PIP_CONSTRAINT": "cython.txt", "UV_CONSTRAINT": "https://example.org/c.txt"}
    known = {**given, "PIP_CONSTRAINT": str(tmp_path / "cython.txt")}
    assert pip.own_settings(given, tmp_path) == known
    # An sdist may lack the file.
    assert pip.own_settings({"A": "x", "PIP_CONSTRAINT": "requirements/cython.txt"}, tmp_path) == {"A": "x"}


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


def install(site: Path, name: str, record: str, wheel: str | None) -> None:
    folder = site / f"{name}-1.0.dist-info"
    folder.mkdir(parents=True)
    (folder / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
    (folder / "RECORD").write_text(record)
    if wheel is not None:
        (folder / "WHEEL").write_text(f"Wheel-Version: 1.0\n{wheel}")


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
            environment=environment, platform=platform, python=PY313, cache=tmp_path, environ={}
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
        python=PY313,
        cache=tmp_path,
        environ={},
    )
    places = [shown, link / "lib64/python3.13/site-packages", site.resolve()]
    assert [one.here for one in folders] == [place / "numpy" for place in places]
    assert {(one.there, one.flags) for one in folders} == {(tmp_path / "wheel/numpy", ("-mlong-double-64",))}


@pytest.mark.parametrize(
    ("text", "met"),
    [
        *(
            ("a-b", True),
            ("A.b>=0.9,<2", True),
            ("a-b==1.0", True),
            ("a-b>1", False),
            ("a-b>=1.0.dev1", True),
        ),
        *(
            ("c", False),
            ("a-b[x]", False),
            ("a-b; python_version>'3'", False),
            ("a-b @ https://x.org/y", False),
        ),
    ],
)
def test_what_is_installed_is_not_installed_again(text: str, met: bool, tmp_path: Path) -> None:
    install(tmp_path, "A_b", "", None)
    assert is_satisfied(text, tmp_path) == met


def test_tags_that_a_platform_takes() -> None:
    linux = pip_platforms(Platform.LINUX_AARCH64, PY313)
    assert {"manylinux_2_5_aarch64", "manylinux_2_17_aarch64", "manylinux2014_aarch64"} <= set(linux)
    assert all(tag.startswith("manylinux") and tag.endswith("_aarch64") for tag in linux)
    assert "musllinux_1_2_x86_64" in pip_platforms(Platform.MUSLLINUX_X86_64, PY313)
    assert pip_platforms(Platform.MACOS_ARM64, PY313) == ("macosx_30_0_arm64",)
    assert pip_platforms(Platform.WINDOWS_X64, PY313) == ("win_amd64",)
    assert pip_platforms(Platform.WINDOWS_X86, PY313) == ("win32",)
    assert pip_platforms(Platform.PYODIDE, PY313) == ("pyemscripten_2025_0_wasm32",)


def test_what_is_tried_for_a_target() -> None:
    threads = PythonVersion(3, 14, free_threaded=True)
    tried = [f"{v.abi}-{p}" for p, v in target_wheels._attempts(Platform.WINDOWS_ARM64, threads, "3.13")]
    assert tried == [
        *("cp314t-windows-arm64", "cp314-windows-arm64", "cp313-windows-arm64"),
        *("cp314t-windows-x64", "cp314-windows-x64", "cp313-windows-x64"),
    ]
    assert list(target_wheels._attempts(Platform.LINUX_ARMV7L, PY313, "3.13")) == [
        (Platform.LINUX_ARMV7L, PY313)
    ]


def test_stand_ins_have_the_same_sizes() -> None:
    bits = {"x86_64": 64, "amd64": 64, "aarch64": 64, "arm64": 64, "riscv64": 64, "ppc64le": 64, "s390x": 64}
    for platform, others in target_wheels._ALIKE.items():
        for other in others:
            assert bits[platform.spec.arch] == bits[other.spec.arch]
            assert (platform.family == "windows") == (other.family == "windows")
            # Its long double has another size.
            assert "macos" not in {platform.family, other.family}


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("numpy/_core/include/numpy/_numpyconfig.h", True),
        ("numpy/_core/lib/libnpymath.a", True),
        ("numpy/__init__.pxd", True),
        ("pyarrow/libarrow.so.2000", True),
        ("numpy/__init__.py", False),
        ("numpy/__init__.pyi", False),
        ("numpy/_core/_m.cpython-313-x86_64-linux-gnu.so", False),
        ("numpy/_core/_m.cp313-win_amd64.pyd", False),
        ("numpy.libs/libopenblas.so", False),
        ("numpy/.dylibs/libopenblas.dylib", False),
        ("numpy/tests/data.h", False),
    ],
)
def test_what_is_kept_of_a_target_s_wheel(name: str, kept: bool) -> None:
    assert (target_wheels._FOR_PYTHON.fullmatch(name) is None) == kept


def test_headers_of_both_slices(tmp_path: Path) -> None:
    for arch in ("arm64", "x86_64"):
        folder = tmp_path / arch / "p"
        folder.mkdir(parents=True)
        (folder / "same.h").write_text("same")
        (folder / "config.h").write_text(f"#define ARCH {arch}")
        (folder / "lib.a").write_text(arch)
    (tmp_path / "arm64/p/neon.h").write_text("neon")
    slices = {arch: tmp_path / arch for arch in ("x86_64", "arm64")}
    fused = fuse_headers(slices, tmp_path)
    assert fuse_headers(dict(reversed(slices.items())), tmp_path) == fused
    assert sorted(p.name for p in (fused / "p").iterdir()) == ["config.h", "neon.h", "same.h"]
    assert (fused / "p/same.h").read_text() == "same"
    assert (fused / "p/config.h").read_text() == (
        f'#if defined(__aarch64__)\n#include "{(tmp_path / "arm64/p/config.h").as_posix()}"\n#endif\n'
        f'#if defined(__x86_64__)\n#include "{(tmp_path / "x86_64/p/config.h").as_posix()}"\n#endif\n'
    )
    assert (fused / "p/neon.h").read_text() == (
        f'#if defined(__aarch64__)\n#include "{(tmp_path / "arm64/p/neon.h").as_posix()}"\n#endif\n'
    )
