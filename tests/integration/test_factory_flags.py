"""Flags of a project that pyz3 itself builds: obeyed, told of, or an error; never passed over."""

from __future__ import annotations

from typing import TYPE_CHECKING

import factory
import pytest
import runtimes

if TYPE_CHECKING:
    from pathlib import Path

SOURCE = (
    "#ifdef __AVX2__\n#define ANSWER (20 + OWN)\n#else\n#define ANSWER OWN\n#endif\n"
    + factory.ANSWER % {"name": "probe"}
)
FILES = {"probe.c": SOURCE, "inc/deep.h": "#define OWN 3\n", "own.h": "#include <deep.h>\n"}
NATIVE = "the processor of this machine is none of the target"
INCLUDES = ("-include", "own.h", "-Iinc")


def write(root: Path, *cflags: str) -> Path:
    return factory.write_project(
        root, factory.extension("probe", "probe.c") + f"cflags = {[*cflags]}\n", FILES
    )


@pytest.mark.runtime
@pytest.mark.parametrize(
    ("flags", "answer", "note"),
    [
        ((), 3, ""),
        (("-mavx2",), 23, ""),
        (("-march=x86-64-v3",), 23, ""),
        (("-march=native",), 3, f"-march=native is left out: {NATIVE}"),
        (("-fopenmp",), 3, "-fopenmp is left out: there is no OpenMP runtime: the code is serial"),
    ],
)  # fmt: skip
def test_flags_of_the_processor_and_names_in_the_project(
    flags: tuple[str, ...], answer: int, note: str, pyz3_cache: Path, tmp_path: Path
) -> None:
    runtime = runtimes.require("host-3.11")
    project, out = write(tmp_path / "probe", *INCLUDES, *flags), tmp_path / "out"
    choice = ("--platform", "linux-x86_64", "--python", "3.11", "-o", out)
    done = factory.pyz3("wheel", project, *choice, cache=pyz3_cache)
    assert done.returncode == 0, done.stderr
    notes = [line for line in (done.stdout + done.stderr).splitlines() if line.startswith("note:")]
    assert notes == ([f"note: {note}"] if note else [])
    (wheel,) = out.iterdir()
    code = "import probe\nprint(probe.answer())\n"  # what it runs of AVX2 is nothing but the answer
    assert runtimes.run_python(runtime, code, wheels=[wheel], tmp_path=tmp_path) == f"{answer}\n"


def test_what_code_would_not_be_the_same_without_is_an_error(pyz3_cache: Path, tmp_path: Path) -> None:
    project, out = write(tmp_path / "probe", *INCLUDES, "-fsanitize=address"), tmp_path / "out"
    done = factory.pyz3("wheel", project, "--platform", "linux-x86_64", "-o", out, cache=pyz3_cache)
    assert done.returncode == 2
    assert "pyproject.toml: cflags of probe: -fsanitize=address: there is no runtime for it" in done.stderr
    assert not out.exists() or factory.listing(out) == []
