"""Which Pyodide belongs to which Python."""

from __future__ import annotations

import pytest

from pyz3.capi.emscripten import EmscriptenAbi, emscripten_abi_for, emscripten_abis
from pyz3.errors import ConfigError
from pyz3.targets import SUPPORTED, Platform, PythonVersion


def test_tags() -> None:
    assert {abi.python: abi.tag for abi in emscripten_abis().values()} == {
        "3.12": "pyodide_2024_0_wasm32",
        "3.13": "pyemscripten_2025_0_wasm32",
        "3.14": "pyemscripten_2026_0_wasm32",
        "3.15": "pyemscripten_2026_5_wasm32",
    }


def test_keys_are_in_the_tags() -> None:
    for version, abi in emscripten_abis().items():
        assert abi.tag.partition("_")[2] == f"{version}_wasm32"


def test_the_platform_table_has_the_same_pythons_and_tags() -> None:
    platform = Platform.PYODIDE
    assert platform.spec.pythons == tuple(abi.python for abi in emscripten_abis().values())
    for abi in emscripten_abis().values():
        python = PythonVersion.parse(abi.python)
        assert platform.wheel_platform_for(platform.floor(python)) == abi.tag
        assert [p for p in SUPPORTED if p.base == abi.python and platform.has(p)] == [python]


def test_of_a_python() -> None:
    assert emscripten_abi_for(PythonVersion(3, 14)) == EmscriptenAbi(
        python="3.14",
        tag="pyemscripten_2026_0_wasm32",
        emscripten="5.0.3",
        libcxx="21.1.8",
        unwinding="wasm",
        pyodide="314.0.7",
    )
    assert emscripten_abi_for(PythonVersion(3, 12)).emscripten_major == 3
    assert emscripten_abi_for(PythonVersion(3, 12)).libcxx_major == 18


@pytest.mark.parametrize("python", [PythonVersion(3, 11), PythonVersion(3, 14, free_threaded=True)], ids=str)
def test_no_pyodide(python: PythonVersion) -> None:
    with pytest.raises(ConfigError) as caught:
        emscripten_abi_for(python)
    assert caught.value.message == (
        f"no Pyodide has Python {python}; there are Pyodides with Python 3.12, 3.13, 3.14, 3.15"
    )
    assert caught.value.tip == "leave this Python out for the platform pyodide"
