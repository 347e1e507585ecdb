"""The link table: what is written for GNU ld, Apple's ld and MSVC, and what zig is given."""

from __future__ import annotations

import pytest

from pyz3.driver.link_flags import translate_link
from pyz3.driver.target import DriverTarget, Translated

TARGETS = {
    "elf": DriverTarget("aarch64-linux-gnu.2.17"),
    "macos": DriverTarget("aarch64-macos.11.0"),
    "windows": DriverTarget("x86_64-windows-gnu"),
}
ALL = "elf macos windows"

LD = "zig's linker has nothing like it"
OPEN = "the interpreter supplies what a module leaves undefined"
FLAT = "modules are bound as zig's linker binds them"
PLACE = "a folder of this machine would be no use elsewhere"
REPORT = "it only reports"
HOST = "a folder of this machine, not of the target"
SERIAL = "there is no OpenMP runtime: the code is serial"
VISIBLE = "libraries that are linked in stay visible"
VERSIONS = "a module has no version"
FLOOR = "the oldest system is the target's"
UNKNOWN = "Windows knows no such thing"

LACKS = "zig's linker has nothing like it, and the module would not be the same without it"
MSVC_LACKS = "MSVC's own; zig has nothing like it, and the module would not be the same without it"
CHECK = "it only checks; where it matters the link fails"
LOADED = "the library is loaded with the module, and must be there"

