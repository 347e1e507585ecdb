"""A command line for gcc, clang or MSVC → what zig is run with.  Pure."""

from __future__ import annotations

import os.path

from pyz3.driver.compile_flags import c_flags, level_of_cc, translate_compile, without_link
from pyz3.driver.emulation import Emulated, emulate
from pyz3.driver.flag_table import INCLUDES, is_source, units
from pyz3.driver.link_flags import translate_link
from pyz3.driver.resources import Resources, of_rc, of_windres
from pyz3.driver.resources import step as resource_step
from pyz3.driver.runtime import cxx_flags, runtime_files
from pyz3.driver.sysroot import FRAMEWORKS, LINKED_FRAMEWORKS, extra_include_args, extra_link_args
from pyz3.driver.wasm import compile_step, link_steps

TYPE_CHECKING = False  # see target.py
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Literal

    from pyz3.driver.setup import Setup
    from pyz3.driver.target import DriverTarget

    Tool = Literal[
        "cc", "c++", "ar", "ranlib", "nm", "as", "ld", "objcopy", "dlltool", "strip", "windres", "rc"
    ]  # fmt: skip
    Stage = Literal["preprocess", "check", "assembly", "object", "link"]

# Stands in a command for the folder that holds its output until it is finished.
SCRATCH = "{scratch}"

# What may stand before a folder in one word.  A folder or file that is a word of its own has "" before it.
_FOLDERS = (*INCLUDES, "-L", "/I", "")
# What follows these is written, and stays where it is.
_WRITTEN = frozenset({"-o", "-MF", "-MT", "-MQ"})

# What GNU ld calls what it links for (``ld -V``); -m says it where no object does.
_EMULATIONS = {
    ("elf", "x86_64"): "elf_x86_64", ("elf", "aarch64"): "aarch64linux", ("elf", "x86"): "elf_i386",
    ("elf", "arm"): "armelf_linux_eabi", ("elf", "powerpc64le"): "elf64lppc", ("elf", "s390x"): "elf64_s390",
    ("elf", "riscv64"): "elf64lriscv", ("elf", "loongarch64"): "elf64loongarch",
    ("windows", "x86_64"): "i386pep", ("windows", "x86"): "i386pe", ("windows", "aarch64"): "arm64pe",
}  # fmt: skip

_NO_FRAMEWORK = (
    "{}: zig has no frameworks of macOS, and pyz3 only parts of {}; "
    "set SDKROOT to the folder of a macOS SDK (MacOSX.sdk)"
)


class Command:
    """What is to be done.

    Attributes:
        steps: Command lines of zig, one after the other; ``SCRATCH`` stands for a folder.
        coff: It links objects for Windows.
        resources: It compiles resources.
        outputs: Where each step's file belongs if it is made in the folder; empty if it is of no use.
        files: Name → text of what is written into that folder first.
        hiding: Which names of its objects a link keeps to itself; as in ``Emulated``.
        dropped: As in ``Translated``.
        says: What is answered without running anything.
        error: Why nothing can be run.
    """

    __slots__ = ("coff", "dropped", "error", "files", "hiding", "outputs", "resources", "says", "steps")

    def __init__(
        self,
        steps: Sequence[Sequence[str]] = (),
        *,
        outputs: Sequence[str] = (),
        emulated: Emulated | None = None,
        coff: bool = False,
        resources: bool = False,
        dropped: Sequence[str] = (),
        says: str = "",
        error: str = "",
    ) -> None:
        self.coff = coff
        self.resources = resources
        self.files = emulated.files if emulated else {}
        self.hiding = emulated.hiding if emulated else ()
        self.steps = tuple(tuple(step) for step in steps)
        self.outputs = tuple(outputs)
        self.dropped = tuple(dropped)
        self.says = says
        self.error = error


