"""Rules about what is in a wheel and should not be, or the other way round.

Codes such as W001 are those of check-wheel-contents.
"""

from __future__ import annotations

from keyword import iskeyword
from typing import TYPE_CHECKING

from packaging.utils import canonicalize_name

from pyz3.check.findings import Hit, spelled
from pyz3.doctor import is_binary

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from pyz3.check.subject import Subject

_COMPILED = (".pyc", ".pyo")
_MODULES = (".py", ".pyi", ".pyd", ".so", ".pth")
# What check-wheel-contents finds at the top, and what setuptools' flat layout leaves out.
_COMMON = frozenset({
    "bench", "benchmark", "benchmarks", "build", "cmake", "data", "dist", "doc", "docs",
    "documentation", "etc", "example", "examples", "include", "lib", "licenses", "notebooks", "requirements",
    "resources", "samples", "script", "scripts", "src", "static", "task", "tasks", "template",
    "templates", "test", "tests", "test_utils", "tool", "tools", "util", "utils", "vendor",
    "venv",
})  # fmt: skip
_LEFT_OVER_FOLDERS = frozenset({
    ".git", ".github", ".hg", ".svn", ".idea", ".vscode", ".tox", ".nox", ".venv", ".eggs", ".pytest_cache",
    ".mypy_cache", ".ruff_cache", ".hypothesis", ".ipynb_checkpoints", "node_modules", "__MACOSX", "htmlcov",
})  # fmt: skip
_LEFT_OVER = frozenset({
    ".DS_Store", "Thumbs.db", "desktop.ini", ".coverage", ".env", ".netrc", ".pypirc", ".npmrc", "id_rsa",
    "id_ed25519",
})  # fmt: skip
_LEFT_OVER_ENDS = ("~", ".orig", ".rej", ".swp", ".bak", ".tmp")
_SOURCES = (
    *(".c", ".cc", ".cpp", ".cxx", ".c++", ".m", ".mm", ".f", ".f90", ".rs", ".go", ".zig", ".asm"),
    *(".o", ".obj", ".ilk", ".exp"),
)
_LARGE = 4096


def compiled_python(subject: Subject) -> Iterator[Hit]:
    """Find bytecode."""
    for name in subject.files:
        if name.endswith(_COMPILED) or "__pycache__/" in name:
            yield Hit(member=name, message=f"{spelled(name)} is bytecode")


def same_contents(subject: Subject) -> Iterator[Hit]:
    """Find modules and binaries that are there twice under two names."""
    found: dict[str, list[str]] = {}
    for name, member in subject.members.items():
        if member.size >= _LARGE and (name.endswith(".py") or is_binary(name)):
            found.setdefault(member.sha256, []).append(name)
    for names in found.values():
        if len(names) > 1:
            others = " and ".join(map(spelled, names[1:3]))
            yield Hit(member=names[0], message=f"{spelled(names[0])} and {others} are the same file")


def stray_at_top(subject: Subject) -> Iterator[Hit]:
    """Find files that lie in site-packages itself and are no modules."""
    for name in _library(subject):
        if "/" not in name and not name.endswith(_MODULES) and not is_binary(name):
            yield Hit(
                member=name, message=f"{spelled(name)} would lie in site-packages itself, and is no module"
            )


def no_importable_place(subject: Subject) -> Iterator[Hit]:
    """Find modules in folders that cannot be imported, and Python files whose own name cannot be.

    Extension modules may have any name: mypyc's shared ones begin with digits, and are imported from C.
    """
    told: set[str] = set()
    extensions = {name for name, binary in subject.binaries.items() if binary.said.module}
    for full, name in _placed(subject):
        folder, _, last = name.rpartition("/")
        is_python = last.endswith(".py")
        if folder in told or not (is_python or full in extensions):
            continue
        odd = [part for part in folder.split("/") if part and not _is_name(part.removesuffix("-stubs"))]
        if odd:
            told.add(folder)
        elif is_python and not _is_name(last.removesuffix(".py")):
            odd = [last.removesuffix(".py")]
        if odd:
            yield Hit(
                member=name, message=f"{spelled(name)} cannot be imported: {spelled(odd[0])} is no name"
            )


def _is_name(text: str) -> bool:
    return text.isidentifier() and not iskeyword(text)


def common_name(subject: Subject) -> Iterator[Hit]:
    """Find top-level names that many projects would put there by mistake."""
    for top in _tops(subject):
        own = subject.named is not None and canonicalize_name(top) == subject.named.name
        if top.removesuffix(".py") in _COMMON and not own:
            yield Hit(member=top, message=f"it installs {spelled(top)} for everybody to import")


def init_at_top(subject: Subject) -> Iterator[Hit]:
    """Find a package's file without its package."""
    if "__init__.py" in _library(subject):
        yield Hit(member="__init__.py", message="__init__.py would lie in site-packages itself")


