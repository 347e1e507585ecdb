from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest

from pyz3.config import (
    FAMILY_TABLES,
    FamilyTable,
    HookOptions,
    InheritTable,
    Settings,
    ToolTable,
    expand_variables,
    parse_assignments,
)
from pyz3.errors import ConfigError
from pyz3.frontends import load_project

if TYPE_CHECKING:
    from pathlib import Path

    from pyz3.config import Project

SYSTEM = '[build-system]\nrequires = ["setuptools"]\nbuild-backend = "setuptools.build_meta"\n'


def project(root: Path, tool: str = "", **files: str) -> Project:
    (root / "pyproject.toml").write_text(f"{SYSTEM}{tool}", encoding="utf-8")
    for name, text in files.items():
        (root / name.replace("__", ".")).write_text(text, encoding="utf-8")
    return load_project(root)


def options(found: Project, identifier: str = "cp313-manylinux_x86_64", family: str = "linux") -> HookOptions:
    return found.tool.hook_options(identifier, family=family)


def complaint(root: Path, tool: str) -> tuple[str, str | None]:
    with pytest.raises(ConfigError) as caught:
        project(root, tool)
    return caught.value.message, caught.value.tip


NOTHING = HookOptions(
    settings=Settings(),
    environment={},
    before_build=(),
    config_settings={},
    test_command=(),
    test_requires=(),
)


def test_without_a_table(tmp_path: Path) -> None:
    found = project(tmp_path)
    assert found.tool == ToolTable()
    assert (found.notes, found.requires_python, found.classified) == ((), "", ())
    assert options(found) == NOTHING


def test_every_key(tmp_path: Path) -> None:
    (tmp_path / "inc").mkdir()
    found = project(
        tmp_path,
        """
[tool.pyz3]
platforms = ["linux-*"]
build = "cp313-*"
environment = { A = "x", B = 3, C = "$A-${B}" }
before-build = "python make.py"
config-settings = { "--build-option" = ["--fast", "--now"], debug = true }
test-command = ["python -m pytest", "python -m x"]
test-requires = ["pytest >= 8"]

[tool.pyz3.extra]
include-dirs = ["inc"]
cflags = ["-O3"]
define = { X = 1 }

[tool.pyz3.extra.windows]
libraries = ["ws2_32"]
cflags = ["-DWIN"]

[[tool.pyz3.overrides]]
select = "*-win_arm64"
cflags = ["-DARM"]
before-build = []
environment = { D = "4" }
""",
    )
    assert found.tool.platforms == ("linux-*",)
    assert options(found) == HookOptions(
        settings=Settings(include_dirs=("inc",), cflags=("-O3",), define={"X": 1}),
        environment={"A": "x", "B": "3", "C": "$A-${B}"},
        before_build=("python make.py",),
        config_settings={"--build-option": ("--fast", "--now"), "debug": "True"},
        test_command=("python -m pytest", "python -m x"),
        test_requires=("pytest >= 8",),
    )
    windows = options(found, "cp313-win_arm64", "windows")
    assert windows.settings == Settings(
        include_dirs=("inc",), cflags=("-O3", "-DWIN", "-DARM"), define={"X": 1}, libraries=("ws2_32",)
    )
    assert (windows.before_build, windows.environment) == ((), {"D": "4"})


def test_texts_in_cibuildwheels_form(tmp_path: Path) -> None:
    found = options(
        project(
            tmp_path,
            """[tool.pyz3]
environment = 'A=1 B="two words" C=$A D='
config-settings = "--global-option=-v x=y"
test-requires = "pytest  attrs"
test-command = ""
""",
        )
    )
    assert found.environment == {"A": "1", "B": "two words", "C": "$A", "D": ""}
    assert found.config_settings == {"--global-option": "-v", "x": "y"}
    assert (found.test_requires, found.test_command) == (("pytest", "attrs"), ())


@pytest.mark.parametrize(
    ("rule", "environment", "commands"),
    [
        ("none", [("B", "3"), ("C", "4")], ("z",)),
        ("append", [("A", "1"), ("B", "3"), ("C", "4")], ("x", "y", "z")),
        ("prepend", [("B", "2"), ("C", "4"), ("A", "1")], ("z", "x", "y")),
    ],
)
def test_an_override_replaces_or_joins(
    rule: str, environment: list[tuple[str, str]], commands: tuple[str, ...], tmp_path: Path
) -> None:
    found = project(
        tmp_path,
        f"""[tool.pyz3]
environment = "A=1 B=2"
before-build = ["x", "y"]
[[tool.pyz3.overrides]]
select = "*"
environment = "B=3 C=4"
before-build = "z"
inherit = {{ environment = "{rule}", before-build = "{rule}" }}
""",
    )
    assert list(options(found).environment.items()) == environment
    assert options(found).before_build == commands


