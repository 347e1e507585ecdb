"""``pyz3 publish`` against an index server on this machine: whole, broken in the middle, and again."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import socket
import subprocess
import sys
import threading
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import factory
import pytest
import runtimes
from indexes import serving
from wheels import put_wheel

pty = pytest.importorskip("pty")

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

PYPROJECT = """
[tool.pyz3]
platforms = ["linux-x86_64", "windows-x64"]
build = "cp313-*"
"""
LINUX = "probe-1-cp313-cp313-manylinux_2_17_x86_64.manylinux2014_x86_64.whl"
WINDOWS = "probe-1-cp313-cp313-win_amd64.whl"
SDIST = "probe-1.tar.gz"
SERVER = "python -m pypiserver run -p 8080 -i 127.0.0.1"
ACCOUNT = {"TWINE_USERNAME": "me", "TWINE_PASSWORD": "secret"}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory, pyz3_cache: Path) -> Path:
    """A project with all that it lists in ``dist``."""
    runtimes.require("host-3.13")
    files = {"probe.c": factory.ANSWER % {"name": "probe"}, "README.md": "probe"}
    root = tmp_path_factory.mktemp("built") / "probe"
    factory.write_project(root, PYPROJECT + factory.extension("probe", "probe.c"), files)
    for command in (("wheel", "--all-platforms", "--python", "3.13", "-q"), ("sdist",)):
        done = factory.pyz3(*command, cache=pyz3_cache, cwd=root)
        assert done.returncode == 0, done.stderr
    return root


@pytest.fixture
def project(built: Path, tmp_path: Path) -> Path:
    return shutil.copytree(built, tmp_path / "probe")


@pytest.fixture
def index(tmp_path: Path) -> Iterator[tuple[str, Path]]:
    """An index's address and its folder."""
    (tmp_path / "index").mkdir()
    with serving(f"{SERVER} --hash-algo sha256 --disable-fallback -a . -P . index", tmp_path) as address:
        yield address, tmp_path / "index"


@contextmanager
def cut_after(port: int, sizes: list[int]) -> Iterator[int]:
    """A way to a port that ends each connection after so many bytes of a request; then it ends none."""
    with socket.create_server(("127.0.0.1", 0)) as entrance:

        def forward(here: socket.socket, there: socket.socket, limit: int | None) -> None:
            left = limit
            try:
                while data := here.recv(1024):
                    there.sendall(data if left is None else data[:left])
                    left = None if left is None else left - len(data)
                    if left is not None and left <= 0:
                        break
            except OSError:
                pass
            for one in (here, there):
                one.close() if limit is None else _reset(one)

        def accept() -> None:
            while True:
                try:
                    here, _ = entrance.accept()
                except OSError:
                    return
                there = socket.create_connection(("127.0.0.1", port))
                limit = sizes.pop(0) if sizes else 0
                pairs = ((here, there, limit or None), (there, here, None))
                for pair in pairs:
                    threading.Thread(target=forward, args=pair, daemon=True).start()

        threading.Thread(target=accept, daemon=True).start()
        yield entrance.getsockname()[1]


def _reset(one: socket.socket) -> None:
    """End a connection as a network does that is gone."""
    with suppress(OSError):
        one.shutdown(socket.SHUT_RDWR)
    one.close()


