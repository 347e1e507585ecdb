"""What a build backend gave → how the wheel is made, or why there is none."""

from __future__ import annotations

import hashlib
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from pyz3._files import digest_of
from pyz3.driver.run import failed_files, linked_files
from pyz3.engine.toolchain import COMPILER
from pyz3.errors import Pyz3Error, abridged
from pyz3.hooks.base import oldest_python, read_base, shipped_binaries
from pyz3.hooks.cross_questions import asked_for_cross
from pyz3.hooks.made_by import refuse_others
from pyz3.hooks.recorded import left_out_of, libraries_of, modules_of
from pyz3.plan import Base, Pure, Recipe, Trouble, serve_from
from pyz3.sources import missed_above
from pyz3.targets import PythonVersion

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pyz3.config import Settings
    from pyz3.hooks.base import BaseWheel
    from pyz3.hooks.protocol import Result
    from pyz3.hooks.requests import Place
    from pyz3.plan import Described, Module, Order
    from pyz3.sources import Scope
    from pyz3.targets import Target

# How names of shared libraries and extension modules end.
_SHARED = frozenset((".so", ".pyd", ".dll", ".dylib"))
_THIS_MACHINE = (
    "that is this machine's, and tells nothing of what the wheel is for; what the target has, its compiler "
    "tells (setuptools' has_function), and before-build can put a library for it into PYZ3_PREFIX"
)

_CROSS = (
    "the project asks whether it is cross-compiled ({}), and the answer is yes, also for this machine's own "
    "platform: what it may leave out then is not in the wheel"
)


def describe(
    order: Order,
    answer: Result | Trouble,
    *,
    extra: Settings,
    root: Path,
    scope: Scope,
    place: Place,
    delivered: Sequence[Path] = (),
    own: Sequence[Path] = (),
    compiled_by: str = "",
) -> Described:
    """Give the wheel as its build backend describes it.

    Args:
        order: What was asked for.
        answer: What running the backend gave.
        extra: What the configuration adds to every module.
        root: The project, as it was before anything was built.
        scope: What above the project's folder was copied with it.
        place: Where it was built.
        delivered: Folders besides the project's with libraries of others: of packages that it builds with.
        own: Folders that wheels of other Pythons have in another place: headers, the build environment.
        compiled_by: What compiles besides extension modules that are declared; empty: nothing is known to.
    """
    if isinstance(answer, Trouble):
        return answer
    if answer.works_on:
        return Trouble(message=f"the project works on {answer.works_on} before it is built", recorded=True)
    try:
        base = read_base(Path(answer.wheel))
    except Pyz3Error as error:
        return Trouble(message=error.message)
    shipped = shipped_binaries(base, root) if base.binaries else ()
    binaries = [file for file in base.binaries if file not in shipped]
    modules = modules_of(answer, python_abi=base.python_abi, extra=extra)
    modules = tuple(
        msgspec.structs.replace(module, optional=module.optional and not order.require_extensions)
        for module in modules
        if module.file in base.placeholders
    )
    present = [*binaries, *(m.file for m in modules)]
    tag = true_tag(base.python_abi, present, order.target)
    files = {**{file: base.binaries[file] for file in binaries}, **_linked(modules, place)}
    refused, prebuilt = refuse_others(files, delivered=(root, *delivered), ours=COMPILER)
    recipe = Recipe(
        **msgspec.structs.asdict(order),
        tag=tag,
        modules=modules,
        libraries=libraries_of(answer, extra=extra),
        left_out=left_out_of(answer, identifier=order.identifier, present=present),
    )
    log = place.dropped.read_text("utf-8", "surrogateescape") if place.dropped.is_file() else ""
    above = missed_above(root, answer.reads, scope)
    made = Base(
        path=answer.wheel,
        content=_digest(recipe, base, (place.folder, *own)),
        shipped=shipped,
        prebuilt=prebuilt,
        telling=_telling(base, place.folder),
        remarks=_remarks(base, tag, order.target, answer=answer, above=above, cross=asked_for_cross(place)),
        failed=() if recipe.left_out else _failed(root, place, failed_files(log)),
        log=str(place.log),
    )
    trouble = refused or _unrecorded(base, modules) or _lacking(recipe, root, place, log)
    if not (trouble or present or order.allow_pure):
        trouble = _pure(answer) or _lost(compiled_by, linked_files(log))
    if trouble is not None:
        return msgspec.structs.replace(trouble, wheel=True, remarks=made.remarks)
    recipe = msgspec.structs.replace(recipe, base=made)
    if not files:  # those there are have been compiled for the system that was promised first
        recipe = serve_from(recipe, PythonVersion.parse(oldest_python(tag)))
    return recipe if present else _without_code(recipe, base, declared=bool(answer.extensions))


