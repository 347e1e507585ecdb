from __future__ import annotations

import json
import sys
from email import message_from_bytes
from typing import TYPE_CHECKING

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from packaging.utils import canonicalize_name, parse_wheel_filename
from packaging.version import Version
from pyproject_metadata.constants import KNOWN_PROJECT_FIELDS

from pyz3.archive import Metadata, read_metadata
from pyz3.errors import ConfigError

if TYPE_CHECKING:
    from pathlib import Path

FULL = """
[project]
name = "Hello.World"
version = "1.0-RC.1"
description = "Grüße"
readme = "README.md"
license = "mit or apache-2.0"
license-files = ["LICENSE*", "third_party/*.txt"]
requires-python = ">=3.9"
authors = [{ name = "Åsa Ek", email = "asa@example.org" }]
keywords = ["one", "two"]
classifiers = ["Programming Language :: C"]
dependencies = ["packaging>=24"]
optional-dependencies = { Fast_er = ["numpy; os_name == 'nt' or os_name == 'posix'"] }
urls = { Home = "https://example.org" }
scripts = { hi = "hello.cli:main", bye = "hello.cli:App.bye" }
gui-scripts = { window = "hello.gui:main" }
[project.entry-points."hello.plugins"]
two = "hello.two"
one = "hello.one:Plugin [extra]"
"""

FULL_CORE = """\
Metadata-Version: 2.4
Name: Hello.World
Version: 1.0rc1
Summary: Grüße
Keywords: one,two
Author-Email: Åsa Ek <asa@example.org>
License-Expression: MIT OR Apache-2.0
License-File: LICENSE-MIT
License-File: third_party/zlib.txt
Classifier: Programming Language :: C
Project-URL: Home, https://example.org
Requires-Python: >=3.9
Requires-Dist: packaging>=24
Provides-Extra: fast-er
Requires-Dist: numpy; (os_name == "nt" or os_name == "posix") and extra == "fast-er"
Description-Content-Type: text/markdown

# Grüße

Line 2
"""

FULL_ENTRY_POINTS = """\
[console_scripts]
bye = hello.cli:App.bye
hi = hello.cli:main

[gui_scripts]
window = hello.gui:main

[hello.plugins]
one = hello.one:Plugin [extra]
two = hello.two
"""

MINIMAL = '[project]\nname = "a"\nversion = "1"\n'


def write(project: Path, pyproject: str, **files: str) -> Path:
    project.mkdir(parents=True, exist_ok=True)
    (project / "pyproject.toml").write_text(pyproject, encoding="utf-8")
    for name, content in files.items():
        (project / name).write_text(content, encoding="utf-8")
    return project


def refusal(project: Path, pyproject: str) -> ConfigError:
    with pytest.raises(ConfigError) as caught:
        read_metadata(write(project, pyproject))
    return caught.value


def test_everything_at_once(tmp_path: Path) -> None:
    write(tmp_path, FULL)
    (tmp_path / "README.md").write_bytes("# Grüße\r\n\r\nLine 2\r\n".encode())
    (tmp_path / "LICENSE-MIT").write_text("mit")
    (tmp_path / "third_party").mkdir()
    (tmp_path / "third_party" / "zlib.txt").write_text("zlib")
    assert read_metadata(tmp_path) == Metadata(
        name="Hello.World",
        version="1.0rc1",
        requires_python=">=3.9",
        core=FULL_CORE.encode(),
        entry_points=FULL_ENTRY_POINTS.encode(),
        license_files=(
            ("LICENSE-MIT", tmp_path / "LICENSE-MIT"),
            ("third_party/zlib.txt", tmp_path / "third_party" / "zlib.txt"),
        ),
        files=(
            tmp_path / "pyproject.toml",
            tmp_path / "README.md",
            tmp_path / "LICENSE-MIT",
            tmp_path / "third_party" / "zlib.txt",
        ),
        warnings=(),
    )


def test_bytes_do_not_depend_on_the_directory(tmp_path: Path) -> None:
    for place in ("one", "two/deeper"):
        write(tmp_path / place, MINIMAL + 'license = { file = "LICENSE" }\n', LICENSE="a\nb\n")
    one, two = read_metadata(tmp_path / "one"), read_metadata(tmp_path / "two" / "deeper")
    assert one.core == two.core
    assert one.core.decode() == (
        "Metadata-Version: 2.4\nName: a\nVersion: 1\n"
        "License: a\n         b\n         \nLicense-File: LICENSE\n\n"
    )


