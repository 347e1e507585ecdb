"""The command line: one file per command, imported when it is asked for."""

from __future__ import annotations

import importlib
import io
import signal
import sys
from typing import TYPE_CHECKING, NoReturn

import click

from pyz3 import __version__
from pyz3._ending import end_by
from pyz3.cli.boundary import Ended, boundary
from pyz3.cli.hinting import HintingGroup

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import FrameType

# What ends a job from outside leaves as little behind as Ctrl-C.
_ENDINGS = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name))
# Under which heading the overview has a command → where it is defined, and its line there.
_SECTIONS = {
    "Build": {
        "wheel": ("wheel:wheel", "Build wheels."),
        "sdist": ("sdist:sdist", "Write the source distribution."),
        "init": ("init:init", "Make a project, or add pyz3 to one."),
        "develop": ("develop:develop", "Install so that the sources can be worked on."),
        "watch": ("watch:watch", "Rebuild when a file changes."),
        "clean": ("develop:clean", "Remove what develop put anywhere."),
        "test": ("test:test", "Install wheels and test them."),
        "repair": ("repair:repair_command", "Put the libraries that wheels need in."),
        "conda": ("conda:conda", "Make conda packages."),
        "publish": ("publish:publish", "Upload a release to an index."),
        "ci": ("ci:ci", "Write the workflow that builds and releases wheels."),
    },
    "Look": {
        "check": ("check:check_command", "Say what is wrong with wheels."),
        "reproduce": ("reproduce:reproduce", "Rebuild a wheel and compare it byte by byte."),
        "doctor": ("doctor:doctor", "Say why a wheel or a module does not load."),
        "platforms": ("platforms:platforms", "List the platforms that wheels are built for."),
        "runtimes": ("runtimes:runtimes", "List or add interpreters that can try wheels."),
        "pythons": ("pythons:pythons", "List the C headers that are found."),
        "env": ("env:env", "Show what builds go by on this machine."),
        "cache": ("cache:cache", "Look at the cache, fill it, or empty it."),
        "explain": ("explain:explain", "Say what messages and exit codes mean."),
        "completion": ("completion:completion", "Print what completes commands in a shell."),
    },
    "Compilers for another platform": {
        "toolchain": ("toolchain:toolchain", "Give other build systems a compiler for a platform."),
        "cc": ("cc:cc", "Run a C compiler for another platform."),
        "c++": ("cc:cxx", "Run a C++ compiler for another platform."),
        "ar": ("cc:ar", "Run the archiver for another platform."),
        "ranlib": ("cc:ranlib", "Give an archive for another platform its index."),
        "nm": ("cc:nm", "List the symbols of files for another platform."),
        "strip": ("cc:strip", "Stand in for strip; zig has stripped what it links."),
        "ld": ("cc:ld", "Run the linker of another Linux."),
        "objcopy": ("cc:objcopy", "Copy a file for another Linux."),
        "dlltool": ("cc:dlltool", "Make an import library for Windows."),
        "windres": ("cc:windres", "Compile resources for Windows."),
    },
}
# Those that are not for users, too.
_COMMANDS = {
    **{name: place for section in _SECTIONS.values() for name, (place, _) in section.items()},
    "refresh": "develop:refresh_command",
    "zig-plan": "zig_plan:zig_plan",
}


# What other tools call it → the command here.
_ELSEWHERE = {
    "audit": "check", "build": "wheel", "compile": "wheel", "create": "init", "help": "--help", "info": "env",
    "inspect": "doctor", "install": "develop", "lint": "check", "make": "wheel", "new": "init",
    "package": "wheel", "prune": "cache clean", "purge": "cache clean", "rebuild": "reproduce",
    "release": "publish", "run": "test", "show": "doctor", "upload": "publish",
    "verify": "reproduce", "version": "--version", "wheels": "wheel",
}  # fmt: skip


class _Lazy(HintingGroup):
    """A group whose commands are imported only when they are run: ``pyz3 cc`` starts hundreds of times."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's interface
        return [*_COMMANDS]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - as above
        if cmd_name not in _COMMANDS:
            return None
        module, _, name = _COMMANDS[cmd_name].partition(":")
        command: click.Command = getattr(importlib.import_module(f"pyz3.cli.{module}"), name)
        return command

    def offered(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - as above
        """Give the commands that are for users."""
        return [command for section in _SECTIONS.values() for command in section]

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - as above
        for heading, section in _SECTIONS.items():
            with formatter.section(heading):
                formatter.write_dl([(name, said) for name, (_, said) in section.items()], col_max=12)


_EXAMPLES = """\b
Examples:
  pyz3 wheel                                  of the project in this folder, for this machine
  pyz3 wheel --all-platforms --python 3.13    for Linux, Alpine, macOS and Windows
  pyz3 wheel thing==1.2 --platform windows    of a project on PyPI
"""


@click.group(
    cls=_Lazy,
    elsewhere=_ELSEWHERE,
    epilog=_EXAMPLES,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, "-V", "--version", prog_name="pyz3")
def cli() -> None:
    """Build the wheels of a Python project for every platform, with zig as the only toolchain."""


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
    for ending in _ENDINGS:
        if signal.getsignal(ending) != signal.SIG_IGN:  # nohup; a shell's background
            signal.signal(ending, _end)
    with boundary():
        try:
            status = command.main(
                args=list(args) if args is not None else None, prog_name=program, standalone_mode=False
            )
        except click.ClickException as error:
            error.show()
            sys.exit(error.exit_code)
        except click.Abort as error:
            ended = error.__cause__
            raise ended if isinstance(ended, KeyboardInterrupt) else KeyboardInterrupt from None
    sys.exit(status if isinstance(status, int) else 0)


def _end(number: int, _frame: FrameType | None) -> NoReturn:
    end_by(Ended(number))
