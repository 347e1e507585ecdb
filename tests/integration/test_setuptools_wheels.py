"""Setuptools projects, unmodified, from the command line to the wheel: what is in it, and what is said."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import zipfile
from typing import TYPE_CHECKING

import factory
import pytest
from bills import bill_files
from filelock import FileLock

from pyz3.store import Cache
from pyz3.targets import Platform, PythonVersion, Target

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

THIS = PythonVersion.current()
HERE = Target(platform=Platform.current(), python=THIS)
HELPER = factory.ANSWER % {"name": "fast"}
SETUP = """\
from setuptools import Extension, setup
setup(name="probe", version="1", packages=["probe"], ext_modules=[Extension("probe.fast", ["fast.c"])])
"""
PACKAGE = {"probe/__init__.py": "from .fast import answer\n", "fast.c": HELPER}


def write(root: Path, files: Mapping[str, str]) -> Path:
    """A project of setuptools, without a pyproject.toml unless it is among the files."""
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return root


def wheel(
    project: Path, *args: str, out: Path, cache: Path, **changes: str
) -> subprocess.CompletedProcess[str]:
    return factory.pyz3("wheel", project, *args, "-o", out, cache=cache, **changes)


def files_of(path: Path) -> set[str]:
    with zipfile.ZipFile(path) as archive:
        return set(archive.namelist())


def test_another_build_of_the_project_is_waited_for(pyz3_cache: Path, tmp_path: Path) -> None:
    project = write(tmp_path / "probe", {**PACKAGE, "setup.py": SETUP})
    work = Cache(pyz3_cache).work(project)
    work.mkdir(parents=True)
    command = factory.pyz3_command("wheel", project, "-o", tmp_path / "out")
    with FileLock(work / "lock") as held:
        ours = subprocess.Popen(
            command,
            env=factory.environment(pyz3_cache),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        assert ours.stdout is not None
        told = ours.stdout.readline()
        assert told == "note: another pyz3 is building this project: waiting for it to end\n"
        assert not (tmp_path / "out").exists()
        held.release()
    said, _ = ours.communicate(timeout=300)
    assert ours.returncode == 0, said
    assert len(factory.listing(tmp_path / "out")) == 1


def test_a_legacy_project_for_four_systems(pyz3_cache: Path, tmp_path: Path) -> None:
    project = write(tmp_path / "probe", {**PACKAGE, "setup.py": SETUP})
    before = factory.digests(project)
    chosen = ["linux-aarch64", "macos-arm64", "windows-x64", "musllinux-x86_64"]
    done = wheel(
        project,
        *(word for name in chosen for word in ("--platform", name)),
        out=tmp_path / "out",
        cache=pyz3_cache,
    )
    assert done.returncode == 0, done.stderr
    tag = f"{THIS.tag}-{THIS.abi}"
    expected = {
        name: f"probe-1-{tag}-{Platform(name).wheel_platform_for(Platform(name).floor(THIS))}.whl"
        for name in chosen
    }
    assert factory.listing(tmp_path / "out") == sorted(expected.values())
    for name, file in expected.items():
        suffix = Target(platform=Platform(name), python=THIS).extension_suffix
        with zipfile.ZipFile(tmp_path / "out" / file) as archive:
            told = bill_files(archive, "probe-1.dist-info")
        assert files_of(tmp_path / "out" / file) == {
            "probe/__init__.py",
            f"probe/fast{suffix}",
            *told,
            *(f"probe-1.dist-info/{entry}" for entry in ("METADATA", "RECORD", "WHEEL", "top_level.txt")),
        }
    # Nothing is left in the user's tree, and nothing of it is changed.
    assert factory.digests(project) == before


def test_the_same_bytes_from_anywhere_and_again(pyz3_cache: Path, tmp_path: Path) -> None:
    made = []
    platforms = ("--platform", "windows-x64", "--platform", "macos-x86_64")
    for place in ("here", "somewhere/else"):
        project = write(tmp_path / place / "probe", {**PACKAGE, "setup.py": SETUP})
        for again in ("once", "twice"):
            out = tmp_path / place / again
            done = wheel(project, *platforms, out=out, cache=pyz3_cache)
            assert done.returncode == 0, done.stderr
            assert ("nothing had to be compiled" in done.stdout) == (again == "twice")
            made.append(factory.digests(out))
    assert made[1:] == made[:-1]


def test_an_sdist_and_an_edit(pyz3_cache: Path, tmp_path: Path) -> None:
    project = write(tmp_path / "probe-1", {**PACKAGE, "setup.py": SETUP})
    archive = shutil.make_archive(str(tmp_path / "probe-1"), "gztar", tmp_path, "probe-1")
    for source, answer in ((tmp_path / archive, 42), (project, 43)):
        if answer == 43:
            (project / "fast.c").write_text(HELPER.replace("ANSWER 42", "ANSWER 43"), encoding="utf-8")
        out = tmp_path / str(answer)
        done = wheel(source, out=out, cache=pyz3_cache)
        assert done.returncode == 0, done.stderr
        (path,) = out.glob("*.whl")
        shutil.unpack_archive(path, out / "site", "zip")
        said = factory.run(
            [sys.executable, "-c", "import probe; print(probe.answer())"],
            env=factory.environment(pyz3_cache, PYTHONPATH=str(out / "site")),
        )
        assert (said.stdout, said.stderr) == (f"{answer}\n", "")


OPTIONAL = """\
from setuptools import Extension, setup
setup(
    name="probe", version="1", packages=["probe"],
    ext_modules=[
        Extension("probe.fast", ["fast.c"]),
        Extension("probe.more", ["more.c"], optional=True),
    ],
)
"""


def test_an_optional_module_that_cannot_be_built_is_told(pyz3_cache: Path, tmp_path: Path) -> None:
    project = write(
        tmp_path / "probe", {**PACKAGE, "setup.py": OPTIONAL, "more.c": "#include <no/such/header.h>\n"}
    )
    platforms = ("--platform", str(HERE.platform), "--platform", "linux-aarch64")
    done = wheel(project, *platforms, out=tmp_path / "out", cache=pyz3_cache)
    assert done.returncode == 0, done.stderr
    paths = [*(tmp_path / "out").glob("*.whl")]
    held = {name for path in paths for name in files_of(path) if name.startswith("probe/")}
    other = Target(platform=Platform("linux-aarch64"), python=THIS)
    assert held == {"probe/__init__.py", *(f"probe/fast{one.extension_suffix}" for one in (HERE, other))}
    # One cause for both, by the project's own names; nothing is promised in its stead.
    title = f"! probe.more is left out: it failed to compile  ({HERE.identifier}, {other.identifier})\n"
    _, found, rest = done.stderr.partition(title)
    assert found, done.stderr
    first, *_, last = rest.splitlines()
    assert first == "more.c:1:10: error: 'no/such/header.h' file not found"
    assert last == "tip: the project goes on without it; what it needs is in the message"
    assert "uses its Python version" not in done.stderr
    assert "; 2 lack optional extensions" in done.stdout


SWALLOWS = """\
from setuptools import Extension, setup
from setuptools.command.build_ext import build_ext

