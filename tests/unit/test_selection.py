from __future__ import annotations

import pytest

from pyz3.errors import ConfigError, NothingSelectedError
from pyz3.targets import SUPPORTED, Platform, PythonVersion
from pyz3.targets.selection import combine, default_platforms, select_platforms, select_pythons

ALL_VERSIONS = ("3.9", "3.10", "3.11", "3.12", "3.13", "3.14", "3.15")
CURRENT = PythonVersion.current()


def names(chosen: tuple[object, ...]) -> list[str]:
    return [str(one) for one in chosen]


@pytest.mark.parametrize(
    ("patterns", "wanted"),
    [
        (["linux-x86_64"], ["linux-x86_64"]),
        (["macos-*"], ["macos-x86_64", "macos-arm64", "macos-universal2"]),
        (["musllinux-[xr]*"], ["musllinux-x86_64", "musllinux-riscv64"]),
        (["linux-[ai]*"], ["linux-aarch64", "linux-i686", "linux-armv7l"]),
        (["windows-x64", "linux-aarch64", "windows-*"], ["linux-aarch64", "windows-x64", "windows-arm64", "windows-x86"]),  # noqa: E501
        (["*"], [platform.value for platform in Platform]),
        ([], []),
    ],
)  # fmt: skip
def test_names_and_globs_give_platforms_in_table_order(patterns: list[str], wanted: list[str]) -> None:
    assert names(select_platforms(patterns)) == wanted


@pytest.mark.parametrize(
    ("pattern", "hint"),
    [
        ("linux-x86-64", "did you mean 'linux-x86_64'? all: pyz3 platforms"),
        ("window-x64", "did you mean 'windows-x64'? all: pyz3 platforms"),
        ("plan9-*", "there are: linux, macos, windows, musllinux, pyodide; pyz3 platforms lists all"),
        ("", "there are: linux, macos, windows, musllinux, pyodide; pyz3 platforms lists all"),
    ],
)
def test_unknown_platform(pattern: str, hint: str) -> None:
    with pytest.raises(ConfigError) as caught:
        select_platforms(["linux-x86_64", pattern], source="here")
    assert caught.value.message == f"here: {pattern!r} is no platform"
    assert caught.value.tip == hint
    assert caught.value.exit_code == 2


def test_default_platforms_are_the_first_eight() -> None:
    assert names(default_platforms()) == [
        *("linux-x86_64", "linux-aarch64", "macos-x86_64", "macos-arm64", "windows-x64"),
        *("musllinux-x86_64", "musllinux-aarch64", "windows-arm64"),
    ]


def test_versions_come_in_order_each_once() -> None:
    assert select_pythons(["3.13", "3.9", "3.13t", "cp39"], available=ALL_VERSIONS) == (
        (PythonVersion(3, 9), PythonVersion(3, 13), PythonVersion(3, 13, free_threaded=True)),
        (),
    )


def test_no_version_means_the_running_one() -> None:
    assert select_pythons([], available=[CURRENT.base]) == ((CURRENT,), ())


def test_all_is_what_there_are_headers_for() -> None:
    chosen, left_out = select_pythons(["all"], available=["3.12", "3.13"])
    assert names(chosen) == ["3.12", "3.13", "3.13t"]
    assert left_out == tuple(
        (name, f"no headers: uv python install {name.removesuffix('t')}")
        for name in ("3.9", "3.10", "3.11", "3.14", "3.14t", "3.15", "3.15t")
    )
    assert select_pythons(["all"], available=ALL_VERSIONS) == (SUPPORTED, ())


@pytest.mark.parametrize(
    ("requires", "wanted"),
    [
        ("", list(map(str, SUPPORTED))),
        (">=3.12", ["3.12", "3.13", "3.13t", "3.14", "3.14t", "3.15", "3.15t"]),
        (">=3.10.4,<3.12", ["3.10", "3.11"]),
        ("!=3.10.*, <3.12", ["3.9", "3.11"]),
        ("==3.13.*", ["3.13", "3.13t"]),
        ("~=3.14", ["3.14", "3.14t", "3.15", "3.15t"]),
        ("<3", []),
    ],
)
def test_requires_python(requires: str, wanted: list[str]) -> None:
    chosen, left_out = select_pythons(["all"], available=ALL_VERSIONS, requires_python=requires)
    assert names(chosen) == wanted
    assert left_out == tuple(
        (str(python), f"requires-python is {requires!r}") for python in SUPPORTED if str(python) not in wanted
    )


