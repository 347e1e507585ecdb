"""What zig's linker has no flag for, by other means: a script, an object's directives, hidden names.  Pure.

- ``--defsym a=b`` is an assignment of a linker script (ld's manual, "Simple Assignments"): lld reads one
  without SECTIONS as an addition to its own.
- ``/EXPORT:`` and its like may stand in an object's section ``.drectve`` (Microsoft's "PE Format"), as what
  ``#pragma comment(linker, …)`` says does.
- ``-exported_symbol`` and its relatives: what is not exported is private to the module, ``N_PEXT`` in an
  object's table of symbols (``mach-o/nlist.h``); ``symbols.py`` sets it.
"""

from __future__ import annotations

from pyz3.driver.msvc import DIRECTIVES

TYPE_CHECKING = False  # see target.py
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_DEFSYM = "-Wl,--defsym,"
_SCRIPTS = ("-Wl,-T,", "-Wl,--script")
_HIDING = tuple(
    f"-Wl,-{name}{of}," for name in ("exported_symbol", "unexported_symbol") for of in ("", "s_list")
)


class Emulated:
    """A link whose words zig takes.

    Attributes:
        words: Of the command; they name what is in ``files``.
        files: Name → text of what is written first.
        hiding: What ``-exported_symbol NAME``, ``-exported_symbols_list FILE`` and their opposites say, each
            the flag's name and its value.
        error: Why it cannot be done.
    """

    __slots__ = ("error", "files", "hiding", "words")

    def __init__(
        self,
        words: Sequence[str],
        *,
        files: Mapping[str, str] = {},
        hiding: Sequence[tuple[str, str]] = (),
        error: str = "",
    ) -> None:
        self.words = tuple(words)
        self.files = dict(files)
        self.hiding = tuple(hiding)
        self.error = error


def emulate(words: Sequence[str], *, folder: str) -> Emulated:
    """Replace what zig's linker does not take.

    Args:
        words: Of a link, translated.
        folder: What stands for the folder with the files.
    """
    assignments = [word[len(_DEFSYM) :] for word in words if word.startswith(_DEFSYM)]
    directives = [f"-{word[1:]}" for word in words if word.startswith(DIRECTIVES)]
    hiding = [word[4:].lstrip("-").split(",", 1) for word in words if word.startswith(_HIDING)]
    kept = [word for word in words if not word.startswith((_DEFSYM, *DIRECTIVES, *_HIDING))]
    files: dict[str, str] = {}
    if assignments:
        if any(word == "-T" or word.startswith(_SCRIPTS) for word in words):
            return Emulated(
                (), error=f"--defsym={assignments[0]}: zig's linker takes no other script than -T"
            )
        pairs = (one.partition("=") for one in assignments)
        files["symbols.ld"] = "".join(f"{name} = {value};\n" for name, _, value in pairs)
        kept.append(f"-Wl,-T,{folder}/symbols.ld")
    if directives:
        lines = (f'    .ascii " {_quoted(one)}"\n' for one in directives)
        files["directives.s"] = "".join(('    .section .drectve,"yn"\n', *lines))
        kept.append(f"{folder}/directives.s")
    return Emulated(kept, files=files, hiding=[(flag, value) for flag, value in hiding])


def _quoted(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')
