"""What ``pyz3 ci github`` and ``pyz3 ci gitlab`` write."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from pyz3.cli import main
from pyz3.scaffold import Released, pipeline, with_own_steps, workflow
from pyz3.scaffold.released import yaml_text
from pyz3.targets import Platform, PythonVersion, Target

if TYPE_CHECKING:
    from pathlib import Path

PROJECT = """
[project]
name = "Hello"
version = "1"
requires-python = ">=3.13"

[tool.pyz3]
platforms = ["linux-x86_64", "windows-arm64", "musllinux-x86_64", "linux-s390x"]
skip = "cp315*"
test-command = "pytest {project}/tests"
test-requires = ["pytest>=8", "hypothesis"]

[[tool.pyz3.extensions]]
name = "hello"
sources = ["a.c"]
"""
FILE = ".github/workflows/build-wheels.yml"


def targets(*names: str, pythons: tuple[str, ...] = ("3.13",)) -> tuple[Target, ...]:
    return tuple(
        Target(platform=Platform(name), python=PythonVersion.parse(python))
        for name in names
        for python in pythons
    )


def text(**changes: Any) -> str:
    return workflow(released(**changes), command="pyz3 ci github")


def jobs(text: str) -> list[str]:
    return re.findall(r"^  ([a-z-]+):$", text.partition("\njobs:\n")[2], re.MULTILINE)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project in a repository."""
    (tmp_path / ".git").mkdir()
    (tmp_path / "pyproject.toml").write_text(PROJECT)
    (tmp_path / "a.c").write_text("")
    return tmp_path


def run(
    capsys: pytest.CaptureFixture[str], *args: str | Path, service: str = "github"
) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as caught:
        main(["ci", service, *map(str, args)])
    assert isinstance(caught.value.code, int)
    said = capsys.readouterr()
    return caught.value.code, said.out, said.err


def test_every_action_is_pinned_and_every_job_bounded() -> None:
    made = text(targets=targets("linux-x86_64", "musllinux-x86_64"))
    used = re.findall(r"uses: (\S+) # (v\S+)", made)
    assert len(used) == made.count("uses:")
    assert all(re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40}", action) for action, _ in used)
    assert "@" not in re.sub(r"uses: \S+", "", made)  # nothing is left to be filled in
    names = jobs(made)
    assert names == ["build", "test", "test-alpine", "publish", "release"]
    assert made.count("timeout-minutes:") == made.count("    permissions:\n") == len(names)
    assert "\npermissions: {}\n" in made
    assert "    needs: [build, test, test-alpine]\n" in made


def test_what_github_has_no_machine_for() -> None:
    of = released(
        targets=targets("linux-s390x", "musllinux-x86_64", "windows-x64", pythons=("3.13", "3.13t"))
    )
    assert of.untested("runner") == (
        "cp313-manylinux_s390x", "cp313t-manylinux_s390x", "cp313t-musllinux_x86_64",
    )  # fmt: skip
    made = workflow(of, command="x")
    rows = re.findall(r"- \{ (platform.*) \}", made)
    assert rows == [
        'platform: windows-x64, runner: windows-2025, pythons: "3.13 3.13t"',
        'platform: musllinux-x86_64, runner: ubuntu-24.04, pythons: "3.13"',
    ]
    alone = text(targets=targets("linux-s390x"))
    assert jobs(alone) == ["build", "publish", "release"]
    assert "    needs: [build]\n" in alone


def test_pyodide() -> None:
    made = text(targets=targets("pyodide", pythons=("3.13", "3.14")))
    assert jobs(made) == ["build", "test-pyodide", "publish", "release"]
    assert re.findall(r"- \{ (.*) \}", made) == [
        'python: "3.13", pyodide: 0.29.4, tag: pyemscripten_2025_0_wasm32, runner: ubuntu-24.04',
        'python: "3.14", pyodide: 314.0.7, tag: pyemscripten_2026_0_wasm32, runner: ubuntu-24.04',
    ]


