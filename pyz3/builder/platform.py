"""One platform's share of a build: headers → zig → audit, for all its Pythons in one run of zig."""

from __future__ import annotations

import hashlib
import os
import time
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from pyz3._files import long_path_advice
from pyz3.audit import fits, nature_of
from pyz3.builder.proof import Binary, DamagedError, Known, Prover
from pyz3.driver.missing_headers import compile_advice
from pyz3.driver.undefined import undefined_advice
from pyz3.engine.artifacts import CApi, artifact_key, make_artifacts, slice_key
from pyz3.engine.custom import LIBRARY_SUFFIXES, build_custom, custom_cache, module_name
from pyz3.engine.damage import find_damage, find_damage_of_script
from pyz3.engine.fuse import fuse
from pyz3.engine.linked import Linked, linked_from, ready_files, together
from pyz3.engine.pe_headers import with_dll_name, without_time
from pyz3.engine.precompiled import Openings
from pyz3.engine.python_library import windows_library
from pyz3.engine.warmth import parts_needed, whole_parts
from pyz3.engine.zig import Outcome, merge
from pyz3.errors import BuildFailedError, NoWheelError, Pyz3Error
from pyz3.events import Activity
from pyz3.hooks.base import oldest_python, read_base
from pyz3.plan import LeftOut, Module
from pyz3.sbom import Contained, Evidence, find_parts
from pyz3.targets import Platform

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from pyz3.audit import Report
    from pyz3.config import Project
    from pyz3.engine.damage import CachePart
    from pyz3.engine.header_search import HeaderSearch
    from pyz3.engine.plan_file import Artifact
    from pyz3.engine.warmth import Warmth
    from pyz3.engine.zig import ZigRunner
    from pyz3.events import Listener
    from pyz3.linking import Part
    from pyz3.plan import Recipe

# A build that has begun more often does not begin again when another one has discarded the cache.
_MOST_BEGUN = 3


@dataclass(frozen=True, kw_only=True)
class Built:
    """The audited binaries of one wheel.

    Attributes:
        files: Path in the wheel → content.
        reports: What the audit found.
        tag: The wheel's tag, its platform part as proved.
        seconds: This wheel's share of zig's run.
        cached: Every binary was known already.
        left_out: The optional modules that could not be built.
        plain: What another build backend calls extension modules and are none, by those names.
        unreached: Binaries for which the loader does not find another of the wheel, and what helps.
        failing: Binaries of other build backends that call what only fails there, and what that is.
        contained: What each binary holds, for the bill of materials.
        pdbs: Windows' debug data: binary → the name that it states, and the content.
    """

    files: Mapping[str, bytes]
    reports: tuple[Report, ...]
    tag: str
    seconds: float
    cached: bool
    left_out: tuple[LeftOut, ...] = ()
    plain: tuple[str, ...] = ()
    unreached: tuple[tuple[str, str], ...] = ()
    failing: tuple[tuple[str, str], ...] = ()
    contained: tuple[Contained, ...] = ()
    pdbs: Mapping[str, tuple[str, bytes]] = field(default_factory=dict)