def _without_code(recipe: Recipe, base: BaseWheel, *, declared: bool) -> Described:
    """Give a wheel without binaries: for every platform, unless the backend says otherwise.

    Where it says so because of modules that are not there (``declared``), there is no reason left.
    """
    if base.platform == "any" or declared:
        tag = "py3-none" if declared else recipe.tag
        return Pure(tag=tag, left_out=recipe.left_out, base=recipe.base)
    if _is_for(base.platform, recipe.target):
        return msgspec.structs.replace(recipe, bound=True)
    return _contradiction(base, recipe.target)


def true_tag(tag: str, files: Iterable[str], target: Target) -> str:
    """Give the first two parts of the tag of a wheel that holds extension modules.

    One that is named for one Python alone makes the wheel one for this Python; one named for the stable ABI
    makes it one for this and later ones, whatever the backend was told.

    Args:
        tag: What the backend says: ``cp39-abi3``.
        files: The paths of its binaries.
        target: What it is for.
    """
    files = [*files]
    abi = tag.partition("-")[2]
    own, stable = target.extension_suffix, target.stable_abi_suffix("")
    if any(file.endswith(own) for file in files) and target.python.abi not in abi.split("."):
        return f"{target.python.tag}-{target.python.abi}"
    named = stable.count(".") > 1  # Windows has no such name (bpo-25698)
    if abi == "none" and named and any(file.endswith(stable) for file in files):
        return f"{target.python.tag}-abi3"
    return tag


def _remarks(
    base: BaseWheel, tag: str, target: Target, *, answer: Result, above: str, cross: Sequence[str]
) -> tuple[str, ...]:
    told = [*filter(None, (above,)), *answer.told]
    if answer.asks_machine:
        told.append(f"the project looks at {abridged(answer.asks_machine)}: {_THIS_MACHINE}")
    if cross:
        told.append(_CROSS.format(abridged(cross)))
    if answer.cannot_import:
        told.append(
            f"the project tries to import {answer.cannot_import} after building it for {target}, "
            f"which this machine cannot do: what it makes of that is in the wheel"
        )
    if tag != base.python_abi:
        told.append(
            f"the project calls its wheel {base.python_abi}, but a module in it is named for "
            f"{'this and later Pythons' if tag.endswith('abi3') else 'one Python alone'}: the wheel is {tag}"
        )
    if base.platform != "any" and not _is_for(base.platform, target):
        told.append(f"the project calls its wheel for {target} one for {base.platform}: its files decide")
    return tuple(told)


def _failed(root: Path, place: Place, files: Sequence[str]) -> tuple[str, ...]:
    """Give the project's own sources that failed, else the modules; what setup scripts try is neither.

    What was generated in the project counts (Cython's C); sources of probes are there no more.
    """
    named = ((place.named(file), Path(file)) for file in files if Path(file).suffix not in _SHARED)
    there = ((name, (root / name).is_file() or path.is_file()) for name, path in named)
    own = [name for name, is_there in there if is_there and not Path(name).is_absolute()]
    made = [path for path in map(Path, files) if path.suffix in _SHARED and path.is_relative_to(place.folder)]
    temporary = place.work / "tmp"
    return (*(own or [path.name for path in made if not path.is_relative_to(temporary)]),)


def _is_for(platform: str, target: Target) -> bool:
    """Tell whether the third part of a tag may be that of a wheel for ``target``; whatever its version."""
    arch = target.platform.spec.arch
    exact = target.platform.wheel_platform if target.platform.family == "windows" else ""
    return any(
        one == exact if exact else one.startswith(target.platform.traits.tags) and one.endswith(f"_{arch}")
        for one in platform.split(".")
    )


