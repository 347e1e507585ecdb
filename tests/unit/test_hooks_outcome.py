"""A backend's wheel and what it recorded → the job: exact modules, files, tags and troubles."""

from __future__ import annotations

import zipfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
import pytest

from pyz3.config import Settings
from pyz3.errors import BuildFailedError
from pyz3.hooks.base import oldest_python, read_base
from pyz3.hooks.outcome import describe
from pyz3.hooks.protocol import Declared, RecordedArchive, RecordedLink, RecordedObject, Result
from pyz3.hooks.requests import Place
from pyz3.plan import Base, Described, Module, Order, Pure, Recipe, Trouble, Unit
from pyz3.sources import ALONE
from pyz3.targets import Platform, PythonVersion, Target

CORE = b"Metadata-Version: 2.1\nName: Acme.Thing\nVersion: 1.0\nRequires-Python: >=3.9\n\nwords\n"
SO = "thing/_fast.cpython-313-x86_64-linux-gnu.so"
WHEEL = "Acme.Thing-1.0-cp313-cp313-linux_x86_64.whl"
PURE = "Acme.Thing-1.0-py3-none-any.whl"


@dataclass
class Backend:
    """What a backend leaves: a wheel and a result."""

    folder: Path
    files: dict[str, bytes] = field(
        default_factory=lambda: {
            "thing/__init__.py": b"from ._fast import f\n",
            SO: f"pyz3 placeholder of {SO}\n".encode(),
            "Acme.Thing-1.0.dist-info/METADATA": CORE,
            "Acme.Thing-1.0.dist-info/WHEEL": b"Wheel-Version: 1.0\n",
            "Acme.Thing-1.0.dist-info/RECORD": b"",
            "Acme.Thing-1.0.dist-info/top_level.txt": b"thing\n",
            "Acme.Thing-1.0.data/scripts/run-thing": b"#!python\n",
        }
    )
    name: str = WHEEL

    def wheel(self) -> Path:
        path = self.folder / self.name
        with zipfile.ZipFile(path, "w") as archive:
            for name, data in self.files.items():
                info = zipfile.ZipInfo(name)
                info.external_attr = (0o100755 if "/scripts/" in name else 0o100644) << 16
                archive.writestr(info, data)
        return path

    def result(
        self,
        *,
        links: tuple[RecordedLink, ...] = (),
        extensions: tuple[Declared, ...] = (),
        archives: tuple[RecordedArchive, ...] = (),
    ) -> Result:
        return Result(
            wheel=str(self.wheel()),
            error="",
            traceback="",
            extensions=extensions,
            links=links,
            archives=archives,
            seconds=0.1,
        )


@pytest.fixture
def backend(tmp_path: Path) -> Backend:
    return Backend(tmp_path)


def order(platform: str = "linux-x86_64", python: str = "3.13", **values: object) -> Order:
    target = Target(platform=Platform(platform), python=PythonVersion.parse(python))
    return Order(
        identifier=target.identifier,
        platform=platform,
        python=python,
        zig_targets=("x86_64-linux-gnu.2.17",),
        floor="2.17",
        wheel_platform="manylinux_2_17_x86_64.manylinux2014_x86_64",
        optimize="ReleaseFast",
        **values,  # type: ignore[arg-type]
    )


def link(
    file: str = SO, *, flags: tuple[str, ...] = ("-DX=1", "-I/src/include"), language: str = "c"
) -> RecordedLink:
    return RecordedLink(
        file=file,
        module="thing._fast",
        objects=(RecordedObject(source="/src/fast.c", flags=flags, language=language),),
        extra_objects=("/src/more.o",),
        archives=("vendored",),
        libraries=("m",),
        library_dirs=("/src/lib",),
        runtime_library_dirs=(),
        flags=("-Wl,-O1",),
        language=language,
        export_symbols=("PyInit__fast",),
    )


