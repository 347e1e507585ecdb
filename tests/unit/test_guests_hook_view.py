"""Who sees the target: by the code that asks."""

from __future__ import annotations

import sys
from functools import partial
from types import ModuleType, SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from pyz3.guests.hook.view import ABSENT, Scope, VersionInfo, _platform_answers, _serve, python_version

if TYPE_CHECKING:
    from pathlib import Path

    from pyz3.hooks.protocol import SystemView


def frame_of(source: str, file: str, **scope: Any) -> Any:
    """Run ``source`` as the code of ``file``; give what its ``frame()`` gave."""
    found: list[Any] = []
    exec(compile(source, file, "exec"), {"frame": lambda: found.append(sys._getframe(1)), **scope})  # noqa: S102
    return found[0]


@pytest.mark.parametrize(
    ("file", "scope", "expected"),
    [
        ("project/setup.py", {}, True),
        ("project/deep/er/x.py", {}, True),
        ("projects/setup.py", {}, False),
        ("lib/x.py", {}, False),
        ("<string>", {"__file__": "project/setup.py"}, True),  # as setuptools runs setup.py
        ("<string>", {"__file__": "lib/x.py"}, False),
        ("<frozen importlib._bootstrap>", {}, False),
    ],
)
def test_a_scope_is_what_lies_below(tmp_path: Path, file: str, scope: dict[str, str], expected: bool) -> None:
    absolute = {name: str(tmp_path / value) for name, value in scope.items()}
    name = file if file.startswith("<") else str(tmp_path / file)
    assert Scope([str(tmp_path / "project")]).covers(frame_of("frame()", name, **absolute)) is expected


def test_code_from_a_string_is_that_of_whoever_runs_it(tmp_path: Path) -> None:
    scope = Scope([str(tmp_path)])
    inner = "exec(compile('frame()', '<string>', 'exec'), {'frame': frame})"
    frames: list[bool] = []
    for file in (tmp_path / "setup.py", tmp_path.parent / "lib.py"):
        seen = {"frame": lambda: frames.append(scope.covers(sys._getframe(1)))}
        exec(compile(inner, str(file), "exec"), seen)  # noqa: S102
    assert frames == [True, False]


def test_relative_names_are_the_projects(tmp_path: Path) -> None:
    assert Scope([str(tmp_path)]).covers(frame_of("frame()", "setup.py"))


def test_names_in_a_zip_are_relative(tmp_path: Path) -> None:
    """The standard library of Windows' embeddable Python: its pathlib was shown os.name of the target."""
    named = {"__file__": str(tmp_path / "python313.zip" / "pathlib" / "_local.py")}
    assert not Scope([str(tmp_path / "project")]).covers(frame_of("frame()", "pathlib/_local.py", **named))


def served(tmp_path: Path, **shown: object) -> ModuleType:
    module = ModuleType("thing")
    module.platform, module.other, module.uname = "host", 1, "there"  # type: ignore[attr-defined]
    _serve(module, {"platform": "target", **shown}, Scope([str(tmp_path)]))
    return module


def ask(source: str, file: Path, thing: ModuleType) -> Any:
    scope: dict[str, Any] = {"thing": thing, "sys": sys}
    before = sys.modules.get("thing")
    sys.modules["thing"] = thing
    try:
        exec(compile(source, str(file), "exec"), scope)  # noqa: S102
    finally:
        sys.modules.pop("thing") if before is None else sys.modules.update(thing=before)
    return scope["x"]


@pytest.mark.parametrize(
    "source",
    [
        "x = thing.platform",
        "x = thing.platform.lower()",
        "from thing import platform as x",
        "x = getattr(thing, 'platform')",
        "x = [thing.platform for _ in 'a'][0]",
        "def f():\n    return thing.platform\nx = f()",
        "x = (lambda: thing.platform)()",
    ],
)
def test_an_attribute_depends_on_who_reads_it(tmp_path: Path, source: str) -> None:
    thing = served(tmp_path)
    assert ask(source, tmp_path / "setup.py", thing) == "target"
    assert ask(source, tmp_path.parent / "lib.py", thing) == "host"


def test_compiled_code_that_the_project_calls_is_not_the_project(tmp_path: Path) -> None:
    # C code reads attributes with no frame of its own, as map() does here.
    source = (
        "import operator\ny = thing.platform\nx = list(map(operator.attrgetter('plat' + 'form'), [thing]))[0]"
    )
    assert ask(source, tmp_path / "setup.py", served(tmp_path)) == "host"


