"""Optional extensions and fallback wheels, through the command line and the build backend."""

from __future__ import annotations

import json
import re
import stat
import sys
import zipfile
from typing import TYPE_CHECKING

import factory
import pytest
import runtimes

from pyz3.targets import Platform, PythonVersion, Target

if TYPE_CHECKING:
    from pathlib import Path

TARGET = Target(platform=Platform.current(), python=PythonVersion.current())
HERE = TARGET.identifier
PURE = "probe-1-py3-none-any.whl"
BACKEND = '[build-system]\nrequires = ["pyz3==0.1.*"]\nbuild-backend = "pyz3.backend"\n'
WITH_FALLBACK = """\
try:
    from probe._good import answer
except ImportError:
    def answer():
        return 42
"""


def table(name: str, *lines: str) -> str:
    return factory.extension(f"probe.{name}", f"src/probe/{name}.c") + "".join(f"{line}\n" for line in lines)


def make(root: Path, tables: str, init: str = WITH_FALLBACK) -> Path:
    files = {
        "src/probe/__init__.py": init,
        "src/probe/_good.c": factory.ANSWER % {"name": "_good"},
        "src/probe/_bad.c": "#error this machine has no luck\n",
        # What it is called and what it defines differ.
        "src/probe/_misnamed.c": factory.ANSWER % {"name": "_other"},
    }
    return factory.write_project(root, tables + BACKEND, files)


GOOD = table("_good", "optional = true", 'disable-env = "PROBE_DISABLE_EXT"')
BAD = table("_bad", "optional = true")
MISNAMED = table("_misnamed", "optional = true")


def members(wheel: Path) -> list[str]:
    with zipfile.ZipFile(wheel) as archive:
        return sorted(name for name in archive.namelist() if ".dist-info/" not in name)


def test_what_cannot_be_compiled_is_left_out(tmp_path: Path, pyz3_cache: Path) -> None:
    root = make(tmp_path / "p", GOOD + BAD)
    done = factory.pyz3("wheel", root, "-o", tmp_path / "dist", cache=pyz3_cache)
    assert done.returncode == 0, done.stderr
    (name,) = factory.listing(tmp_path / "dist")
    assert members(tmp_path / "dist" / name) == [
        "probe/__init__.py",
        f"probe/_good{TARGET.extension_suffix}",
    ]
    (line,) = [line for line in done.stdout.splitlines() if line.startswith("✓")]
    assert line.endswith("  without probe._bad")
    assert done.stdout.splitlines()[-1].endswith("; 1 lacks optional extensions")
    assert f"! probe._bad is left out: it failed to compile  ({HERE})" in done.stderr
    assert "error: this machine has no luck" in done.stderr
    assert "tip: for the compiled one," in done.stderr
    # Quiet about everything else.
    again = factory.pyz3("wheel", root, "-q", "-o", tmp_path / "dist", cache=pyz3_cache)
    assert (again.returncode, again.stdout) == (0, "")
    assert "! probe._bad is left out" in again.stderr


def test_what_the_audit_refuses_is_left_out(tmp_path: Path, pyz3_cache: Path) -> None:
    root = make(tmp_path / "p", GOOD + MISNAMED)
    done = factory.pyz3("wheel", root, "-o", tmp_path / "dist", cache=pyz3_cache)
    assert done.returncode == 0, done.stderr
    (name,) = factory.listing(tmp_path / "dist")
    assert members(tmp_path / "dist" / name) == ["probe/__init__.py", f"probe/_good{TARGET.extension_suffix}"]
    assert "! probe._misnamed is left out: " in done.stderr
    assert "does not export PyInit__misnamed" in done.stderr