def described(
    asked: Order,
    answer: Result | Trouble,
    *,
    extra: Settings | None = None,
    root: Path = Path("no-project"),
    work: Path = Path("no-folder"),
) -> Described:
    return describe(
        asked, answer, extra=extra or Settings(), root=root, scope=ALONE, place=Place(folder=work)
    )


def recipe(asked: Order, answer: Result, **values: Any) -> Recipe:
    found = described(asked, answer, **values)
    assert isinstance(found, Recipe), found
    return found


def base(of: Recipe) -> Base:
    assert of.base is not None
    return of.base


def declared(state: str = "recorded", *, why: str = "", file: str = SO) -> Declared:
    return Declared(name="thing._fast", file=file, optional=False, state=state, why=why)  # type: ignore[arg-type]


VENDORED = RecordedArchive(
    name="vendored", objects=(RecordedObject(source="/src/v.c", flags=("-O2",), language="c"),)
)


def test_what_a_backend_wheel_holds(backend: Backend) -> None:
    backend.files["thing/real.so"] = b"\x7fELF..."
    backend.files["thing/fake.so"] = b"a text"
    base = read_base(backend.wheel())
    assert base.python_abi == "cp313-cp313"
    assert (base.metadata.name, base.metadata.version, base.metadata.requires_python) == (
        "Acme.Thing", "1.0", ">=3.9",
    )  # fmt: skip
    assert base.metadata.core == CORE
    # The folders get the names that the specification has today; METADATA, WHEEL and RECORD are ours.
    assert {entry.arcname: entry.executable for entry in base.files} == {
        "thing/__init__.py": False,
        "thing/fake.so": False,
        "acme_thing-1.0.dist-info/top_level.txt": False,
        "acme_thing-1.0.data/scripts/run-thing": True,
    }
    assert base.binaries == {"thing/real.so": b"\x7fELF..."}
    assert base.placeholders == (SO,)


def test_what_is_no_wheel_is_refused(tmp_path: Path) -> None:
    path = tmp_path / WHEEL
    path.write_bytes(b"no zip")
    with pytest.raises(
        BuildFailedError,
        match=r"made no usable wheel: it is no zip file: it has no end of a central directory",
    ):
        read_base(path)


@pytest.mark.parametrize(
    ("tag", "oldest"),
    [
        ("cp39-abi3", "3.9"),
        ("cp310-abi3", "3.10"),
        ("cp36-abi3", "3.9"),
        ("py3-none", "3.9"),
        ("cp38.cp39-abi3", "3.9"),
    ],
)
def test_the_oldest_python_of_a_tag(tag: str, oldest: str) -> None:
    assert oldest_python(tag) == oldest


def test_recorded_modules_become_the_jobs(backend: Backend) -> None:
    result = backend.result(links=(link(),), extensions=(declared(),), archives=(VENDORED,))
    extra = Settings(
        cflags=("-DMORE",), include_dirs=("/more",), libraries=("z",), define={"A": True, "B": 2}
    )
    done = recipe(order(), result, extra=extra)
    added = ("-I/more", "-DA=1", "-DB=2", "-DMORE")
    assert done.modules == (
        Module(
            name="thing._fast",
            file=SO,
            settings=Settings(libraries=("m", "z"), library_dirs=("/src/lib",), ldflags=("-Wl,-O1",)),
            export_symbols=("PyInit__fast",),
            links=("vendored",),
            units=(Unit(source="/src/fast.c", flags=("-DX=1", "-I/src/include", *added)),),
            objects=("/src/more.o",),
        ),
    )
    assert [(one.name, one.units) for one in done.libraries] == [
        ("vendored", (Unit(source="/src/v.c", flags=("-O2", *added)),))
    ]
    assert (base(done).path, done.tag, done.left_out) == (result.wheel, "cp313-cp313", ())


