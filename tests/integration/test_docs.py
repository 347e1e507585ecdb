"""What the documentation shows works as shown."""

from __future__ import annotations

import re
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import factory

from pyz3.targets import Platform, PythonVersion

if TYPE_CHECKING:
    from collections.abc import Callable

DOCS = Path(__file__).resolve().parents[2] / "docs"
ABI = PythonVersion.current().abi


def write_example(document: Path, root: Path) -> None:
    """Write the files that a document marks as those of an example."""
    pattern = r"^<!-- example: (\S+) -->\n```\w+\n(.*?)^```$"
    found = re.findall(pattern, document.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
    for name, text in found:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def call(wheel: Path, code: str, tmp_path: Path) -> str:
    """Run ``code`` in this interpreter with an unpacked wheel on its path, and give what it printed."""
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "site")
    command = [sys.executable, "-c", f"import sys; sys.path.insert(0, {str(tmp_path / 'site')!r}); {code}"]
    return subprocess.run(command, capture_output=True, check=True, encoding="utf-8").stdout


def test_a_build_zig_of_ones_own(tmp_path: Path, pyz3_cache: Path) -> None:
    project = tmp_path / "project"
    write_example(DOCS / "howto" / "build-zig.md", project)
    assert factory.listing(project) == [
        "build.zig",
        "pyproject.toml",
        "src",
        "src/count.zig",
        "src/is_vowel.c",
        "src/vowels",
        "src/vowels/__init__.py",
    ]
    here = Platform.current()
    platforms = [word for name in sorted({str(here), "windows-x64"}) for word in ("--platform", name)]
    done = factory.pyz3("wheel", project, "-o", tmp_path / "dist", *platforms, cache=pyz3_cache)
    assert (done.returncode, done.stderr) == (0, "")
    wheels = {f"vowels-1.0-{ABI}-{ABI}-{p}.whl": p for p in (here.wheel_platform, "win_amd64")}
    assert factory.listing(tmp_path / "dist") == sorted(wheels)
    with zipfile.ZipFile(tmp_path / "dist" / f"vowels-1.0-{ABI}-{ABI}-win_amd64.whl") as archive:
        assert archive.namelist()[:2] == ["vowels/__init__.py", f"vowels/_count.{ABI}-win_amd64.pyd"]
    wheel = tmp_path / "dist" / f"vowels-1.0-{ABI}-{ABI}-{here.wheel_platform}.whl"
    assert call(wheel, "import vowels; print(vowels.count('Hello world'))", tmp_path) == "3\n"


def test_quickstart(tmp_path: Path, pyz3_cache: Path) -> None:
    project = tmp_path / "project"
    write_example(DOCS / "DISTRIBUTION_QUICKSTART.md", project)
    assert factory.listing(project) == ["pyproject.toml"]
    (project / "src" / "vowels").mkdir(parents=True)
    (project / "src" / "vowels" / "__init__.py").touch()
    source = project / "src" / "vowels" / "count.c"
    source.write_text(factory.ANSWER % {"name": "_count"}, encoding="utf-8")
    done = factory.pyz3("wheel", cache=pyz3_cache, cwd=project)
    assert (done.returncode, done.stderr) == (0, "")
    (wheel,) = (project / "dist").iterdir()
    assert wheel.name == f"vowels-1.0-{ABI}-{ABI}-{Platform.current().wheel_platform}.whl"
    assert call(wheel, "from vowels import _count; print(_count.answer())", tmp_path) == "42\n"


def test_python_of_the_readme(copy_example: Callable[[str], Path], pyz3_cache: Path) -> None:
    text = (DOCS.parent / "README.md").read_text(encoding="utf-8")
    (code,) = re.findall(r"^```python\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)
    project = copy_example("hello")
    done = factory.run([sys.executable, "-c", code], env=factory.environment(pyz3_cache), cwd=project)
    assert (done.returncode, done.stderr) == (0, "")
    wheels = [f"hello-1.0.0-{ABI}-{ABI}-{p.wheel_platform}.whl" for p in Platform if p.spec.default]
    assert [re.sub("macosx_10_[0-9]+", "macosx_10_9", line) for line in done.stdout.splitlines()] == wheels
    assert factory.listing(project / "dist") == sorted(done.stdout.splitlines())
