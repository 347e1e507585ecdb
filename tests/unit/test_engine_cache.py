from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import pytest
from planning import plan_of

from pyz3.config import Extension, Project, Settings, ToolTable
from pyz3.engine.artifacts import CApi, make_artifacts
from pyz3.engine.header_search import HeaderSearch
from pyz3.engine.plan_file import Lean, SystemCxx
from pyz3.engine.toolchain import Toolchain, find_toolchain
from pyz3.engine.warmth import Warmth, parts_needed, whole_parts
from pyz3.errors import ConfigError
from pyz3.store import Cache, in_use
from pyz3.targets import Platform, PythonVersion, Target

if TYPE_CHECKING:
    from pyz3.engine.plan_file import Artifact

BUILD_ZIG = (Path(__file__).parents[2] / "build.zig").read_bytes()


def artifact(target: str = "x86_64-linux-gnu.2.17", *, zig: bool = False, cpp: bool = False) -> Artifact:
    extension = Extension(name="m", common=Settings(sources=("a.c",)), families={})
    plan = plan_of(
        Project(root=Path(), tool=ToolTable(), extensions=(extension,)),
        [Target(platform=Platform.LINUX_X86_64, python=PythonVersion(3, 13))],
    )
    (made,) = make_artifacts(
        Path(),
        plan,
        {"3.13": CApi(include="")},
        read=Path.read_text,
        is_file=lambda _: False,
        exports=lambda *_: "",
        runtime=lambda *_, **__: (),
        lean=lambda *_: None,
        zig_lib=Path(),
        search=HeaderSearch(zig_lib=Path()),
    )
    zig_sources = ("a.zig",) if zig else ()
    return msgspec.structs.replace(made, target=target, zig_sources=zig_sources, link_cpp=cpp)


@pytest.fixture
def toolchain(tmp_path: Path) -> Toolchain:
    return Toolchain(zig=Path("zig"), version="0.16.0", cache=Cache(tmp_path / "cache"))


BUILD_SCRIPT = "compiling the build script (about 10 s), first time only"
PARTS = "compiling what C++ needs (about 12 s), first time only"
LIBCXX = "compiling libc++ (about 40 s), first time only"
TRANSLATOR = "compiling the header translator (about 40 s), first time only"
RUNTIME = "compiling the Windows runtime (about 60 s), first time only"


class Told:
    """A run of builds, and what it says of parts."""

    def __init__(self, folder: Path) -> None:
        self.sentences: list[str] = []
        self.warmth = Warmth(folder, lambda _, text: self.sentences.append(text))

    def of(self, *artifacts: Artifact, optimize: str = "ReleaseFast") -> list[str]:
        self.sentences.clear()
        self.warmth.announce("p", parts_needed(artifacts, optimize=optimize))
        return [*self.sentences]


@pytest.mark.parametrize(
    ("artifacts", "sentences"),
    [
        ([artifact()], [BUILD_SCRIPT]),
        ([artifact(zig=True)], [BUILD_SCRIPT, TRANSLATOR]),
        ([artifact("x86_64-windows-gnu")], [BUILD_SCRIPT, RUNTIME]),
        ([artifact(cpp=True), artifact(cpp=True)], [BUILD_SCRIPT, LIBCXX]),
        ([msgspec.structs.replace(artifact(cpp=True), in_parts=True)], [BUILD_SCRIPT, PARTS]),
        # Nothing is linked with it.
        ([msgspec.structs.replace(artifact(cpp=True), kind="static")], [BUILD_SCRIPT]),
        (
            [artifact("x86_64-macos.10.9", cpp=True), artifact("x86_64-macos.10.13", cpp=True, zig=True)],
            [BUILD_SCRIPT, LIBCXX.replace("40", "80"), TRANSLATOR],
        ),
    ],
)
def test_parts_are_cold_until_a_build_needed_them(
    artifacts: list[Artifact], sentences: list[str], tmp_path: Path
) -> None:
    folder = tmp_path / "new" / "markers"
    parts = parts_needed(artifacts, optimize="ReleaseFast")
    told = Told(folder)
    assert told.of(*artifacts) == sentences
    assert told.of(*artifacts) == []  # another platform of the same run
    assert Told(folder).of(*artifacts) == sentences  # the run before was stopped
    assert not told.warmth.has_script()
    told.warmth.note(parts)
    assert Told(folder).warmth.has_script()
    assert Told(folder).of(*artifacts) == []
    assert {path.name for path in folder.iterdir()} == set(parts)
    told.warmth.note(parts)