def make_command(
    tool: Tool, args: Sequence[str], setup: Setup, *, special: bool = False, cwd: str = ""
) -> Command:
    """Give what ``tool`` is to do.

    Args:
        tool: Which one.
        args: Its arguments, response files read.
        setup: What it is for.
        special: The output is no plain file (``/dev/null``): zig would replace it.
        cwd: What relative paths are relative to.
    """
    if tool == "ar":
        return Command([(setup.zig.program, "ar", *args)])
    if tool == "ranlib":
        # Apple's has flags of its own.
        own = {"-D", "-U", "--version", "--help", "-h", "-v"}
        return Command(
            [(setup.zig.program, "ranlib", *(a for a in args if not a.startswith("-") or a in own))]
        )
    if tool not in {"cc", "c++", "as"}:
        return _binutils(tool, args, setup)
    if tool == "as":
        tool, args = "cc", _as_compiler(args)
    start = (setup.zig.program, tool, "-target", setup.target.zig)
    answer = _inquiry(args, start, setup.target) if args else Command(error="no input files")
    if answer:
        return answer
    words, lacking = _moved(args, setup, cwd)
    return Command(error=lacking) if lacking else _compiler(start, words, setup, special=special)


def _binutils(tool: Tool, args: Sequence[str], setup: Setup) -> Command:
    """What stands in for the tools of GNU binutils, as far as the target has such files."""
    target = setup.target
    emulation = _EMULATIONS.get((target.system, target.machine))
    if tool == "strip":
        return Command()  # what zig links has been stripped; of other files' symbols some may be needed
    if tool == "dlltool" and target.system == "windows":
        return Command([(setup.zig.program, "dlltool", *args)])
    if tool in {"windres", "rc"} and target.system == "windows":
        return _resource_compiler(setup, of_rc(args) if tool == "rc" else of_windres(args))
    if tool == "objcopy" and target.system == "elf":
        return Command([(setup.zig.program, "objcopy", *args)])
    if tool == "ld" and emulation is not None:
        given = any(word.startswith("-m") for word in args)
        return Command([(setup.zig.program, "ld.lld", *(() if given else ("-m", emulation)), *args)])
    return Command(error=f"pyz3 has none for {target.zig}; this machine's would make files for this machine")


def _as_compiler(args: Sequence[str]) -> tuple[str, ...]:
    """Give as(1)'s arguments as the compiler takes them; the target says how wide its words are."""
    words = [word for word in args if word not in {"--32", "--64", "--x32", "-"}]
    last = ("-",) if "-" in args or not any(not word.startswith("-") for word in args) else ()
    output = () if output_of(args) else ("-o", "a.out")
    return ("-c", "-x", "assembler", *words, *output, *last)


def output_of(args: Sequence[str]) -> str:
    """Give the value of ``-o``; empty if there is none."""
    found = ""
    for unit in units(args):
        if unit[0] == "-o" and len(unit) > 1:
            found = unit[1]
        elif unit[0].startswith("-o") and len(unit[0]) > 2 and "=" not in unit[0]:  # noqa: PLR2004 - its length
            found = unit[0][2:] if not unit[0].startswith(("-objc", "-openmp")) else found
    return found


def triple(target: DriverTarget) -> str:
    """Give the name that gcc or clang has for the target, as ``-dumpmachine`` prints it."""
    zig = target.zig.partition(".")[0]
    if target.system == "macos":
        return {"x86_64": "x86_64", "aarch64": "arm64"}[target.machine] + "-apple-darwin"
    if target.system == "windows":
        return {"x86": "i686"}.get(target.machine, target.machine) + "-w64-mingw32"
    if target.system == "wasm":
        return "wasm32-unknown-emscripten"
    return zig.replace("x86-", "i686-", 1) if target.machine == "x86" else zig


def _inquiry(args: Sequence[str], start: tuple[str, ...], target: DriverTarget) -> Command | None:
    """What configuration scripts ask a compiler before they use it."""
    words = set(args)
    if words & {"-dumpmachine", "-print-multiarch", "--print-multiarch"}:
        return Command(says=triple(target))
    for word in args:
        if word.startswith(("-print-", "--print-")):
            # Of what it has none, gcc says the name; where this machine has its own is of no use.
            return Command(says=word.partition("=")[2])
    if words & {"-dumpversion", "-dumpfullversion", "--help"}:
        return Command([(*start[:2], *args)])  # zig's names of targets confuse clang here
    if words <= {"-V", "-version", "-qversion"}:
        return Command(error="no input files")
    if words <= {"--version", "-v"}:
        # For macOS alone zig takes it for a link, and makes an empty a.o.
        return Command([(*start, "--version", *(("-E",) if target.system == "macos" else ()))])
    return None