def test_what_pypi_does_not_take_is_no_part_of_what_is_published_there() -> None:
    made = text(targets=targets("pyodide", "linux-loongarch64", pythons=("3.12", "3.13")))
    names = "cp312-pyodide_wasm32, cp312-manylinux_loongarch64, cp313-manylinux_loongarch64"
    step = "        run: rm -f dist/*-pyodide_*.whl dist/*_loongarch64.whl\n"
    assert f"      # {names}\n" in made
    assert step in made
    assert step not in text(targets=targets("pyodide", pythons=("3.13",)))


def test_nothing_is_published() -> None:
    assert jobs(text(published=False)) == ["build", "test"]
    made = pipeline(released(published=False), command="x")
    assert stages(made) == ["build", "test"]


def released(**changes: Any) -> Released:
    return Released(**{"name": "hello", "targets": targets("linux-x86_64"), **changes})


def stages(pipeline: str) -> list[str]:
    return re.findall(r"^([a-z-]+):\n  stage:", pipeline, re.MULTILINE)


def test_gitlab() -> None:
    names = ("linux-s390x", "linux-aarch64", "windows-x64", "windows-arm64", "macos-x86_64", "macos-arm64",
             "musllinux-x86_64", "pyodide")  # fmt: skip
    of = released(targets=targets(*names, pythons=("3.13", "3.14")), inside="sub", own=True)
    assert of.untested("gitlab") == tuple(
        f"cp3{minor}-{name}"
        for name in ("manylinux_s390x", "win_arm64", "macosx_x86_64")
        for minor in (13, 14)
    )
    made = pipeline(of, command="pyz3 ci gitlab")
    every = [
        "build",
        "test",
        "test-macos",
        "test-windows",
        "test-alpine",
        "test-pyodide",
        "publish",
        "release",
    ]
    assert stages(made) == every
    assert f"  needs: [{', '.join(every[:-2])}]\n" in made
    assert re.findall(r"- \{ (.*) \}", made) == [
        'PLATFORM: linux-aarch64, RUNNER: saas-linux-small-arm64, PYTHONS: "3.13 3.14"',
        'PLATFORM: macos-arm64, RUNNER: saas-macos-medium-m1, PYTHONS: "3.13 3.14"',
        'PLATFORM: windows-x64, RUNNER: saas-windows-medium-amd64, PYTHONS: "3.13 3.14"',
        'RUNNER: saas-linux-small-amd64, PYTHON: "3.13"',
        'RUNNER: saas-linux-small-amd64, PYTHON: "3.14"',
        'PYTHON: "3.13", PYODIDE: "0.29.4", TAG: pyemscripten_2025_0_wasm32, RUNNER: saas-linux-small-amd64',
        'PYTHON: "3.14", PYODIDE: "314.0.7", TAG: pyemscripten_2026_0_wasm32, RUNNER: saas-linux-small-amd64',
    ]
    assert made.count('    - cd "sub"\n') == 2
    assert "    paths: [sub/dist/]\n" in made
    assert '--find-links "$CI_PROJECT_DIR/sub/dist"' in made
    assert "    PYPI_ID_TOKEN:\n      aud: pypi\n" in made
    assert "    - pyz3 sdist\n" in made
    own = "    - echo mine\n"
    before = made.replace("# own steps: windows\n", f"# own steps: windows\n{own}")
    assert with_own_steps(made, before) == before


def test_a_project_in_a_folder_of_the_repository() -> None:
    made = text(inside="python/hello", test_command=("pytest {project}/tests", "hello --version"))
    assert "        working-directory: python/hello\n" in made
    assert "          path: python/hello/dist/\n" in made
    commands = ("pytest $GITHUB_WORKSPACE/python/hello/tests", "hello --version", ")")
    assert [line.strip() for line in made.splitlines() if line.strip() in commands][:3] == [*commands]
    assert "working-directory" not in text()


def test_who_makes_the_source_distribution() -> None:
    assert "        run: pyz3 sdist\n" in text(own=True)
    assert "        run: python -m build --sdist\n" in text()


def test_own_steps_are_kept() -> None:
    own = "      - run: echo mine\n      # and more\n"
    before = text().replace("# own steps: build\n", f"# own steps: build\n{own}")
    now = text(targets=targets("linux-x86_64", "windows-x64"))
    assert with_own_steps(now, before) == now.replace("# own steps: build\n", f"# own steps: build\n{own}")
    assert with_own_steps(now, "") == now