class PlatformBuild:
    """Builds all wheels of one platform.

    Args:
        project: The project.
        recipes: The platform's wheels.
        includes: The prepared headers of each version (``3.13``).
        runner: Runs zig.
        search: Tells which headers sources might ask for.
        warmth: Is told what is compiled of zig's own.
        jobs_at_once: How many compilers zig may run at a time.
        tell: Is told what happens.

    Attributes:
        platform: Which it is.
    """

    def __init__(
        self,
        project: Project,
        recipes: tuple[Recipe, ...],
        *,
        includes: Mapping[str, Path],
        runner: ZigRunner,
        search: HeaderSearch,
        warmth: Warmth,
        jobs_at_once: int,
        tell: Listener,
    ) -> None:
        self._discarded: set[CachePart] = set()
        self._began_ns = 0
        self._began_with: tuple[int, int] | None = None
        self._begun = 0
        self._vouched = False
        self._project = project
        self._recipes = recipes
        self._includes = includes
        self._runner = runner
        self._search = search
        self._warmth = warmth
        self._jobs_at_once = jobs_at_once
        self._tell = tell
        self.platform = Platform(recipes[0].platform)
        self._prover = Prover(
            self.platform,
            includes=includes,
            toolchain=runner.toolchain,
            private=(project.root, runner.toolchain.cache.root),
        )

    def run(self) -> Iterator[tuple[Recipe, Built | Pyz3Error]]:
        """Build and audit every wheel; give each with what came of it, and no more once zig is stopped.

        Raises:
            DamagedError: A part of zig's cache turned out to be damaged; this is to be run again when that is
                discarded.  The second time is an error of every wheel.
        """
        self._begun += 1
        self._began_ns = self._runner.toolchain.cache.now()
        self._began_with = self._runner.toolchain.identity()
        self._vouched = False
        try:
            yield from self._run_custom() if self._project.tool.build_zig else self._run_plan()
        except DamagedError as error:
            if error.part not in self._discarded or self._may_begin_again():
                self._discarded.add(error.part)
                raise
            failure = BuildFailedError(
                f"the cache gives damaged files again and again: {error}",
                tip=f"delete {self._runner.toolchain.cache.root} and check the disk",
            )
            yield from ((recipe, failure) for recipe in self._recipes)
        except Pyz3Error as error:
            if self._may_begin_again():
                raise DamagedError(str(error), part="global") from error
            yield from ((recipe, error) for recipe in self._recipes)

    def _vouch(self) -> None:
        """Have all that zig may have used compared with what it was, once in a run.

        Raises:
            DamagedError: Some of it is not what it was.
        """
        if self._is_replaced():
            raise DamagedError("another build has discarded what zig made", part="global")
        if self._vouched:
            return
        toolchain = self._runner.toolchain
        if self._project.tool.build_zig:
            caches = {custom_cache(toolchain, self._project.root)}
        else:
            targets = [zig_target for recipe in self._recipes for zig_target in recipe.zig_targets]
            caches = {self._runner.cache(zig_target, self._recipes[0].optimize) for zig_target in targets}
        # There is none where a project's own commands built everything.
        there = [cache for cache in sorted(caches) if cache.exists()]
        part = toolchain.find_damage(there, since_ns=self._began_ns)
        if part is not None:
            raise DamagedError("what zig made is not what it was", part=part)
        self._vouched = True

    def _is_replaced(self) -> bool:
        """Tell whether another process has discarded the cache in the middle of this build."""
        return self._runner.toolchain.identity() != self._began_with

    def _may_begin_again(self) -> bool:
        """Tell whether what went wrong is another process's doing, and this build may try once more."""
        return self._begun <= _MOST_BEGUN and self._is_replaced()

    def artifacts(self) -> tuple[Artifact, ...]:
        """Give what zig is to build.

        Raises:
            ConfigError: A linker flag cannot be passed on.
        """
        return make_artifacts(
            self._project.root,
            self._recipes,
            {recipe.python: self._capi(recipe) for recipe in self._recipes},
            read=lambda path: path.read_text(encoding="utf-8", errors="replace"),
            is_file=Path.is_file,
            exports=self._runner.toolchain.exports,
            runtime=self._runner.runtime,
            lean=self._runner.lean,
            zig_lib=self._runner.toolchain.zig_lib,
            search=self._search,
        )

    def _run_plan(self) -> Iterator[tuple[Recipe, Built | Pyz3Error]]:
        artifacts = self.artifacts()
        started = time.perf_counter()
        outcome = self._zig(artifacts) if artifacts else Outcome()
        if self._runner.stopped:
            return
        share = (time.perf_counter() - started) / len(self._recipes)
        fresh = bool(self._discarded)
        part = find_damage(outcome.text, fresh=fresh, is_there=os.path.exists)
        if part := part or find_damage_of_script(outcome.trouble):
            raise DamagedError(outcome.text, part=part)
        if outcome.text:
            self._vouch()
        # All are read before the first is delivered: damage found later would come too late.
        made = {artifact.key: artifact for artifact in artifacts}
        binaries = {recipe.identifier: self._collect(recipe, outcome, made) for recipe in self._recipes}
        known = {b.key: self._prover.read(b, self._vouch) for found in binaries.values() for b in found}
        for recipe in self._recipes:
            found = binaries[recipe.identifier]
            there = {binary.file for binary in found}
            missing = [one for one in _parts(recipe) if one.file not in there]
            if all(isinstance(one, Module) and one.optional for one in missing):
                left_out = tuple(_uncompiled(recipe, module, outcome) for module in missing)
                yield recipe, self._prove(recipe, found, known, share, left_out=left_out)
            else:
                yield recipe, _compile_error(recipe, outcome, zig_lib=self._runner.toolchain.zig_lib)

    def _run_custom(self) -> Iterator[tuple[Recipe, Built | Pyz3Error]]:
        for recipe in self._recipes:
            self._say(f"building {recipe.identifier} with the project's build.zig")
            started = time.perf_counter()
            try:
                files = build_custom(
                    self._runner, self._project.root, recipe, self._capi(recipe), jobs=self._jobs_at_once
                )
                binaries = self._custom_binaries(recipe, files)
                known = {binary.key: self._prover.read(binary, self._vouch) for binary in binaries}
            except (Pyz3Error, DamagedError) as error:
                if self._runner.stopped:
                    return
                said = "\n".join(text for _, text in getattr(error, "compiler", ()))
                if part := find_damage(said, own_script=True):
                    raise DamagedError(said, part=part) from error
                self._vouch()
                yield recipe, error if isinstance(error, Pyz3Error) else BuildFailedError(str(error))
                continue
            yield recipe, self._prove(recipe, binaries, known, time.perf_counter() - started, others=files)

    def _custom_binaries(self, recipe: Recipe, files: Mapping[str, bytes]) -> list[Binary]:
        suffix = recipe.target.extension_suffix
        found = [
            Binary(
                file=name,
                module=module_name(name, suffix),
                content=content,
                key=hashlib.sha256(content).hexdigest(),
                origin="compiled by the project's build.zig",
            )
            for name, content in files.items()
            if name.endswith(LIBRARY_SUFFIXES)
        ]
        if not any(binary.module for binary in found):
            raise NoWheelError(
                f"{self._project.root / 'build.zig'}: installed no extension module for {recipe.identifier}",
                tip=f"install each module into -Doutput-dir as package/name{suffix}",
            )
        return found

    def _zig(self, artifacts: Sequence[Artifact]) -> Outcome:
        optimize = self._recipes[0].optimize
        parts = parts_needed(artifacts, optimize=optimize)
        self._say("compiling")
        self._warmth.announce(str(self.platform), parts)

        def announce_runtime(artifact: Artifact) -> None:
            self._warmth.announce(str(self.platform), whole_parts(artifact, optimize=optimize))

        slices: dict[str, list[Artifact]] = {}
        for artifact in artifacts:
            slices.setdefault(slice_key(artifact.key), []).append(artifact)

        def build(group: Sequence[Artifact]) -> Outcome:
            return self._runner.build(
                group,
                zig_target=group[0].target,
                optimize=optimize,
                jobs=self._jobs_at_once,
                needs_runtime=announce_runtime,
            )

        outcome = merge(self._opened(group, build) for group in slices.values())
        for key, reason in outcome.runtime.items():
            self._say(f"{key.rpartition('/')[2]} is linked with {reason}")
        if outcome.binaries:
            told = [one for one in artifacts if one.key in outcome.runtime]
            whole = [one for one in told if outcome.linked[one.key].startswith("linked")]
            needed = (part for one in whole for part in whole_parts(one, optimize=optimize))
            self._warmth.note((*parts, *needed))
        return outcome

    def _opened(
        self, artifacts: Sequence[Artifact], build: Callable[[Sequence[Artifact]], Outcome]
    ) -> Outcome:
        """Build with ``Python.h`` precompiled; without, where clang does not take it."""
        openings = Openings(self._runner, self._search, optimize=self._recipes[0].optimize)
        outcome = build(openings.applied(artifacts, jobs=self._jobs_at_once))
        return build(artifacts) if openings.refused(outcome.text) else outcome

    def _capi(self, recipe: Recipe) -> CApi:
        include = self._includes[recipe.target.python.base]
        if not self.platform.traits.links_python:
            return CApi(include=str(include))
        toolchain = self._runner.toolchain
        stable = {module.limited_api for module in recipe.modules if module.limited_api}
        return CApi(
            include=str(include),
            import_library=str(windows_library(toolchain, include, recipe.target)),
            stable_libraries={
                version: str(windows_library(toolchain, include, recipe.target, stable_abi=version))
                for version in sorted(stable)
            },
        )

    def _collect(self, recipe: Recipe, outcome: Outcome, artifacts: Mapping[str, Artifact]) -> list[Binary]:
        """Read the recipe's binaries; one that was not built is missing in the result.

        Raises:
            DamagedError: Zig named a file that is not there.
        """
        found = []
        dll = self.platform.family == "windows"
        timed = dll and recipe.optimize == "Debug"
        for module in _parts(recipe):
            keys = [artifact_key(recipe, module, zig_target) for zig_target in recipe.zig_targets]
            if all(key in outcome.binaries for key in keys):
                paths = [outcome.binaries[key] for key in keys]
                made = _binary(module, paths, dll=dll, timed=timed, unseen=outcome.unseen)
                if dll and recipe.debug_info:
                    made = replace(made, pdb=_pdb(paths[0]))
                linked = together([_linked(module, key, artifacts, outcome) for key in keys])
                own = {library.name for library in recipe.libraries if not library.file}
                libraries = tuple(name for name in module.links if name in own)
                found.append(replace(made, linked=linked, libraries=libraries))
        return [*found, *_ready_made(recipe)]

    def _prove(
        self,
        recipe: Recipe,
        binaries: Sequence[Binary],
        known: Mapping[str, Known],
        seconds: float,
        *,
        others: Mapping[str, bytes] | None = None,
        left_out: tuple[LeftOut, ...] = (),
    ) -> Built | Pyz3Error:
        started = time.perf_counter()
        try:
            proof = self._prover.prove(recipe, binaries, known)
        except Pyz3Error as error:
            return error
        return Built(
            files={
                **(others or {}),
                **{binary.file: binary.content for binary in proof.binaries if not binary.shipped},
            },
            reports=proof.reports,
            tag=proof.tag,
            seconds=seconds + time.perf_counter() - started,
            # What was left out has been tried again.
            cached=not self._discarded and not left_out and all(known[b.key].cached for b in binaries),
            left_out=left_out + proof.left_out,
            plain=proof.plain,
            unreached=proof.unreached,
            failing=proof.failing,
            contained=tuple(_contained(one, known[one.key], recipe) for one in proof.binaries),
            pdbs={one.file: one.pdb for one in proof.binaries if one.pdb is not None},
        )

    def _say(self, text: str) -> None:
        self._tell(Activity(platform=str(self.platform), text=text))