def test_hook_options_have_every_key() -> None:
    assert {field.name for field in msgspec.structs.fields(FamilyTable)} == {
        *Settings.__struct_fields__,
        *FAMILY_TABLES,
    }
    assert {*InheritTable.__struct_fields__, "settings", "test_skipped"} == set(
        HookOptions.__dataclass_fields__
    )


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("build-zig", "true"),
        ("packages", '["x"]'),
        ("abi3", '"3.10"'),
        ("fallback", "true"),
        ("version", '{ attr = "x" }'),
        ("sdist", '{ include = ["x"] }'),
        ("extensions", '[{ name = "x", sources = ["a.c"] }]'),
        ("libraries", '[{ name = "x", sources = ["a.c"] }]'),
    ],
)
def test_keys_of_pyz3s_own_projects(key: str, value: str, tmp_path: Path) -> None:
    assert complaint(tmp_path, f"[tool.pyz3]\n{key} = {value}\n") == (
        f"pyproject.toml: tool.pyz3.{key}: setuptools builds this project, and knows nothing of this key",
        'drop it, or have pyz3 build the project: build-backend = "pyz3.backend"',
    )


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ('[tool.pyz3]\nenvironment = "A=1"\n', "environment"),
        ('[tool.pyz3]\nbefore-build = "x"\n', "before-build"),
        ("[tool.pyz3.config-settings]\nx = 'y'\n", "config-settings"),
        ("[tool.pyz3]\nlocked = true\n", "locked"),
        ("[[tool.pyz3.overrides]]\nselect = '*'\nbefore-build = 'x'\n", "overrides[0].before-build"),
        ("[[tool.pyz3.overrides]]\nselect = '*'\nenvironment = {}\n", "overrides[0].environment"),
        (
            "[[tool.pyz3.overrides]]\nselect = '*'\ninherit = { environment = 'append' }\n",
            "overrides[0].inherit",
        ),
    ],
)
def test_keys_for_hooks_in_pyz3s_own_projects(text: str, key: str, tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text(f'[project]\nname = "x"\n{text}', encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load_project(tmp_path)
    message = f"pyproject.toml: tool.pyz3.{key}: only for a project that setuptools builds"
    assert (caught.value.message, caught.value.tip) == (
        message,
        "pyz3 builds this one itself, and runs nothing of it",
    )


def test_how_a_wheel_is_tested_is_said_in_any_project(tmp_path: Path) -> None:
    text = """
[project]
name = "x"
[tool.pyz3]
test-command = "pytest"
[[tool.pyz3.overrides]]
select = "*-win*"
test-command = "python -m x"
inherit = { test-command = "append" }
"""
    (tmp_path / "pyproject.toml").write_text(text, encoding="utf-8")
    tool = load_project(tmp_path).tool
    assert tool.hook_options("cp313-win_amd64", family="windows").test_command == ("pytest", "python -m x")


def test_extra_in_pyz3s_own_projects(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("[tool.pyz3.extra.macos]\ncflags = ['-g']\n", encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load_project(tmp_path)
    assert (caught.value.message, caught.value.tip) == (
        "pyproject.toml: tool.pyz3.extra: only for a project that setuptools builds",
        "say it of each extension: [[tool.pyz3.extensions]]",
    )


@pytest.mark.parametrize(
    ("tool", "message", "tip"),
    [
        (
            "[tool.pyz3.extra]\nsources = ['a.c']\n",
            "extra.sources: setuptools says what the extensions of this project are compiled from",
            "name folders, libraries and flags here",
        ),
        (
            "[tool.pyz3.extra.linux]\nsources = ['a.c']\n",
            "extra.linux.sources: setuptools says what the extensions of this project are compiled from",
            "name folders, libraries and flags here",
        ),
        ("[tool.pyz3.extra]\ninclude-dirs = ['no']\n", "extra.include-dirs: 'no' is no folder", None),
        (
            "[tool.pyz3.extra.macos]\nlibrary-dirs = ['no']\n",
            "extra.macos.library-dirs: 'no' is no folder",
            None,
        ),
        (
            "[[tool.pyz3.overrides]]\nselect = '*'\ninclude-dirs = ['no']\n",
            "overrides[0].include-dirs: 'no' is no folder",
            None,
        ),
        (
            "[tool.pyz3]\nenvironment = 'A=1 B'\n",
            "environment: 'B' is no assignment like NAME=value",
            'a table is clearer: { NAME = "value" }',
        ),
        (
            "[tool.pyz3]\nconfig-settings = '\"x'\n",
            "config-settings: No closing quotation",
            'a table is clearer: { NAME = "value" }',
        ),
        (
            "[tool.pyz3.environment]\n'A B' = 'x'\n",
            "environment.A B: 'A B' is no name of a variable",
            "names are letters, digits and _",
        ),
        (
            "[tool.pyz3.environment]\nCC = 'clang'\n",
            "environment.CC: pyz3 sets this variable itself",
            "zig compiles and links everything",
        ),
        (
            "[[tool.pyz3.overrides]]\nselect = '*'\nenvironment = { MACOSX_DEPLOYMENT_TARGET = '11.0' }\n",
            "overrides[0].environment.MACOSX_DEPLOYMENT_TARGET: pyz3 sets this variable itself",
            'say macos = "11.0" in place of it',
        ),
        (
            "[tool.pyz3.environment]\nX = '$(brew --prefix)'\n",
            "environment.X: '$(brew --prefix)' would run a command, and there is no shell",
            "write the value itself; $NAME stands for another variable",
        ),
        (
            "[tool.pyz3.environment]\nX = true\n",
            "environment.X: expected an integer or a string, found true or false",
            None,
        ),
    ],
)
def test_mistakes(tool: str, message: str, tip: str | None, tmp_path: Path) -> None:
    assert complaint(tmp_path, tool) == (f"pyproject.toml: tool.pyz3.{message}", tip)


def test_a_command_may_make_the_folders(tmp_path: Path) -> None:
    tool = "[tool.pyz3]\nbefore-build = 'python make.py'\n[tool.pyz3.extra]\ninclude-dirs = ['made']\n"
    assert options(project(tmp_path, tool)).settings.include_dirs == ("made",)


@pytest.mark.parametrize(
    ("text", "table"),
    [
        ("environment = 'A=1'\n[extra]\ncflags = ['-g']\ninclude-dirs = ['inc']\n", ""),
        (
            "[tool.pyz3]\nenvironment = 'A=1'\n[tool.pyz3.extra]\ncflags = ['-g']\ninclude-dirs = ['inc']\n",
            "tool.pyz3",
        ),
    ],
)
def test_a_file_beside_the_project(text: str, table: str, tmp_path: Path) -> None:
    root, beside = tmp_path / "project", tmp_path / "beside"
    root.mkdir()
    (beside / "inc").mkdir(parents=True)
    config = beside / "pyz3.toml"
    config.write_text(text, encoding="utf-8")
    # The file stands in for both.
    project(root, "[tool.pyz3]\nglibc = '2.28'\n[tool.cibuildwheel]\nskip = 'cp39-*'\n")
    found = load_project(root, config=config)
    assert (found.tool.glibc, found.tool.skip) == (None, None)
    settings = Settings(cflags=("-g",), include_dirs=(str(beside / "inc"),))
    assert (options(found).settings, options(found).environment) == (settings, {"A": "1"})
    assert found.where("build") == f"{config}: {table and f'{table}.'}build"


@pytest.mark.parametrize(
    ("text", "message", "tip"),
    [
        (None, "no such file", "name a TOML file after --config"),
        ("[extra\n", "not valid TOML: ", None),
        ("enviroment = {}\n", "enviroment: unknown key", "did you mean 'environment'?"),
        ("[extra]\ncflag = []\n", "extra.cflag: unknown key", "did you mean 'cflags'?"),
        ("[tool.pyz3]\nglibc = 2\n", "tool.pyz3.glibc: expected a string, found an integer", None),
        ("glibc = 2\n", "glibc: expected a string, found an integer", None),
        ("[[overrides]]\nglibc = '2.28'\n", "overrides[0].select: missing", "add it: select = …"),
        ("packages = ['x']\n", "packages: setuptools builds this project", None),
        ("environment = { CC = 'x' }\n", "environment.CC: pyz3 sets this variable itself", None),
        ("[extra.linux]\ninclude-dirs = ['no']\n", "extra.linux.include-dirs: ", None),
    ],
)
def test_mistakes_in_such_a_file(text: str | None, message: str, tip: str | None, tmp_path: Path) -> None:
    project(tmp_path)
    config = tmp_path / "pyz3.toml"
    if text is not None:
        config.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load_project(tmp_path, config=config)
    assert caught.value.message.startswith(f"{config}: {message}")
    assert tip in {None, caught.value.tip}


PKG_INFO = """Metadata-Version: 2.1
Name: Hello
Version: 1.2
Requires-Python: >=3.10
Classifier: Programming Language :: Python :: 3
Classifier: Programming Language :: Python :: 3.12

The description says Requires-Python: >=2
"""
SETUP_CFG = """[metadata]
name = cfg
version = attr: cfg.__version__
classifiers =
    Programming Language :: Python :: 3.11
    Programming Language :: Python :: 3.12
[options]
python-requires = >=3.11
"""
SETUP_PY = """import setuptools
VERSION = "3.0"
NAME = "twice"
NAME = "again"
raise SystemExit("never run")
setuptools.setup(name=NAME, version=VERSION, python_requires='>=3.9',
    classifiers=["Programming Language :: Python :: 3.9"], ext_modules=modules())
"""


def known(found: Project) -> tuple[str, str, str, tuple[str, ...]]:
    assert found.backend is not None
    return found.backend.name, found.backend.version, found.requires_python, found.classified


@pytest.mark.parametrize(
    ("tool", "files", "expected"),
    [
        ("", {"PKG-INFO": PKG_INFO, "setup__py": SETUP_PY}, ("Hello", "1.2", ">=3.10", ("3.12",))),
        ("", {"PKG-INFO": "no metadata\n", "setup__py": SETUP_PY}, ("", "3.0", ">=3.9", ("3.9",))),
        ("", {"setup__py": SETUP_PY}, ("", "3.0", ">=3.9", ("3.9",))),
        ("", {"setup__cfg": SETUP_CFG}, ("cfg", "", ">=3.11", ("3.11", "3.12"))),
        ("", {"setup__cfg": SETUP_CFG, "setup__py": SETUP_PY}, ("cfg", "3.0", ">=3.11", ("3.11", "3.12"))),
        (
            "[project]\nname = 'own'\nrequires-python = '>=3.8'\ndynamic = ['version', 'classifiers']\n",
            {"setup__py": SETUP_PY},
            ("own", "3.0", ">=3.8", ("3.9",)),
        ),
        (
            "",
            {"setup__py": "kw = dict(name='x', version=v())\nmore = {'version': '2'}\nsetup(**kw, **more)\n"},
            ("x", "2", "", ()),
        ),
        ("", {"setup__py": "print 'Python 2'\n"}, ("", "", "", ())),
        ("", {"setup__py": "setup(**options())\n", "setup__cfg": "broken"}, ("", "", "", ())),
    ],
)
def test_what_is_known_before_the_build(
    tool: str, files: dict[str, str], expected: tuple[str, str, str, tuple[str, ...]], tmp_path: Path
) -> None:
    assert known(project(tmp_path, tool, **files)) == expected


def test_requires_python_that_means_nothing_is_named(tmp_path: Path) -> None:
    found = project(tmp_path, setup__cfg="[options]\npython_requires = three\n")
    assert found.requires_python == ""
    note = "setup.cfg: options.python_requires: 'three' is no version specifier (PEP 440): not obeyed"
    assert found.notes == (note,)


def test_assignments() -> None:
    assert parse_assignments("") == {}
    assert parse_assignments("A=1\n B='x y'  C=a=b") == {"A": "1", "B": "x y", "C": "a=b"}
    for text in ("A", "=1", "A=1; B"):
        with pytest.raises(ValueError, match="is no assignment like NAME=value"):
            parse_assignments(text)


def test_variables_refer_to_others() -> None:
    values = {"A": "$HOME/x", "B": "${A}:$PATH", "PATH": "b:$PATH", "C": "$NONE.$PATH", "D": "5$ $1 $$"}
    assert expand_variables(values, {"HOME": "/h", "PATH": "/bin"}) == {
        "A": "/h/x",
        "B": "/h/x:/bin",
        "PATH": "b:/bin",
        "C": ".b:/bin",
        "D": "5$ $1 $$",
    }