def test_written_for_a_project(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    status, out, _ = run(capsys, project, "--check")
    assert (status, out.splitlines()[:2]) == (1, [f"--- {FILE}", f"+++ {FILE}, as it would be written"])
    assert not (project / FILE).exists()
    status, out, _ = run(capsys, project)
    first, untested, wheels, publisher = out.splitlines()
    assert (status, first) == (0, f"{project / FILE}: written")
    assert untested.startswith(
        "note: GitHub has no machine for these, they are built and not tried: cp313t-musl"
    )
    assert wheels.startswith("note: put a wheel of pyz3 into wheels/: ")
    assert publisher.startswith("note: before the first release: PyPI, Publishing")
    made = (project / FILE).read_text()
    assert (
        "        run: pyz3 wheel --all-platforms --python 3.13 --python 3.13t --python 3.14 --python 3.14t\n"
        in made
    )
    assert "uv pip install \"Hello\" 'pytest>=8' hypothesis\n" in made
    assert "              pytest $GITHUB_WORKSPACE/tests\n" in made
    assert run(capsys, project, "--check") == (0, f"{FILE} is up to date\n", "")
    (project / FILE).write_text(made.replace("timeout-minutes: 60", "timeout-minutes: 5", 1))
    status, out, _ = run(capsys, project, "--check")
    assert status == 1
    assert "-    timeout-minutes: 5\n+    timeout-minutes: 60\n" in out


def test_written_for_gitlab(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    status, out, _ = run(capsys, project, "--check", service="gitlab")
    assert (status, out.splitlines()[0]) == (1, "--- .gitlab-ci.yml")
    status, out, _ = run(capsys, project, service="gitlab")
    first, untested, _, publisher = out.splitlines()
    assert (status, first) == (0, f"{project / '.gitlab-ci.yml'}: written")
    assert untested.startswith("note: GitLab has no machine for these, they are built and not tried: ")
    assert publisher.endswith("a trusted publisher: .gitlab-ci.yml, environment pypi")
    made = (project / ".gitlab-ci.yml").read_text()
    assert made.startswith("# Written by `pyz3 ci gitlab`.")
    assert run(capsys, project, "--check", service="gitlab") == (0, ".gitlab-ci.yml is up to date\n", "")
    assert run(capsys, project, "--no-publish", service="gitlab")[1].count("note:") == 2
    made = (project / ".gitlab-ci.yml").read_text()
    assert made.startswith("# Written by `pyz3 ci gitlab --no-publish`.")
    assert stages(made) == ["build", "test", "test-alpine"]


def test_a_name_that_no_file_says(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "setup.py").write_text("from setuptools import setup\nsetup(name=open('name').read())\n")
    assert run(capsys, tmp_path) == (
        2,
        "",
        f"error: {tmp_path}: its files do not say what the project is called\ntip: name it with --name\n",
    )
    assert run(capsys, tmp_path, "--name", "computed")[0] == 0
    assert 'uv pip install "computed"\n' in (tmp_path / FILE).read_text()


MORE_TESTS = """
[tool.pyz3]
platforms = ["linux-x86_64", "windows-arm64", "windows-x64"]
build = "cp313-*"
test-command = "pytest {project}/tests"
test-skip = "*-win_arm64"
[[tool.pyz3.overrides]]
select = "*-manylinux_x86_64"
test-command = "twine check {wheel}"
[[tool.pyz3.extensions]]
name = "hello"
sources = ["a.c"]
"""


def test_tests_that_are_not_those_of_all_wheels(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    head = PROJECT.partition("[tool.pyz3]")[0]
    more = MORE_TESTS.replace("windows-x64", 'windows-x64", "macos-arm64')
    (project / "pyproject.toml").write_text(head + more)
    status, out, _ = run(capsys, project)
    assert status == 0
    assert out.splitlines()[1] == (
        "note: one test-command is run for all wheels; another is said for cp313-manylinux_x86_64: "
        "pyz3 test obeys it"
    )
    made = (project / FILE).read_text()
    assert "pytest $GITHUB_WORKSPACE/tests\n" in made
    assert "twine" not in made
    assert re.findall(r"platform: ([\w-]+),", made) == ["linux-x86_64", "macos-arm64", "windows-x64"]
    # A command that names the wheel, which no job knows.
    (project / "pyproject.toml").write_text(
        head + more.replace("pytest {project}/tests", "twine check {wheel}")
    )
    assert "note: the workflow does nothing about {wheel}: pyz3 test does\n" in run(capsys, project)[1]
    (project / "pyproject.toml").write_text(head + more.replace("*-win_arm64", "*"))
    assert "note: test-skip leaves out every wheel: the workflow tests none\n" in run(capsys, project)[1]
    assert jobs((project / FILE).read_text()) == ["build", "publish", "release"]


def test_what_others_wrote_is_not_replaced(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    theirs = project / ".gitlab-ci.yml"
    theirs.write_text("stages: [lint]\n")
    refusal = (
        f"error: {theirs}: pyz3 ci did not write this file, and would replace it\n"
        "tip: move it away, or choose another: --file wheels.yml, and name that in .gitlab-ci.yml under "
        "include\n"
    )
    assert run(capsys, project, service="gitlab") == (2, "", refusal)
    assert run(capsys, project, "--check", service="gitlab") == (2, "", refusal)
    theirs.write_text("# Written by `pyz3 ci gitlab it's`. I changed this line.\n")
    assert run(capsys, project, service="gitlab") == (2, "", refusal)
    theirs.write_bytes(b"# caf\xe9\n")
    assert run(capsys, project, service="gitlab")[2].startswith(f"error: {theirs}: it is no UTF-8")
    assert theirs.read_bytes() == b"# caf\xe9\n"
    assert run(capsys, project, "--file", "wheels.yml", service="gitlab")[0] == 0
    made = (project / "wheels.yml").read_text()
    assert made.startswith("# Written by `pyz3 ci gitlab --file wheels.yml`.")
    assert run(capsys, project, "--file", "wheels.yml", "--check", service="gitlab")[0] == 0
    assert run(capsys, project, "--file", "../wheels.yml", service="gitlab")[0] == 2
    assert run(capsys, project, "--file", "wheels.yml")[2] == (
        "error: --file: GitHub reads workflows in .github/workflows alone\n"
        "tip: write .github/workflows/wheels.yml\n"
    )


def test_two_projects_of_one_repository(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("a b #1", "two"):
        (project / name).mkdir()
        (project / name / "pyproject.toml").write_text(PROJECT)
        (project / name / "a.c").touch()
    first, second = project / "a b #1", project / "two"
    assert run(capsys, first, "--name", "Other")[0] == 0
    made = (project / FILE).read_text()
    assert made.startswith("# Written by `pyz3 ci github --name Other 'a b #1'`.")
    assert run(capsys, first, "--name", "Other", "--check")[0] == 0
    assert run(capsys, second)[2] == (
        f"error: {project / FILE}: it is that of another project, in a b #1\n"
        "tip: give this one a file of its own: --file .github/workflows/wheels.yml\n"
    )
    assert run(capsys, second, "--file", ".github/workflows/two.yaml")[0] == 0
    assert (project / FILE).read_text() == made
    # What YAML would read otherwise stands in quotes.
    job = yaml.safe_load(made)["jobs"]["build"]
    assert job["defaults"]["run"]["working-directory"] == "a b #1"
    assert [step["with"]["path"] for step in job["steps"] if step.get("with", {}).get("name") == "dist"] == [
        "a b #1/dist/"
    ]
    assert run(capsys, first, service="gitlab")[0] == 0
    build = yaml.safe_load((project / ".gitlab-ci.yml").read_text())
    assert build["build"]["artifacts"]["paths"] == ["a b #1/dist/"]
    assert 'cd "a b #1"' in build["build"]["script"]
    assert build["release"]["script"][-1].endswith(" 'a b #1/'dist/*")
    assert run(capsys, second, "--name", "My: 'odd' name")[2] == (
        "error: --name: \"My: 'odd' name\" is no name of a project on PyPI\n"
    )


@pytest.mark.parametrize("text", ["a b #1", "null", "1.0", "- a", "a: b", "[a]", "", "é"])
def test_yaml_reads_the_text(text: str) -> None:
    assert (yaml.safe_load(yaml_text(text)) or "") == text


def test_no_such_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(capsys, tmp_path / "none") == (2, "", f"error: there is no folder {tmp_path / 'none'}\n")
