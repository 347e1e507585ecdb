#!/usr/bin/env python3
"""Makes the documentation site.

usage: python scripts/docs.py [--check-links] [FOLDER]

FOLDER is where the site goes, by default build/site: open its index.html.  Needs what pyproject.toml's
group "docs" lists; no network.  A warning of Sphinx's, such as a link that leads nowhere, is an error.
With --check-links, no site is made: each link to another place is followed, which needs a network, and
the exit code says whether all pages are there; FOLDER/output.txt lists them.

The pages are those of docs, which are plain Markdown, also to be read at GitHub.  What they link to beyond
that folder comes in as pages, too: README.md is the start page, and each example is one with its files.
"""

from __future__ import annotations

import argparse
import posixpath
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"
# Files beside docs → the page that each is in the site.
OUTSIDE = {
    "README.md": "index.md",
    "CHANGELOG.md": "changelog.md",
    "CONTRIBUTING.md": "contributing.md",
    "ROADMAP.md": "roadmap.md",
    "SECURITY.md": "security.md",
    "examples": "examples.md",
}
# Files that pages link to, and that come into the site as they are.
_FILES = [
    ROOT / "LICENSE",
    ROOT / ".pypirc.template",
    *sorted(ROOT.glob("tests/compat/libraries/*.py")),
]
_LANGUAGES = {".c": "c", ".cpp": "cpp", ".hpp": "cpp", ".h": "c", ".py": "python", ".toml": "toml"}
_FENCE = re.compile(r"^(?P<fence>```+|:::+).*?^(?P=fence)$", re.DOTALL | re.MULTILINE)
_LINK = re.compile(r"(?<=\]\()([^)#\s:]*)((?:#[^)\s]*)?)(?=\))")
_ENTRY = re.compile(r"^(performance|migration)\n", re.MULTILINE)
_TABS = re.compile(r"^<!-- tabs -->\n(.*?)^<!-- /tabs -->$", re.DOTALL | re.MULTILINE)
_TAB = re.compile(r"^\*\*(.+?)\*\*\n\n", re.MULTILINE)


def main() -> int:
    """Make the site, or check its links; give Sphinx's exit code."""
    parser = argparse.ArgumentParser(description="Makes the documentation site.")
    parser.add_argument("--check-links", action="store_true", help="follow the links to other places instead")
    parser.add_argument("folder", nargs="?", type=Path, help="where the result goes")
    args = parser.parse_args()
    builder = "linkcheck" if args.check_links else "html"
    output = args.folder or ROOT / "build" / ("links" if args.check_links else "site")
    with tempfile.TemporaryDirectory() as scratch:
        sources = Path(scratch) / "sources"
        write(sources)
        command = [sys.executable, "-m", "sphinx", "-W", "--keep-going", "-q", "-b", builder, sources, output]
        return subprocess.run(command, check=False).returncode


def write(sources: Path) -> None:
    """Put the site's sources into a folder of their own."""
    shutil.copytree(DOCS, sources, ignore=shutil.ignore_patterns("_build", "__pycache__"))
    for name, text in pages().items():
        path = sources / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def pages() -> dict[str, str]:
    """Give the text of every page: its name below the site → Markdown as MyST has it."""
    found = {path.relative_to(DOCS).as_posix(): path for path in DOCS.rglob("*.md")}
    made = {name: page(path.read_text(encoding="utf-8"), f"docs/{name}") for name, path in found.items()}
    for name, title in OUTSIDE.items():
        if (ROOT / name).is_file():
            made[title] = page((ROOT / name).read_text(encoding="utf-8"), name) + made.get(title, "")
    examples = sorted(path.parent.name for path in ROOT.glob("examples/*/pyproject.toml"))
    made["examples.md"] = _examples(examples)
    for name in examples:
        made[f"examples/{name}.md"] = _example(name)
    for path in _FILES:
        name = path.relative_to(ROOT).as_posix()
        made[f"files/{name}.md"] = f"---\norphan: true\n---\n# {path.name}\n\n{_listing(path)}"
    # Performance is measured, its page need not be there; what is there and not listed, Sphinx tells.
    made["index.md"] = _ENTRY.sub(lambda one: one[0] if f"{one[1]}.md" in made else "", made["index.md"])
    return made


def page(text: str, place: str) -> str:
    """Give a page as the site has it.

    Args:
        text: Its Markdown.
        place: Where it lies in the repository: ``docs/install.md``.
    """
    name = _in_site(place) or place

    def lead(match: re.Match[str]) -> str:
        return _target(match[1], place, name) + match[2] if match[1] else match[0]

    pieces, end = [], 0
    for fence in _FENCE.finditer(text):
        pieces += [_LINK.sub(lead, text[end : fence.start()]), fence[0]]
        end = fence.end()
    return _TABS.sub(_tabs, "".join([*pieces, _LINK.sub(lead, text[end:])]))


def _target(link: str, place: str, name: str) -> str:
    """Give a link of the file at ``place`` as the page ``name`` has it; both are relative."""
    wanted = posixpath.normpath(posixpath.join(posixpath.dirname(place), link))
    found = _in_site(wanted)
    return posixpath.relpath(found, posixpath.dirname(name) or ".") if found else link


def _in_site(path: str) -> str:
    """Give the page or file of the site that a path of the repository is; empty: it has none."""
    if path in OUTSIDE:
        return OUTSIDE[path]
    if path.startswith("docs/"):
        return path.removeprefix("docs/")
    if path.startswith("examples/"):
        return "/".join(path.split("/")[:2]) + ".md"
    return f"files/{path}.md" if ROOT / path in _FILES else ""


def _tabs(match: re.Match[str]) -> str:
    """Give what stands between two marks as tabs: a line in bold is the title of one."""
    _, *found = _TAB.split(match[1])
    tabs = [
        f":::{{tab-item}} {title}\n:sync: {title}\n\n{body.strip()}\n:::\n"
        for title, body in zip(found[::2], found[1::2], strict=True)
    ]
    return "::::{tab-set}\n" + "".join(tabs) + "::::"


def _examples(names: list[str]) -> str:
    rows = "\n".join(f"examples/{name}" for name in names)
    return (
        "# Examples\n\nWhole projects, with all of their files. Each builds for every platform, and its "
        f"tests pass on every system that there is here.\n\n```{{toctree}}\n\n{rows}\n```\n"
    )


def _example(name: str) -> str:
    """Give a page with an example's readme and files."""
    folder = ROOT / "examples" / name
    text = page((folder / "README.md").read_text(encoding="utf-8"), f"examples/{name}/README.md")
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.suffix in {*_LANGUAGES, ".zig"} and "__pycache__" not in path.parts:
            text += f"\n## `{path.relative_to(folder).as_posix()}`\n\n{_listing(path)}"
    return text


def _listing(path: Path) -> str:
    return f"````{_LANGUAGES.get(path.suffix, 'text')}\n{path.read_text(encoding='utf-8').rstrip()}\n````\n"


if __name__ == "__main__":
    sys.exit(main())
