"""Settings as pip, uv and build pass them."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pyz3.develop import HookSettings, read_settings
from pyz3.errors import ConfigError

NAMES = {"platforms": "PYZ3_PLATFORM", "pythons": "PYZ3_PYTHON"}


def test_nothing_said() -> None:
    nothing = HookSettings(platform=None, python=None, optimize=None, sources=NAMES)
    assert read_settings(None, {}) == nothing
    assert read_settings({}, {"PYZ3_PLATFORM": "", "PYZ3_PYTHON": " "}) == nothing


def test_settings_win_over_variables() -> None:
    environ = {"PYZ3_PLATFORM": "linux-aarch64", "PYZ3_PYTHON": "3.12", "PYZ3_OPTIMIZE": "Debug"}
    assert read_settings(None, environ) == HookSettings(
        platform="linux-aarch64", python="3.12", optimize="Debug", sources=NAMES
    )
    settings = {"platform": ["windows-x64"], "optimize": "ReleaseSafe"}
    assert read_settings(settings, environ) == HookSettings(
        platform="windows-x64",
        python="3.12",
        optimize="ReleaseSafe",
        sources={"platforms": "-C platform", "pythons": "PYZ3_PYTHON"},
    )


@pytest.mark.parametrize(
    ("settings", "environ", "message", "tip"),
    [
        ({"optimise": "Debug"}, {}, "-C optimise: there is no such setting", "did you mean 'optimize'?"),
        (
            {"--global-option": "x"},
            {},
            "-C --global-option: there is no such setting",
            "the settings are platform, python, optimize",
        ),
        (
            {"platform": ["a", "b"]},
            {},
            "-C platform: a, b are several; one wheel is built at a time here",
            "pyz3 wheel builds several at once",
        ),
        ({"python": True}, {}, "-C python: a value is missing", "write -C python=…"),
        ({"python": ""}, {}, "-C python: a value is missing", "write -C python=…"),
        (
            {"optimize": "releasefast"},
            {},
            "-C optimize: 'releasefast' is not one of Debug, ReleaseSafe, ReleaseFast, ReleaseSmall",
            "did you mean 'ReleaseFast'?",
        ),
        (
            None,
            {"PYZ3_PYTHON": "3.12 3.13"},
            "PYZ3_PYTHON: 3.12, 3.13 are several; one wheel is built at a time here",
            "pyz3 wheel builds several at once",
        ),
    ],
)
def test_mistakes(
    settings: dict[str, object] | None, environ: dict[str, str], message: str, tip: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        read_settings(settings, environ)
    assert (caught.value.message, caught.value.tip) == (message, tip)


VALUES = st.recursive(st.none() | st.booleans() | st.text() | st.integers(), st.lists, max_leaves=4)


@given(st.dictionaries(st.sampled_from(["platform", "python", "optimize"]) | st.text(), VALUES))
def test_anything_at_all(settings: dict[str, object]) -> None:
    with contextlib.suppress(ConfigError):
        read_settings(settings, {})
