"""A new project that builds for every platform and passes its tests as generated."""

from __future__ import annotations

import keyword
import re
import sys
from dataclasses import dataclass
from importlib.resources import files
from typing import TYPE_CHECKING, Literal, NoReturn, TypeAlias, get_args

from packaging.utils import InvalidName, canonicalize_name

from pyz3.capi import stable_abi_tag
from pyz3.errors import ConfigError
from pyz3.frontends import OWN_REQUIREMENT
from pyz3.targets import SUPPORTED, PythonVersion

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from pathlib import Path

Language: TypeAlias = Literal["c", "c++", "zig", "mixed"]
LANGUAGES: tuple[Language, ...] = get_args(Language)
# What else they are called.
LANGUAGE_ALIASES: dict[str, Language] = {"cc": "c++", "cpp": "c++", "cxx": "c++"}

# The module's sources: file in the package → template.
_SOURCES: dict[Language, dict[str, str]] = {
    "c": {"_core.c": "core.c"},
    "c++": {"_core.cpp": "core.cpp"},
    "zig": {"_core.zig": "core.zig"},
    "mixed": {"_core.c": "core.c", "fnv.zig": "fnv.zig"},
}
# The oldest Python that is not at its end of life when this was written (PEP 619).
_OLDEST_PYTHON = "3.10"
# Modules of the standard library of a supported Python that ``sys.stdlib_module_names`` of another lacks:
# removed by PEP 594, 632 and others, added after 3.10, and ``test``, which it never has.
_STANDARD_SOMEWHERE = frozenset(
    """
    aifc annotationlib asynchat asyncore audioop binhex cgi cgitb chunk compression crypt distutils formatter
    imghdr imp lib2to3 mailcap msilib nis nntplib ossaudiodev parser pipes profiling smtpd sndhdr spwd sunau
    symbol telnetlib test tomllib uu xdrlib
    """.split()  # noqa: SIM905 - a word list reads better than forty quoted strings
)
# A readme that is there is the project's; PyPI shows these (core metadata, Description-Content-Type).
_READMES = ("README.md", "README.rst", "README.txt", "README")
BUILD_SYSTEM = f"""\
[build-system]
requires = ["{OWN_REQUIREMENT}"]  # other versions of that name on PyPI are another project's
build-backend = "pyz3.backend"
"""


@dataclass(frozen=True, kw_only=True)
class Wishes:
    """What a project is to be like.

    Attributes:
        name: Of the distribution: ``fast-hash``.
        language: Of the extension module; ``mixed`` is C and Zig in one module.
        fallback: It works without the extension module, too.
        abi3: Oldest Python of the stable ABI (``3.10``); empty: a wheel per Python.
    """

    name: str
    language: Language = "c"
    fallback: bool = False
    abi3: str = ""

    @property
    def package(self) -> str:
        """The import name: ``fast_hash``."""
        return canonicalize_name(self.name).replace("-", "_")

    @property
    def disable_env(self) -> str:
        """The variable that turns the extension off: ``FAST_HASH_DISABLE_EXT``."""
        return f"{self.package.upper()}_DISABLE_EXT"

    def check(self) -> None:
        """Check the name and the stable ABI.

        Raises:
            ConfigError: No project can be called so, or no Python has that stable ABI.
        """
        try:
            canonicalize_name(self.name, validate=True)
        except InvalidName:
            self.refuse("is no name for a project: letters, digits, '-', '_' and '.' (PEP 508)")
        if keyword.iskeyword(self.package):
            self.refuse("is a keyword of Python and could not be imported")
        if not self.package.isidentifier():
            self.refuse("could not be imported: a name of Python begins with a letter")
        if self.abi3:
            self._check_abi3()

    def check_new(self) -> None:
        """Check the name of what does not exist yet, too: it must hide nothing.

        Raises:
            ConfigError: As :meth:`check`, or the standard library has a module of that name.
        """
        self.check()
        if self.package in sys.stdlib_module_names or self.package in _STANDARD_SOMEWHERE:
            self.refuse("is a module of the standard library")

    def refuse(self, why: str) -> NoReturn:
        """Refuse the name, and suggest one like it.

        Raises:
            ConfigError: Always.
        """
        words = re.sub(r"[^a-z0-9]+", "-", f"my-{self.name or 'project'}".lower()).strip("-")
        raise ConfigError(f"{self.name!r} {why}", tip=f"give it another: pyz3 init --name {words}") from None

    def _check_abi3(self) -> None:
        if self.abi3 in {str(python) for python in SUPPORTED}:
            try:
                stable_abi_tag(self.abi3)
            except ValueError:
                pass
            else:
                return
        raise ConfigError(
            f"--abi3: {self.abi3!r} is no Python that has a stable ABI",
            tip="name the oldest one that the wheel is for: --abi3 3.10",
        )


@dataclass(frozen=True, kw_only=True)
class Part:
    """What is compiled.

    Attributes:
        name: Dotted name of an extension module, or of a shared library: its place in the package.
        sources: Paths below the project.
        include_dirs: Folders of headers below the project.
        library: It is a library.
    """

    name: str
    sources: tuple[str, ...]
    include_dirs: tuple[str, ...] = ()
    library: bool = False


@dataclass(frozen=True, kw_only=True)
class Draft:
    """What is to be written.

    Attributes:
        files: Path below the project → text of a new file.
        before: The ``pyproject.toml`` there is; empty: none.
        after: What it will be.
        notes: What the user should know of it.
    """

    files: dict[str, str]
    before: str = ""
    after: str = ""
    notes: tuple[str, ...] = ()


