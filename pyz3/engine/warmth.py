"""What zig compiles of its own on first use, so that the wait can be called by its name.

Zig does not tell.  A marker beside its cache says that a part was needed, and hence compiled,
by a build that went well; without the marker the part is about to be compiled.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    from pyz3.engine.plan_file import Artifact


_SCRIPT = "build-script"
# Beginning of the marker's name → what a user calls it, and how long it takes on one core of 2024 (measured).
_PARTS = {
    _SCRIPT: ("the build script", 10),
    "translate-c": ("the header translator", 40),
    "mingw": ("the Windows runtime", 60),
    "libcxx": ("libc++", 40),
    "parts": ("what C++ needs", 12),
}


class Warmth:
    """Tells of each part once in a run, when it is about to be compiled.

    Args:
        folder: Where the markers are.
        tell: Called with a platform's name and a sentence, from any thread.
    """

    def __init__(self, folder: Path, tell: Callable[[str, str], None]) -> None:
        self._folder = folder
        self._tell = tell
        self._told: set[str] = set()
        self._lock = threading.Lock()

    def announce(self, platform: str, markers: Iterable[str]) -> None:
        """Tell which parts a platform's build is about to compile: what no build has needed so far."""
        with self._lock:
            cold = [one for one in markers if one not in self._told and not (self._folder / one).exists()]
            self._told.update(cold)
        for sentence in sentences(cold):
            self._tell(platform, sentence)

    def has_script(self) -> bool:
        """Tell whether the build script was compiled by a build before."""
        return (self._folder / _SCRIPT).exists()

    def note(self, markers: Iterable[str]) -> None:
        """Note that parts have been compiled."""
        self._folder.mkdir(parents=True, exist_ok=True)
        for marker in markers:
            if not (self._folder / marker).exists():
                (self._folder / marker).touch()


def parts_needed(artifacts: Sequence[Artifact], *, optimize: str) -> tuple[str, ...]:
    """Give the markers of what a build needs of zig's own, as far as that is known beforehand.  Pure."""
    markers = [_SCRIPT]
    for artifact in artifacts:
        if artifact.zig_sources:
            markers.append("translate-c")
        if artifact.link_cpp and artifact.in_parts:
            markers.append(f"parts-{artifact.target}")
        # Of a lean one, and of one for which macOS' library may be enough, the linker decides.
        elif artifact.kind != "static" and artifact.lean is None and artifact.system_cxx is None:
            markers.extend(whole_parts(artifact, optimize=optimize))
    return tuple(dict.fromkeys(markers))


def whole_parts(artifact: Artifact, *, optimize: str) -> tuple[str, ...]:
    """Give the markers of what zig compiles as a whole for it: mingw-w64's runtime, libc++.  Pure."""
    mingw = (f"mingw-{artifact.target}-{optimize}",) if "-windows" in artifact.target else ()
    variant = "-".join(filter(None, (artifact.target, artifact.cpu, artifact.lto, optimize)))
    return (*mingw, f"libcxx-{variant}") if artifact.link_cpp else mingw


def sentences(markers: Iterable[str]) -> list[str]:
    """Say of parts that they are being compiled, and about how long that takes; of each kind once.  Pure."""
    seconds: dict[str, int] = {}
    for marker in markers:
        what, one = next(part for start, part in _PARTS.items() if marker.startswith(start))
        seconds[what] = seconds.get(what, 0) + one
    return [f"compiling {what} (about {n} s), first time only" for what, n in seconds.items()]
