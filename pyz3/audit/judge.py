"""Facts → report: does the binary keep what its wheel's name promises?"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from pyz3.audit.facts import version_key
from pyz3.audit.policy import policy_for
from pyz3.audit.report import OLDEST_ARM64_MACOS, Finding, Report, proved_tag
from pyz3.audit.rules import RULES, Case, loadable

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from pyz3.audit.facts import Facts
    from pyz3.targets import Target

_NO_SIBLINGS: Mapping[str, tuple[Facts, ...]] = MappingProxyType({})
_SYSTEM_OF = {"elf": "Linux", "macho": "macOS", "pe": "Windows", "wasm": "WebAssembly"}


def judge(
    facts: tuple[Facts, ...],
    *,
    file: str,
    module: str | None,
    target: Target,
    floor: str,
    python_symbols: Collection[str],
    system_symbols: Collection[str] | None = None,
    system_since: Callable[[str], str] = lambda _: "",
    siblings: Mapping[str, tuple[Facts, ...]] = _NO_SIBLINGS,
    stable_abi: str | bool = "",
    exports: tuple[str, ...] = (),
    may_fail: bool = False,
) -> Report:
    """Judge one binary of a wheel.  Pure: reads and writes nothing.

    Args:
        facts: What ``read_facts`` says of the file.
        file: Its path inside the wheel, for messages.
        module: Dotted name of the extension module; ``None``: a shared library that is none.
        target: What the wheel is for.
        floor: What the wheel's name would promise: ``2.17``, ``10.13``, or empty.
        python_symbols: Functions and data of the target Python's C API, as C spells them (for the
            stable ABI: those of its Limited API).
        system_symbols: The C library's symbols (``system_symbols()``); ``None``: not to be checked.
        system_since: Gives the glibc that brought a symbol (``glibc_since()``), empty if none did; asked
            only for what nothing else has.
        siblings: The other binaries of the wheel by path inside it: what they offer may be used.
        stable_abi: Version of the stable ABI (PEP 384) that the module is for: ``3.10``, ``3.15t``; true:
            the target Python's.  On Windows it links ``python3.dll`` or ``python3t.dll``.  Empty or
            false: it is for one Python.
        exports: Names or globs of what it must export besides the init function.
        may_fail: It may call what only fails there (``pthread_create`` in Pyodide): it was written for
            systems where that works, and may do without.
    """
    platform = target.platform
    policy = policy_for(platform.family)
    expected = policy.machines.get(platform.spec.arch, (platform.spec.arch,))
    machines = tuple(one.machine for one in facts)
    measured = measured_floor(facts)
    findings: list[Finding] = []
    abi = str(target.python) if stable_abi is True else stable_abi or ""
    if sorted(machines) != sorted(expected) or any(one.format != policy.format for one in facts):
        system = " or ".join(dict.fromkeys(_SYSTEM_OF[one.format] for one in facts))
        wanted = f"{_SYSTEM_OF[policy.format]} on {' and '.join(expected)}"
        message = f"{file} is for {system} on {' and '.join(machines)}, but {target} needs {wanted}"
        # Whatever else is to be said of it would be about the wrong platform.
        findings.append(Finding(file=file, rule="machine", message=message, tip="build it for this target"))
        tag = ""
    else:
        for one in facts:
            case = Case(
                facts=one,
                file=file,
                module=module,
                target=target,
                floor=floor,
                policy=policy,
                python_symbols=python_symbols,
                system_symbols=system_symbols,
                system_since=system_since,
                siblings=siblings,
                stable_abi=abi,
                exports=exports,
                may_fail=may_fail,
            )
            rules = (loadable,) if one.use == "object" else RULES[platform.family]
            findings.extend(finding for rule in rules for finding in rule(case))
        tag = proved_tag(platform, measured=measured, floor=floor)
    return Report(
        file=file,
        module=module or "",
        target=str(target),
        format=facts[0].format,
        machines=machines,
        floor=measured,
        platform_tag=tag,
        needed=tuple(dict.fromkeys(library for one in facts for library in one.needed)),
        findings=tuple(dict.fromkeys(findings)),
    )


def measured_floor(facts: tuple[Facts, ...]) -> str:
    """Give the oldest system that runs every machine of the file.

    In a universal2 file the arm64 part may say 11.0 beside 10.13: there is no older arm64 Mac.
    """
    floors = [one.floor for one in facts]
    if len(facts) > 1:
        first = version_key(OLDEST_ARM64_MACOS)
        floors = [one.floor for one in facts if one.machine != "arm64" or version_key(one.floor) > first]
    return max(floors, key=version_key, default="")
