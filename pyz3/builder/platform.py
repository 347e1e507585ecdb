"""One platform's share of a build: headers → zig → audit, for all its Pythons in one run of zig."""

from __future__ import annotations

import dataclasses
import hashlib
import re
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pyz3.audit import judge, proved_platform_tag, read_facts, require, system_symbols
from pyz3.audit.ledger import CorruptBinaryError, Ledger
from pyz3.capi import import_library, python_symbols
from pyz3.engine.artifacts import CApi, artifact_key, make_artifacts
from pyz3.engine.custom import LIBRARY_SUFFIXES, build_custom, module_name
from pyz3.engine.warmth import cold_parts, mark_warm, parts_needed
from pyz3.errors import AuditFailedError, BuildFailedError, NoWheelError, Pyz3Error
from pyz3.events import Activity
from pyz3.targets import Platform

if TYPE_CHECKING:
    from pyz3.audit import Facts, Report
    from pyz3.capi.symbols import System
    from pyz3.config import Project
    from pyz3.engine.artifacts import Artifact
    from pyz3.engine.zig import Outcome, ZigRunner
    from pyz3.events import Listener
    from pyz3.plan import Job


@dataclass(frozen=True, kw_only=True)
class Built:
    """The audited binaries of one wheel.

    Attributes:
        files: Path in the wheel → content.
        reports: What the audit found.
        tag: The wheel's tag, its platform part as proved.
        seconds: This wheel's share of zig's run.
        cached: Every binary was known already.
    """

    files: Mapping[str, bytes]
    reports: tuple[Report, ...]
    tag: str
    seconds: float
    cached: bool


Deliver = Callable[["Job", "Built | Pyz3Error"], None]


@dataclass(kw_only=True)
class _Binary:
    """A file that zig made."""

    file: str
    module: str | None
    content: bytes
    key: str  # its name in the ledger
    path: Path | None = None


