"""``pyz3 init --from-cibuildwheel``: what becomes of each option, and what is written."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from pyz3._toml import load_toml
from pyz3.cli import cli
from pyz3.config import read_tool_table
from pyz3.errors import ConfigError
from pyz3.frontends import cibuildwheel_option, cibuildwheel_options, load_project, read_cibuildwheel
from pyz3.frontends.cibuildwheel import _Options, _Override, _Table
from pyz3.scaffold import migrate
from pyz3.scaffold.migrating import tool_text
from pyz3.scaffold.workflows import steps_of

if TYPE_CHECKING:
    from click.testing import Result

NAMES = [
    line
    for line in (Path(__file__).parent / "cibuildwheel_options.txt").read_text().splitlines()
    if not line.startswith("#")
]
SYSTEM = '[build-system]\nrequires = ["setuptools"]\nbuild-backend = "setuptools.build_meta"\n'
TABLE = f"""\
# By hand.
{SYSTEM}
[tool.cibuildwheel]
build = "cp3*"  # mine
before-all = "yum install -y x"
manylinux-i686-image = "manylinux2014"
archs = "auto"
environment = {{ A = "1", CC = "clang" }}

[tool.cibuildwheel.macos]
environment = "MACOSX_DEPLOYMENT_TARGET=12.0"
inherit.environment = "append"

[[tool.cibuildwheel.overrides]]
select = "*-musllinux_*"
test-command = ""
test-extras = ["x"]
"""
WORKFLOW = """\
on: [push]
env:
  CIBW_TEST_REQUIRES: pytest
jobs:
  wheels:
    strategy:
      matrix:
        os: [ubuntu-24.04, macos-15]
    steps:
      - run: echo "CIBW_CONFIG_SETTINGS=x=1" >> "$GITHUB_ENV"
      - uses: pypa/cibuildwheel@v4.3.5
        with:
          output-dir: wheelhouse
        env:
          CIBW_SKIP: pp*
          CIBW_BUILD: ${{ matrix.build }}
          CIBW_TEST_COMMAND: ""
          CIBW_BEFORE_ALL_LINUX: make deps
          CIBW_ENVIRONMENT_LINUX: B=2 LD=x
          CIBW_NONSENSE: 1
"""


def project(root: Path, files: dict[str, str]) -> Path:
    for name, text in {".git/config": "", **files}.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(text.encode())
    return root


def rows(root: Path) -> list[tuple[str, str]]:
    return [(row.option, row.does) for row in migrate(root).rows]


def init(*args: str | Path, answer: str = "") -> Result:
    return CliRunner().invoke(cli, ["init", "--from-cibuildwheel", *map(str, args)], input=answer)


def test_the_table_has_every_option_and_no_other() -> None:
    assert len(NAMES) == 53
    assert [name for name in NAMES if cibuildwheel_option(name) is None] == []
    options = {name: option for name, option in cibuildwheel_options().items() if not option.command}
    old = {"free-threaded-support"}  # of cibuildwheel 2
    patterns = {name for name in options if "*" in name}
    assert set(options) - patterns - old == {name for name in NAMES if "-image" not in name}
    assert patterns == {"musllinux-*-image", "manylinux-*-image", "manylinux-pypy_*-image"}
    for option in cibuildwheel_options().values():
        assert option.note
        assert len(option.note) <= 110


def test_what_is_taken_is_what_is_read() -> None:
    taken = {name for name, option in cibuildwheel_options().items() if option.does == "taken"}
    read = {
        field.replace("_", "-")
        for struct in (_Options, _Override, _Table)
        for field in struct.__struct_fields__
    }
    assert taken == read - {"select"}


@pytest.mark.parametrize(
    ("name", "does"),
    [
        ("manylinux-x86_64-image", "lost"),
        ("manylinux-x86-64-image", "lost"),
        ("manylinux-pypy_x86_64-image", "elsewhere"),
        ("manylinux-pypy-x86-64-image", "elsewhere"),
        ("musllinux-aarch64-image", "needless"),
        ("debug-keep-container", "needless"),
    ],
)
def test_patterns(name: str, does: str) -> None:
    option = cibuildwheel_option(name)
    assert option is not None
    assert option.does == does


def test_a_table(tmp_path: Path) -> None:
    root = project(tmp_path, {"pyproject.toml": TABLE})
    found = migrate(root)
    assert rows(root) == [
        ("build", "taken"),
        ("before-all", "lost"),
        ("manylinux-i686-image", "needless"),
        ("archs", "asked"),
        ("environment", "taken"),
        ("environment.CC", "lost"),
        ("macos.environment", "taken"),
        ("macos.inherit", "taken"),
        ("overrides[0].test-command", "taken"),
        ("overrides[0].test-extras", "taken"),
    ]
    assert found.draft.before == TABLE
    assert found.draft.after == (
        TABLE
        + """
