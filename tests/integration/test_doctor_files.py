"""``pyz3 doctor`` on real files: sound ones are fine, each broken one is named with what to do."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import factory
import pytest
import runtimes
from official import official_wheel

from pyz3.doctor import Diagnosis, diagnose
from pyz3.targets import Platform, PythonVersion

if TYPE_CHECKING:
    from collections.abc import Mapping

GOOD = """\
#ifdef _WIN32
__declspec(dllexport)
int __stdcall _DllMainCRTStartup(void *module, unsigned reason, void *reserved) { return 1; }
__declspec(dllimport) void *PyLong_FromLong(long);
__declspec(dllexport)
#else
void *PyLong_FromLong(long);
#endif
void *PyInit__m(void) { return PyLong_FromLong(3); }
"""
MISSING = "IMPORT int frobnicate(void);\n" + GOOD.replace("(3)", "(frobnicate())")
TAGS = {
    Platform.LINUX_X86_64: ("cp313-cp313-manylinux_2_17_x86_64", ".cpython-313-x86_64-linux-gnu.so"),
    Platform.LINUX_AARCH64: ("cp313-cp313-manylinux_2_17_aarch64", ".cpython-313-aarch64-linux-gnu.so"),
    Platform.MACOS_ARM64: ("cp313-cp313-macosx_11_0_arm64", ".cpython-313-darwin.so"),
    Platform.WINDOWS_X64: ("cp313-cp313-win_amd64", ".cp313-win_amd64.pyd"),
    Platform.MUSLLINUX_X86_64: ("cp313-cp313-musllinux_1_2_x86_64", ".cpython-313-x86_64-linux-musl.so"),
}


def zig(*arguments: str, cwd: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "ziglang", *arguments], cwd=cwd, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def compiled(
    folder: Path, platform: Platform, source: str = GOOD, *, dll: str = "", floor: str = ""
) -> bytes:
    """Compile a module ``_m``; Windows' takes ``frobnicate`` from ``dll``."""
    folder.mkdir(exist_ok=True)
    windows = platform.family == "windows"
    imported = "__declspec(dllimport)" if windows else "extern"
    (folder / "m.c").write_text(source.replace("IMPORT", imported), encoding="utf-8")
    (target,) = platform.zig_targets_for(floor or platform.floor(PythonVersion(3, 13)))
    arguments = ["cc", "-target", target, "-shared", "-O2", "-s", "m.c", "-o", "m.bin"]
    if windows:
        for library, name in (("python313.dll", "PyLong_FromLong"), (dll or "other.dll", "frobnicate")):
            stem = library.partition(".")[0]
            (folder / f"{stem}.def").write_text(f"LIBRARY {library}\nEXPORTS\n{name}\n", encoding="utf-8")
            zig("dlltool", "-d", f"{stem}.def", "-l", f"{stem}.lib", "-m", "i386:x86-64", cwd=folder)
            arguments.append(f"{stem}.lib")
        arguments.append("-nostdlib")
    elif platform.family == "macos":
        arguments += ["-Wl,-undefined,dynamic_lookup", "-Wl,-install_name,@rpath/_m.so"]
    else:
        arguments.append("-fPIC")
    zig(*arguments, cwd=folder)
    return (folder / "m.bin").read_bytes()


def write_wheel(
    folder: Path, tag: str, files: Mapping[str, bytes], *, written: str = "", spoil: str = ""
) -> Path:
    """Write a wheel by hand; ``written`` is the tag inside, ``spoil`` a file that RECORD has wrong."""
    path = folder / f"probe-1-{tag}.whl"
    info = "probe-1.dist-info"
    everything = {
        **files,
        f"{info}/METADATA": b"Metadata-Version: 2.1\nName: probe\nVersion: 1\n",
        f"{info}/WHEEL": f"Wheel-Version: 1.0\nRoot-Is-Purelib: false\nTag: {written or tag}\n".encode(),
    }
    record = ""
    for name, data in everything.items():
        digest = hashlib.sha256(data + (b"!" if name == spoil else b"")).digest()
        record += f"{name},sha256={base64.urlsafe_b64encode(digest).decode().rstrip('=')},{len(data)}\n"
    everything[f"{info}/RECORD"] = f"{record}{info}/RECORD,,\n".encode()
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in everything.items():
            archive.writestr(name, data)
    return path


