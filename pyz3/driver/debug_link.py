"""Links for Linux that keep debug data: with the same libraries of zig's as a release is linked with.

For a link with debug data zig compiles libc++ anew, for a minute, and not always to the same code.  So it
links as for a release, tells the command line of LLD, and that is run once more without ``-s``.
"""

from __future__ import annotations

import os

from pyz3.driver.flag_table import is_source

TYPE_CHECKING = False  # see target.py
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

# Has zig tell by which command it links (lib/std/zig.zig, EnvVar).
_TELL = "ZIG_VERBOSE_LINK"
_LINKER = "ld.lld"
_STRIPPED = "-s"


def link_kept(
    step: Sequence[str],
    environment: Mapping[str, str],
    call: Callable[[Sequence[str], Mapping[str, str]], int],
) -> int:
    """Run a command of zig's; if it links, have the debug data of its objects in what comes of it.

    Where that cannot be done, what comes of it is what a release has.

    Args:
        step: The command line.
        environment: All of its variables.
        call: Runs a command, and gives its exit code.
    """
    if _STRIPPED not in step:
        return call(step, environment)
    if any(map(is_source, step)):  # what compiles and links in one is stripped as a whole, or not at all
        return call([word for word in step if word != _STRIPPED], environment)
    import subprocess  # noqa: PLC0415 - rarely needed, and the driver runs hundreds of times

    done = subprocess.run(step, env={**environment, _TELL: "1"}, stderr=subprocess.PIPE, check=False)
    told, said = split_told(done.stderr.decode(errors="surrogateescape"))
    os.write(2, said.encode(errors="surrogateescape"))
    if done.returncode == 0 and told:
        subprocess.run(
            [step[0], *without_stripping(told)], env=dict(environment), stderr=subprocess.DEVNULL, check=False
        )
    return done.returncode


def split_told(text: str) -> tuple[str, str]:
    """Give the linker's command line in what zig says, and the rest; empty: it ran none."""
    lines = text.splitlines(keepends=True)
    told = [line for line in lines if line.startswith(f"{_LINKER} ")]
    return "".join(told[-1:]).strip(), "".join(line for line in lines if line not in told)


def without_stripping(told: str) -> list[str]:
    """Give the words of a linker's command line, as zig tells it, that link with debug data.

    Zig quotes nothing: with a space in a path the linker finds no such file, and leaves the output as it is.
    """
    return [word for word in told.split(" ") if word != _STRIPPED]
