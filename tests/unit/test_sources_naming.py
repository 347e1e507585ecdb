"""What the user names: a folder, an sdist, a requirement, or none of the three."""

from __future__ import annotations

from pathlib import Path

import pytest
from packaging.requirements import Requirement
from trees import write

from pyz3.errors import ConfigError
from pyz3.sources import ArchiveSource, FolderSource, RequirementSource, classify


def test_what_exists_wins_over_a_requirement(tmp_path: Path) -> None:
    write(tmp_path, "thing/setup.py", "other-1.0.tar.gz", "old.ZIP")
    assert classify("thing", cwd=tmp_path) == FolderSource(path=tmp_path / "thing")
    assert classify(".", cwd=tmp_path / "thing") == FolderSource(path=tmp_path / "thing")
    assert classify("other-1.0.tar.gz", cwd=tmp_path) == ArchiveSource(path=tmp_path / "other-1.0.tar.gz")
    assert classify("./old.ZIP", cwd=tmp_path) == ArchiveSource(path=tmp_path / "old.ZIP")
    assert classify(str(tmp_path / "thing"), cwd=Path("/")) == FolderSource(path=tmp_path / "thing")


@pytest.mark.parametrize(
    "text",
    [
        *("thing==1.2", "thing>=0", "Thing[extra]>=1,<2", "thing ~= 1.2", "thing==1.2.*"),
        "thing @ https://example.org/thing-1.2.tar.gz",
    ],
)
def test_a_requirement(text: str, tmp_path: Path) -> None:
    assert classify(text, cwd=tmp_path) == RequirementSource(requirement=Requirement(text))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("./gone", "there is no file or folder ./gone"),
        ("gone-1.0.tar.gz", "there is no file or folder gone-1.0.tar.gz"),
        ("", "there is no file or folder ''"),
        ("thing", "there is no folder thing"),
        ("Thing[extra]", "there is no folder Thing[extra]"),
        ("a.whl", "a.whl is a wheel: it is built already"),
        ("setup.py", "setup.py is a file of a project"),
        (
            "notes.txt",
            "notes.txt is no sdist: its name ends in none of .tar.gz, .tgz, .tar.bz2, .tar.xz, .zip",
        ),
        ("thing; python_version>'3'", "\"thing; python_version>'3'\": a marker has no meaning here"),
        (
            "thing @ git+https://example.org/x",
            "'thing @ git+https://example.org/x': pyz3 fetches no git+https: address",
        ),
    ],
)
def test_what_is_none_of_the_three(text: str, message: str, tmp_path: Path) -> None:
    write(tmp_path, "a.whl", "setup.py", "notes.txt")
    with pytest.raises(ConfigError) as raised:
        classify(text, cwd=tmp_path)
    assert raised.value.message == message
    assert raised.value.tip


@pytest.mark.parametrize(
    ("text", "tip"),
    [
        *(
            (text, "clone or download it, and name its folder")
            for text in (
                "git+https://example.org/thing",
                "https://example.org/thing",
                "https://user@example.org/thing.git",
                "ssh://git@example.org/thing",
                "git@example.org:me/thing.git",
            )
        ),
        (
            "https://example.org/thing-1.2.tar.gz",
            "download it, and name the file; or say what project it is: 'thing @ https://example.org/thing-1.2.tar.gz'",
        ),
    ],
)
def test_an_address(text: str, tip: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as raised:
        classify(text, cwd=tmp_path)
    assert (raised.value.message, raised.value.tip) == (f"{text} is an address: pyz3 does not fetch it", tip)


def test_a_wheel_is_for_other_commands(tmp_path: Path) -> None:
    write(tmp_path, "a.whl")
    with pytest.raises(ConfigError) as raised:
        classify("a.whl", cwd=tmp_path)
    assert raised.value.tip == (
        "look at it (pyz3 check), test it (pyz3 test), or see why it does not load (pyz3 doctor)"
    )


def test_no_requirement(tmp_path: Path) -> None:
    with pytest.raises(
        ConfigError, match=r"^'thing 1\.2' is neither a folder, nor an sdist, nor a requirement"
    ):
        classify("thing 1.2", cwd=tmp_path)
