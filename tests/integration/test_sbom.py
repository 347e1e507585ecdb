"""The bill of materials of wheels that are really built: what it says of binaries, and the same bytes."""

from __future__ import annotations

import hashlib
import zipfile
from typing import TYPE_CHECKING

import factory
import pytest
from bills import bill_files, read_bill, told

from pyz3.targets import Platform, PythonVersion
from pyz3.wheel import WheelBuilder

if TYPE_CHECKING:
    from pathlib import Path

PYTHON = PythonVersion.parse("3.13")
PYPROJECT = """
[tool.pyz3]
packages = ["probe"]
fallback = true

[[tool.pyz3.libraries]]
name = "twice"
static = true
sources = ["twice.c", "more.c"]

[[tool.pyz3.extensions]]
name = "probe.plain"
sources = ["plain.c"]
libraries = ["twice"]
optional = true

[[tool.pyz3.extensions]]
name = "probe.wide"
sources = ["wide.c"]
optional = true
"""
MODULE = """\
#include <Python.h>
{}
static PyObject *run(PyObject *self, PyObject *args) {{
    long long a = 0, b = 1;
    if (!PyArg_ParseTuple(args, "LL", &a, &b)) return NULL;
    return PyLong_FromLongLong({});
}}
static PyMethodDef methods[] = {{{{"run", run, METH_VARARGS, NULL}}, {{NULL, NULL, 0, NULL}}}};
static struct PyModuleDef module = {{PyModuleDef_HEAD_INIT, "m", NULL, 0, methods}};
PyMODINIT_FUNC PyInit_{}(void) {{ return PyModule_Create(&module); }}
"""
FILES = {
    "probe/__init__.py": "",
    "twice.c": "int twice(int x) { return 2 * x; }\n",
    "more.c": "int more(int x) { return x + 1; }\n",
    "plain.c": MODULE.format("int twice(int);", "twice((int)a)", "plain"),
    # Division of 128 bits is a function of the compiler's runtime.
    "wide.c": MODULE.format("", "(long long)(((__int128)a << 40) / b)", "wide"),
}
PLATFORMS = ("linux-x86_64", "windows-x64")


def build(root: Path, out: str, cache: Path, platforms: tuple[str, ...] = PLATFORMS) -> dict[str, Path]:
    builder = WheelBuilder(root, cache_dir=cache, environ=factory.BARE)
    results = builder.build_matrix(
        platforms=platforms, pythons=[str(PYTHON)], output_dir=root / out, fallback=True
    )
    return {result.identifier: result.path for result in results}


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return factory.write_project(tmp_path_factory.mktemp("bill") / "p", PYPROJECT, FILES)


@pytest.fixture(scope="module")
def wheels(root: Path, pyz3_cache: Path) -> dict[str, Path]:
    return build(root, "d", pyz3_cache)


@pytest.mark.parametrize(
    ("platform", "plain", "wide", "texts"),
    [
        ("linux-x86_64", [], ["compiler-rt"], ["zig/LICENSE"]),
        ("windows-x64", ["pyz3-startup"], ["compiler-rt", "pyz3-startup"], ["zig/LICENSE"]),
    ],
)
def test_what_is_said_of_binaries(
    platform: str, plain: list[str], wide: list[str], texts: list[str], wheels: dict[str, Path]
) -> None:
    spec = Platform(platform)
    names = {module: f"probe/{module}{spec.extension_suffix(PYTHON)}" for module in ("plain", "wide")}
    with zipfile.ZipFile(wheels[f"cp313-{spec.spec.identifier}"]) as archive:
        bill = read_bill(archive)
        files = {one["name"]: one for one in bill["components"] if one["type"] == "file"}
        assert [*files] == [*names.values()]
        for name, one in files.items():
            digest = hashlib.sha256(archive.read(name)).hexdigest()
            assert one["hashes"] == [{"alg": "SHA-256", "content": digest}]
        assert told(bill, names["plain"]) == (plain, [])
        assert told(bill, names["wide"]) == (wide, [])
        assert bill["compositions"] == [
            {"aggregate": "complete", "dependencies": [f"file:{name}" for name in names.values()]}
        ]
        (library,) = [one for one in bill["components"] if one["bom-ref"] == "library:twice"]
        sources = "".join(FILES[name] for name in ("twice.c", "more.c")).encode()
        assert library["properties"] == [
            {"name": "pyz3:sources-sha256", "value": hashlib.sha256(sources).hexdigest()}
        ]
        held = {one["ref"]: one["dependsOn"] for one in bill["dependencies"]}
        assert held[f"file:{names['plain']}"] == ["library:twice", *(f"part:{part}" for part in plain)]
        info = "probe-1.dist-info"
        expected = {f"{info}/sboms/pyz3.cdx.json", *(f"{info}/licenses/pyz3/{text}" for text in texts)}
        assert bill_files(archive, info) == expected
        assert {name for name in archive.namelist() if "/sboms/" in name or "/pyz3/" in name} == expected


def test_a_wheel_without_binaries_has_none(wheels: dict[str, Path]) -> None:
    with zipfile.ZipFile(wheels["py3-none-any"]) as archive:
        assert [name for name in archive.namelist() if "sboms" in name or "licenses" in name] == []


def test_check_is_content_with_all_of_them(wheels: dict[str, Path], pyz3_cache: Path) -> None:
    done = factory.pyz3("check", "--select", "PW1,PW5,PW8", *wheels.values(), cache=pyz3_cache)
    assert done.returncode == 0, done.stdout
    assert "PW802" not in done.stdout
    assert "3 wheels: 0 errors" in done.stdout


def test_the_same_bytes_whatever_else_is_built(wheels: dict[str, Path], root: Path, pyz3_cache: Path) -> None:
    (windows,) = (name for name in wheels if name.endswith("win_amd64"))
    again = build(root, "again", pyz3_cache, platforms=("windows-x64",))
    assert again[windows].read_bytes() == wheels[windows].read_bytes()


def test_it_can_be_left_out(tmp_path: Path, pyz3_cache: Path) -> None:
    text = PYPROJECT.replace("fallback = true", "sbom = { binaries = false }")
    project = factory.write_project(tmp_path / "p", text, FILES)
    results = WheelBuilder(project, cache_dir=pyz3_cache, environ=factory.BARE).build_matrix(
        platforms=["linux-x86_64"], pythons=[str(PYTHON)], output_dir=tmp_path / "d"
    )
    with zipfile.ZipFile(results[0].path) as archive:
        assert [name for name in archive.namelist() if "sboms" in name or "/pyz3/" in name] == []


def test_what_a_project_of_setuptools_was_built_with(tmp_path: Path, pyz3_cache: Path) -> None:
    project = factory.write_project(tmp_path / "p", "", FILES)
    (project / "pyproject.toml").write_text('[build-system]\nrequires = ["setuptools==80.9.0"]\n')
    (project / "setup.py").write_text(
        "from setuptools import Extension, setup\n"
        "setup(name='probe', version='1', packages=['probe'],\n"
        "      ext_modules=[Extension('probe.wide', ['wide.c'])])\n"
    )
    out = tmp_path / "d"
    done = factory.pyz3("wheel", project, "--platform", "linux-x86_64", "-o", out, cache=pyz3_cache)
    assert done.returncode == 0, done.stderr
    (path,) = out.iterdir()
    with zipfile.ZipFile(path) as archive:
        bill = read_bill(archive)
    assert [one["bom-ref"] for one in bill["components"]][1:] == [
        *("part:compiler-rt", "build:pkg:pypi/setuptools@80.9.0")
    ]