def new_project(wishes: Wishes, *, there: Collection[str] = ()) -> Draft:
    """Give the files of a new project.

    Args:
        wishes: What it is to be like.
        there: Names of files in its folder: a readme and a ``.gitignore`` stay the project's.

    Raises:
        ConfigError: The name or the stable ABI cannot be.
    """
    wishes.check_new()
    folder = f"src/{wishes.package}"
    readme = find_readme(there)
    module = tuple(f"{folder}/{name}" for name in _SOURCES[wishes.language])
    tables = tool_tables(wishes, [Part(name=f"{wishes.package}._core", sources=module)])
    texts = {
        "pyproject.toml": f"{project_tables(wishes, readme=readme or _READMES[0])}\n{tables}",
        _READMES[0]: render("readme.md", wishes),
        ".gitignore": render("gitignore", wishes),
        f"tests/test_{wishes.package}.py": render("test.py", wishes),
        **starter_files(wishes, folder),
        **source_files(wishes, folder),
    }
    kept = ({_READMES[0]} if readme else set()) | ({".gitignore"} & {*there})
    notes = [f"{readme or _READMES[0]} stays as it is"] if readme else []
    if ".gitignore" in kept:
        lines = ", ".join(texts[".gitignore"].split())
        notes.append(f".gitignore stays as it is; what this project is built into: {lines}")
    return Draft(files={n: text for n, text in texts.items() if n not in kept}, notes=tuple(notes))


def starter_files(wishes: Wishes, folder: str) -> dict[str, str]:
    """Give the Python files of the package in ``folder``."""
    found = {f"{folder}/__init__.py": render("init.py", wishes), f"{folder}/py.typed": ""}
    if wishes.fallback:
        found[f"{folder}/_pure.py"] = render("pure.py", wishes)
    return found


def source_files(wishes: Wishes, folder: str) -> dict[str, str]:
    """Give the sources of the extension module in ``folder``, with its stub."""
    names = {**_SOURCES[wishes.language], "_core.pyi": "core.pyi"}
    return {f"{folder}/{name}": render(template, wishes) for name, template in names.items()}


def project_tables(wishes: Wishes, *, readme: str) -> str:
    """Give ``[build-system]`` and ``[project]`` as TOML; ``readme`` may be empty."""
    oldest = PythonVersion.parse(max(wishes.abi3 or _OLDEST_PYTHON, _OLDEST_PYTHON, key=PythonVersion.parse))
    line = f'readme = "{readme}"\n' if readme else ""
    return f"""\
{BUILD_SYSTEM}
[project]
name = "{wishes.name}"
version = "0.1.0"
description = "Describe what {wishes.name} is for"
{line}requires-python = ">={oldest.base}"
"""


def find_readme(there: Collection[str]) -> str:
    """Give the readme among the names of files; empty: there is none."""
    return next((name for name in _READMES if name in there), "")


def tool_tables(wishes: Wishes, parts: Sequence[Part]) -> str:
    """Give the ``[tool.pyz3]`` tables as TOML: what the project is to be like, and what is compiled."""
    lines = []
    if wishes.abi3 or wishes.fallback:
        lines.append("[tool.pyz3]")
        if wishes.abi3:
            lines.append(f'abi3 = "{wishes.abi3}"')
        if wishes.fallback:
            lines.append("fallback = true")
        lines.append("")
    for part in parts:
        kind = "libraries" if part.library else "extensions"
        lines += [f"[[tool.pyz3.{kind}]]", f'name = "{part.name}"', f"sources = [{_quoted(part.sources)}]"]
        if part.include_dirs:
            lines.append(f"include-dirs = [{_quoted(part.include_dirs)}]")
        if wishes.fallback and not part.library:
            lines += ["optional = true", f'disable-env = "{wishes.disable_env}"', "build-info = true"]
        lines.append("")
    return "\n".join(lines)


def _quoted(texts: Sequence[str]) -> str:
    return ", ".join(f'"{text}"' for text in texts)


def refuse_overwriting(root: Path, draft: Draft) -> None:
    """Refuse to write what is there already.

    Raises:
        ConfigError: Files are in the way; the message lists them.
    """
    there = [name for name in sorted(draft.files) if (root / name).exists() or (root / name).is_symlink()]
    # A file where a folder must be is in the way, too.
    folders = {parent for name in draft.files for parent in (root / name).parents if root in parent.parents}
    there += sorted(p.relative_to(root).as_posix() for p in folders if p.exists() and not p.is_dir())
    if there:
        raise ConfigError(
            f"{root}: in the way, and left as they are: {', '.join(there)}",
            tip="choose an empty folder: pyz3 init DIR",
        )


def render(template: str, wishes: Wishes) -> str:
    """Fill in a template: ``@name@`` and its like, and lines between ``@if fallback@`` and ``@end@``."""
    text = (files(__package__) / "templates" / f"{template}.in").read_text(encoding="utf-8")
    conditions = {"fallback": wishes.fallback, "mixed": wishes.language == "mixed"}
    lines: list[str] = []
    wanted = True
    for line in text.splitlines(keepends=True):
        condition = re.fullmatch(r"@if (not )?(\w+)@\n", line)
        if condition:
            wanted = conditions[condition[2]] != bool(condition[1])
        elif line == "@end@\n":
            wanted = True
        elif wanted:
            lines.append(line)
    values = {"name": wishes.name, "module": wishes.package, "MODULE": wishes.package.upper()}
    return re.sub(r"@(name|module|MODULE)@", lambda match: values[match[1]], "".join(lines))
