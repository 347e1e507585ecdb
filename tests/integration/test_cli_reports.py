"""JSON and lists for other programs; and that asking builds nothing."""

from __future__ import annotations

import hashlib
import json
import shutil
import sys
import sysconfig
from typing import TYPE_CHECKING, Any

import factory
import pytest

from pyz3 import wheel as api
from pyz3.targets import SUPPORTED, Platform, PythonVersion, Target

if TYPE_CHECKING:
    from pathlib import Path

THIS = PythonVersion.current()
OUR_HEADERS = sysconfig.get_path("include")

PURE = {
    "pyproject.toml": '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n',
    "backend.py": (
        "import pathlib, zipfile\n"
        "def build_wheel(folder, config_settings=None, metadata_directory=None):\n"
        "    name = 'pure-1-py3-none-any.whl'\n"
        "    with zipfile.ZipFile(pathlib.Path(folder, name), 'w') as archive:\n"
        "        archive.writestr('pure-1.dist-info/METADATA', 'Metadata-Version: 2.1\\nName: pure\\n')\n"
        "    return name\n"
    ),
}


def shape(value: Any) -> Any:
    """Types and keys without values; of a list, the different shapes in it."""
    if isinstance(value, dict):
        return {key: shape(item) for key, item in value.items()}
    if isinstance(value, list):
        shapes = [shape(item) for item in value]
        return [s for i, s in enumerate(shapes) if s not in shapes[:i]]
    return type(value).__name__


def test_the_report_is_that_of_build(pyz3_cache: Path, examples: Path, tmp_path: Path) -> None:
    for name, text in PURE.items():
        (tmp_path / "pure").mkdir(exist_ok=True)
        (tmp_path / "pure" / name).write_text(text)
    args = ["--wheel", "--no-isolation", "--report", str(tmp_path / "theirs.json"), str(tmp_path / "pure")]
    done = factory.run([sys.executable, "-m", "build", *args], env=factory.environment(pyz3_cache))
    assert done.returncode == 0, done.stdout + done.stderr
    theirs = json.loads((tmp_path / "theirs.json").read_text())

    out = tmp_path / "out"
    args = ["--platform", "linux-[ax]*64", "-o", str(out), "--report", str(tmp_path / "ours.json")]
    done = factory.pyz3("wheel", examples / "hello", *args, cache=pyz3_cache)
    assert (done.returncode, done.stderr) == (0, "")
    ours = json.loads((tmp_path / "ours.json").read_text())

    assert ours.pop("failures") == []  # which build's cannot have
    assert shape(ours) == shape(theirs)
    assert ours["version"] == theirs["version"]
    assert [artifact["kind"] for artifact in theirs["artifacts"]] == ["wheel"]
    tags = ["manylinux_2_17_x86_64.manylinux2014_x86_64", "manylinux_2_17_aarch64.manylinux2014_aarch64"]
    names = [f"hello-1.0.0-{THIS.tag}-{THIS.abi}-{tag}.whl" for tag in tags]
    assert ours["artifacts"] == [
        {
            "name": name,
            "path": str(out / name),
            "kind": "wheel",
            "size": (out / name).stat().st_size,
            "hashes": {"sha256": hashlib.sha256((out / name).read_bytes()).hexdigest()},
        }
        for name in names
    ]
    assert factory.listing(out) == sorted(names)


def test_the_report_holds_what_was_delivered_before_a_failure(pyz3_cache: Path, tmp_path: Path) -> None:
    source = "#ifdef __APPLE__\n#error no apples\n#endif\n" + factory.ANSWER % {"name": "probe"}
    project = factory.write_project(
        tmp_path / "probe", factory.extension("probe", "probe.c"), {"probe.c": source}
    )
    args = ["--platform", "linux-x86_64", "--platform", "macos-arm64", "--report", tmp_path / "report.json"]
    done = factory.pyz3("wheel", project, *args, "-o", tmp_path / "out", cache=pyz3_cache)
    assert done.returncode == 1
    report = json.loads((tmp_path / "report.json").read_text())
    assert [artifact["name"] for artifact in report["artifacts"]] == factory.listing(tmp_path / "out")
    assert len(report["artifacts"]) == 1
    (failed,) = report["failures"]
    assert failed["identifier"].endswith("-macosx_arm64")
    assert (failed["message"], failed["tip"]) != ("", "")


