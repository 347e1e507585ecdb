"""What continuous integration has to know of a project, and what its files have in common everywhere.  Pure.

GitHub's and GitLab's files differ in how jobs are said; what a job runs is the same: ``templates/*.sh.in``.
"""

from __future__ import annotations

import json
import re
import shlex
import textwrap
from dataclasses import dataclass
from importlib.resources import files
from typing import TYPE_CHECKING, Literal

from pyz3.targets import taken_by_pypi

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pyz3.targets import Platform, PythonVersion, Target

_OWN = re.compile(
    r"^ *# own steps: (?P<name>\w+)\n(?P<steps>.*?)^ *# end of own steps\n", re.MULTILINE | re.DOTALL
)
# What YAML takes for a text, and for nothing else.
_PLAIN = re.compile(
    r"(?!(?:true|false|null|yes|no|on|off|[\d._]*)$)[A-Za-z0-9_./](?:[\w./ -]*[\w./-])?", re.IGNORECASE
)
Service = Literal["runner", "gitlab"]
"""Whose machines they are: the column of ``platforms.toml`` that names them."""


@dataclass(frozen=True, kw_only=True)
class Released:
    """What a workflow has to know of a project.

    Attributes:
        name: Its name on PyPI.
        targets: What it is built for.
        skipped: Those of them that are not to be tested.
        inside: Its folder in the repository; empty: the repository itself.
        own: pyz3 builds it, no other build backend.
        test_command: What tests an installed wheel, for a shell; ``{project}`` is the project's folder.
        test_requires: What that needs (PEP 508).
        test_unheeded: Keys of tests that workflows do nothing about.
        published: A tag is published.
    """

    name: str
    targets: tuple[Target, ...]
    skipped: frozenset[Target] = frozenset()
    inside: str = ""
    own: bool = False
    test_command: tuple[str, ...] = ()
    test_requires: tuple[str, ...] = ()
    test_unheeded: tuple[str, ...] = ()
    published: bool = True

    @property
    def at(self) -> str:
        """Its folder in the repository, with a slash; empty: the repository itself."""
        return f"{self.inside}/" if self.inside else ""

    @property
    def pythons(self) -> str:
        """The options that name its Pythons: one without headers is an error then."""
        return "".join(f" --python {one}" for one in dict.fromkeys(one.python for one in self.targets))

    @property
    def requires(self) -> str:
        """What its tests need, for a shell, each after a space."""
        return "".join(f" {shlex.quote(one)}" for one in self.test_requires)

    @property
    def strangers(self) -> tuple[str, ...]:
        """The wheels that PyPI does not take."""
        return tuple(
            one.identifier
            for one in self.targets
            if not all(
                map(taken_by_pypi, one.platform.wheel_platform_for(one.platform.floor(one.python)).split("."))
            )
        )

    def untested(self, service: Service) -> tuple[str, ...]:
        """Give the wheels that a service has no machine for, or that there is no image of Alpine for."""
        wanted = (one for one in self.targets if one not in self.skipped)
        return tuple(one.identifier for one in wanted if not _is_tested(one, service))

    def tested(
        self, service: Service, *, inside: Literal["alpine", "node", ""]
    ) -> Mapping[Platform, tuple[PythonVersion, ...]]:
        """Give the platforms and Pythons that a service can try, in Alpine, in node, or on a machine."""
        found: dict[Platform, tuple[PythonVersion, ...]] = {}
        for one in self.targets:
            if (
                one not in self.skipped
                and _is_tested(one, service)
                and one.platform.traits.tested_in == inside
            ):
                found[one.platform] = (*found.get(one.platform, ()), one.python)
        return found

    def test(self, workspace: str) -> str:
        """Give what tests an installed wheel, for a shell.

        Args:
            workspace: The checkout, for that shell.
        """
        project = f"{workspace}/{self.at}".rstrip("/")
        text = "\n".join(self.test_command).replace("{project}", project).replace("{package}", project)
        return text or (
            "true # pyproject.toml has no test-command: that the wheel can be installed is all that is tried"
        )


def _is_tested(target: Target, service: Service) -> bool:
    in_docker = target.platform.traits.tested_in == "alpine"
    machine = {"runner": target.platform.spec.runner, "gitlab": target.platform.spec.gitlab}[service]
    return bool(machine) and not (in_docker and target.python.free_threaded)


def yaml_text(text: str) -> str:
    """Give a text as a value of YAML: as it is if that is safe, else in quotes as JSON has them."""
    return text if not text or _PLAIN.fullmatch(text) else json.dumps(text, ensure_ascii=False)


def with_own_steps(text: str, before: str) -> str:
    """Give a workflow with the steps that its user has put between the marks of an earlier one."""
    own = {match["name"]: match["steps"] for match in _OWN.finditer(before)}

    def filled(match: re.Match[str]) -> str:
        mark, _, end = match[0].partition("\n")
        return f"{mark}\n{own.get(match['name'], '')}{end}"

    return _OWN.sub(filled, text)


def template(name: str, values: Mapping[str, str]) -> str:
    """Give a template with its places filled in.

    ``@name@`` is a value; alone in a line, each line of the value stands as far to the right.  Lines between
    ``@if name@`` and ``@end@`` stay if that is not empty.

    Args:
        name: A file of ``templates``.
        values: Name → text.
    """
    wanted: list[bool] = []
    lines = []
    for line in (files(__package__) / "templates" / name).read_text("utf-8").splitlines(keepends=True):
        condition = re.fullmatch(r"@if (\w+)@\n", line)
        alone = re.fullmatch(r"( *)@([a-z-]+)@\n", line)
        if condition:
            wanted.append(bool(values[condition[1]]))
        elif line == "@end@\n":
            wanted.pop()
        elif not all(wanted):
            continue
        elif alone:
            lines.append(textwrap.indent(values[alone[2]].rstrip("\n") + "\n", alone[1]))
        else:
            lines.append(re.sub(r"@([a-z-]+)@", lambda match: values[match[1]], line))
    return "".join(lines)
