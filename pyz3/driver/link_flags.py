"""Flags of a link, as maintainers write them for GNU ld, Apple's ld or MSVC → ``zig cc``.  Pure.

Every row was tried with zig 0.16, whose linker front end refuses each word that it does not know.
"""

from __future__ import annotations

from pyz3.driver import msvc
from pyz3.driver.compile_flags import OPENMP
from pyz3.driver.rules import HOST_REASON, IMPLIED, Table, is_of_the_host, is_source, units
from pyz3.driver.target import Translated

TYPE_CHECKING = False  # see target.py
if TYPE_CHECKING:
    from collections.abc import Sequence

    from pyz3.driver.target import DriverTarget

    Answer = tuple[tuple[str, ...], str]

_LD = "zig's linker has nothing like it"
_OPEN = "the interpreter supplies what a module leaves undefined"
_FLAT = "modules are bound as zig's linker binds them"
_FINAL = "no names are written into a module afterwards"
_PLACE = "a folder of this machine would be no use elsewhere"
_REPORT = "it only reports"

# Words of -Wl, without their dashes: GNU ld takes one or two.
_WORDS = Table(
    [
        ("soname=* h=*", "elf", "-soname,*", IMPLIED),
        ("undefined=* u=*", "", "-u,*", IMPLIED),
        ("( )", "", "", IMPLIED),
        ("strip-unneeded", "", "--strip-all", IMPLIED),
        ("O* sort-common gc-sections no-gc-sections as-needed no-as-needed", "windows macos", "", IMPLIED),
        ("O*", "elf", "", IMPLIED),
        ("exclude-libs*", "", "", "libraries that are linked in stay visible"),
        ("Bsymbolic-functions Bsymbolic-non-weak* Bsymbolic* Bgroup", "", "", _LD),
        ("allow-multiple-definition warn-multiple*", "", "", _LD),
        ("Map* map* print-map M cref print-gc-sections", "", "", _REPORT),
        ("t trace* verbose v stats", "", "", _REPORT),
        ("demangle* no-demangle warn-* fatal-warnings fatal_warnings", "", "", _REPORT),
        ("no-warnings no-warn-* no_warn_* no-fatal-warnings", "", "", _REPORT),
        ("wrap=* dynamic-list* retain-symbols-file* export-dynamic-symbol*", "", "", _LD),
        ("no-undefined no-allow-shlib-undefined", "elf macos", "", _OPEN),
        ("unresolved-symbols* error-unresolved-symbols", "", "", _OPEN),
        ("push-state pop-state copy-dt-needed-entries no-copy-dt-needed-entries", "", "", IMPLIED),
        ("no-keep-memory reduce-memory-overheads threads* no-threads", "", "", IMPLIED),
        ("hash-size* no-mmap* compress-*", "", "", IMPLIED),
        ("relax no-relax plugin* plugin-opt* lto-* package-metadata*", "", "", _LD),
        ("long-plt m=* icf* emit-relocs q", "", "", _LD),
        ("no-export-dynamic no-eh-frame-hdr no-ld-generated-unwind-info rosegment no-rosegment", "", "", _LD),
        ("orphan-handling* no-apply-dynamic-relocs apply-dynamic-relocs", "", "", _LD),
        ("fix-cortex-* pack-dyn-relocs*", "", "", _LD),
        ("rpath-link*", "", "", IMPLIED),
        ("dynamic-linker* I=*", "", "", "a module has no interpreter"),
        ("pie no-pie no_pie", "", "", IMPLIED),
        # Mach-O
        ("undefined=*", "macos", "", _OPEN),
        ("flat_namespace twolevel_namespace force_flat_namespace bind_at_load multi_module", "", "", _FLAT),
        ("no_compact_unwind ld_classic ld_new ld64", "macos", "", _LD),
        ("no_fixup_chains fixup_chains export_dynamic", "macos", "", _LD),
        ("exported_symbol=* unexported_symbol=* unexported_symbols_list=*", "macos", "", _LD),
        ("U=* all_load ObjC", "macos", "", _LD),
        ("order_file=* lto_library=* adhoc_codesign no_adhoc_codesign no_uuid random_uuid", "macos", "", _LD),
        ("no_function_starts no_data_in_code_info", "macos", "", _LD),
        ("no_implicit_dylibs application_extension", "macos", "", _LD),
        ("multiply_defined=* single_module read_only_relocs=* bundle_loader=* w", "macos", "", IMPLIED),
        ("compatibility_version=* current_version=*", "macos", "", "a module has no version"),
        ("headerpad_max_install_names headerpad=*", "macos", "", _FINAL),
        ("macosx_version_min=* macos_version_min=*", "macos", "", "the oldest system is the target's"),
        ("platform_version=*", "macos", "", "the oldest system is the target's"),
        ("syslibroot=*", "macos", "", "libraries are the target's own"),
        # PE
        ("enable-auto-import disable-auto-import enable-runtime-pseudo-reloc*", "windows", "", IMPLIED),
        ("disable-runtime-pseudo-reloc* kill-at add-stdcall-alias *able-stdcall-fixup", "windows", "", _LD),
        ("enable-stdcall-fixup disable-stdcall-fixup", "windows", "", _LD),
        ("exclude-all-symbols file-alignment*", "windows", "", _LD),
        ("insert-timestamp no-insert-timestamp", "windows", "", IMPLIED),
        ("large-address-aware disable-large-address-aware", "windows", "", IMPLIED),
        ("disable-dynamicbase disable-nxcompat disable-reloc-section section-alignment*", "windows", "", _LD),
        ("output-def* pdb* major-* minor-*", "windows", "", "pyz3 keeps the module alone"),
        ("delayload* rpath* R=*", "windows", "", "Windows knows no such thing"),
        ("soname* version-script* enable-new-dtags", "windows", "", "Windows knows no such thing"),
        ("disable-new-dtags build-id* hash-style* z=* eh-frame-hdr export-dynamic E", "windows", "", IMPLIED),
    ]
)  # fmt: skip
# Words of -Wl whose value may be the word behind them, or stand behind "=".
_WITH_VALUE = frozenset(
    """
    z rpath R rpath-link soname h u undefined Map map wrap dynamic-list version-script exclude-libs m T e
    entry defsym plugin plugin-opt retain-symbols-file dynamic-linker I init fini export-dynamic-symbol
    install_name exported_symbol exported_symbols_list unexported_symbol unexported_symbols_list order_file
    lto_library multiply_defined read_only_relocs bundle_loader compatibility_version current_version
    macosx_version_min macos_version_min syslibroot U framework weak_framework force_load load_hidden
    reexport_library weak_library headerpad stack_size output-def image-base delayload out-implib subsystem
    stack heap file-alignment section-alignment major-image-version minor-image-version major-os-version
    minor-os-version major-subsystem-version minor-subsystem-version
    """.split()  # noqa: SIM905 - a table of words
)
# What zig knows of -z.
_Z = ("relro", "norelro", "now", "lazy", "noexecstack", "origin", "nodelete", "nocopyreloc", "notext")
_Z_SIZES = ("max-page-size=", "common-page-size=", "stack-size=")