def wheel(folder: Path, platform: Platform, binary: bytes, more: Mapping[str, bytes] | None = None) -> Path:
    tag, suffix = TAGS[platform]
    return write_wheel(folder, tag, {"probe/__init__.py": b"", f"probe/_m{suffix}": binary, **(more or {})})


def examine(path: Path | str, *search: Path) -> Diagnosis:
    return diagnose(str(path), search=[str(folder) for folder in search], environ=os.environ)


@pytest.mark.parametrize("platform", TAGS, ids=str)
def test_sound_wheels(platform: Platform, tmp_path: Path) -> None:
    found = examine(wheel(tmp_path, platform, compiled(tmp_path / "c", platform)))
    assert found.problems == ()
    (binary,) = found.binaries
    assert (binary.module, binary.python) == ("probe._m", "3.13")
    assert {library.status for library in binary.libraries} <= {"system", "python"}


def test_a_dll_that_is_not_there(tmp_path: Path) -> None:
    path = wheel(tmp_path, Platform.WINDOWS_X64, compiled(tmp_path / "c", Platform.WINDOWS_X64, MISSING))
    found = examine(path)
    (problem,) = found.problems
    assert problem.rule == "library"
    assert "needs other.dll, which Windows does not promise" in problem.message
    assert problem.symptom == (
        "ImportError: DLL load failed while importing _m: The specified module could not be found."
    )
    assert "[[tool.pyz3.libraries]]" in problem.tip
    (binary,) = found.binaries
    assert {library.name: library.status for library in binary.libraries} == {
        "python313.dll": "python",
        "other.dll": "missing",
    }
    assert "the folders of os.add_dll_directory()" in binary.looked_in


def test_a_dll_where_windows_does_not_look(tmp_path: Path) -> None:
    binary = compiled(tmp_path / "c", Platform.WINDOWS_X64, MISSING)
    other = compiled(tmp_path / "o", Platform.WINDOWS_X64, GOOD.replace("PyInit__m", "frobnicate"))
    for folder, rules in (("probe", []), ("probe/lib", ["reach"])):
        path = wheel(tmp_path, Platform.WINDOWS_X64, binary, {f"{folder}/other.dll": other})
        assert [problem.rule for problem in examine(path).problems] == rules


def test_a_module_for_another_machine(tmp_path: Path) -> None:
    path = wheel(tmp_path, Platform.LINUX_X86_64, compiled(tmp_path / "c", Platform.LINUX_AARCH64))
    (problem,) = examine(path).problems
    assert problem.rule == "machine"
    assert "is for Linux on aarch64, but cp313-manylinux_x86_64 needs Linux on x86_64" in problem.message


def test_a_glibc_newer_than_the_tag(tmp_path: Path) -> None:
    source = MISSING.replace("frobnicate", "arc4random")  # glibc 2.36
    binary = compiled(tmp_path / "c", Platform.LINUX_AARCH64, source, floor="2.36")
    (problem,) = examine(wheel(tmp_path, Platform.LINUX_AARCH64, binary)).problems
    assert problem.rule == "floor"
    assert "needs arc4random@GLIBC_2.36 but the wheel promises glibc 2.17" in problem.message
    assert problem.symptom.startswith("ImportError: libc.so.6: version `GLIBC_2.36' not found (required by ")


@pytest.mark.parametrize("platform", [Platform.LINUX_X86_64, Platform.MACOS_ARM64], ids=str)
def test_an_undefined_symbol(platform: Platform, tmp_path: Path) -> None:
    (problem,) = examine(wheel(tmp_path, platform, compiled(tmp_path / "c", platform, MISSING))).problems
    assert problem.rule == "symbol"
    assert "needs frobnicate, which neither" in problem.message
    assert "frobnicate" in problem.symptom


@pytest.mark.parametrize("platform", [Platform.MUSLLINUX_X86_64, Platform.WINDOWS_X64], ids=str)
def test_no_init_function(platform: Platform, tmp_path: Path) -> None:
    binary = compiled(tmp_path / "c", platform, GOOD.replace("PyInit__m", "PyInit_m"))
    (problem,) = examine(wheel(tmp_path, platform, binary)).problems
    assert problem.rule == "init"
    assert "does not export PyInit__m" in problem.message
    assert problem.symptom.endswith("dynamic module does not define module export function (PyInit__m)")


