"""What ``pyz3 init`` writes: it builds for all platforms, and its tests pass wherever there is a Python."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import factory
import pytest
import runtimes

from pyz3.scaffold import Wishes, new_project
from pyz3.targets import Platform, PythonVersion, Target
from pyz3.wheel import WheelBuilder

if TYPE_CHECKING:
    from pathlib import Path

    from runtimes import Runtime

    from pyz3.scaffold import Language

PLATFORMS = tuple(platform for platform in Platform if platform.spec.default)
PYTHON = PythonVersion(3, 13)
RUNTIMES = ("host-3.13", "linux_aarch64-3.13", "win_amd64-3.13", "musllinux_x86_64-3.13", "pyodide")
LANGUAGES: tuple[Language, ...] = ("c", "c++", "zig", "mixed")
# With and without --fallback and --abi3.
KINDS = {"plain": (False, ""), "fallback": (True, "3.10")}


def project(root: Path, language: Language, kind: str) -> Path:
    fallback, abi3 = KINDS[kind]
    wishes = Wishes(name="Demo.Hash", language=language, fallback=fallback, abi3=abi3)
    for name, text in new_project(wishes).files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return root


class Wheels:
    """The wheels of every project, built when they are first asked for."""

    def __init__(self, root: Path, cache: Path) -> None:
        self._root = root
        self._cache = cache
        self._built: dict[tuple[str, str], dict[str, Path]] = {}

    def of(self, language: Language, kind: str) -> dict[str, Path]:
        """Wheels by identifier, for all platforms, Python 3.13; and for Pyodide."""
        if (language, kind) not in self._built:
            root = project(self._root / f"{language}-{kind}", language, kind)
            builder = WheelBuilder(
                root, cache_dir=self._cache, environ=factory.BARE, python_headers=factory.more_headers()
            )
            results = builder.build_matrix(
                platforms=[str(p) for p in PLATFORMS], pythons=["3.13"], output_dir=root / "dist"
            )
            if "3.14" in builder.headers():
                results += builder.build_matrix(
                    platforms=["pyodide"], pythons=["3.14"], output_dir=root / "dist", fallback=False
                )
            assert [result.left_out for result in results] == [()] * len(results)
            self._built[language, kind] = {result.identifier: result.path for result in results}
        return self._built[language, kind]


@pytest.fixture(scope="module")
def wheels(pyz3_cache: Path, tmp_path_factory: pytest.TempPathFactory) -> Wheels:
    return Wheels(tmp_path_factory.mktemp("init"), pyz3_cache)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_builds_for_all_platforms(language: Language, kind: str, wheels: Wheels) -> None:
    found = set(wheels.of(language, kind)) - {"cp314-pyodide_wasm32"}
    expected = {Target(platform=platform, python=PYTHON).identifier for platform in PLATFORMS}
    assert found == expected | ({"py3-none-any"} if kind == "fallback" else set())
    tags = {path.name.split("-")[2] for path in wheels.of(language, kind).values()}
    assert tags <= ({"cp310", "py3"} if kind == "fallback" else {"cp313", "cp314"})


def passes(runtime: Runtime, wheel: Path, tests: Path, tmp_path: Path) -> None:
    code = tests.read_text(encoding="utf-8")
    printed = runtimes.run_python(runtime, code, wheels=[wheel], tmp_path=tmp_path)
    expected = [f"passed {test}" for test in re.findall(r"^def (test_\w+)\(", code, re.MULTILINE)]
    assert len(expected) >= 2
    assert printed.splitlines() == expected


@pytest.mark.runtime
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", RUNTIMES)
def test_passes_its_tests(name: str, language: Language, kind: str, wheels: Wheels, tmp_path: Path) -> None:
    runtime = runtimes.require(name)
    identifier = Target(platform=runtime.platform, python=runtime.python).identifier
    wheel = wheels.of(language, kind)[identifier]
    tests = wheel.parents[1] / "tests" / "test_demo_hash.py"
    passes(runtime, wheel, tests, tmp_path)
    if kind == "fallback":
        code = (
            "from demo_hash import get_implementation_info as f\nprint(f()['implementation'], f()['target'])"
        )
        (printed,) = runtimes.run_python(runtime, code, wheels=[wheel], tmp_path=tmp_path).splitlines()
        implementation, target = printed.split(" ")
        assert implementation == "extension"
        assert target.startswith(runtime.platform.spec.zig)


@pytest.mark.runtime
@pytest.mark.parametrize("name", ["host-3.13", "pyodide"])
def test_fallback_wheel_passes_them_too(name: str, wheels: Wheels, tmp_path: Path) -> None:
    runtime = runtimes.require(name)
    wheel = wheels.of("c", "fallback")["py3-none-any"]
    passes(runtime, wheel, wheel.parents[1] / "tests" / "test_demo_hash.py", tmp_path)
    code = "import demo_hash; print(demo_hash.get_implementation_info())"
    printed = runtimes.run_python(runtime, code, wheels=[wheel], tmp_path=tmp_path)
    expected = {"implementation": "python", "reason": "No module named 'demo_hash._core'"}
    assert printed == f"{expected}\n"