class Lenient(build_ext):
    def build_extension(self, ext):
        try:
            super().build_extension(ext)
        except Exception as error:
            print("going on without", ext.name, error)

setup(name="probe", version="1", packages=["probe"], cmdclass={"build_ext": Lenient},
      ext_modules=[Extension("probe.fast", ["fast.c"])])
"""


def test_a_wheel_without_its_only_module_is_an_error(pyz3_cache: Path, tmp_path: Path) -> None:
    broken = {**PACKAGE, "fast.c": "#error not here\n", "setup.py": SWALLOWS, "probe/__init__.py": ""}
    project = write(tmp_path / "probe", broken)
    done = wheel(project, out=tmp_path / "out", cache=pyz3_cache)
    assert done.returncode == 1
    assert "error: not here" in done.stderr
    assert "--allow-pure makes a wheel without" in done.stderr
    assert factory.listing(tmp_path / "out") == []
    done = wheel(project, "--allow-pure", out=tmp_path / "out", cache=pyz3_cache)
    assert done.returncode == 0, done.stderr
    assert factory.listing(tmp_path / "out") == ["probe-1-py3-none-any.whl"]


def test_a_pure_project_gives_one_wheel(pyz3_cache: Path, tmp_path: Path) -> None:
    setup = 'from setuptools import setup\nsetup(name="probe", version="1", packages=["probe"])\n'
    project = write(tmp_path / "probe", {"probe/__init__.py": "", "setup.py": setup})
    done = wheel(
        project,
        "--platform",
        "windows-x64",
        "--platform",
        "macos-arm64",
        out=tmp_path / "out",
        cache=pyz3_cache,
    )
    assert done.returncode == 0, done.stderr
    assert factory.listing(tmp_path / "out") == ["probe-1-py3-none-any.whl"]


OWN_COMMANDS = """\
import os, subprocess
from setuptools import Extension, setup
from setuptools.command.build_ext import build_ext

