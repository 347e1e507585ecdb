"""MSVC's spellings → clang's.  Facts: Microsoft's "Compiler options listed alphabetically"."""

from __future__ import annotations

import re

from pyz3.driver.flag_table import IMPLIED, Refusal, Table, is_file

_MSVC = "MSVC's own; zig has nothing like it"
_LACKS = Refusal("MSVC's own; zig has nothing like it, and the module would not be the same without it")
_RELEASE = "a release has no debug information"
_OPENMP = "there is no OpenMP runtime: the code is serial"
_LTO = "optimisation across files is pyz3's own setting (lto)"
_CHECKS = "checks of MSVC while the code runs"
_CONVENTION = "functions that name no calling convention have the usual one"
_LOADED = "the library is loaded with the module, and must be there"
_PROFILE = "there is no profile and no runtime for one"
_PROGRAM = "only a program has it"

# Spellings by which a word that begins with "-" is MSVC's, too.
DASHED = (
    "-std:", "-arch:", "-EH", "-nologo", "-bigobj", "-wd", "-Zc:", "-GL", "-GR", "-GS", "-Gd", "-Zi", "-Z7",
    "-MP", "-openmp:", "-fp:", "-utf-8", "-permissive-", "-LTCG", "-OPT:", "-NODEFAULTLIB", "-MANIFEST",
    "-EXPORT:", "-LIBPATH:", "-DEF:", "-INCREMENTAL", "-DEBUG:", "-SUBSYSTEM:", "-MACHINE:", "-DELAYLOAD:",
    "-W0", "-W1", "-W2", "-W3", "-W4", "-WX", "-DLL", "-IMPLIB:", "-DYNAMICBASE", "-NXCOMPAT", "-IGNORE:",
    "-WHOLEARCHIVE", "-INCLUDE:", "-ENTRY:", "-STACK:", "-HEAP:", "-MERGE:", "-SECTION:", "-SAFESEH", "-OUT:",
    "-LARGEADDRESSAWARE", "-FORCE:", "-VERSION:", "-GUARD:", "-HIGHENTROPYVA", "-PDB:", "-RELEASE", "-BASE:",
    "-Brepro", "-ALTERNATENAME:",
)  # fmt: skip
# MSVC's "no exceptions" is a missing /EH; clang's default has them.
_COMPILE = Table(
    [
        ("/std:c++latest", "", "-std=c++23", IMPLIED),
        ("/std:c++*preview", "", "-std=c++*", IMPLIED),
        ("/std:clatest", "", "-std=c23", IMPLIED),
        ("/std:*", "", "-std=*", IMPLIED),
        ("/O2 /Ox", "", "-O2", IMPLIED),
        ("/O1 /Os", "", "-Os", IMPLIED),
        ("/Od", "", "-O0", IMPLIED),
        ("/Ob0", "", "-fno-inline", IMPLIED),
        ("/Oi-", "", "-fno-builtin", IMPLIED),
        ("/Oy-", "", "-fno-omit-frame-pointer", IMPLIED),
        ("/Ob* /Oi /Ot /Oy /Og* /Qvec-report* /Qpar-report* /favor:* /QIntel-jcc-erratum", "", "", IMPLIED),
        ("/Qpar /Qpar-", "", "", _MSVC),
        ("/J", "", "-funsigned-char", IMPLIED),
        ("/Zp", "", "-fpack-struct=1", IMPLIED),
        ("/Zp*", "", "-fpack-struct=*", IMPLIED),
        ("/fp:fast", "", "-ffast-math", IMPLIED),
        ("/fp:strict", "", "-ffp-model=strict", IMPLIED),
        ("/fp:contract", "", "-ffp-contract=fast", IMPLIED),
        ("/fp:except", "", "-ffp-exception-behavior=strict", IMPLIED),
        ("/fp:precise /fp:except-", "", "", IMPLIED),
        ("/TC /Tc", "", "-xc", IMPLIED),
        ("/TP /Tp", "", "-xc++", IMPLIED),
        ("/FI*", "", "--include=*", IMPLIED),
        ("/GR-", "", "-fno-rtti", IMPLIED),
        ("/EHs-c- /EHc-s- /EHs-", "", "-fno-exceptions", IMPLIED),
        ("/EHa /EHac /EHca", "", "", "catch (...) takes C++ exceptions alone"),
        ("/openmp:experimental", "", "-fopenmp-simd", _OPENMP),
        ("/openmp* /Qopenmp", "", "", _OPENMP),
        ("/c", "", "-c", IMPLIED),
        ("/E /EP", "", "-E", IMPLIED),
        ("/Zs", "", "-fsyntax-only", IMPLIED),
        ("/w", "", "-w", IMPLIED),
        ("/X", "", "-nostdinc", IMPLIED),
        ("/Zc:char8_t", "", "-fchar8_t", IMPLIED),
        ("/Zc:char8_t-", "", "-fno-char8_t", IMPLIED),
        ("/Zc:threadSafeInit-", "", "-fno-threadsafe-statics", IMPLIED),
        ("/Zc:sizedDealloc-", "", "-fno-sized-deallocation", IMPLIED),
        ("/Zc:alignedNew-", "", "-fno-aligned-new", IMPLIED),
        ("/Zc:trigraphs", "", "-ftrigraphs", IMPLIED),
        ("/Zc:wchar_t-", "", "", _LACKS),
        ("/Zc:*", "", "", IMPLIED),
        ("/GS-", "", "-fno-stack-protector", IMPLIED),
        ("/execution-charset:utf-8 /execution-charset:UTF-8 /source-charset:utf-8", "", "", IMPLIED),
        ("/source-charset:UTF-8 /source-charset:.65001 /execution-charset:.65001", "", "", IMPLIED),
        ("/source-charset:* /execution-charset:* /clr* /ZW* /kernel /P", "", "", _LACKS),
        # Warnings change no module.
        ("/wd* /we* /wo* /w1* /w2* /w3* /w4* /W0 /W1 /W2 /W3 /W4 /Wall /WL /Wp64 /sdl-", "", "", IMPLIED),
        ("/Wv:* /external:* /analyze* /diagnostics:* /errorReport:* /showIncludes /FC", "", "", IMPLIED),
        ("/WX", "", "", "written for another compiler's warnings"),
        ("/sourceDependencies* /validate-charset* /permissive* /d1* /d2* /Zf /cgthreads*", "", "", IMPLIED),
        ("/nologo /EH* /GR /GS /GS0 /Gd /Gy* /Gw*", "", "", IMPLIED),
        ("/GF /MD /GT /Gm* /GX /Ze /Zg /Zl /hotpatch", "", "", IMPLIED),
        ("/Gs* /Ge /Gh* /GH* /homeparams /QIfist /Yc* /Yu* /Yl* /Y- /Fp* /Zm*", "", "", IMPLIED),
        ("/MP* /FS /bigobj /utf-8 /LD /LDd", "", "", IMPLIED),
        ("/MT", "", "", "the C runtime is the system's, as Python's"),
        ("/MDd /MTd", "", "", "the C runtime of a release, as Python's"),
        ("/GL", "", "", _LTO),
        ("/Gz /Gr /Gv", "", "", _CONVENTION),
        ("/RTC* /sdl /guard:* /GE* /Qspectre* /fsanitize*", "", "", _CHECKS),
        ("/Fa* /FA* /Fm* /FR* /Fr* /Fx* /doc*", "", "", "it would leave files behind"),
        ("/Z7 /Zi /ZI /Zo* /Fd* /JMC*", "", "", _RELEASE),
        ("/D*", "", "-D*", IMPLIED),
        ("/U*", "", "-U*", IMPLIED),
        ("/I*", "", "-I*", IMPLIED),
        ("/Fo*", "", "-o *", IMPLIED),
    ]
)  # fmt: skip
_WHOLE, _NOT_WHOLE = "-Wl,--whole-archive", "-Wl,--no-whole-archive"
# Words that are told to the linker in an object's own section (see emulation.py).
DIRECTIVES = ("/EXPORT:", "/MERGE:", "/SECTION:", "/ALTERNATENAME:")
# The linker's own words are written in capitals or not; here in capitals.
_LINK = Table(
    [
        ("/LIBPATH:*", "", "-L*", IMPLIED),
        ("/DEF:*", "", "*", IMPLIED),
        ("/OUT:* /FE:* /FE*", "", "-o *", IMPLIED),
        ("/INCLUDE:*", "", "-Wl,-u,*", IMPLIED),
        ("/ENTRY:*", "", "-Wl,--entry,*", IMPLIED),
        ("/MANIFESTINPUT:*", "", "*", IMPLIED),
        ("/WHOLEARCHIVE", "", _WHOLE, IMPLIED),
        ("/DLL /LD /LDD", "", "-shared", IMPLIED),
        ("/LINK /LTCG /LTCG:* /OPT:* /INCREMENTAL /INCREMENTAL:* /NOLOGO /NOIMPLIB /NOEXP", "", "", IMPLIED),
        ("/MANIFEST /MANIFEST:* /MANIFESTUAC* /MANIFESTFILE:* /DEBUG /DEBUG:* /DEBUGTYPE:*", "", "", IMPLIED),
        ("/PDB:* /PDBALTPATH:* /PDBSTRIPPED* /NATVIS:* /SOURCELINK:* /MACHINE:*", "", "", IMPLIED),
        ("/SUBSYSTEM:* /DYNAMICBASE /NXCOMPAT /NXCOMPAT:* /TSAWARE* /SAFESEH* /CETCOMPAT*", "", "", IMPLIED),
        ("/HIGHENTROPYVA /HIGHENTROPYVA:* /LARGEADDRESSAWARE* /IMPLIB:* /ERRORREPORT:*", "", "", IMPLIED),
        ("/NODEFAULTLIB /NODEFAULTLIB:*", "", "", IMPLIED),
        ("/DEFAULTLIB:MSVC* /DEFAULTLIB:UCRT* /DEFAULTLIB:LIBC*", "", "", IMPLIED),
        ("/IGNORE:* /WX /WX:NO /RELEASE /BREPRO", "", "", IMPLIED),
        ("/TLBID:* /VERBOSE /VERBOSE:* /TIME /CGTHREADS:*", "", "", IMPLIED),
        ("/DEFAULTLIB:*", "", "-l*", IMPLIED),
        ("/EXPORT:PyInit_* /EXPORT:PyModExport_*", "", "", IMPLIED),
        ("/DELAYLOAD:* /DELAY:* /DELAYSIGN*", "", "", _LOADED),
        ("/STACK:* /HEAP:* /SWAPRUN:* /NOENTRY /STUB:*", "", "", _PROGRAM),
        ("/ALIGN:* /FILEALIGN:* /BASE:* /FIXED", "", "", _MSVC),
        ("/FIXED:* /ORDER:* /FUNCTIONPADMIN* /DYNAMICBASE:NO", "", "", _MSVC),
        ("/FORCE /FORCE:*", "", "", "it only checks; where it matters the link fails"),
        ("/VERSION:* /MAP /MAP:* /MAPINFO:* /ASSEMBLYDEBUG* /GUARDSYM:* /EDITANDCONTINUE", "", "", _MSVC),
        ("/GUARD:* /INTEGRITYCHECK* /APPCONTAINER* /DEPENDENTLOADFLAG* /PROFILE", "", "", _CHECKS),
        ("/GENPROFILE* /FASTGENPROFILE* /USEPROFILE* /PGD:* /LTCGOUT:*", "", "", _PROFILE),
        ("/ASSEMBLYMODULE:* /ASSEMBLYRESOURCE:* /CLR* /DRIVER /DRIVER:* /KERNEL /MIDL:*", "", "", _LACKS),
        ("/MANIFESTDEPENDENCY:* /WINMD*", "", "", _LACKS),
    ]
)  # fmt: skip
# What is in a file that has words for Microsoft's compiler which clang passes over (see pragmas.py).
PASSED_OVER = (b"init_seg", b"fp_contract", b"manifestdependency", b"__try")
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
    name, colon, _ = slashed[1:].partition(":")
    # What the linker is told stays for the linker's table: /DEF:x.def defines no macro.  Its words are
    # written in capitals: /guard:cf is the compiler's.
    linkers = _linkers(slashed) is not None
    theirs = linkers and ((colon and not name.islower()) or slashed == "/DLL")
    found = None if theirs else _COMPILE.find(slashed, "windows")
    return found or (((slashed,), IMPLIED) if linkers else ((), _MSVC))


