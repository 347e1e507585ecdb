"""Projects with a ``build.zig`` of their own: how it is called, and what is taken from it.

pyz3 runs it once for each wheel, with ``ZIG_TARGET`` and ``PYDUST_OPTIMIZE`` set and these options,
all of which the project's ``build.zig`` must declare (docs/howto/build-zig.md shows how):

``-Dpython-include=DIR``     the folder that holds ``Python.h`` for this target
``-Dpython-library=FILE``    what to link: Windows' import library, musl by its right name; empty elsewhere
``-Dextension-suffix=TEXT``  how module files end: ``.cpython-313-x86_64-linux-gnu.so``
``-Doutput-dir=DIR``         where finished modules go, laid out as in the wheel: ``hello/_speed…``
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from pyz3.engine.fuse import fuse
from pyz3.engine.zig import build_command
from pyz3.errors import BuildFailedError, ConfigError

if TYPE_CHECKING:
    from pyz3.engine.artifacts import CApi
    from pyz3.engine.toolchain import Toolchain
    from pyz3.engine.zig import ZigRunner
    from pyz3.plan import Recipe

MODULE_SUFFIXES = (".so", ".pyd")
LIBRARY_SUFFIXES = (*MODULE_SUFFIXES, ".dylib", ".dll")


def build_custom(runner: ZigRunner, root: Path, recipe: Recipe, capi: CApi, *, jobs: int) -> dict[str, bytes]:
    """Run the project's own ``build.zig`` for one wheel.

    Returns:
        The content of every installed file by its path in the wheel.

    Raises:
        ConfigError: The project has no ``build.zig``.
        BuildFailedError: Zig could not be started, or it failed.
    """
    script = root / "build.zig"
    if not script.is_file():
        raise ConfigError(
            f"{script}: not there, although tool.pyz3.build-zig is true",
            tip="add a build.zig, or describe the modules in [[tool.pyz3.extensions]]",
        )
    slices = [
        _build_slice(runner, script, recipe, capi, zig_target=zig_target, jobs=jobs)
        for zig_target in recipe.zig_targets
    ]
    # What is no binary is the same in each slice.
    return {
        name: fuse([files[name] for files in slices]) if name.endswith(LIBRARY_SUFFIXES) else content
        for name, content in slices[0].items()
    }


def _build_slice(
    runner: ZigRunner, script: Path, recipe: Recipe, capi: CApi, *, zig_target: str, jobs: int
) -> dict[str, bytes]:
    with runner.toolchain.cache.scratch() as scratch:
        output = Path(scratch) / "out"
        output.mkdir()
        options = {
            "python-include": capi.include,
            "python-library": capi.import_library or _libc(runner, zig_target),
            "extension-suffix": recipe.target.extension_suffix,
            "output-dir": str(output),
        }
        # One for all targets: the project's build script is compiled in it.
        cache = custom_cache(runner.toolchain, script.parent)
        runner.toolchain.begin(cache)
        lists = runner.manifests(cache, base=script.parent)
        lists.prune()
        command = build_command(
            runner.toolchain,
            script=script,
            prefix=Path(scratch) / "prefix",
            cache=cache,
            options=options,
            jobs=jobs,
        )
        status, text = runner.run(
            command, zig_target=zig_target, optimize=recipe.optimize, cache=cache, jobs=jobs
        )
        lists.note()
        files = {
            path.relative_to(output).as_posix(): path.read_bytes()
            for path in sorted(output.rglob("*"))
            if path.is_file()
        }
    if status != 0:
        trouble = text.strip() or f"zig build ended with exit code {status}"
        raise BuildFailedError(
            f"zig build failed for {recipe.identifier}", compiler=(("build.zig", trouble),)
        )
    return files


def custom_cache(toolchain: Toolchain, root: Path) -> Path:
    """Give where zig keeps what a project's own ``build.zig`` makes."""
    return toolchain.project_cache(root, "build-zig")


def _libc(runner: ZigRunner, zig_target: str) -> str:
    """Give the stub of the C library under its right name; empty where zig's own has that."""
    files = runner.runtime(zig_target, cxx=None)
    return next((file for file in files if not file.endswith(".a")), "")


def module_name(file: str, suffix: str) -> str | None:
    """Give the dotted name of the extension module in ``file``; None for another library."""
    return file.removesuffix(suffix).replace("/", ".") if file.endswith(suffix) else None
