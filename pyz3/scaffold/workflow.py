"""A workflow for GitHub Actions that builds, tests and publishes all wheels of a project.  Pure.

The commits are those of the actions' releases that are named beside them.
"""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from importlib.resources import files
from typing import TYPE_CHECKING

from pyz3.frontends import OWN_REQUIREMENT

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pyz3.targets import Platform, PythonVersion, Target

# Pinned, as a tag may be moved to another commit (docs.github.com, "Security hardening").
_ACTIONS = {
    "checkout": "actions/checkout@de0fac2e4500dabe0009e67214ff5f5447ce83dd # v6.0.2",
    "setup-python": "actions/setup-python@a309ff8b426b58ec0e2a45f0f869d46889d02405 # v6.2.0",
    "cache": "actions/cache@55cc8345863c7cc4c66a329aec7e433d2d1c52a9 # v6.1.0",
    "upload-artifact": "actions/upload-artifact@043fb46d1a93c77aae656e7c1c64a875d1fc6a0a # v7.0.1",
    "download-artifact": "actions/download-artifact@3e5f45b2cfb9172054b4087a40e8e0b5a5461e7c # v8.0.1",
    "publish": "pypa/gh-action-pypi-publish@ed0c53931b1dc9bd32cbe73a98c7f6766f8a527e # v1.13.0",
}
_OWN = re.compile(
    r"^ *# own steps: (?P<name>\w+)\n(?P<steps>.*?)^ *# end of own steps\n", re.MULTILINE | re.DOTALL
)
# GitHub runs no actions in Alpine but on x86_64 ("Running jobs in a container"); docker is there on both.
_IN_DOCKER = frozenset(("musllinux",))


@dataclass(frozen=True, kw_only=True)
class Released:
    """What a workflow has to know of a project.

    Attributes:
        name: Its name on PyPI.
        targets: What it is built for.
        inside: Its folder in the repository; empty: the repository itself.
        own: pyz3 builds it, no other build backend.
        test_command: What tests an installed wheel, for a shell; ``{project}`` is the project's folder.
        test_requires: What that needs (PEP 508).
    """

    name: str
    targets: tuple[Target, ...]
    inside: str = ""
    own: bool = False
    test_command: tuple[str, ...] = ()
    test_requires: tuple[str, ...] = ()

    @property
    def untested(self) -> tuple[str, ...]:
        """The wheels that GitHub has no machine for, or that there is no image of Alpine for."""
        return tuple(one.identifier for one in self.targets if not _is_tested(one))


def workflow(released: Released, *, command: str) -> str:
    """Give the text of the workflow.

    Args:
        released: The project.
        command: What writes it.
    """
    pythons = dict.fromkeys(one.python for one in released.targets)
    systems = _cells(released, docker=False)
    alpine = _cells(released, docker=True)
    needs = ["build", *(["test"] if systems else []), *(["test-alpine"] if alpine else [])]
    at = f"{released.inside}/" if released.inside else ""
    values = {
        **_ACTIONS,
        "command": command,
        "title": f"wheels of {released.name}",
        "name": released.name,
        "inside": released.inside,
        "at": at,
        "requirement": OWN_REQUIREMENT,
        "sdist": "pyz3 sdist" if released.own else "python -m build --sdist",
        "pythons": "".join(f" --python {python}" for python in pythons),
        "systems": systems,
        "alpine": alpine,
        "requires": "".join(f" {shlex.quote(one)}" for one in released.test_requires),
        "test": _script(released.test_command, f"$GITHUB_WORKSPACE/{at}".rstrip("/"), indent=14),
        "test-alpine": _script(released.test_command, f"$GITHUB_WORKSPACE/{at}".rstrip("/"), indent=12),
        "needs": ", ".join(needs),
    }
    return _filled_in((files(__package__) / "templates" / "workflow.yml.in").read_text("utf-8"), values)


def with_own_steps(text: str, before: str) -> str:
    """Give a workflow with the steps that its user has put between the marks of an earlier one."""
    own = {match["name"]: match["steps"] for match in _OWN.finditer(before)}

    def filled(match: re.Match[str]) -> str:
        mark, _, end = match[0].partition("\n")
        return f"{mark}\n{own.get(match['name'], '')}{end}"

    return _OWN.sub(filled, text)


def _is_tested(target: Target) -> bool:
    docker = target.platform.family in _IN_DOCKER
    return bool(target.platform.spec.runner) and not (docker and target.python.free_threaded)


def _cells(released: Released, *, docker: bool) -> str:
    """Give the rows of a matrix: a platform, GitHub's name of a machine that is one, its Pythons."""
    found: dict[Platform, list[PythonVersion]] = {}
    for one in released.targets:
        if _is_tested(one) and (one.platform.family in _IN_DOCKER) == docker:
            found.setdefault(one.platform, []).append(one.python)
    rows = [
        f'platform: {platform}, runner: {platform.spec.runner}, pythons: "{" ".join(map(str, pythons))}"'
        for platform, pythons in found.items()
    ]
    return "\n".join(f"          - {{ {row} }}" for row in rows)


def _script(commands: Sequence[str], project: str, *, indent: int) -> str:
    text = "\n".join(commands).replace("{project}", project).replace("{package}", project)
    text = (
        text
        or "true # pyproject.toml has no test-command: that the wheel can be installed is all that is tried"
    )
    return "\n".join(" " * indent + line for line in text.splitlines())


def _filled_in(template: str, values: Mapping[str, str]) -> str:
    """Fill in ``@name@``; lines between ``@if name@`` and ``@end@`` stay if that is not empty."""
    wanted, lines = True, []
    for line in template.splitlines(keepends=True):
        condition = re.fullmatch(r"@if (\w+)@\n", line)
        if condition:
            wanted = bool(values[condition[1]])
        elif line == "@end@\n":
            wanted = True
        elif wanted:
            lines.append(line)
    return re.sub(r"@([a-z-]+)@", lambda match: values[match[1]], "".join(lines))