def test_parts_depend_on_target_and_mode(tmp_path: Path) -> None:
    windows = artifact("x86_64-windows-gnu", cpp=True)
    told = Told(tmp_path)
    told.warmth.note(parts_needed([windows], optimize="ReleaseFast"))
    assert told.of(windows, optimize="ReleaseSmall") == [RUNTIME, LIBCXX]
    assert told.of(artifact("aarch64-windows-gnu")) == [RUNTIME]


def test_the_windows_runtime_is_told_of_when_the_linker_asks_for_it(tmp_path: Path) -> None:
    lean = Lean(
        link_flags=(),
        startup_flags=(),
        libraries=(),
        compiler_rt="",
        compiler_rt_bitcode_args=(),
        compiler_rt_args=(),
        startup_sections=(),
    )
    windows = msgspec.structs.replace(artifact("x86_64-windows-gnu"), lean=lean)
    told = Told(tmp_path)
    assert told.of(windows) == [BUILD_SCRIPT]
    told.warmth.announce("windows-x64", whole_parts(windows, optimize="ReleaseFast"))
    assert told.sentences == [BUILD_SCRIPT, RUNTIME]


def test_libcxx_for_macos_is_told_of_when_the_linker_asks_for_it(tmp_path: Path) -> None:
    system = SystemCxx(runtime=(), group="")
    macos = msgspec.structs.replace(artifact("aarch64-macos.11.0", cpp=True), system_cxx=system)
    told = Told(tmp_path)
    assert told.of(macos) == [BUILD_SCRIPT]
    told.warmth.announce("macos-arm64", whole_parts(macos, optimize="ReleaseFast"))
    assert told.sentences == [BUILD_SCRIPT, LIBCXX]


def test_folders_of_the_cache(toolchain: Toolchain) -> None:
    cache = toolchain.cache
    assert toolchain.zig_lib == Path("lib")
    assert toolchain.local_cache == cache.root / "zig-0.16.0" / "local"
    assert toolchain.global_cache == cache.root / "zig-0.16.0" / "global"
    assert not cache.root.exists()


def test_scratch_folders_vanish(toolchain: Toolchain) -> None:
    with toolchain.cache.scratch() as one, toolchain.cache.scratch() as two:
        assert one != two
        assert Path(one).parent == Path(two).parent == toolchain.cache.temporary
        Path(one, "x").touch()
    assert list(toolchain.cache.temporary.iterdir()) == []


def test_build_script_lies_where_its_content_says(toolchain: Toolchain) -> None:
    script = toolchain.build_script()
    assert script.read_bytes() == BUILD_ZIG
    assert script.parent.parent == toolchain.cache.engine
    assert toolchain.build_script() == script
    script.write_bytes(b"damaged")
    assert toolchain.build_script().read_bytes() == BUILD_ZIG
    assert [path.name for path in script.parent.iterdir()] == ["build.zig"]


def test_build_script_is_not_written_again(toolchain: Toolchain) -> None:
    before = toolchain.build_script().stat()
    after = toolchain.build_script().stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_exports_leave_the_init_functions_visible(toolchain: Toolchain) -> None:
    text = Path(toolchain.exports()).read_text(encoding="utf-8")
    assert text == "{ global: PyInit_*; PyInitU_*; PyModExport_*; local: *; };\n"


@pytest.mark.parametrize(("everything", "left"), [(False, {"global", "pyz3"}), (True, {"pyz3"})])
def test_discarding(everything: bool, left: set[str], toolchain: Toolchain) -> None:
    for folder in (toolchain.local_cache, toolchain.global_cache, toolchain.local_cache.parent / "pyz3"):
        folder.mkdir(parents=True)
        (folder / "file").touch()
    toolchain.discard(everything=everything)
    toolchain.discard(everything=everything)
    assert {path.parent.name for path in toolchain.local_cache.parent.glob("*/file")} == left
    assert toolchain.find_damage([], since_ns=0) is None


def test_discarding_what_zig_noted_of_sources(toolchain: Toolchain) -> None:
    note = toolchain.global_cache / "z" / "0f"
    note.parent.mkdir(parents=True)
    note.touch()
    toolchain.discard()
    assert note.parent.is_dir(), "another process has it open"
    assert not note.exists()