class PlatformBuild:
    """Builds all jobs of one platform.

    Args:
        project: The project.
        jobs: The platform's jobs.
        includes: The prepared headers of each version (``3.13``).
        runner: Runs zig.
        jobs_at_once: How many compilers zig may run at a time.
        tell: Is told what happens.
    """

    def __init__(
        self,
        project: Project,
        jobs: tuple[Job, ...],
        *,
        includes: Mapping[str, Path],
        runner: ZigRunner,
        jobs_at_once: int,
        tell: Listener,
    ) -> None:
        self.corrupt = False
        self._project = project
        self._jobs = jobs
        self._includes = includes
        self._runner = runner
        self._jobs_at_once = jobs_at_once
        self._tell = tell
        self._platform = Platform(jobs[0].platform)
        self._ledger = Ledger(runner.toolchain.ledger)
        self._retried = False

    def run(self, deliver: Deliver) -> None:
        """Build, audit and deliver every job; what goes wrong is delivered as an error.

        If the cache turns out to be damaged, ``corrupt`` is set and nothing more is delivered:
        the caller discards the cache and runs this again.
        """
        self._retried, self.corrupt = self.corrupt, False
        try:
            if self._project.tool.build_zig:
                self._run_custom(deliver)
            else:
                self._run_plan(deliver)
        except Pyz3Error as error:
            for job in self._jobs:
                deliver(job, error)

    def artifacts(self) -> tuple[Artifact, ...]:
        """Give what zig is to build.

        Raises:
            ConfigError: A linker flag cannot be passed on.
        """
        return make_artifacts(
            self._project.root,
            self._jobs,
            {job.python: self._capi(job) for job in self._jobs},
            read=lambda path: path.read_text(encoding="utf-8", errors="replace"),
            exports=str(self._runner.toolchain.exports()),
        )

    def _run_plan(self, deliver: Deliver) -> None:
        artifacts = self.artifacts()
        started = time.perf_counter()
        outcome = self._zig(artifacts)
        share = (time.perf_counter() - started) / len(self._jobs)
        if self._is_damage(outcome.text):
            self.corrupt = True
            return
        binaries = {job.identifier: self._collect(job, outcome) for job in self._jobs}
        facts = self._read([b for found in binaries.values() for b in found])
        if facts is None:
            self.corrupt = True
            return
        for job in self._jobs:
            found = binaries[job.identifier]
            if len(found) < len(job.modules):
                deliver(job, _compile_error(job, outcome))
            else:
                deliver(job, self._audited(job, found, facts, share))

    def _run_custom(self, deliver: Deliver) -> None:
        for job in self._jobs:
            self._say(f"building {job.identifier} with the project's build.zig")
            started = time.perf_counter()
            try:
                outcome, files = build_custom(
                    self._runner, self._project.root, job, self._capi(job), jobs=self._jobs_at_once
                )
                if outcome.trouble:
                    raise BuildFailedError(
                        f"zig build failed for {job.identifier}", compiler=(("build.zig", outcome.trouble),)
                    )
                deliver(job, self._audited_custom(job, files, time.perf_counter() - started))
            except Pyz3Error as error:
                deliver(job, error)

    def _audited_custom(self, job: Job, files: Mapping[str, bytes], seconds: float) -> Built | Pyz3Error:
        suffix = job.target.extension_suffix
        found = [
            _Binary(
                file=name,
                module=module_name(name, suffix),
                content=content,
                key=hashlib.sha256(content).hexdigest(),
            )
            for name, content in files.items()
            if name.endswith(LIBRARY_SUFFIXES)
        ]
        if not any(binary.module for binary in found):
            return NoWheelError(
                f"{self._project.root / 'build.zig'}: installed no extension module for {job.identifier}",
                tip=f"install each module into -Doutput-dir as package/name{suffix}",
            )
        with self._runner.toolchain.scratch() as scratch:
            for number, binary in enumerate(found):
                binary.path = Path(scratch) / str(number)
                binary.path.write_bytes(binary.content)
            facts = self._read(found)
        if facts is None:
            return BuildFailedError(f"{job.identifier}: a binary is unreadable")
        built = self._audited(job, found, facts, seconds)
        if isinstance(built, Built):
            others = {name: content for name, content in files.items() if name not in built.files}
            return dataclasses.replace(built, files={**others, **built.files})
        return built

    def _zig(self, artifacts: Sequence[Artifact]) -> Outcome:
        optimize = self._jobs[0].optimize
        markers = self._runner.toolchain.global_cache / "pyz3-warm"
        parts = parts_needed(artifacts, optimize=optimize)
        cold = cold_parts(markers, parts)
        self._say(f"compiling {', '.join(cold)}, first time only" if cold else "compiling")
        outcome = self._runner.build(
            artifacts,
            zig_target=self._jobs[0].zig_target,
            optimize=optimize,
            jobs=self._jobs_at_once,
        )
        if outcome.binaries:
            mark_warm(markers, parts)
        return outcome

    def _capi(self, job: Job) -> CApi:
        python = job.target.python
        include = self._includes[python.base]
        if self._platform.family != "windows":
            return CApi(include=str(include))
        toolchain = self._runner.toolchain
        library = import_library(
            python_symbols(include, version=python, system="windows"),
            version=python,
            arch=self._platform.spec.arch,  # type: ignore[arg-type]  # Windows' rows of the table
            cache=toolchain.capi,
            zig=(str(toolchain.zig),),
        )
        return CApi(include=str(include), import_library=str(library))

    def _collect(self, job: Job, outcome: Outcome) -> list[_Binary]:
        """Read the job's binaries; a missing one is missing in the result."""
        found = []
        for module in job.modules:
            path = outcome.binaries.get(artifact_key(job, module))
            if path is not None:
                content = path.read_bytes() if path.exists() else b""
                key = f"{path.parent.name}-{path.name}"
                found.append(
                    _Binary(file=module.file, module=module.name, content=content, key=key, path=path)
                )
        return found

    def _read(self, binaries: Sequence[_Binary]) -> dict[str, tuple[tuple[Facts, ...], bool]] | None:
        """Give each binary's facts by its key, and whether they were known; None: the cache is damaged."""
        facts: dict[str, tuple[tuple[Facts, ...], bool]] = {}
        for binary in binaries:
            try:
                known = self._ledger.look_up(binary.key, binary.content)
                if known is None:
                    if binary.path is None:
                        raise AssertionError(binary.file)
                    fresh = read_facts(binary.path)
                    self._ledger.note(binary.key, binary.content, fresh)
                    facts[binary.key] = (fresh, False)
                else:
                    facts[binary.key] = (known, True)
            except (CorruptBinaryError, AuditFailedError, OSError):  # noqa: PERF203 - the rare case
                if self._retried:
                    raise BuildFailedError(
                        f"{binary.file}: the cache gives a damaged file again and again",
                        tip=f"delete {self._runner.toolchain.cache} and check the disk",
                    ) from None
                return None
        return facts

    def _audited(
        self,
        job: Job,
        binaries: Sequence[_Binary],
        facts: Mapping[str, tuple[tuple[Facts, ...], bool]],
        seconds: float,
    ) -> Built | Pyz3Error:
        started = time.perf_counter()
        python = job.target.python
        system: System = "windows" if self._platform.family == "windows" else "posix"
        names = python_symbols(self._includes[python.base], version=python, system=system).names
        siblings = {binary.file: facts[binary.key][0] for binary in binaries}
        reports = tuple(
            judge(
                facts[binary.key][0],
                file=binary.file,
                module=binary.module,
                target=job.target,
                floor=job.floor,
                python_symbols=names,
                system_symbols=system_symbols(self._platform, self._runner.toolchain.zig_lib),
                siblings=siblings,
            )
            for binary in binaries
        )
        try:
            require(reports)
            platform_tag = proved_platform_tag(reports, job.target, job.floor)
        except Pyz3Error as error:
            return error
        return Built(
            files={binary.file: binary.content for binary in binaries},
            reports=reports,
            tag=f"{python.tag}-{python.abi}-{platform_tag}",
            seconds=seconds + time.perf_counter() - started,
            cached=all(facts[binary.key][1] for binary in binaries),
        )

    def _is_damage(self, text: str) -> bool:
        """Tell whether zig stumbled over its own cache rather than over the user's sources."""
        if self._retried:
            return False
        toolchain = self._runner.toolchain
        folders = "|".join(re.escape(str(path)) for path in (toolchain.local_cache, toolchain.global_cache))
        return (
            re.search(rf"error: [^\n]*({folders})[^\n]*\.(o|a|obj|lib|so|dylib|dll|rsp)\b", text) is not None
        )

    def _say(self, text: str) -> None:
        self._tell(Activity(platform=str(self._platform), text=text))


def _compile_error(job: Job, outcome: Outcome) -> BuildFailedError:
    messages = []
    for module in job.modules:
        text = outcome.errors.get(artifact_key(job, module), "")
        if text:
            messages.append((module.name, text))
    if not messages and outcome.trouble:
        messages.append(("", outcome.trouble))
    failed = ", ".join(name for name, _ in messages if name) or "the build"
    return BuildFailedError(f"{failed} failed to compile for {job.identifier}", compiler=tuple(messages))