def test_cpp_gets_its_own_flags_and_library(backend: Backend) -> None:
    result = backend.result(links=(link(flags=(), language="c++"),), extensions=(declared(),))
    (module,) = recipe(order(), result, extra=Settings(cflags=("-Dc",), cxxflags=("-Dcpp",))).modules
    assert (module.cpp, module.units[0].flags) == (True, ("-Dcpp",))


@pytest.mark.parametrize(
    ("file", "wheel", "flags", "limited"),
    [
        ("thing/_fast.abi3.so", "cp310-abi3", ("-DPy_LIMITED_API=0x030A0000",), "3.10"),
        ("thing/_fast.abi3.so", "cp39-abi3", (), "3.9"),
        ("thing/_fast.abi3.so", "cp36-abi3", ("-DPy_LIMITED_API=0x03060000",), "3.9"),
        ("thing/_fast.abi3.so", "cp311-abi3", ("-DPy_LIMITED_API=3",), "3.9"),
        ("thing/_fast.pyd", "cp310-abi3", ("-DPy_LIMITED_API=0x030A0000",), "3.10"),
        ("thing/_fast.abi3.so", "cp313-cp313", ("-DPy_LIMITED_API=0x030A0000",), "3.10"),
        # setuptools' py_limited_api=True without telling compiler and wheel
        ("thing/_fast.abi3.so", "cp313-cp313", (), ""),
        ("thing/_fast.pyd", "cp313-cp313", (), ""),
        # Setuptools was not told: the module has one Python's name all the same.
        ("thing/_fast.cp313-win_amd64.pyd", "cp313-cp313", ("-DPy_LIMITED_API=0x030A0000",), ""),
        (SO, "cp313-cp313", (), ""),
    ],
)
def test_the_limited_api(
    backend: Backend, file: str, wheel: str, flags: tuple[str, ...], limited: str
) -> None:
    del backend.files[SO]
    backend.files[file] = f"pyz3 placeholder of {file}\n".encode()
    backend.name = f"Acme.Thing-1.0-{wheel}-linux_x86_64.whl"
    result = backend.result(links=(link(file, flags=flags),), extensions=(declared(file=file),))
    done = recipe(order(), result)
    assert [module.limited_api for module in done.modules] == [limited]
    assert done.tag == wheel


def test_what_failed_is_told(backend: Backend) -> None:
    other = "thing/_other.cpython-313-x86_64-linux-gnu.so"
    result = backend.result(
        links=(link(),), extensions=(declared(), declared("failed", why="no yaml.h", file=other)), archives=()
    )
    (left_out,) = recipe(order(), result).left_out
    assert (left_out.identifier, left_out.why, left_out.detail) == (
        "cp313-manylinux_x86_64", "it failed to compile", "no yaml.h",
    )  # fmt: skip


def test_a_pure_wheel_of_a_project_with_extensions_is_refused(backend: Backend) -> None:
    del backend.files[SO]
    result = backend.result(extensions=(declared("failed", why="yaml.h: not found"),))
    assert described(order(), result) == Trouble(
        message="the wheel would hold none of the extension modules that the project declares: thing._fast",
        output="yaml.h: not found",
        tip="--allow-pure makes a wheel without them",
        wheel=True,
    )
    allowed = described(order(allow_pure=True), result)
    assert isinstance(allowed, Pure)
    assert allowed.identifier == "py3-none-any"


def test_who_requires_all_extensions_gets_none_that_is_lost(backend: Backend) -> None:
    other = "thing/_other.cpython-313-x86_64-linux-gnu.so"
    lost = declared("failed", why="no yaml.h", file=other)
    mine = msgspec.structs.replace(declared(), optional=True)
    result = backend.result(links=(link(),), extensions=(mine, lost))
    assert [module.optional for module in recipe(order(), result).modules] == [True]
    assert described(order(require_extensions=True), result) == Trouble(
        message="the wheel would lack thing._fast: it failed to compile",
        output="no yaml.h",
        tip="without --require-extensions the wheel is made without it",
        wheel=True,
    )
    # What the compiler cannot do is an error, too.
    whole = backend.result(links=(link(),), extensions=(mine,))
    done = recipe(order(require_extensions=True), whole)
    assert [module.optional for module in done.modules] == [False]


