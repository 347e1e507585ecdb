from __future__ import annotations

from typing import TYPE_CHECKING, Any, get_args

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pyz3.config import (
    FAMILIES,
    FAMILY_TABLES,
    OPTIMIZE_MODES,
    Extension,
    ExtensionTable,
    Settings,
    ToolTable,
    read_pyproject,
    read_tool_table,
)
from pyz3.errors import ConfigError
from pyz3.targets import Platform

if TYPE_CHECKING:
    from pathlib import Path

TOOL_KEYS = sorted(field.encode_name for field in msgspec.structs.fields(ToolTable))
SETTINGS = "cflags, cxxflags, define, include-dirs, ldflags, libraries, library-dirs"


def read(table: Any) -> ToolTable:
    return read_tool_table({"tool": {"pyz3": table}})


def test_defaults() -> None:
    assert read({}) == read_tool_table({}) == read_tool_table({"tool": {}}) == ToolTable()
    table = ToolTable()
    assert (table.optimize, table.platforms, table.packages) == ("ReleaseFast", None, None)
    assert (table.glibc, table.macos, table.build_zig, table.version) == (None, None, False, None)
    assert table.extensions == ()


def test_every_key() -> None:
    table = read(
        {
            "packages": ["hello"],
            "optimize": "ReleaseSmall",
            "platforms": ["linux-*"],
            "glibc": "2.28",
            "macos": "11.0",
            "build-zig": False,
            "version": {"attr": "hello.__version__"},
            "extensions": [
                {
                    "name": "hello._speed",
                    "sources": ["a.c"],
                    "include-dirs": ["include"],
                    "library-dirs": ["lib"],
                    "define": {"TEXT": '"x"', "NUMBER": 3, "ON": True, "OFF": False},
                    "cflags": ["-O1"],
                    "cxxflags": ["-std=c++20"],
                    "ldflags": ["-s"],
                    "libraries": ["z"],
                    "linux": {"libraries": ["rt"]},
                    "musllinux": {"cflags": ["-DMUSL"]},
                    "macos": {"ldflags": ["-framework", "Foundation"]},
                    "windows": {"sources": ["win.c"], "define": {"TEXT": "y"}},
                }
            ],
        }
    )
    assert (table.packages, table.platforms) == (("hello",), ("linux-*",))
    assert (table.optimize, table.glibc, table.macos) == ("ReleaseSmall", "2.28", "11.0")
    assert table.version is not None
    assert (table.version.attr, table.version.path) == ("hello.__version__", None)
    assert table.extensions == (
        ExtensionTable(
            name="hello._speed",
            sources=("a.c",),
            include_dirs=("include",),
            library_dirs=("lib",),
            define={"TEXT": '"x"', "NUMBER": 3, "ON": True, "OFF": False},
            cflags=("-O1",),
            cxxflags=("-std=c++20",),
            ldflags=("-s",),
            libraries=("z",),
            linux=Settings(libraries=("rt",)),
            musllinux=Settings(cflags=("-DMUSL",)),
            macos=Settings(ldflags=("-framework", "Foundation")),
            windows=Settings(sources=("win.c",), define={"TEXT": "y"}),
        ),
    )


@pytest.mark.parametrize(
    ("table", "message", "tip"),
    [
        ([], ": expected a table, found an array", None),
        ({"optimise": "x"}, ".optimise: unknown key", "did you mean 'optimize'?"),
        ({"build_zig": True}, ".build_zig: unknown key", "did you mean 'build-zig'?"),
        (
            {"zzz": 1},
            ".zzz: unknown key",
            f"the keys there are: {', '.join(TOOL_KEYS)}",
        ),
        (
            {"optimize": "releasefast"},
            ".optimize: 'releasefast' is not one of Debug, ReleaseSafe, ReleaseFast, ReleaseSmall",
            "did you mean 'ReleaseFast'?",
        ),
        (
            {"optimize": "3"},
            ".optimize: '3' is not one of Debug, ReleaseSafe, ReleaseFast, ReleaseSmall",
            None,
        ),
        ({"optimize": 3}, ".optimize: expected a string, found an integer", None),
        ({"packages": "hello"}, ".packages: expected an array, found a string", None),
        ({"platforms": ["linux-*", 1]}, ".platforms[1]: expected a string, found an integer", None),
        ({"glibc": 2.28}, ".glibc: expected a string, found a float", None),
        ({"build-zig": "yes"}, ".build-zig: expected true or false, found a string", None),
        ({"version": "1.0"}, ".version: expected a table, found a string", None),
        ({"version": {"atr": "x"}}, ".version.atr: unknown key", "did you mean 'attr'?"),
        ({"extensions": {}}, ".extensions: expected an array, found a table", None),
        ({"extensions": [{"sources": []}]}, ".extensions[0].name: missing", "add it: name = …"),
        (
            {"extensions": [{"name": "a"}, {"name": "b", "sources": "x"}]},
            ".extensions[1].sources: expected an array, found a string",
            None,
        ),
        (
            {"extensions": [{"name": "a", "librares": []}]},
            ".extensions[0].librares: unknown key",
            "did you mean 'libraries'?",
        ),
        (
            {"extensions": [{"name": "a", "window": {}}]},
            ".extensions[0].window: unknown key",
            "did you mean 'windows'?",
        ),
        (
            {"extensions": [{"name": "a", "windows": {"name": "b"}}]},
            ".extensions[0].windows.name: unknown key",
            f"the keys there are: {SETTINGS}, sources",
        ),
        (
            {"extensions": [{"name": "a", "linux": {"define": {"A": 1.5}}}]},
            ".extensions[0].linux.define.A: expected true or false or an integer or a string, found a float",
            None,
        ),
    ],
)
def test_mistakes_name_file_key_and_remedy(table: Any, message: str, tip: str | None) -> None:
    with pytest.raises(ConfigError) as caught:
        read(table)
    assert (caught.value.message, caught.value.tip) == (f"pyproject.toml: tool.pyz3{message}", tip)


