"""``pyz3 lock``: the versions and hashes of what builds a project's wheels, written down."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import click
from rich.text import Text

from pyz3._files import unwritable, write_for_user
from pyz3.builder import WheelBuilder, every_target
from pyz3.cli.difference import check_file
from pyz3.cli.options import config_option, project_argument, pythons_option
from pyz3.cli.settings import SETTINGS
from pyz3.cli.terminal import SafeConsole
from pyz3.cli.ui import BuildView
from pyz3.engine.toolchain import find_toolchain
from pyz3.environments import LOCK_FILE, LockError, parse_lock, resolve, written
from pyz3.errors import ConfigError
from pyz3.hooks.locking import Inquiry

if TYPE_CHECKING:
    from pathlib import Path

    from pyz3.environments import Lock

_EXAMPLES = """\b
Examples:
  pyz3 lock                          write pylock.pyz3.toml
  pyz3 lock --upgrade                the newest versions
  pyz3 wheel --locked                build with these, or not at all
"""


@click.command(context_settings=SETTINGS, epilog=_EXAMPLES, short_help="Lock what builds the wheels.")
@click.option(
    "-U", "--upgrade", is_flag=True, help="Take the newest versions.  [default: those in the file are kept]"
)
@click.option(
    "--check", is_flag=True, help="Write nothing: show what would change, and exit with 1 if anything."
)
@pythons_option("lock", default="all that the project supports")
@config_option
@project_argument
def lock(*, project: Path, upgrade: bool, check: bool, pythons: tuple[str, ...], config: Path | None) -> int:
    """Write pylock.pyz3.toml for PROJECT: what its build requires, in exact versions, with hashes (PEP 751).

    It is for every Python that the project supports and for every machine that builds it.  pyz3 wheel
    obeys it, and with --locked installs nothing else.  uv resolves the requirements.
    """
    console = SafeConsole()
    root = project.absolute()
    view = BuildView(SafeConsole(stderr=True, soft_wrap=True), verbose=False, quiet=False)
    found = WheelBuilder(root, config=config).open().project
    if found.backend is None:
        raise ConfigError(
            f"{root}: pyz3 itself builds this project, and installs nothing for it: there is nothing to lock",
            tip="what builds it is pyz3: pin that (pyz3==…), and with it the version of zig",
        )
    text = _read(root / LOCK_FILE)
    before = _parsed(console, text, root / LOCK_FILE)
    toolchain = find_toolchain(os.environ)
    with toolchain.in_use(lambda said: console.print(Text(f"note: {said}", style="yellow"), soft_wrap=True)):
        inquiry = Inquiry(
            project=found,
            backend=found.backend,
            cache=toolchain.cache,
            environ=os.environ,
            lock=None if upgrade else before,
            tell=view,
        )
        required = inquiry(every_target(found, pythons=pythons))
        now = resolve(
            required.requires,
            oldest=required.oldest,
            root=root,
            cache=toolchain.cache,
            environ=os.environ,
            before="" if upgrade or before is None else text,
        )
    for other in dict.fromkeys(required.stand_ins.values()):
        missing = ", ".join(name for name, one in required.stand_ins.items() if one == other)
        said = f"not installed here: Python {missing}; Python {other} said what the build requires"
        console.print(Text(f"note: {said}", style="yellow"), soft_wrap=True)
    if check:
        return check_file(console, text, written(now), path=LOCK_FILE)
    _write(console, now, before, is_new=written(now) != text)
    return 0


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8") if path.exists() else ""
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} cannot be read: {error}", tip="move it away first") from None


def _parsed(console: SafeConsole, text: str, path: Path) -> Lock | None:
    """Give the lock file as it is; one that is none (after a merge, say) is to be written anew."""
    try:
        return parse_lock(text, path) if text else None
    except LockError as error:
        said = f"note: {error.message}: no version of it is kept"
        console.print(Text(said, style="yellow"), soft_wrap=True)
        return None


def _write(console: SafeConsole, now: Lock, before: Lock | None, *, is_new: bool) -> None:
    if is_new:
        try:
            write_for_user(now.path, written(now).encode())
        except OSError as error:
            raise unwritable(str(now.path), error) from error
    old, new = (_versions(one) for one in (before, now))
    for sign, names, style in (("-", old - new, "red"), ("+", new - old, "green")):
        for name in sorted(names):
            console.print(Text(f"{sign} {name}", style=style), soft_wrap=True)
    console.print(f"{now.path}: {'written' if is_new else 'as it was'}", soft_wrap=True)


def _versions(lock: Lock | None) -> set[str]:
    return {f"{one.name} {one.version}" for one in lock.content.packages} if lock is not None else set()
