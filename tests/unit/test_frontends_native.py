from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pyz3.config import Settings
from pyz3.config.languages import SOURCE_SUFFIXES
from pyz3.errors import ConfigError
from pyz3.frontends import load_project

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from pyz3.config import Project

HEAD = '[project]\nname = "hello"\nversion = "1"\n'


@pytest.fixture
def make(tmp_path: Path) -> Callable[..., Path]:
    def project(tool: str, *files: str) -> Path:
        for name in files:
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch()
        (tmp_path / "pyproject.toml").write_text(f"{HEAD}{tool}", encoding="utf-8")
        return tmp_path

    return project


def extension(sources: str, more: str = "", name: str = "hello._speed") -> str:
    return f'[[tool.pyz3.extensions]]\nname = "{name}"\nsources = {sources}\n{more}\n'


def complaint(root: Path) -> tuple[str, str | None]:
    with pytest.raises(ConfigError) as caught:
        load_project(root)
    return caught.value.message, caught.value.tip


def sources(project: Project) -> tuple[str, ...]:
    return project.extensions[0].common.sources


def test_a_project(make: Callable[..., Path]) -> None:
    root = make(
        "requires-python = '>=3.9'\n[tool.pyz3]\nglibc = '2.28'\n"
        + extension('["src/*.c"]', '[tool.pyz3.extensions.windows]\nlibraries = ["ws2_32"]')
        + extension('["top.zig"]', name="top"),
        "src/b.c",
        "src/a.c",
        "src/a.h",
        "top.zig",
    )
    project = load_project(root)
    assert (project.root, project.requires_python, project.tool.glibc) == (root, ">=3.9", "2.28")
    assert [e.name for e in project.extensions] == ["hello._speed", "top"]
    first, second = project.extensions
    assert first.common == Settings(sources=("src/a.c", "src/b.c"))
    assert first.families == {"windows": Settings(libraries=("ws2_32",))}
    assert (second.common.sources, second.families) == (("top.zig",), {})


def test_linux_is_both_c_libraries_in_tables_as_on_the_command_line(make: Callable[..., Path]) -> None:
    families = (
        '[tool.pyz3.extensions.linux]\nsources = ["e.c"]\ndefine = { EPOLL = true }\n'
        '[tool.pyz3.extensions.manylinux]\nlibraries = ["rt"]\ndefine = { LIBC = "glibc" }\n'
        '[tool.pyz3.extensions.musllinux]\ndefine = { LIBC = "musl" }\n'
    )
    where = "pyproject.toml: tool.pyz3.extensions[0]"
    clash = f"{where}: both linux and musllinux have define, and linux is glibc and musl"
    root = make(extension('["a.c"]', families), "a.c", "e.c")
    assert complaint(root) == (clash, "call the table for glibc alone manylinux")
    project = load_project(make(extension('["a.c"]', families.replace("\ndefine = { EPOLL = true }", ""))))
    assert project.extensions[0].families == {
        "linux": Settings(sources=("e.c",), libraries=("rt",), define={"LIBC": "glibc"}),
        "musllinux": Settings(sources=("e.c",), define={"LIBC": "musl"}),
    }


def test_a_project_without_tables(make: Callable[..., Path]) -> None:
    project = load_project(make(""))
    assert (project.extensions, project.requires_python) == ((), "")


def test_root_is_absolute_and_keeps_links(make: Callable[..., Path], monkeypatch: pytest.MonkeyPatch) -> None:
    root = make("")
    monkeypatch.chdir(root)
    assert load_project(Path()).root == root
    link = root / "link"
    link.symlink_to(root, target_is_directory=True)
    assert load_project(link).root == link


@pytest.mark.parametrize(
    ("patterns", "found"),
    [
        ('["a.c"]', ("a.c",)),
        ('["*.c"]', ("a.c", "b.c")),
        ('["b.c", "*.c"]', ("b.c", "a.c")),
        ('["**/*.c"]', ("a.c", "b.c", "deep/d.c", "deep/down/c.c")),
        ('["deep/*/*.c", "./a.c"]', ("deep/down/c.c", "a.c")),
        ('["[ab].c"]', ("a.c", "b.c")),
    ],
)
def test_globs(patterns: str, found: tuple[str, ...], make: Callable[..., Path]) -> None:
    root = make(extension(patterns), "b.c", "a.c", "a.h", "deep/down/c.c", "deep/d.c")
    assert sources(load_project(root)) == found


def test_every_suffix_that_is_compiled(make: Callable[..., Path]) -> None:
    files = [f"x{suffix}" for suffix in SOURCE_SUFFIXES]
    assert files == ["x.c", "x.cc", "x.cpp", "x.cxx", "x.S", "x.zig"]
    assert set(sources(load_project(make(extension('["x.*"]'), *files)))) == set(files)


