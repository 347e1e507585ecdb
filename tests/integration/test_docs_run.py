"""The tutorial and the how-tos are followed word by word; the site can be made."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pages
import pytest
from runtimes import missing

if TYPE_CHECKING:
    from venvs import Venv

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
# That about an index is followed in test_docs_proof.py.
RUN = sorted({DOCS / "tutorial.md", *(DOCS / "howto").glob("*.md")} - {DOCS / "howto" / "index-server.md"})


@pytest.fixture
def reader(tmp_path: Path, pyz3_cache: Path) -> Venv:
    return pages.make_reader(tmp_path / "reader", pyz3_cache)


@pytest.mark.skipif(os.name == "nt", reason="the pages are for a POSIX shell")
@pytest.mark.parametrize("page", RUN, ids=lambda path: path.stem)
def test_a_page_is_followed(page: Path, reader: Venv, tmp_path: Path) -> None:
    folder = tmp_path / "reader's folder"
    folder.mkdir()
    env = pages.environment(reader)
    pages.follow(pages.steps(page, env["PATH"]), folder, env)
    if lacking := pages.needed(page, env["PATH"]):
        missing(f"{page.name}: all but what needs {', '.join(lacking)}")


def test_the_site_is_made_without_a_warning(tmp_path: Path) -> None:
    site = tmp_path / "site"
    command = [sys.executable, str(ROOT / "scripts" / "docs.py"), str(site)]
    done = subprocess.run(command, capture_output=True, check=False, encoding="utf-8", cwd=tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    made = {path.relative_to(site).as_posix() for path in site.rglob("*.html")}
    sources = {path.relative_to(DOCS).with_suffix(".html").as_posix() for path in DOCS.rglob("*.md")}
    assert sources | {"changelog.html", "roadmap.html", "examples/threads.html"} <= made
    for page in sorted(site.rglob("*.html")):
        text = page.read_text(encoding="utf-8")
        loads = [word for word in ('src="http', '<link rel="stylesheet" href="http') if word in text]
        assert loads == [], f"{page.name} is not whole without a network"
    configuration = (site / "reference" / "configuration.html").read_text(encoding="utf-8")
    assert configuration.count('class="sd-tab-set docutils"') == 3
    linked = re.findall(
        r'href="(reference/configuration[^"]*)"', (site / "setuptools.html").read_text("utf-8")
    )
    assert "reference/configuration.html#tool-pyz3-extensions" in linked
