"""What the field's six checkers say of wheels, a line of JSON for each: run by the Python that has them.

usage: python agreement_others.py WHEEL...

Only the standard library and the checkers are imported, each when it is asked.
"""

from __future__ import annotations

import contextlib
import io
import json
import logging
import sys
import tempfile
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

_TO_COPY = "The following DLLs will be copied into the wheel."


def main() -> None:
    """Print what each checker that the wheel is for says."""
    logging.disable(logging.CRITICAL)
    for wheel in map(Path, sys.argv[1:]):
        said = {name: _asked(ask, wheel) for name, ask in _fitting(wheel.name)}
        print(json.dumps({"wheel": wheel.name, "said": said}, sort_keys=True), flush=True)


def _fitting(name: str) -> list[tuple[str, Callable[[Path], dict[str, Any]]]]:
    abi, platform = name.removesuffix(".whl").split("-")[-2:]
    found: list[tuple[str, Callable[[Path], dict[str, Any]]]] = [
        ("check-wheel-contents", contents),
        ("twine", twine),
    ]
    if abi == "abi3":
        found.append(("abi3audit", abi3audit))
    if "linux" in platform:
        found.append(("auditwheel", auditwheel))
    if "macosx" in platform:
        found.append(("delocate", delocate))
    if platform.startswith("win"):
        found.append(("delvewheel", delvewheel))
    return found


def _asked(ask: Callable[[Path], dict[str, Any]], wheel: Path) -> dict[str, Any]:
    """Ask one; whatever it dies of is its answer."""
    try:
        return ask(wheel)
    except (Exception, SystemExit) as error:  # noqa: BLE001 - that it fails is its answer
        return {"error": f"{type(error).__name__}: {error}".partition("\n")[0]}


def auditwheel(wheel: Path) -> dict[str, Any]:
    """Give the oldest tag by symbols; of the wheel's own tag: what it would graft, and whether it holds."""
    from auditwheel.wheel_abi import analyze_wheel_abi
    from auditwheel.wheeltools import get_wheel_architecture, get_wheel_libc

    said = analyze_wheel_abi(
        get_wheel_libc(wheel.name),
        get_wheel_architecture(wheel.name),
        wheel,
        frozenset(),
        disable_isa_ext_check=False,
        allow_graft=False,
        args_ldpaths=None,
    )
    policies = {policy.name: policy for policy in said.policies}
    by_alias = {alias: policy for policy in said.policies for alias in policy.aliases}
    tags = wheel.name.removesuffix(".whl").split("-")[-1].split(".")
    named = [policies.get(tag) or by_alias[tag] for tag in tags if tag in policies or tag in by_alias]
    promised = max(named, key=lambda policy: policy.priority, default=said.policies.highest)
    return {
        "policies": sorted(name for name in policies if name.startswith("m")),
        "oldest": said.sym_policy.name,
        "outside": sorted(said.external_refs[promised.name].libs),
        "blacklisted": sorted({s for of in said.external_refs[promised.name].blacklist.values() for s in of}),
        "holds": said.overall_policy.priority >= promised.priority,
        "newer_instructions": said.machine_policy == said.policies.linux,
    }


def abi3audit(wheel: Path) -> dict[str, Any]:
    """Give ``FILE: SYMBOL`` for what is not in the stable ABI, and for what came to it later."""
    from abi3audit import _cli

    printed, argv = io.StringIO(), sys.argv
    sys.argv = ["abi3audit", "--report", str(wheel)]
    try:
        # It ends with 1 when it has found something.
        with contextlib.redirect_stdout(printed), contextlib.suppress(SystemExit):
            _cli.main()
    finally:
        sys.argv = argv
    report = json.loads(printed.getvalue())
    outside, newer = set(), set()
    for spec in report["specs"].values():
        for one in spec["wheel"]:
            outside |= {f"{one['name']}: {symbol}" for symbol in one["result"]["non_abi3_symbols"]}
            newer |= {f"{one['name']}: {symbol}" for symbol in one["result"]["future_abi3_objects"]}
    return {"outside": sorted(outside), "newer": sorted(newer)}