@pytest.mark.parametrize("pattern", ["../x.c", "/etc/x.c", "src/../../x.c", "..", "src/../x.c"])
def test_a_pattern_that_leaves_the_project(pattern: str, make: Callable[..., Path]) -> None:
    assert complaint(make(extension(f'["{pattern}"]'), "x.c", "src/y.c")) == (
        f"pyproject.toml: tool.pyz3.extensions[0].sources: {pattern!r} leaves the project",
        "keep the sources below pyproject.toml, and write paths relative to it",
    )


def test_a_link_that_leaves_the_project(
    make: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory
) -> None:
    outside = tmp_path_factory.mktemp("outside")
    (outside / "x.c").touch()
    root = make(extension('["src/*.c"]'), "src/a.c")
    (root / "src" / "x.c").symlink_to(outside / "x.c")
    message = "pyproject.toml: tool.pyz3.extensions[0].sources: 'src/x.c' is a link that leaves the project"
    assert complaint(root) == (message, None)
    (root / "src" / "x.c").unlink()
    (root / "src" / "x.c").symlink_to(root / "src" / "a.c")
    assert sources(load_project(root)) == ("src/a.c", "src/x.c")


def test_a_link_in_a_circle_is_no_source(make: Callable[..., Path]) -> None:
    root = make(extension('["loop.c"]'), "a.c")
    (root / "loop.c").symlink_to("loop.c")
    assert complaint(root)[0] == ("pyproject.toml: tool.pyz3.extensions[0].sources: 'loop.c' matches no file")


@pytest.mark.parametrize(
    ("pattern", "files", "tip"),
    [
        ("src/speed.c", ["src/speed.cpp"], "did you mean 'src/speed.cpp'?"),
        ("*.zig", ["x/one.c", "x/two.c"], "the sources there are: x/one.c, x/two.c"),
        ("*.zig", [f"x/{n}.c" for n in range(7)], "the sources there are: x/0.c, x/1.c, x/2.c, x/3.c, x/4.c and 2 more"),  # noqa: E501
        ("*.zig", ["build/gen.c", "dist/x.c", ".git/y.c", "x/one.c"], "the sources there are: x/one.c"),
    ],
)  # fmt: skip
def test_a_pattern_that_matches_nothing(
    pattern: str, files: list[str], tip: str, make: Callable[..., Path]
) -> None:
    assert complaint(make(extension(f'["{pattern}"]'), *files)) == (
        f"pyproject.toml: tool.pyz3.extensions[0].sources: {pattern!r} matches no file",
        tip,
    )


@pytest.mark.parametrize(
    ("pattern", "folder", "told"),
    [
        ("src/a/x.c", "src/a", "src/a/x.c"),
        ("src/a/*.c", "src/a", "src/a"),
        ("src/a/*.c", "src", "src/a"),
        ("src/*/*.c", "src/b", "src/b"),  # what src/a has would be found
        ("**/*.c", "src/a/deep", "src/a/deep"),
    ],
)
def test_a_folder_that_cannot_be_read(
    pattern: str,
    folder: str,
    told: str,
    make: Callable[..., Path],
    unreadable: Callable[[Path], AbstractContextManager[None]],
) -> None:
    root = make(extension(f'["{pattern}"]'), "src/a/x.c", "src/b/y.c", "src/a/deep/z.c")
    with unreadable(root / folder):
        assert complaint(root)[0] == f"{root / told}: cannot be read: Permission denied"
    assert "src/a/x.c" in sources(load_project(root))


def test_there_are_no_sources_at_all(make: Callable[..., Path]) -> None:
    root = make(extension('["*.c"]'), "x.h")
    assert complaint(root)[1] == f"there is no .c .cc .cpp .cxx .S .zig file in {root}"


@pytest.mark.parametrize("pattern", ["", "**.c/**x**"])
def test_what_is_no_glob(pattern: str, make: Callable[..., Path]) -> None:
    message, _ = complaint(make(extension(f'["{pattern}"]'), "x.c"))
    assert message.startswith(f"pyproject.toml: tool.pyz3.extensions[0].sources: {pattern!r} ")


@pytest.mark.parametrize("file", ["x.h", "x.C", "x.m", "x.pyx", "x"])
def test_a_file_that_is_not_compiled(file: str, make: Callable[..., Path]) -> None:
    assert complaint(make(extension(f'["a.c", "{file}"]'), "a.c", file)) == (
        f"pyproject.toml: tool.pyz3.extensions[0].sources: {file!r} is no source that pyz3 compiles",
        "it compiles .c .cc .cpp .cxx .S .zig; name headers' folders in include-dirs",
    )


