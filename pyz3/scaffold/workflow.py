"""A workflow for GitHub Actions that builds, tests and publishes all wheels of a project.  Pure.

The commits are those of the actions' releases that are named beside them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pyz3.capi.emscripten import emscripten_abi_for
from pyz3.frontends import OWN_REQUIREMENT
from pyz3.scaffold.released import template, yaml_text

if TYPE_CHECKING:
    from pyz3.scaffold.released import Released

# Pinned, as a tag may be moved to another commit (docs.github.com, "Security hardening").
_ACTIONS = {
    "checkout": "actions/checkout@de0fac2e4500dabe0009e67214ff5f5447ce83dd # v6.0.2",
    "setup-python": "actions/setup-python@a309ff8b426b58ec0e2a45f0f869d46889d02405 # v6.2.0",
    "setup-node": "actions/setup-node@249970729cb0ef3589644e2896645e5dc5ba9c38 # v6.5.0",
    "cache": "actions/cache@55cc8345863c7cc4c66a329aec7e433d2d1c52a9 # v6.1.0",
    "upload-artifact": "actions/upload-artifact@043fb46d1a93c77aae656e7c1c64a875d1fc6a0a # v7.0.1",
    "download-artifact": "actions/download-artifact@3e5f45b2cfb9172054b4087a40e8e0b5a5461e7c # v8.0.1",
    "publish": "pypa/gh-action-pypi-publish@ed0c53931b1dc9bd32cbe73a98c7f6766f8a527e # v1.13.0",
}


def workflow(released: Released, *, command: str) -> str:
    """Give the text of the workflow.

    Args:
        released: The project.
        command: What writes it.
    """
    jobs = {
        "test": _rows(released, inside=""),
        # GitHub runs no actions in Alpine but on x86_64 ("Running jobs in a container"); docker is on both.
        "test-alpine": _rows(released, inside="alpine"),
        "test-pyodide": _pyodide(released),
    }
    script = {
        "name": released.name,
        "requires": released.requires,
        "test": released.test("$GITHUB_WORKSPACE"),
        "temp": "$RUNNER_TEMP",
        "dist": "dist",
        "warning": "::warning::",
        "group": "::group::",
        "end-group": 'echo "::endgroup::"',
        "folders": "process.env.GITHUB_WORKSPACE, process.env.RUNNER_TEMP",
    }
    values = {
        **_ACTIONS,
        "command": command,
        "title": f"wheels of {released.name}",
        "inside": yaml_text(released.inside),
        "dist": yaml_text(f"{released.at}dist/"),
        "strangers": ", ".join(released.strangers),
        "published": "yes" if released.published else "",
        "requirement": OWN_REQUIREMENT,
        "sdist": "pyz3 sdist" if released.own else "python -m build --sdist",
        "pythons": released.pythons,
        "systems": jobs["test"],
        "alpine": jobs["test-alpine"],
        "pyodide": jobs["test-pyodide"],
        "test": template("test.sh.in", script),
        "test-alpine": template("test-alpine.sh.in", {**script, "dist": "$GITHUB_WORKSPACE/dist"}),
        "test-pyodide": template(
            "test-pyodide.sh.in", {**script, "python": template("python.mjs.in", script)}
        ),
        "needs": ", ".join(["build", *(name for name, cells in jobs.items() if cells)]),
    }
    return template("workflow.yml.in", values)


def _pyodide(released: Released) -> str:
    rows = [
        f'python: "{python}", pyodide: {abi.pyodide}, tag: {abi.tag}, runner: {platform.spec.runner}'
        for platform, pythons in released.tested("runner", inside="node").items()
        for python in pythons
        for abi in [emscripten_abi_for(python)]
    ]
    return "\n".join(f"- {{ {row} }}" for row in rows)


def _rows(released: Released, *, inside: Literal["alpine", ""]) -> str:
    """Give the rows of a matrix: a platform, GitHub's name of a machine that is one, its Pythons."""
    rows = [
        f'platform: {platform}, runner: {platform.spec.runner}, pythons: "{" ".join(map(str, pythons))}"'
        for platform, pythons in released.tested("runner", inside=inside).items()
    ]
    return "\n".join(f"- {{ {row} }}" for row in rows)