def test_a_file_that_is_damaged(tmp_path: Path) -> None:
    binary = compiled(tmp_path / "c", Platform.LINUX_X86_64)
    (problem,) = examine(wheel(tmp_path, Platform.LINUX_X86_64, binary[: len(binary) // 2])).problems
    assert problem.rule == "damaged"
    assert problem.tip == "delete it and build again"


def test_the_wheel_as_a_file(tmp_path: Path) -> None:
    files = {"probe/__init__.py": b"", "probe/data.txt": b"1"}
    path = write_wheel(tmp_path, "py3-none-any", files, written="py3-none-win32", spoil="probe/data.txt")
    found = examine(path)
    assert [(problem.rule, problem.message) for problem in found.problems] == [
        ("record", "probe/data.txt is not what RECORD says"),
        ("tag", "the name says py3-none-any, probe-1.dist-info/WHEEL says py3-none-win32"),
    ]
    assert (found.fits, found.binaries) == (True, ())


def test_a_wheel_for_another_interpreter_is_no_problem(tmp_path: Path) -> None:
    found = examine(write_wheel(tmp_path, "cp27-cp27m-win32", {"probe/__init__.py": b""}))
    assert (found.ok, found.fits) == (True, False)
    assert found.misfit.startswith("it is for cp27, and it is for win32; this is cp3")


def installed(
    folder: Path, platform: Platform, binary: bytes, more: Mapping[str, bytes] | None = None
) -> Path:
    site = folder / "site"
    with zipfile.ZipFile(wheel(folder, platform, binary, more)) as archive:
        archive.extractall(site)
    return site


def test_installed_modules_are_found_without_an_import(tmp_path: Path) -> None:
    more = {"probe/__init__.py": b"raise SystemExit('imported')"}
    site = installed(tmp_path, Platform.WINDOWS_X64, compiled(tmp_path / "c", Platform.WINDOWS_X64), more)
    for name in ("probe", "probe._m", str(site / "probe"), str(site / "probe" / "_m.cp313-win_amd64.pyd")):
        found = examine(name, site)
        assert [binary.file for binary in found.binaries] == ["probe/_m.cp313-win_amd64.pyd"], name
        assert found.tags == ("cp313-cp313-win_amd64",)
        assert found.problems == ()
        assert not found.fits


def test_an_installed_module_that_was_changed(tmp_path: Path) -> None:
    site = installed(tmp_path, Platform.LINUX_AARCH64, compiled(tmp_path / "c", Platform.LINUX_AARCH64))
    (site / "probe" / "_m.cpython-313-aarch64-linux-gnu.so").write_bytes(
        compiled(tmp_path / "d", Platform.LINUX_AARCH64, MISSING)
    )
    assert sorted(problem.rule for problem in examine("probe._m", site).problems) == ["record", "symbol"]


def test_a_bare_file_speaks_for_itself(tmp_path: Path) -> None:
    path = tmp_path / "_m.pyd"
    path.write_bytes(compiled(tmp_path / "c", Platform.WINDOWS_X64, MISSING))
    found = examine(path)
    assert [problem.rule for problem in found.problems] == [
        "library",
        *([] if _current_is("3.13") else ["library"]),
    ]
    assert (found.tags, found.binaries[0].system, found.binaries[0].machines) == ((), "Windows", ("amd64",))


def _current_is(version: str) -> bool:
    """Whether a module without a Python in its name is taken for that one."""
    return str(PythonVersion.current()) == version


def doctor(*args: str | Path, cache: Path) -> tuple[int, str, str]:
    done = factory.pyz3("doctor", *args, cache=cache)
    return done.returncode, done.stdout, done.stderr


def test_the_command(tmp_path: Path, pyz3_cache: Path) -> None:
    good = wheel(tmp_path, Platform.MACOS_ARM64, compiled(tmp_path / "c", Platform.MACOS_ARM64))
    status, printed, _ = doctor(good, cache=pyz3_cache)
    assert status == 0
    assert printed.splitlines()[0] == f"✓ {good.name}"
    assert printed.splitlines()[-1] == "nothing is missing"
    bad = wheel(tmp_path, Platform.WINDOWS_X64, compiled(tmp_path / "d", Platform.WINDOWS_X64, MISSING))
    status, printed, _ = doctor(bad, good, cache=pyz3_cache)
    assert status == 1
    assert "  other.dll  missing" in printed
    assert "shows as: ImportError: DLL load failed while importing _m" in printed
    status, printed, _ = doctor("--json", bad, cache=pyz3_cache)
    (found,) = json.loads(printed)
    assert status == 1
    assert found["problems"][0]["rule"] == "library"


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("no.such.module", "no.such.module: there is no such file, and no module of that name on sys.path"),
        ("nosuch-1-py3-none-any.whl", "there is no such file"),
        ("nonsense.whl", "nonsense.whl: no name of a wheel"),
        ("no/file", "no/file: there is no such file, and it is no name of a module"),
    ],
)
def test_usage(name: str, message: str, pyz3_cache: Path) -> None:
    status, printed, error = doctor(name, cache=pyz3_cache)
    assert (status, printed) == (2, "")
    assert message in error


PLATFORMS = ("win_amd64", "manylinux2014_aarch64", "musllinux_1_2_x86_64", "macosx_11_0_arm64")
# The second carries libraries along; the third is for the stable ABI.
OFFICIAL = [
    *(("msgpack==1.1.0", "msgpack._cmsgpack", platform) for platform in PLATFORMS),
    ("kiwisolver==1.4.8", "kiwisolver._cext", "musllinux_1_2_x86_64"),
    ("bcrypt==4.2.1", "bcrypt._bcrypt", "win_amd64"),
]


@pytest.mark.parametrize(("requirement", "module", "platform"), OFFICIAL)
def test_official_wheels_are_fine(requirement: str, module: str, platform: str, tmp_path: Path) -> None:
    path = official_wheel(requirement, platform, folder=tmp_path, python="3.13")
    found = examine(path)
    assert found.problems == ()
    assert [binary.module for binary in found.binaries if binary.module] == [module]


def test_what_is_installed_here_is_fine() -> None:
    for name in ("lief", "msgspec"):
        found: Any = examine(name, *map(Path, sys.path))
        assert (found.problems, found.fits, found.misfit) == ((), True, ""), name
        assert found.binaries


@pytest.mark.runtime
@pytest.mark.parametrize("wrong", ["symbol", "init", "library"])
def test_the_symptom_is_what_python_says(wrong: str, tmp_path: Path) -> None:
    if Platform.current() is not Platform.LINUX_X86_64:
        pytest.skip("the wheels are for Linux on x86_64")
    runtime = runtimes.require("host-3.13")
    source = {"symbol": MISSING, "init": GOOD.replace("PyInit__m", "PyInit_m"), "library": GOOD}[wrong]
    binary = compiled(tmp_path / "c", Platform.LINUX_X86_64, source)
    if wrong == "library":
        (tmp_path / "c" / "other.c").write_text("int frobnicate(void) { return 1; }\n", encoding="utf-8")
        zig(
            *("cc", "-target", "x86_64-linux-gnu.2.17", "-shared", "-fPIC", "-Wl,-soname,libother.so.1"),
            *("other.c", "-o", "libother.so"),
            cwd=tmp_path / "c",
        )
        (tmp_path / "c" / "m.c").write_text(MISSING.replace("IMPORT", "extern"), encoding="utf-8")
        zig(
            *("cc", "-target", "x86_64-linux-gnu.2.17", "-shared", "-fPIC", "m.c", "libother.so"),
            *("-o", "m.bin"),
            cwd=tmp_path / "c",
        )
        binary = (tmp_path / "c" / "m.bin").read_bytes()
    path = wheel(tmp_path, Platform.LINUX_X86_64, binary)
    code = (
        "try:\n    import probe._m\n"
        "except ImportError as error:\n    print(f'{type(error).__name__}: {error}')\n"
    )
    said = runtimes.run_python(runtime, code, wheels=[path], tmp_path=tmp_path).strip()
    (problem,) = examine(path).problems
    assert problem.rule == wrong
    expected = problem.symptom.replace("probe/_m", "…/probe/_m")
    said = re.sub(r"/\S+/probe/_m", "…/probe/_m", said)
    assert said == expected
