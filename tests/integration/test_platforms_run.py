"""Every identifier that an interpreter here can run: the examples' own tests, in that interpreter."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import factory
import pytest
import runtimes

from pyz3.targets import Platform, Target
from pyz3.wheel import WheelBuilder

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from runtimes import Runtime

pytestmark = pytest.mark.runtime

# Each new machine costs half a minute for libc++; one of them, the big-endian one, stands for all.
WITHOUT_CPP = (
    *(Platform.LINUX_I686, Platform.LINUX_ARMV7L, Platform.LINUX_PPC64LE),
    Platform.LINUX_RISCV64,
)


def runtimes_for(example: str) -> list[Runtime]:
    return [
        runtime
        for runtime in runtimes.all_known()
        if example in {"hello", "zig"} or runtime.platform not in WITHOUT_CPP
    ]


def identifier(runtime: Runtime) -> str:
    return Target(platform=runtime.platform, python=runtime.python).identifier


@pytest.fixture(scope="session")
def wheels_of(
    pyz3_cache: Path, examples: Path, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[str], Mapping[str, Path | str]]:
    """Give an example's wheels, or why there is none, by identifier; all are built when first asked for."""
    built: dict[str, dict[str, Path | str]] = {}

    def build(example: str) -> Mapping[str, Path | str]:
        if example not in built:
            of = WheelBuilder(
                examples / example,
                cache_dir=pyz3_cache,
                environ=factory.BARE,
                python_headers=factory.more_headers(),
            ).open()
            names = {identifier(runtime) for runtime in runtimes_for(example)}
            selection = of.select(platforms=["*"], pythons=["all"], build=sorted(names))
            summary = of.run(of.plan(selection), output_dir=tmp_path_factory.mktemp(example))
            built[example] = {wheel.identifier: wheel.path for wheel in summary.wheels}
            for failure in summary.failures:
                told = [text for _, text in getattr(failure.error, "compiler", ())]
                built[example][failure.identifier] = "\n".join([str(failure.error), *told])
        return built[example]

    return build


@pytest.mark.parametrize(
    ("example", "name"),
    [
        pytest.param(example, runtime.name, id=f"{example}-{identifier(runtime)}")
        for example in ("hello", "zig", "cpp", "mixed")
        for runtime in runtimes_for(example)
    ],
)
def test_the_examples_own_tests(
    example: str,
    name: str,
    wheels_of: Callable[[str], Mapping[str, Path | str]],
    examples: Path,
    tmp_path: Path,
) -> None:
    runtime = runtimes.require(name)
    wheel = wheels_of(example).get(identifier(runtime))
    if wheel is None:
        runtimes.missing(f"no headers of Python {runtime.python.base}: run scripts/runtimes.sh")
    assert not isinstance(wheel, str | None), wheel
    (tests,) = (examples / example / "tests").glob("test_*.py")
    code = tests.read_text(encoding="utf-8")
    printed = runtimes.run_python(runtime, code, wheels=[wheel], tmp_path=tmp_path)
    expected = [f"passed {test}" for test in re.findall(r"^def (test_\w+)\(", code, re.MULTILINE)]
    assert expected
    assert printed.splitlines() == expected
