"""What a wheel is tested with: cibuildwheel's keys, as a project says them of a target."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from packaging.dependency_groups import resolve_dependency_groups

from pyz3._toml import load_toml
from pyz3.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from pyz3.config import ToolTable
    from pyz3.targets import Target


@dataclass(frozen=True, kw_only=True)
class WheelTests:
    """What a wheel is tested with.

    Attributes:
        command: For a shell, one after the other; empty: the wheel's modules are imported.
        requires: What that needs besides (PEP 508).
        extras: Those of the wheel's.
        sources: Files and folders of the project that are copied to where it is run.
        environment: Variables; values may refer to others.
        project: The project's folder; None: there is none.
        skipped: The project wants no tests of this wheel.
    """

    command: tuple[str, ...] = ()
    requires: tuple[str, ...] = ()
    extras: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    project: Path | None = None
    skipped: bool = False


def wheel_tests_for(target: Target, tool: ToolTable, root: Path) -> WheelTests:
    """Give what a project says of testing the wheel for a target.

    Args:
        target: What runs it.
        tool: The project's table.
        root: Its folder.

    Raises:
        ConfigError: A group of requirements is not there, or not as PEP 735 has it; a source is not there.
    """
    said = tool.hook_options(target.identifier, family=target.platform.family)
    for source in said.test_sources:
        if not (root / source).exists():
            raise ConfigError(f"test-sources: there is no {source} in {root}")
    return WheelTests(
        command=said.test_command,
        requires=(*said.test_requires, *_of_groups(root, said.test_groups)),
        extras=said.test_extras,
        sources=said.test_sources,
        environment=said.test_environment,
        project=root,
        skipped=said.test_skipped,
    )


def _of_groups(root: Path, names: tuple[str, ...]) -> tuple[str, ...]:
    if not names:
        return ()
    path = root / "pyproject.toml"
    table = load_toml(path.read_text(encoding="utf-8")) if path.is_file() else {}
    try:
        return resolve_dependency_groups(table.get("dependency-groups", {}), *names)
    except Exception as error:
        inner = getattr(error, "exceptions", (error,))
        why = "; ".join(str(one) for one in inner)
        raise ConfigError(f"test-groups: {', '.join(names)}: {why}", tip="PEP 735 has the grammar") from error
