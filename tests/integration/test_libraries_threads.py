"""examples/threads: pthreads, atomics and a ctypes library, run wherever there is an interpreter."""

from __future__ import annotations

import re
import zipfile
from typing import TYPE_CHECKING

import factory
import pytest
import runtimes

from pyz3.audit import facts_of
from pyz3.targets import Platform, PythonVersion
from pyz3.wheel import WheelBuilder

if TYPE_CHECKING:
    from pathlib import Path

    from pyz3.results import WheelResult

LIBRARY = {"windows": "tally.dll", "macos": "libtally.dylib"}
TALLY = {f"tally_{name}" for name in ("new", "delete", "add", "count", "hammer", "nanoseconds")}
RUNTIMES = tuple(r for r in runtimes.all_known() if r.platform.spec.default)

# All but Pyodide; the rarer machines with musl would each have a libc++ of their own compiled.
PLATFORMS = tuple(p for p in Platform if p.family not in {"pyodide", "musllinux"} or p.spec.default)


@pytest.fixture(scope="session")
def built(
    pyz3_cache: Path, examples: Path, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, WheelResult]:
    """Wheels by identifier: every platform for 3.13, and what the runtimes need."""
    output = tmp_path_factory.mktemp("threads")
    builder = WheelBuilder(
        examples / "threads",
        cache_dir=pyz3_cache,
        environ=factory.BARE,
        python_headers=factory.more_headers(),
    )
    headers = builder.headers()
    results = list(
        builder.build_matrix(pythons=["3.13"], platforms=[str(p) for p in PLATFORMS], output_dir=output)
    )
    for platform in {r.platform for r in RUNTIMES}:
        pythons = {str(r.python) for r in RUNTIMES if r.platform is platform and r.python.base in headers}
        results += builder.build_matrix(
            platforms=[str(platform)], pythons=sorted(pythons - {"3.13"}), output_dir=output
        )
    return {result.identifier: result for result in results}


def binaries(wheel: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(wheel) as archive:
        names = [n for n in archive.namelist() if n.endswith((".so", ".pyd", ".dll", ".dylib"))]
        return {name: archive.read(name) for name in names}


def test_every_platform_has_both_and_only_windows_own_dlls(built: dict[str, WheelResult]) -> None:
    wheels = {i: r for i, r in built.items() if i.startswith("cp313-")}
    assert len(wheels) == len(PLATFORMS)
    for identifier, result in wheels.items():
        (platform,) = (p for p in Platform if identifier == f"cp313-{p.spec.identifier}")
        found = binaries(result.path)
        library = LIBRARY.get(platform.family, "libtally.so")
        suffix = platform.extension_suffix(PythonVersion.parse("3.13"))
        assert set(found) == {f"threads/_scan{suffix}", f"threads/{library}"}
        for facts in facts_of(found[f"threads/{library}"], name=library):
            if platform.family == "macos":  # zig's linker has no list of exports there
                assert set(facts.exported) >= TALLY
            else:
                assert set(facts.exported) == TALLY
            assert facts.name.rpartition("/")[2] == library
            assert not any("pthread-1" in name or "python" in name for name in facts.needed)


def test_library_is_built_once_for_all_pythons(built: dict[str, WheelResult]) -> None:
    for platform in {r.platform for r in RUNTIMES}:
        end = f"-{platform.spec.identifier}"
        wheels = [result.path for identifier, result in built.items() if identifier.endswith(end)]
        name = f"threads/{LIBRARY.get(platform.family, 'libtally.so')}"
        assert len({binaries(wheel)[name] for wheel in wheels}) == 1


@pytest.mark.runtime
@pytest.mark.parametrize("runtime", RUNTIMES, ids=str)
def test_runs(
    runtime: runtimes.Runtime, built: dict[str, WheelResult], examples: Path, tmp_path: Path
) -> None:
    runtime = runtimes.require(runtime.name)
    identifier = f"{runtime.python.abi}-{runtime.platform.spec.identifier}"
    if identifier not in built:
        pytest.skip(f"no headers of Python {runtime.python.base}: run scripts/runtimes.sh")
    code = (examples / "threads" / "tests" / "test_threads.py").read_text(encoding="utf-8")
    printed = runtimes.run_python(runtime, code, wheels=[built[identifier].path], tmp_path=tmp_path)
    assert printed.splitlines() == [
        f"passed {test}" for test in re.findall(r"^def (test_\w+)\(", code, re.MULTILINE)
    ]
