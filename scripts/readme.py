#!/usr/bin/env python3
"""Writes the parts of the documentation that are made from data or from a build.

usage: python scripts/readme.py table|rooms|schema|migration|picture

table     the platform table of README.md, from pyz3.targets and the interpreters that the tests use, and
          the figures of docs/compatibility.md in it
rooms     the tables of the package's rooms in docs/design.md and CONTRIBUTING.md, from tests/rooms.py
schema    docs/pyz3.schema.json, of [tool.pyz3], for editors
migration the table of cibuildwheel's options in docs/migration.md, from pyz3.frontends
picture   docs/live-table.svg: the live table half way through a real build of examples/hello, for
          every platform and the Pythons found here, with an empty cache, as on first use (minutes)
"""

from __future__ import annotations

import io
import json
import re
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from rich._export_format import CONSOLE_SVG_FORMAT
from rich.console import Console

from pyz3.cli.table import LiveTable
from pyz3.config.schema import json_schema
from pyz3.events import Activity, Event, WheelBuilt, WheelFailed
from pyz3.frontends import cibuildwheel_options
from pyz3.wheel import Platform, WheelBuilder

if TYPE_CHECKING:
    from pyz3.targets import PythonVersion

ROOT = Path(__file__).resolve().parent.parent
README = ROOT / "README.md"
PICTURE = ROOT / "docs" / "live-table.svg"
SCHEMA = ROOT / "docs" / "pyz3.schema.json"
PLATFORMS = ("<!-- platforms: scripts/readme.py table -->\n", "<!-- /platforms -->")
COMPATIBILITY = ("<!-- compatibility: scripts/readme.py table -->\n", "<!-- /compatibility -->")
ROOMS = ("<!-- rooms: scripts/readme.py rooms -->\n", "<!-- /rooms -->")
# Where the rooms are shown; whether only the packages are.
ROOMS_IN = {ROOT / "docs" / "design.md": False, ROOT / "CONTRIBUTING.md": True}
MIGRATION = ROOT / "docs" / "migration.md"
OPTIONS = ("<!-- options: scripts/readme.py migration -->\n", "<!-- /options -->")
_DOES = {
    "taken": "kept",
    "asked": "command line",
    "needless": "not needed",
    "elsewhere": "not done",
    "lost": "**not obeyed**",
}
COMMAND = "pyz3 wheel --all-platforms --python all"
WIDTH = 134  # columns


def main() -> None:
    """Do what was asked for."""
    match sys.argv[1:]:
        case ["table"]:
            README.write_text(with_table(README.read_text(encoding="utf-8")), encoding="utf-8")
        case ["rooms"]:
            for page in ROOMS_IN:
                page.write_text(with_rooms(page), encoding="utf-8")
        case ["schema"]:
            SCHEMA.write_text(schema(), encoding="utf-8")
        case ["migration"]:
            MIGRATION.write_text(with_options(MIGRATION.read_text(encoding="utf-8")), encoding="utf-8")
        case ["picture"]:
            PICTURE.write_text(draw(half_way()), encoding="utf-8")
        case _:
            raise SystemExit((__doc__ or "").rstrip())


def schema() -> str:
    """Give the schema of a whole pyproject.toml of which nothing but tool.pyz3 is said."""
    own = json_schema()
    definitions = own.pop("definitions")
    tool = {"type": "object", "properties": {"pyz3": own}}
    whole = {"$schema": own.pop("$schema"), "$id": own.pop("$id"), "properties": {"tool": tool}}
    return json.dumps({**whole, "definitions": definitions}, indent=2) + "\n"


def with_table(readme: str) -> str:
    """Give the README with the table, and the figures of docs/compatibility.md, as they must be."""
    return _between(_between(readme, PLATFORMS, platform_table()), COMPATIBILITY, compatibility())


def compatibility() -> str:
    """Give what docs/compatibility.md says first, as a sentence, and its figures of the most downloaded."""
    sys.path.insert(0, str(ROOT / "tests"))
    from compat.popular import first_paragraph  # noqa: PLC0415 - of the tests

    page = (ROOT / "docs" / "compatibility.md").read_text(encoding="utf-8")
    date, projects = re.findall(r"^(\d{4}-\d\d-\d\d); .*?(\d+) projects", page, re.MULTILINE)[0]
    alike, cells, share = re.findall(r"^- (\d+) of (\d+) cells \(([\d.]+) %\) are like", page, re.MULTILINE)[
        0
    ]
    popular = first_paragraph(page)
    return (
        f"**Like the official wheels:** {projects} projects from PyPI were built unmodified. Of {cells}\n"
        f"wheels that their authors publish, {alike} ({share} %) are matched in tags, modules and files.\n"
        f"What differs is [listed with its cause](docs/compatibility.md) ({date}).\n"
        + (f"\n{popular}\n[Each of them](docs/compatibility.md#the-most-downloaded).\n" if popular else "")
    )