[tool.pyz3]
build = "cp3*"
environment = {A = "1"}

[[tool.pyz3.overrides]]
select = ["*-macosx_*"]
macos = "12.0"
environment = {}
inherit = {environment = "append"}

[[tool.pyz3.overrides]]
select = "*-musllinux_*"
test-command = ""
test-extras = ["x"]
"""
    )
    # What is written says the same as what pyz3 read of cibuildwheel's table before.
    before = load_project(root).tool
    (root / "pyproject.toml").write_text(found.draft.after)
    assert load_project(root).tool == before
    assert before.hook_options("cp313-macosx_arm64", family="macos").environment == {"A": "1"}


def test_a_workflow(tmp_path: Path) -> None:
    files = {"pyproject.toml": SYSTEM, ".github/workflows/wheels.yml": WORKFLOW}
    root = project(tmp_path, files)
    place = "wheels.yml: wheels"
    assert rows(root) == [
        (f"{place}: CIBW_TEST_REQUIRES", "taken"),
        (f"{place}: CIBW_SKIP", "taken"),
        (f"{place}: CIBW_ENVIRONMENT_LINUX", "taken"),
        (f"{place}: CIBW_ENVIRONMENT_LINUX: overrides[0].environment.LD", "lost"),
        (f"{place}: CIBW_BUILD", "lost"),
        (f"{place}: CIBW_TEST_COMMAND", "needless"),
        (f"{place}: CIBW_BEFORE_ALL_LINUX", "lost"),
        (f"{place}: CIBW_NONSENSE", "lost"),
        (f"{place}: CIBW_CONFIG_SETTINGS", "lost"),
        (f"{place}: output-dir", "asked"),
        (f"{place}: matrix.os", "asked"),
    ]
    tool = read_tool_table(load_toml(migrate(root).draft.after))
    assert (tool.skip, tool.test_requires, tool.build) == ("pp*", "pytest", None)
    assert [(one.select, one.environment) for one in tool.overrides] == [
        (("*-manylinux_*", "*-musllinux_*"), {"B": "2"})
    ]
    notes = {row.option.rpartition(": ")[2]: row.note for row in migrate(root).rows}
    assert notes["CIBW_BUILD"] == (
        "${{ matrix.build }}: only GitHub knows its value; write it into [tool.pyz3] by hand"
    )
    assert notes["CIBW_CONFIG_SETTINGS"] == "a script sets it: write its value into [tool.pyz3] by hand"
    assert notes["matrix.os"].startswith("ubuntu-24.04, macos-15: one machine builds for every platform")


def test_a_variable_counts_before_every_part_of_the_table(tmp_path: Path) -> None:
    text = f"""{SYSTEM}
[tool.cibuildwheel]
environment = "A=1"
[tool.cibuildwheel.linux]
environment = "B=1"
build = "cp312-*"
[[tool.cibuildwheel.overrides]]
select = "*"
environment = "C=1"
config-settings = "x=1"
"""
    workflow = """\
jobs:
  build:
    steps:
      - run: python -m pip install cibuildwheel
      - run: python -m cibuildwheel --output-dir out --platform linux
        env: { CIBW_ENVIRONMENT: D=1, CIBW_BUILD_LINUX: "cp313-*" }
"""
    root = project(tmp_path, {"pyproject.toml": text, ".github/workflows/a.yaml": workflow})
    tool = read_tool_table(load_toml(migrate(root).draft.after))
    options = tool.hook_options("cp313-manylinux_x86_64", family="linux")
    assert (options.environment, options.config_settings) == ({"D": "1"}, {"x": "1"})
    assert isinstance(tool.build, tuple)
    assert {i for i in tool.build if "linux_x86_64" in i} == {
        "cp313-manylinux_x86_64",
        "cp313-musllinux_x86_64",
    }
    assert rows(root)[-2:] == [("a.yaml: build: output-dir", "asked"), ("a.yaml: build: platform", "asked")]
    # What they replace is not said to be kept.
    replaced = {row.option: row.note for row in migrate(root).rows if row.does == "needless"}
    note = "{} of the workflow counts in its place, as it does for cibuildwheel"
    assert replaced == {
        "environment": note.format("CIBW_ENVIRONMENT"),
        "linux.environment": note.format("CIBW_ENVIRONMENT"),
        "linux.build": note.format("CIBW_BUILD_LINUX"),
        "overrides[0].environment": note.format("CIBW_ENVIRONMENT"),
    }


def test_jobs_that_differ(tmp_path: Path) -> None:
    workflow = """\
