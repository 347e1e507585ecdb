"""From a name to a diagnosis: what each binary is, what the loader would miss, what to do."""

from __future__ import annotations

import platform as host
from importlib.machinery import EXTENSION_SUFFIXES
from typing import TYPE_CHECKING

from pyz3.audit import Effort, facts_of, judge, version_key
from pyz3.doctor.diagnosis import BinaryDiagnosis, Diagnosis, Problem
from pyz3.doctor.libraries import LoadedFile, find_libraries, looked_in
from pyz3.doctor.names import FileName, own_floor, python_names, read_name, system_names
from pyz3.doctor.subject import find_subject
from pyz3.doctor.symptoms import symptom
from pyz3.doctor.tags import Promise, misfit, read_promise
from pyz3.errors import AuditFailedError
from pyz3.targets import Platform, PythonVersion, Target

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from pyz3.audit import Facts, Finding
    from pyz3.doctor.subject import Subject

# What keeps a file from being loaded; the audit's other rules are about how it was built.
_RULES = frozenset({"machine", "loadable", "floor", "library", "init", "symbol", "signature", "stack"})


def diagnose(name: str, *, search: Sequence[str], environ: Mapping[str, str]) -> Diagnosis:
    """Examine a wheel, a file, a folder or a module; nothing is imported or run.

    Args:
        name: A path or a dotted module name.
        search: Folders of modules, as ``sys.path``.
        environ: Environment variables, to find headers of other Pythons by.

    Raises:
        ConfigError: There is nothing of that name.
    """
    subject = find_subject(name, search=search)
    facts: dict[str, tuple[Facts, ...]] = {}
    problems = list(subject.problems)
    wanted = set(subject.examined)
    # Those that are asked about come first.
    chosen = sorted(subject.binaries, key=lambda file: file not in wanted)
    effort = Effort()
    missed = 0
    for number, file in enumerate(chosen):
        found = _read(file, subject.binaries[file])
        if not effort.takes(() if isinstance(found, Problem) else found):
            missed = len(chosen) - number
            break
        if not isinstance(found, Problem):
            facts[file] = found
        elif file in wanted:
            problems.append(found)
    if missed:
        message = f"{missed} of {len(subject.binaries)} binaries were not looked at: no wheel needs so many"
        problems.append(Problem(file="", rule="many", message=message, tip="name a folder or a file of it"))
    promise = read_promise(subject.tags)
    binaries = []
    for file in subject.examined:
        if file in facts:
            binary, more = _examine(subject, file, facts, promise, environ)
            binaries.append(binary)
            problems += more
    why = misfit(subject.tags) if subject.tags else ""
    if not why and subject.folder is not None:
        why = "; ".join(filter(None, (_not_looked_for(binary) for binary in binaries)))
    return Diagnosis(
        name=subject.name,
        tags=subject.tags,
        fits=not why,
        misfit=why,
        binaries=tuple(binaries),
        problems=tuple(dict.fromkeys(problems)),
    )


def _read(file: str, data: bytes) -> tuple[Facts, ...] | Problem:
    try:
        return facts_of(data, name=file)
    except AuditFailedError as error:
        return Problem(file=file, rule="damaged", message=error.message, tip=error.tip or "")


