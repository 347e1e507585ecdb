"""What a whole command of a compiler becomes; the tools as files."""

from __future__ import annotations

import os
from pathlib import Path, PureWindowsPath
from typing import Any, Literal

import pytest

from pyz3.driver.command import SCRATCH, make_command, output_of, triple
from pyz3.driver.compile_flags import ALWAYS
from pyz3.driver.flag_table import is_file, is_source, units
from pyz3.driver.msvc import is_msvc
from pyz3.driver.run import read_response_files, run_tool
from pyz3.driver.setup import Setup, Zig
from pyz3.driver.sysroot import FRAMEWORKS, extra_include_args, extra_link_args
from pyz3.driver.target import DriverTarget
from pyz3.driver.tools import Tools, write_overlay, write_tools

ELF = "powerpc64le-linux-gnu.2.19"  # of which the tables say least
MACOS = "aarch64-macos.11.0"
WINDOWS = "aarch64-windows-gnu"
ZIG = Zig("zig", local_cache="l", global_cache="g", scratch="s")
LINK = ("-fno-sanitize=undefined", "-O2", "-s")


def setup(target: str, **more: Any) -> Setup:
    return Setup(ZIG, DriverTarget(target), **more)


def steps(text: str, target: str = ELF, **more: object) -> list[str]:
    """Zig's command lines without what all have in common."""
    command = make_command("cc", text.split(), setup(target, **more))
    windows = ("-ffunction-sections", "-fcommon", "-fms-extensions", "-DZSTD_DISABLE_ASM")
    common = {*ALWAYS, "-g0", "-fPIC", "-fomit-frame-pointer", *windows}
    found = []
    for step in command.steps:
        assert step[:4] == ("zig", "cc", "-target", target)
        compiled = [word for word in step[4:] if word not in common]
        found.append(" ".join(compiled))
    return found


def test_one_source_one_object() -> None:
    command = make_command("c++", ["-c", "x.cpp", "-O2", "-o", "b/x.o"], setup(ELF))
    always = (*ALWAYS, "-fPIC", "-fomit-frame-pointer", "-g0", "-UNDEBUG")
    assert command.steps == (("zig", "c++", "-target", ELF, *always, "-c", "x.cpp", "-O2", "-o", "b/x.o"),)
    assert (command.outputs, command.dropped, command.says, command.error) == ((), (), "", "")


@pytest.mark.parametrize(
    ("written", "level"),
    [
        ("-O3", "-UNDEBUG -Xclang -O3 "),
        ("-O1", "-UNDEBUG -Xclang -O1 -fno-vectorize -fno-slp-vectorize "),
        ("-Oz", "-UNDEBUG -Xclang -Oz -fno-vectorize "),
        ("-O2 -O3 -DA", "-UNDEBUG -Xclang -O3 "),
        ("-O3 -O2", "-UNDEBUG "),  # the last one counts, and zig cc knows it
        ("-O3 -O0", ""),
        ("-Os", "-UNDEBUG "),
        ("-O2 -DNDEBUG", "-UNDEBUG "),
        ("-DA", ""),
    ],
)
def test_levels_that_zig_cc_does_not_know(written: str, level: str) -> None:
    assert steps(f"{written} -c x.c -o x.o") == [f"{level}{written} -c x.c -o x.o"]
    assert steps(f"{written} -E x.c") == [f"{level}{written} -E x.c"]
    # Objects alone: nothing is compiled.
    assert "-Xclang" not in steps(f"{written} -shared x.o -o x.so")[0]


def test_fast_mathematics_in_its_place() -> None:
    (step,) = steps("-Ofast -fno-finite-math-only -c x.c -o x.o")
    assert step == "-UNDEBUG -Xclang -O3 -O3 -ffast-math -fno-finite-math-only -c x.c -o x.o"