def _translate(args: Sequence[str], setup: Setup) -> tuple[Stage, Emulated, tuple[str, ...]]:
    """Give what a command is to do, its words as zig takes them, and what was dropped."""
    target = setup.target
    compiled = translate_compile((*level_of_cc(args), *args), target=target)
    stage = _stage(compiled.args)
    if stage != "link":
        compiled = without_link(compiled, target=target)
        return stage, Emulated(compiled.args, error=_all_of(compiled.refused)), compiled.dropped
    linked = translate_link(compiled.args, target=target)
    words = linked.args
    if "-shared" in words:
        # zig makes an archive where both are given.  No library of a compiler's is shared here anyway.
        words = tuple(word for word in words if word != "-static")
    done = emulate(words, folder=SCRATCH)
    error = _all_of((*compiled.refused, *linked.refused)) or done.error
    if not error and not setup.sdkroot and target.system == "macos":
        framework = _missing_framework(done.words)
        error = _NO_FRAMEWORK.format(framework, ", ".join(FRAMEWORKS)) if framework else ""
    emulated = Emulated(done.words, files=done.files, hiding=done.hiding, error=error)
    return stage, emulated, (*compiled.dropped, *linked.dropped)


def _all_of(reasons: Sequence[str]) -> str:
    return "; ".join(dict.fromkeys(reasons))


def _compiler(start: tuple[str, ...], args: Sequence[str], setup: Setup, *, special: bool) -> Command:
    stage, emulated, dropped = _translate(args, setup)
    if emulated.error:
        return Command(dropped=dropped, error=emulated.error)
    words = list(emulated.words)
    stdin = ("-",) in units(words)
    if stdin and not any(word.startswith("-x") for word in words):
        words = ["-x", "c++" if start[1] == "c++" else "c", *words]  # zig takes it only by its language
    given = list(units(words))
    resources = [unit[0] for unit in given if len(unit) == 1 and unit[0].lower().endswith(".rc")]
    if resources and stage == "object":
        return _resource_compiler(setup, _resources_of(resources[0], words, given), dropped=dropped)
    sources = [unit[0] for unit in given if len(unit) == 1 and is_source(unit[0])]
    extras = _headers(setup) if stage != "link" or sources or stdin else ()
    if start[1] == "cc" and sources:
        # One that is not C makes all of them take what C++ takes.
        extras += min((c_flags(source, words, target=setup.target) for source in sources), key=len)
    if setup.target.system == "wasm":
        cxx = start[1] == "c++"
        if stage == "link":
            return _wasm_link(words, extras, setup, cxx=cxx, dropped=dropped)
        start = compile_step(setup, words, cxx=cxx)
    return _zig(
        start, words, setup,
        stage=stage, emulated=emulated, sources=sources, extras=extras, special=special, dropped=dropped,
    )  # fmt: skip