def _ready_made(recipe: Recipe) -> list[Binary]:
    """Give the binaries that the project's own build backend made."""
    if recipe.base is None:
        return []
    shipped_names = recipe.base.shipped
    stable = recipe.target.stable_abi_suffix("")
    promised = recipe.tag.endswith("-abi3")
    found = []
    base = read_base(Path(recipe.base.path), shipped=shipped_names)
    shipped = {
        entry.arcname: b"".join(entry.chunks()) for entry in base.files if entry.arcname in shipped_names
    }
    for file, content in (base.binaries | shipped).items():
        if file in shipped and not _is_own(content, recipe.target.platform):
            continue
        own = module_name(file, recipe.target.extension_suffix)
        found.append(
            Binary(
                file=file,
                module=own or module_name(file, stable),
                sources=(),
                content=content,
                key=hashlib.sha256(content).hexdigest(),
                shipped=file in shipped,
                origin="came with the project"
                if file in shipped
                else "compiled by the project's own commands",
                limited_api=oldest_python(recipe.tag)
                if promised and not own and file.endswith(stable)
                else "",
            )
        )
    return found


def _linked(module: Part, key: str, artifacts: Mapping[str, Artifact], outcome: Outcome) -> Linked:
    """Give what a slice of a binary was linked with."""
    artifact = artifacts[key]
    linked = linked_from(artifact, outcome.linked[key], [artifacts[one] for one in artifact.links])
    return replace(linked, files=ready_files(module.objects, artifact, Path.is_file))