def test_headers_of_packages_are_the_target_s() -> None:
    moved = [("/Inst/numpy", "/wheels/numpy", ("-mlong-double-64",), "")]
    inside = "-c x.c -o x.o -I/Inst/numpy/core -isystem /Inst/numpy -I /Inst/numpyro -I/Inst/other"
    (step,) = steps(inside, moved=moved)
    there = "-c x.c -I/wheels/numpy/core -isystem /wheels/numpy -I /Inst/numpyro -I/Inst/other"
    assert step == f"{there} -mlong-double-64 -o x.o"
    (step,) = steps("-c x.c -I/Inst/numpyro -o x.o", moved=moved)
    assert step == "-c x.c -I/Inst/numpyro -o x.o"
    assert steps("-c x.c -I/Inst/x/../numpy", moved=moved)[0].startswith("-c -I/wheels/numpy -mlong")
    # What a command writes is nobody's header.
    (step,) = steps("-c x.c -MF /Inst/numpy/x.d -o /Inst/numpy/x.o", moved=moved)
    assert step == "-c x.c -MF /Inst/numpy/x.d -o /Inst/numpy/x.o"


def test_libraries_of_packages_are_the_target_s() -> None:
    moved = [("/env/numpy", "/wheels/numpy", (), "")]
    (step,) = steps("-shared x.o -L/env/numpy/lib -lnpymath /env/numpy/lib/libm.a -o x.so", moved=moved)
    assert "x.o -L/wheels/numpy/lib -lnpymath /wheels/numpy/lib/libm.a" in step
    assert "/env" not in step


@pytest.mark.parametrize("flag", ["/I/env/numpy", "-I../../env/numpy", "-I../../env/numpy/x"])
def test_folders_of_packages_are_found_however_they_are_written(flag: str) -> None:
    moved = [("/env/numpy", "/wheels/numpy", (), "")]
    command = make_command("cc", ["-c", "x.c", flag], setup(WINDOWS, moved=moved), cwd="/a/b")
    assert f"-I/wheels/numpy{flag.partition('numpy')[2]}" in command.steps[0]


def test_a_package_that_the_target_lacks_is_an_error_of_those_who_use_it() -> None:
    moved = [("/env/rare", "/env/rare", (), "rare 1.0 has no wheel for the target; leave it out")]
    command = make_command("c++", ["-c", "x.cc", "-I/env/rare/include"], setup(ELF, moved=moved))
    assert command.steps == ()
    assert command.error == (
        "'-I/env/rare/include' is of this machine, not of the target: "
        "rare 1.0 has no wheel for the target; leave it out"
    )
    assert make_command("c++", ["-c", "x.cc", "-I/env/other"], setup(ELF, moved=moved)).error == ""
    assert make_command("c++", ["-dumpmachine", "-I/env/rare"], setup(ELF, moved=moved)).error == ""


@pytest.mark.parametrize("target", [ELF, WINDOWS])
def test_sources_without_an_output_are_compiled_one_by_one(target: str) -> None:
    nameless = ("-Xclang", "-object-file-name=") if target == WINDOWS else ()
    extras = " ".join(("", *nameless, *extra_include_args(DriverTarget(target))))
    assert steps("-c a/x.c -DX y.cpp", target) == [
        f"-c -DX a/x.c{extras} -o x.o",
        f"-c -DX y.cpp{extras} -o y.o",
    ]


@pytest.mark.parametrize(("tool", "language"), [("cc", "c"), ("c++", "c++")])
def test_stdin_has_a_language(tool: Literal["cc", "c++"], language: str) -> None:
    given = make_command(tool, ["-E", "-"], setup(ELF)).steps[0]
    assert given[4:6] == ("-x", language)
    assert make_command(tool, ["-xc", "-E", "-"], setup(ELF)).steps[0][-3:] == ("-xc", "-E", "-")
    assert "-x" not in make_command(tool, ["-E", "x.c", "-o", "-"], setup(ELF)).steps[0]


@pytest.mark.parametrize("question", ["-E x.c", "-E x.c -o -", "-M x.c", "-MM -MF x.d x.c", "-S x.c"])
def test_what_goes_to_stdout_or_beside_the_source_passes(question: str) -> None:
    assert steps(question) == [question]