@pytest.mark.parametrize(
    ("line", "lost"),
    [
        (": failed {source}/slow.c\n", "slow.c"),
        # A module that is compiled and linked by one command, or only linked.
        (": failed {source}/slow.c\n: failed {source}/slow.so\n", "slow.c"),
        (": failed {work}/lib/slow.pyd\n", "slow.pyd"),
        (": failed {source}/generated.c\n", "generated.c"),
        (": tried {source}/slow.c\n", ""),
        (": failed {scratch}/x/slow.so\n: failed /elsewhere/slow.so\n: failed {source}/made.c\n", ""),
    ],
)
def test_what_a_project_swallows_is_required_too(
    line: str, lost: str, backend: Backend, tmp_path: Path
) -> None:
    root, place = tmp_path / "root", Place(folder=tmp_path / "place")
    for folder in (root, place.folder):
        folder.mkdir()
    (root / "slow.c").write_text("")
    place.source.mkdir()
    (place.source / "generated.c").write_text("")
    place.dropped.write_text(line.format(source=place.source, work=place.work, scratch=place.work / "tmp"))
    result = backend.result(links=(link(),), extensions=(declared(),))
    told = described(order(require_extensions=True), result, root=root, work=place.folder)
    assert (told.message if isinstance(told, Trouble) else "") == (
        f"{lost} did not compile or link, and the project's own build went on without" if lost else ""
    )
    assert isinstance(described(order(), result, root=root, work=place.folder), Recipe)


def test_a_project_without_extensions_gives_one_wheel_for_all(backend: Backend) -> None:
    del backend.files[SO]
    backend.name = PURE
    done = described(order(), backend.result())
    assert isinstance(done, Pure)
    assert (done.identifier, done.tag) == ("py3-none-any", "py3-none")


def test_a_placeholder_that_nobody_fills_is_refused(backend: Backend) -> None:
    trouble = described(order(), backend.result(extensions=(declared(),)))
    assert isinstance(trouble, Trouble)
    assert trouble.message == f"the wheel would lack {SO}: it was moved after it was linked"


def test_a_module_that_the_project_left_out_of_its_wheel_is_not_built(backend: Backend) -> None:
    spare = "thing/_spare.cpython-313-x86_64-linux-gnu.so"
    result = backend.result(links=(link(), link(spare)), extensions=(declared(),))
    assert [module.file for module in recipe(order(), result).modules] == [SO]


def test_the_binaries_of_the_projects_own_commands_are_taken(backend: Backend) -> None:
    backend.files[SO] = b"\x7fELF"
    done = recipe(order(), backend.result(extensions=(declared("run"),)))
    assert (done.modules, done.left_out) == ((), ())


def test_texts_that_name_the_folder_of_the_build(backend: Backend, tmp_path: Path) -> None:
    work = tmp_path / "built-here"
    backend.files["thing/where.py"] = f"HERE = {str(work / 'src')!r}\n"
    done = recipe(order(), backend.result(links=(link(),)), work=work)
    assert base(done).telling == ("thing/where.py",)


@pytest.mark.parametrize(
    ("tag", "asked", "floor", "zig_targets"),
    [
        ("cp313-cp313", "", "10.13", ("x86_64-macos.10.13", "aarch64-macos.11.0")),
        ("cp39-abi3", "", "10.9", ("x86_64-macos.10.9", "aarch64-macos.11.0")),
        ("cp36-abi3", "10.12", "10.12", ("x86_64-macos.10.12", "aarch64-macos.11.0")),
        ("cp312-abi3", "10.12", "10.13", ("x86_64-macos.10.13", "aarch64-macos.11.0")),
    ],
)
def test_a_wheel_for_the_stable_abi_promises_the_system_of_its_oldest_python(
    backend: Backend, tag: str, asked: str, floor: str, zig_targets: tuple[str, ...]
) -> None:
    backend.name = f"Acme.Thing-1.0-{tag}-macosx_10_13_universal2.whl"
    result = backend.result(links=(link(),))
    done = recipe(order("macos-universal2", asked_floor=asked), result)
    wheel_platform = f"macosx_{floor.replace('.', '_')}_universal2"
    assert (done.floor, done.zig_targets, done.wheel_platform) == (floor, zig_targets, wheel_platform)


