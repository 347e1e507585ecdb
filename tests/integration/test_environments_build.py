"""Build environments and wheels of targets, from a folder of wheels: no registry but where a test says so."""

from __future__ import annotations

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from runtimes import missing
from venvs import files
from wheels import put_wheel

from pyz3._files import file_digest
from pyz3.config import Backend
from pyz3.environments import (
    LOCK_FILE,
    LockError,
    build_environment,
    environment_for,
    interpreter_for,
    map_include_dirs,
    parse_lock,
    read_lock,
    resolve,
    target_wheel,
    venvs,
    written,
)
from pyz3.environments.locks import Pin
from pyz3.environments.venvs import locked_environment
from pyz3.errors import Pyz3Error
from pyz3.sources.pip import offline_tip
from pyz3.store import Cache
from pyz3.targets import Platform, PythonVersion

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pyz3.environments import Environment, Interpreter

PY313 = PythonVersion(3, 13)
BACKEND = """
import json, os, sys
def get_requires_for_build_wheel(settings):
    with open("asked", "a") as file:
        file.write("x")
    print("asked with", settings)
    if os.path.exists("fails"):
        raise SystemExit("no compiler")
    return json.loads(open(os.environ.get("NEEDS", "needs.json")).read())
"""


@pytest.fixture
def index(tmp_path: Path) -> Path:
    folder = tmp_path / "index"
    folder.mkdir()
    put_wheel(folder, "backend", {"backend.py": BACKEND})
    put_wheel(folder, "extra", {"extra.py": "answer = 42\n"})
    put_wheel(folder, "wheel", {"wheel.py": ""})
    return folder


