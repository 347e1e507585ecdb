"""What a link was given besides the project's own code, and what of it must be part of the result.  Pure.

From archives linkers take what is needed.  What that was is known where the same was tried without them
(``build.zig``: ``Trial``, ``LeanLink``), or from the binary (:mod:`pyz3.sbom`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from pyz3.engine.plan_file import Artifact

_CXX = ("libcxx", "libcxxabi", "libunwind")
_STARTUP = "each link with a runtime has its start-up code"
_MINGW = ("winpthreads", "zig-libc")


@dataclass(frozen=True, kw_only=True)
class Linked:
    """What a link was given, by the names in ``pyz3/sbom/parts.toml``.

    Attributes:
        sure: What is part of the result → how that is known.
        offered: Archives, of which what is needed was taken.
        lacking: Names that were undefined without zig's compiler-rt, and that nothing else on the link has.
        files: Names of objects and archives that were there already: what is in them nobody told.
    """

    sure: Mapping[str, str] = field(default_factory=dict)
    offered: tuple[str, ...] = ()
    lacking: tuple[str, ...] = ()
    files: tuple[str, ...] = ()


def linked_from(artifact: Artifact, how: str, links: Sequence[Artifact] = ()) -> Linked:
    """Give what one of zig's links was given.

    Args:
        artifact: What was linked.
        how: As ``build.zig`` told it: ``tried``, ``lean compiler_rt``, ``parts printf``, ``linked __divtf3``.
        links: The project's libraries that it was linked with.
    """
    way, *names = how.split()
    static = [one for one in links if one.kind == "static"]
    own = ("zig-std",) if any(one.zig_sources for one in (artifact, *static)) else ()
    if artifact.emscripten is not None:  # its libraries are Pyodide's own
        return Linked(offered=own)
    offered = ["pyz3-runtime", *own]
    if way == "lean":
        own_start = {"pyz3-startup": "each link without mingw-w64's has it"}
        return Linked(sure=own_start | _needed(names), offered=tuple(offered))
    if "-linux-gnu" in artifact.target:
        offered.append("glibc-nonshared")
    if artifact.link_cpp and not (way == "tried" and artifact.system_cxx):
        offered.extend(_CXX)
    if way == "tried":
        return Linked(offered=tuple(offered))
    if way == "parts":
        return Linked(sure={"mingw-w64": _STARTUP} | _needed(names), offered=tuple(offered))
    offered.append("compiler-rt")
    # There, what is missing may be zig's libc++, too.
    lacking = () if artifact.system_cxx else tuple(name for name in names if not name.startswith("_Z"))
    if "-windows" not in artifact.target:
        return Linked(offered=tuple(offered), lacking=lacking)
    sure = {"mingw-w64": _STARTUP}
    return Linked(sure=sure, offered=(*offered, *_MINGW), lacking=lacking)


def _needed(names: Sequence[str]) -> dict[str, str]:
    """Give what a link has because something was missing without, as ``build.zig`` names it."""
    parts = {"compiler_rt": "compiler-rt", "pthreads": "winpthreads"}
    return {parts[name]: "the link failed without it" for name in names if name in parts}


def ready_files(
    objects: Sequence[str], artifact: Artifact, is_file: Callable[[Path], bool]
) -> tuple[str, ...]:
    """Give the names of what was linked as it was there: objects, and archives in folders of libraries.

    Args:
        objects: The project's own.
        artifact: What was linked.
        is_file: Tells whether there is a file.
    """
    names = [form.format(name) for name in artifact.libraries for form in ("lib{}.a", "{}.lib")]
    found = [name for name in names for folder in artifact.library_dirs if is_file(Path(folder, name))]
    return tuple(sorted({*found, *(Path(path).name for path in objects)}))


def together(slices: Sequence[Linked]) -> Linked:
    """Give what a fat file's slices were given."""
    return Linked(
        sure={part: why for one in slices for part, why in one.sure.items()},
        offered=tuple(dict.fromkeys(part for one in slices for part in one.offered)),
        lacking=tuple(dict.fromkeys(name for one in slices for name in one.lacking)),
        files=tuple(dict.fromkeys(name for one in slices for name in one.files)),
    )