@pytest.mark.parametrize("data", [{"tool": 3}, {"tool": {"pyz3": 3}}])
def test_the_table_is_no_table(data: dict[str, Any]) -> None:
    with pytest.raises(ConfigError, match=r"^x\.toml: tool\.pyz3: expected a table, found an integer$"):
        read_tool_table(data, file="x.toml")


KEYS = st.sampled_from(
    [
        *TOOL_KEYS,
        *("name", "sources", "include-dirs", "library-dirs", "define", "cflags", "ldflags", "libraries"),
        *(*FAMILIES, "attr", "path", "[...]", "a.b", "`", ""),
    ]
)
SCALARS = (
    st.booleans()
    | st.integers()
    | st.floats()
    | st.dates()
    | st.times()
    | st.datetimes()
    | st.sampled_from([*OPTIMIZE_MODES, "2.17", "a.b"])
    | st.text(max_size=4)
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(KEYS | st.text(max_size=4), inner, max_size=4)
    ),
    max_leaves=8,
)


@settings(max_examples=50)
@given(st.dictionaries(KEYS | st.text(max_size=4), VALUES, max_size=5))
def test_any_table_is_read_or_refused(table: dict[str, Any]) -> None:
    try:
        result = read(table)
    except ConfigError as error:
        assert error.message.startswith("pyproject.toml: tool.pyz3")  # noqa: PT017 - either outcome is right
    else:
        assert set(table) <= set(TOOL_KEYS)
        assert isinstance(result, ToolTable)


def test_a_familys_settings_come_behind_the_common_ones() -> None:
    common = Settings(
        sources=("a.c", "b.c"),
        include_dirs=("i",),
        library_dirs=("l",),
        define={"A": 1, "B": True},
        cflags=("-c",),
        cxxflags=("-x",),
        ldflags=("-s",),
        libraries=("z",),
    )
    more = Settings(
        sources=("b.c", "win.c"),
        include_dirs=("i2",),
        library_dirs=("l2",),
        define={"B": False, "C": "x"},
        cflags=("-c2",),
        cxxflags=("-x2",),
        ldflags=("-lws2_32",),
        libraries=("ws2_32",),
    )
    extension = Extension(name="m", common=common, families={"windows": more})
    assert extension.settings("windows") == Settings(
        sources=("a.c", "b.c", "win.c"),
        include_dirs=("i", "i2"),
        library_dirs=("l", "l2"),
        define={"A": 1, "B": False, "C": "x"},
        cflags=("-c", "-c2"),
        cxxflags=("-x", "-x2"),
        ldflags=("-s", "-lws2_32"),
        libraries=("z", "ws2_32"),
    )
    assert [extension.settings(family) for family in ("linux", "musllinux", "macos")] == [common] * 3
    assert extension.all_sources == ("a.c", "b.c", "b.c", "win.c")


def test_merging_loses_no_field() -> None:
    filled = Settings(
        **{field: {"A": 1} if field == "define" else ("x",) for field in Settings.__struct_fields__}
    )
    assert Settings().plus(filled) == filled.plus(Settings()) == filled
    assert (
        ExtensionTable(name="n", **{f: getattr(filled, f) for f in Settings.__struct_fields__}).common
        == filled
    )


def test_families_are_those_of_the_platforms() -> None:
    assert set(FAMILIES) == {platform.family for platform in Platform}
    fields = msgspec.structs.fields(ExtensionTable)
    tables = {field.name for field in fields if Settings in get_args(field.type)}
    assert set(FAMILY_TABLES) == tables == {name for names in FAMILIES.values() for name in names}


def test_no_pyproject(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        read_pyproject(tmp_path)
    assert caught.value.message == f"{tmp_path}: no pyproject.toml here"
    assert caught.value.tip == "name the folder of a project: pyz3 wheel path/to/project"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"[tool\n", "not valid TOML: "),
        (b"a = 1\na = 2\n", "not valid TOML: "),
        (b"\xff\xfe", "cannot be read: "),
    ],
)
def test_unreadable_pyproject(content: bytes, message: str, tmp_path: Path) -> None:
    path = tmp_path / "pyproject.toml"
    path.write_bytes(content)
    with pytest.raises(ConfigError) as caught:
        read_pyproject(tmp_path)
    assert caught.value.message.startswith(f"{path}: {message}")


def test_pyproject_is_a_folder(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").mkdir()
    with pytest.raises(ConfigError, match="cannot be read"):
        read_pyproject(tmp_path)