def _examine(
    subject: Subject,
    file: str,
    facts: Mapping[str, tuple[Facts, ...]],
    promise: Promise | None,
    environ: Mapping[str, str],
) -> tuple[BinaryDiagnosis, list[Problem]]:
    several = facts[file]
    said = read_name(file, several)
    promise = _promise(said, several, promise)
    if promise is None:
        message = f"{file} is for {several[0].machine}, for which there are no wheels"
        machines = tuple(one.machine for one in several)
        return BinaryDiagnosis(file=file, system=several[0].format, machines=machines), [
            Problem(file=file, rule="machine", message=message)
        ]
    place = LoadedFile(
        file=file,
        facts=several[0],
        siblings={path: found for path, found in facts.items() if path != file},
        platform=promise.target.platform,
        folder=subject.folder,
    )
    libraries, problems = find_libraries(place)
    report = judge(
        several,
        file=file,
        module=said.module or None,
        target=promise.target,
        floor=promise.floor or own_floor(several),
        python_symbols=python_names(promise, environ),
        system_symbols=system_names(promise.target.platform),
        siblings=place.siblings,
        stable_abi=promise.stable_abi,
    )
    # Judged here, where more is known than what the system's policy promises.
    there = {library.name for library in libraries if library.status in {"system", "wheel", "here"}}
    findings = [
        f for f in report.findings if f.rule in _RULES and not (f.rule == "library" and f.symbol in there)
    ]
    return (
        BinaryDiagnosis(
            file=file,
            module=said.module,
            system=promise.target.platform.traits.name,
            machines=report.machines,
            python=_python(said, promise),
            floor=report.floor,
            libraries=libraries,
            looked_in=looked_in(place),
        ),
        [
            *(_problem(finding, several[0], said.module) for finding in findings),
            *problems,
            *_too_old(file, several),
        ],
    )


def _problem(finding: Finding, facts: Facts, module: str) -> Problem:
    return Problem(
        file=finding.file,
        rule=finding.rule,
        message=finding.message,
        symptom=symptom(finding, facts, module),
        tip=finding.tip,
    )


def _promise(said: FileName, facts: tuple[Facts, ...], tagged: Promise | None) -> Promise | None:
    """Give what the wheel promises, else what the file's own name and contents say."""
    if tagged is not None:
        return tagged
    platform = _platform(facts)
    if platform is None:
        return None
    python = PythonVersion.parse(said.python) if said.python else PythonVersion.current()
    stable = f"{python}{'t' if said.stable.endswith('t') else ''}" if said.stable else ""
    return Promise(
        target=Target(platform=platform, python=python),
        floor="",
        stable_abi=stable,
        any_python=not said.module,
    )


def _platform(facts: tuple[Facts, ...]) -> Platform | None:
    machines = {one.machine for one in facts}
    first = facts[0]
    musl = any(name == "libc.so" or name.startswith(("libc.musl", "ld-musl")) for name in first.needed)
    family = {"elf": "musllinux" if musl else "linux", "macho": "macos", "pe": "windows", "wasm": "pyodide"}
    arch = {"wasm32": "wasm32"}.get(first.machine, first.machine) if len(machines) == 1 else "universal2"
    for platform in Platform:
        if platform.family == family[first.format] and platform.spec.arch == arch:
            return platform
    return None


def _python(said: FileName, promise: Promise) -> str:
    if promise.stable_abi or said.stable:
        return f"stable ABI {promise.stable_abi}" if promise.stable_abi else "stable ABI"
    return str(promise.target.python) if said.module and not promise.any_python else ""


def _not_looked_for(binary: BinaryDiagnosis) -> str:
    if binary.module and not binary.file.endswith(tuple(EXTENSION_SUFFIXES)):
        name = binary.file.rpartition("/")[2]
        return f"it imports modules that end in {', '.join(EXTENSION_SUFFIXES)}, not {name}"
    return ""


def _too_old(file: str, facts: tuple[Facts, ...]) -> Iterator[Problem]:
    """Compare with this machine's own glibc, if the file is for machines like it."""
    libc, version = host.libc_ver()
    first = facts[0]
    if first.format != "elf" or libc != "glibc" or not first.floor or first.machine != host.machine():
        return
    if version_key(first.floor) > version_key(version):
        symbol = next(iter(first.floor_symbols), None)
        yield Problem(
            file=file,
            rule="floor",
            message=f"{file} needs glibc {first.floor}, and this machine has {version}"
            + (f" (for {symbol.name})" if symbol else ""),
            symptom=f"ImportError: libc.so.6: version `GLIBC_{first.floor}' not found (required by {file})",
            tip="install a wheel for an older glibc, or build from source here",
        )
