"""What goes wrong: exit code, message, and what is in the output folder afterwards."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import factory
import pytest

from pyz3.targets import SUPPORTED, Platform, PythonVersion

THIS = PythonVersion.current()
PROBE = factory.extension("probe", "probe.c")
GOOD = {"probe.c": factory.ANSWER % {"name": "probe"}}
LINUX = f"probe-1-{THIS.tag}-{THIS.abi}-manylinux_2_17_x86_64.manylinux2014_x86_64.whl"
PLATFORMS = ", ".join(map(str, Platform))
PYTHONS = ", ".join(map(str, SUPPORTED))


def wheel(
    project: Path, *args: str, out: Path, cache: Path, **changes: str
) -> subprocess.CompletedProcess[str]:
    return factory.pyz3("wheel", project, *args, "-o", out, cache=cache, **changes)


@pytest.mark.parametrize(
    ("args", "message", "tip"),
    [
        (
            ("--platform", "linux-x86-64"),
            "--platform: 'linux-x86-64' is no platform",
            "did you mean 'linux-x86_64'? ",
        ),
        (("--platform", "beos-*"), "--platform: 'beos-*' is no platform", "there are: linux, macos, "),
        (("--python", "3.8"), "--python: pyz3 makes no wheels for Python 3.8", f"there are: {PYTHONS}, all "),
        (
            ("--python", "new"),
            "--python: 'new' is not a Python version like 3.13 or 3.13t",
            f"there are: {PYTHONS}, all",
        ),
    ],
)
def test_what_does_not_exist(args: tuple[str, str], message: str, tip: str, tmp_path: Path) -> None:
    project = factory.write_project(tmp_path / "probe", PROBE, GOOD)
    done = wheel(project, *args, out=tmp_path / "out", cache=tmp_path / "cache")
    assert (done.returncode, done.stdout) == (2, "")
    error, hint, *more = done.stderr.splitlines()
    assert error == f"error: {message}"
    assert hint.startswith(f"tip: {tip}")
    assert more == (['more: pyz3 explain "is no platform"'] if "is no platform" in message else [])
    assert factory.listing(tmp_path) == ["probe", "probe/probe.c", "probe/pyproject.toml"]


def test_no_headers_of_a_python(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # A machine with this Python alone, and perhaps the system's.
    (tmp_path / "home").mkdir()
    hidden = dict.fromkeys(("HOME", "PYENV_ROOT", "UV_PYTHON_INSTALL_DIR"), str(tmp_path / "home"))
    hidden |= {"PATH": "", "CONDA_PREFIX": ""}
    for name, value in hidden.items():
        monkeypatch.setenv(name, value)
    from pyz3.wheel import WheelBuilder  # noqa: PLC0415 - with the variables above

    found = list(WheelBuilder(environ=hidden).headers())
    missing = next(python.base for python in SUPPORTED if python.base not in found)
    project = factory.write_project(tmp_path / "probe", PROBE, GOOD)
    done = wheel(project, "--python", missing, out=tmp_path / "out", cache=tmp_path / "cache", **hidden)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        f"error: no C headers of Python {missing} on this machine (found: {', '.join(found)})\n"
        f"tip: get them: uv python install {missing}, or name a folder that holds Python.h with "
        "--python-headers; see pyz3 pythons\n"
        'more: pyz3 explain "no C headers of Python … on this machine"\n'
    )
    assert factory.listing(tmp_path / "out") == []


def test_nothing_is_left_to_build(pyz3_cache: Path, tmp_path: Path) -> None:
    project = factory.write_project(tmp_path / "probe", PROBE, GOOD)
    path = project / "pyproject.toml"
    path.write_text(path.read_text().replace(">=3.9", ">=3.99"))
    done = wheel(project, "--python", "all", out=tmp_path / "out", cache=pyz3_cache)
    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr.startswith("error: nothing is selected (")
    assert factory.listing(tmp_path / "out") == []


def test_a_mistake_on_one_platform_only(pyz3_cache: Path, tmp_path: Path) -> None:
    source = GOOD["probe.c"] + "#ifdef __APPLE__\n#error no apples today\n#endif\n"
    good = factory.extension("good", "good.c")
    project = factory.write_project(
        tmp_path / "probe", PROBE + good, {"probe.c": source, "good.c": factory.ANSWER % {"name": "good"}}
    )
    args = ("--platform", "linux-x86_64", "--platform", "macos-arm64")
    done = wheel(project, *args, out=tmp_path / "out", cache=pyz3_cache)
    assert done.returncode == 1
    number = source.splitlines().index("#error no apples today") + 1
    assert done.stderr.splitlines() == [
        f"✗ macos-arm64 · probe  ({THIS.abi})",
        f"{project / 'probe.c'}:{number}:2: error: no apples today",
        "#error no apples today",
        " ^",
    ]
    *_, one, other, total = done.stdout.splitlines()
    failed, built = sorted((one, other), key=lambda line: line.startswith("✓"))
    assert failed == f"✗ {THIS.abi}-macosx_arm64  failed: the end says why"
    assert built.startswith(f"✓ {THIS.abi}-manylinux_x86_64  {LINUX}  ")
    assert total.startswith(f"1 wheel in {tmp_path / 'out'}, ")
    assert total.endswith(" s; 1 failed")
    assert factory.listing(tmp_path / "out") == [LINUX]


def test_one_cause_of_several_failures_is_printed_once(pyz3_cache: Path, tmp_path: Path) -> None:
    pythons = [str(python) for python in (PythonVersion(3, 11), PythonVersion(3, 13))]
    project = factory.write_project(tmp_path / "probe", PROBE, {"probe.c": "#error never\n"})
    args = (
        "--platform",
        "linux-x86_64",
        "-q",
        *(word for python in pythons for word in ("--python", python)),
    )
    done = wheel(project, *args, out=tmp_path / "out", cache=pyz3_cache)
    if done.returncode == 2:
        pytest.skip(done.stderr)  # a machine without one of the two
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.count("error: never") == 1
    assert done.stderr.startswith("✗ linux-x86_64 · probe  (cp311, cp313)\n")
    assert factory.listing(tmp_path / "out") == []


def test_a_symbol_that_nobody_has(pyz3_cache: Path, tmp_path: Path) -> None:
    source = "long nowhere(void);\n" + GOOD["probe.c"].replace("FromLong(ANSWER)", "FromLong(nowhere())")
    project = factory.write_project(tmp_path / "probe", PROBE, {"probe.c": source})
    args = ("--platform", "linux-x86_64", "--platform", "macos-x86_64")
    done = wheel(project, *args, out=tmp_path / "out", cache=pyz3_cache)
    assert done.returncode == 9
    assert done.stderr.startswith(
        f"✗ linux-x86_64  ({THIS.abi})\nprobe.cpython-{THIS.nodot}-x86_64-linux-gnu.so "
    )
    assert done.stderr.count("nowhere") >= 2
    assert f"✗ macos-x86_64  ({THIS.abi})\nprobe.cpython-{THIS.nodot}-darwin.so " in done.stderr
    assert factory.listing(tmp_path / "out") == []


def test_a_module_without_its_init_function(pyz3_cache: Path, tmp_path: Path) -> None:
    project = factory.write_project(
        tmp_path / "probe", PROBE, {"probe.c": factory.ANSWER % {"name": "other"}}
    )
    done = wheel(project, "--platform", "linux-x86_64", out=tmp_path / "out", cache=pyz3_cache)
    assert done.returncode == 9
    assert "PyInit_probe" in done.stderr
    assert factory.listing(tmp_path / "out") == []


def test_no_extension_and_no_package(tmp_path: Path) -> None:
    project = factory.write_project(tmp_path / "probe", "", {"notes.txt": "nothing here"})
    done = wheel(project, out=tmp_path / "out", cache=tmp_path / "cache")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        f"error: {project}: nothing to put into a wheel: no extension and no package\n"
        "tip: add [[tool.pyz3.extensions]], or name the packages: [tool.pyz3] packages = [...]\n"
        'more: pyz3 explain "nothing to put into a wheel: no extension and no package"\n'
    )
    assert factory.listing(tmp_path / "out") == []


def test_a_folder_that_is_no_project(tmp_path: Path) -> None:
    done = wheel(tmp_path, out=tmp_path / "out", cache=tmp_path / "cache")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"error: {tmp_path}: no pyproject.toml here\n")
    assert factory.listing(tmp_path) == []


def test_output_that_is_a_file(pyz3_cache: Path, tmp_path: Path) -> None:
    project = factory.write_project(tmp_path / "probe", PROBE, GOOD)
    (tmp_path / "out").write_text("mine")
    done = wheel(project, "--platform", "linux-x86_64", out=tmp_path / "out", cache=pyz3_cache)
    assert done.returncode == 2
    assert done.stderr == (
        f"error: {tmp_path / 'out'}: the wheel cannot be written: Not a directory\n"
        "tip: Choose another --output-dir.\n"
        'more: pyz3 explain "the … cannot be written"\n'
    )
    assert (tmp_path / "out").read_text() == "mine"


def test_a_cache_that_cannot_be_made(tmp_path: Path) -> None:
    project = factory.write_project(tmp_path / "probe", PROBE, GOOD)
    (tmp_path / "file").write_text("mine")
    done = wheel(project, out=tmp_path / "out", cache=tmp_path / "file" / "cache")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        f"error: the cache folder {tmp_path / 'file' / 'cache'} cannot be made: Not a directory\n"
        "tip: choose another with PYZ3_CACHE_DIR\n"
        'more: pyz3 explain "the cache folder … cannot be made"\n'
    )
    assert factory.listing(tmp_path / "out") == []


def test_what_lies_in_the_output_folder_stays(pyz3_cache: Path, tmp_path: Path) -> None:
    project = factory.write_project(tmp_path / "probe", PROBE, GOOD)
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "probe-0-py3-none-any.whl").write_text("older")
    (tmp_path / "out" / LINUX).write_text("of the same name")
    done = wheel(project, "--platform", "linux-x86_64", out=tmp_path / "out", cache=pyz3_cache)
    assert done.returncode == 0
    assert factory.listing(tmp_path / "out") == ["probe-0-py3-none-any.whl", LINUX]
    assert (tmp_path / "out" / "probe-0-py3-none-any.whl").read_text() == "older"
    assert (tmp_path / "out" / LINUX).read_bytes()[:2] == b"PK"


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="mounting a small disk is a matter of Linux")
def test_a_disk_that_is_full(pyz3_cache: Path, tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = shutil.which("mount")
    if (
        mount is None
        or subprocess.run(
            [mount, "-t", "tmpfs", "-o", "size=4k", "tmpfs", disk], check=False, capture_output=True
        ).returncode
    ):
        pytest.skip("mounting a small disk is not permitted here")
    try:
        (disk / "filling").write_bytes(bytes(4096))
        project = factory.write_project(tmp_path / "probe", PROBE, GOOD)
        done = wheel(project, "--platform", "linux-x86_64", out=disk, cache=pyz3_cache)
        assert done.returncode == 1
        assert done.stderr == (
            f"✗ linux-x86_64  ({THIS.abi})\n"
            f"{disk / LINUX}: the wheel cannot be written: No space left on device\n"
            "tip: Free some space, or choose another --output-dir.\n"
            'more: pyz3 explain "the … cannot be written"\n'
        )
        assert factory.listing(disk) == ["filling"]
    finally:
        subprocess.run(["umount", disk], check=True)


def running_below(folder: Path) -> list[str]:
    """Command lines of processes that name ``folder``."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = path.read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:  # it has ended
            continue
        if str(folder) in words:
            found.append(words)
    return found


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="running processes are listed in /proc")
@pytest.mark.parametrize(
    ("number", "at_work"),
    [(signal.SIGINT, " build --build-file "), (signal.SIGTERM, " --seed ")],
    ids=["Ctrl-C while zig starts", "SIGTERM while its build runner is at work"],
)
def test_stopped_from_outside(number: signal.Signals, at_work: str, examples: Path, tmp_path: Path) -> None:
    cache, out = tmp_path / "cache", tmp_path / "out"
    out.mkdir()
    project = shutil.copytree(examples / "hello", tmp_path / "hello")
    command = factory.pyz3_command("wheel", project, "--platform", "linux-[ax]*64", "-o", out)
    process = subprocess.Popen(
        command,
        env=factory.environment(cache),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    deadline = time.monotonic() + 300
    while not any(at_work in words for words in running_below(cache)):
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.01)
    os.kill(process.pid, number)
    stdout, stderr = process.communicate(timeout=60)
    said = f"\nstopped: 0 of 2 wheels in {out}\n"  # a line of its own after ^C
    assert (process.returncode, stderr) == (128 + number, said), stdout
    assert "✓" not in stdout
    assert running_below(cache) == []
    assert factory.listing(out) == []
    assert factory.listing(cache / "tmp") == []
    if number == signal.SIGINT:
        done = wheel(project, "-q", out=out, cache=cache)
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
        assert len(factory.listing(out)) == 1
        # The cache was empty: zig compiled its compiler_rt for the build script, and not for the module.
        assert len([*cache.rglob("*compiler_rt.a")]) == 1
