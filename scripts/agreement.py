#!/usr/bin/env python3
"""Compares ``pyz3 check`` with six other checkers on official wheels from PyPI.

usage: python scripts/agreement.py [--limit N] [--jobs N] [--work DIR] [--resume] [--offline] [--write-docs]

The wheels, the checkers' versions and the causes of all known differences are in agreement.toml.  pip fetches
the wheels into --work, and installs the checkers into an environment there.  What they said of a wheel stays
there, too: --resume asks them only of wheels that are new.  --offline compares the wheels that are there.
The exit code is 1 if a difference has no cause, or a cause no difference.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
import venv
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

from packaging.utils import canonicalize_name, parse_wheel_filename

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "scripts"))

from agreement_compare import answers  # noqa: E402 - scripts/ is on the path from here on
from agreement_page import judged, page  # noqa: E402

from pyz3 import __version__  # noqa: E402
from pyz3._toml import load_toml  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

TABLE = ROOT / "scripts" / "agreement.toml"
OTHERS = ROOT / "scripts" / "agreement_others.py"
DOCS = ROOT / "docs"
# Of wheels that one process asks about: importing six checkers takes longer than asking them.
_AT_ONCE = 10


def main() -> None:
    """Compare, print what differs, and with --write-docs write the page."""
    options = _options()
    table = load_toml(TABLE.read_text(encoding="utf-8"))
    listed = table["wheels"][: options.limit]
    wheels = options.work / "wheels"
    wheels.mkdir(parents=True, exist_ok=True)
    if not options.offline:
        with ThreadPoolExecutor(options.jobs) as pool:
            list(pool.map(lambda row: _fetch(row, wheels), listed))
    there = {row: path for row in listed if (path := _there(row, wheels)) is not None}
    for row in listed:
        if row not in there:
            print(f"not compared, not fetched: {row}", file=sys.stderr)
    said = _said(there.values(), table["tools"], options)
    reports = _checked(there.values())
    data = judged(
        {row: answers(said[path.name], reports[path.name]) for row, path in there.items()},
        causes=table["cause"],
        listed=len(table["wheels"]),
        about={"date": time.strftime("%Y-%m-%d"), "pyz3": __version__, "tools": table["tools"]},
    )
    _tell(data)
    if options.write_docs:
        text = json.dumps(data, indent=1, ensure_ascii=False) + "\n"
        (DOCS / "agreement.json").write_text(text, encoding="utf-8", newline="\n")
        (DOCS / "agreement.md").write_text(page(data), encoding="utf-8", newline="\n")
    if data["unexplained"] or data["stale"]:
        raise SystemExit(1)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    default = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "pyz3-agreement"
    parser.add_argument("--limit", type=int, metavar="N", help="the first wheels of the table alone")
    parser.add_argument("--jobs", type=int, default=4, help="downloads at a time")
    parser.add_argument("--work", type=Path, default=default, help="wheels, checkers, what they said")
    parser.add_argument("--resume", action="store_true", help="keep what the others said")
    parser.add_argument("--offline", action="store_true", help="fetch no wheel; compare those that are there")
    parser.add_argument("--write-docs", action="store_true", help="write docs/agreement.json and .md")
    options = parser.parse_args()
    options.work = options.work.absolute()
    return options


def _fetch(row: str, folder: Path) -> None:
    """Let pip fetch one official wheel, by its tag."""
    if _there(row, folder) is not None:
        return
    requirement, tag = row.split()
    python, abi, platform = tag.split("-")
    interpreter = python.split(".")[-1]
    version = f"{interpreter[2]}.{interpreter[3:]}" if interpreter.startswith("cp") else "3.11"
    where = ["--platform", platform, "--abi", abi, "--python-version", version, "--implementation", "cp"]
    command = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--only-binary", ":all:"]
    done = subprocess.run(
        [*command, *where, "-d", str(folder), requirement], capture_output=True, text=True, check=False
    )
    if done.returncode:
        print(f"{row}: {done.stderr.strip().splitlines()[-1]}", file=sys.stderr)


def _there(row: str, folder: Path) -> Path | None:
    """Give the wheel of a row if it has been fetched."""
    requirement, tag = row.split()
    name, _, version = requirement.partition("==")
    python, abi, platform = tag.split("-")
    wanted = {f"{one}-{abi}-{platform}" for one in python.split(".")}
    for path in sorted(folder.glob("*.whl")):
        its_name, its_version, _, tags = parse_wheel_filename(path.name)
        same = its_name == canonicalize_name(name) and str(its_version) == version
        if same and wanted & {str(one) for one in tags}:
            return path
    return None


def _said(
    paths: Iterable[Path], tools: Mapping[str, str], options: argparse.Namespace
) -> dict[str, dict[str, Any]]:
    """Ask the others of each wheel; keep what they said."""
    kept = options.work / "said"
    kept.mkdir(exist_ok=True)
    found: dict[str, dict[str, Any]] = {}
    asked = []
    for path in paths:
        file = kept / f"{path.name}.json"
        known = json.loads(file.read_bytes()) if options.resume and file.is_file() else {}
        if known.get("tools") == tools:
            found[path.name] = known["said"]
        else:
            asked.append(path)
    python = _checkers(options.work / "checkers", tools) if asked else Path()
    for number in range(0, len(asked), _AT_ONCE):
        command = [str(python), str(OTHERS), *map(str, asked[number : number + _AT_ONCE])]
        # auditwheel and delvewheel want their own programs on PATH.
        environ = {**os.environ, "PATH": f"{python.parent}{os.pathsep}{os.environ['PATH']}"}
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True, env=environ)
        for line in done.stdout.splitlines():
            one = json.loads(line)
            found[one["wheel"]] = one["said"]
            text = json.dumps({"tools": tools, "said": one["said"]})
            (kept / f"{one['wheel']}.json").write_text(text, encoding="utf-8")
        print(f"asked of {min(number + _AT_ONCE, len(asked))} of {len(asked)} wheels", file=sys.stderr)
    return found


def _checkers(folder: Path, tools: Mapping[str, str]) -> Path:
    """Give the Python that has the checkers; install them if need be."""
    python = folder / "bin" / "python"
    if not python.exists():
        venv.create(folder, with_pip=True)
    wanted = [f"{name}=={version}" for name, version in tools.items()]
    subprocess.run([str(python), "-m", "pip", "install", "-q", *wanted], check=True)
    return python


def _checked(paths: Iterable[Path]) -> dict[str, dict[str, Any]]:
    """Run pyz3 check; give each wheel's part of its report."""
    command = [sys.executable, "-m", "pyz3", "check", "--format", "json", *map(str, paths)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
    return {Path(one["wheel"]).name: one for one in json.loads(done.stdout)["wheels"]}


def _tell(data: Mapping[str, Any]) -> None:
    for one in data["counts"]:
        print(
            f"{one['checker']:22} {one['question']:24} {one['compared']:4} compared, {one['differ']:3} differ"
        )
    _list("no cause is known of", data["unexplained"])
    _list("a cause has no difference any more:", data["stale"])


def _list(title: str, found: Sequence[Mapping[str, str]]) -> None:
    for one in found:
        print(f"{title} {json.dumps(one, ensure_ascii=False)}", file=sys.stderr)


if __name__ == "__main__":
    main()