def test_a_link_of_objects_has_no_headers() -> None:
    given = steps(
        "-shared a.o -lz -o m.abi3.so", include=("/py",), define=("X=1",), library_dirs=("/lib-py",)
    )
    assert given == ["-shared a.o -lz -O2 -s -L/lib-py -o m.abi3.so"]


def test_a_link_with_a_source_has_headers() -> None:
    given = steps("x.c -shared -o m.abi3.so", include=("/py",), define=("X=1",), prefix_maps=(("/w", "."),))
    assert given == ["x.c -shared -O2 -s -ffile-prefix-map=/w=. -DX=1 -I/py -o m.abi3.so"]


def test_a_program_is_no_module() -> None:
    libraries = ("/py/python313.lib",)
    assert steps("x.o -o probe", WINDOWS, libraries=libraries)[0].endswith(f"-o {SCRATCH}/probe")
    assert "python313.lib" not in steps("x.o -o probe", WINDOWS, libraries=libraries)[0]
    assert "/py/python313.lib" in steps("-shared x.o -o m.pyd", WINDOWS, libraries=libraries)[0].split()


def test_windows_links_aside_and_keeps_the_output_alone() -> None:
    command = make_command("cc", ["-shared", "x.o", "-o", "build/m.pyd"], setup(WINDOWS))
    words = ("-shared", "x.o", *LINK, *extra_link_args(DriverTarget(WINDOWS)), "-o", f"{SCRATCH}/m.pyd")
    assert command.steps == (("zig", "cc", "-target", WINDOWS, *words),)
    assert command.outputs == ("build/m.pyd",)


def test_a_language_is_that_of_the_command_s_own_files() -> None:
    libraries = ("/py/python313.lib",)
    (step,) = steps("-x c++ -shared y.c -o m.pyd", WINDOWS, libraries=libraries)
    words = step.split()
    assert words.index("y.c") < words.index("none") < words.index("/py/python313.lib")
    assert "none" not in steps("-shared x.o -o m.pyd", WINDOWS, libraries=libraries)[0].split()


def test_a_dll_with_static_libraries_is_no_archive() -> None:
    (step,) = steps("-shared x.o -static -o m.pyd", WINDOWS)
    assert step.startswith("-shared x.o ")
    assert "-static" not in step.split()
    assert "-static" in steps("x.o -static -o probe.exe", WINDOWS)[0].split(), "a program may be"


def test_macos_binds_late_and_has_no_folder_in_its_name() -> None:
    command = make_command("cc", ["-bundle", "x.o", "-o", "/w/build/m.so"], setup(MACOS))
    assert command.outputs == ("/w/build/m.so",)
    words = command.steps[0]
    assert words[-2:] == ("-o", f"{SCRATCH}/m.so")
    late = ("-Wl,-undefined,dynamic_lookup", "-Wl,-install_name,@rpath/m.so")
    assert words[words.index("-shared") :] == (
        *("-shared", "x.o", *LINK, *extra_link_args(DriverTarget(MACOS)), *late),
        *("-o", f"{SCRATCH}/m.so"),
    )


def test_a_library_for_linux_has_a_name_without_folder() -> None:
    """Without any, whoever is linked with it would look for it where it was then."""
    given = make_command("cc", ["-shared", "x.o", "-o", "/w/build/libx.so"], setup(ELF)).steps[0]
    assert [word for word in given if "soname" in word] == ["-Wl,-soname,libx.so"]
    own = ["-shared", "-Wl,-h,libx.so.1", "x.o", "-o", "/w/build/libx.so"]
    given = make_command("cc", own, setup(ELF)).steps[0]
    assert [word for word in given if "soname" in word] == ["-Wl,-soname,libx.so.1"]
    assert not any(
        "soname" in word for word in make_command("cc", ["-shared", "-o", "x.abi3.so"], setup(ELF)).steps[0]
    )
    plain = make_command("cc", ["-shared", "x.o", "-o", "/w/build/plain.so"], setup(ELF)).steps[0]
    assert [word for word in plain if "soname" in word] == ["-Wl,-soname,plain.so"]