def empty(subject: Subject) -> Iterator[Hit]:
    """Find a wheel that installs nothing."""
    if not subject.unreadable and subject.info and not [n for n in subject.files if not _in_info(subject, n)]:
        yield Hit(message="nothing is in it but its metadata")


def several_tops(subject: Subject) -> Iterator[Hit]:
    """Find a wheel that brings several packages."""
    tops = [top for top in _tops(subject) if not top.startswith("_") and not top.endswith((".libs", ".pth"))]
    plain = sorted({top.partition(".")[0].removesuffix("-stubs") for top in tops})
    if len(plain) > 1:
        yield Hit(message=f"it installs several packages or modules: {', '.join(map(spelled, plain[:5]))}")


def folder_without_modules(subject: Subject) -> Iterator[Hit]:
    """Find top-level folders that nothing can be imported from."""
    for top, inside in _folders(subject).items():
        if not top.endswith(".libs") and not any(name.endswith(_MODULES) for name in inside):
            yield Hit(
                member=inside[0], message=f"{spelled(top)}/ would lie in site-packages, and has no module"
            )


def left_over(subject: Subject) -> Iterator[Hit]:
    """Find what tools, editors and systems leave behind."""
    for name in subject.files:
        *folders, last = name.split("/")
        if _LEFT_OVER_FOLDERS.intersection(folders) or last in _LEFT_OVER or last.endswith(_LEFT_OVER_ENDS):
            yield Hit(member=name, message=f"{spelled(name)} was left behind by a tool")


def stray_source(subject: Subject) -> Iterator[Hit]:
    """Find what a compiler needs or leaves beside its result."""
    folders = {name.rpartition("/")[0] for name, binary in subject.binaries.items() if binary.said.module}
    for name, _ in _placed(subject):
        if name.endswith(_SOURCES) and name.rpartition("/")[0] in folders:
            yield Hit(
                member=name, message=f"{spelled(name)} is for a compiler, and the wheel holds what it made"
            )


def not_typed(subject: Subject) -> Iterator[Hit]:
    """Find stubs, or the classifier, without the mark that type checkers look for (PEP 561)."""
    for top, inside in _folders(subject).items():
        stubs = [name for name in inside if name.endswith(".pyi")]
        marked = any(name.endswith("/py.typed") for name in inside)
        if stubs and not marked and not top.endswith("-stubs"):
            yield Hit(
                member=stubs[0], message=f"{spelled(stubs[0])} is a stub, and {spelled(top)} has no py.typed"
            )
    headers = subject.headers("METADATA")
    says = headers is not None and "Typing :: Typed" in map(str, headers.get_all("Classifier", []))
    if says and not any(name.endswith(("/py.typed", ".pyi")) for name in _library(subject)):
        yield Hit(message="a classifier says Typing :: Typed, and there is no py.typed")


def _in_info(subject: Subject, name: str) -> bool:
    return name.startswith(f"{subject.info}/")


def _library(subject: Subject) -> list[str]:
    """Give the files that go into site-packages, as they are called there."""
    return [place for _, place in _placed(subject)]


def _placed(subject: Subject) -> list[tuple[str, str]]:
    """Give their paths in the wheel, and there: those of ``.data/purelib`` and ``platlib`` too."""
    found = []
    data = f"{subject.info.removesuffix('.dist-info')}.data/"
    for name in subject.files:
        if name.startswith(data):
            kind, _, rest = name[len(data) :].partition("/")
            if kind in {"purelib", "platlib"}:
                found.append((name, rest))
        elif not _in_info(subject, name):
            found.append((name, name))
    return found


def broken_sbom(subject: Subject) -> Iterator[Hit]:
    """Find bills of materials that are called JSON and are none."""
    for name, why in subject.broken_sboms.items():
        yield Hit(member=name, message=f"{spelled(name)} is no JSON object: {spelled(why)}")


def _folders(subject: Subject) -> dict[str, list[str]]:
    """Give the folders of site-packages itself, and what is in each."""
    found: dict[str, list[str]] = {}
    for name in _library(subject):
        top, separator, _ = name.partition("/")
        if separator:
            found.setdefault(top, []).append(name)
    return found


def _tops(subject: Subject) -> list[str]:
    return list(dict.fromkeys(name.partition("/")[0] for name in _library(subject)))


RULES: Mapping[str, Callable[[Subject], Iterator[Hit]]] = {
    "PW401": compiled_python,
    "PW402": same_contents,
    "PW403": stray_at_top,
    "PW404": no_importable_place,
    "PW405": common_name,
    "PW406": init_at_top,
    "PW407": empty,
    "PW408": several_tops,
    "PW409": folder_without_modules,
    "PW410": left_over,
    "PW411": stray_source,
    "PW412": not_typed,
    "PW413": broken_sbom,
}