@pytest.mark.parametrize(("tables", "code"), [(BAD, 1), (MISNAMED, 9)])
def test_required_after_all(tables: str, code: int, tmp_path: Path, pyz3_cache: Path) -> None:
    root = make(tmp_path / "p", tables)
    done = factory.pyz3("wheel", root, "--require-extensions", "-o", tmp_path / "dist", cache=pyz3_cache)
    assert done.returncode == code
    assert factory.listing(tmp_path / "dist") == []


def test_several_targets_without_a_binary_are_one_wheel(tmp_path: Path, pyz3_cache: Path) -> None:
    root = make(tmp_path / "p", BAD)
    report = tmp_path / "report.json"
    done = factory.pyz3(
        *("wheel", root, "--platform", "linux-x86_64", "--platform", "linux-aarch64"),
        *("-o", tmp_path / "dist", "--report", report),
        cache=pyz3_cache,
    )
    assert done.returncode == 0, done.stderr
    assert factory.listing(tmp_path / "dist") == [PURE]
    assert [a["name"] for a in json.loads(report.read_text())["artifacts"]] == [PURE]
    assert re.search(r"^1 wheel in .*; 1 lacks optional extensions$", done.stdout, re.MULTILINE)
    abi = PythonVersion.current().abi
    assert f"  ({abi}-manylinux_x86_64, {abi}-manylinux_aarch64)" in done.stderr


def test_nothing_is_left(tmp_path: Path, pyz3_cache: Path) -> None:
    root = factory.write_project(
        tmp_path / "p",
        factory.extension("bad", "bad.c") + "optional = true\n",
        {"bad.c": "#error no\n"},
    )
    done = factory.pyz3("wheel", root, "-o", tmp_path / "dist", cache=pyz3_cache)
    assert done.returncode == 10
    assert "nothing is left for the wheel" in done.stderr
    assert factory.listing(tmp_path / "dist") == []


def test_switched_off_by_its_variable(tmp_path: Path, pyz3_cache: Path) -> None:
    root = make(tmp_path / "p", GOOD)
    done = factory.pyz3("wheel", root, "-o", tmp_path / "dist", cache=pyz3_cache, PROBE_DISABLE_EXT="yes")
    assert done.returncode == 0, done.stderr
    assert factory.listing(tmp_path / "dist") == [PURE]
    assert "! probe._good is left out: PROBE_DISABLE_EXT is set" in done.stderr


@pytest.mark.parametrize("how", ["option", "key"])
def test_fallback(how: str, tmp_path: Path, pyz3_cache: Path) -> None:
    root = make(tmp_path / "p", ("[tool.pyz3]\nfallback = true\n" if how == "key" else "") + GOOD)
    options = ["--fallback"] if how == "option" else []
    # Done at import, it must not reach the output.
    (root / "src/probe/__init__.py").write_text(WITH_FALLBACK + "print('imported')\n")
    done = factory.pyz3("wheel", root, *options, "-o", tmp_path / "dist", cache=pyz3_cache)
    assert done.returncode == 0, done.stderr
    assert "imported" not in done.stdout + done.stderr
    assert PURE in factory.listing(tmp_path / "dist")
    assert len(factory.listing(tmp_path / "dist")) == 2
    assert members(tmp_path / "dist" / PURE) == ["probe/__init__.py"]
    assert factory.listing(root / "src") == [  # nothing is left behind by the import
        *("probe", "probe/__init__.py", "probe/_bad.c", "probe/_good.c"),
        "probe/_misnamed.c",
    ]
    runtime = runtimes.require("host-3.13")
    code = "import probe; print(probe.answer())"
    printed = runtimes.run_python(runtime, code, wheels=[tmp_path / "dist" / PURE], tmp_path=tmp_path)
    assert printed == "imported\n42\n"