def _contradiction(base: BaseWheel, target: Target) -> Trouble:
    return Trouble(
        message=f"the project's build backend made a wheel for {base.platform}, not for {target}",
        tip="take plat_name or --plat-name out of the project's settings, or build for that platform alone",
    )


def _digest(recipe: Recipe, base: BaseWheel, folders: Sequence[Path]) -> str:
    """Give the digest of a wheel's files, those to be built by how they are; where that was is left out."""
    here = re.compile(b"|".join(re.escape(os.fsencode(folder)) for folder in folders))
    digest = hashlib.sha256(base.metadata.core)
    work = os.fsencode(folders[0])
    for entry in sorted(base.files, key=lambda entry: entry.arcname):
        # Data may be large.
        pieces = [entry.read().replace(work, b"")] if entry.holds(work) else entry.chunks()
        digest.update(f"{entry.arcname}\0{digest_of(pieces)}\n".encode())
    for name, data in sorted(base.binaries.items()):
        digest.update(f"{name}\0{hashlib.sha256(data).hexdigest()}\n".encode())
    units = [msgspec.structs.replace(module, limited_api="") for module in recipe.modules]
    digest.update(here.sub(b"", msgspec.json.encode([units, recipe.libraries])))
    return digest.hexdigest()


def _linked(modules: Sequence[Module], place: Place) -> dict[str, bytes]:
    """Give the object files and static libraries that the project made itself, by their names in it."""
    source, work = place.source, place.folder
    paths: list[Path] = []
    for module in modules:
        settings = module.settings
        paths += map(Path, module.objects)
        paths += (source / flag for flag in settings.ldflags if not flag.startswith("-"))
        paths += (
            Path(folder) / f"lib{name}.a" for folder in settings.library_dirs for name in settings.libraries
        )
    own = dict.fromkeys(path for path in paths if path.is_relative_to(work) and path.is_file())
    return {os.path.relpath(path, source): path.read_bytes() for path in own}


def _telling(base: BaseWheel, work: Path) -> tuple[str, ...]:
    folder = os.fsencode(work)
    return tuple(entry.arcname for entry in base.files if entry.holds(folder))


def _unrecorded(base: BaseWheel, modules: tuple[Module, ...]) -> Trouble | None:
    """Refuse a wheel with a file that nobody will build."""
    files = {module.file for module in modules}
    lost = [file for file in base.placeholders if file not in files]
    if not lost:
        return None
    return Trouble(
        message=f"the wheel would lack {', '.join(lost)}: it was moved after it was linked",
        tip="report this project to pyz3: its build backend does something that pyz3 does not follow",
        recorded=True,
    )


def _lacking(recipe: Recipe, root: Path, place: Place, log: str) -> Trouble | None:
    """Refuse a wheel without what the project can do without, and its user cannot."""
    if not recipe.require_extensions:
        return None
    lost = recipe.left_out
    if not lost:
        failed = abridged(_failed(root, place, failed_files(log, tried=False)))
        trouble = Trouble(
            message=f"{failed} did not compile or link, and the project's own build went on without",
            tip=f"without --require-extensions the wheel is made so; what was printed: {place.log}",
        )
        return trouble if failed else None
    return Trouble(
        message=f"the wheel would lack {', '.join(one.module for one in lost)}: {lost[0].why}",
        output="\n".join(dict.fromkeys(one.detail for one in lost if one.detail)),
        tip="without --require-extensions the wheel is made without it",
    )


def _lost(compiled_by: str, linked: Sequence[str]) -> Trouble | None:
    """Refuse a wheel without binaries of a project that is built to have some."""
    if linked:
        names = abridged([Path(file).name for file in linked])
        message = f"the wheel would hold nothing of what was compiled for it: {names}"
    elif compiled_by:
        message = f"{compiled_by} has compiled nothing: the wheel would be pure Python"
    else:
        return None
    return Trouble(message=message, tip="--allow-pure makes a wheel without it")


def _pure(answer: Result) -> Trouble | None:
    """Refuse a wheel without any of the extension modules that the project declares."""
    if not answer.extensions:
        return None
    names = ", ".join(one.name for one in answer.extensions)
    return Trouble(
        message=f"the wheel would hold none of the extension modules that the project declares: {names}",
        output="\n".join(dict.fromkeys(one.why for one in answer.extensions if one.why)),
        tip="--allow-pure makes a wheel without them",
    )
