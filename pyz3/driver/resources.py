"""Resources of Windows (icons, texts, a file's version): ``windres`` and ``rc`` → ``zig rc``.  Pure.

``zig rc`` takes what Microsoft's rc.exe takes, but a file's name with slashes alone, and texts of one byte a
character.  Facts: windres(1), Microsoft's "Using RC (The RC Command Line)".
"""

from __future__ import annotations

from itertools import pairwise

TYPE_CHECKING = False  # see target.py
if TYPE_CHECKING:
    import re
    from collections.abc import Callable, Sequence

# windres: long names of short options; those with a value that mean nothing here.
_LONG = {
    "--input": "-i", "--output": "-o", "--input-format": "-J", "--output-format": "-O", "--target": "-F",
    "--include-dir": "-I", "--define": "-D", "--undefine": "-U", "--language": "-l", "--codepage": "-c",
    "--preprocessor": "-P", "--preprocessor-arg": "-P",
}  # fmt: skip
_ITS_OPTIONS = "ioJOFIDUlcP"
_FOR_ZIG = {"-I": "/i", "-D": "/d", "-U": "/u"}
# rc.exe: options whose value may be the next word, the longest first.
_VALUES = ("fo", "ln", "sl", "fm", "d", "u", "l", "i", "c", "g", "q")
_OBJECTS = (".o", ".obj")
_SOURCES = (".rc", ".rcpp", ".res")
_BYTE_ORDERS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
_UTF8 = "65001"
_INCLUDE = r'^([ \t]*#[ \t]*include[ \t]*[<"])([^">\n]*\\[^">\n]*)'
# NAME TYPE [flags] "file", and what stands before the file's name.
_FILE = (
    r'^([ \t]*(?:"[^"\n]*"|[^\s"]+)(?:[ \t]+[^\s",]+)+[ \t]+)("[^"\n]*\\[^"\n]*"|[^\s"]*\\[^\s"]*)(?=\s*$)'
)


class Resources:
    """What is to be compiled.

    Attributes:
        source: The file; empty if none is named.
        output: What is made of it.
        options: For ``zig rc``.
        to_object: Whether it shall be an object; else a ``.res``.
    """

    __slots__ = ("options", "output", "source", "to_object")

    def __init__(self, source: str, output: str, options: Sequence[str], *, to_object: bool) -> None:
        self.source = source
        self.output = output
        self.options = tuple(options)
        self.to_object = to_object


def of_windres(args: Sequence[str]) -> Resources:
    """Read the arguments of ``windres``."""
    values: dict[str, str] = {}
    options: list[str] = []
    files: list[str] = []
    rest = iter(args)
    for word in rest:
        name, equals, value = word.partition("=")
        flag = _LONG.get(name, "") if word.startswith("--") else word[:2]
        if not flag or not word.startswith("-") or flag[1:] not in _ITS_OPTIONS or not flag[1:]:
            files += [] if word.startswith("-") else [word]
            continue
        if not word.startswith("--"):
            equals = value = word[2:]
        value = value if equals else next(rest, "")
        if flag in _FOR_ZIG:
            options += (_FOR_ZIG[flag], value)
        elif flag == "-l":
            options += ("/l", value.lower().removeprefix("0x"))
        elif flag == "-c":
            options += ("/c", str(int(value, 0)) if value.isalnum() else value)
        values[flag] = value
    source = values.get("-i") or next(iter(files), "")
    places = files if "-i" in values else files[1:]
    output = values.get("-o") or next(iter(places), "")
    form = values.get("-O", "")
    return Resources(source, output, options, to_object=form != "res" and not output.endswith(".res"))


def of_rc(args: Sequence[str]) -> Resources:
    """Read the arguments of Microsoft's ``rc.exe``."""
    options: list[str] = []
    source = output = ""
    rest = iter(args)
    for word in rest:
        name = word[1:].lower()
        if not word.startswith(("/", "-")) or (word.startswith("/") and name.endswith(_SOURCES[:2])):
            source = word
            continue
        flag = next((one for one in _VALUES if name.startswith(one)), "")
        if flag == "fo":
            output = word[3:].lstrip(":") or next(rest, "")
        elif flag == name:
            options += (word, next(rest, ""))
        else:
            options.append(word)
    base = source[: source.rfind(".")] if "." in source else source
    output = output or f"{base}.res"
    return Resources(source, output, options, to_object=output.lower().endswith(_OBJECTS))


def step(zig: str, target: str, wanted: Resources, output: str) -> tuple[str, ...]:
    """Give the command line; the last two words are the source and what is made of it.

    Args:
        zig: The executable.
        target: Zig's name of the target.
        wanted: What is to be compiled.
        output: Where it is made.
    """
    form = ("/:output-format", "coff" if wanted.to_object else "res", "/:target", target)
    options = (*wanted.options, "/i", ".")
    return (zig, "rc", *form, "/:auto-includes", "gnu", *options, "--", wanted.source, output)


def folders(words: Sequence[str]) -> tuple[str, ...]:
    """Give where a command of ``zig rc`` looks for files besides."""
    return tuple(value for word, value in pairwise(words) if word.lower() in {"/i", "-i"})


def legible(content: bytes, is_there: Callable[[str], bool]) -> tuple[bytes, str]:
    r"""Give a source as ``zig rc`` reads it, and its code page if that is said by its first bytes.

    Names with backslashes (``res\\app.ico``) get slashes where there is such a file; a file in UTF-16, or in
    UTF-8 with a mark, is one in UTF-8.

    Args:
        content: Of the file.
        is_there: Tells whether there is a file of that name, wherever ``zig rc`` would look for it.
    """
    import re  # noqa: PLC0415 - rarely needed, and the tools start hundreds of times

    mark, encoding = next((one for one in _BYTE_ORDERS if content.startswith(one[0])), (b"", ""))
    try:
        text = content[len(mark) :].decode(encoding or "latin-1")
    except UnicodeDecodeError:
        return content, ""

    def slashed(found: re.Match[str]) -> str:
        name = re.sub(r"\\+", "/", found[2])
        return found[1] + name if is_there(name.strip('"')) else found[0]

    for pattern in (_INCLUDE, _FILE):
        text = re.sub(pattern, slashed, text, flags=re.MULTILINE)
    return text.encode("utf-8" if encoding else "latin-1"), _UTF8 if encoding else ""