jobs:
  one:
    steps:
      - uses: pypa/cibuildwheel@v4
        env: { CIBW_SKIP: a, CIBW_TEST_REQUIRES: x, CIBW_TEST_COMMAND: x, CIBW_ENVIRONMENT_MACOS: A=1 }
  two:
    steps:
      - uses: pypa/cibuildwheel@v4
        env: { CIBW_SKIP: b, CIBW_TEST_REQUIRES: x }
"""
    root = project(tmp_path, {"pyproject.toml": SYSTEM, ".github/workflows/a.yml": workflow})
    assert rows(root) == [
        ("a.yml: one: CIBW_TEST_REQUIRES", "taken"),
        ("a.yml: one: CIBW_ENVIRONMENT_MACOS", "taken"),
        ("a.yml: one: CIBW_SKIP", "lost"),
        ("a.yml: one: CIBW_TEST_COMMAND", "lost"),
    ]
    assert migrate(root).rows[2].note == (
        "it differs between jobs: write what holds for which into overrides by hand"
    )


def test_variables_that_are_added_to_the_table_are_not_taken(tmp_path: Path) -> None:
    workflow = """\
jobs:
  one:
    steps:
      - uses: pypa/cibuildwheel@v4
        env: { CIBW_INHERIT: environment, CIBW_ENVIRONMENT: A=1 }
