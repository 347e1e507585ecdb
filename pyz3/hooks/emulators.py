"""What runs programs for another machine on this one: qemu, Wine, or the system itself.

Meson's ``cc.run()`` and CMake's ``try_run()`` ask it.  It is tried before it is told of: qemu runs nothing
without the target's C library, and what this machine runs without help need not be found by name.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from pyz3._records import from_file
from pyz3.driver.command import triple
from pyz3.engine.project_flags import driver_target

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pyz3._processes import Processes
    from pyz3.driver.tools import Tools
    from pyz3.plan import Order

# cmake-env-variables(7); words are separated as in CMake's lists.
VARIABLE = "CMAKE_CROSSCOMPILING_EMULATOR"
_ANSWER = 42
_PROGRAM = f'#include <stdio.h>\nint main(void) {{ puts("pyz3"); return {_ANSWER}; }}\n'
# Systems that Linux runs through handlers of its own (binfmt_misc): they come and go.
_HANDLERS = Path("/proc/sys/fs/binfmt_misc")


class _Found(msgspec.Struct, frozen=True, kw_only=True):
    """What was tried once.

    Attributes:
        tried: Command lines, and the system's own handlers.
        works: The first that runs a program; empty: none does.
    """

    tried: tuple[tuple[str, ...], ...]
    works: tuple[str, ...]


def emulator_for(
    order: Order, tools: Tools, *, environ: Mapping[str, str], processes: Processes
) -> tuple[str, ...]:
    """Give the words before a program for the target that run it here; empty: nothing does.

    What ``CMAKE_CROSSCOMPILING_EMULATOR`` says counts, tried or not.

    Args:
        order: What was asked for.
        tools: The target's compilers; what was found is kept beside them.
        environ: The user's environment variables, and the configuration's.
        processes: Ends what runs.
    """
    if told := environ.get(VARIABLE):
        return tuple(told.split(";"))
    candidates = tuple(_candidates(order, environ))
    handlers = tuple(sorted(path.name for path in _HANDLERS.glob("*")))
    folder = tools.cmake_toolchain.parent
    kept = folder / "emulator.json"
    tried = (*candidates, handlers)
    found = from_file(kept, _Found)
    if found is None or found.tried != tried:
        program = _compiled(folder, tools, environ, processes)
        works = (words for words in candidates if program and _runs(words, program, environ, processes))
        found = _Found(tried=tried, works=next(works, ()))
        kept.write_bytes(msgspec.json.encode(found))
    return found.works


def _candidates(order: Order, environ: Mapping[str, str]) -> Iterator[tuple[str, ...]]:
    path = environ.get("PATH")
    if env := shutil.which("env", path=path):  # it runs a program as it is
        yield (env,)
    # Where Debian's cross compilers have the target's C library.
    root = Path("/usr", triple(driver_target(order)))
    for name in order.target.platform.spec.emulators:
        if (emulator := shutil.which(name, path=path)) is None:
            continue
        is_qemu = order.target.platform.family != "windows"
        own = is_qemu and "QEMU_LD_PREFIX" not in environ and root.is_dir()
        yield (emulator, *(("-L", str(root)) if own else ()))


def _compiled(folder: Path, tools: Tools, environ: Mapping[str, str], processes: Processes) -> Path | None:
    """Compile a program for the target, and give it."""
    source, program = folder / "emulated.c", folder / "emulated.exe"
    source.write_text(_PROGRAM, encoding="utf-8")
    command = (str(tools.cc), str(source), "-o", str(program))
    status, _ = processes.run(command, env=environ, cwd=folder)
    return program if status == 0 else None


def _runs(words: tuple[str, ...], program: Path, environ: Mapping[str, str], processes: Processes) -> bool:
    try:
        status, said = processes.run((*words, str(program)), env=environ, cwd=program.parent)
    except OSError:
        return False
    return status == _ANSWER and "pyz3" in said