def test_what_the_target_lacks_and_what_only_it_has(tmp_path: Path) -> None:
    thing = served(tmp_path, uname=ABSENT, winver="3.13")
    has = "x = (hasattr(thing, 'uname'), hasattr(thing, 'winver'))"
    assert ask(has, tmp_path / "setup.py", thing) == (False, True)
    assert ask(has, tmp_path.parent / "lib.py", thing) == (True, False)
    with pytest.raises(AttributeError, match=r"^module 'thing' has no attribute 'uname'$"):
        ask("x = thing.uname", tmp_path / "setup.py", thing)


def test_the_module_stays_a_module(tmp_path: Path) -> None:
    thing = served(tmp_path)
    assert vars(thing)["platform"] == "host"  # what C code reads
    made = type(thing)("new")
    assert type(made) is ModuleType
    assert made.__name__ == "new"
    thing.platform = "set"
    assert ask("x = thing.platform", tmp_path / "setup.py", thing) == "set"
    assert thing.other == 1


def test_what_platform_answers() -> None:
    from hooking import LINUX, MACOS, WIN32, view  # noqa: PLC0415 - imports what runs processes

    def answers(seen: SystemView) -> dict[str, object]:
        fields = {name: getattr(seen, name) for name in seen.__struct_fields__}
        return _platform_answers(fields, VersionInfo(3, 13, 2, "final", 0))

    linux, macos, win32 = (answers(view(kind)) for kind in (LINUX, MACOS, WIN32))
    assert linux["platform"] == "Linux-6.1.0-aarch64-with-glibc2.17"
    assert macos["platform"] == "macOS-11.0-arm64-arm-64bit"
    assert win32["platform"] == "Windows-10-10.0.19045-SP0"
    assert (linux["architecture"], win32["architecture"]) == (("64bit", "ELF"), ("32bit", "WindowsPE"))
    assert (linux["libc_ver"], macos["libc_ver"]) == (("glibc", "2.17"), ("", ""))
    assert macos["mac_ver"] == ("11.0", ("", "", ""), "arm64")
    assert linux["mac_ver"] == ("", ("", "", ""), "")
    assert linux["python_version_tuple"] == ("3", "13", "2")


def test_versions_compare_as_those_of_python() -> None:
    version = VersionInfo(3, 14, 0, "final", 0)
    assert version >= (3, 9)
    assert version[:2] == (3, 14)
    assert (version.major, version.minor) == (3, 14)
    assert python_version(version) == "3.14.0"


def test_cython_asks_on_the_projects_behalf(tmp_path: Path) -> None:
    scope = Scope([str(tmp_path / "project")])
    for folder, asks in (("Cython/Compiler", True), ("setuptools", False)):
        frame = frame_of("frame()", str(tmp_path / "site-packages" / folder / "Main.py"))
        assert (scope.calls(frame, "uname"), scope.calls(frame, "machine")) == (asks, False)


# As importlib._bootstrap calls what initialises a compiled module: that has no frame of its own.
INITIALISING = """\
def _call_with_frames_removed(f, *args, **kwds):
    return f(*args, **kwds)
x = _call_with_frames_removed(initialise, given)
"""


@pytest.mark.parametrize(("folder", "seen"), [("project", ["target"]), ("lib", ["host"])])
@pytest.mark.parametrize("kind", ["spec", "module"])
def test_a_compiled_module_of_the_projects_sees_the_targets_suffixes(
    tmp_path: Path, kind: str, folder: str, seen: list[str]
) -> None:
    """mypyc writes the ending of modules into their code; a wheel for Windows named Linux' own."""
    thing = ModuleType("thing")
    thing.EXTENSION_SUFFIXES, thing.platform = ["host"], "host"  # type: ignore[attr-defined]
    shown = {"EXTENSION_SUFFIXES": ["target"], "platform": "target"}
    _serve(thing, shown, Scope([str(tmp_path / "project")]))
    given: Any = SimpleNamespace(origin=str(tmp_path / folder / "common.so"))
    if kind == "module":
        given = SimpleNamespace(__spec__=given)
    found = []
    for name in ("EXTENSION_SUFFIXES", "platform"):
        # A built-in function has no frame, either; what it is called with would be the default.
        names: dict[str, Any] = {"initialise": partial(getattr, thing, name), "given": given}
        exec(compile(INITIALISING, "<frozen importlib._bootstrap>", "exec"), names)  # noqa: S102
        found.append(names["x"])
    assert found == [seen, "host"]  # of other attributes it is not known who reads them
