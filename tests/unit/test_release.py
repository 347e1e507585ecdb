"""A release: its files read back, and the judgement of them as a set."""

from __future__ import annotations

import io
import tarfile
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from packaging.tags import parse_tag
from wheels import put_wheel

from pyz3.errors import ConfigError
from pyz3.release import (
    Cell,
    Finding,
    ReleaseFile,
    UnreadableFileError,
    add_checksums,
    checksums,
    judge,
    named_files,
    read_file,
    write_checksums,
)
from pyz3.targets import Platform, find_target, serves, taken_by_pypi

if TYPE_CHECKING:
    from collections.abc import Mapping

ELF = b"\x7fELF\x02\x01\x01" + bytes(9) + b"\x03\x00\x3e\x00\x01\x00\x00\x00" + bytes(40)
LINUX = "manylinux_2_17_x86_64.manylinux2014_x86_64"


@pytest.mark.parametrize(
    ("tag", "identifiers"),
    [
        ("cp313-cp313-win_amd64", ["cp313-win_amd64"]),
        ("cp313-cp313t-win_amd64", ["cp313t-win_amd64"]),
        ("cp312-abi3-manylinux_2_28_x86_64", ["cp312-", "cp313-", "cp314-", "cp315-"]),
        ("cp315-abi3.abi3t-musllinux_1_2_x86_64", ["cp315-musllinux_x86_64", "cp315t-musllinux_x86_64"]),
        ("cp312-abi3-pyemscripten_2026_0_wasm32", ["cp314-pyodide_wasm32"]),
        ("cp312-cp312-pyodide_2024_0_wasm32", ["cp312-pyodide_wasm32"]),
        (
            "cp314-cp314-macosx_11_0_universal2",
            ["cp314-macosx_x86_64", "cp314-macosx_arm64", "cp314-macosx_universal2"],
        ),
        ("cp314-cp314-macosx_11_0_arm64", ["cp314-macosx_arm64"]),
        ("py314-none-win32", ["cp314-win32", "cp314t-win32", "cp315-win32", "cp315t-win32"]),
        ("cp314-none-win32", ["cp314-win32", "cp314t-win32"]),
        ("py2.py3-none-any", []),
        ("py3-none-freebsd_14_x86_64", []),
    ],
)  # fmt: skip
def test_whom_a_tag_serves(tag: str, identifiers: list[str]) -> None:
    names = ("manylinux_x86_64", "manylinux_aarch64", "musllinux_x86_64", "macosx_x86_64", "macosx_arm64",
             "macosx_universal2", "win_amd64", "win32", "pyodide_wasm32")  # fmt: skip
    pythons = ("cp312", "cp313", "cp313t", "cp314", "cp314t", "cp315", "cp315t")
    every = [f"{p}-{n}" for n in names for p in pythons if n != "pyodide_wasm32" or not p.endswith("t")]
    found = [one for one in every if any(serves(t, find_target(one)) for t in parse_tag(tag))]
    expected = [f"{one}manylinux_x86_64" if one.endswith("-") else one for one in identifiers]
    assert found == expected


def test_what_pypi_takes() -> None:
    tags = [tag for one in Platform for tag in one.wheel_platform.split(".")]
    assert [tag for tag in tags if not taken_by_pypi(tag)] == [
        "manylinux_2_36_loongarch64",
        "pyodide_2024_0_wasm32",
    ]
    assert [tag for tag in ("linux_x86_64", "linux_armv7l", "any") if taken_by_pypi(tag)] == [
        "linux_armv7l",
        "any",
    ]


def wheel(tag: str, **changes: Any) -> ReleaseFile:
    version = changes.get("version", "1.0")
    values = {
        "path": Path(f"dist/hello-{version}-{tag}.whl"),
        "kind": "wheel",
        "name": "hello",
        "version": version,
        "tags": frozenset(parse_tag(tag)),
        "metadata": b"Name: hello\n",
        "pure": {"hello.py": "1"},
        **changes,
    }
    return ReleaseFile(**values)


def cells(*identifiers: str, pure: bool = False) -> tuple[Cell, ...]:
    return tuple(Cell(target=find_target(one), pure=pure) for one in identifiers)


WINDOWS, MAC = wheel("cp313-cp313-win_amd64"), wheel("cp313-cp313-macosx_11_0_arm64")
FALLBACK = wheel("py3-none-any")


def test_a_whole_set() -> None:
    assert judge([WINDOWS, MAC], cells=cells("cp313-win_amd64", "cp313-macosx_arm64")) == ()
    assert judge([wheel("cp39-abi3-win32")], cells=cells("cp39-win32", "cp315-win32")) == ()
    assert judge([WINDOWS, MAC]) == ()


