"""Why an sdist is not fetched, and when it is not fetched again; pip's settings."""

from __future__ import annotations

from pathlib import Path

import pytest
from packaging.requirements import Requirement

from pyz3.errors import Pyz3Error
from pyz3.sources import fetching, pip
from pyz3.sources.pip import offline_tip, tail


@pytest.mark.parametrize(
    ("found", "message", "tip"),
    [
        (
            {"sdists": [], "others": []},
            "pip finds no sdist for thing==9\nlast line",
            "check the name, and pip's index (pip config list)",
        ),
        (
            {"sdists": ["0.1", "1.0", "1.1", "1.2", "1.3", "2.0"], "others": []},
            "no sdist matches thing==9; the newest versions that have one: 2.0, 1.3, 1.2, 1.1, 1.0",
            "choose another version",
        ),
        (
            {"sdists": ["1.0"], "others": ["9"]},
            "thing==9 has no sdist: only wheels of version 9 are on the index",
            "get its source otherwise, and name the folder",
        ),
        (
            {"error": "HTTPError: Connection refused"},
            "the sdist of thing==9 cannot be fetched: HTTPError: Connection refused\nlast line",
            "the package index is out of reach: check the network, a proxy, and the address of the index",
        ),
    ],
)
def test_why_there_is_no_sdist(found: dict[str, object], message: str, tip: str) -> None:
    error = fetching._not_found(Requirement("thing==9"), found, "last line\n\n")
    assert type(error) is Pyz3Error
    assert (error.message, error.tip) == (message, tip)


def test_an_index_that_is_not_reached_is_not_taken_for_empty() -> None:
    said = "Retrying after connection broken by 'Failed to establish a new connection: refused'\n"
    error = fetching._not_found(Requirement("thing==9"), {"sdists": [], "others": []}, said * 5)
    assert error.message == "thing==9 cannot be fetched: pip reaches no package index"
    assert str(error.tip).startswith("the package index is out of reach: ")


def test_a_pinned_version_is_remembered_per_index(tmp_path: Path) -> None:
    def pin(text: str, **environ: str) -> Path | None:
        return fetching._pin_file(Requirement(text), tmp_path, environ)

    assert pin("A.b==1.2") == pin("a-b[x]==1.2", PATH="/bin")
    assert pin("a-b==1.2") != pin("a-b==1.2", PIP_INDEX_URL="https://example.org/simple")
    assert pin("a-b==1.2") != pin("a-b==1.3")
    assert [pin(text) for text in ("a", "a>=1", "a==1.*", "a==1,!=2")] == [None] * 4


def test_the_end_of_what_a_program_said() -> None:
    assert tail("a\n\nb  \nc\n", 2) == "b\nc"
    assert offline_tip("error: tcp connect error") is not None
    assert offline_tip("No matching distribution found") is None


def test_paths_in_settings_become_absolute(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "wheels").mkdir()
    monkeypatch.chdir(tmp_path)
    given = {"PIP_FIND_LINKS": "wheels https://example.org/x", "OTHER": "wheels"}
    settled = {"PIP_FIND_LINKS": f"{tmp_path / 'wheels'} https://example.org/x", "OTHER": "wheels"}
    assert pip.settle_paths(given, Path.cwd()) == settled
    monkeypatch.chdir("..")
    assert pip.settle_paths(given, tmp_path) == settled


def test_constraints_of_a_project(tmp_path: Path) -> None:
    (tmp_path / "cython.txt").touch()
    given = {"A": "x", "PIP_CONSTRAINT": "cython.txt", "UV_CONSTRAINT": "https://example.org/c.txt"}
    known = {**given, "PIP_CONSTRAINT": str(tmp_path / "cython.txt")}
    assert pip.own_settings(given, tmp_path) == known
    # An sdist may lack the file.
    assert pip.own_settings({"A": "x", "PIP_CONSTRAINT": "requirements/cython.txt"}, tmp_path) == {"A": "x"}
