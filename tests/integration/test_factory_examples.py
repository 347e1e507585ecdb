"""The four examples for the first eight platforms: what the wheels hold, where they install and run."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import factory
import pytest
import runtimes
from bills import bill_files

from pyz3.audit import facts_of, system_symbols, version_key
from pyz3.capi import best_headers, find_headers, python_symbols
from pyz3.driver.system_cxx import first_macos
from pyz3.targets import SUPPORTED, Platform, PythonVersion, Target
from pyz3.wheel import WheelBuilder

if TYPE_CHECKING:
    from pyz3.audit import Facts

EXAMPLES = ("hello", "cpp", "zig", "mixed")
PLATFORMS = tuple(platform for platform in Platform if platform.spec.default)
PYTHONS = tuple(PythonVersion(3, minor) for minor in range(9, 14))
# Pythons whose headers come from scripts/runtimes.sh, on the platforms that can run them.
YOUNG = tuple(python for python in SUPPORTED if python.minor >= 14 or python.free_threaded)
YOUNG_PLATFORMS = (Platform.LINUX_X86_64, Platform.LINUX_AARCH64)

TAGS = {
    "linux-x86_64": "manylinux_2_17_x86_64.manylinux2014_x86_64",
    "linux-aarch64": "manylinux_2_17_aarch64.manylinux2014_aarch64",
    "macos-x86_64": "macosx_10_9_x86_64",
    "macos-arm64": "macosx_11_0_arm64",
    "windows-x64": "win_amd64",
    "musllinux-x86_64": "musllinux_1_2_x86_64",
    "musllinux-aarch64": "musllinux_1_2_aarch64",
    "windows-arm64": "win_arm64",
}
SUFFIXES = {
    "linux-x86_64": ".cpython-{}-x86_64-linux-gnu.so",
    "linux-aarch64": ".cpython-{}-aarch64-linux-gnu.so",
    "macos-x86_64": ".cpython-{}-darwin.so",
    "macos-arm64": ".cpython-{}-darwin.so",
    "windows-x64": ".cp{}-win_amd64.pyd",
    "musllinux-x86_64": ".cpython-{}-x86_64-linux-{musl}.so",
    "musllinux-aarch64": ".cpython-{}-aarch64-linux-{musl}.so",
    "windows-arm64": ".cp{}-win_arm64.pyd",
}
# Path in the wheel; {} is what ends an extension module's name.
DIST_INFO = ("METADATA", "RECORD", "WHEEL", "licenses/LICENSE")
MEMBERS = {
    "hello": ("hello/__init__.py", "hello/pure.py", "hello/_speed{}"),
    "cpp": ("cpp/__init__.py", "cpp/pure.py", "cpp/_graph{}"),
    "zig": ("zig/__init__.py", "zig/pure.py", "zig/_search{}"),
    "mixed": (
        *("mixed/__init__.py", "mixed/cities.csv", "mixed/cities.py", "mixed/cli.py", "mixed/pure.py"),
        *("mixed/_geohash{}", "mixed/_nearest{}"),
    ),
}
# What an installer of that platform asks for, and the platform whose wheel it must take.
ASKED = {
    "manylinux_2_17_x86_64": "linux-x86_64",
    "manylinux2014_aarch64": "linux-aarch64",
    "macosx_10_9_x86_64": "macos-x86_64",
    "macosx_14_0_arm64": "macos-arm64",
    "win_amd64": "windows-x64",
    "win_arm64": "windows-arm64",
    "musllinux_1_2_x86_64": "musllinux-x86_64",
    "musllinux_1_2_aarch64": "musllinux-aarch64",
}


def wheel_name(example: str, platform: Platform, python: PythonVersion) -> str:
    tag = TAGS[str(platform)]
    if platform is Platform.MACOS_X86_64:  # what CPython itself needs there
        tag = {12: "macosx_10_13_x86_64", 13: "macosx_10_13_x86_64"}.get(python.minor, tag)
    return f"{example}-1.0.0-{python.tag}-{python.abi}-{tag}.whl"


def suffix_of(platform: Platform, python: PythonVersion) -> str:
    return SUFFIXES[str(platform)].format(python.nodot, musl="musl" if python.minor >= 11 else "gnu")


class Built(NamedTuple):
    """The wheels of the examples; ``young`` are those for Pythons that this machine may lack."""

    folder: Path
    young: Path

    def wheel(self, example: str, target: Target) -> Path:
        folder = self.folder if target.python in PYTHONS else self.young
        return folder / example / wheel_name(example, target.platform, target.python)


@pytest.fixture(scope="session")
def built(pyz3_cache: Path, examples: Path, tmp_path_factory: pytest.TempPathFactory) -> Built:
    found = Built(tmp_path_factory.mktemp("wheels"), tmp_path_factory.mktemp("young"))
    builder = {
        example: WheelBuilder(
            examples / example,
            cache_dir=pyz3_cache,
            environ=factory.BARE,
            python_headers=factory.more_headers(),
        )
        for example in EXAMPLES
    }
    headers = builder["hello"].headers()
    young = [str(python) for python in YOUNG if python.base in headers]
    for example in EXAMPLES:
        builder[example].build_matrix(
            platforms=[str(platform) for platform in PLATFORMS],
            pythons=[str(python) for python in PYTHONS],
            output_dir=found.folder / example,
        )
        if young:
            builder[example].build_matrix(
                platforms=[str(platform) for platform in YOUNG_PLATFORMS],
                pythons=young,
                output_dir=found.young / example,
            )
    return found


def run(*command: str | Path, cache: Path) -> str:
    done = factory.run([str(word) for word in command], env=factory.environment(cache))
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.parametrize("example", EXAMPLES)
def test_one_wheel_for_each_platform_and_python_and_nothing_else(example: str, built: Built) -> None:
    expected = {wheel_name(example, platform, python) for platform in PLATFORMS for python in PYTHONS}
    assert len(expected) == len(PLATFORMS) * len(PYTHONS) == 40
    assert set(factory.listing(built.folder / example)) == expected


@pytest.mark.parametrize("example", EXAMPLES)
def test_members(example: str, built: Built) -> None:
    for platform in PLATFORMS:
        for python in PYTHONS:
            wheel = built.wheel(example, Target(platform=platform, python=python))
            suffix = suffix_of(platform, python)
            info = [f"{example}-1.0.0.dist-info/{name}" for name in DIST_INFO]
            if example == "mixed":
                info.append("mixed-1.0.0.dist-info/entry_points.txt")
            with zipfile.ZipFile(wheel) as archive:
                names = archive.namelist()
                info += bill_files(archive, f"{example}-1.0.0.dist-info")
            assert sorted(names) == sorted([name.format(suffix) for name in MEMBERS[example]] + info), wheel


@pytest.mark.runtime
@pytest.mark.parametrize("example", EXAMPLES)
@pytest.mark.parametrize(
    "name",
    [r.name for r in runtimes.all_known() if r.platform in PLATFORMS and r.platform.spec.family != "wasm"],
)
def test_runs(name: str, example: str, built: Built, examples: Path, tmp_path: Path) -> None:
    runtime = runtimes.require(name)
    wheel = built.wheel(example, Target(platform=runtime.platform, python=runtime.python))
    if not wheel.exists() and runtime.python not in PYTHONS:
        runtimes.missing(f"no headers of Python {runtime.python.base}: run scripts/runtimes.sh")
    (tests,) = (examples / example / "tests").glob("test_*.py")
    code = tests.read_text(encoding="utf-8")
    printed = runtimes.run_python(runtime, code, wheels=[wheel], tmp_path=tmp_path)
    expected = [f"passed {test}" for test in re.findall(r"^def (test_\w+)\(", code, re.MULTILINE)]
    assert printed.splitlines() == expected


def test_twine_is_content(built: Built, pyz3_cache: Path) -> None:
    wheels = sorted(built.folder.rglob("*.whl"))
    printed = run(sys.executable, "-m", "twine", "--no-color", "check", "--strict", *wheels, cache=pyz3_cache)
    assert printed.count(": PASSED") == len(wheels) == 160


@pytest.mark.parametrize("asked", ASKED)
def test_pip_picks_the_wheel_of_a_platform(
    asked: str, built: Built, pyz3_cache: Path, tmp_path: Path
) -> None:
    platform, python = Platform(ASKED[asked]), PythonVersion(3, 10 if "10_9" in asked else 13)
    run(
        *(sys.executable, "-m", "pip", "download", "--isolated", "--disable-pip-version-check", "--no-index"),
        *("--no-deps", "--only-binary=:all:", "--find-links", built.folder / "hello", "--dest", tmp_path),
        *("--platform", asked, "--python-version", str(python), "hello"),
        cache=pyz3_cache,
    )
    assert factory.listing(tmp_path) == [wheel_name("hello", platform, python)]


def test_pip_finds_none_for_an_older_system(built: Built, pyz3_cache: Path, tmp_path: Path) -> None:
    done = factory.run(
        [
            *(sys.executable, "-m", "pip", "download", "--isolated", "--disable-pip-version-check"),
            *("--no-index", "--no-deps", "--only-binary=:all:", "--dest", str(tmp_path)),
            *("--find-links", str(built.folder / "hello"), "--platform", "macosx_10_12_x86_64"),
            *("--python-version", "3.13", "hello"),
        ],
        env=factory.environment(pyz3_cache),
    )
    assert done.returncode == 1
    assert "No matching distribution found for hello" in done.stderr


INSTALLED = "import mixed; print(mixed.encode(57.64911, 10.40744, 11), len(mixed.cities()) > 3)"


@pytest.mark.parametrize("installer", ["pip", "uv"])
def test_installs_here(installer: str, built: Built, pyz3_cache: Path, tmp_path: Path) -> None:
    if PythonVersion.current() not in PYTHONS:
        pytest.skip(f"no wheels were built for {PythonVersion.current()}")
    target = tmp_path / "site"
    if installer == "pip":
        command = [
            *(sys.executable, "-m", "pip", "install", "--isolated", "--disable-pip-version-check"),
            *("--no-cache-dir", "--root-user-action=ignore"),
        ]
    else:
        uv = shutil.which("uv", path=str(Path(sys.executable).parent)) or shutil.which("uv")
        assert uv is not None
        command = [uv, "pip", "install", "--offline", "--no-cache", "--python", sys.executable]
    links = ("--find-links", built.folder / "mixed")
    run(*command, "--no-index", "--no-deps", "--target", target, *links, "mixed", cache=pyz3_cache)
    suffix = suffix_of(Platform.current(), PythonVersion.current())
    modules = {path.name for path in (target / "mixed").iterdir() if path.suffix in {".so", ".pyd"}}
    assert modules == {f"_geohash{suffix}", f"_nearest{suffix}"}
    code = f"import sys; sys.path.insert(0, {str(target)!r}); {INSTALLED}"
    assert run(sys.executable, "-I", "-c", code, cache=pyz3_cache) == "u4pruydqqvj True\n"
    script = target / "bin" / "mixed"
    if script.exists():  # the entry point, as the installer made it
        done = subprocess.run(
            [script, "48.2", "2.1"],
            capture_output=True,
            check=True,
            encoding="utf-8",
            env={**factory.environment(pyz3_cache), "PYTHONPATH": str(target)},
        )
        assert done.stdout == "u096py91m: 76 km from Paris\n"


def macos_binaries(built: Built) -> list[tuple[str, Target, str, Facts]]:
    """Example, target, path in the wheel and facts of every macOS module."""
    found = []
    for platform in (Platform.MACOS_X86_64, Platform.MACOS_ARM64):
        for python in PYTHONS:
            target = Target(platform=platform, python=python)
            for example in EXAMPLES:
                with zipfile.ZipFile(built.wheel(example, target)) as archive:
                    for name in archive.namelist():
                        if name.endswith(".so"):
                            (facts,) = facts_of(archive.read(name), name=name)
                            found.append((example, target, name, facts))
    return found


def test_structure_of_macos_modules(built: Built) -> None:
    # Nothing here can run them: this is what the loader of macOS would look at.
    import ziglang  # noqa: PLC0415 - only for its folder

    zig_lib = Path(str(ziglang.__file__)).parent / "lib"
    trees = best_headers(find_headers(environ={}))
    binaries = macos_binaries(built)
    assert len(binaries) == 2 * len(PYTHONS) * 5
    for example, target, name, facts in binaries:
        where = f"{example} {target} {name}"
        arm64 = target.platform is Platform.MACOS_ARM64
        assert facts.machine == ("arm64" if arm64 else "x86_64"), where
        intel = "10.9" if target.python.minor < 12 else "10.13"
        assert facts.floor == ("11.0" if arm64 else intel), where
        assert facts.signature == ("adhoc" if arm64 else facts.signature), where
        assert facts.signature in {"", "adhoc"}, where
        assert "/" not in facts.name.removeprefix("@rpath/"), where
        assert facts.rpaths == (), where
        # In "mixed" C++ is linked with Zig, and with zig's libc++.
        cxx = ("/usr/lib/libc++.1.dylib",) if example == "cpp" else ()
        assert facts.needed == (*cxx, "/usr/lib/libSystem.B.dylib"), where
        assert [symbol for symbol in facts.exported if symbol.startswith("PyInit_")] == [
            f"PyInit_{name.rpartition('/')[2].partition('.')[0]}"
        ], where
        include = trees[target.python.base].include
        python = python_symbols(include, version=target.python, system="posix").names
        libc = system_symbols(target.platform, zig_lib)
        assert libc is not None
        for symbol in facts.undefined:
            # Python's come from the process, the rest from the library that is named.
            known = libc if symbol.library else python
            if symbol.library in cxx:
                first = first_macos(symbol.name)
                assert first, f"{where}: {symbol}"
                assert version_key(first) <= version_key(facts.floor), f"{where}: {symbol}"
                continue
            assert symbol.name in known, f"{where}: {symbol}"