def test_an_install_name_of_the_project_stays() -> None:
    command = make_command("cc", ["-dynamiclib", "x.o", "-install_name", "@rpath/y", "-o", "y"], setup(MACOS))
    assert [word for word in command.steps[0] if "install_name" in word] == ["-install_name"]


@pytest.mark.parametrize(
    "flags", ["-framework Metal", "-Wl,-framework,Metal", "-framework IOKit -framework Metal"]
)
def test_a_framework_that_is_not_there(flags: str) -> None:
    command = make_command("cc", ["-shared", "x.o", *flags.split()], setup(MACOS))
    assert command.steps == ()
    assert command.error == (
        f"-framework Metal: zig has no frameworks of macOS, and pyz3 only parts of {', '.join(FRAMEWORKS)}; "
        "set SDKROOT to the folder of a macOS SDK (MacOSX.sdk)"
    )


def test_a_framework_of_ours_or_of_an_sdk() -> None:
    ours = make_command("cc", ["-shared", "x.o", "-framework", "IOKit", "-o", "m.so"], setup(MACOS))
    assert not ours.error
    sdk = make_command(
        "cc", ["-shared", "x.o", "-framework", "Metal", "-o", "m.so"], setup(MACOS, sdkroot="/SDK")
    )
    assert set(extra_link_args(DriverTarget(MACOS), sdk="/SDK")) < set(sdk.steps[0])
    compiled = make_command("cc", ["-c", "x.m", "-o", "x.o"], setup(MACOS, sdkroot="/SDK"))
    assert set(extra_include_args(DriverTarget(MACOS), sdk="/SDK")) < set(compiled.steps[0])


def test_a_device_is_never_replaced() -> None:
    command = make_command("cc", ["-c", "x.c", "-o", "/dev/null"], setup(ELF), special=True)
    assert command.steps[0][-2:] == ("-o", f"{SCRATCH}/null")
    assert command.outputs == ("",)


@pytest.mark.parametrize("flags", ["-c x.c", "-shared x.o", "x.o"])
def test_a_folder_whose_name_lld_would_change(flags: str) -> None:
    command = make_command("cc", [*flags.split(), "-o", "100%/x.so"], setup(ELF))
    assert (command.steps[0][-1], command.outputs) == (f"{SCRATCH}/x.so", ("100%/x.so",))


def test_a_check_compiles_aside() -> None:
    command = make_command("cc", ["-fsyntax-only", "x.c"], setup(WINDOWS))
    assert command.outputs == ("",)
    assert "-fsyntax-only" not in command.steps[0]
    assert "-c" in command.steps[0]


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("-dumpmachine", "powerpc64le-linux-gnu"),
        ("--print-multiarch", "powerpc64le-linux-gnu"),
        ("-print-sysroot", ""),
        ("-print-search-dirs", ""),
        ("-print-prog-name=ld", "ld"),
        ("-print-file-name=libgcc.a", "libgcc.a"),
    ],
)
def test_inquiries(question: str, answer: str) -> None:
    command = make_command("cc", [question], setup(ELF))
    assert (command.steps, command.says, command.error) == ((), answer, "")


@pytest.mark.parametrize(
    ("question", "command"),
    [
        ("--version", ("zig", "cc", "-target", ELF, "--version")),
        ("-v", ("zig", "cc", "-target", ELF, "--version")),
        ("-dumpversion", ("zig", "cc", "-dumpversion")),
        ("--help", ("zig", "cc", "--help")),
    ],
)
def test_inquiries_that_zig_answers(question: str, command: tuple[str, ...]) -> None:
    assert make_command("cc", [question], setup(ELF)).steps == (command,)


@pytest.mark.parametrize("args", [[], ["-V"], ["-qversion"]])
def test_nothing_to_do(args: list[str]) -> None:
    assert make_command("cc", args, setup(ELF)).error == "no input files"


