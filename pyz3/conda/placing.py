"""Where the files of a wheel go in a conda package (conda's "Conda package specification")."""

from __future__ import annotations

import base64
import csv
import hashlib
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pyz3.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pyz3.conda.wheels import Member, Wheel

# Stands for the environment's folder in a text; clients write the real one in its place.
PLACEHOLDER = "/pyz3_placeholder/of_the_environment"
_SCRIPT = """\
#!{python}
import re
import sys

from {module} import {root}

if __name__ == "__main__":
    sys.argv[0] = re.sub(r"(-script\\.pyw?|\\.exe)?$", "", sys.argv[0])
    sys.exit({function}())
"""
_BATCH = '@"%~dp0..\\python.exe" "%~dp0{name}-script.py" %*\r\n'


@dataclass(frozen=True, kw_only=True)
class Placed:
    """A file of a package.

    Attributes:
        path: Where it goes, below the environment's folder.
        content: All of it.
        executable: Whether its mode says so.
        placeholder: Whether ``PLACEHOLDER`` is in it.
    """

    path: str
    content: bytes
    executable: bool = False
    placeholder: bool = False

    @property
    def sha256(self) -> str:
        """The digest, hexadecimal."""
        return hashlib.sha256(self.content).hexdigest()


@dataclass(frozen=True, kw_only=True)
class _Places:
    """Folders of an environment, each with ``/`` at its end."""

    modules: str
    scripts: str
    headers: str


def place(wheel: Wheel) -> tuple[Placed, ...]:
    """Give the files of a package, sorted by path.

    Raises:
        ConfigError: The wheel has files for a place that a package for several Pythons cannot name.
    """
    places = _places(wheel)
    files = [
        Placed(path=f"{places.modules}{one.name}", content=one.content, executable=one.executable)
        for one in wheel.files
        if one.name != f"{wheel.dist_info}/INSTALLER"
    ]
    files += [_data(one, wheel, places) for one in wheel.data]
    if not wheel.aim.noarch:
        files += [script for text in wheel.scripts for script in _entry_point(text, wheel, places)]
    installer = f"{places.modules}{wheel.dist_info}/INSTALLER"
    files.append(Placed(path=installer, content=b"conda\n"))
    record = f"{places.modules}{wheel.dist_info}/RECORD"
    files.append(Placed(path=record, content=_record(files, record, places)))
    return tuple(sorted(files, key=lambda one: one.path))


def _windows(wheel: Wheel) -> bool:
    return wheel.aim.platform is not None and wheel.aim.platform.traits.os_name == "nt"


def _places(wheel: Wheel) -> _Places:
    python = wheel.aim.python
    if python is None:
        return _Places(modules="site-packages/", scripts="python-scripts/", headers="")
    if _windows(wheel):
        return _Places(modules="Lib/site-packages/", scripts="Scripts/", headers=f"Include/{wheel.name}/")
    folder = f"python{python}"
    return _Places(
        modules=f"lib/{folder}/site-packages/", scripts="bin/", headers=f"include/{folder}/{wheel.name}/"
    )


def _data(one: Member, wheel: Wheel, places: _Places) -> Placed:
    """Place a file of ``.data`` (PEP 427)."""
    kind, _, name = one.name.partition("/")
    if kind == "scripts":
        return _script(one, f"{places.scripts}{name}", wheel)
    folders = {"purelib": places.modules, "platlib": places.modules, "headers": places.headers, "data": ""}
    if kind not in folders or (kind == "headers" and wheel.aim.noarch):
        raise ConfigError(
            f"{wheel.name}: {one.name} cannot be placed: which Python's folder it belongs into is not known",
            tip="build a wheel per Python",
        )
    return Placed(path=f"{folders[kind]}{name}", content=one.content, executable=one.executable)


def _script(one: Member, path: str, wheel: Wheel) -> Placed:
    """Place a script; ``#!python`` stands for the interpreter (PEP 427)."""
    if not one.content.startswith(b"#!python"):
        return Placed(path=path, content=one.content, executable=True)
    _, newline, rest = one.content.partition(b"\n")
    content = f"#!{_interpreter(wheel)}".encode() + newline + rest
    return Placed(path=path, content=content, executable=True, placeholder=True)


def _interpreter(wheel: Wheel) -> str:
    return f"{PLACEHOLDER}/python.exe" if _windows(wheel) else f"{PLACEHOLDER}/bin/python"


def _entry_point(text: str, wheel: Wheel, places: _Places) -> Iterator[Placed]:
    """Give the script of an entry point; for several Pythons clients write it themselves."""
    name, _, target = text.partition(" = ")
    module, _, function = target.partition(":")
    code = _SCRIPT.format(
        python=_interpreter(wheel), module=module, root=function.partition(".")[0], function=function
    )
    path = f"{places.scripts}{name}"
    if _windows(wheel):
        yield Placed(path=f"{path}.bat", content=_BATCH.format(name=name).encode())
        path = f"{path}-script.py"
    yield Placed(path=path, content=code.encode(), executable=True, placeholder=True)


def _record(files: Iterable[Placed], record: str, places: _Places) -> bytes:
    """Give RECORD (PEP 376): paths relative to the folder of modules; those of other folders go up."""
    up = "../" * places.modules.count("/")
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    for one in sorted(files, key=lambda one: one.path):
        inside = one.path.startswith(places.modules)
        digest = base64.urlsafe_b64encode(bytes.fromhex(one.sha256)).decode().rstrip("=")
        # A client writes its folder into what has a placeholder: the digest would be wrong.
        told = ("", "") if one.placeholder else (f"sha256={digest}", len(one.content))
        rows.writerow((one.path.removeprefix(places.modules) if inside else up + one.path, *told))
    rows.writerow((record.removeprefix(places.modules), "", ""))
    return text.getvalue().encode()


def with_notes(wheel: Wheel) -> tuple[str, ...]:
    """Give what the user should know of where files go."""
    if wheel.scripts and _windows(wheel) and not wheel.aim.noarch:
        names = ", ".join(text.partition(" = ")[0] for text in wheel.scripts)
        return (f"commands on Windows are .bat files, there is no .exe that starts them: {names}",)
    return ()
