"""The order of the rooms (docs/design.md), and what may not happen below the command line."""

from __future__ import annotations

import ast
import re
import sys
from typing import TYPE_CHECKING

import pytest
from rooms import ROOMS, ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# Types may be named against the order: nothing is run for them.
TYPES_AGAINST_THE_ORDER = {("results", "events")}


def modules() -> dict[str, Path]:
    found = {}
    for path in sorted((ROOT / "pyz3").rglob("*.py")):
        parts = path.relative_to(ROOT / "pyz3").with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


MODULES = modules()
TREES = {name: ast.parse(path.read_text(encoding="utf-8")) for name, path in MODULES.items()}
ABOVE = ROOMS[: ROOMS.index("_interruption") + 1]
# Programs of their own, started as processes.
PROGRAMS = ("guests",)
BELOW_THE_COMMAND_LINE = [
    name for name in MODULES if name.split(".")[0] not in ABOVE and not name.startswith(PROGRAMS)
]


def type_checking(tree: ast.Module) -> set[ast.AST]:
    """Everything that stands under ``if TYPE_CHECKING:``."""
    blocks = [n for n in ast.walk(tree) if isinstance(n, ast.If) and ast.unparse(n.test) == "TYPE_CHECKING"]
    return {inner for block in blocks for statement in block.body for inner in ast.walk(statement)}


def imported(node: ast.AST, name: str) -> list[str]:
    """The modules that an import statement in ``name`` names; ``from pyz3 import x`` may name one, too.

    A program of its own is a package of another name: it says what it imports relative to itself.
    """
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        if node.level:
            assert node.level == 1, "relative import"
            assert name.startswith(PROGRAMS), "relative import"
            return [f"pyz3.{name.rpartition('.')[0]}.{node.module}"]
        assert not name.startswith(PROGRAMS) or not str(node.module).startswith("pyz3"), "nothing of pyz3"
        whole = str(node.module)
        return [
            f"{whole}.{a.name}" if f"{whole}.{a.name}".removeprefix("pyz3.") in MODULES else whole
            for a in node.names
        ]
    return []


def own_imports(name: str, *, types: bool) -> set[str]:
    """pyz3's modules that ``name`` imports: for types alone, or at run time."""
    typing = type_checking(TREES[name])
    targets = {
        target
        for node in ast.walk(TREES[name])
        if (node in typing) == types
        for target in imported(node, name)
        if target.split(".")[0] == "pyz3"
    }
    return {target.removeprefix("pyz3").removeprefix(".") for target in targets}


def faces(name: str) -> Iterator[str]:
    """The packages round a module that say in ``__all__`` what others may import."""
    while name := name.rpartition(".")[0]:
        if re.search(r"^__all__ = ", MODULES[name].read_text(encoding="utf-8"), re.MULTILINE):
            yield name


@pytest.mark.parametrize("name", MODULES)
def test_a_room_with_a_face_is_entered_by_it(name: str) -> None:
    named = {
        str(node.module).removeprefix("pyz3.")
        for node in ast.walk(TREES[name])
        if isinstance(node, ast.ImportFrom) and not node.level and str(node.module).startswith("pyz3.")
    }
    # A package within a room is a room with a face of its own.
    inner = [one for one in named if MODULES[one].name != "__init__.py"]
    assert [one for one in inner for face in faces(one) if not f"{name}.".startswith(f"{face}.")] == []


def module_level(name: str) -> set[str]:
    """The top-level packages that importing the module imports."""
    tree = TREES[name]
    skipped = type_checking(tree) | {
        inner
        for node in ast.walk(tree)
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda))
        for inner in ast.walk(node)
    }
    return {t.split(".")[0] for node in ast.walk(tree) if node not in skipped for t in imported(node, name)}


def test_every_module_has_its_room() -> None:
    assert {name.split(".")[0] for name in MODULES} <= set(ROOMS)
    assert len(MODULES) > 40


@pytest.mark.parametrize("types", [False, True], ids=["run time", "types"])
def test_a_room_imports_only_what_stands_below_it(types: bool) -> None:
    against = {
        (name.split(".")[0], target.split(".")[0])
        for name in MODULES
        for target in own_imports(name, types=types)
        if ROOMS.index(target.split(".")[0]) < ROOMS.index(name.split(".")[0])
    }
    assert against <= (TYPES_AGAINST_THE_ORDER if types else set())


def test_no_module_imports_itself_in_a_ring() -> None:
    edges = {
        name: {t for t in own_imports(name, types=False) if t in MODULES and t != name} for name in MODULES
    }
    while leaves := [name for name, targets in edges.items() if not targets & edges.keys()]:
        for leaf in leaves:
            del edges[leaf]
    assert edges == {}


def test_what_is_imported_exists() -> None:
    for name in MODULES:
        for types in (False, True):
            assert own_imports(name, types=types) <= set(MODULES)


