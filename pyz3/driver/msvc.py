"""MSVC's spellings → clang's.  Facts: Microsoft's "Compiler options listed alphabetically"."""

from __future__ import annotations

import re

from pyz3.driver.rules import IMPLIED, Table, is_file

_MSVC = "MSVC's own; zig has nothing like it"
_WARNINGS = "warnings of MSVC"

# Spellings by which a word that begins with "-" is MSVC's, too.
DASHED = (
    "-std:", "-arch:", "-EH", "-nologo", "-bigobj", "-wd", "-Zc:", "-GL", "-GR", "-GS", "-Gd", "-Zi", "-Z7",
    "-MP", "-openmp:", "-fp:", "-utf-8", "-permissive-", "-LTCG", "-OPT:", "-NODEFAULTLIB", "-MANIFEST",
    "-EXPORT:", "-LIBPATH:", "-DEF:", "-INCREMENTAL", "-DEBUG:", "-SUBSYSTEM:", "-MACHINE:", "-DELAYLOAD:",
    "-W0", "-W1", "-W2", "-W3", "-W4", "-WX", "-DLL", "-IMPLIB:", "-DYNAMICBASE", "-NXCOMPAT", "-IGNORE:",
)  # fmt: skip
# MSVC's "no exceptions" is a missing /EH; clang's default has them.
_COMPILE = Table(
    [
        ("/std:c++latest", "", "-std=c++23", IMPLIED),
        ("/std:clatest", "", "-std=c23", IMPLIED),
        ("/std:*", "", "-std=*", IMPLIED),
        ("/O2 /Ox", "", "-O2", IMPLIED),
        ("/O1 /Os", "", "-Os", IMPLIED),
        ("/Od", "", "-O0", IMPLIED),
        ("/Ob0", "", "-fno-inline", IMPLIED),
        ("/Ob* /Oi* /Ot /Oy* /Og*", "", "", IMPLIED),
        ("/J", "", "-funsigned-char", IMPLIED),
        ("/fp:fast", "", "-ffast-math", IMPLIED),
        ("/fp:strict", "", "-ffp-model=strict", IMPLIED),
        ("/fp:*", "", "", IMPLIED),
        ("/TC /Tc", "", "-xc", IMPLIED),
        ("/TP /Tp", "", "-xc++", IMPLIED),
        ("/FI*", "", "--include=*", IMPLIED),
        ("/GR-", "", "-fno-rtti", IMPLIED),
        ("/EHs-c- /EHc-s-", "", "-fno-exceptions", IMPLIED),
        ("/openmp* /Qopenmp", "", "", "there is no OpenMP runtime: the code is serial"),
        ("/c", "", "-c", IMPLIED),
        ("/E /EP", "", "-E", IMPLIED),
        ("/w", "", "-w", IMPLIED),
        ("/wd* /we* /wo* /w1* /w2* /w3* /w4* /W0 /W1 /W2 /W3 /W4 /Wall", "", "", _WARNINGS),
        ("/WX* /Wv:* /external:* /analyze*", "", "", _WARNINGS),
        ("/nologo /GL /EH* /GR /GS* /Gd /Gy* /Gw* /GF /MD", "", "", IMPLIED),
        ("/MDd /MT /MTd /LD /LDd /MP* /FS /bigobj /utf-8", "", "", IMPLIED),
        ("/Z7 /Zi /ZI /Zo* /Fd* /FS /JMC*", "", "", "a release has no debug information"),
        ("/D*", "", "-D*", IMPLIED),
        ("/U*", "", "-U*", IMPLIED),
        ("/I*", "", "-I*", IMPLIED),
        ("/Fo*", "", "-o *", IMPLIED),
    ]
)  # fmt: skip
_LINK = Table(
    [
        ("/LIBPATH:*", "", "-L*", IMPLIED),
        ("/DEF:*", "", "*", IMPLIED),
        ("/OUT:* /Fe:* /Fe*", "", "-o *", IMPLIED),
        ("/INCLUDE:* /include:*", "", "-Wl,-u,*", IMPLIED),
        ("/DLL /dll /LD /LDd", "", "-shared", IMPLIED),
        ("/link /LTCG* /OPT:* /INCREMENTAL* /NOLOGO", "", "", IMPLIED),
        ("/nologo /MANIFEST* /DEBUG* /PDB* /MACHINE:*", "", "", IMPLIED),
        ("/SUBSYSTEM:* /DYNAMICBASE* /NXCOMPAT*", "", "", IMPLIED),
        ("/HIGHENTROPYVA* /LARGEADDRESSAWARE* /IMPLIB:*", "", "", IMPLIED),
        ("/NODEFAULTLIB* /IGNORE:* /WX* /RELEASE /Brepro /TLBID* /VERBOSE*", "", "", IMPLIED),
        ("/EXPORT:PyInit_* /EXPORT:PyModExport_*", "", "", IMPLIED),
        ("/EXPORT:*", "", "", "pyz3 exports what the sources declare as exported"),
        ("/DELAYLOAD:*", "", "", "the library is loaded with the module"),
        ("/STACK:* /HEAP:* /ALIGN:*", "", "", _MSVC),
    ]
)  # fmt: skip
# A header that shall be preprocessed: cffi's users hand one to the compiler.  /FI, /Yc and /Yu name theirs.
_HEADER = re.compile(r"/(?!(?:FI|Yc|Yu)/)[\w.+-]+/.*\.(?:h|hh|hpp|hxx)")
_TAKES_NEXT = ("/D", "/U", "/I", "/FI", "/Fo:", "/Tc", "/Tp")


def is_msvc(word: str, system: str) -> bool:
    """Whether ``word`` is MSVC's spelling: for Windows alone, and never the path of a file."""
    if system != "windows":
        return False
    if word.startswith("/"):
        name, colon, _ = word[1:].partition(":")
        named = bool(colon) and name.isalpha()  # /DEF:x.def
        path = is_file(word) or _HEADER.fullmatch(word) is not None
        return named or (word.startswith("/Fo") and word.endswith(".obj")) or not path
    return word.startswith(DASHED)


def takes_value(word: str) -> bool:
    """Whether the value of a MSVC flag is the next word (``/I include``)."""
    return word in _TAKES_NEXT


def compile_flag(word: str) -> tuple[tuple[str, ...], str]:
    """Give what takes the place of MSVC's ``word``, and why nothing does."""
    slashed = "/" + word[1:]
    found = _COMPILE.find(slashed, "windows")
    if found is not None:
        return found
    # What the linker is told stays for the linker's table.
    return ((slashed,), IMPLIED) if _LINK.find(slashed, "windows") else ((), _MSVC)


def link_flag(word: str) -> tuple[tuple[str, ...], str]:
    """Give what takes the place of MSVC's ``word`` in a link, and why nothing does."""
    return _LINK.find("/" + word[1:], "windows") or ((), _MSVC)