# Words for the compiler that concern the link.
_FLAGS = Table(
    [
        ("-bundle -dynamiclib", "macos", "-shared", IMPLIED),
        ("-headerpad_max_install_names", "macos", "", _FINAL),
        ("-dead_strip", "macos", "-Wl,-dead_strip", IMPLIED),
        ("-export-dynamic", "", "-rdynamic", IMPLIED),
        ("-flat_namespace -twolevel_namespace -force_flat_namespace", "macos", "", _FLAT),
        ("-ld_classic -ld_new -no_compact_unwind -all_load", "macos", "", _LD),
        ("-single_module -bundle_loader -multiply_defined -read_only_relocs", "macos", "", IMPLIED),
        ("-compatibility_version -current_version", "macos", "", "a module has no version"),
        ("-syslibroot", "macos", "", "libraries are the target's own"),
        ("-nostartfiles -pie -no-pie", "", "", IMPLIED),
        ("-municode -mthreads -mwindows -mconsole", "windows", "", IMPLIED),
        ("-lgomp* -lomp -liomp5 -lvcomp*", "", "", OPENMP),
        ("-lstdc++fs -lc++fs -lc++experimental", "", "", IMPLIED),
        ("-lstdc++", "", "-lc++", IMPLIED),
        ("-lsupc++", "", "-lc++abi", IMPLIED),
        ("-lgcc -lgcc_s -lgcc_s.1 -lgcc_eh -lgcc_ext*", "", "", IMPLIED),
        ("-lpython*", "elf macos", "", _OPEN),
        # Windows: parts of the C runtime, and what Unix has instead of them
        ("-lm -ldl -lrt -lpthread -lpthreads", "windows", "", IMPLIED),
        ("-lutil -lc -lmingw32 -lmingwex -lmoldname", "windows", "", IMPLIED),
        ("-lmsvcrt* -lucrt* -lmsvcr* -lvcruntime*", "windows", "", IMPLIED),
        ("-lmsvcprt* -lmsvcp1* -llibcmt* -llibvcruntime*", "windows", "", IMPLIED),
        ("-llibucrt* -loldnames -llegacy_stdio_definitions -lbufferoverflow* -lssp", "windows", "", IMPLIED),
        ("-lsynchronization", "windows", "-lapi-ms-win-core-synch-l1-2-0", IMPLIED),
    ]
)  # fmt: skip
# Of no meaning where nothing is compiled.
_COMPILERS_WORDS = frozenset({"-w", "-x"})
_COMPILERS_OWN = (
    "-D", "-U", "-I", "-W", "-f", "-std=", "-include", "-imacros", "-isystem", "-iquote", "-idirafter",
    "--include=", "--imacros=", "-ansi", "-pedantic", "-Xclang", "-cxx-isystem", "-M", "-O", "-g",
)  # fmt: skip