def test_relative_project_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(
        tmp_path,
        MINIMAL + 'license = { file = "LICENSE" }\nreadme = "README.md"\n',
        LICENSE="x",
        **{"README.md": "y"},
    )
    monkeypatch.chdir(tmp_path)
    here = type(tmp_path)()
    assert read_metadata(here).core == read_metadata(tmp_path).core


def test_minimal(tmp_path: Path) -> None:
    metadata = read_metadata(write(tmp_path, MINIMAL))
    assert metadata.core == b"Metadata-Version: 2.4\nName: a\nVersion: 1\n\n"
    assert (metadata.entry_points, metadata.license_files, metadata.requires_python) == (b"", (), None)


def test_usual_licence_files_are_found(tmp_path: Path) -> None:
    files = {
        "COPYING.LESSER": "",
        "LICENCE": "",
        "NOTICE": "",
        "AUTHORS.md": "",
        "license.py": "",
        "README": "",
    }
    write(tmp_path, MINIMAL, **files)
    (tmp_path / "LICENSES").mkdir()
    names = [name for name, _ in read_metadata(tmp_path).license_files]
    assert names == ["AUTHORS.md", "COPYING.LESSER", "LICENCE", "NOTICE"]
    write(tmp_path, MINIMAL + "license-files = []\n")
    assert read_metadata(tmp_path).license_files == ()


def test_classic_licence_table_is_accepted_with_a_word(tmp_path: Path) -> None:
    metadata = read_metadata(write(tmp_path, MINIMAL + 'license = { text = "Mine" }\n', LICENSE="x"))
    assert metadata.core == b"Metadata-Version: 2.4\nName: a\nVersion: 1\nLicense: Mine\n\n"
    assert metadata.license_files == ()
    assert metadata.warnings == (
        'pyproject.toml: Set "project.license" to an SPDX license expression for metadata >= 2.4',
    )