"""
    root = project(tmp_path, {"pyproject.toml": SYSTEM, ".github/workflows/a.yml": workflow})
    assert rows(root) == [("a.yml: one: CIBW_INHERIT", "lost"), ("a.yml: one: CIBW_ENVIRONMENT", "lost")]
    assert migrate(root).draft.after == ""


@pytest.mark.parametrize("named", [False, True])
def test_a_file_of_its_own(named: bool, tmp_path: Path) -> None:
    name = "ci/wheels.toml" if named else "cibuildwheel.toml"
    workflow = "jobs: { a: { steps: [{ uses: pypa/cibuildwheel@v4, with: { config-file: ci/wheels.toml }}]}}"
    files = {name: '[tool.cibuildwheel]\nskip = "x"\n', "setup.py": ""}
    root = project(tmp_path, {**files, **({".github/workflows/a.yml": workflow} if named else {})})
    found = migrate(root)
    assert (found.draft.before, found.draft.after) == ("", '[tool.pyz3]\nskip = "x"\n')
    assert found.draft.notes == (
        "pyproject.toml is new: pip builds in an environment of its own then (PEP 517)",
    )


@pytest.mark.parametrize(
    ("run", "options"),
    [
        (
            'python -m cibuildwheel --config-file "{package}/ci/a b.toml" -x',
            [("config-file", "{package}/ci/a b.toml")],
        ),
        ("cibuildwheel --config-file='ci/a.toml' # --no", [("config-file", "ci/a.toml")]),
        (
            "cibuildwheel --config-file ci\\a.toml `\n  --only x",
            [("config-file", "ci\\a.toml"), ("only", "x")],
        ),
        ("pipx run --spec 'cibuildwheel==3' cibuildwheel --archs=auto64 && ls --all", [("archs", "auto64")]),
        (
            "pip install cibuildwheel; cibuildwheel --only ${{ matrix.a || 'b c' }}",
            [("only", "${{ matrix.a || 'b c' }}")],
        ),
        (
            "uvx cibuildwheel@latest --only x\nuvx --from 'cibuildwheel[uv]' cibuildwheel --only y",
            [("only", "x"), ("only", "y")],
        ),
        ('x="\n"; cibuildwheel --only "x', [("only", "x")]),
        ("pip install cibuildwheel\ncat cibuildwheel.toml", []),
    ],
)
def test_the_words_of_a_command(run: str, options: list[tuple[str, str]], tmp_path: Path) -> None:
    workflow = {"jobs": {"a": {"steps": [{"run": run}]}}}
    project(tmp_path, {".github/workflows/a.yml": json.dumps(workflow)})
    assert [item for step in steps_of(tmp_path) for item in step.options.items()] == options


def test_github_ignores_case(tmp_path: Path) -> None:
    workflow = "jobs: { a: { steps: [{ uses: PyPA/CIBuildWheel@v3, with: { Output-Dir: x }}]}}"
    project(tmp_path, {".github/workflows/a.yml": workflow})
    assert [step.options for step in steps_of(tmp_path)] == [{"output-dir": "x"}]


@pytest.mark.parametrize(
    ("script", "is_set"),
    [
        ('$env:CIBW_SKIP = "x"', True),
        ("${Env:CIBW_SKIP} += 'x'", True),
        ("Set-Item Env:CIBW_SKIP x", True),
        ('set "CIBW_SKIP=x"', True),
        (": ${CIBW_SKIP:=x}", True),
        ('echo "CIBW_SKIP<<EOF" >> $GITHUB_ENV', True),
        ('os.environ["CIBW_SKIP"] = "x"', True),
        ("# CIBW_SKIP=x is in the table", False),
        ('[ "$CIBW_SKIP" = x ] && echo ${CIBW_SKIP} %CIBW_SKIP%', False),
        ("echo $env:CIBW_SKIP ${{ env.CIBW_SKIP == 'x' }}", False),
    ],
)
def test_what_a_script_sets(script: str, is_set: bool, tmp_path: Path) -> None:
    for step in ({"run": script}, {"uses": "actions/github-script@v8", "with": {"script": script}}):
        workflow = {"jobs": {"a": {"steps": [step, {"uses": "pypa/cibuildwheel@v4"}]}}}
        project(tmp_path, {"pyproject.toml": SYSTEM, ".github/workflows/a.yml": json.dumps(workflow)})
        assert rows(tmp_path) == [("a.yml: a: CIBW_SKIP", "lost")] * is_set


def test_one_file_has_many_spellings(tmp_path: Path) -> None:
    names = ("{package}/ci/a.toml", "./ci/a.toml", "{project}/ci//a.toml", "ci\\a.toml")
    steps = [{"uses": "pypa/cibuildwheel@v4", "with": {"config-file": name}} for name in names]
    files = {
        "pyproject.toml": SYSTEM,
        "ci/a.toml": '[tool.cibuildwheel]\nskip = "x"\n',
        ".github/workflows/a.yml": json.dumps({"jobs": {"a": {"steps": steps}}}),
    }
    root = project(tmp_path, files)
    assert rows(root) == [("skip", "taken"), ("a.yml: a: config-file", "asked")]


@pytest.mark.parametrize("name", ["${{ matrix.cfg }}", "$CONFIG", "%CONFIG%"])
def test_a_file_that_only_github_knows(name: str, tmp_path: Path) -> None:
    workflow = {"jobs": {"a": {"steps": [{"run": f"cibuildwheel --config-file {name}"}]}}}
    root = project(tmp_path, {"pyproject.toml": TABLE, ".github/workflows/a.yml": json.dumps(workflow)})
    last = migrate(root).rows[-1]
    assert (last.option, last.does) == ("a.yml: a: config-file", "lost")
    assert last.note == (
        f"{name}: only GitHub knows which file it is; write what it says into [tool.pyz3] by hand"
    )
    assert rows(root)[0] == ("build", "taken")


def test_several_files_and_one_that_is_not_there(tmp_path: Path) -> None:
    runs = [{"run": "cibuildwheel --config-file ci/a.toml"}, {"run": "cibuildwheel"}]
    workflow = json.dumps({"jobs": {"a": {"steps": runs}}})
    root = project(tmp_path, {"pyproject.toml": TABLE, ".github/workflows/a.yml": workflow})
    with pytest.raises(ConfigError) as caught:
        migrate(root)
    assert caught.value.message == "the workflows read several files: ci/a.toml, pyproject.toml"
    # A pyproject.toml that says nothing is none of them.
    project(tmp_path, {"pyproject.toml": SYSTEM})
    with pytest.raises(ConfigError) as caught:
        migrate(root)
    assert caught.value.message == f"{root}/ci/a.toml: No such file or directory"
    assert caught.value.tip == "a workflow names it: config-file"


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({"pyproject.toml": SYSTEM}, "{}: nothing here is said to cibuildwheel"),
        ({"pyproject.toml": "[tool.pyz3]\n"}, "{}/pyproject.toml: [tool.pyz3] is there already"),
        (
            {"pyproject.toml": f"{SYSTEM}[tool.cibuildwheel]\nskip = 3\n"},
            "pyproject.toml: tool.cibuildwheel.skip: expected a string or an array, found an integer",
        ),
        (
            {"pyproject.toml": SYSTEM, ".github/workflows/a.yml": "cibuildwheel: [\n"},
            "{}/.github/workflows/a.yml: no YAML: ",
        ),
        (
            {"pyproject.toml": '[build-system]\nrequires = []\nbuild-backend = "maturin"\n'},
            "pyproject.toml: build-system.build-backend: 'maturin': pyz3 compiles no Rust",
        ),
        ({}, "{}: no pyproject.toml here"),
    ],
)
def test_what_cannot_be_migrated(files: dict[str, str], message: str, tmp_path: Path) -> None:
    root = project(tmp_path, files)
    with pytest.raises(ConfigError) as caught:
        migrate(root)
    assert caught.value.message.startswith(message.format(root))


def test_without_what_reads_workflows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = project(tmp_path, {"pyproject.toml": TABLE, ".github/workflows/a.yml": WORKFLOW})
    monkeypatch.setitem(sys.modules, "yaml", None)
    with pytest.raises(ConfigError) as caught:
        migrate(root)
    assert caught.value.message == f"{root}/.github/workflows/a.yml: PyYAML is missing, which reads workflows"
    assert caught.value.tip == "python -m pip install pyyaml"


def test_on_the_command_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "120")
    root = project(tmp_path, {"pyproject.toml": TABLE})
    done = init(root, "--dry-run")
    lines = [" ".join(line.split()) for line in done.stdout.splitlines()]
    assert lines[:2] == [
        "cibuildwheel pyz3 what becomes of it",
        "build kept the same; PyPy, GraalPy, Android and iOS are not built",
    ]
    assert lines[-2:] == [
        "note: what is there for cibuildwheel stays; pyz3 reads [tool.pyz3] in its place",
        "nothing is written: --dry-run",
    ]
    assert "+[tool.pyz3]" in lines
    assert (root / "pyproject.toml").read_text() == TABLE
    done = init(root)
    assert isinstance(done.exception, ConfigError)
    assert done.exception.tip == "agree beforehand: pyz3 init --yes"
    assert (root / "pyproject.toml").read_text() == TABLE
    done = init(root, "--yes")
    assert done.exit_code == 0
    assert (root / "pyproject.toml").read_text().startswith(TABLE)
    assert done.stdout.splitlines()[-1] == "A workflow that does it on GitHub:  pyz3 ci github"


def test_nothing_has_to_be_written(tmp_path: Path) -> None:
    root = project(tmp_path, {"pyproject.toml": f"{SYSTEM}[tool.cibuildwheel]\narchs = 'auto'\n"})
    done = init(root)
    assert (done.exit_code, done.stdout.splitlines()[-1]) == (
        0,
        "Nothing has to be written.  Build:  pyz3 wheel --all-platforms --python all",
    )


def test_options_that_make_no_sense_with_it(tmp_path: Path) -> None:
    done = init(tmp_path, "--language", "c", "--abi3", "3.10")
    assert (done.exit_code, done.stderr.splitlines()[-1]) == (
        2,
        "Error: --from-cibuildwheel and --language, --abi3 exclude each other",
    )


def test_a_new_project_can_be_looked_at_first(tmp_path: Path) -> None:
    done = CliRunner().invoke(cli, ["init", str(tmp_path / "fast"), "--dry-run"])
    assert (done.exit_code, done.stdout.splitlines()[-1]) == (0, "nothing is written: --dry-run")
    assert "  pyproject.toml" in done.stdout.splitlines()
    assert not (tmp_path / "fast").exists()


def test_texts_of_tables() -> None:
    identifiers = [f"cp3{minor}-manylinux_x86_64" for minor in range(9, 15)]
    table = {"build": identifiers, "config-settings": {"a": ["b", "c"], "d": True}}
    tool = read_cibuildwheel(table, where="tool.cibuildwheel", file="x").tool
    text = tool_text(tool)
    assert read_tool_table(load_toml(text)) == tool
    assert text.splitlines()[1:3] == ["build = [", '    "cp39-manylinux_x86_64",']
    assert text.splitlines()[-1] == 'config-settings = {a = ["b", "c"], d = true}'
