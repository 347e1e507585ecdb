#!/usr/bin/env python3
"""Compares what projects do that pyz3 built with what they do that this machine's own compiler built.

usage: python scripts/oracle.py [NAME|FOLDER...] [--corpus] [--runtimes NAME...] [--run-tests]
                                [--work DIR] [--json FILE]

Each project is built by gcc and its own backend, as pip does it, and by pyz3; every extension module is then
imported in each interpreter: its constants, signatures, docstrings, warnings and errors, what it exports, and
what the project's check prints, must be the same.  On other systems ours is compared with the official
wheel, if there is one.  Names are projects of tests/corpus.toml, folders are any project; without any, all
of tests/integration/situations are taken, with --corpus the whole list.  A difference that has to be is
written down with its reason: `differs` in tests/corpus.toml, and in tests/situations.toml.
Exits with 1 if there is another one.
"""

from __future__ import annotations

import argparse
import datetime as dt
import sys
from pathlib import Path

import msgspec

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "scripts")]

from compat.downloads import DownloadError, Downloads  # noqa: E402 - tests/ is on the path from here on
from compat.oracle import Oracle, Verdict, runtimes_named, table  # noqa: E402
from compat.projects import Project, folder_project, load_differs, load_projects  # noqa: E402
from corpus import default_work, revision  # noqa: E402

SITUATIONS = ROOT / "tests" / "integration" / "situations"
HOST = "host-3.13"
DEFAULT_RUNTIMES = (HOST, "musllinux_x86_64-3.13", "linux_aarch64-3.13", "win_amd64-3.13")


def main() -> None:
    """Ask the oracle."""
    options = _options()
    try:
        runtimes = runtimes_named(options.runtimes)
        (host,) = runtimes_named([HOST])
    except ValueError as error:
        raise SystemExit(str(error)) from error
    work = options.work.absolute()
    oracle = Oracle(
        runtimes=runtimes,
        host=host,
        downloads=Downloads(root=work),
        work=work,
        suites=options.run_tests,
    )
    today = dt.datetime.now(tz=dt.timezone.utc).date().isoformat()
    made: list[Verdict] = []
    for project in _projects(options):
        try:
            made.append(oracle.ask(project, revision=revision(), date=today))
        except DownloadError as error:
            print(f"{project.name}: {error}", file=sys.stderr)
            continue
        print(table(made[-1:]), end="", flush=True)
    if options.json is not None:
        options.json.write_bytes(msgspec.json.format(msgspec.json.encode(made)) + b"\n")
    faults = sum(len(answer.faults) for verdict in made for answer in verdict.answers)
    print(f"{len(made)} projects; {faults} differences without a reason")
    sys.exit(bool(faults))


def _projects(options: argparse.Namespace) -> list[Project]:
    listed = {project.name: project for project in load_projects()}
    differs = load_differs()
    if options.corpus:
        return [*listed.values()]
    names = options.names or sorted(str(path.parent) for path in SITUATIONS.glob("*/pyproject.toml"))
    found = []
    for name in names:
        if name in listed:
            found.append(listed[name])
        elif Path(name).is_dir():
            found.append(folder_project(Path(name), differs=differs.get(Path(name).name, ())))
        else:
            raise SystemExit(f"{name}: neither a folder nor in tests/corpus.toml")
    return found


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("names", nargs="*", metavar="NAME|FOLDER", help="default: all situations")
    parser.add_argument("--corpus", action="store_true", help="every project of tests/corpus.toml")
    parser.add_argument("--runtimes", nargs="+", default=DEFAULT_RUNTIMES, metavar="NAME")
    parser.add_argument("--run-tests", action="store_true", help="run the projects' own tests, too")
    parser.add_argument("--work", type=Path, default=default_work(), help="downloads and builds")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all verdicts")
    return parser.parse_args()


if __name__ == "__main__":
    main()