def with_rooms(page: Path) -> str:
    """Give a page with the table of rooms as it must be."""
    sys.path.insert(0, str(ROOT / "tests"))
    import rooms  # noqa: PLC0415 - of the tests

    return _between(page.read_text(encoding="utf-8"), ROOMS, rooms.table(packages_only=ROOMS_IN[page]))


def with_options(page: str) -> str:
    """Give the page about migration with the table of cibuildwheel's options as it must be."""
    rows = [("cibuildwheel", "pyz3", "what becomes of it"), ("---", "---", "---")]
    for name, option in cibuildwheel_options().items():
        rows.append((f"`{name}`", _DOES[option.does], option.note.replace("[tool.pyz3]", "`[tool.pyz3]`")))
    return _between(page, OPTIONS, "".join(f"| {' | '.join(row)} |\n" for row in rows))


def _between(text: str, marks: tuple[str, str], table: str) -> str:
    before, rest = text.split(marks[0])
    _, after = rest.split(marks[1])
    return before + marks[0] + table + marks[1] + after


def platform_table() -> str:
    """Give a row per platform, in Markdown."""
    sys.path.insert(0, str(ROOT / "tests"))
    from runtimes import all_known  # noqa: PLC0415 - needs the tools of the tests

    run: dict[str, list[PythonVersion]] = {}
    for runtime in all_known():
        # The host's own are Linux x86_64's, wherever this table is checked.
        own = runtime.name.startswith("host-")
        run.setdefault("linux-x86_64" if own else str(runtime.platform), []).append(runtime.python)
    rows = [("`--platform`", "zig target", "wheel platform tag", "default", "run here on"), ("---",) * 5]
    for platform in Platform:
        targets = " + ".join(f"`{part.zig_target}`" for part in platform.slices)
        tags = f"`{platform.wheel_platform}`"
        floors = platform.spec.floor
        if isinstance(floors, dict):
            tags += "; " + ", ".join(
                f"{floor} from Python {since}" for since, floor in list(floors.items())[1:]
            )
        pythons = ", ".join(map(str, sorted(run.get(str(platform), []))))
        rows.append((f"`{platform}`", targets, tags, "yes" if platform.spec.default else "", pythons))
    return "".join(f"| {' | '.join(row)} |\n" for row in rows)


def half_way() -> LiveTable:
    """Build, and give the table when half of the wheels are there and another platform has begun."""
    events: list[Event] = []
    with tempfile.TemporaryDirectory() as scratch:
        builder = WheelBuilder(
            ROOT / "examples" / "hello", cache_dir=Path(scratch) / "cache", listener=events.append
        )
        build = builder.open()
        plan = build.plan(build.select(pythons=["all"]))
        summary = build.run(plan, output_dir=Path(scratch) / "dist")
    error = summary.error()
    if error is not None:
        raise SystemExit(str(error))
    table = LiveTable(plan)
    finished = 0
    for event in events:
        table.update(event)
        finished += isinstance(event, WheelBuilt | WheelFailed)
        if 2 * finished >= len(plan) and isinstance(event, Activity):
            break
    return table


def draw(table: LiveTable) -> str:
    """Give the SVG of a terminal that shows ``table``; no font is loaded from elsewhere."""
    console = Console(
        record=True,
        width=WIDTH,
        file=io.StringIO(),
        force_terminal=True,
        color_system="truecolor",
        get_time=lambda: 0.0,  # the spinners show their first frame
    )
    console.print(table)
    template = re.sub(r"@font-face \{\{.*?\}\}\n", "", CONSOLE_SVG_FORMAT, flags=re.DOTALL)
    svg = console.export_svg(title=COMMAND, code_format=template, unique_id="pyz3")
    return "\n".join(line.rstrip() for line in svg.splitlines()) + "\n"


if __name__ == "__main__":
    main()