@pytest.mark.parametrize(
    ("zig", "name"),
    [
        ("x86_64-linux-gnu.2.17", "x86_64-linux-gnu"),
        ("x86-linux-gnu.2.17", "i686-linux-gnu"),
        ("aarch64-linux-musl", "aarch64-linux-musl"),
        ("arm-linux-gnueabihf.2.17", "arm-linux-gnueabihf"),
        ("aarch64-macos.11.0", "arm64-apple-darwin"),
        ("x86_64-macos.10.13", "x86_64-apple-darwin"),
        ("x86_64-windows-gnu", "x86_64-w64-mingw32"),
        ("x86-windows-gnu", "i686-w64-mingw32"),
    ],
)
def test_triples(zig: str, name: str) -> None:
    assert triple(DriverTarget(zig)) == name


def test_the_archiver_and_the_index() -> None:
    assert make_command("ar", ["rcs", "x.a", "x.o"], setup(MACOS)).steps == (
        ("zig", "ar", "rcs", "x.a", "x.o"),
    )
    ranlib = make_command("ranlib", ["-no_warning_for_no_symbols", "-c", "-D", "x.a"], setup(MACOS))
    assert ranlib.steps == (("zig", "ranlib", "-D", "x.a"),)


@pytest.mark.parametrize(
    ("args", "output"),
    [
        ("-c x.c", ""),
        ("-c x.c -o y.o", "y.o"),
        ("-oy x.c", "y"),
        ("-o a -o b", "b"),
        ("-D -o -objc", ""),
        ("-o", ""),
    ],
)
def test_output(args: str, output: str) -> None:
    assert output_of(args.split()) == output


def test_words_with_their_values() -> None:
    assert list(units(["-I", "a", "-c", "x.c", "-o"])) == [("-I", "a"), ("-c",), ("x.c",), ("-o",)]


def test_files() -> None:
    sources = ("x.c", "/D/x.cpp", "a.S", "m.mm", r"C:\x.cc")
    others = ("x.o", "libx.a", "libx.so.1.2", "x.pyd.lib", "x.def")
    assert all(is_file(name) and is_source(name) for name in sources)
    assert all(is_file(name) and not is_source(name) for name in others)
    assert not any(is_file(name) or is_source(name) for name in ("/O2", "-c", "x", "/I/usr/include", ".c-x"))


@pytest.mark.parametrize(
    "word", ["/EP", "/DX=a.h", "/FI/a/x.h", "/I/usr/include", "/O2", "/DEF:x.def", "/Fox.obj"]
)
def test_spellings_of_msvc(word: str) -> None:
    assert is_msvc(word, "windows")
    assert not is_msvc(word, "linux")


@pytest.mark.parametrize("word", ["/tp/x.h", "/Us/me/zstd.hpp", "/D/x.c", "x.h", "-DX"])
def test_paths_are_no_flags_of_msvc(word: str) -> None:
    assert not is_msvc(word, "windows")


def test_response_files(tmp_path: Path) -> None:
    inner = tmp_path / "inner"
    inner.write_text("-DX='a b' \"y z.c\"\n")
    (tmp_path / "outer").write_text(f"-c @{inner}\n-O2")
    assert read_response_files([f"@{tmp_path / 'outer'}", "@loader_path", "x"]) == [
        *("-c", "-DX=a b", "y z.c", "-O2", "@loader_path", "x"),
    ]


def test_what_is_said_and_complained_of(tmp_path: Path) -> None:
    said: list[str] = []
    complained: list[str] = []
    log = tmp_path / "log.txt"

    def run(*args: str) -> int:
        return run_tool(
            "cc", args, setup(MACOS, log=str(log)), environ={}, say=said.append, complain=complained.append
        )

    assert run("-dumpmachine") == 0
    assert run("-c", "-g", "nowhere.c", "-o", "x.o") == 1
    assert run("-shared", "-framework", "Metal", "-Wl,-t", "x.o") == 1
    assert said == ["arm64-apple-darwin"]
    assert complained[0] == "pyz3 cc: error: no such file or directory: 'nowhere.c'"
    assert complained[1].startswith("pyz3 cc: error: -framework Metal: ")
    assert log.read_text() == (
        "aarch64-macos.11.0 x.o: dropped -g: a release has no debug information\n"
        "aarch64-macos.11.0 -: dropped -Wl,-t: it only reports\n"
    )


