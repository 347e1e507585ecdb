"""What zig compiles of its own on first use, so that the wait can be called by its name.

Zig does not tell.  A marker beside its cache says that a part was needed, and hence compiled,
by a build that went well; without the marker the part is about to be compiled.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from pyz3.engine.plan_file import Artifact


# How long each takes, on one core of 2024 (measured).
_SECONDS = {"the build script": 5, "the header translator": 40, "the Windows runtime": 60, "libc++": 40}
# Whether that is needed is known when the linker has seen the objects.
_PERHAPS = "the Windows runtime if a module needs it"


def parts_needed(artifacts: Sequence[Artifact], *, optimize: str) -> dict[str, str]:
    """Give what a build needs of zig's own: marker name → what a user calls it.  Pure."""
    parts = {"build-script": "the build script"}
    for artifact in artifacts:
        if artifact.zig_sources:
            parts["translate-c"] = "the header translator"
        variant = "-".join(filter(None, (artifact.target, artifact.cpu, artifact.lto, optimize)))
        if artifact.lean is not None:
            parts[f"lean-{artifact.target}-{optimize}"] = _PERHAPS
        elif "-windows" in artifact.target:
            parts[f"mingw-{artifact.target}-{optimize}"] = "the Windows runtime"
        if artifact.link_cpp:
            parts[f"libcxx-{variant}"] = "libc++"
    return parts


def cold_parts(folder: Path, parts: dict[str, str]) -> list[str]:
    """Give the names of the parts that no build has needed so far."""
    return list(dict.fromkeys(label for marker, label in parts.items() if not (folder / marker).exists()))


def announced(cold: Sequence[str]) -> str:
    """Say that parts are being compiled, and about how long that takes."""
    seconds = sum(_SECONDS.get(part, 0) for part in cold)
    about = f" (about {seconds} s)" if seconds else ""
    return f"compiling {', '.join(cold)}{about}, first time only"


def mark_warm(folder: Path, parts: dict[str, str]) -> None:
    """Note that the parts have been compiled."""
    folder.mkdir(parents=True, exist_ok=True)
    for marker in parts:
        if not (folder / marker).exists():
            (folder / marker).touch()
