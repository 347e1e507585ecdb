"""The command line: one file per command, one boundary for errors."""

from __future__ import annotations

import contextlib
import io
import os
import signal
import sys
from typing import TYPE_CHECKING, NoReturn

import click

from pyz3 import __version__
from pyz3.cli.cc import ar, cc, cxx, ranlib
from pyz3.cli.develop import clean, develop, refresh_command
from pyz3.cli.doctor import doctor
from pyz3.cli.init import init
from pyz3.cli.pythons import pythons
from pyz3.cli.sdist import sdist
from pyz3.cli.ui import print_error
from pyz3.cli.watch import watch
from pyz3.cli.wheel import wheel
from pyz3.cli.zig_plan import zig_plan
from pyz3.errors import Pyz3Error

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import FrameType

# 128 + SIGINT, as shells report a program that Ctrl-C ended.
_INTERRUPTED = 130


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, "-V", "--version", prog_name="pyz3")
def cli() -> None:
    """Build the wheels of a Python project for every platform, with zig as the only toolchain."""


cli.add_command(wheel)
cli.add_command(sdist)
cli.add_command(develop)
cli.add_command(watch)
cli.add_command(clean)
cli.add_command(init)
cli.add_command(pythons)
cli.add_command(doctor)
cli.add_command(cc)
cli.add_command(cxx)
cli.add_command(ar)
cli.add_command(ranlib)
cli.add_command(refresh_command)
cli.add_command(zig_plan)


def main(
    args: Sequence[str] | None = None, *, command: click.Command = cli, program: str = "pyz3"
) -> NoReturn:
    """Run the command line and exit.

    Args:
        args: Arguments; default: the process's.
        command: What to run: all of ``pyz3``, or one of its commands alone.
        program: How it is called, for its help.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a code page without check marks is no reason to fail
    # A job that is ended from outside leaves as little behind as one ended by Ctrl-C.
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        status = command.main(
            args=list(args) if args is not None else None, prog_name=program, standalone_mode=False
        )
    except Pyz3Error as error:
        print_error(error)
        sys.exit(error.exit_code)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (KeyboardInterrupt, click.Abort):
        click.echo("stopped", err=True)
        sys.exit(_INTERRUPTED)
    except BrokenPipeError:
        _drop_output()  # whoever read it went away
        sys.exit(1)
    except OSError as error:
        # Also where stages let the system speak for itself: a full disk, a cache that is read-only.
        reason = error.strerror or str(error)
        print_error(Pyz3Error(f"{error.filename}: {reason}" if error.filename else reason))
        _drop_output()
        sys.exit(1)
    sys.exit(status if isinstance(status, int) else 0)


def _drop_output() -> None:
    """Send what is left of stdout nowhere: Python would try to write it at exit, and fail."""
    with contextlib.suppress(OSError):
        sink = os.open(os.devnull, os.O_WRONLY)
        os.dup2(sink, sys.stdout.fileno())
        os.close(sink)


def _interrupt(_signal: int, _frame: FrameType | None) -> NoReturn:
    raise KeyboardInterrupt