@pytest.mark.parametrize(
    ("init", "message", "tip"),
    [
        (
            "from probe._good import answer\n",
            (
                "probe cannot be imported without its extension modules: "
                "ModuleNotFoundError: No module named 'probe._good'"
            ),
            "catch ImportError where the extension is imported",
        ),
        ("1 / 0\n", "ZeroDivisionError: division by zero", "catch ImportError"),
        ("raise SystemExit(3)\n", "SystemExit: 3", "catch ImportError"),
        ("import os\nos._exit(7)\n", "Python ended with exit code 7", "catch ImportError"),
        (
            "import a_dependency_that_is_not_here\n",
            "No module named 'a_dependency_that_is_not_here'",
            "install what the project depends on beside pyz3 (a_dependency_that_is_not_here)",
        ),
    ],
)
def test_fallback_that_does_not_hold(
    init: str, message: str, tip: str, tmp_path: Path, pyz3_cache: Path
) -> None:
    root = make(tmp_path / "p", GOOD, init)
    done = factory.pyz3("wheel", root, "--fallback", "-o", tmp_path / "dist", cache=pyz3_cache)
    assert done.returncode == 9
    assert "fallback: probe cannot be imported without its extension modules: " in done.stderr
    assert message in done.stderr
    assert tip in done.stderr
    # The other wheel has come all the same.
    (name,) = factory.listing(tmp_path / "dist")
    assert name != PURE


def test_an_installed_copy_does_not_make_the_fallback_hold(tmp_path: Path, pyz3_cache: Path) -> None:
    # A top-level extension module of that name lies where this Python looks.
    root = make(
        tmp_path / "p",
        factory.extension("probe_speed", "src/probe/_bad.c"),
        "import json as _j\nimport probe_speed\n",
    )
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "probe_speed.py").write_text("")
    done = factory.pyz3(
        *("wheel", root, "--fallback", "-o", tmp_path / "dist"),
        cache=pyz3_cache,
        PYTHONPATH=str(tmp_path / "site"),
    )
    assert done.returncode == 1  # the extension does not compile, and the fallback does not hold
    assert "No module named 'probe_speed'" in done.stderr


def hook(root: Path, out: Path, cache: Path, **changes: str) -> tuple[str, str]:
    """Call the backend's ``build_wheel`` as a front end does; give the wheel's name and what it said."""
    code = "import sys, pyz3.backend; print(pyz3.backend.build_wheel(sys.argv[1]))"
    done = factory.run(
        [sys.executable, "-c", code, str(out)], env=factory.environment(cache, **changes), cwd=root
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip(), done.stderr


def test_an_install_succeeds(tmp_path: Path, pyz3_cache: Path) -> None:
    root = make(tmp_path / "p", BAD)
    name, said = hook(root, tmp_path / "dist", pyz3_cache)
    assert name == PURE
    assert factory.listing(tmp_path / "dist") == [PURE]
    assert "! probe._bad is left out: it failed to compile" in said
    assert "the package uses its Python version of it instead, which is slower" in said


def test_an_install_makes_one_wheel_and_imports_nothing(tmp_path: Path, pyz3_cache: Path) -> None:
    # fallback = true is for releases; a build has no dependencies at hand to import the package.
    root = make(tmp_path / "p", "[tool.pyz3]\nfallback = true\n" + GOOD, "raise RuntimeError('imported')\n")
    name, said = hook(root, tmp_path / "dist", pyz3_cache)
    assert factory.listing(tmp_path / "dist") == [name]
    assert name != PURE
    assert "imported" not in said


def test_a_package_that_raises_is_built_without_being_imported(tmp_path: Path, pyz3_cache: Path) -> None:
    root = make(tmp_path / "p", GOOD, "raise RuntimeError('imported')\n")
    done = factory.pyz3("wheel", root, "-o", tmp_path / "dist", cache=pyz3_cache)
    assert done.returncode == 0, done.stderr


def test_a_source_tree_that_is_read_only(tmp_path: Path, pyz3_cache: Path) -> None:
    root = make(tmp_path / "p", "[tool.pyz3]\nfallback = true\n" + GOOD)
    before = factory.digests(root)
    folders = [root, *(path for path in root.rglob("*") if path.is_dir())]
    for path in [*root.rglob("*"), root]:
        path.chmod(stat.S_IRUSR | stat.S_IXUSR if path.is_dir() else stat.S_IRUSR)
    try:
        done = factory.pyz3("wheel", root, "-o", tmp_path / "dist", cache=pyz3_cache)
        name, _ = hook(root, tmp_path / "other", pyz3_cache)
    finally:
        for path in folders:
            path.chmod(0o755)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "other" / name).read_bytes() == (tmp_path / "dist" / name).read_bytes()
    assert factory.digests(root) == before  # also root, whom modes do not stop, has written nothing