def test_requires_python_holds_for_versions_asked_for_by_number() -> None:
    assert select_pythons(["3.9", "3.13"], available=["3.13"], requires_python=">=3.10") == (
        (PythonVersion(3, 13),),
        (("3.9", "requires-python is '>=3.10'"),),
    )


def test_requires_python_that_is_no_specifier() -> None:
    with pytest.raises(ConfigError) as caught:
        select_pythons(["all"], available=ALL_VERSIONS, requires_python="three")
    assert caught.value.message == (
        "pyproject.toml: project.requires-python: 'three' is no version specifier (PEP 440)"
    )


def test_version_without_headers_asked_for_by_number() -> None:
    with pytest.raises(ConfigError) as caught:
        select_pythons(["3.14t"], available=["3.9", "3.13", "3.10"])
    assert caught.value.message == "no C headers of Python 3.14 on this machine (found: 3.9, 3.10, 3.13)"
    assert caught.value.tip == (
        "get them: uv python install 3.14, or name a folder that holds Python.h with --python-headers; "
        "see pyz3 pythons"
    )
    with pytest.raises(ConfigError, match=r"\(found: none\)"):
        select_pythons(["3.14"], available=[])


def test_version_that_does_not_exist() -> None:
    there = "there are: 3.9, 3.10, 3.11, 3.12, 3.13, 3.13t, 3.14, 3.14t, 3.15, 3.15t, all"
    with pytest.raises(ConfigError) as caught:
        select_pythons(["3.12t"], available=["3.13"])
    assert caught.value.message == "--python: pyz3 makes no wheels for Python 3.12t"
    assert caught.value.tip == f"{there} (headers found: 3.13)"
    with pytest.raises(ConfigError) as caught:
        select_pythons(["pypy"], available=["3.13"])
    assert caught.value.message == "--python: 'pypy' is not a Python version like 3.13 or 3.13t"
    assert caught.value.tip == there


def test_every_platform_with_every_python() -> None:
    selection = combine(
        (Platform.LINUX_X86_64, Platform.WINDOWS_X64),
        (PythonVersion(3, 9), PythonVersion(3, 13, free_threaded=True)),
        (("3.10", "why"),),
    )
    assert names(selection.targets) == [
        *("cp39-manylinux_x86_64", "cp313t-manylinux_x86_64"),
        *("cp39-win_amd64", "cp313t-win_amd64"),
    ]
    assert selection.left_out == (("3.10", "why"),)


def test_nothing_selected() -> None:
    with pytest.raises(NothingSelectedError) as caught:
        combine((Platform.LINUX_X86_64,), (), (("3.9", "too old"), ("3.10", "no headers")))
    assert caught.value.message == "nothing is selected (3.9: too old; 3.10: no headers)"
    assert caught.value.tip == "see what there is: pyz3 pythons, and --print-build-identifiers"
    assert caught.value.exit_code == 3
    with pytest.raises(NothingSelectedError, match=r"^nothing is selected$"):
        combine((), (PythonVersion(3, 9),))


def test_a_platform_without_such_a_python() -> None:
    reason = ("pyodide", "there is Python 3.12, 3.13, 3.14, 3.15 only")
    with pytest.raises(NothingSelectedError) as caught:
        combine((Platform.PYODIDE,), (PythonVersion(3, 9), PythonVersion(3, 11)))
    assert caught.value.message == f"nothing is selected ({': '.join(reason)})"
    assert combine((Platform.PYODIDE,), (PythonVersion(3, 9),), allow_empty=True).left_out == (reason,)
    # Where something is left it is what was meant: --platform '*' with an older Python.
    both = combine((Platform.PYODIDE, Platform.LINUX_X86_64), (PythonVersion(3, 9),))
    assert (names(both.targets), both.left_out) == (["cp39-manylinux_x86_64"], ())