def fake_zig(folder: Path) -> Path:
    """Where an overlay of headers can be made of."""
    headers = folder / "zig" / "lib" / "libc" / "include" / "any-windows-any"
    headers.mkdir(parents=True)
    (headers / "windows.h").write_text("")
    return folder / "zig" / "zig"


def tools_of(folder: Path, target: str, *, python: str = "/usr/bin/python3", **more: Any) -> Path:
    program = fake_zig(folder) if not (folder / "zig").exists() else folder / "zig" / "zig"
    caches = {name: folder / "cache" / name for name in ("local_cache", "global_cache", "scratch")}
    zig = Zig(program, lib=folder / "zig" / "lib", **caches)
    write_tools(folder / "tools", Setup(zig, DriverTarget(target)), python=python, **more)
    return folder / "tools"


def test_a_setup_is_read_as_it_was_written(tmp_path: Path) -> None:
    made = Setup(
        Zig("/z", local_cache=Path("/l"), global_cache="/g", scratch="/s", lib="/lib"),
        DriverTarget(WINDOWS, debug=True, libc="libc.x.so.1"),
        include=(Path("/py"),),
        define=('X="a\'b"',),
        prefix_maps=(("/w", "."),),
        moved=((Path("/here"), Path("/there"), ("-DX",), ""),),
        libraries=("/é.lib",),
        log=Path("/log"),
    )
    (tmp_path / "setup.json").write_text(made.to_json(), encoding="utf-8")
    again = Setup.read(str(tmp_path / "setup.json"))
    assert again.to_json() == made.to_json()
    assert (again.target.zig, again.target.debug, again.target.libc) == (WINDOWS, True, "libc.x.so.1")
    assert (again.zig.lib, again.include, again.define) == ("/lib", ("/py",), ('X="a\'b"',))
    assert (again.prefix_maps, again.moved) == ((("/w", "."),), (("/here", "/there", ("-DX",), ""),))
    assert (again.libraries, again.log, again.sdkroot) == (("/é.lib",), "/log", "")


def test_of_windows_an_overlay_is_written(tmp_path: Path) -> None:
    lib = fake_zig(tmp_path).parent / "lib"
    assert write_overlay(DriverTarget(ELF), tmp_path / "driver", lib) == ""
    assert not (tmp_path / "driver").exists()
    assert Path(write_overlay(DriverTarget(WINDOWS), tmp_path / "driver", lib)).parent == tmp_path / "driver"


@pytest.mark.skipif(os.name != "posix", reason="on Windows an .exe starts them")
def test_tools_are_programs_that_stay_as_they_are(tmp_path: Path) -> None:
    folder = tools_of(tmp_path, MACOS)
    names = sorted(path.name for path in folder.iterdir())
    tools = (
        "ar as bin build-c++ build-cc build-setup.json c++ cc cmake config.site dlltool ld nm objcopy ranlib"
    )
    assert names == [*tools.split(), "setup.json", "strip", "toolchain.cmake"]
    assert (folder / "bin" / "gcc").readlink() == Path("../cc")
    assert (folder / "bin" / "arm64-apple-darwin-g++").readlink() == Path("../c++")
    assert (folder / "cc").read_text().splitlines()[0] == "#!/usr/bin/python3 -IS"
    assert (folder / "cc").stat().st_mode & 0o777 == 0o755
    before = {path.name: path.stat().st_ino for path in folder.iterdir()}
    tools_of(tmp_path, MACOS)
    assert {path.name: path.stat().st_ino for path in folder.iterdir()} == before
    tools_of(tmp_path, WINDOWS)
    assert (folder / "cc").stat().st_ino != before["cc"]


def test_on_windows_each_program_has_an_exe_beside_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pyz3.driver.tools._POSIX", False)
    monkeypatch.setattr("pyz3.driver.tools.launcher", lambda *_: b"MZ")
    folder = tools_of(tmp_path, WINDOWS, python="C:\\Jane Doe\\python.exe")
    assert (folder / "cc.py").read_text(encoding="utf-8").splitlines()[0] == "#!C:\\Jane Doe\\python.exe"
    assert (folder / "cc.exe").read_bytes() == (folder / "bin" / "gcc.exe").read_bytes() == b"MZ"
    assert (folder / "bin" / "gcc.py").read_bytes() == (folder / "cc.py").read_bytes()
    # Called by that name, not rc.exe.exe.
    assert (folder / "bin" / "rc.py").read_bytes() == (folder / "rc.py").read_bytes()
    assert [path.name for path in folder.rglob("*") if path.suffix == ".cmd"] == []