@pytest.fixture
def environ(index: Path, tmp_path: Path) -> dict[str, str]:
    """Variables that lead pip and uv to the folder alone."""
    usual = {name: value for name, value in os.environ.items() if not name.startswith(("PIP_", "UV_"))}
    only = {"PIP_CONFIG_FILE": os.devnull, "PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(index)}
    return {**usual, **only, "UV_CACHE_DIR": str(tmp_path / "uv"), "PYTHONPATH": "/nowhere"}


@pytest.fixture
def cache(tmp_path: Path) -> Cache:
    return Cache(tmp_path / "cache")


@pytest.fixture
def interpreter(cache: Cache) -> Interpreter:
    running = ".".join(map(str, sys.version_info[:2]))
    return interpreter_for(running, environ=os.environ, cache=cache)


def python_c(environment: Environment, code: str) -> str:
    done = subprocess.run(
        [environment.python, "-I", "-c", code], capture_output=True, text=True, check=True, encoding="utf-8"
    )
    return done.stdout.strip()


def test_the_running_interpreter_is_found_by_its_installation(interpreter: Interpreter) -> None:
    assert interpreter.exact
    assert interpreter.version_info == tuple(sys.version_info)
    code = "import sys; print(sys.prefix == sys.base_prefix, sys.prefix)"
    done = subprocess.run([interpreter.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == f"True {sys.base_prefix}\n"


@pytest.mark.parametrize("tool", ["uv", "pip"])
def test_requirements_are_installed(
    tool: str,
    interpreter: Interpreter,
    cache: Cache,
    environ: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if tool == "pip":
        monkeypatch.setattr(venvs, "find_uv", lambda _: None)
    told: list[str] = []
    made = build_environment(["extra"], interpreter, cache=cache, environ=environ, tell=told.append)
    assert python_c(made, "import sys, extra; print(sys.prefix, extra.__file__)") == (
        f"{made.root} {made.site_packages / 'extra.py'}"
    )
    assert told == [f"installing build requirements for Python {interpreter.version}, first time only: extra"]
    assert (made.root.parent / made.key) == made.root
    # Hooks must not write there: modules are compiled already.
    assert list((made.site_packages / "__pycache__").glob("extra.*.pyc"))
    again = build_environment(["extra"], interpreter, cache=cache, environ={}, tell=told.append)
    assert again == made
    assert len(told) == 1


@pytest.mark.parametrize("tool", ["uv", "pip"])
def test_what_is_locked_is_installed_or_nothing_is(
    tool: str,
    interpreter: Interpreter,
    cache: Cache,
    environ: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if tool == "pip":
        monkeypatch.setattr(venvs, "find_uv", lambda _: None)
    index = Path(environ["PIP_FIND_LINKS"])
    digest = file_digest(put_wheel(index, "extra", {"extra.py": ""}, metadata="Requires-Dist: gone\n"))

    def locked(*hashes: str) -> Environment:
        pins = [Pin(name="extra", requirement="extra==1.0", hashes=hashes)]
        return locked_environment(pins, interpreter, cache=cache, environ=environ, tell=lambda _: None)

    other = f"sha256:{'0' * 64}"
    made = locked(other, f"sha256:{digest}")
    assert python_c(made, "import extra; print(extra.__file__)") == str(made.site_packages / "extra.py")
    with pytest.raises(Pyz3Error) as raised:
        locked(other)
    assert raised.value.message.startswith(
        f"what is locked cannot be installed for Python {interpreter.version}; {tool} says:\n"
    )
    assert digest in raised.value.message


def test_a_lock_file_is_resolved_written_and_obeyed(
    index: Path, project: Path, interpreter: Interpreter, cache: Cache, environ: dict[str, str]
) -> None:
    backend = Backend(kind="setuptools", build_backend="backend", requires=("backend",))
    made = resolve(
        ("Extra; os_name != 'none'", "backend"), oldest="3.9", root=project, cache=cache, environ=environ
    )
    assert [(one.name, str(one.version)) for one in made.content.packages] == [
        ("backend", "1.0"),
        ("extra", "1.0"),
    ]
    (project / LOCK_FILE).write_text(written(made))
    assert read_lock(project) == parse_lock(written(made), project / LOCK_FILE)

    def built(needs: str) -> tuple[str, ...]:
        (project / "needs.json").write_text(needs)
        return environment_for(
            project,
            backend,
            interpreter,
            cache=cache,
            environ=environ,
            tell=lambda _: None,
            lock=read_lock(project),
        ).requires

    assert built('["Extra", "backend<2"]') == built("[]") == ("backend==1.0", "extra==1.0")
    with pytest.raises(LockError) as raised:
        built('["extra>1", "wheel"]')
    assert raised.value.message == (
        f"{LOCK_FILE} has nothing for extra>1, wheel and Python {interpreter.version}"
    )
    with pytest.raises(Pyz3Error, match=r"^the build requirements cannot be resolved; uv says:\n"):
        resolve(("extra>1",), oldest="3.9", root=project, cache=cache, environ=environ)
    (index / "extra-1.0-py3-none-any.whl").unlink()
    assert built("[]") == ("backend==1.0", "extra==1.0")


def test_none_required(interpreter: Interpreter, cache: Cache, environ: dict[str, str]) -> None:
    made = build_environment([], interpreter, cache=cache, environ=environ, tell=lambda _: None)
    assert python_c(made, "import importlib.util as u; print(u.find_spec('pip'))") == "None"


def test_what_is_not_to_be_had(interpreter: Interpreter, cache: Cache, environ: dict[str, str]) -> None:
    with pytest.raises(Pyz3Error) as raised:
        build_environment(
            ["extra", "gone>=7"], interpreter, cache=cache, environ=environ, tell=lambda _: None
        )
    assert raised.value.message.startswith(
        f"gone>=7 cannot be installed for Python {interpreter.version}; uv says:\n"
    )


def test_two_at_once_make_one(interpreter: Interpreter, cache: Cache, environ: dict[str, str]) -> None:
    told: list[str] = []

    def build(_: int) -> Environment:
        return build_environment(["extra"], interpreter, cache=cache, environ=environ, tell=told.append)

    with ThreadPoolExecutor(4) as pool:
        made = set(pool.map(build, range(4)))
    assert len(made) == 1
    assert len(told) == 1
    assert python_c(made.pop(), "import extra; print(extra.answer)") == "42"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return files(tmp_path / "project", {"needs.json": '["Extra", "backend<2"]', "setup.py": ""})


def test_the_backend_is_asked_once(
    project: Path, interpreter: Interpreter, cache: Cache, environ: dict[str, str]
) -> None:
    backend = Backend(kind="setuptools", build_backend="backend", requires=("backend",))

    def made() -> tuple[str, ...]:
        return environment_for(
            project, backend, interpreter, cache=cache, environ=environ, tell=lambda _: None
        ).requires

    def asked() -> int:
        return sum(len(path.read_text()) for path in cache.root.rglob("asked"))

    assert made() == ("backend", "backend<2", "extra")
    assert (made(), asked()) == (("backend", "backend<2", "extra"), 1)
    # What is there already is enough.
    (project / "needs.json").write_text('["backend<2"]')
    assert (made(), asked()) == (("backend",), 2)
    # The project's own folder is only read.
    assert sorted(path.name for path in project.iterdir()) == ["needs.json", "setup.py"]


def test_a_backend_is_asked_again_when_a_variable_has_changed(
    project: Path, interpreter: Interpreter, cache: Cache, environ: dict[str, str]
) -> None:
    files(project, {"needs.json": '["backend<2"]', "with-cython.json": '["Extra"]'})
    backend = Backend(kind="setuptools", build_backend="backend", requires=("backend",))

    def made(**variables: str) -> tuple[str, ...]:
        own = {**environ, **variables}
        return environment_for(
            project, backend, interpreter, cache=cache, environ=own, tell=lambda _: None
        ).requires

    assert made() == ("backend",)
    assert made(NEEDS="with-cython.json") == ("backend", "extra")
    assert made(TERM="dumb") == ("backend",)
    assert sum(len(path.read_text()) for path in cache.root.rglob("asked")) == 2


def test_a_backend_of_the_project_s_own(
    project: Path, interpreter: Interpreter, cache: Cache, environ: dict[str, str]
) -> None:
    own = "class maker:\n    get_requires_for_build_wheel = staticmethod(get_requires_for_build_wheel)\n"
    files(project, {"_build/own.py": f"{BACKEND}\n{own}"})
    backend = Backend(kind="setuptools", build_backend="own:maker", backend_path=("_build",))
    made = environment_for(project, backend, interpreter, cache=cache, environ=environ, tell=lambda _: None)
    assert made.requires == ("backend<2", "extra")


def test_a_backend_that_cannot_answer(
    project: Path, interpreter: Interpreter, cache: Cache, environ: dict[str, str]
) -> None:
    files(project, {"fails": ""})
    backend = Backend(kind="setuptools", build_backend="backend", requires=("backend",))
    told: list[str] = []
    made = environment_for(project, backend, interpreter, cache=cache, environ=environ, tell=told.append)
    assert made.requires == ("backend", "wheel")
    assert told[1] == (
        "backend cannot say what the project requires: SystemExit: no compiler; going on without"
    )


def wheel_for(platform: Platform, python: PythonVersion, cache: Cache, environ: Mapping[str, str]) -> Path:
    return target_wheel(
        "Num_Like",
        "1.0",
        platform=platform,
        python=python,
        built_with="3.12",
        cache=cache,
        environ=environ,
    )


@pytest.mark.parametrize(
    ("platform", "tag"),
    [
        (Platform.LINUX_X86_64, "cp313-cp313-manylinux_2_27_x86_64.manylinux_2_28_x86_64"),
        (Platform.LINUX_AARCH64, "cp313-cp313-manylinux2014_aarch64"),
        (Platform.MUSLLINUX_X86_64, "cp313-cp313-musllinux_1_2_x86_64"),
        (Platform.MACOS_X86_64, "cp313-cp313-macosx_10_13_x86_64"),
        (Platform.MACOS_ARM64, "cp310-abi3-macosx_14_0_arm64"),
        (Platform.MACOS_ARM64, "cp313-cp313-macosx_11_0_universal2"),
        (Platform.WINDOWS_X64, "cp313-cp313-win_amd64"),
        (Platform.WINDOWS_X64, "cp313-cp313-win_arm64"),
        (Platform.MUSLLINUX_AARCH64, "cp313-cp313-manylinux_2_28_aarch64"),
        (Platform.LINUX_ARMV7L, "py3-none-any"),
        (Platform.LINUX_ARMV7L, "cp312-cp312-manylinux_2_31_armv7l"),
    ],
)
def test_the_wheel_of_a_target(
    platform: Platform, tag: str, index: Path, cache: Cache, environ: dict[str, str]
) -> None:
    path = put_wheel(index, "num_like", {"num/config.h": "#define A 1\n", "num/__init__.py": ""}, tag)
    put_wheel(index, "num_like", {}, "cp313-cp313-win32")
    folder = wheel_for(platform, PY313, cache, environ)
    assert folder.parent == cache.target_wheels("num-like", "1.0")
    assert sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()) == [
        "num/config.h",
        *(f"num_like-1.0.dist-info/{name}" for name in ("METADATA", "RECORD", "WHEEL")),
    ]
    path.unlink()
    assert wheel_for(platform, PY313, cache, environ) == folder


def test_the_wheel_of_a_target_that_is_locked(index: Path, cache: Cache, environ: dict[str, str]) -> None:
    path = put_wheel(index, "num_like", {"num/config.h": ""}, "cp313-cp313-win_amd64")

    def fetched(digest: str) -> Path:
        return target_wheel(
            "num-like",
            "1.0",
            platform=Platform.WINDOWS_X64,
            python=PY313,
            built_with="3.12",
            cache=cache,
            environ=environ,
            hashes=(f"sha256:{digest}",),
        )

    folder = wheel_for(Platform.WINDOWS_X64, PY313, cache, environ)
    assert fetched(file_digest(path)) == folder
    # What was fetched for somebody who has locked nothing is not taken for it.
    with pytest.raises(Pyz3Error, match=r"^the wheel of num-like 1\.0 for windows-x64 has another"):
        fetched("0" * 64)


def test_a_target_without_a_wheel(index: Path, cache: Cache, environ: dict[str, str]) -> None:
    put_wheel(index, "num_like", {}, "cp313-cp313-win_amd64")
    with pytest.raises(Pyz3Error) as raised:
        wheel_for(Platform.MACOS_ARM64, PY313, cache, environ)
    assert raised.value.message.startswith(
        "num-like 1.0 has no wheel for the target (tried cp313-macos-arm64, cp312-macos-arm64): the headers "
        "cannot be the host's, which differ; pip says:\n"
    )
    assert raised.value.tip == "require a version of num-like that has one, or leave the platform out"


def test_flags_lead_to_the_wheel_of_the_target(
    index: Path, interpreter: Interpreter, cache: Cache, environ: dict[str, str]
) -> None:
    put_wheel(index, "pure", {"pure/include/p.h": ""})
    own = Platform.current()
    here = (
        "win_amd64"
        if own.family == "windows"
        else f"linux_{own.spec.arch}"
        if own.family == "linux"
        else "any"
    )
    if here == "any":
        missing("a host of Linux or Windows is needed")
    python = f"cp{interpreter.version.replace('.', '')}"
    put_wheel(
        index,
        "numpy",
        {"numpy/include/config.h": "host", "numpy/__init__.py": ""},
        f"{python}-{python}-{here}",
    )
    for tag in ("win_amd64", "macosx_11_0_arm64", "macosx_11_0_x86_64"):
        if tag != here:
            put_wheel(index, "numpy", {"numpy/include/config.h": tag}, f"cp313-cp313-{tag}")
    environment = build_environment(
        ["numpy", "pure"], interpreter, cache=cache, environ=environ, tell=lambda _: None
    )
    site = environment.site_packages
    given = ("-DX", f"-I{site / 'numpy' / 'include'}", f"-I{site / 'pure' / 'include'}")

    def config(platform: Platform) -> tuple[str, tuple[str, ...]]:
        mapped = map_include_dirs(
            given,
            environment=environment,
            platform=platform,
            python=PY313,
            cache=cache,
            environ=environ,
        )
        assert (mapped.flags[0], mapped.flags[2]) == (given[0], given[2])
        folder = type(site)(mapped.flags[1].removeprefix("-I"))
        return (folder / "config.h").read_text(), mapped.extra

    assert config(Platform.MACOS_ARM64) == ("macosx_11_0_arm64", ())
    text, extra = config(Platform.MACOS_UNIVERSAL2)
    assert text.count("#if defined(") == 2
    assert extra == ()
    if here != "win_amd64":
        assert config(Platform.WINDOWS_X64) == ("win_amd64", ("-mlong-double-64",))


def test_numpy_of_the_registry(cache: Cache) -> None:
    try:
        folder = target_wheel(
            "numpy",
            "2.3.0",
            platform=Platform.MACOS_ARM64,
            python=PY313,
            built_with="3.13",
            cache=cache,
            environ=os.environ,
        )
    except Pyz3Error as error:
        if offline_tip(error.message) is None:
            raise
        missing(f"the registry is out of reach: {error.message[-300:]}")
    text = (folder / "numpy/_core/include/numpy/_numpyconfig.h").read_text()
    assert "#define NPY_SIZEOF_LONGDOUBLE 8\n" in text