def _contained(binary: Binary, known: Known, recipe: Recipe) -> Contained:
    """Give what the bill of materials says of a binary."""
    for_linkers = bool(known.facts) and all(one.use == "object" for one in known.facts)
    evidence = (
        Evidence()
        if binary.shipped or for_linkers
        else find_parts(binary.content, known.facts, binary.linked, family=recipe.target.platform.family)
    )
    return Contained(
        file=binary.file,
        sha256=hashlib.sha256(binary.content).hexdigest(),
        origin=binary.origin,
        evidence=evidence,
        libraries=binary.libraries,
        files=binary.linked.files if binary.linked is not None else (),
        foreign=binary.shipped,
    )


def _is_own(content: bytes, platform: Platform) -> bool:
    """Tell whether a shipped binary is the platform's: projects ship those of all platforms."""
    nature = nature_of(content)
    return nature is not None and fits(nature, platform)


def _parts(recipe: Recipe) -> tuple[Part, ...]:
    """Give what becomes a file of the wheel."""
    return (*recipe.modules, *(library for library in recipe.libraries if library.file))


def _binary(module: Part, paths: Sequence[Path], *, dll: bool, timed: bool, unseen: bool) -> Binary:
    """Read what zig made.

    Args:
        module: What it is to be.
        paths: Where it is, by slices.
        dll: It says its name, which is that of zig's file.
        timed: The linker wrote the time of day into it.
        unseen: Its name in zig's cache does not tell all that went into it.
    """
    try:
        content = fuse([path.read_bytes() for path in paths])
        if dll:
            content = with_dll_name(content, module.file.rpartition("/")[2])
        if timed:
            content = without_time(content)
    except (OSError, ValueError) as error:
        raise DamagedError(f"{module.file}: {error}") from error
    foreign = isinstance(module, Module) and module.units
    return Binary(
        file=module.file,
        module=module.name if isinstance(module, Module) else None,
        sources=tuple(Path(unit.source) for unit in module.units) if foreign else None,
        content=content,
        # Zig's cache names each folder after a hash of everything it knows that went into the file.
        key="-".join(
            (
                *(path.parent.name for path in paths),
                *((hashlib.sha256(content).hexdigest(),) if unseen else ()),
                paths[0].name,
            )
        ),
        limited_api=module.limited_api if isinstance(module, Module) else "",
        # setuptools' lists are wishes: a linker elsewhere than on Windows has no use for them.
        exports=() if foreign or "*" in module.export_symbols else module.export_symbols,
    )