# Targets, what is written, what zig is given, why something is dropped.
CASES = [
    (ALL, "-shared a.o b.obj libc.a -o m.so", "-shared a.o b.obj libc.a -o m.so", ""),
    (ALL, "-shared /tp/a.o /I/b.o -o /D/m.so", "-shared /tp/a.o /I/b.o -o /D/m.so", ""),
    (ALL, "-L. -Lbuild -L ../lib -lfoo", "-L. -Lbuild -L ../lib -lfoo", ""),
    (ALL, "-L/usr/lib", "", HOST),
    (ALL, "-L /usr/local/lib", "", HOST),
    (ALL, "-O2 -g -Wall -DNDEBUG -fPIC -std=c99 -Xclang -foo -w", "", ""),
    (ALL, "-pthread -s", "-pthread -s", ""),
    (ALL, "-static-libgcc -lgcc_s -lgcc", "-static-libgcc", ""),
    (ALL, "-lstdc++", "-lc++", ""),
    (ALL, "-lsupc++ -lstdc++fs", "-lc++abi", ""),
    (ALL, "-lgomp", "", SERIAL),
    (ALL, "-liomp5", "", SERIAL),
    (ALL, "-Wl,-lfoo,-Lbar,x.o", "-lfoo -Lbar x.o", ""),
    (ALL, "-Wl,--strip-all -Wl,-s", "-Wl,--strip-all -Wl,-s", ""),
    # GNU ld takes one dash or two, zig what is on the right alone: pyzmq has the first in its LDFLAGS.
    (ALL, "-Wl,-strip-all,-start-group,-end-group", "-Wl,--strip-all -Wl,--start-group -Wl,--end-group", ""),
    (
        "elf",
        "-Wl,-as-needed,-build-id=sha1,--Bsymbolic",
        "-Wl,--as-needed -Wl,--build-id=sha1 -Wl,-Bsymbolic",
        "",
    ),
    (
        ALL,
        "-Wl,--whole-archive libx.a -Wl,--no-whole-archive",
        "-Wl,--whole-archive libx.a -Wl,--no-whole-archive",
        "",
    ),
    (ALL, "-Wl,--start-group -Wl,--end-group", "-Wl,--start-group -Wl,--end-group", ""),
    (ALL, "-Wl,--exclude-libs,ALL", "", VISIBLE),
    (ALL, "-Wl,--exclude-libs=ALL", "", VISIBLE),
    (
        "elf",
        "-Wl,-Bsymbolic -Wl,-Bsymbolic-functions -symbolic",
        "-Wl,-Bsymbolic -Wl,-Bsymbolic -Wl,-Bsymbolic",
        "",
    ),
    ("macos windows", "-Wl,-Bsymbolic -Wl,-Bsymbolic-functions", "", ""),
    (ALL, "-Wl,--allow-multiple-definition", "", CHECK),
    (ALL, "-Wl,-Map,x.map", "", REPORT),
    (ALL, "-Wl,-Map=x.map", "", REPORT),
    ("elf", "-Wl,--wrap,memcpy -Wl,--wrap=f -Wl,-wrap,g", "-Wl,-wrap,memcpy -Wl,-wrap,f -Wl,-wrap,g", ""),
    ("macos windows", "-Wl,--wrap=memcpy", "", LACKS),
    ("macos windows", "-Wl,--defsym,a=b", "", LACKS),
    (ALL, "-Wl,-init,start", "", LACKS),
    (ALL, "-Wl,-b,binary", "", LACKS),
    (ALL, "-Wl,--format=binary", "", LACKS),
    (ALL, "-Wl,--dynamic-list=x", "", "a module exports what is not hidden"),
    (ALL, "-Wl,--require-defined=f", "-Wl,-u,f", ""),
    (ALL, "-Wl,--fatal-warnings", "", REPORT),
    (ALL, "-Wl,--unresolved-symbols=ignore-all", "", OPEN),
    (ALL, "-Wl,--no-keep-memory -Wl,--threads=4 -Wl,-( -Wl,-)", "", ""),
    (ALL, "-Wl,-m,elf_x86_64", "", ""),
    (ALL, "-u foo", "-Wl,-u,foo", ""),
    # ELF
    ("elf", "-Wl,--undefined=foo", "-Wl,-u,foo", ""),
    ("elf", "-Wl,--undefined,foo", "-Wl,-u,foo", ""),
    ("elf", "-Wl,-z,relro,-z,now", "-Wl,-z,relro -Wl,-z,now", ""),
    ("elf", "-z now -Wl,-znow", "-Wl,-z,now -Wl,-z,now", ""),
    ("elf", "-Wl,-z -Wl,noexecstack", "-Wl,-z,noexecstack", ""),
    ("elf", "-Xlinker -z -Xlinker now -Xlinker --as-needed", "-Wl,-z,now -Wl,--as-needed", ""),
    ("elf", "-Wl,-z,max-page-size=16384", "-Wl,-z,max-page-size=16384", ""),
    ("elf", "-Wl,-z,separate-code -Wl,-z,text", "", ""),
    ("elf", "-Wl,-z,pac-plt", "", LD),
    ("elf", "-Wl,-z,execstack", "", LACKS),
    ("elf", "-Wl,-z,initfirst", "", LACKS),
    ("elf", "-Wl,-z,defs", "", OPEN),
    ("elf macos", "-Wl,--no-undefined", "", OPEN),
    ("elf macos", "-lpython3.13", "", OPEN),
    ("elf", "-Wl,--as-needed -Wl,--gc-sections -Wl,-O1", "-Wl,--as-needed -Wl,--gc-sections", ""),
    ("elf", "-Wl,--hash-style=gnu -Wl,--build-id=sha1", "-Wl,--hash-style,gnu -Wl,--build-id=sha1", ""),
    ("elf", "-Wl,-soname,x.so.1 -Wl,-h,y.so", "-Wl,-soname,x.so.1 -Wl,-soname,y.so", ""),
    ("elf", "-Wl,--version-script=x.map", "-Wl,--version-script,x.map", ""),
    ("elf", "-Wl,--version-script,x.map", "-Wl,--version-script,x.map", ""),
    ("elf", "-Wl,--push-state,--as-needed -Wl,--pop-state", "-Wl,--as-needed", ""),
    ("elf", "-Wl,-rpath,$ORIGIN/lib -Wl,-rpath=$ORIGIN", "-Wl,-rpath,$ORIGIN/lib -Wl,-rpath,$ORIGIN", ""),
    ("elf macos", "-Wl,-rpath,/opt/lib", "", PLACE),
    ("elf macos", "-Wl,-rpath=/opt/lib", "", PLACE),
    ("elf macos", "-Wl,-R/opt/lib", "", PLACE),
    ("elf macos", "-Wl,-R,/opt/lib", "", PLACE),
    ("elf", "-Wl,-R$ORIGIN/lib", "-Wl,-rpath,$ORIGIN/lib", ""),
    (
        "macos",
        "-Wl,-R$ORIGIN/lib -Wl,-R@loader_path",
        "-Wl,-rpath,@loader_path/lib -Wl,-rpath,@loader_path",
        "",
    ),
    ("elf macos", "-R/opt/lib", "", PLACE),
    ("elf macos", "-rpath /opt/lib", "", PLACE),
    ("elf", "-export-dynamic -static -no-pie", "-rdynamic", ""),
    ("elf", "-Wl,--defsym=a=b", "-Wl,--defsym,a=b", ""),  # emulation.py goes on with it
    ("elf", "-Wl,--unheard-of", "-Wl,--unheard-of", ""),
    ("elf", "-lm -ldl -lrt -lz", "-lm -ldl -lrt -lz", ""),
    # Mach-O
    ("macos", "-bundle -undefined dynamic_lookup", "-shared -Wl,-undefined,dynamic_lookup", ""),
    ("macos", "-dynamiclib -undefined suppress", "-shared -Wl,-undefined,dynamic_lookup", ""),
    ("macos", "-Wl,-undefined,error", "-Wl,-undefined,dynamic_lookup", ""),
    ("macos", "-Wl,-undefined -Wl,dynamic_lookup", "-Wl,-undefined,dynamic_lookup", ""),
    ("macos", "-framework CoreFoundation", "-framework CoreFoundation", ""),
    ("macos", "-Wl,-framework,IOKit", "-framework IOKit", ""),
    ("macos", "-Wl,-framework -Wl,IOKit", "-framework IOKit", ""),
    ("macos", "-weak_framework Metal", "-weak_framework Metal", ""),
    ("macos", "-flat_namespace", "", FLAT),
    ("macos", "-Wl,-flat_namespace", "", FLAT),
    ("macos", "-ld_classic", "", LD),
    ("macos", "-Wl,-no_compact_unwind", "", LD),
    ("macos", "-Wl,-exported_symbol,_x", "-Wl,-exported_symbol,_x", ""),
    ("macos", "-exported_symbols_list x.txt", "-Wl,-exported_symbols_list,x.txt", ""),
    ("macos", "-Wl,-unexported_symbol -Wl,_x", "-Wl,-unexported_symbol,_x", ""),
    ("macos", "-Wl,-alias,_a,_b", "", LACKS),
    ("macos", "-Wl,-sectcreate,__A,__b,x.bin", "", LACKS),
    ("macos", "-Wl,--version-script,x.map", "", LACKS),
    ("macos", "-Wl,-exported_symbols_list,x.txt", "-Wl,-exported_symbols_list,x.txt", ""),
    ("macos", "x.a -Wl,-all_load -lfoo", "-Wl,--whole-archive x.a -lfoo", ""),
    ("macos", "x.a -all_load", "-Wl,--whole-archive x.a", ""),
    ("macos", "-Wl,-compatibility_version,1", "", VERSIONS),
    ("macos", "-current_version 1.0", "", VERSIONS),
    ("macos", "-Wl,-macosx_version_min,10.9", "", FLOOR),
    ("macos", "-Wl,-platform_version,macos,11.0,14.0", "", FLOOR),
    ("macos", "-Wl,-dead_strip -dead_strip", "-Wl,-dead_strip -Wl,-dead_strip", ""),
    ("macos", "-Wl,-headerpad_max_install_names", "-Wl,-headerpad_max_install_names", ""),
    ("macos", "-headerpad_max_install_names", "-Wl,-headerpad_max_install_names", ""),
    ("macos", "-Wl,-headerpad,0x40", "-Wl,-headerpad,0x40", ""),
    ("macos", "-install_name @rpath/x", "-install_name @rpath/x", ""),
    ("macos", "-Wl,-rpath,@loader_path", "-Wl,-rpath,@loader_path", ""),
    (
        "macos",
        "-Wl,-rpath,$ORIGIN/lib -Wl,-rpath,${ORIGIN}",
        "-Wl,-rpath,@loader_path/lib -Wl,-rpath,@loader_path",
        "",
    ),
    ("elf", "-Wl,-rpath,\\$ORIGIN/lib", "-Wl,-rpath,$ORIGIN/lib", ""),
    ("macos", "-Wl,-force_load,libx.a", "-Wl,-force_load,libx.a", ""),
    ("macos", "-Wl,-ObjC", "", "classes of Objective-C in libraries are linked where they are named"),
    ("macos", "-Wl,-w -Wl,-single_module -Wl,-z,now", "", ""),
    # PE
    ("windows", "-lm -ldl -lrt -lpthread -lmsvcrt -lucrt -lvcruntime140", "", ""),
    ("windows", "-lWS2_32 -lkernel32 ADVAPI32.lib", "-lws2_32 -lkernel32 -ladvapi32", ""),
    ("windows", "-lws2_32.lib build/Foo.lib", "-lws2_32 build/Foo.lib", ""),
    ("windows", "-lsynchronization", "-lapi-ms-win-core-synch-l1-2-0", ""),
    ("windows", "-lpython313", "-lpython313", ""),
    ("windows", "-static -mwindows", "-static", ""),
    ("windows", "-Wl,--enable-auto-import -Wl,--no-insert-timestamp", "", ""),
    ("windows", "-Wl,--kill-at", "", LD),
    ("windows", "-Wl,--out-implib,libx.dll.a", "-Wl,--out-implib,libx.dll.a", ""),
    ("windows", "-Wl,--output-def,x.def", "", "pyz3 keeps the module alone"),
    ("windows", "-Wl,--major-image-version,0,--minor-image-version,0", "", ""),
    ("windows", "-Wl,-rpath,/opt/lib", "", UNKNOWN),
    ("windows", "-Wl,--version-script,x.map", "", "Windows exports what is declared as exported"),
    ("windows", "-Wl,-delayload,x.dll", "", LOADED),
    ("windows", "-Wl,-z,now -Wl,--build-id", "", ""),
    ("windows", "/DLL /LIBPATH:lib /DEF:x.def /OUT:m.pyd", "-shared -Llib x.def -o m.pyd", ""),
    ("windows", "/INCREMENTAL:NO /OPT:REF /MANIFEST /LTCG /NOLOGO -Wl,/OPT:REF", "", ""),
    ("windows", "/EXPORT:PyInit_x", "", ""),
    ("windows", "/EXPORT:other /export:b=c", "/EXPORT:other /EXPORT:b=c", ""),
    ("windows", "/MERGE:.a=.b -SECTION:.x,RWS", "/MERGE:.a=.b /SECTION:.x,RWS", ""),
    ("windows", "/DELAYLOAD:x.dll", "", LOADED),
    ("windows", "/include:f /def:x.def /entry:e", "-Wl,-u,f x.def -Wl,--entry,e", ""),
    (
        "windows",
        "/WHOLEARCHIVE:foo.lib /wholearchive:lib/bar.lib",
        (
            "-Wl,--whole-archive -lfoo -Wl,--no-whole-archive"
            " -Wl,--whole-archive lib/bar.lib -Wl,--no-whole-archive"
        ),
        "",
    ),
    ("windows", "x.lib -WHOLEARCHIVE", "-Wl,--whole-archive -lx", ""),
    ("windows", "/STACK:1000", "", "only a program has it"),
    ("windows", "/DRIVER", "", MSVC_LACKS),
    ("windows", "/unheard-of", "", "MSVC's own; zig has nothing like it"),
]