def made(toolchain: Toolchain, name: str) -> Path:
    """Have zig make something, and a look at it right after."""
    file = toolchain.global_cache / "o" / name / "x.o"
    file.parent.mkdir(parents=True)
    file.write_bytes(b"one")
    assert toolchain.find_damage([], since_ns=0) is None
    return file


def test_what_was_made_last_is_noted_at_the_end(
    toolchain: Toolchain, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("time.sleep", lambda _: pytest.fail("nobody else is there"))
    toolchain.identity()
    with toolchain.in_use(str):
        with toolchain.in_use(str):  # for an sdist's project
            file = made(toolchain, "1")
        file.write_bytes(b"two")
        assert toolchain.find_damage([], since_ns=0) is None, "it may have been written until now"
    file.write_bytes(b"bad")
    assert toolchain.find_damage([], since_ns=sys.maxsize) == "global"


def test_it_is_noted_later_beside_another_build(
    toolchain: Toolchain, monkeypatch: pytest.MonkeyPatch
) -> None:
    rests: list[float] = []
    monkeypatch.setattr("time.sleep", rests.append)
    toolchain.identity()
    toolchain.cache.lock.touch()
    theirs = toolchain.cache.lock.with_name("theirs")
    os.link(toolchain.cache.lock, theirs)
    with in_use(theirs), toolchain.in_use(str):
        file = made(toolchain, "1")
        now = toolchain.cache.now() + 2 * 10**9
        monkeypatch.setattr(type(toolchain.cache), "now", lambda _: now)
    assert rests == [1.0]
    file.write_bytes(b"bad")
    assert toolchain.find_damage([], since_ns=sys.maxsize) == "global"


def test_a_cache_that_another_process_has_made_anew_is_not_discarded(toolchain: Toolchain) -> None:
    seen = toolchain.identity()
    toolchain.local_cache.rename(toolchain.local_cache.with_name("theirs"))  # it is at work on its own
    for folder in (toolchain.local_cache, toolchain.global_cache):
        folder.mkdir(exist_ok=True)
        (folder / "file").touch()
    toolchain.discard(everything=True, seen=seen)
    assert (toolchain.local_cache / "file").exists()
    assert not (toolchain.global_cache / "file").exists()


def test_where_the_cache_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    variable, chosen = tmp_path / "variable", tmp_path / "chosen"
    assert find_toolchain({"PYZ3_CACHE_DIR": str(variable)}).cache.root == variable
    assert find_toolchain({"PYZ3_CACHE_DIR": str(variable)}, chosen).cache.root == chosen
    assert variable.is_dir()
    assert chosen.is_dir()
    monkeypatch.chdir(tmp_path)
    assert find_toolchain({"PYZ3_CACHE_DIR": "relative"}).cache.root == tmp_path / "relative"
    monkeypatch.setattr(
        "platformdirs.user_cache_path", lambda name, appauthor: tmp_path / name / str(appauthor)
    )
    assert find_toolchain({}).cache.root == tmp_path / "pyz3" / "False"


def test_zig_is_the_packages_own(tmp_path: Path) -> None:
    if os.sep == "/":
        with pytest.raises(ConfigError, match=r"has a backslash in its name, which zig cannot work with$"):
            find_toolchain({}, tmp_path / "a\\b")
    toolchain = find_toolchain({}, tmp_path)
    assert toolchain.version == "0.16.0"
    assert toolchain.zig.is_file()
    assert (toolchain.zig_lib / "libc").is_dir()


def test_another_zig_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.metadata.version", lambda _: "0.17.0")
    with pytest.raises(ConfigError) as caught:
        find_toolchain({}, tmp_path)
    assert caught.value.message == "ziglang 0.17.0 is installed; pyz3 needs 0.16"
    assert caught.value.tip == "pip install ziglang==0.16.0"


def test_no_zig(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    with pytest.raises(ConfigError) as caught:
        find_toolchain({}, tmp_path)
    assert caught.value.message == "the ziglang package is not installed"
    assert caught.value.tip == "pip install ziglang==0.16.0"


def test_a_cache_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ConfigError) as caught:
        find_toolchain({}, tmp_path / "file" / "cache")
    assert caught.value.message.startswith(f"the cache folder {tmp_path / 'file' / 'cache'} cannot be made: ")
    assert caught.value.tip == "choose another with PYZ3_CACHE_DIR"
