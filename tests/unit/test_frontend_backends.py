from __future__ import annotations

from pathlib import Path

import pytest

from pyz3.config import Backend
from pyz3.errors import ConfigError
from pyz3.frontends import load_project
from pyz3.frontends.backends import _OTHERS, LEGACY, LEGACY_REQUIRES

HEAD = '[project]\nname = "hello"\nversion = "1"\n'
EXTENSION = '[[tool.pyz3.extensions]]\nname = "hello"\nsources = ["a.c"]\n'


def write(root: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return root


def system(backend: str | None, requires: str = '"setuptools"', more: str = "") -> str:
    named = "" if backend is None else f'build-backend = "{backend}"\n'
    return f"[build-system]\nrequires = [{requires}]\n{named}{more}\n"


def backend_of(root: Path) -> Backend | None:
    return load_project(root).backend


def complaint(root: Path) -> tuple[str, str | None]:
    with pytest.raises(ConfigError) as caught:
        load_project(root)
    assert caught.value.exit_code == 2
    return caught.value.message, caught.value.tip


@pytest.mark.parametrize("name", ["setuptools.build_meta", "setuptools.build_meta:__legacy__", "pbr.build"])
def test_setuptools_by_name(name: str, tmp_path: Path) -> None:
    root = write(tmp_path, {"pyproject.toml": system(name, '"setuptools>=61", "Cython"')})
    assert backend_of(root) == Backend(
        kind="setuptools", build_backend=name, requires=("setuptools>=61", "Cython")
    )
    assert load_project(root).has_binaries
    assert load_project(root).extensions == ()


@pytest.mark.parametrize(
    "files",
    [
        {"setup.py": ""},
        {"setup.cfg": "[metadata]\nname = x\n"},
        {"setup.cfg": "[options]\n"},
        {"setup.py": "", "pyproject.toml": "[tool.black]\n"},
        {"setup.py": "", "pyproject.toml": HEAD},
        {"setup.py": "", "pyproject.toml": "[tool.pyz3]\nglibc = '2.28'\n"},
    ],
)
def test_no_build_system_is_setuptools_as_pep_517_says(files: dict[str, str], tmp_path: Path) -> None:
    found = backend_of(write(tmp_path, files))
    assert found is not None
    assert (found.build_backend, found.requires) == (LEGACY, LEGACY_REQUIRES)


@pytest.mark.parametrize("files", [{}, {"setup.py": ""}])
def test_a_build_system_without_a_backend(files: dict[str, str], tmp_path: Path) -> None:
    write(tmp_path, {"pyproject.toml": system(None, '"setuptools", "numpy"'), **files})
    found = backend_of(tmp_path)
    assert found is not None
    assert (found.build_backend, found.requires) == (LEGACY, ("setuptools", "numpy"))


@pytest.mark.parametrize(
    "files",
    [
        {"pyproject.toml": HEAD},
        {"pyproject.toml": HEAD, "setup.cfg": "[flake8]\nmax-line-length = 99\n"},
        {"pyproject.toml": HEAD, "setup.cfg": "no section\n"},
        {"pyproject.toml": HEAD + EXTENSION, "setup.py": "", "a.c": ""},
        {"pyproject.toml": f"{HEAD}[tool.pyz3]\npackages = []\n", "setup.py": ""},
        {"pyproject.toml": HEAD + system(None, '"pyz3"')},
        {"pyproject.toml": HEAD + system(None) + EXTENSION, "a.c": ""},
        {"pyproject.toml": HEAD + system("pyz3.backend", '"pyz3"'), "setup.py": ""},
        {"pyproject.toml": HEAD + system("hatchling.build", '"hatchling"') + EXTENSION, "a.c": ""},
        {"pyproject.toml": f"build-system = 3\n{HEAD}"},
    ],
)
def test_pyz3s_own_projects(files: dict[str, str], tmp_path: Path) -> None:
    assert backend_of(write(tmp_path, files)) is None


@pytest.mark.parametrize(
    ("requires", "source"),
    [
        ('"setuptools >= 47", "expandvars"', "raise SystemExit"),
        ("", "from setuptools.build_meta import *"),
        ("", "import os\nimport setuptools.build_meta as _base\n"),
        ("", "def build_wheel(*args):\n    from setuptools import build_meta\n"),
        ('"setuptools", "meson-python"', "from setuptools import build_meta"),
    ],
)
def test_a_backend_within_the_project_around_setuptools(requires: str, source: str, tmp_path: Path) -> None:
    text = system("pep517.hooks", requires, 'backend-path = ["packaging"]')
    files = {"pyproject.toml": text, "packaging/pep517/hooks.py": source, "packaging/pep517/__init__.py": ""}
    found = backend_of(write(tmp_path, files))
    assert found is not None
    assert (found.build_backend, found.backend_path) == ("pep517.hooks", ("packaging",))


@pytest.mark.parametrize(
    ("requires", "source", "name"),
    [
        ('"meson-python"', "", "meson-python"),
        ('"setuptools", "meson-python"', "import mesonpy", "meson-python"),
        ('"Scikit_Build.Core>=0.10"', "", "scikit-build-core"),
        ("", "from maturin import *", "maturin"),
    ],
)
def test_a_backend_within_the_project_around_another(
    requires: str, source: str, name: str, tmp_path: Path
) -> None:
    text = system("own", requires, 'backend-path = ["."]')
    message, _ = complaint(write(tmp_path, {"pyproject.toml": text, "own.py": source}))
    expected = f"'own': pyz3 does not build what {name} compiles yet"
    assert message == f"pyproject.toml: build-system.build-backend: {expected}"


def test_a_backend_within_the_project_around_ours(tmp_path: Path) -> None:
    text = system("own", '"pyz3", "setuptools"', 'backend-path = ["."]')
    root = write(tmp_path, {"pyproject.toml": text, "own.py": "from pyz3.backend import *\n"})
    assert load_project(root).backend is None


def test_setuptools_itself(tmp_path: Path) -> None:
    text = system("setuptools.build_meta", "", 'backend-path = ["."]')
    assert backend_of(write(tmp_path, {"pyproject.toml": text})) is not None


ELSEWHERE = "cibuildwheel builds it today, on a machine of each system"


@pytest.mark.parametrize(
    ("backend", "more", "message", "tip"),
    [
        ("mesonpy", "", ": pyz3 does not build what meson-python compiles yet", ELSEWHERE),
        (
            "scikit_build_core.build",
            "",
            ": pyz3 does not build what scikit-build-core compiles yet",
            ELSEWHERE,
        ),
        ("py_build_cmake.build", "", ": pyz3 does not build what py-build-cmake compiles yet", ELSEWHERE),
        ("enscons.api", "", ": pyz3 does not build what enscons compiles yet", ELSEWHERE),
        (
            "maturin",
            "",
            ": pyz3 does not build what maturin compiles yet",
            "it cross-compiles with zig itself: maturin build --zig --target aarch64-unknown-linux-gnu",
        ),
        ("hatchling.build", "", "pure", "hatch build"),
        ("hatchling.build", "[tool.hatch.build.hooks.vcs]\n", "pure", "hatch build"),
        (
            "hatchling.build",
            "[tool.hatch.build.hooks.custom]\n",
            ": pyz3 does not build what hatchling's build hook 'custom' compiles yet",
            ELSEWHERE,
        ),
        (
            "hatchling.build",
            "[tool.hatch.build.targets.wheel.hooks.cython]\n",
            ": pyz3 does not build what hatchling's build hook 'cython' compiles yet",
            ELSEWHERE,
        ),
        ("poetry.core.masonry.api", "", "pure", "poetry build"),
        (
            "poetry.core.masonry.api",
            '[tool.poetry.build]\nscript = "build.py"\n',
            ": pyz3 does not build what poetry-core's build script 'build.py' compiles yet",
            ELSEWHERE,
        ),
        (
            "poetry.core.masonry.api",
            '[tool.poetry]\nbuild = "build.py"\n',
            ": pyz3 does not build what poetry-core's build script 'build.py' compiles yet",
            ELSEWHERE,
        ),
        ("flit_core.buildapi", "", "pure", "flit build"),
        ("flit.buildapi", "", "pure", "flit build"),
        ("uv_build", "", "pure", "uv build"),
        ("pdm.backend", "", "pure", "pdm build"),
        (
            "pdm.backend",
            "[tool.pdm.build]\nrun-setuptools = true\n",
            ": pyz3 does not build what pdm-backend's run-setuptools compiles yet",
            ELSEWHERE,
        ),
        (
            "nobody.knows",
            "",
            " is no build backend that pyz3 knows",
            "pyz3 builds projects of setuptools and of its own backend, pyz3.backend",
        ),
    ],
)
def test_other_backends(backend: str, more: str, message: str, tip: str, tmp_path: Path) -> None:
    if message == "pure":
        message = " makes pure Python wheels: there is nothing to compile for pyz3"
        tip = f"its one wheel serves every platform: {tip}"
    root = write(tmp_path, {"pyproject.toml": HEAD + system(backend, "") + more})
    assert complaint(root) == (f"pyproject.toml: build-system.build-backend: {backend!r}{message}", tip)


@pytest.mark.parametrize("top", _OTHERS)
def test_each_is_answered_in_one_sentence(top: str, tmp_path: Path) -> None:
    message, tip = complaint(write(tmp_path, {"pyproject.toml": system(f"{top}.x", "")}))
    assert message.startswith(f"pyproject.toml: build-system.build-backend: '{top}.x'")
    assert "\n" not in message
    assert tip


def test_rust(tmp_path: Path) -> None:
    root = write(
        tmp_path, {"pyproject.toml": system("setuptools.build_meta", '"setuptools", "setuptools_rust"')}
    )
    assert complaint(root) == (
        "pyproject.toml: build-system.requires names setuptools-rust: pyz3 compiles no Rust",
        ELSEWHERE,
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('requires = "x"', "build-system.requires: expected an array of strings (PEP 518)"),
        ("requires = [3]", "build-system.requires: expected an array of strings (PEP 518)"),
        (
            'requires = []\nbuild-backend = "x"\nbackend-path = "."',
            "build-system.backend-path: expected an array of strings (PEP 518)",
        ),
    ],
)
def test_a_broken_build_system(text: str, message: str, tmp_path: Path) -> None:
    root = write(tmp_path, {"pyproject.toml": f"[build-system]\n{text}\n"})
    assert complaint(root) == (f"pyproject.toml: {message}", None)


def test_a_broken_requirement(tmp_path: Path) -> None:
    root = write(tmp_path, {"pyproject.toml": system("setuptools.build_meta", '"set up tools"')})
    message, _ = complaint(root)
    assert message.startswith("pyproject.toml: build-system.requires: ")
    assert "\n" not in message


def test_nothing_at_all(tmp_path: Path) -> None:
    assert complaint(tmp_path) == (
        f"{tmp_path}: no pyproject.toml here",
        "name the folder of a project: pyz3 wheel path/to/project",
    )


def test_a_file_for_a_project_that_pyz3_builds(tmp_path: Path) -> None:
    root = write(tmp_path, {"pyproject.toml": HEAD, "pyz3.toml": ""})
    with pytest.raises(ConfigError) as caught:
        load_project(root, config=Path("pyz3.toml"))
    message = f"pyz3.toml: pyz3 itself builds the project in {root}, by its own [tool.pyz3]"
    assert caught.value.message == message