@pytest.mark.parametrize(
    ("pyproject", "message", "tip"),
    [
        ("[project\n", "no valid TOML", None),
        ("project = 1\n", "there is no [project] table", "It needs at least"),
        ("[tool.x]\n", "there is no [project] table", "It needs at least"),
        (
            MINIMAL + 'licence = "MIT"',
            "project.licence is no key of [project] (PEP 621)",
            "Did you mean 'license'?",
        ),
        (MINIMAL + "zzz = 1", "project.zzz is no key of [project] (PEP 621)", None),
        ('[project]\nversion = "1"', "project.name must be a string", None),
        ('[project]\nname = "a b"\nversion = "1"', "Invalid project name 'a b'", None),
        ('[project]\nname = "a"', '"project.version" missing', None),
        ('[project]\nname = "a"\nversion = "one"', "(got 'one')", None),
        (MINIMAL + 'dynamic = ["version"]', "project.version is set, but project.dynamic lists", None),
        (MINIMAL + 'dynamic = ["readme"]', "only ['version'] can be dynamic", None),
        (
            MINIMAL + "description = 1",
            '"project.description" has an invalid type, expecting str (got int)',
            None,
        ),
        (MINIMAL + 'description = "a\\nb"', "'summary' must be a single line", None),
        (
            MINIMAL + 'classifiers = ["a\\rb"]',
            "project.classifiers is 'a\\rb'; expected text without control",
            None,
        ),
        (
            MINIMAL + 'urls = { "a\\rb" = "c" }',
            "project.urls is 'a\\rb'; expected text without control",
            None,
        ),
        (MINIMAL + 'dependencies = ["!"]', "project.dependencies[0]", None),
        (MINIMAL + 'readme = "NO.md"', "project.readme: NO.md cannot be read", None),
        (
            MINIMAL + 'readme = "../a.md"',
            "project.readme: ../a.md is no path below the project directory",
            None,
        ),
        (MINIMAL + 'license = { file = "/etc/x" }', "project.license: /etc/x is no path below", None),
        (MINIMAL + 'license = "MTI"', "project.license: Unknown license: 'mti'", "https://spdx.org/licenses"),
        (MINIMAL + 'license-files = ["NO*"]', "'NO*' did not match any", None),
        (MINIMAL + 'license-files = ["../*"]', "must match files within the project directory", None),
        (MINIMAL + 'license-files = [""]', "project.license-files: ", None),
        (MINIMAL + 'scripts = { x = "no callable" }', "project.scripts.x is 'no callable'", None),
        (MINIMAL + 'scripts = { x = "module" }', "project.scripts.x is 'module'", None),
        (MINIMAL + 'scripts = { x = "a:b\\n[evil]" }', "project.scripts.x is 'a:b\\n[evil]'", None),
        (MINIMAL + 'entry-points.g = { "a=b" = "c" }', "project.entry-points.g: 'a=b' is no name", None),
        (MINIMAL + 'entry-points.g = { "a\\u2028b" = "c" }', "is no name of an entry point", None),
        (MINIMAL + 'entry-points.g = { "[a" = "c" }', "is no name of an entry point", None),
        (
            MINIMAL + 'entry-points.console_scripts = { a = "b:c" }',
            "project.entry-points.console_scripts is not allowed",
            "Use [project.scripts].",
        ),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, pyproject: str, message: str, tip: str | None) -> None:
    error = refusal(tmp_path, pyproject)
    assert "pyproject.toml: " in error.message
    assert message in error.message
    if tip is None:
        assert error.tip is None
    else:
        assert error.tip is not None
        assert tip in error.tip


def test_pyproject_is_missing_or_no_text(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        read_metadata(tmp_path)
    (tmp_path / "pyproject.toml").write_bytes(b"\xff")
    with pytest.raises(ConfigError, match="no valid TOML"):
        read_metadata(tmp_path)


def test_readme_is_no_text(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_bytes(b"\xff")
    assert "README.md is not UTF-8" in refusal(tmp_path, MINIMAL + 'readme = "README.md"').message


@pytest.mark.skipif(sys.platform == "win32", reason="symbolic links need a privilege there")
@pytest.mark.parametrize("key", ['readme = "LICENSE.md"', 'license-files = ["LIC*"]', ""])
def test_links_out_of_the_project_are_refused(tmp_path: Path, key: str) -> None:
    (tmp_path / "secret").write_text("x")
    project = tmp_path / "project"
    project.mkdir()
    (project / "LICENSE.md").symlink_to(tmp_path / "secret")
    assert "outside the project directory" in refusal(project, MINIMAL + key).message


@given(
    name=st.from_regex(r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,10}[A-Za-z0-9])?", fullmatch=True),
    version=st.from_regex(
        r"v?(?:[0-9]!)?[0-9]{1,3}(?:\.[0-9]{1,3}){0,3}(?:-?rc[0-9])?(?:\+[a-z0-9]{1,3})?", fullmatch=True
    ),
)
@example(name="A.-_b", version="1.0-RC1+Ab-1")
def test_stem_is_what_tools_parse(name: str, version: str) -> None:
    metadata = Metadata(
        name=name,
        version=str(Version(version)),
        requires_python=None,
        core=b"",
        entry_points=b"",
        license_files=(),
        warnings=(),
    )
    parsed = parse_wheel_filename(f"{metadata.stem}-py3-none-any.whl")
    assert parsed[:2] == (canonicalize_name(name), Version(version))
    assert metadata.stem.count("-") == 1
    assert metadata.dist_info == f"{metadata.stem}.dist-info"


def toml(value: object) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(key)} = {toml(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(toml, value)) + "]"
    return json.dumps(value, ensure_ascii=False)


TEXTS = st.one_of(
    st.text(max_size=8),
    st.sampled_from(
        ["a", "MIT", "1.0", "*", "**", "../*", "LICENSE", "README.md", "a:b", ">=3", "x\rEvil: y", "."]
    ),
)
VALUES = st.recursive(
    st.one_of(st.booleans(), st.integers(-3, 3), TEXTS),
    lambda inner: st.one_of(
        st.lists(inner, max_size=2),
        st.dictionaries(
            st.one_of(TEXTS, st.sampled_from(["file", "text", "content-type", "name"])), inner, max_size=2
        ),
    ),
    max_leaves=4,
)


@pytest.fixture(scope="module")
def fuzzed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(tmp_path_factory.mktemp("fuzzed"), "", LICENSE="x", **{"README.md": "y"})


@given(table=st.dictionaries(st.sampled_from(sorted(KNOWN_PROJECT_FIELDS - {"name"})), VALUES, max_size=3))
@example(table={"description": "a\rEvil: b"})
@example(table={"keywords": ["a\rEvil: b"]})
@example(table={"authors": [{"name": "a\rEvil: b"}]})
def test_any_table_gives_sound_metadata_or_a_config_error(fuzzed: Path, table: dict[str, object]) -> None:
    whole = {"name": "a", "version": "1", **table}
    write(fuzzed, "[project]\n" + "".join(f"{key} = {toml(value)}\n" for key, value in whole.items()))
    try:
        metadata = read_metadata(fuzzed)
    except ConfigError:
        return
    message = message_from_bytes(metadata.core)
    assert message["Name"] == "a"
    assert "Evil" not in message
    assert not message.defects
