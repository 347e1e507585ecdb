"""What setuptools calls an extension and is none, and sources that were written for MSVC."""

from __future__ import annotations

import ctypes
import re
import sys
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import factory
import lief
import pytest

from pyz3.targets import Platform, PythonVersion, Target

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Mapping

THIS = PythonVersion.current()
HERE = Target(platform=Platform.current(), python=THIS)
SETUP = """\
import sys
from setuptools import Extension, setup
windows = sys.platform == "win32"
setup(name="probe", version="1", packages=["probe"], ext_modules=[Extension("probe.fast", ["fast.c"]%s)])
"""
PLAIN = "int helper(int x) { return x + 1; }\n"
MODULE = factory.ANSWER % {"name": "fast"}
NEEDS_PYTHON = "#include <Python.h>\nvoid helper(void) { PyErr_Clear(); }\n"
NOTE = (
    "note: probe.fast: not modules to import, but libraries for ctypes or cffi: "
    "no source defines a PyInit_… function"
)


def build(
    root: Path, files: Mapping[str, str], *platforms: str, cache: Path, more: str = ""
) -> subprocess.CompletedProcess[str]:
    for name, text in {"setup.py": SETUP % more, "probe/__init__.py": "", **files}.items():
        path = root / "probe" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    chosen = (word for name in platforms for word in ("--platform", name))
    return factory.pyz3("wheel", root / "probe", *chosen, "-o", root / "out", cache=cache)


def test_a_library_for_ctypes(pyz3_cache: Path, tmp_path: Path) -> None:
    platforms = dict.fromkeys((str(HERE.platform), "linux-aarch64", "macos-arm64", "windows-x64"))
    done = build(tmp_path, {"fast.c": PLAIN}, *platforms, cache=pyz3_cache)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines().count(NOTE) == 1
    wheels = sorted((tmp_path / "out").glob("*.whl"))
    assert len(wheels) == len(platforms)
    suffixes = [Target(platform=Platform(name), python=THIS).extension_suffix for name in platforms]
    held = [
        name for path in wheels for name in zipfile.ZipFile(path).namelist() if name.startswith("probe/fast")
    ]
    assert sorted(held) == sorted(f"probe/fast{suffix}" for suffix in suffixes)
    file = f"probe/fast{HERE.extension_suffix}"
    (path,) = (path for path in wheels if file in zipfile.ZipFile(path).namelist())
    zipfile.ZipFile(path).extract(file, tmp_path)
    assert ctypes.CDLL(str(tmp_path / file)).helper(41) == 42


# debugpy's way: what another script compiles is packed if it is there.
OUTER = """\
import subprocess, sys
from setuptools import setup
from setuptools.command.build_py import build_py
from setuptools.dist import Distribution
class Build(build_py):
    def run(self):
        try:
            subprocess.check_call([sys.executable, "inner.py", "build_ext", "--inplace"])
        except subprocess.CalledProcessError:
            print("going on without it")
        super().run()
class Binary(Distribution):
    def has_ext_modules(self):
        return True
setup(name="probe", version="1", packages=["probe"], package_data={"probe": ["fast.*", "slow.*"]},
      cmdclass={"build_py": Build}, distclass=Binary)
"""
INNER = """\
import sys
from setuptools import Extension, setup
flags = ["/guard:cf"] if sys.platform == "win32" else []
if "never" in sys.argv:
    sys.exit("no luck")
for name in ("slow", "fast"):
    try:
        setup(name="inner", ext_modules=[Extension("probe." + name, [name + ".c"], extra_compile_args=flags)])
    except SystemExit:
        if name == "fast":
            raise
"""
INCOMPLETE = re.compile(r"note: (\S+): (.+)  What it printed: (.+)")
BARE = "for one platform, and nothing in it is compiled: did a part of the build fail?"
FAILED = "slow.c did not compile or link, and the project's own build went on without."


@pytest.mark.parametrize(
    ("outer", "slow", "told"),
    [
        (OUTER, MODULE.replace("_fast", "_slow"), ""),
        (OUTER, "#error no luck\n", FAILED),
        (OUTER.replace("build_ext", "never"), "", BARE),
    ],
    ids=["compiles", "one fails", "none is begun"],
)
def test_what_another_script_compiles_is_there_or_its_lack_is_told(
    outer: str, slow: str, told: str, pyz3_cache: Path, tmp_path: Path
) -> None:
    identifier = str(Target(platform=Platform.WINDOWS_X64, python=THIS))
    files = {"setup.py": outer, "inner.py": INNER, "fast.c": MODULE, "slow.c": slow}
    done = build(tmp_path, files, "windows-x64", cache=pyz3_cache)
    assert done.returncode == 0, done.stderr
    (path,) = (tmp_path / "out").iterdir()
    suffix = Target(platform=Platform.WINDOWS_X64, python=THIS).extension_suffix
    held = {"": ["fast", "slow"], FAILED: ["fast"], BARE: []}[told]
    names = zipfile.ZipFile(path).namelist()
    assert sorted(name for name in names if name.endswith(".pyd")) == [
        f"probe/{name}{suffix}" for name in held
    ]
    said = [match for line in done.stdout.splitlines() if (match := INCOMPLETE.fullmatch(line))]
    assert [match[1] + match[2] for match in said] == ([identifier + told] if told else [])
    for match in said:
        assert "no luck" in Path(match[3]).read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("source", "flags"),
    [
        (f"#ifdef NEVER\n{MODULE}#endif\n{PLAIN}", []),
        (MODULE.replace("PyMODINIT_FUNC", "PyObject *") + PLAIN, ["-fvisibility=hidden"]),
        (MODULE.replace("PyMODINIT_FUNC", "static PyObject *"), []),
        (MODULE.replace("PyInit_fast", "PyInit_slow"), []),
        (NEEDS_PYTHON, []),
        (PLAIN.replace("int helper", "static int helper"), []),
    ],
    ids=["left out", "hidden", "static", "misspelled", "needs Python", "offers nothing"],
)
def test_a_module_without_its_init_function(
    source: str, flags: list[str], pyz3_cache: Path, tmp_path: Path
) -> None:
    done = build(tmp_path, {"fast.c": source}, cache=pyz3_cache, more=f", extra_compile_args={flags}")
    assert done.returncode == 9, done.stderr
    assert f"probe/fast{HERE.extension_suffix} does not export PyInit_fast" in done.stderr
    assert factory.listing(tmp_path / "out") == []