def test_a_report_that_cannot_be_written(pyz3_cache: Path, examples: Path, tmp_path: Path) -> None:
    report = tmp_path / "missing" / "report.json"
    args = ["-q", "-o", tmp_path / "out", "--report", report]
    done = factory.pyz3("wheel", examples / "hello", *args, cache=pyz3_cache)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        f"error: --report: {report} cannot be written: No such file or directory\n"
        "tip: name a file in a folder that exists\n"
    )
    assert factory.listing(tmp_path) == [], "nothing is built"


def test_identifiers_are_printed_and_nothing_is_made(examples: Path, tmp_path: Path) -> None:
    args = ["--print-build-identifiers", "--all-platforms", "-o", tmp_path / "out"]
    done = factory.pyz3("wheel", examples / "hello", *args, cache=tmp_path / "cache")
    assert (done.returncode, done.stderr) == (0, "")
    systems = ["manylinux_x86_64", "manylinux_aarch64", "macosx_x86_64", "macosx_arm64", "win_amd64"]
    systems += ["musllinux_x86_64", "musllinux_aarch64", "win_arm64"]
    assert done.stdout.splitlines() == [f"{THIS.abi}-{system}" for system in systems]
    assert factory.listing(tmp_path) == []


def test_the_plan_is_json_and_nothing_is_made(examples: Path, tmp_path: Path) -> None:
    args = ["--print-plan", "--platform", "windows-x64", "--platform", "macos-x86_64", "-o", tmp_path / "out"]
    done = factory.pyz3(
        *("wheel", examples / "hello", *args),
        cache=tmp_path / "cache",
        MACOSX_DEPLOYMENT_TARGET="12.3",
    )
    assert (done.returncode, done.stderr) == (0, "")
    plan = json.loads(done.stdout)
    assert (sorted(plan), plan["version"]) == (["version", "wheels"], "1.0")
    facts = [(job["platform"], job["zig_targets"], job["wheel_platform"]) for job in plan["wheels"]]
    assert facts == [
        ("macos-x86_64", ["x86_64-macos.12.3"], "macosx_13_0_x86_64"),
        ("windows-x64", ["x86_64-windows-gnu"], "win_amd64"),
    ]
    files = [[module["file"] for module in job["modules"]] for job in plan["wheels"]]
    assert files == [
        [f"hello/_speed.cpython-{THIS.nodot}-darwin.so"],
        [f"hello/_speed.cp{THIS.nodot}-win_amd64.pyd"],
    ]
    assert factory.listing(tmp_path) == []


def test_results_of_the_interface_are_what_the_files_are(
    pyz3_cache: Path, examples: Path, tmp_path: Path
) -> None:
    builder = api.WheelBuilder(examples / "hello", cache_dir=pyz3_cache)
    results = builder.build_matrix(platforms=["linux-x86_64", "windows-x64"], output_dir=tmp_path)
    for platform, result in zip((Platform.LINUX_X86_64, Platform.WINDOWS_X64), results, strict=True):
        content = result.path.read_bytes()
        assert result.identifier == str(Target(platform=platform, python=THIS))
        assert result.tag == f"{THIS.tag}-{THIS.abi}-{platform.wheel_platform}"
        assert result.path == tmp_path / f"hello-1.0.0-{result.tag}.whl"
        assert (result.size, result.sha256) == (len(content), hashlib.sha256(content).hexdigest())
        assert [report.module for report in result.reports] == ["hello._speed"]
    again = builder.build_matrix(platforms=["linux-x86_64"], output_dir=tmp_path)
    assert [result.cached for result in again] == [True]