def test_setuptools_keeps_the_names_of_compilers(tmp_path: Path) -> None:
    tools = Tools(
        **{name: PureWindowsPath("C:\\t", name) for name in ("cc", "cxx", "ar", "ranlib", "nm", "strip")},  # type: ignore[arg-type]
        build_cc=PureWindowsPath("C:\\t\\build-cc.exe"),  # type: ignore[arg-type]
        build_cxx=tmp_path, windres=None, cmake_toolchain=tmp_path, autoconf={}, commands=tmp_path,
    )  # fmt: skip
    assert tools.environment["CC"] == "C:/t/cc"
    assert tools.environment["HOST_CC"] == "C:/t/build-cc.exe"


@pytest.mark.skipif(os.name != "posix", reason="on Windows an .exe starts them")
@pytest.mark.parametrize("python", ["/with $pace/python3", "/long" * 30 + "/python3"])
def test_an_interpreter_that_no_first_line_can_name(tmp_path: Path, python: str) -> None:
    lines = (tools_of(tmp_path, ELF, python=python) / "cc").read_text().splitlines()
    assert lines[:3] == ["#!/bin/sh", f"'''exec' '{python}' -IS \"$0\" \"$@\"", "' '''"]


@pytest.mark.parametrize(
    ("target", "system", "processor"),
    [
        ("x86_64-linux-gnu.2.17", "Linux", "x86_64"),
        ("x86-linux-gnu.2.17", "Linux", "i686"),
        ("aarch64-linux-musl", "Linux", "aarch64"),
        ("aarch64-macos.11.0", "Darwin", "arm64"),
        ("x86_64-windows-gnu", "Windows", "AMD64"),
    ],
)
def test_toolchain_file(tmp_path: Path, target: str, system: str, processor: str) -> None:
    variables = {"Python_INCLUDE_DIR": 'C:\\py "x"'}
    folder = tools_of(tmp_path, target, find_roots=(Path("/deps"),), cmake_variables=variables)
    lines = (folder / "toolchain.cmake").read_text().splitlines()
    assert lines[:2] == [f'set(CMAKE_SYSTEM_NAME "{system}")', f'set(CMAKE_SYSTEM_PROCESSOR "{processor}")']
    assert f'set(CMAKE_FIND_ROOT_PATH "/deps;{folder.as_posix()}/root")' in lines
    assert 'set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY "ONLY")' in lines
    assert 'set(Python_INCLUDE_DIR "C:/py \\"x\\"")' in lines
    assert ('set(CMAKE_OSX_SYSROOT "" CACHE STRING "")' in lines) == (system == "Darwin")


def test_a_resource_of_windows_is_compiled_by_its_own_compiler() -> None:
    setup = Setup(ZIG, DriverTarget("x86_64-windows-gnu"))
    (step,) = make_command("cc", ["-DA=1", "-I", "inc", "-c", "v.rc", "-o", "v.o"], setup).steps
    assert step[:2] == ("zig", "rc")
    assert step[-3:] == ("--", "v.rc", f"{SCRATCH}/v.o")
    assert " /:output-format coff /:target x86_64-windows-gnu " in " ".join(step)
    assert " /d A=1 /i inc " in " ".join(step)


@pytest.mark.parametrize("word", ["/guard:cf", "/DEBUG:FULL"])
def test_a_compile_for_windows_takes_no_word_of_the_linker(word: str) -> None:
    command = make_command("cc", ["-c", "x.c", "-o", "x.o", word], setup(WINDOWS))
    assert not any(word in step for step in command.steps)
    assert [one.partition(": ")[0] for one in command.dropped] == [word]
