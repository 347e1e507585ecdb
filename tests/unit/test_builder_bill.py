"""From recipe and binaries to the files of ``.dist-info`` that tell of them."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

import pytest

from pyz3.archive import Metadata
from pyz3.builder.bill import Bills
from pyz3.builder.platform import Built
from pyz3.config import Settings
from pyz3.engine.toolchain import Toolchain
from pyz3.environments import Environment, LockedFile
from pyz3.environments.locks import Pin
from pyz3.errors import BuildFailedError
from pyz3.events import Note
from pyz3.linking import LinkedLibrary, Unit
from pyz3.plan import Recipe
from pyz3.sbom import Contained, Evidence
from pyz3.store import Cache

if TYPE_CHECKING:
    from pathlib import Path

    from pyz3.events import Event

METADATA = Metadata(
    name="Acme.Thing", version="1", requires_python=None, core=b"", entry_points=b"", license_files=()
)
RECIPE = Recipe(
    identifier="cp313-manylinux_x86_64",
    platform="linux-x86_64",
    python="3.13",
    optimize="ReleaseFast",
    floor="2.17",
    zig_targets=("x86_64-linux-gnu.2.17",),
    wheel_platform="manylinux_2_17_x86_64",
    tag="cp313-cp313",
    libraries=(
        LinkedLibrary(name="own", file="", settings=Settings(sources=("a.c", "b.c"))),
        LinkedLibrary(name="other", file="", settings=Settings()),
    ),
)
EVIDENCE = Evidence(parts={"compiler-rt": "seen"}, unknown=("mingw-w64",))
ONE = Contained(
    file="a.so", sha256="a" * 64, origin="compiled by pyz3", evidence=EVIDENCE, libraries=("own",)
)


def built(*contained: Contained) -> Built:
    return Built(files={}, reports=(), tag="", seconds=0, cached=False, contained=contained)


@pytest.fixture
def zig(tmp_path: Path) -> Path:
    """Give a zig of which some licence texts are missing."""
    (tmp_path / "zig/lib/libc/mingw").mkdir(parents=True)
    (tmp_path / "zig/LICENSE").write_text("zig's\n")
    (tmp_path / "zig/lib/libc/mingw/COPYING").write_text("mingw-w64's\n")
    (tmp_path / "a.c").write_text("a\n")
    (tmp_path / "b.c").write_text("b\n")
    return tmp_path / "zig/zig"


def bills(zig: Path, told: list[Event]) -> Bills:
    root = zig.parents[1]
    toolchain = Toolchain(zig=zig, version="0.16.0", cache=Cache(root / "cache"))
    return Bills(root, toolchain, tell=told.append)


def test_files(zig: Path) -> None:
    told: list[Event] = []
    made = bills(zig, told)
    files = {entry.arcname: entry.read() for entry in made(RECIPE, built(ONE), METADATA)}
    bill = json.loads(files.pop("acme_thing-1.dist-info/sboms/pyz3.cdx.json"))
    assert files == {
        "acme_thing-1.dist-info/licenses/pyz3/zig/LICENSE": b"zig's\n",
        "acme_thing-1.dist-info/licenses/pyz3/mingw-w64/COPYING": b"mingw-w64's\n",
    }
    said = {one["name"]: one["value"] for one in bill["metadata"]["properties"]}
    assert said == {
        "pyz3:optimize": "ReleaseFast",
        "pyz3:text-missing:mingw-w64/gdtoa": "it is not installed here",
        "pyz3:zig-targets": "x86_64-linux-gnu.2.17",
    }
    assert [one["bom-ref"] for one in bill["components"]] == ["file:a.so", "part:compiler-rt", "library:own"]
    assert bill["components"][2]["properties"] == [
        {"name": "pyz3:sources-sha256", "value": hashlib.sha256(b"a\nb\n").hexdigest()}
    ]
    made(RECIPE, built(ONE), METADATA)
    assert told == [
        Note(
            text="licence texts that belong into wheels are not installed here: mingw-w64/gdtoa; "
            "reinstall ziglang and pyz3, or add the texts to the wheels"
        )
    ]


def test_a_wheel_without_binaries(zig: Path) -> None:
    assert bills(zig, [])(RECIPE, built(), METADATA) == ()


def test_a_source_that_is_gone(zig: Path) -> None:
    gone = zig.parents[1] / "b.c"
    gone.unlink()
    with pytest.raises(BuildFailedError) as raised:
        bills(zig, [])(RECIPE, built(ONE), METADATA)
    assert raised.value.message == f"{gone}: cannot be read: No such file or directory"


def test_sources_of_another_build_system(zig: Path) -> None:
    unit = Unit(source=str(zig.parents[1] / "b.c"), flags=())
    library = LinkedLibrary(name="own", file="", settings=Settings(), units=(unit,))
    recipe = Recipe(**{**{f: getattr(RECIPE, f) for f in RECIPE.__struct_fields__}, "libraries": (library,)})
    first, *_ = bills(zig, [])(recipe, built(ONE), METADATA)
    assert hashlib.sha256(b"b\n").hexdigest().encode() in first.read()


def test_files_that_the_environment_was_locked_to(zig: Path, tmp_path: Path) -> None:
    folder = tmp_path / "site" / "Cython-3.1.dist-info"
    folder.mkdir(parents=True)
    (folder / "METADATA").write_text("Metadata-Version: 2.4\nName: Cython\nVersion: 3.1\n")
    file = LockedFile(name="cython-3.1-py3-none-any.whl", hashes=(f"sha256:{'c' * 64}",))
    pin = Pin(name="cython", requirement="cython==3.1", hashes=file.hashes, files=(file,))
    toolchain = Toolchain(zig=zig, version="0.16.0", cache=Cache(zig.parent / "cache"))
    for pins, expected in (((pin,), [f"pkg:pypi/cython@3.1?file_name={file.name}"]), ((), None)):
        environment = Environment(
            root=tmp_path, python=tmp_path / "python", site_packages=folder.parent,
            requires=("cython==3.1",), version="3.13", key="", pins=pins,
        )  # fmt: skip
        made = Bills(
            zig.parents[1], toolchain, tell=lambda _: None,
            environment_of={RECIPE.identifier: environment}.get,
        )  # fmt: skip
        first, *_ = made(RECIPE, built(ONE), METADATA)
        cython = json.loads(first.read())["components"][-1]
        assert cython["bom-ref"] == "build:pkg:pypi/cython@3.1"
        found = cython.get("externalReferences")
        assert (found and [one["url"] for one in found]) == expected


def test_an_environment_that_is_not_known(zig: Path) -> None:
    toolchain = Toolchain(zig=zig, version="0.16.0", cache=Cache(zig.parent / "cache"))
    made = Bills(zig.parents[1], toolchain, tell=lambda _: None, environment_of={}.get)
    first, *_ = made(RECIPE, built(ONE), METADATA)
    properties = json.loads(first.read())["metadata"]["properties"]
    assert {"name": "pyz3:build-requirements", "value": "not known"} in properties