class ByHand(build_ext):
    def build_extension(self, ext):
        target = self.get_ext_fullpath(ext.name)
        os.makedirs(os.path.dirname(target), exist_ok=True)
        include = self.include_dirs[-1]
        flags = ["-O2", "-fPIC", f"-I{include}"]
        subprocess.check_call([os.environ["CC"], *flags, "-c", "fast.c", "-o", "fast.o"])
        subprocess.check_call([os.environ["CC"], "-shared", "fast.o", "-o", target])

setup(name="probe", version="1", packages=["probe"], cmdclass={"build_ext": ByHand},
      ext_modules=[Extension("probe.fast", ["fast.c"])])
"""


@pytest.mark.parametrize("platform", ["linux-aarch64", "macos-arm64", "windows-x64", "musllinux-x86_64"])
def test_a_project_that_runs_the_compiler_itself(pyz3_cache: Path, tmp_path: Path, platform: str) -> None:
    project = write(tmp_path / "probe", {**PACKAGE, "setup.py": OWN_COMMANDS})
    done = wheel(project, "--platform", platform, out=tmp_path / "out", cache=pyz3_cache)
    assert done.returncode == 0, done.stderr
    (path,) = (tmp_path / "out").glob("*.whl")
    target = Target(platform=Platform(platform), python=THIS)
    assert f"probe/fast{target.extension_suffix}" in files_of(path)


WHERE = """["fast.c"], define_macros=[("WHERE", '"' + __import__("os").getcwd() + '"')]"""
LEAKS = SETUP.replace('["fast.c"]', WHERE)


def test_a_path_of_this_machine_in_a_binary_is_refused(pyz3_cache: Path, tmp_path: Path) -> None:
    source = f'{HELPER}const char *where(void) {{ return WHERE "/x"; }}\n'
    project = write(tmp_path / "probe", {**PACKAGE, "fast.c": source, "setup.py": LEAKS})
    done = wheel(project, out=tmp_path / "out", cache=pyz3_cache)
    assert done.returncode == 9, done.stderr
    assert f"probe/fast{HERE.extension_suffix}: it holds the path {pyz3_cache}/" in done.stderr
    assert factory.listing(tmp_path / "out") == []
    # Debuggers need such paths; on macOS there are always some.
    options = ("--platform", "macos-arm64", "--optimize", "Debug")
    done = wheel(project, *options, out=tmp_path / "out", cache=pyz3_cache)
    assert done.returncode == 0, done.stderr


HELP = """\
[tool.pyz3]
environment = { PROBE_FLAG = "41 + 1" }
before-build = "python prepare.py"
[tool.pyz3.extra]
define = { ANSWER = "FROM_HEADER" }
[tool.pyz3.extra.windows]
libraries = ["ws2_32"]
"""
PREPARE = """\
import os
with open("made.h", "w") as file:
    file.write("#define FROM_HEADER " + os.environ["PROBE_FLAG"] + "\\n")