def test_build_info_does_not_spoil_reproducibility(tmp_path: Path, pyz3_cache: Path) -> None:
    source = factory.ANSWER.replace("ANSWER;", "").replace(
        "PyLong_FromLong(ANSWER)",
        'PyUnicode_FromString(PYZ3_VERSION "|" PYZ3_TARGET "|" PYZ3_OPTIMIZE "|" PYZ3_SOURCE_DATE)',
    )
    tables = factory.extension("probe._info", "src/probe/_info.c") + "build-info = true\n"
    wheels = []
    for place in ("a", "deeper/b"):
        files = {"src/probe/__init__.py": "", "src/probe/_info.c": source % {"name": "_info"}}
        root = factory.write_project(tmp_path / place, tables, files)
        done = factory.pyz3(
            *("wheel", root, "-o", tmp_path / place / "dist"),
            cache=pyz3_cache,
            SOURCE_DATE_EPOCH="1700000000",
        )
        assert done.returncode == 0, done.stderr
        (name,) = factory.listing(tmp_path / place / "dist")
        wheels.append(tmp_path / place / "dist" / name)
    assert wheels[0].read_bytes() == wheels[1].read_bytes()
    runtime = runtimes.require(f"host-{PythonVersion.current()}")
    printed = runtimes.run_python(
        runtime, "from probe import _info; print(_info.answer())", wheels=wheels[:1], tmp_path=tmp_path
    )
    version, target, optimize, date = printed.strip().split("|")
    assert re.fullmatch(r"\d+\.\d+\.\d+.*", version)
    assert target.startswith(Platform.current().spec.zig)
    assert (optimize, date) == ("ReleaseFast", "2023-11-14T22:13:20Z")


def test_the_fallback_wheel_alone(tmp_path: Path, pyz3_cache: Path) -> None:
    root = make(tmp_path / "p", BAD)
    done = factory.pyz3(
        *("wheel", root, "--skip", "*", "--allow-empty", "--fallback", "-o", tmp_path / "dist"),
        cache=pyz3_cache,
    )
    assert done.returncode == 0, done.stderr
    assert factory.listing(tmp_path / "dist") == [PURE]
    assert "left out" not in done.stderr


def test_pip_installs_the_package_without_it(tmp_path: Path, pyz3_cache: Path) -> None:
    root = make(tmp_path / "p", BAD)
    done = factory.run(
        [
            *(sys.executable, "-m", "pip", "install", "-v", "--isolated", "--disable-pip-version-check"),
            *("--no-cache-dir", "--no-index", "--no-deps", "--no-build-isolation"),
            *("--root-user-action=ignore", "--target", str(tmp_path / "site"), str(root)),
        ],
        env=factory.environment(pyz3_cache),
    )
    assert done.returncode == 0, done.stdout + done.stderr
    said = done.stdout + done.stderr
    assert "! probe._bad is left out: it failed to compile" in said
    assert "the package uses its Python version of it instead" in said
    code = f"import sys; sys.path.insert(0, {str(tmp_path / 'site')!r}); import probe; print(probe.answer())"
    ran = factory.run([sys.executable, "-I", "-c", code], env=factory.environment(pyz3_cache))
    assert ran.stdout == "42\n", ran.stderr
