"""Flags of a link, as maintainers write them for GNU ld, Apple's ld or MSVC → ``zig cc``.  Pure.

Every row was tried with zig 0.16, whose linker front end refuses each word that it does not know.
"""

from __future__ import annotations

import re

from pyz3.driver import msvc
from pyz3.driver.compile_flags import OPENMP
from pyz3.driver.flag_table import (
    HOST_REASON,
    IMPLIED,
    Refusal,
    Table,
    is_of_the_host,
    is_source,
    named,
    units,
)
from pyz3.driver.target import Translated

TYPE_CHECKING = False  # see target.py
if TYPE_CHECKING:
    from collections.abc import Sequence

    from pyz3.driver.target import DriverTarget

    Answer = tuple[tuple[str, ...], str]

_LD = "zig's linker has nothing like it"
_LTO = "optimisation across files is pyz3's own setting (lto)"
_LACKS = Refusal("zig's linker has nothing like it, and the module would not be the same without it")
_OPEN = "the interpreter supplies what a module leaves undefined"
_FLAT = "modules are bound as zig's linker binds them"
_PLACE = "a folder of this machine would be no use elsewhere"
_REPORT = "it only reports"
_CHECK = "it only checks; where it matters the link fails"
_LAYOUT = "where what lies in the file is zig's linker's matter"
_LOADED = "the library is loaded with the module, and must be there"
_VISIBLE = "libraries that are linked in stay visible"
_SETTING = "a setting of Emscripten's linker, which pyz3 does without"
_INIT_ALONE = "a module for Pyodide exports what is declared as visible"