@pytest.mark.parametrize("file", ["x.rc", "x.RC"])
def test_resources_are_not_compiled_here(file: str, make: Callable[..., Path]) -> None:
    table = f'[tool.pyz3.extensions.windows]\nsources = ["{file}"]'
    assert complaint(make(extension('["a.c"]', table), "a.c", file)) == (
        f"pyproject.toml: tool.pyz3.extensions[0].windows.sources: {file!r} is no source that pyz3 compiles",
        (
            "pyz3 compiles resources for Windows in setuptools' projects alone; a build.zig of the project's "
            "own (build-zig = true) can add them: addWin32ResourceFile"
        ),
    )


def test_mistakes_in_a_familys_table_name_it(make: Callable[..., Path]) -> None:
    root = make(extension('["a.c"]', '[tool.pyz3.extensions.windows]\nsources = ["win.c"]'), "a.c")
    message = "pyproject.toml: tool.pyz3.extensions[0].windows.sources: 'win.c' matches no file"
    assert complaint(root)[0] == message


@pytest.mark.parametrize("name", ["", ".", "a.", ".a", "a..b", "a-b", "a/b", "1a", "a b"])
def test_what_is_no_module_name(name: str, make: Callable[..., Path]) -> None:
    root = make(extension('["a.c"]') + extension('["a.c"]', name=name), "a.c")
    message = f"pyproject.toml: tool.pyz3.extensions[1].name: {name!r} is no dotted module name"
    assert complaint(root)[0] == message


def test_a_name_that_is_there_twice(make: Callable[..., Path]) -> None:
    root = make(extension('["a.c"]') * 2, "a.c")
    message = "pyproject.toml: tool.pyz3.extensions[1].name: 'hello._speed' is there twice"
    assert complaint(root)[0] == message


def test_an_extension_without_sources(make: Callable[..., Path]) -> None:
    for more in ("", '[tool.pyz3.extensions.windows]\nlibraries = ["ws2_32"]'):
        assert complaint(make(extension("[]", more), "a.c")) == (
            "pyproject.toml: tool.pyz3.extensions[0] (hello._speed): no sources",
            'add: sources = ["src/hello/*.c"]',
        )


def test_sources_of_one_family_suffice(make: Callable[..., Path]) -> None:
    root = make(extension("[]", '[tool.pyz3.extensions.windows]\nsources = ["a.c"]'), "a.c")
    (only,) = load_project(root).extensions
    assert (only.settings("windows").sources, only.settings("linux").sources) == (("a.c",), ())


@pytest.mark.parametrize("key", ["include-dirs", "library-dirs"])
def test_folders_exist_but_may_lie_outside(
    key: str, make: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory
) -> None:
    outside = tmp_path_factory.mktemp("outside")
    root = make(extension('["a.c"]', f"{key} = ['{outside.as_posix()}', '.']"), "a.c")
    assert getattr(load_project(root).extensions[0].common, key.replace("-", "_")) == (
        outside.as_posix(),
        ".",
    )
    root = make(extension('["a.c"]', f"{key} = ['.', 'a.c']"), "a.c")
    message = f"pyproject.toml: tool.pyz3.extensions[0].{key}: 'a.c' is no folder"
    assert complaint(root)[0] == message


def test_own_build_script_and_extensions_exclude_each_other(make: Callable[..., Path]) -> None:
    assert complaint(make("[tool.pyz3]\nbuild-zig = true\n" + extension('["a.c"]'), "a.c")) == (
        "pyproject.toml: tool.pyz3.extensions and tool.pyz3.build-zig exclude each other",
        "describe the modules in build.zig alone, or drop build-zig = true",
    )


PATTERNS = st.text(
    st.sampled_from("a.c*?[]!-/\\~:{}\0 \n") | st.characters(codec="utf-8"), max_size=8
) | st.just("x" * 300)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(pattern=PATTERNS, key=st.sampled_from(["sources", "include-dirs", "library-dirs"]))
def test_any_path_is_found_or_refused(pattern: str, key: str, tmp_path: Path) -> None:
    (tmp_path / "a.c").touch()
    text = "".join(c if c.isalnum() else f"\\U{ord(c):08X}" for c in pattern)
    more = "" if key == "sources" else f'{key} = ["{text}"]'
    patterns = f'["{text}"]' if key == "sources" else '["a.c"]'
    (tmp_path / "pyproject.toml").write_text(f"{HEAD}{extension(patterns, more)}", encoding="utf-8")
    try:
        project = load_project(tmp_path)
    except ConfigError as error:
        assert error.message.startswith(f"pyproject.toml: tool.pyz3.extensions[0].{key}: ")  # noqa: PT017 - either is right
    else:
        assert sources(project) == ("a.c",)
        assert all((tmp_path / folder).is_dir() for folder in project.extensions[0].common.include_dirs)