def translate_link(args: Sequence[str], *, target: DriverTarget) -> Translated:
    """Translate the flags of one link; objects and other words that are no flags pass.

    Flags of the compiler stay if there is something to compile among ``args``: translate them first.

    Args:
        args: Flags, or a whole command without the compiler's name.
        target: What is linked for.
    """
    words: list[str] = []
    dropped: list[str] = []
    compiles = any(is_source(unit[0]) for unit in units(args) if len(unit) == 1)
    for unit in units(_join_linker_words(args)):
        flag = " ".join(unit)
        if unit[0].startswith("-Wl,"):
            for answer in _linker_words(unit[0].split(",")[1:], target):
                words += answer[0]
                dropped += [answer[1]] if answer[1] else ()
        elif compiles or not _is_the_compilers(unit[0]):
            found, reason = _flag(unit, target)
            words += found
            dropped += [f"{flag}: {reason}"] if reason else ()
    return Translated(words, dropped)


def _is_the_compilers(word: str) -> bool:
    if word.startswith(("-framework", "-flat_", "-force_")):
        return False
    return word.startswith(_COMPILERS_OWN) or word in _COMPILERS_WORDS


def _flag(unit: tuple[str, ...], target: DriverTarget) -> Answer:  # noqa: PLR0911 - one per spelling
    word, value = unit[0], unit[-1]
    if word in {"-l", "-R"} and len(unit) > 1:
        return _flag((word + value,), target)
    if word in {"-rpath", "-z", "-undefined", "-u", "-soname", "-h"} and len(unit) > 1:
        return _one(_linker_word(word[1:], value, target))
    if word.startswith("-R") and target.system != "windows":
        return _one(_linker_word("R", word[2:], target))
    if word == "-static" and target.system != "windows":
        return (), IMPLIED
    folder = value if word == "-L" else word[2:] if word.startswith(("-L", "-F")) else ""
    if folder and is_of_the_host(folder):
        return (), HOST_REASON
    if msvc.is_msvc(word, target.system):
        return msvc.link_flag(word)
    if target.system == "windows":
        unit = _windows_library(unit)
    found = _FLAGS.find(unit[0], target.system)
    return (unit, IMPLIED) if found is None else found