@pytest.mark.parametrize("name", MODULES)
def test_heavy_libraries_are_imported_where_they_are_needed(name: str) -> None:
    found = module_level(name)
    assert "lief" not in found
    if name in BELOW_THE_COMMAND_LINE:
        assert not found & {"rich", "click"}


def test_the_command_line_imports_only_the_command_that_is_asked_for() -> None:
    for name in ("__main__", "cli", "cli.boundary"):
        assert module_level(name) - sys.stdlib_module_names <= {"click", "pyz3"}
        assert own_imports(name, types=False) <= {
            "",
            "_nearest",
            "_ending",
            "_files",  # when there is something to complain of
            "_interruption",
            "cli",
            "cli.boundary",
            "cli.hinting",
            "cli.ui",  # like the next, when there is something to complain of
            "store",
            "errors",
        }


FORBIDDEN_CALLS = {
    *("print", "input", "exit", "quit", "sys.exit", "os._exit", "os.abort", "os.chdir", "os.fchdir"),
    *("os.putenv", "os.unsetenv", "os.system", "os.popen", "os.umask", "signal.signal", "breakpoint"),
    *("sys.stdout.write", "sys.stderr.write"),
    *(f"os.environ.{method}" for method in ("update", "setdefault", "pop", "popitem", "clear")),
    *("contextlib.chdir",),
}


def changes(node: ast.AST) -> list[ast.expr]:
    if isinstance(node, (ast.Assign, ast.Delete)):
        return node.targets
    return [node.target] if isinstance(node, (ast.AugAssign, ast.AnnAssign)) else []


@pytest.mark.parametrize("name", BELOW_THE_COMMAND_LINE)
def test_nothing_below_the_command_line_touches_the_process(name: str) -> None:
    done = [
        ast.unparse(node)
        for node in ast.walk(TREES[name])
        if (isinstance(node, ast.Call) and ast.unparse(node.func) in FORBIDDEN_CALLS)
        or any(ast.unparse(target).startswith("os.environ") for target in changes(node))
        or (isinstance(node, ast.Raise) and node.exc is not None and "SystemExit" in ast.unparse(node.exc))
    ]
    assert done == []


@pytest.mark.parametrize("name", MODULES)
def test_no_shell(name: str) -> None:
    for node in ast.walk(TREES[name]):
        if isinstance(node, ast.Call):
            assert not [keyword for keyword in node.keywords if keyword.arg == "shell"], ast.unparse(node)


def test_one_module_alone_decodes() -> None:
    # Two threads that let msgspec meet a type for the first time crash the process: see pyz3._records.
    using = {
        name
        for name, tree in TREES.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and re.fullmatch(r"msgspec\.(convert|\w+\.(decode|Decoder))", ast.unparse(node))
    }
    assert using == {"_records"}
    # Nothing of it has another name, either.
    from_msgspec = [
        name
        for name, tree in TREES.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and str(node.module).partition(".")[0] == "msgspec"
    ]
    assert from_msgspec == []


def test_one_room_alone_spells_paths_in_the_cache() -> None:
    spelled = {
        name
        for name, tree in TREES.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.BinOp)
        and isinstance(node.op, ast.Div)
        and isinstance(node.right, (ast.Constant, ast.JoinedStr))
        and re.search(r"\bcache(\.root)?$", ast.unparse(node.left))
    }
    # Names within one of zig's own folders.
    assert spelled == {"engine.manifests"}


def test_everything_that_is_shown_goes_one_way() -> None:
    # Another console would show the escape sequences that a project's names and compilers bring.
    consoles = {
        name
        for name, tree in TREES.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == "rich.console"
        if node not in type_checking(tree)
    }
    assert consoles == {"cli.terminal"}


def length(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines of a function without its docstring, which may explain at length."""
    lines = int(function.end_lineno or 0) - function.lineno + 1
    if ast.get_docstring(function) is not None:
        text = function.body[0]
        lines -= int(text.end_lineno or 0) - text.lineno + 1
    return lines


def test_functions_stay_short() -> None:
    long_functions = {
        f"{name}.{node.name}": length(node)
        for name, tree in TREES.items()
        for node in ast.walk(tree)
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and length(node) > 60
    }
    assert long_functions == {}


@pytest.mark.parametrize("name", MODULES)
def test_every_module_and_public_name_is_documented(name: str) -> None:
    tree = TREES[name]
    assert ast.get_docstring(tree), name
    for node in tree.body:
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)) and not node.name.startswith("_"):
            assert ast.get_docstring(node), f"{name}.{node.name}"


def test_the_facade_defines_nothing() -> None:
    # python -m pyz3.wheel executes it a second time: a class defined there would exist twice.
    kinds = {type(node) for node in TREES["wheel"].body}
    assert kinds <= {ast.Expr, ast.ImportFrom, ast.Assign, ast.If}
    assigned = [ast.unparse(t) for n in TREES["wheel"].body if isinstance(n, ast.Assign) for t in n.targets]
    assert assigned == ["__all__"]
