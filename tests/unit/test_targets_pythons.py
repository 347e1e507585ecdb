from __future__ import annotations

import sys
import sysconfig

import pytest

from pyz3.targets import SUPPORTED, PythonVersion
from pyz3.targets.pythons import NEWEST, OLDEST


@pytest.mark.parametrize("text", ["3.13", "3.13.1", "313", "cp313", "python3.13", " 3.13 "])
def test_spellings_of_a_version(text: str) -> None:
    assert PythonVersion.parse(text) == PythonVersion(3, 13)


@pytest.mark.parametrize("text", ["3.13t", "313t", "cp313t", "python3.13t", "3.13.0t"])
def test_spellings_of_a_free_threaded_version(text: str) -> None:
    assert PythonVersion.parse(text) == PythonVersion(3, 13, free_threaded=True)


@pytest.mark.parametrize("text", ["", "3", "3.", "2.7", "4.0", "3.13x", "3.131", "pp310", "all", "3.13-t"])
def test_what_is_no_version(text: str) -> None:
    with pytest.raises(ValueError, match=r"is not a Python version like 3\.13 or 3\.13t"):
        PythonVersion.parse(text)


def test_how_tags_spell_a_version() -> None:
    plain, threaded = PythonVersion(3, 9), PythonVersion(3, 14, free_threaded=True)
    assert [plain.base, plain.tag, plain.abi, plain.nodot, str(plain)] == ["3.9", "cp39", "cp39", "39", "3.9"]
    assert [threaded.base, threaded.tag, threaded.abi, threaded.nodot, str(threaded)] == [
        "3.14",
        "cp314",
        "cp314t",
        "314t",
        "3.14t",
    ]


def test_supported_versions_in_order() -> None:
    assert [str(python) for python in SUPPORTED] == [
        *("3.9", "3.10", "3.11", "3.12", "3.13", "3.13t", "3.14", "3.14t", "3.15", "3.15t")
    ]
    assert list(SUPPORTED) == sorted(SUPPORTED)
    assert (SUPPORTED[0], SUPPORTED[-2]) == (OLDEST, NEWEST)


@pytest.mark.parametrize("python", SUPPORTED, ids=str)
def test_a_version_survives_its_text(python: PythonVersion) -> None:
    assert PythonVersion.parse(str(python)) == PythonVersion.parse(python.abi) == python


@pytest.mark.parametrize("free_threaded", [False, True])
def test_the_running_version(free_threaded: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sysconfig, "get_config_var", {"Py_GIL_DISABLED": int(free_threaded)}.get)
    assert PythonVersion.current() == PythonVersion(*sys.version_info[:2], free_threaded)