@pytest.mark.parametrize(
    ("name", "written", "given", "reason"),
    [(name, written, given, reason) for names, written, given, reason in CASES for name in names.split()],
)
def test_table(name: str, written: str, given: str, reason: str) -> None:
    done = translate_link(written.split(), target=TARGETS[name])
    assert done.args == tuple(given.split())
    told = done.refused if reason in {LACKS, MSVC_LACKS} else done.dropped
    assert {text.partition(": ")[2] for text in told} == ({reason} if reason else set())
    assert not {*done.dropped, *done.refused}.difference(told)


def test_each_dropped_word_of_the_linker_is_named() -> None:
    done = translate_link(
        ["-Wl,-z,ibt,--exclude-libs,ALL,--as-needed", "-rpath", "/x"], target=TARGETS["elf"]
    )
    assert done == Translated(
        ("-Wl,--as-needed",),
        (
            f"-Wl,-z,ibt: {LD}",
            f"-Wl,--exclude-libs,ALL: {VISIBLE}",
            f"-rpath /x: {PLACE}",
        ),
    )


def test_flags_of_the_compiler_stay_where_something_is_compiled() -> None:
    words = ["-shared", "-O2", "-DX", "x.c", "-framework", "IOKit", "-o", "x.so"]
    assert translate_link(words, target=TARGETS["macos"]) == Translated(words, ())
    words.remove("x.c")
    assert translate_link(words, target=TARGETS["macos"]).args == (
        "-shared",
        "-framework",
        "IOKit",
        "-o",
        "x.so",
    )