def _zig(
    start: tuple[str, ...],
    words: Sequence[str],
    setup: Setup,
    *,
    stage: Stage,
    emulated: Emulated,
    sources: Sequence[str],
    extras: tuple[str, ...],
    special: bool,
    dropped: Sequence[str],
) -> Command:
    """Give zig's command lines.

    Args:
        start: What zig is called as.
        words: Of the command, translated.
        setup: What the tool is for.
        stage: What is to be done.
        emulated: What a link needs besides.
        sources: Those of the words that are sources.
        extras: What each compile is given besides.
        special: The output is no plain file.
        dropped: As in ``Translated``.
    """
    target, output = setup.target, output_of(words)
    if stage == "link":
        linked = (*_libraries(words, setup, output), *_runtime(start[1], words, setup))
        if any(word.startswith("-x") for word in words):
            linked = ("-x", "none", *linked)  # libraries are in no language
        extras = (*_link_base(setup), *extras, *linked)
    to_stdout = stage == "preprocess" and output in {"", "-"}
    if to_stdout or (stage == "assembly" and not output):
        return Command([(*start, *words, *extras)], dropped=dropped)
    # What does not go straight to its place: zig would replace a device by a file, leave an import library
    # beside a DLL, and for macOS an empty file after an error; lld takes "%" in a folder's name for a digit
    # that it may choose (LLVM's createUniquePath).
    aside = special or output == "-" or stage == "check" or "%" in output
    aside = (
        aside
        or bool(emulated.files)
        or target.system == "macos"
        or (target.system == "windows" and stage == "link")
    )
    rest = [word for unit in units(words) if unit[0] not in {"-o", "-fsyntax-only"} for word in unit]
    if stage == "check":
        rest.append("-c")
    if stage in {"object", "check"} and sources and not output:
        return _one_by_one(
            (*start, *rest), sources, extras, aside=aside, kept=stage == "object", dropped=dropped
        )
    output = output or ("a.exe" if target.system == "windows" else "a.out")
    if not aside:
        return Command([(*start, *rest, *extras, "-o", output)], dropped=dropped)
    step = (*start, *rest, *extras, "-o", f"{SCRATCH}/{_base_name(output) if output != '-' else 'out'}")
    kept = "" if special or stage == "check" else output
    coff = stage == "link" and target.system == "windows"
    return Command([step], outputs=(kept,), emulated=emulated, coff=coff, dropped=dropped)


def _wasm_link(
    words: Sequence[str], extras: Sequence[str], setup: Setup, *, cxx: bool, dropped: Sequence[str]
) -> Command:
    """Link for Pyodide, which zig cc does not do."""
    output = output_of(words) or "a.out"
    made = f"{SCRATCH}/{_base_name(output)}"
    steps = link_steps(setup, words, extras, cxx=cxx, folder=SCRATCH, output=made)
    if made not in steps[-1]:  # an inquiry
        return Command(steps, dropped=dropped)
    return Command(steps, outputs=(*[""] * (len(steps) - 1), output), dropped=dropped)


def _resources_of(source: str, words: Sequence[str], given: Sequence[tuple[str, ...]]) -> Resources:
    """Give what a compiler is told of a file of resources as ``zig rc`` takes it."""
    output = output_of(words) or f"{_base_name(source)[:-3]}.o"
    letters = {"-D": "/d", "-U": "/u", "-I": "/i"}
    told = [unit for unit in given if unit[0][:2] in letters]
    options = [word for unit in told for word in (letters[unit[0][:2]], unit[0][2:] or unit[-1])]
    return Resources(source, output, options, to_object=True)


def _resource_compiler(setup: Setup, wanted: Resources, *, dropped: Sequence[str] = ()) -> Command:
    """Compile what Windows shows of a file (its version, icons)."""
    if not wanted.source or not wanted.output:
        return Command(error="it compiles one .rc file, to the file of -o", dropped=dropped)
    made = f"{SCRATCH}/{_base_name(wanted.output)}"
    words = resource_step(setup.zig.program, setup.target.zig, wanted, made)
    return Command([words], outputs=(wanted.output,), resources=True, dropped=dropped)


def _one_by_one(
    start: tuple[str, ...],
    sources: Sequence[str],
    extras: tuple[str, ...],
    *,
    aside: bool,
    kept: bool,
    dropped: Sequence[str],
) -> Command:
    """Compile each source: zig cc compiles all of them, and keeps the first one's object."""
    common = [word for word in start if word not in sources]
    names = [f"{_base_name(source)[: _base_name(source).rfind('.')]}.o" for source in sources]
    folder = f"{SCRATCH}/" if aside else ""
    steps = [
        (*common, source, *extras, "-o", folder + name) for source, name in zip(sources, names, strict=True)
    ]
    return Command(steps, outputs=names if kept else [""] * len(names), dropped=dropped)