def test_what_the_project_compiled_itself_keeps_the_system_that_was_promised_first(backend: Backend) -> None:
    backend.files[SO] = b"\x7fELF of commands"
    backend.name = "Acme.Thing-1.0-cp39-abi3-macosx_10_13_x86_64.whl"
    promised = msgspec.structs.replace(order("macos-x86_64"), floor="10.13")
    done = recipe(promised, backend.result())
    assert (done.tag, done.floor) == ("cp39-abi3", "10.13")


def test_trouble_stays_trouble() -> None:
    trouble = Trouble(message="setup.py failed", output="words")
    assert described(order(), trouble) == trouble


def test_binaries_that_the_project_holds_already_are_data(backend: Backend, tmp_path: Path) -> None:
    root = tmp_path / "project"
    tool, built, changed, module, init = (
        "thing/attach.so", "thing/built.so", "thing/changed.dll", "thing/_old.abi3.so", "thing/_own.so",
    )  # fmt: skip
    machine = b"\x7fELF machine code"
    backend.files |= {
        tool: machine + b" 1",
        built: machine + b" 2",
        changed: b"MZ 3",
        module: machine + b" 4",
        init: machine + b" PyInit__own",
    }
    (root / "src" / "thing").mkdir(parents=True)
    for file in (tool, module, init):
        (root / "src" / file).write_bytes(backend.files[file])
    (root / "src" / changed).write_bytes(b"MZ other")
    done = recipe(order(), backend.result(links=(link(),)), root=root)
    assert base(done).shipped == (tool,)
    wheel = read_base(tmp_path / WHEEL, shipped=base(done).shipped)
    assert list(wheel.binaries) == [built, changed, module, init]
    assert {entry.arcname: entry.read() for entry in wheel.files}[tool] == machine + b" 1"


def test_data_for_other_systems_is_no_extension_module(backend: Backend, tmp_path: Path) -> None:
    root = tmp_path / "project"
    root.mkdir()
    (root / "attach.dll").write_bytes(b"MZ")
    del backend.files[SO]
    backend.name = PURE
    backend.files["thing/attach.dll"] = b"MZ"
    pure = described(order(), backend.result(), root=root)
    assert isinstance(pure, Pure)
    assert pure.base is not None
    assert (pure.identifier, pure.base.shipped) == ("py3-none-any", ("thing/attach.dll",))
    result = backend.result(extensions=(declared("absent"),))
    trouble = described(order(), result, root=root)
    assert isinstance(trouble, Trouble)
    assert trouble.message.startswith("the wheel would hold none of the extension modules")


def test_what_is_worked_on_before_it_is_built_is_left_to_the_commands(backend: Backend) -> None:
    answer = msgspec.structs.replace(backend.result(), works_on="fast.pyd", wheel="", error="SystemExit: 1")
    done = described(order(), answer, root=backend.folder, work=backend.folder)
    assert done == Trouble(message="the project works on fast.pyd before it is built", recorded=True)


def test_an_import_in_vain_is_told(backend: Backend) -> None:
    backend.files[SO] = b"\x7fELF"
    answer = msgspec.structs.replace(backend.result(), cannot_import="thing._fast")
    done = recipe(order(), answer, root=backend.folder, work=backend.folder)
    (remark,) = base(done).remarks
    assert remark == (
        "the project tries to import thing._fast after building it for cp313-manylinux_x86_64, "
        "which this machine cannot do: what it makes of that is in the wheel"
    )