@pytest.fixture
def bare(tmp_path: Path) -> dict[str, str]:
    """Variables of a machine with no Python but this one (and the system's)."""
    home = tmp_path / "home"
    home.mkdir()
    hidden = dict.fromkeys(("HOME", "PYENV_ROOT", "XDG_DATA_HOME", "UV_PYTHON_INSTALL_DIR"), str(home))
    return {**hidden, "PATH": "", "CONDA_PREFIX": ""}


def rows(stdout: str) -> dict[str, list[str]]:
    """The table of ``pyz3 pythons`` by version; the cells of a row."""
    return {line.split()[0]: line.split() for line in stdout.splitlines() if line[:2] == "3."}


def test_pythons_lists_what_is_there_and_how_to_get_the_rest(bare: dict[str, str], tmp_path: Path) -> None:
    done = factory.pyz3("pythons", cache=tmp_path / "cache", **bare)
    assert (done.returncode, done.stderr) == (0, "")
    found = rows(done.stdout)
    assert list(found) == list(dict.fromkeys(python.base for python in SUPPORTED))
    full = ".".join(map(str, sys.version_info[:3]))
    assert found[THIS.base] == [THIS.base, full, "this", "interpreter", OUR_HEADERS]
    missing = next(row for row in found.values() if row[1] == "missing")
    assert " ".join(missing[1:]) == (
        f"missing uv python install {missing[0]} (pyz3 pythons --fetch does it), "
        "or name its headers with --python-headers DIR"
    )
    assert not (tmp_path / "cache").exists()


@pytest.mark.parametrize("by", ["option", "variable"])
def test_headers_named_by_hand_win(by: str, bare: dict[str, str], tmp_path: Path) -> None:
    headers = tmp_path / "named" / "include"
    shutil.copytree(OUR_HEADERS, headers)
    if by == "option":
        args, origin = ["--python-headers", str(headers)], "--python-headers"
    else:
        args, origin = [], "PYZ3_PYTHON_HEADERS"
        bare["PYZ3_PYTHON_HEADERS"] = str(headers)
    done = factory.pyz3("pythons", *args, cache=tmp_path / "cache", **bare)
    assert (done.returncode, done.stderr) == (0, "")
    assert rows(done.stdout)[THIS.base][2:] == [origin, str(headers)]


def test_named_headers_are_the_ones_that_are_compiled(
    bare: dict[str, str], pyz3_cache: Path, tmp_path: Path
) -> None:
    headers = tmp_path / "named" / "include"
    shutil.copytree(OUR_HEADERS, headers)
    with (headers / "Python.h").open("a", encoding="utf-8") as file:
        file.write("#define ANSWER 43\n#define NAMED_BY_HAND 1\n")
    source = factory.ANSWER % {"name": "probe"} + "#ifndef NAMED_BY_HAND\n#error other headers\n#endif\n"
    project = factory.write_project(
        tmp_path / "probe", factory.extension("probe", "probe.c"), {"probe.c": source}
    )
    args = ("wheel", project, "-q", "-o", tmp_path / "out")
    done = factory.pyz3(*args, "--python-headers", headers, cache=pyz3_cache, **bare)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    done = factory.pyz3(*args, cache=pyz3_cache, **bare)
    assert done.returncode == 1
    assert "error: other headers" in done.stderr


def test_a_folder_without_headers(examples: Path, tmp_path: Path) -> None:
    args = ("--python-headers", tmp_path, "-o", tmp_path / "out")
    done = factory.pyz3("wheel", examples / "hello", *args, cache=tmp_path / "cache")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        f"error: --python-headers names {tmp_path}: it holds no Python.h and no patchlevel.h\n"
        "tip: name the folder that holds Python.h itself, such as PREFIX/include/python3.13\n"
        'more: pyz3 explain "names …: it holds no …"\n'
    )
    assert factory.listing(tmp_path) == []