def _pdb(library: Path) -> tuple[str, bytes] | None:
    """Read what the linker wrote beside a DLL."""
    path = library.with_suffix(".pdb")
    return (path.name, path.read_bytes()) if path.is_file() else None


def _messages(recipe: Recipe, modules: Sequence[Part], outcome: Outcome) -> list[tuple[str, str]]:
    """Give the compiler's messages about modules; if it names none, what zig says of the whole."""
    messages = [
        (module.name, text)
        for module in modules
        for zig_target in recipe.zig_targets
        if (text := outcome.errors.get(artifact_key(recipe, module, zig_target), ""))
    ]
    return messages or ([("", outcome.trouble)] if outcome.trouble else [])


def _uncompiled(recipe: Recipe, module: Part, outcome: Outcome) -> LeftOut:
    linked = [library for library in recipe.libraries if library.name in module.links]
    return LeftOut(
        module=module.name,
        identifier=recipe.identifier,
        why="it failed to compile",
        detail="\n".join(dict.fromkeys(text for _, text in _messages(recipe, (module, *linked), outcome))),
    )


def _compile_error(recipe: Recipe, outcome: Outcome, *, zig_lib: Path) -> BuildFailedError:
    messages = _messages(recipe, (*recipe.libraries, *recipe.modules), outcome)
    failed = ", ".join(dict.fromkeys(name for name, _ in messages if name)) or "the build"
    advice = [tip for _, text in messages for tip in compile_advice(text, recipe.platform)]
    definitions = zig_lib / "libc" / "mingw" / "lib-common"
    advice += [tip for _, text in messages for tip in undefined_advice(text, definitions)]
    advice += [tip for _, text in messages if (tip := long_path_advice(text))]
    return BuildFailedError(
        f"{failed} failed to compile for {recipe.identifier}",
        tip="; ".join(dict.fromkeys(advice)) or None,
        compiler=tuple(messages),
    )