"""


@pytest.mark.parametrize("beside", [False, True], ids=["in the project", "--config"])
def test_help_for_a_project(pyz3_cache: Path, tmp_path: Path, beside: bool) -> None:
    files = {**PACKAGE, "fast.c": f'#include "made.h"\n{HELPER}', "setup.py": SETUP, "prepare.py": PREPARE}
    config = write(tmp_path, {"help.toml": HELP}) / "help.toml"
    project = write(tmp_path / "probe", files if beside else {**files, "pyproject.toml": HELP})
    arguments = ("--config", str(config)) if beside else ()
    done = wheel(project, *arguments, out=tmp_path / "out", cache=pyz3_cache)
    assert done.returncode == 0, done.stderr
    shutil.unpack_archive(next((tmp_path / "out").glob("*.whl")), tmp_path / "site", "zip")
    said = factory.run(
        [sys.executable, "-c", "import probe; print(probe.answer())"],
        env=factory.environment(pyz3_cache, PYTHONPATH=str(tmp_path / "site")),
    )
    assert (said.stdout, said.stderr) == ("42\n", "")
    done = wheel(project, *arguments, "--platform", "windows-x64", out=tmp_path / "out", cache=pyz3_cache)
    assert done.returncode == 0, done.stderr


def test_print_plan_runs_nothing_of_the_project(pyz3_cache: Path, tmp_path: Path) -> None:
    project = write(tmp_path / "probe", {**PACKAGE, "setup.py": "raise SystemExit('run')\n"})
    done = wheel(project, "--all-platforms", "--print-plan", out=tmp_path / "out", cache=pyz3_cache)
    assert done.returncode == 0, done.stderr
    assert [job["identifier"] for job in json.loads(done.stdout)["wheels"]] == [
        Target(platform=platform, python=THIS).identifier for platform in Platform if platform.spec.default
    ]


def test_code_that_names_modules_as_another_system_does_is_told(pyz3_cache: Path, tmp_path: Path) -> None:
    """mypyc writes the ending of modules into what it generates; a generator of this machine, its own."""
    suffix = 'const char probe_suffix[] = ".cpython-313-x86_64-linux-gnu.so";\n'
    code = suffix + HELPER.replace("return", "if (!*probe_suffix) return NULL; return", 1)
    project = write(tmp_path / "probe", {**PACKAGE, "setup.py": SETUP, "fast.c": code})
    platforms = ("--platform", "linux-x86_64", "--platform", "windows-x64")
    done = wheel(project, *platforms, "--python", "3.13", out=tmp_path / "out", cache=pyz3_cache)
    assert done.returncode == 0, done.stderr
    (told,) = [line for line in done.stdout.splitlines() if "as another system does" in line]
    assert told.startswith(
        "note: probe/fast.cp313-win_amd64.pyd: names extension modules as another system does"
    )


def content_of(out: Path, name: str) -> bytes:
    (path,) = out.glob("*.whl")
    with zipfile.ZipFile(path) as archive:
        return archive.read(name)


def test_a_hook_runs_again_only_if_something_changed_that_it_reads(pyz3_cache: Path, tmp_path: Path) -> None:
    setup = (
        "from pathlib import Path\nfrom setuptools import Extension, setup\n"
        "version = Path('version.h').read_text().split()[-1]\n"
        "print('asked')\n"
        "setup(name='probe', version=version, packages=['probe'],"
        " package_data={'probe': ['packed.c', 'shown.c']},"
        " ext_modules=[Extension('probe.fast', ['fast.c', 'probe/packed.c'])])\n"
    )
    files = {**PACKAGE, "setup.py": setup, "version.h": "#define VERSION 1\n", "probe/packed.c": "/* 1 */\n"}
    # Other tests are at work in this cache, too.
    project = write(tmp_path / "asked-again", files)

    def build() -> tuple[str, bool]:
        """Give the wheel's name, and whether the hook ran."""
        out = tmp_path / "out"
        shutil.rmtree(out, ignore_errors=True)
        logs = {log: log.stat().st_mtime_ns for log in pyz3_cache.glob("work/asked-again-*/*/log.txt")}
        done = wheel(project, out=out, cache=pyz3_cache)
        assert done.returncode == 0, done.stderr
        after = {log: log.stat().st_mtime_ns for log in pyz3_cache.glob("work/asked-again-*/*/log.txt")}
        return factory.listing(out)[0].split("-")[1], after != logs

    suffix = HERE.extension_suffix
    assert build() == ("1", True)
    first = content_of(tmp_path / "out", f"probe/fast{suffix}")
    assert build() == ("1", False)
    # Compiled, and not read.
    write(project, {"fast.c": HELPER.replace("42", "43")})
    assert build() == ("1", False)
    second = content_of(tmp_path / "out", f"probe/fast{suffix}")
    assert second != first
    # Compiled, and packed into the wheel.
    write(project, {"probe/packed.c": "/* 2 */\n"})
    assert build() == ("1", False)
    assert content_of(tmp_path / "out", "probe/packed.c") == b"/* 2 */\n"
    # As it was: nothing old is left anywhere.
    write(project, {"fast.c": HELPER, "probe/packed.c": "/* 1 */\n"})
    assert build() == ("1", False)
    assert content_of(tmp_path / "out", f"probe/fast{suffix}") == first
    assert content_of(tmp_path / "out", "probe/packed.c") == b"/* 1 */\n"
    # Read, not compiled.
    write(project, {"version.h": "#define VERSION 2\n"})
    assert build() == ("2", True)
    write(project, {"probe/shown.c": ""})
    assert build() == ("2", True)
    write(project, {"probe/shown.c": "/* 1 */\n"})
    assert build() == ("2", False)
    # Two files are now the same: it cannot be told which of them was copied where.
    write(project, {"probe/packed.c": "/* 3 */\n"})
    assert build() == ("2", True)
    assert content_of(tmp_path / "out", "probe/packed.c") == b"/* 3 */\n"
    assert content_of(tmp_path / "out", "probe/shown.c") == b"/* 1 */\n"