def test_what_is_missing() -> None:
    wanted = cells("cp312-win_amd64", "cp313-win_amd64", "cp313t-win_amd64", "cp313-macosx_arm64")
    assert judge([WINDOWS], cells=wanted) == (
        Finding(
            kind="missing",
            text="windows-x64: nothing was built for Python 3.12, 3.13t",
            identifiers=("cp312-win_amd64", "cp313t-win_amd64"),
        ),
        Finding(
            kind="missing",
            text="macos-arm64: nothing was built for any Python",
            identifiers=("cp313-macosx_arm64",),
        ),
    )
    (left,) = judge([WINDOWS], cells=wanted, elsewhere=parse_tag("cp312-abi3-win_amd64.macosx_11_0_arm64"))
    assert left.identifiers == ("cp313t-win_amd64",)


def test_a_wheel_without_binaries_is_what_is_built_or_it_is_no_substitute() -> None:
    assert judge([FALLBACK], cells=cells("cp313-win_amd64", pure=True)) == ()
    (found,) = judge([FALLBACK, MAC], cells=cells("cp313-win_amd64"))
    assert found.text == ("windows-x64: nothing was built for any Python, but the wheel without binaries")
    (found,) = judge([MAC], cells=cells("cp313-win_amd64", pure=True))
    assert found.identifiers == ("cp313-win_amd64",)


def test_several_releases_are_judged_no_further() -> None:
    other = wheel("cp313-cp313-win32", version="1.1")
    assert judge([WINDOWS, other], cells=cells("cp39-win32")) == (
        Finding(kind="mixed", text="these are files of several versions: 1.0, 1.1"),
    )
    sdist = wheel("cp313-cp313-win32", name="world", kind="sdist")
    assert judge([WINDOWS, sdist]) == (
        Finding(kind="mixed", text="these are files of several projects: hello, world"),
    )


def test_metadata_of_another_source() -> None:
    odd = wheel("cp313-cp313-win32", metadata=b"Name: hello\nRequires-Dist: numpy\n")
    assert judge([WINDOWS, odd, MAC]) == (
        Finding(
            kind="different",
            text=f"METADATA of {odd.path.name} differs from that of the others (Requires-Dist: numpy)",
        ),
    )


@pytest.mark.parametrize(
    ("pure", "says"),
    [
        ({"hello.py": "2"}, "hello.py is another in"),
        ({}, "hello.py is not in"),
        ({"hello.py": "1", "b.py": "3", "a.py": "2"}, "a.py, b.py is only in"),
    ],
)
def test_files_of_another_source(pure: Mapping[str, str], says: str) -> None:
    odd = wheel("cp313-cp313-win32", pure=pure)
    assert judge([WINDOWS, odd, MAC]) == (Finding(kind="different", text=f"{says} {odd.path.name}"),)


def test_a_wheel_read_back(tmp_path: Path) -> None:
    contents = {
        "hello.py": "a = 1\n",
        "hello-1.0.dist-info/sboms/a.json": "{}",
        "hello-1.0.data/scripts/x": "",
    }
    path = put_wheel(tmp_path, "hello", contents, tag=f"cp313-cp313-{LINUX}")
    found = read_file(path)
    assert (found.kind, found.name, found.version, found.tag) == (
        "wheel",
        "hello",
        "1.0",
        f"cp313-cp313-{LINUX}",
    )
    assert sorted(map(str, found.tags)) == [f"cp313-cp313-{one}" for one in sorted(LINUX.split("."))]
    assert found.metadata == b"Metadata-Version: 2.4\nName: hello\nVersion: 1.0\n"
    assert [*found.pure] == ["hello.py", "hello-1.0.data/scripts/x"]
    assert (found.size, len(found.sha256), found.is_pure) == (path.stat().st_size, 64, False)


def test_binaries_may_differ(tmp_path: Path) -> None:
    path = put_wheel(tmp_path, "hello", {}, tag=f"cp313-cp313-{LINUX}")
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("hello.so", ELF)
    assert read_file(path).pure == {}


def put_sdist(folder: Path, *names: str) -> Path:
    path = folder / "hello-1.0.tar.gz"
    with tarfile.open(path, "w:gz") as archive:
        for name in names:
            archive.addfile(tarfile.TarInfo(name), io.BytesIO())
    return path