def delvewheel(wheel: Path) -> dict[str, Any]:
    """Give the libraries that it would copy into the wheel, as ``delvewheel show --ignore-existing`` does."""
    from delvewheel._wheel_repair import WheelRepair

    # Of a wheel that it has repaired it says that alone.
    WheelRepair._get_repair_version = lambda _self: ""
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        WheelRepair(str(wheel), None, None, None, True, True, True).show()
    listed = said.getvalue().partition(f"{_TO_COPY}\n")[2].partition("\n\n")[0].splitlines()
    names = [line.split()[0].lower() for line in listed]
    return {"outside": sorted(name for name in names if name != "none")}


def delocate(wheel: Path) -> dict[str, Any]:
    """Give the libraries that it would copy, and the oldest macOS for each processor."""
    from delocate import libsana
    from delocate.delocating import _calculate_minimum_wheel_name, filter_system_libs
    from packaging.utils import parse_wheel_filename

    # otool is of macOS; macholib, which delocate brings, reads the same load commands.
    libsana._get_rpaths = _load_commands("path")
    libsana._get_install_names = _load_commands("name")
    outside = set()
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch).resolve()
        with zipfile.ZipFile(wheel) as archive:
            archive.extractall(folder)
        for file in sorted(path for path in folder.rglob("*") if path.is_file()):
            for place, name in libsana.get_dependencies(file, filt_func=filter_system_libs):
                if place is None or (filter_system_libs(place) and not place.startswith(f"{folder}/")):
                    outside.add(name)
        minimum, _ = _calculate_minimum_wheel_name(wheel.name, folder, None)
    tags = {tag.platform for tag in parse_wheel_filename(minimum)[-1]}
    return {"outside": sorted(outside), "oldest": sorted(tags)}


def _load_commands(kind: str) -> Callable[[Path], dict[str, list[str]]]:
    from macholib.mach_o import (
        CPU_TYPE_NAMES,
        LC_LOAD_DYLIB,
        LC_LOAD_WEAK_DYLIB,
        LC_REEXPORT_DYLIB,
        LC_RPATH,
    )
    from macholib.MachO import MachO

    wanted = (LC_RPATH,) if kind == "path" else (LC_LOAD_DYLIB, LC_LOAD_WEAK_DYLIB, LC_REEXPORT_DYLIB)

    def read(file: Path) -> dict[str, list[str]]:
        try:
            headers = MachO(str(file)).headers
        except Exception:  # noqa: BLE001 - it is no Mach-O file
            return {}
        return {
            CPU_TYPE_NAMES.get(one.header.cputype, "unknown"): [
                data.rstrip(b"\0").decode() for command, _, data in one.commands if command.cmd in wanted
            ]
            for one in headers
        }

    return read


def contents(wheel: Path) -> dict[str, Any]:
    """Give the codes of what check-wheel-contents finds."""
    from check_wheel_contents.checker import NO_CONFIG, WheelChecker
    from check_wheel_contents.contents import WheelContents

    checker = WheelChecker()
    checker.configure_options(configpath=NO_CONFIG)
    found = checker.check_contents(WheelContents.from_wheel(wheel))
    return {"codes": sorted({one.check.name for one in found})}


def twine(wheel: Path) -> dict[str, Any]:
    """Give what ``twine check --strict`` goes by: whether it renders and is valid, and its warnings."""
    from twine.commands.check import _check_file, _WarningStream
    from twine.exceptions import InvalidDistribution

    try:
        warnings, renders = _check_file(str(wheel), _WarningStream())
    except InvalidDistribution as error:
        return {"invalid": str(error).partition("\n")[0]}
    return {"renders": renders, "warnings": warnings}


if __name__ == "__main__":
    main()
