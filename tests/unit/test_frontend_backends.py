from __future__ import annotations

from pathlib import Path

import pytest

from pyz3.config import Backend
from pyz3.errors import ConfigError
from pyz3.frontends import load_project
from pyz3.frontends.backends import LEGACY, LEGACY_REQUIRES

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
    ],
)
def test_a_backend_within_the_project_around_another(
    requires: str, source: str, name: str, tmp_path: Path
) -> None:
    text = system("own", requires, 'backend-path = ["."]')
    found = backend_of(write(tmp_path, {"pyproject.toml": text, "own.py": source}))
    assert found is not None
    assert (found.kind, found.build_backend, found.backend_path) == (name, "own", (".",))
    assert (found.compiled_by, found.is_recorded) == (name, False)


def test_a_backend_within_the_project_around_ours(tmp_path: Path) -> None:
    text = system("own", '"pyz3", "setuptools"', 'backend-path = ["."]')
    root = write(tmp_path, {"pyproject.toml": text, "own.py": "from pyz3.backend import *\n"})
    assert load_project(root).backend is None


def test_setuptools_itself(tmp_path: Path) -> None:
    text = system("setuptools.build_meta", "", 'backend-path = ["."]')
    assert backend_of(write(tmp_path, {"pyproject.toml": text})) is not None


ELSEWHERE = "cibuildwheel builds it today, on a machine of each system"
OFF = "hatchling's build hook 'mypyc' is off: HATCH_BUILD_HOOK_ENABLE_MYPYC=1 in environment turns it on"


@pytest.mark.parametrize(
    ("backend", "more", "kind", "compiled_by", "idle"),
    [
        ("mesonpy", "", "meson-python", "meson-python", ""),
        ("scikit_build_core.build", "", "scikit-build-core", "scikit-build-core", ""),
        ("py_build_cmake.build", "", "py-build-cmake", "py-build-cmake", ""),
        ("hatchling.build", "", "hatchling", "", ""),
        ("hatchling.build", "[tool.hatch.build.hooks.vcs]\n", "hatchling", "", ""),
        (
            "hatchling.build",
            "[tool.hatch.build.hooks.custom]\n",
            "hatchling",
            "",
            "hatchling's build hook 'custom' has compiled nothing",
        ),
        (
            "hatchling.build",
            "[tool.hatch.build.targets.wheel.hooks.cython]\n",
            "hatchling",
            "hatchling's build hook 'cython'",
            "",
        ),
        (
            "hatchling.build",
            "[tool.hatch.build.targets.wheel.hooks.mypyc]\nenable-by-default = false\n",
            "hatchling",
            "",
            OFF,
        ),
        ("poetry.core.masonry.api", "", "poetry-core", "", ""),
        (
            "poetry.core.masonry.api",
            '[tool.poetry.build]\nscript = "build.py"\n',
            "poetry-core",
            "poetry-core's build script 'build.py'",
            "",
        ),
        (
            "poetry.core.masonry.api",
            '[tool.poetry]\nbuild = "build.py"\n',
            "poetry-core",
            "poetry-core's build script 'build.py'",
            "",
        ),
        ("flit_core.buildapi", "", "flit", "", ""),
        ("uv_build", "", "uv_build", "", ""),
        ("pdm.backend", "", "pdm-backend", "", ""),
        (
            "pdm.backend",
            "[tool.pdm.build]\nrun-setuptools = true\n",
            "pdm-backend",
            "pdm-backend's run-setuptools",
            "",
        ),
        ("nobody.knows:backend", "", "nobody.knows:backend", "", ""),
    ],
)
def test_other_backends(
    backend: str, more: str, kind: str, compiled_by: str, idle: str, *, tmp_path: Path
) -> None:
    root = write(tmp_path, {"pyproject.toml": HEAD + system(backend, '"x"') + more})
    assert backend_of(root) == Backend(
        kind=kind,
        build_backend=backend,
        requires=("x",),
        name="hello",
        version="1",
        compiled_by=compiled_by,
        idle=idle,
    )


def test_a_hook_of_pdms_is_a_file(tmp_path: Path) -> None:
    root = write(tmp_path, {"pyproject.toml": HEAD + system("pdm.backend"), "pdm_build.py": ""})
    found = backend_of(root)
    assert found is not None
    assert found.idle == "pdm-backend's hook 'pdm_build.py' has compiled nothing"


def test_an_unknown_backend_is_told_of(tmp_path: Path) -> None:
    root = write(tmp_path, {"pyproject.toml": HEAD + system("nobody.knows", "")})
    (note,) = load_project(root).notes
    assert note == (
        "pyproject.toml: build-system.build-backend: 'nobody.knows' is no build backend that pyz3 knows: "
        "it is run with pyz3's compilers, and what they make is audited"
    )


@pytest.mark.parametrize("requires", ['"maturin>=1"', '"setuptools", "maturin"'])
@pytest.mark.parametrize("path", ["", 'backend-path = ["."]'])
def test_maturin(requires: str, path: str, tmp_path: Path) -> None:
    files = {"pyproject.toml": system("maturin", requires, path), "maturin.py": "from maturin import *\n"}
    assert complaint(write(tmp_path, files)) == (
        "pyproject.toml: build-system.build-backend: 'maturin': pyz3 compiles no Rust",
        "it cross-compiles with zig itself: maturin build --zig --target aarch64-unknown-linux-gnu",
    )


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