# Words of -Wl, without their dashes: GNU ld takes one or two.
_WORDS = Table(
    [
        # WebAssembly: what wasm-ld does anyway, or has no use for
        ("soname=* h=* O* sort-common gc-sections no-gc-sections", "wasm", "", IMPLIED),
        ("as-needed no-as-needed", "wasm", "", IMPLIED),
        ("hash-style* build-id* eh-frame-hdr enable-new-dtags disable-new-dtags", "wasm", "", IMPLIED),
        ("start-group end-group strip-all strip-debug strip-unneeded s S x", "wasm", "", IMPLIED),
        ("export-dynamic E Bsymbolic* symbolic Bgroup allow-shlib-undefined", "wasm", "", IMPLIED),
        ("exclude-libs* unresolved-symbols* no-undefined no-allow-shlib-undefined", "wasm", "", IMPLIED),
        ("version-script=* dynamic-list* retain-symbols-file*", "wasm", "", _INIT_ALONE),
        ("undefined=* u=* require-defined=*", "wasm", "--undefined=*", IMPLIED),
        ("wrap=*", "wasm", "--wrap=*", IMPLIED),
        ("soname=* h=*", "elf", "-soname,*", IMPLIED),
        ("undefined=* u=*", "", "-u,*", IMPLIED),
        ("require-defined=*", "", "-u,*", IMPLIED),
        ("( )", "", "", IMPLIED),
        ("strip-unneeded", "", "--strip-all", IMPLIED),
        ("O* sort-common gc-sections no-gc-sections as-needed no-as-needed", "windows macos", "", IMPLIED),
        ("O*", "elf", "", IMPLIED),
        ("exclude-libs*", "", "", _VISIBLE),
        ("Bsymbolic-functions Bsymbolic-non-weak* symbolic", "elf", "-Bsymbolic", IMPLIED),
        ("Bsymbolic* symbolic Bgroup", "macos windows", "", IMPLIED),
        ("Bgroup", "elf", "", _FLAT),
        ("allow-multiple-definition warn-multiple* noinhibit-exec", "", "", _CHECK),
        ("Map* map* print-map M cref print-gc-sections dependency_info* dependency-file*", "", "", _REPORT),
        ("t trace* verbose v stats y=* error-limit* print-* why_live* whyload", "", "", _REPORT),
        ("demangle* no-demangle warn-*", "", "", _REPORT),
        ("fatal-warnings fatal_warnings warn_* color-diagnostics*", "", "", _REPORT),
        ("no-warnings no-warn-* no_warn_* no-fatal-warnings no-color-diagnostics", "", "", _REPORT),
        ("wrap=*", "elf", "-wrap,*", IMPLIED),
        ("wrap=* defsym=*", "macos windows", "", _LACKS),
        ("defsym=*", "wasm", "", _LACKS),
        ("dynamic-list* export-dynamic-symbol*", "", "", "a module exports what is not hidden"),
        ("retain-symbols-file*", "", "", "a release has no symbols but what it exports"),
        ("init=* fini=* auxiliary=* filter=* f=* F=* just-symbols=* default-symver", "", "", _LACKS),
        ("b=* format=* oformat=* mri-script=* c=* r relocatable i audit=* P=* depaudit=*", "", "", _LACKS),
        ("no-undefined no-allow-shlib-undefined", "elf macos", "", _OPEN),
        ("unresolved-symbols* error-unresolved-symbols warn-unresolved-symbols", "", "", _OPEN),
        ("push-state pop-state copy-dt-needed-entries no-copy-dt-needed-entries", "", "", IMPLIED),
        ("no-keep-memory reduce-memory-overheads threads*", "", "", IMPLIED),
        ("no-threads no-add-needed add-needed", "", "", IMPLIED),
        ("hash-size* no-mmap* compress-* X discard-locals G", "", "", IMPLIED),
        ("shared Bshareable dp dc start-lib end-lib", "", "", IMPLIED),
        ("relax no-relax lto-* package-metadata* no-define-common d spare-dynamic-tags*", "", "", _LD),
        ("plugin* plugin-opt* flto* object_path_lto*", "", "", _LTO),
        ("m=*", "", "", IMPLIED),
        ("long-plt icf* emit-relocs q N omagic n nmagic", "", "", _LAYOUT),
        ("Ttext=* Tdata=* Tbss=* Ttext-segment=* section-start=* unique*", "", "", _LAYOUT),
        ("section-ordering-file=* symbol-ordering-file=* call-graph-*", "", "", _LAYOUT),
        ("no-export-dynamic no-eh-frame-hdr", "", "", _LAYOUT),
        ("no-ld-generated-unwind-info rosegment no-rosegment", "", "", _LAYOUT),
        ("orphan-handling* no-apply-dynamic-relocs apply-dynamic-relocs", "", "", _LAYOUT),
        ("fix-cortex-* pack-dyn-relocs*", "", "", _LD),
        ("rpath-link* sysroot=* nostdlib", "", "", IMPLIED),
        ("dynamic-linker* I=* no-dynamic-linker", "", "", "a module has no interpreter"),
        ("pie no-pie no_pie pic-executable", "", "", IMPLIED),
        # Mach-O
        ("undefined=*", "macos", "", _OPEN),
        ("all_load", "macos", "--whole-archive", IMPLIED),
        ("noall_load", "macos", "--no-whole-archive", IMPLIED),
        ("flat_namespace twolevel_namespace force_flat_namespace bind_at_load multi_module", "", "", _FLAT),
        ("no_compact_unwind ld_classic ld_new ld64", "macos", "", _LD),
        ("no_fixup_chains fixup_chains export_dynamic dylib bundle dynamic arch=*", "macos", "", IMPLIED),
        ("no_deduplicate mark_dead_strippable_dylib", "macos", "", _LD),
        ("U=* noprebind prebind no_arch_warnings", "macos", "", IMPLIED),
        ("alias=* alias_list=* interposable", "macos", "", _LACKS),
        ("interposable_list=* sectcreate=* rename_section=*", "macos", "", _LACKS),
        ("rename_segment=* move_to_*", "macos", "", _LACKS),
        ("reexport* sub_library=* sub_umbrella=* umbrella=* dyld_env=* upward*", "macos", "", _LACKS),
        ("load_hidden=* hidden-l* no_exported_symbols", "macos", "", _LACKS),
        ("needed-l* needed_library=* needed_framework=*", "macos", "", _LACKS),
        ("allowable_client=* client_name=* seg1addr=* segaddr=* segprot=* segalign=*", "macos", "", _LAYOUT),
        ("order_file=* order_file_statistics stack_size=* pagezero_size=*", "macos", "", _LAYOUT),
        ("lto_library=* adhoc_codesign no_adhoc_codesign no_uuid random_uuid reproducible", "macos", "", _LD),
        ("ObjC", "macos", "", "classes of Objective-C in libraries are linked where they are named"),
        ("no_function_starts no_data_in_code_info bitcode_* pause objc_*", "macos", "", _LD),
        ("no_implicit_dylibs application_extension no_application_extension", "macos", "", _LD),
        ("multiply_defined=* single_module read_only_relocs=* bundle_loader=* w", "macos", "", IMPLIED),
        ("compatibility_version=* current_version=*", "macos", "", "a module has no version"),
        ("headerpad=*", "macos", "-headerpad,*", IMPLIED),
        ("macosx_version_min=* macos_version_min=*", "macos", "", "the oldest system is the target's"),
        ("platform_version=*", "macos", "", "the oldest system is the target's"),
        ("syslibroot=*", "macos", "", "libraries are the target's own"),
        # PE
        ("enable-auto-import disable-auto-import enable-runtime-pseudo-reloc*", "windows", "", IMPLIED),
        ("disable-runtime-pseudo-reloc* kill-at add-stdcall-alias *able-stdcall-fixup", "windows", "", _LD),
        ("enable-stdcall-fixup disable-stdcall-fixup", "windows", "", _LD),
        ("exclude-symbols=* exclude-modules-for-implib=*", "windows", "", _LACKS),
        ("exclude-all-symbols", "windows", "", "only what is declared as exported, is"),
        ("insert-timestamp no-insert-timestamp", "windows", "", IMPLIED),
        ("large-address-aware disable-large-address-aware", "windows", "", IMPLIED),
        ("disable-dynamicbase disable-nxcompat disable-reloc-section", "windows", "", _LD),
        ("no-seh disable-no-seh enable-reloc-section heap=* guard-* no-guard-*", "windows", "", _LD),
        ("section-alignment* file-alignment*", "windows", "", _LAYOUT),
        ("major-* minor-*", "windows", "", IMPLIED),
        ("output-def* pdb*", "windows", "", "pyz3 keeps the module alone"),
        ("delayload*", "windows", "", _LOADED),
        ("rpath* R=*", "windows", "", "Windows knows no such thing"),
        ("soname* enable-new-dtags", "windows", "", IMPLIED),
        ("version-script*", "windows", "", "Windows exports what is declared as exported"),
        ("version-script=*", "macos", "", _LACKS),
        ("disable-new-dtags build-id* hash-style* z=* eh-frame-hdr export-dynamic E", "windows", "", IMPLIED),
    ]
)  # fmt: skip
# Words that zig takes with two dashes alone, where GNU ld takes one, too; and other spellings.
_TWO_DASHES = frozenset({
    "gc-sections", "no-gc-sections", "as-needed", "no-as-needed", "start-group", "end-group", "build-id",
    "eh-frame-hdr", "enable-new-dtags", "disable-new-dtags", "strip-all", "strip-debug", "sort-section",
    "compress-debug-sections", "image-base", "undefined-version", "no-undefined-version",
})  # fmt: skip
_SPELT = {"u": "-u", "undefined": "-u", "h": "-soname", "Bsymbolic": "-Bsymbolic"}
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
    require-defined auxiliary filter f F just-symbols b format oformat mri-script c audit depaudit P y
    Ttext Tdata Tbss Ttext-segment section-start section-ordering-file symbol-ordering-file sysroot
    script hash-style sort-section interposable_list alias_list sub_library sub_umbrella
    dyld_env needed_library needed_framework allowable_client client_name seg1addr pagezero_size
    exclude-symbols exclude-modules-for-implib dependency_info arch dependency-file
    """.split()  # noqa: SIM905 - a table of words
)
# Words whose values are several words.
_WITH_VALUES = {"platform_version": 3, "alias": 2, "sectcreate": 3, "rename_section": 4, "rename_segment": 2}
# What zig knows of -z; what says what is so anyway, or only checks; what the loader is told.
_Z = (
    "relro",
    "norelro",
    "now",
    "lazy",
    "noexecstack",
    "origin",
    "nodelete",
    "nocopyreloc",
    "notext",
    "undefs",
)
_Z_IMPLIED = ("text", "combreloc", "separate-code", "noseparate-code", "muldefs", "start-stop-gc")
_Z_LOADER = ("execstack", "initfirst", "interpose", "global", "nodlopen", "nodefaultlib", "loadfltr")
_Z_SIZES = ("max-page-size=", "common-page-size=", "stack-size=")

# Words for the compiler that concern the link.
_FLAGS = Table(
    [
        # Pyodide's main module has all of it in it
        ("-lm -ldl -lrt -lpthread -lpthreads -lutil -lc", "wasm", "", IMPLIED),
        ("-lc++ -lc++abi -lstdc++ -lsupc++ -lunwind -lz -lbz2 -pthread -pthreads", "wasm", "", IMPLIED),
        ("-bundle -dynamiclib", "macos", "-shared", IMPLIED),
        ("-headerpad_max_install_names", "macos", "-Wl,-headerpad_max_install_names", IMPLIED),
        ("-dead_strip", "macos", "-Wl,-dead_strip", IMPLIED),
        ("-export-dynamic", "", "-rdynamic", IMPLIED),
        ("-flat_namespace -twolevel_namespace -force_flat_namespace", "macos", "", _FLAT),
        ("-ld_classic -ld_new -no_compact_unwind", "macos", "", _LD),
        ("-all_load", "macos", "-Wl,--whole-archive", IMPLIED),
        ("-symbolic", "elf", "-Wl,-Bsymbolic", IMPLIED),
        ("-symbolic", "macos windows", "", IMPLIED),
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
        ("-lpython*", "elf macos wasm", "", _OPEN),
        # Windows: parts of the C runtime, and what Unix has instead of them
        ("-lm -ldl -lrt -lpthread -lpthreads", "windows", "", IMPLIED),
        ("-lutil -lc -lmingw32 -lmingwex -lmoldname", "windows", "", IMPLIED),
        ("-lmsvcrt* -lucrt* -lmsvcr* -lvcruntime*", "windows", "", IMPLIED),
        ("-lmsvcprt* -lmsvcp1* -llibcmt* -llibvcruntime*", "windows", "", IMPLIED),
        ("-llibucrt* -loldnames -llegacy_stdio_definitions -lbufferoverflow* -lssp", "windows", "", IMPLIED),
        ("-lsynchronization", "windows", "-lapi-ms-win-core-synch-l1-2-0", IMPLIED),
    ]
)  # fmt: skip
# Words that compilers hand on without -Wl.
_LINKERS_OWN = frozenset(
    "-rpath -z -undefined -u -soname -h -exported_symbols_list -unexported_symbols_list".split()  # noqa: SIM905
)
_ALL_LOAD = frozenset({"-all_load", "/wholearchive", "-wholearchive"})
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
    reasons: list[str] = []
    compiles = any(is_source(unit[0]) for unit in units(args) if len(unit) == 1)
    for unit in units(_join_linker_words(args)):
        flag = " ".join(unit)
        if unit[0].startswith("-Wl,"):
            for answer in _linker_words(unit[0].split(",")[1:], target):
                words += answer[0]
                reasons.append(answer[1])
        elif compiles or not _is_the_compilers(unit[0]):
            found, reason = _flag(unit, target)
            words += found
            reasons.append(named(flag, reason))
    if target.system in {"macos", "windows"}:
        words = _whole_first(words, args)
    return Translated(words, reasons)


def _whole_first(words: list[str], args: Sequence[str]) -> list[str]:
    """Let what says that libraries are linked whole stand before them: Apple and MSVC ask for it anywhere."""
    whole = "-Wl,--whole-archive"
    anywhere = any(word.lower() in _ALL_LOAD or "-all_load" in word.split(",") for word in args)
    return [whole, *(word for word in words if word != whole)] if anywhere else words


def _is_the_compilers(word: str) -> bool:
    if word.startswith(("-framework", "-flat_", "-force_")):
        return False
    return word.startswith(_COMPILERS_OWN) or word in _COMPILERS_WORDS


def _flag(unit: tuple[str, ...], target: DriverTarget) -> Answer:  # noqa: PLR0911 - one per spelling
    word, value = unit[0], unit[-1]
    if word in {"-l", "-R"} and len(unit) > 1:
        return _flag((word + value,), target)
    if word in _LINKERS_OWN and len(unit) > 1:
        return _one(_linker_word(word[1:], value, target))
    if word.startswith("-R") and target.system != "windows":
        return _one(_linker_word("R", word[2:], target))
    if word == "-static" and target.system != "windows":
        return (), IMPLIED
    if target.system == "wasm" and re.fullmatch("-s[A-Z][A-Z0-9_]+(=.*)?", word):
        return (), _SETTING
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
        if name in _WITH_VALUES:
            count = _WITH_VALUES[name]
            value, rest = ",".join(rest[:count]), rest[count:]
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
    if name[:1] == "R" and not value:  # -R/opt/x, -R$ORIGIN
        name, value = "R", name[1:]
    if target.system == "wasm" and name in {"rpath", "R"}:
        found = (), "Pyodide's loader looks in no folder"
    elif target.system != "windows" and name in {"rpath", "R"}:
        folder = value.replace("\\$", "$")  # written for a shell that was not asked
        if target.system == "macos":  # both mean the folder of the file itself
            folder = folder.replace("${ORIGIN}", "@loader_path").replace("$ORIGIN", "@loader_path")
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
        whole = _SPELT.get(name) or (f"--{name}" if name.partition("=")[0] in _TWO_DASHES else dashes + name)
        return (f"-Wl,{whole}{',' + value if value else ''}",), IMPLIED
    return found[0], named(told, found[1])


def _table(name: str, value: str, target: DriverTarget) -> Answer | None:
    found = _WORDS.find(f"{name}={value}" if value else name, target.system)
    if found is None or not found[0]:
        return found
    return tuple(f"-Wl,{word}" for word in found[0]), found[1]


def _z(value: str, target: DriverTarget) -> Answer:
    if target.system != "elf":
        return (), IMPLIED
    if value in _Z or value.startswith(_Z_SIZES):
        return (f"-Wl,-z,{value}",), IMPLIED
    if value in _Z_IMPLIED:
        return (), IMPLIED
    return (), _OPEN if value == "defs" else _LACKS if value in _Z_LOADER else _LD


def _one(answer: Answer) -> Answer:
    """A reason without its flag, which the caller names."""
    return answer[0], type(answer[1])(answer[1].rpartition(": ")[2])
