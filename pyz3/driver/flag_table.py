"""How a table of flags is read.  Pure."""

from __future__ import annotations

TYPE_CHECKING = False  # see target.py
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pyz3.driver.target import System

    # Spellings, systems ("" is all of them), what takes their place, why.
    Row = tuple[str, str, str, str]

# The reason of a flag that says what is so anyway: nobody need be told that it was left out.
IMPLIED = ""


class Refusal(str):
    """Why a flag is an error: without what it asks for the code would not do the same."""

    __slots__ = ()


def named(flag: str, reason: str) -> str:
    """Give a reason with the flag that it is about; the reason of none stays empty."""
    return type(reason)(f"{flag}: {reason}") if reason else reason


# Options whose value is the next word.
WITH_VALUE = frozenset(
    """
    -o -x -I -D -U -L -l -u -z -e -T -F -include -imacros -isystem -iquote -idirafter -ivfsoverlay
    -iprefix -iwithprefix -iwithprefixbefore -isysroot -iframework -cxx-isystem -MF -MT -MQ -Xclang
    -Xpreprocessor -Xlinker -Xassembler -Xcompiler -Xarch_x86_64 -Xarch_arm64 -arch -target -framework
    -weak_framework -weak_library -install_name -rpath -undefined -compatibility_version
    -current_version -multiply_defined -read_only_relocs -bundle_loader -syslibroot -order_file
    -exported_symbols_list -unexported_symbols_list -umbrella -soname -h --param -B -aux-info -dumpbase
    -mllvm -G
    """.split()  # noqa: SIM905 - a table of words
)

# Options whose value is a folder of headers, in the same word or the next.
INCLUDES = ("-isystem", "-iquote", "-idirafter", "-I")
# Endings of what a command takes as a file.
FILES = (
    ".c", ".i", ".cc", ".cp", ".cpp", ".cxx", ".c++", ".C", ".CPP", ".ii", ".m", ".mm", ".s", ".S", ".sx",
    ".o", ".obj", ".a", ".lib", ".so", ".dylib", ".tbd", ".dll", ".def", ".res", ".rc", ".zig",
)  # fmt: skip
SOURCES = frozenset(FILES[: FILES.index(".o")])
# Of sources in C++.
CXX = (*FILES[FILES.index(".cc") : FILES.index(".m")], ".mm")


class Table:
    """Rows by spelling, so that each word is looked up at once.

    A spelling that ends in ``*`` matches whatever begins so; in what takes its place ``*`` is the rest.
    What takes a flag's place are words between spaces; none drop it.

    Args:
        rows: The table.
    """

    def __init__(self, rows: Sequence[Row]) -> None:
        self._exact: dict[str, list[Row]] = {}
        self._prefixes: list[tuple[str, Row]] = []
        for row in rows:
            for spelling in row[0].split():
                if spelling.endswith("*"):
                    self._prefixes.append((spelling[:-1], row))
                else:
                    self._exact.setdefault(spelling, []).append(row)

    def find(self, word: str, system: System) -> tuple[tuple[str, ...], str] | None:
        """Give what takes the place of ``word``, and why; None if no row speaks of it."""
        for row in self._exact.get(word, ()):
            if not row[1] or system in row[1].split():
                return tuple(row[2].split()), row[3]
        for prefix, row in self._prefixes:
            if word.startswith(prefix) and (not row[1] or system in row[1].split()):
                return tuple(part.replace("*", word[len(prefix) :]) for part in row[2].split()), row[3]
        return None


def units(args: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """Give each flag with the value that follows it, and each other word alone."""
    rest = iter(args)
    for word in rest:
        if word in WITH_VALUE:
            value = next(rest, None)
            yield (word,) if value is None else (word, value)
        else:
            yield (word,)


def is_file(word: str) -> bool:
    """Whether a word that stands alone is a file by its ending; versions may follow (``libx.so.1``)."""
    name = word.replace("\\", "/").rpartition("/")[2]
    return name.endswith(FILES) or ".so." in name


def is_source(word: str) -> bool:
    """Whether a word that stands alone is something to compile."""
    dot = word.rfind(".")
    return dot > 0 and word[dot:] in SOURCES and not word.startswith("-")


# Where Unix hosts keep headers and libraries of their own.
_HOST_FOLDERS = (
    "/usr/include", "/usr/lib", "/usr/lib32", "/usr/lib64", "/lib", "/lib32", "/lib64", "/usr/local/include",
    "/usr/local/lib", "/usr/local/lib64", "/usr/local/opt", "/usr/local/Cellar", "/usr/X11", "/usr/X11R6",
    "/usr/pkg", "/opt/homebrew", "/opt/local", "/opt/X11", "/sw",
)  # fmt: skip
HOST_REASON = "a folder of this machine, not of the target"


def is_of_the_host(folder: str) -> bool:
    """Whether a folder holds what was made for the machine that builds."""
    return any(folder == own or folder.startswith(f"{own}/") for own in _HOST_FOLDERS)
