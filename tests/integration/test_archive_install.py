"""The tools of the ecosystem accept what the archive stage writes."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import zlib
from typing import TYPE_CHECKING

import pytest

from pyz3.archive import WrittenArchive, find_packages, package_files, read_metadata, write_wheel

if TYPE_CHECKING:
    from pathlib import Path

PYPROJECT = """
[project]
name = "Pure.Hello"
dynamic = ["version"]
description = "A greeting, Grüße"
readme = "README.md"
license = "MIT"
requires-python = ">=3.9"
scripts = { pure-hello = "pure_hello:main" }
"""

INSTALLED = {
    "pure_hello/__init__.py",
    "pure_hello/data/greeting.txt",
    "pure_hello/py.typed",
    "pure_hello-1.2rc1.dist-info/METADATA",
    "pure_hello-1.2rc1.dist-info/RECORD",
    "pure_hello-1.2rc1.dist-info/WHEEL",
    "pure_hello-1.2rc1.dist-info/entry_points.txt",
    "pure_hello-1.2rc1.dist-info/licenses/LICENSE",
}

CODE = """\
from pathlib import Path

__version__ = "1.2-RC1"


def main() -> None:
    print((Path(__file__).parent / "data" / "greeting.txt").read_text(encoding="utf-8"))
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("project")
    package = root / "src" / "pure_hello"
    (package / "data").mkdir(parents=True)
    (root / "pyproject.toml").write_text(PYPROJECT, encoding="utf-8")
    (root / "README.md").write_text("# Hello\n\nGrüße.\n", encoding="utf-8")
    (root / "LICENSE").write_text("As you like.\n")
    (package / "__init__.py").write_text(CODE)
    (package / "py.typed").touch()
    (package / "data" / "greeting.txt").write_text("Grüße", encoding="utf-8")
    (package / "fast.c").write_text("int x;\n")
    return root


def build(project: Path, output_dir: Path) -> WrittenArchive:
    metadata = read_metadata(project)
    files = package_files(project, find_packages(project, project_name=metadata.name))
    return write_wheel(
        output_dir=output_dir,
        metadata=metadata,
        tag="py3-none-any",
        files=files,
        compressor=lambda: zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS),
        root_is_purelib=True,
    )


@pytest.fixture(scope="module")
def wheel(project: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(project, tmp_path_factory.mktemp("dist")).path


def run(*command: str | Path) -> str:
    done = subprocess.run(
        [str(word) for word in command], capture_output=True, text=True, encoding="utf-8", check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def files_below(root: Path) -> set[str]:
    return {path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file()}


def check_installed(target: Path) -> None:
    # Installers add scripts, byte code and files of their own.
    own = {"pure_hello-1.2rc1.dist-info/" + name for name in ("INSTALLER", "REQUESTED", "direct_url.json")}
    own.add("pure_hello-1.2rc1.dist-info/uv_cache.json")
    found = {
        name
        for name in files_below(target)
        if "__pycache__" not in name and not name.startswith((".", "bin/"))
    }
    assert found - own == INSTALLED
    code = (
        f"import sys; sys.path.insert(0, {str(target)!r}); sys.stdout.reconfigure(encoding='utf-8')\n"
        "import pure_hello; pure_hello.main()"
    )
    assert run(sys.executable, "-I", "-c", code) == "Grüße\n"


def test_twine_is_content(wheel: Path) -> None:
    assert "PASSED" in run(sys.executable, "-m", "twine", "--no-color", "check", "--strict", wheel)


def test_pip_installs(wheel: Path, tmp_path: Path) -> None:
    target = tmp_path / "site"
    run(
        *(sys.executable, "-m", "pip", "install", "--isolated", "--disable-pip-version-check", "--no-index"),
        *("--no-deps", "--no-cache-dir", "--root-user-action=ignore", "--target", target, wheel),
    )
    check_installed(target)


def test_uv_installs(wheel: Path, tmp_path: Path) -> None:
    uv = shutil.which("uv") or str(shutil.which("uv", path=str(sys.prefix) + "/bin"))
    target = tmp_path / "site"
    run(
        uv,
        "pip",
        "install",
        "--offline",
        "--no-deps",
        "--no-cache",
        "--python",
        sys.executable,
        "--target",
        target,
        wheel,
    )
    check_installed(target)


def test_wheel_unpacks(wheel: Path, tmp_path: Path) -> None:
    run(sys.executable, "-m", "wheel", "unpack", "--dest", tmp_path, wheel)
    assert files_below(tmp_path / "pure_hello-1.2rc1") == INSTALLED


def test_pip_reads_the_metadata(wheel: Path, tmp_path: Path) -> None:
    report = tmp_path / "report.json"
    run(
        *(sys.executable, "-m", "pip", "install", "--isolated", "--disable-pip-version-check", "--no-index"),
        *("--no-deps", "--dry-run", "--ignore-installed", "--report", report, wheel),
    )
    metadata = json.loads(report.read_text(encoding="utf-8"))["install"][0]["metadata"]
    assert metadata["name"] == "Pure.Hello"
    assert metadata["version"] == "1.2rc1"
    assert metadata["requires_python"] == ">=3.9"
    assert metadata["description"] == "# Hello\n\nGrüße.\n"


FULL_DISK = """
import resource, signal, sys, gc, zlib
from pathlib import Path
from pyz3.archive import Metadata, WheelEntry, write_wheel
from pyz3.errors import BuildFailedError

metadata = Metadata(name="a", version="1", requires_python=None, core=b"x", entry_points=b"",
                    license_files=(), warnings=())
noise = b"".join(i.to_bytes(4, "big") for i in range(0, 2**32, 50021))
resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
try:
    write_wheel(output_dir=Path(sys.argv[1]), metadata=metadata, tag="py3-none-any",
                files=[WheelEntry(arcname="noise", source=noise)],
                compressor=lambda: zlib.compressobj(9, zlib.DEFLATED, -15))
except BuildFailedError as error:
    gc.collect()
    print(error.exit_code, error.message.rpartition(": ")[0], error.tip, sep="|")
"""


@pytest.mark.skipif(sys.platform == "win32", reason="limits of a process are a matter of POSIX")
def test_full_disk_ends_in_one_clear_error(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-B", "-c", FULL_DISK, str(tmp_path)],
        capture_output=True,
        text=True,
        check=True,
    )
    path = tmp_path / "a-1-py3-none-any.whl"
    expected = f"1|{path}: the wheel cannot be written|Free some space, or choose another --output-dir.\n"
    assert (done.stdout, done.stderr) == (expected, "")
    assert list(tmp_path.iterdir()) == []


def test_a_copy_of_the_project_gives_the_same_bytes(project: Path, wheel: Path, tmp_path: Path) -> None:
    copy = tmp_path / "somewhere" / "else"
    shutil.copytree(project, copy, copy_function=shutil.copyfile)
    (copy / "src" / "pure_hello" / "__pycache__").mkdir()
    (copy / "src" / "pure_hello" / "__pycache__" / "x.pyc").write_bytes(b"stale")
    assert build(copy, tmp_path / "dist").path.read_bytes() == wheel.read_bytes()