def test_an_sdist_read_back(tmp_path: Path) -> None:
    found = read_file(put_sdist(tmp_path, "hello-1.0/PKG-INFO"))
    assert (found.kind, found.name, found.version, found.tag, found.tags) == (
        "sdist", "hello", "1.0", "sdist", frozenset(),
    )  # fmt: skip
    with pytest.raises(UnreadableFileError, match="an sdist holds a PKG-INFO"):
        read_file(put_sdist(tmp_path, "hello-1.0/setup.py"))


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("hello-1.0-py3-none-any.whl", "it is no zip file: it has no end of a central directory"),
        ("hello-1.0.tar.gz", "it is damaged: "),
        ("hello.whl", "Invalid wheel filename"),
        ("hello.tar.gz", "Invalid sdist filename"),
    ],
)
def test_no_distribution(tmp_path: Path, name: str, says: str) -> None:
    (tmp_path / name).write_bytes(b"no archive")
    with pytest.raises(UnreadableFileError) as caught:
        read_file(tmp_path / name)
    assert says in caught.value.message
    assert name in caught.value.message


def test_cut_short(tmp_path: Path) -> None:
    path = put_wheel(tmp_path, "hello", {"a.py": "1" * 5000})
    path.write_bytes(path.read_bytes()[:-30])
    with pytest.raises(UnreadableFileError, match="it is no zip file: it has no end"):
        read_file(path)


def test_which_files_are_meant(tmp_path: Path) -> None:
    sdist, first = put_sdist(tmp_path, "x"), put_wheel(tmp_path, "hello", {})
    (tmp_path / "SHA256SUMS").touch()
    (tmp_path / "folder").mkdir()
    expected = ((first, sdist), (tmp_path / "SHA256SUMS",))
    assert named_files([tmp_path]) == named_files([sdist, tmp_path, first]) == expected
    assert named_files([sdist]) == ((sdist,), ())
    with pytest.raises(ConfigError, match="no wheel and no sdist is in it"):
        named_files([tmp_path / "folder"])
    with pytest.raises(ConfigError, match="there is no "):
        named_files([tmp_path / "none"])
    with pytest.raises(ConfigError, match="neither a wheel nor an sdist"):
        named_files([tmp_path / "SHA256SUMS"])
    put_wheel(tmp_path / "folder", "hello", {})
    with pytest.raises(ConfigError, match=r"two files are called hello-1\.0-py3-none-any\.whl"):
        named_files([tmp_path, tmp_path / "folder"])


def test_checksums_as_sha256sum_reads_them(tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    files = [
        read_file(put_wheel(folder, name, {}))
        for folder, name in ((tmp_path, "b"), (tmp_path / "other", "a"))
    ]
    assert checksums({one.path.name: one.sha256 for one in files}) == (
        f"{files[1].sha256}  a-1.0-py3-none-any.whl\n{files[0].sha256}  b-1.0-py3-none-any.whl\n"
    )
    written = write_checksums(files)
    assert written == (tmp_path / "SHA256SUMS", tmp_path / "other" / "SHA256SUMS")
    assert written[0].read_bytes() == f"{files[0].sha256}  b-1.0-py3-none-any.whl\n".encode()
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "SHA256SUMS",
        "b-1.0-py3-none-any.whl",
        "other",
    ]


def test_checksums_of_a_build_join_those_of_others(tmp_path: Path) -> None:
    sums = tmp_path / "SHA256SUMS"
    assert add_checksums(tmp_path / "none yet", {"b.whl": "1" * 64}) == ()
    assert (tmp_path / "none yet" / "SHA256SUMS").read_bytes() == b"1" * 64 + b"  b.whl\n"
    (tmp_path / "kept.tar.gz").touch()
    sums.write_text(f"{'0' * 64} *kept.tar.gz\n{'0' * 64}  b.whl\n{'0' * 64}  gone.whl\n")
    assert add_checksums(tmp_path, {"b.whl": "1" * 64}) == ("gone.whl",)
    assert sums.read_text() == f"{'1' * 64}  b.whl\n{'0' * 64}  kept.tar.gz\n"


@pytest.mark.parametrize("line", ["hello", f"{'0' * 63}  a", f"{'0' * 64}  ../a", f"{'0' * 64}  a/b", ""])
def test_somebody_else_s_checksums_stay(line: str, tmp_path: Path) -> None:
    text = f"{'0' * 64}  a\n{line}\n"
    (tmp_path / "SHA256SUMS").write_text(text)
    with pytest.raises(ConfigError, match=r"line 2 is not what sha256sum writes of a file beside it$"):
        add_checksums(tmp_path, {"b.whl": "1" * 64})
    assert (tmp_path / "SHA256SUMS").read_text() == text