def publish(
    project: Path, url: str, *args: str, account: Mapping[str, str] = ACCOUNT, **changes: str
) -> subprocess.CompletedProcess[str]:
    command = factory.pyz3_command("publish", "--repository-url", url, *args)
    env = factory.environment(project / "cache", **{**account, **changes})
    return subprocess.run(
        command,
        cwd=project,
        env=env,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_broken_in_the_middle_resumed_and_installed(
    project: Path, index: tuple[str, Path], tmp_path: Path
) -> None:
    url, folder = index
    port = int(url.rstrip("/").rpartition(":")[2])
    # The first wheel gets through, of the second only a part.
    with cut_after(port, [0, 1500]) as way:
        done = publish(project, f"http://127.0.0.1:{way}/", "--check-url", f"{url}simple/", "--yes")
    assert done.returncode == 1
    assert names(folder) == [LINUX]
    assert done.stdout.endswith("1 file of 3 uploaded\n")
    assert done.stderr.startswith(f"error: {WINDOWS}: the upload broke: ")
    assert done.stderr.endswith("tip: give the same command again: files that the index has are skipped\n")
    done = publish(project, url, "--yes")
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[0] == f"probe 1 → {url}"
    states = [line[:9] for line in done.stdout.splitlines()[2:5]]
    assert states == ["is there ", "to upload", "to upload"]
    assert f"2 files uploaded to {url}, 1 was there already\n" in done.stdout
    assert names(folder) == [LINUX, WINDOWS, SDIST]
    assert all(
        (folder / name).read_bytes() == (project / "dist" / name).read_bytes() for name in names(folder)
    )
    checked = subprocess.run(
        ["sha256sum", "-c", "SHA256SUMS"], cwd=project / "dist", capture_output=True, text=True, check=True
    )
    assert checked.stdout == f"{LINUX}: OK\n{WINDOWS}: OK\n{SDIST}: OK\n"
    _install_and_import(f"{url}simple/", tmp_path)


def _install_and_import(simple: str, tmp_path: Path) -> None:
    host = runtimes.require("host-3.13")
    env = factory.environment(tmp_path / "none", PIP_NO_CACHE_DIR="1", UV_NO_CACHE="1", UV_NO_CONFIG="1")
    pip = [
        sys.executable,
        "-m",
        "pip",
        "install",
        "-q",
        "--no-deps",
        "--only-binary",
        ":all:",
        "--python-version",
        "3.13",
    ]
    uv = [
        str(Path(sys.executable).with_name("uv")),
        "pip",
        "install",
        "-q",
        "--no-deps",
        "--only-binary",
        ":all:",
        "--python",
        str(host.command),
    ]
    installs = {
        "pip-linux": [*pip, "--platform", "manylinux_2_17_x86_64", "--index-url", simple],
        "pip-windows": [*pip, "--platform", "win_amd64", "--index-url", simple],
        "uv-linux": [*uv, "--python-platform", "x86_64-manylinux_2_17", "--index-url", simple],
        "uv-windows": [*uv, "--python-platform", "x86_64-pc-windows-msvc", "--index-url", simple],
    }
    for name, command in installs.items():
        done = factory.run([*command, "--target", str(tmp_path / name), "probe"], env=env)
        assert done.returncode == 0, (name, done.stderr)
    for name, folder in (
        ("host-3.13", "pip-linux"),
        ("host-3.13", "uv-linux"),
        ("win_amd64-3.13", "pip-windows"),
    ):
        runtime = runtimes.require(name)
        code = (
            f"import sys; sys.path.insert(0, {str(tmp_path / folder)!r}); import probe; print(probe.answer())"
        )
        assert runtimes.run_python(runtime, code, wheels=[], tmp_path=tmp_path) == "42\n", (name, folder)
    assert factory.digests(tmp_path / "uv-windows").get("probe.cp313-win_amd64.pyd") == factory.digests(
        tmp_path / "pip-windows"
    ).get("probe.cp313-win_amd64.pyd")


def test_nobody_to_ask_and_a_dry_run(project: Path, index: tuple[str, Path]) -> None:
    url, folder = index
    done = publish(project, url)
    assert done.returncode == 2
    assert done.stderr == (
        f"error: nothing was uploaded: nobody can be asked whether 3 files may go to {url}\n"
        "tip: give --yes where there is no terminal\n"
    )
    done = publish(project, url, "--dry-run")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.endswith("nothing was uploaded (--dry-run): 3 of 3 files would be\n")
    assert names(folder) == []
    assert names(project / "dist") == [LINUX, WINDOWS, SDIST]


@pytest.mark.parametrize(("answer", "status", "count"), [("n", 1, 0), ("y", 0, 3)])
def test_asked_on_a_terminal(
    project: Path, index: tuple[str, Path], answer: str, status: int, count: int
) -> None:
    url, folder = index
    outer, inner = pty.openpty()
    command = factory.pyz3_command("publish", "--repository-url", url)
    env = factory.environment(project / "cache", **ACCOUNT, COLUMNS="200")
    with subprocess.Popen(command, cwd=project, env=env, stdin=inner, stdout=inner, stderr=inner) as asking:
        os.close(inner)
        os.write(outer, f"{answer}\n".encode())
        said = b""
        while True:
            try:
                data = os.read(outer, 4096)
            except OSError:  # Linux: the other end is closed
                break
            if not data:
                break
            said += data
    os.close(outer)
    assert asking.returncode == status, said
    assert f"Upload 3 files to {url}? [y/N]: " in said.decode()
    assert len(names(folder)) == count


def test_an_incomplete_set(project: Path, index: tuple[str, Path]) -> None:
    url, folder = index
    (project / "dist" / WINDOWS).unlink()
    done = publish(project, url, "--yes")
    assert (done.returncode, names(folder)) == (9, [])
    assert "✗ windows-x64: nothing was built for any Python\n" in done.stdout
    assert done.stderr.startswith("error: the release is incomplete: nothing was built for cp313-win_amd64\n")
    assert "SHA256SUMS" not in names(project / "dist")
    done = publish(project, url, "--yes", "--allow-incomplete")
    assert (done.returncode, names(folder)) == (0, [LINUX, SDIST])


def test_what_the_index_has_is_not_missing(project: Path, index: tuple[str, Path]) -> None:
    url, folder = index
    for name in (LINUX, SDIST):
        (project / "dist" / name).rename(folder / name)
    done = publish(project, url, "--yes")
    assert (done.returncode, done.stderr) == (0, "")
    assert names(folder) == [LINUX, WINDOWS, SDIST]
    assert "note:" not in done.stdout


def test_another_file_of_the_same_name(project: Path, index: tuple[str, Path]) -> None:
    url, folder = index
    (folder / WINDOWS).write_bytes(b"other")
    done = publish(project, url, "--yes")
    assert (done.returncode, names(folder)) == (9, [WINDOWS])
    here = hashlib.sha256((project / "dist" / WINDOWS).read_bytes()).hexdigest()
    there = hashlib.sha256(b"other").hexdigest()
    digests = f"(there sha256={there}, here sha256={here})"
    assert done.stderr.startswith(f"error: {WINDOWS}: the index has another file of this name {digests}\n")


def test_an_index_that_says_md5_and_one_that_points_elsewhere(project: Path, tmp_path: Path) -> None:
    """What pypiserver does unless it is told otherwise."""
    (tmp_path / "index").mkdir()
    fallback = "--fallback-url http://localhost.invalid/simple/"
    with serving(f"{SERVER} --hash-algo md5 {fallback} -a . -P . index", tmp_path) as url:
        done = publish(project, url, "--dry-run")
        elsewhere = "http://localhost.invalid/simple/probe/"
        note = f"note: the index points to {elsewhere} for probe: it has nothing of it itself\n"
        assert (done.returncode, done.stderr) == (0, "")
        assert note in done.stdout
        shutil.copy(project / "dist" / LINUX, tmp_path / "index")
        done = publish(project, url, "--dry-run")
        assert [line[:9] for line in done.stdout.splitlines()[2:5]] == ["is there ", "to upload", "to upload"]


def test_an_index_that_cannot_be_asked(project: Path, index: tuple[str, Path]) -> None:
    url, folder = index
    (folder / LINUX).write_bytes(b"other")
    nowhere = "http://127.0.0.1:9/simple/"
    done = publish(project, url, "--yes", "--check-url", nowhere)
    assert (done.returncode, names(folder)) == (1, [LINUX])
    assert done.stderr.startswith(f"error: {nowhere}: the index cannot be asked what it has: ")


def test_no_project_beside_the_files(tmp_path: Path, index: tuple[str, Path]) -> None:
    url, folder = index
    put_wheel(tmp_path, "hello", {})
    done = publish(
        tmp_path,
        url,
        "--yes",
        str(tmp_path),
        GITHUB_ACTIONS="true",
        GITHUB_STEP_SUMMARY=str(tmp_path / "summary.md"),
    )
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert lines[3:5] == [
        "note: whether anything is missing was not judged: there is no project hello here (--project DIR)",
        "note: there is no sdist: who has another platform cannot install this (pyz3 sdist writes one)",
    ]
    assert lines[5:8] == [
        f"::group::Uploading to {url}",
        "Uploading hello-1.0-py3-none-any.whl",
        "::endgroup::",
    ]
    assert (tmp_path / "summary.md").read_text().startswith(f"### pyz3: 1 of 1 files uploaded to {url}\n")
    assert names(folder) == ["hello-1.0-py3-none-any.whl"]


def test_no_credentials(project: Path, index: tuple[str, Path], tmp_path: Path) -> None:
    url, folder = index
    nothing = {"HOME": str(tmp_path), "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring"}
    done = publish(project, url, "--yes", account=nothing)
    assert (done.returncode, names(folder)) == (2, [])
    assert re.match(
        r"error: there are no credentials for the index: .+\ntip: TWINE_PASSWORD holds a token", done.stderr
    )