def _windows_library(unit: tuple[str, ...]) -> tuple[str, ...]:
    """``WS2_32.lib`` and ``-lWs2_32`` as zig's own files are called; other files stay."""
    word = unit[0]
    if word.startswith("-l") and not word.startswith("-l:"):
        name = word[2:]
    elif word.lower().endswith(".lib") and "/" not in word and "\\" not in word:
        name = word
    else:
        return unit
    return (f"-l{name[:-4] if name.lower().endswith('.lib') else name}".lower(), *unit[1:])


def _join_linker_words(args: Sequence[str]) -> list[str]:
    """``-Xlinker -z -Xlinker now`` and ``-Wl,-z -Wl,now`` as one word each."""
    joined: list[str] = []
    for unit in units(args):
        part = f"-Wl,{unit[1]}" if unit[0] == "-Xlinker" and len(unit) > 1 else ""
        word = part or unit[0]
        before = joined[-1] if joined else ""
        if word.startswith("-Wl,") and before.startswith("-Wl,"):
            last = before.rpartition(",")[2]
            if last.startswith("-") and last.lstrip("-") in _WITH_VALUE and not word.startswith("-Wl,-"):
                joined[-1] = before + word[3:]
                continue
        joined += (word,) if part else unit
    return joined


def _linker_words(words: Sequence[str], target: DriverTarget) -> list[Answer]:
    """Translate what stands between the commas of one ``-Wl``."""
    answers: list[Answer] = []
    rest = list(words)
    while rest:
        word = rest.pop(0)
        name, equals, value = word.lstrip("-").partition("=")
        if not word.startswith("-"):
            msvcs = msvc.is_msvc(word, target.system)
            answers.append(msvc.link_flag(word) if msvcs else ((word,) if word else (), IMPLIED))
            continue
        if name == "platform_version":
            value, rest = ",".join(rest[:3]), rest[3:]
        elif not equals and name in _WITH_VALUE and rest:
            value = rest.pop(0)
        elif equals and name not in _WITH_VALUE:
            name, value = f"{name}={value}", ""
        answers.append(_linker_word(name, value, target, dashes=word[: len(word) - len(word.lstrip("-"))]))
    return answers


def _linker_word(name: str, value: str, target: DriverTarget, *, dashes: str = "-") -> Answer:
    """Translate one word of the linker; what is dropped is told with the word."""
    told = f"-Wl,{dashes}{name}{',' + value if value else ''}"
    found: Answer | None = None
    if (target.system != "windows" and name in {"rpath", "R"}) or name.startswith("R/"):
        folder = value or name[1:]
        found = ((), _PLACE) if folder.startswith("/") else ((f"-Wl,-rpath,{folder}",), IMPLIED)
    elif target.system == "macos" and name == "undefined":
        found = ("-Wl,-undefined,dynamic_lookup",), IMPLIED
    elif name == "z" or (name.startswith("z") and name[1:] in _Z):
        found = _z(value or name[1:], target)
    elif name in {"framework", "weak_framework"}:
        found = (f"-{name}", value), IMPLIED
    elif name[0] in "lLF" and not value and not name.startswith(("lto", "ld", "large", "long", "load")):
        found = _flag((f"-{name}",), target)  # zig's linker takes them from the compiler alone
    else:
        found = _table(name, value, target)
    if found is None:
        whole = {"u": "-u", "undefined": "-u", "h": "-soname"}.get(name, dashes + name)
        return (f"-Wl,{whole}{',' + value if value else ''}",), IMPLIED
    return found[0], f"{told}: {found[1]}" if found[1] else IMPLIED


def _table(name: str, value: str, target: DriverTarget) -> Answer | None:
    found = _WORDS.find(f"{name}={value}" if value else name, target.system)
    if found is None or not found[0]:
        return found
    return tuple(f"-Wl,{word}" for word in found[0]), found[1]


def _z(value: str, target: DriverTarget) -> Answer:
    if target.system != "elf":
        return (), IMPLIED
    if value == "defs":
        return (), _OPEN
    return ((f"-Wl,-z,{value}",), IMPLIED) if value in _Z or value.startswith(_Z_SIZES) else ((), _LD)


def _one(answer: Answer) -> Answer:
    """A reason without its flag, which the caller names."""
    return answer[0], answer[1].rpartition(": ")[2]
