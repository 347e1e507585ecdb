"""What ``pyz3 cache warm`` does."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from pyz3._files import write_atomically
from pyz3.builder import WheelBuilder
from pyz3.cli.building import status_of
from pyz3.cli.lines import human_size
from pyz3.cli.ui import BuildView, print_failures
from pyz3.engine.toolchain import find_toolchain
from pyz3.scaffold import warming_project
from pyz3.store import size_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pyz3.cli.terminal import SafeConsole
    from pyz3.results import WheelResult


class _WarmView(BuildView):
    """Shows what is ready, not the wheels: they are of no use."""

    def _show(self, wheel: WheelResult) -> None:
        self._say(f"✓ {wheel.identifier}  {wheel.seconds:.2f} s")


def warm_cache(
    console: SafeConsole,
    *,
    platforms: Sequence[str] | None,
    pythons: Sequence[str],
    cxx: bool,
    zig: bool,
    optimize: str | None,
    jobs: int | None,
) -> int:
    """Build a small project that needs all that is compiled once, and show it; give the exit code.

    The arguments are the command's.
    """
    view = _WarmView(console, verbose=False, quiet=False)
    toolchain = find_toolchain(os.environ)
    folder = toolchain.cache.warming
    for name, text in warming_project(cxx=cxx, zig=zig).items():
        write_atomically(folder / name, text.encode())
    build = WheelBuilder(folder, jobs=jobs, listener=view).open()
    plan = build.plan(build.select(platforms=platforms, pythons=pythons), optimize=optimize)
    with tempfile.TemporaryDirectory() as scratch, view.showing(plan, output_dir=scratch):
        summary = build.run(plan, output_dir=Path(scratch))
    if print_failures(summary):
        return status_of(summary)
    _, size = size_of(toolchain.global_cache)
    console.print(
        f"warm for {len(plan)} wheel{'' if len(plan) == 1 else 's'}, {summary.seconds:.2f} s; "
        f"zig's own parts take {human_size(size)}"
    )
    return 0
