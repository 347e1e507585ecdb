"""Commands for Pyodide: ``zig clang`` compiles and ``zig wasm-ld`` links.  Pure.

``zig cc`` knows neither Emscripten's C library nor its linking.  What a program of a probe leaves open is
looked for among what Pyodide has: a configure script that asks for ``fork_me`` gets an honest no.
"""

from __future__ import annotations

from pyz3.driver.flag_table import CXX, is_file, is_source, units
from pyz3.driver.runtime import cxx_flags

TYPE_CHECKING = False  # see target.py
if TYPE_CHECKING:
    from collections.abc import Sequence

    from pyz3.driver.setup import Emscripten, Setup

_FOR_THE_LINKER = ("-L", "-l")
# Of no use to a compile.
_OF_LINKS = frozenset({"-shared", "-rdynamic", "-s"})
_INQUIRIES = frozenset({"-Wl,--version", "-Wl,-v"})


def compile_step(setup: Setup, given: Sequence[str], *, cxx: bool) -> tuple[str, ...]:
    """Give what compiles, but for sources and the output.

    Args:
        setup: For Pyodide.
        given: Flags and sources of the command, translated.
        cxx: It is the C++ compiler.
    """
    emscripten = _of(setup)
    named = [unit[-1] if len(unit) > 1 else unit[0][2:] for unit in units(given) if unit[0].startswith("-x")]
    sources = [unit[0] for unit in units(given) if len(unit) == 1 and is_source(unit[0])]
    of_cxx = named[-1].startswith("c++") if named else cxx or any(one.endswith(CXX) for one in sources)
    own = (*emscripten.cxx, *cxx_flags(setup.target)) if of_cxx else emscripten.c
    return (setup.zig.program, "clang", *own)


def link_steps(
    setup: Setup, words: Sequence[str], extras: Sequence[str], *, cxx: bool, folder: str, output: str
) -> list[tuple[str, ...]]:
    """Give what compiles the sources of a link, and what links.

    Args:
        setup: For Pyodide.
        words: Of the command, translated.
        extras: For each compile besides.
        cxx: It is the C++ compiler.
        folder: Takes objects.
        output: What is linked.
    """
    if not _INQUIRIES.isdisjoint(words):
        return [(setup.zig.program, "wasm-ld", "--version")]
    emscripten = _of(setup)
    given = [unit for unit in units(words) if unit[0] != "-o"]
    sources = [unit[0] for unit in given if len(unit) == 1 and is_source(unit[0])]
    compiles = [unit for unit in given if not _is_linkers(unit) and unit[0] not in _OF_LINKS]
    common = [word for unit in compiles for word in unit if word not in sources]
    steps: list[tuple[str, ...]] = []
    inputs: list[str] = []
    for unit in given:
        if unit[0] in sources:
            made = f"{folder}/{len(steps)}.o"
            start = compile_step(setup, (*common, unit[0]), cxx=cxx)
            steps.append((*start, *common, "-c", unit[0], *extras, "-o", made))
            inputs.append(made)
        elif unit[0].startswith("-Wl,"):
            inputs += unit[0].split(",")[1:]
        elif _is_linkers(unit):
            inputs += unit
    shared = "-shared" in words
    module = output.replace("\\", "/").rpartition("/")[2].partition(".")[0]
    how = (
        (*emscripten.link, f"--export-if-defined=PyInit_{module}")
        if shared
        else (*_probing(emscripten.link), f"--allow-undefined-file={emscripten.known}")
    )
    folders = (f"-L{one}" for one in setup.library_dirs)
    steps.append((setup.zig.program, "wasm-ld", *how, *inputs, *folders, "-o", output))
    return steps


def _of(setup: Setup) -> Emscripten:
    if setup.emscripten is None:
        msg = f"{setup.target.zig} without a Pyodide"
        raise ValueError(msg)
    return setup.emscripten


def _is_linkers(unit: Sequence[str]) -> bool:
    return unit[0].startswith(("-Wl,", *_FOR_THE_LINKER)) or (len(unit) == 1 and is_file(unit[0]))


def _probing(flags: Sequence[str]) -> list[str]:
    """Give how a program is linked that nobody runs: all of it, so that each name is looked for."""
    return [*(flag for flag in flags if flag != "--allow-undefined"), "--no-gc-sections"]
