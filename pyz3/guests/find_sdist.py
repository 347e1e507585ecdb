"""Finds and fetches an sdist with pip's own finder; run as a program by a Python that has pip.

``pip download`` runs the project's metadata hook, on the host, before it hands the sdist over: slow,
and a failure for a project that does not build here.  The finder behind it does not, and it obeys
all of pip's configuration.  It is not a public interface: where it has changed, the answer is
``{"unsupported": why}``, and the caller uses ``pip download``.

Arguments: requirement, folder of sdists, file of the answer (JSON).
"""

from __future__ import annotations

import hashlib
import importlib
import json
import logging
import os
import sys
from pathlib import Path
from typing import Any

# Importing may take pip's own modules alone, not those beside this file.
_HERE = os.path.dirname(os.path.abspath(__file__))  # noqa: PTH100, PTH120 - cheap


class _DownloadError(Exception):
    pass


def find(text: str, folder: Path) -> dict[str, Any]:
    """Find the best sdist for requirement ``text`` and fetch it to a folder below ``folder``."""
    requirement = importlib.import_module("pip._vendor.packaging.requirements").Requirement(text)
    command = importlib.import_module("pip._internal.commands").create_command("download")
    with command.main_context():
        options, _ = command.parse_args(["--no-deps", "--no-binary", ":all:", text])
        session = command.get_default_session(options)
        if requirement.url:
            link = importlib.import_module("pip._internal.models.link").Link(requirement.url)
            return {"file": str(_fetch(session, link, folder))}
        finder = _finder(command, options, session)
        best = finder.find_best_candidate(requirement.name, requirement.specifier).best_candidate
        if best is not None:
            return {"file": str(_fetch(session, best.link, folder)), "version": str(best.version)}
        sdists = _versions(finder, requirement.name)
        # By hand: pip's default is one object for all, which "--no-binary" has changed.
        control = importlib.import_module("pip._internal.models.format_control").FormatControl
        options.format_control = control(set(), set())
        found = _versions(_finder(command, options, session), requirement.name)
        matching = [version for version in found if requirement.specifier.contains(version, prereleases=True)]
        return {"sdists": sdists, "others": matching}


def _finder(command: Any, options: Any, session: Any) -> Any:
    # The choice must not depend on the Python that happens to run pip.
    return command._build_package_finder(options=options, session=session, ignore_requires_python=True)  # noqa: SLF001


def _versions(finder: Any, name: str) -> list[str]:
    found = {candidate.version for candidate in finder.find_all_candidates(name)}
    return [str(version) for version in sorted(found)]


def _fetch(session: Any, link: Any, folder: Path) -> Path:
    key = link.hash or hashlib.sha256(link.url_without_fragment.encode()).hexdigest()
    path: Path = folder / key[:32] / link.filename
    if link.hash and path.is_file() and _sum(path.read_bytes(), link.hash_name) == link.hash:
        return path
    # As it is: some servers compress what is compressed already.
    response = session.get(link.url_without_fragment, headers={"Accept-Encoding": "identity"}, stream=True)
    response.raise_for_status()
    content = b"".join(response.iter_content(1 << 16))
    if link.hash and _sum(content, link.hash_name) != link.hash:
        msg = f"{link.url_without_fragment} is damaged: its {link.hash_name} is not {link.hash}"
        raise _DownloadError(msg)
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{os.getpid()}.tmp")
    temporary.write_bytes(content)
    temporary.replace(path)
    return path


def _sum(content: bytes, name: str) -> str:
    return hashlib.new(name, content).hexdigest()


def main(text: str, folder: str, answer: str) -> None:
    """Find and fetch, and write what came of it."""
    # Only here does pip say that an index is out of reach: it goes on as if the index were empty.
    logging.basicConfig(format="%(message)s", level=logging.WARNING)
    try:
        result = find(text, Path(folder))
    except (ImportError, AttributeError, TypeError) as error:
        result = {"unsupported": f"{type(error).__name__}: {error}"}
    except Exception as error:  # noqa: BLE001 - pip's classes of errors are as private
        result = {"error": f"{type(error).__name__}: {error}"}
    Path(answer).write_text(json.dumps(result), encoding="utf-8")


if __name__ == "__main__":
    sys.path[:] = [entry for entry in sys.path if os.path.abspath(entry or ".") != _HERE]  # noqa: PTH100
    main(*sys.argv[1:])