def is_linkers(word: str, system: str) -> bool:
    """Tell whether MSVC's linker alone takes a word that :func:`compile_flag` has left."""
    return word.startswith("/") and is_msvc(word, system) and _linkers(word) is not None


def link_flag(word: str) -> tuple[tuple[str, ...], str]:
    """Give what takes the place of MSVC's ``word`` in a link, and why nothing does."""
    return _linkers("/" + word[1:]) or ((), _MSVC)


def _linkers(word: str) -> tuple[tuple[str, ...], str] | None:
    """Look up a word of the linker; its name may be in small letters."""
    name, colon, value = word.partition(":")
    if word.startswith("/Fe"):
        name, colon, value = "/FE", ":", value or word[3:]
    word = name.upper() + colon + value
    if word.startswith("/WHOLEARCHIVE:"):
        return (_WHOLE, *_library(value), _NOT_WHOLE), IMPLIED
    found = _LINK.find(word, "windows")
    return ((word,), IMPLIED) if found is None and word.startswith(DIRECTIVES) else found


def _library(name: str) -> tuple[str, ...]:
    """A library by its file or, where that names no folder, by its name."""
    if "/" in name or "\\" in name:
        return (name,)
    return (f"-l{name[:-4] if name.lower().endswith('.lib') else name}",)