def _moved(args: Sequence[str], setup: Setup, cwd: str) -> tuple[list[str], str]:
    """Look for headers and libraries of build dependencies where the target's are; say what it lacks."""
    words: list[str] = []
    extra: dict[str, None] = {}
    for before, word in zip(("", *args), args, strict=False):
        words.append(word)
        if not setup.moved or before in _WRITTEN:
            continue
        for option in (flag for flag in _FOLDERS if word.startswith(flag)):
            path = word[len(option) :]
            if not path or path.startswith("-"):
                continue
            path = os.path.normpath(os.path.join(cwd, path))  # noqa: PTH118 - pathlib costs 15 ms
            for here, there, flags, why in setup.moved:
                if path == here or path.startswith(here + os.sep):
                    if why:
                        return [], f"'{word}' is of this machine, not of the target: {why}"
                    words[-1] = option + there + path[len(here) :]
                    extra.update(dict.fromkeys(flags))
    return [*words, *extra], ""


def _base_name(path: str) -> str:
    return path.replace("\\", "/").rpartition("/")[2]


def _stage(words: Sequence[str]) -> Stage:
    for stage, flags in (
        ("preprocess", {"-E", "-M", "-MM"}),
        ("check", {"-fsyntax-only"}),
        ("assembly", {"-S"}),
        ("object", {"-c"}),
    ):
        if flags.intersection(words):
            return stage  # type: ignore[return-value]  # the literals above
    return "link"


def _headers(setup: Setup) -> tuple[str, ...]:
    return (
        # CodeView's S_OBJNAME, which clang writes even at -g0: zig compiles to a file in its cache.
        *(("-Xclang", "-object-file-name=") if setup.target.system == "windows" else ()),
        *(f"-ffile-prefix-map={folder}={shown}" for folder, shown in setup.prefix_maps),
        *(f"-D{macro}" for macro in setup.define),
        *(cxx_flags(setup.target) if setup.runtime and setup.emscripten is None else ()),
        *(f"-I{folder}" for folder in setup.include),
        *extra_include_args(setup.target, sdk=setup.sdkroot, overlay=setup.overlay),
    )


def _link_base(setup: Setup) -> tuple[str, ...]:
    # The mode decides which of its own parts zig links: those of -O0 are checked, large and compiled anew.
    return ("-fno-sanitize=undefined", *(() if setup.target.debug else ("-O2", "-s")))


def _libraries(words: Sequence[str], setup: Setup, output: str) -> tuple[str, ...]:
    own = extra_link_args(setup.target, sdk=setup.sdkroot)
    folders = (*(f"-L{folder}" for folder in setup.library_dirs), *own)
    if "-shared" not in words:
        return folders
    opened = ("-Wl,-undefined,dynamic_lookup",) if setup.target.system == "macos" else ()
    return (*folders, *opened, *_own_name(words, output, setup.target.system), *setup.libraries)


def _runtime(tool: str, words: Sequence[str], setup: Setup) -> tuple[str, ...]:
    """What zig's runtime lacks; whoever links without it wants none of ours, either."""
    if not {"-nostdlib", "-nodefaultlibs", "-r"}.isdisjoint(words):
        return ()
    cxx = tool == "c++" or "-lc++" in words
    return runtime_files(setup.runtime, setup.target, cxx=cxx, shared="-shared" in words)


def _own_name(words: Sequence[str], output: str, system: str) -> tuple[str, ...]:
    """Keep the folder of the build out of a library, and of its users (LC_ID_DYLIB, DT_SONAME)."""
    name = _base_name(output or "a.out")
    option, shown, needed = {
        "macos": ("-install_name", f"@rpath/{name}", True),
        # Nothing is linked with a module; x.cpython-313-x86_64-linux-gnu.so, x.abi3.so.
        "elf": ("-soname", name, name.startswith("lib") or (name.endswith(".so") and name.count(".") == 1)),
    }.get(system, ("", "", False))
    if not needed or any(word == option or word.startswith(f"-Wl,{option}") for word in words):
        return ()
    return (f"-Wl,{option},{shown}",)


def _missing_framework(words: Sequence[str]) -> str:
    for unit in units(words):
        if unit[0] in {"-framework", "-weak_framework"} and unit[-1] not in {*FRAMEWORKS, *LINKED_FRAMEWORKS}:
            return " ".join(unit)
    return ""