# Headers that MSVC of before 2010 lacked, and a forced header that none of the sources includes.
FOR_MSVC = '#ifndef _MSC_VER // [\n#error "Use this header only with MSVC"\n#endif\ntypedef int bad;\n'
FORCED = """, include_dirs=["forced", "old"],
    extra_compile_args=["/FIforced.h"] if windows else ["-include", "forced.h", "-Dold=new"]"""


def test_forced_headers_and_headers_for_msvc(pyz3_cache: Path, tmp_path: Path) -> None:
    files = {
        "fast.c": f"#include <stdint.h>\n#include <inttypes.h>\nstatic const int64_t x = FORCED;\n{MODULE}",
        "forced/forced.h": "#define FORCED 7\n",
    }
    on_unix = build(tmp_path / "unix", files, cache=pyz3_cache, more=FORCED.replace(', "old"]', "]"))
    assert on_unix.returncode == 0, on_unix.stderr
    files |= {f"old/{name}.h": FOR_MSVC for name in ("stdint", "inttypes")}
    done = build(tmp_path, files, "windows-x64", cache=pyz3_cache, more=FORCED)
    assert done.returncode == 0, done.stderr
    assert len(factory.listing(tmp_path / "out")) == 1


def test_mkdir_with_a_mode_as_msvc_lets_it(pyz3_cache: Path, tmp_path: Path) -> None:
    source = f'{MODULE}int folder(void) {{ return mkdir("x", 0777) + rmdir("x"); }}\n'
    done = build(tmp_path, {"fast.c": source}, "windows-x64", cache=pyz3_cache)
    assert done.returncode == 0, done.stderr


def test_a_text_that_names_the_build_folder_is_told(pyz3_cache: Path, tmp_path: Path) -> None:
    write = "open('probe/where.py', 'w').write(f'HERE = {__file__!r}')\n"
    done = build(tmp_path, {"fast.c": MODULE, "setup.py": write + SETUP % ""}, cache=pyz3_cache)
    assert done.returncode == 0, done.stderr
    assert "note: probe/where.py: the project writes the folder into it that it is built in\n" in done.stdout


def test_what_setuptools_lists_for_windows_is_exported(pyz3_cache: Path, tmp_path: Path) -> None:
    # One __declspec(dllexport) is enough for the linker to export nothing else by itself.
    offered = "__declspec(dllexport) int offered(void) { return 1; }\nint listed(void) { return 2; }\n"
    source = f"{MODULE.replace('PyMODINIT_FUNC', 'PyObject *')}{offered}int other(void) {{ return 3; }}\n"
    done = build(
        tmp_path, {"fast.c": source}, "windows-x64", cache=pyz3_cache, more=', export_symbols=["listed"]'
    )
    assert done.returncode == 0, done.stderr
    (wheel,) = (tmp_path / "out").glob("*.whl")
    (file,) = (name for name in zipfile.ZipFile(wheel).namelist() if name.endswith(".pyd"))
    binary = lief.PE.parse(zipfile.ZipFile(wheel).read(file))
    assert sorted(entry.name for entry in binary.get_export().entries) == ["PyInit_fast", "listed", "offered"]


PEAK = """\
import resource, subprocess, sys
status = subprocess.run(sys.argv[1:], check=False).returncode
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
sys.exit(status)
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="in kilobytes on Linux")
def test_a_large_file_is_never_in_memory_as_a_whole(pyz3_cache: Path, tmp_path: Path) -> None:
    project = tmp_path / "probe"
    (project / "probe").mkdir(parents=True)
    (project / "setup.py").write_text(
        "from setuptools import setup\n"
        "setup(name='probe', version='1', packages=['probe'], package_data={'probe': ['*']})\n"
    )
    with (project / "probe" / "data.bin").open("wb") as file:
        file.truncate(150_000_000)
    command = factory.pyz3_command("wheel", project, "-o", tmp_path / "out")
    done = factory.run([sys.executable, "-c", PEAK, *command], env=factory.environment(pyz3_cache))
    assert done.returncode == 0, done.stderr
    assert int(done.stdout.splitlines()[-1]) < 130_000
