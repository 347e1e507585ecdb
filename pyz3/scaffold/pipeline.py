"""A pipeline for GitLab that builds, tests and publishes all wheels of a project.  Pure."""

from __future__ import annotations

import json
import shlex
from typing import TYPE_CHECKING

from pyz3.capi.emscripten import emscripten_abi_for
from pyz3.frontends import OWN_REQUIREMENT
from pyz3.scaffold.released import template, yaml_text

if TYPE_CHECKING:
    from pyz3.scaffold.released import Released
    from pyz3.targets import Platform

_RELEASE = (
    'glab release create "$CI_COMMIT_TAG" --use-package-registry '
    '--notes "${CI_COMMIT_TAG_MESSAGE:-$CI_COMMIT_TAG}"'
)
# GitLab's machines of these families start no containers: jobs are run by their own shells.
_SHELLS = ("macos", "windows")


def pipeline(released: Released, *, command: str) -> str:
    """Give the text of ``.gitlab-ci.yml``.

    Args:
        released: The project.
        command: What writes it.
    """
    jobs = {
        "test": _rows(released, family=""),
        **{f"test-{shell}": _rows(released, family=shell) for shell in _SHELLS},
        "test-alpine": _alpine(released),
        "test-pyodide": _pyodide(released),
    }
    script = {
        "name": released.name,
        "requires": released.requires,
        "test": released.test("$CI_PROJECT_DIR"),
        "temp": "$CI_PROJECT_DIR/.temp",
        "dist": f"$CI_PROJECT_DIR/{released.at}dist",
        "warning": "WARNING: ",
        "group": "== ",
        "end-group": "echo",
        "folders": "process.env.CI_PROJECT_DIR",
    }
    tests = template("test.sh.in", script)
    values = {
        "command": command,
        "dist": yaml_text(f"{released.at}dist/"),
        "sums": yaml_text(f"{released.at}dist/SHA256SUMS"),
        "enter": _command(released, f'cd "{released.inside}"'),
        "release": _command(released, f"{_RELEASE} {_quoted(released)}dist/*"),
        "published": "yes" if released.published else "",
        "inside": released.inside,
        "requirement": OWN_REQUIREMENT,
        "sdist": "pyz3 sdist" if released.own else "python -m build --sdist",
        "pythons": released.pythons,
        "systems": jobs["test"],
        "macos": jobs["test-macos"],
        "windows": jobs["test-windows"],
        "alpine": jobs["test-alpine"],
        "pyodide": jobs["test-pyodide"],
        "test": tests,
        "test-alpine": template("test-alpine.sh.in", script),
        "test-pyodide": template(
            "test-pyodide.sh.in", {**script, "python": template("python.mjs.in", script)}
        ),
        "needs": ", ".join(["build", *(name for name, cells in jobs.items() if cells)]),
    }
    return template("pipeline.yml.in", values)


def _command(released: Released, command: str) -> str:
    """Give a command that names the project's folder, as YAML has it: in quotes if the folder needs that."""
    return (
        command if yaml_text(released.inside) == released.inside else json.dumps(command, ensure_ascii=False)
    )


def _quoted(released: Released) -> str:
    return shlex.quote(released.at) if released.at else ""


def _rows(released: Released, *, family: str) -> str:
    """Give the rows of a matrix: a platform, GitLab's tag of a machine that is one, its Pythons."""
    rows = [
        f'PLATFORM: {platform}, RUNNER: {platform.spec.gitlab}, PYTHONS: "{" ".join(map(str, pythons))}"'
        for platform, pythons in released.tested("gitlab", inside="").items()
        if _shell(platform) == family
    ]
    return "\n".join(f"- {{ {row} }}" for row in rows)


def _shell(platform: Platform) -> str:
    return platform.family if platform.family in _SHELLS else ""


def _alpine(released: Released) -> str:
    return "\n".join(
        f'- {{ RUNNER: {platform.spec.gitlab}, PYTHON: "{python}" }}'
        for platform, pythons in released.tested("gitlab", inside="alpine").items()
        for python in pythons
    )


def _pyodide(released: Released) -> str:
    return "\n".join(
        f'- {{ PYTHON: "{python}", PYODIDE: "{abi.pyodide}", TAG: {abi.tag}, RUNNER: {machine} }}'
        for platform, pythons in released.tested("gitlab", inside="node").items()
        for python in pythons
        for abi, machine in [(emscripten_abi_for(python), platform.spec.gitlab)]
    )
