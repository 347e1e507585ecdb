"""Random setuptools projects: what a project may be made of, as values, and as files.

Each extension module of a project tells, in its constants, what each of its translation units was compiled
with: macros, header folders, flags.  Two builds of a project did the same when these are the same.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from hypothesis import strategies as st

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hypothesis.strategies import DrawFn, SearchStrategy

MACROS = ("FIRST", "SECOND", "THIRD")
_HEADER_FOLDERS = ("include", "other include", "deep/er/inc")
# Not Py_LIMITED_API's newest: what every Python here has.
_LIMITED = "0x03090000"
_STANDARDS = {"c": ("-std=c99", "-std=gnu11"), "c++": ("-std=c++14", "-std=gnu++17")}
# What each translation unit tells of itself.  All of it is the same on every platform.
_OBSERVE = """\
#define STR_(...) #__VA_ARGS__
#define STR(...) STR_(__VA_ARGS__)
{macros}
#if defined(__has_include)
#if __has_include("config.h")
#include "config.h"
#endif
#endif
#ifndef CONFIG
#define CONFIG none
#endif
#ifdef __FAST_MATH__
#define FAST "fast "
#else
#define FAST ""
#endif
#if defined(NDEBUG) && defined(__OPTIMIZE__)
#define CHECKS ""
#elif defined(NDEBUG)
#define CHECKS "slow "
#else
#define CHECKS "asserts "
#endif
#if defined(__cplusplus)
#define LANGUAGE "C++" STR(__cplusplus)
#else
#define LANGUAGE "C" STR(__STDC_VERSION__)
#endif
enum size {{ SMALL }};
#define UNIT {macro_texts} "config=" STR(CONFIG) " " FAST CHECKS LANGUAGE
#define FLAGS ((int)sizeof(enum size))
"""
_MACRO = """\
#ifdef {name}
#define {name}_TEXT "{name}=" STR({name}) ";"
#else
#define {name}_TEXT ""
#endif
"""
_LINKAGE = """\
#ifdef __cplusplus
#define LINK extern "C"
#else
#define LINK extern
#endif
"""
_SHARED = """\
LINK const char *{name}(void);
LINK int {name}_flags(void);
const char *{name}(void) {{ return "{text} " UNIT; }}
int {name}_flags(void) {{ return FLAGS; }}
"""
# C++: a constructor that runs when it is loaded, the standard library, an exception that crosses files.
_SHARED_CPP = """\
#include <stdexcept>
#include <string>
static std::string made = std::string("{text} ") + UNIT;
extern "C" void {name}_throw() {{ throw std::runtime_error(made); }}
LINK const char *{name}(void);
LINK int {name}_flags(void);
const char *{name}(void) {{
    try {{ {name}_throw(); }}
    catch (const std::exception &error) {{ made = error.what(); }}
    return made.c_str();
}}
int {name}_flags(void) {{ return FLAGS; }}
"""
_MODULE = """\
#define PY_SSIZE_T_CLEAN
#include <Python.h>
{observe}
{linkage}
{declarations}
static int fill(PyObject *module) {{
    if (PyModule_AddStringConstant(module, "unit", "{text} " UNIT) < 0) return -1;
    if (PyModule_AddIntConstant(module, "flags", FLAGS) < 0) return -1;
{calls}
    return 0;
}}
"""
_MULTI_PHASE = """\
static PyModuleDef_Slot slots[] = {{{{Py_mod_exec, (void *)fill}}, {{0, NULL}}}};
static struct PyModuleDef module = {{PyModuleDef_HEAD_INIT, "{last}", "{doc}", 0, NULL, slots}};
PyMODINIT_FUNC PyInit_{last}(void) {{ return PyModuleDef_Init(&module); }}
"""
_SINGLE_PHASE = """\
static struct PyModuleDef module = {{PyModuleDef_HEAD_INIT, "{last}", "{doc}", -1, NULL}};
PyMODINIT_FUNC PyInit_{last}(void) {{
    PyObject *made = PyModule_Create(&module);
    if (made != NULL && fill(made) < 0) {{ Py_DECREF(made); return NULL; }}
    return made;
}}
"""


@dataclass(frozen=True, kw_only=True)
class Unit:
    """A source that several modules or libraries may share.

    Attributes:
        name: Of its function.
        folder: Where it lies, with ``/`` at its end or empty.
        suffix: ``.c`` or one of C++.
        text: What it tells besides.
    """

    name: str
    folder: str
    suffix: str
    text: str

    @property
    def path(self) -> str:
        """Where it lies."""
        return f"{self.folder}{self.name}{self.suffix}"


@dataclass(frozen=True, kw_only=True)
class Library:
    """A static library of ``build_clib``.

    Attributes:
        name: Of it.
        unit: Its source.
        macros: As ``define_macros``.
        include_dirs: Folders.
        cflags: Of the compiler.
    """

    name: str
    unit: Unit
    macros: tuple[tuple[str, str | None], ...]
    include_dirs: tuple[str, ...]
    cflags: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Module:
    """An extension module.

    Attributes:
        name: ``package.module``.
        source: Of its own.
        language: Of that.
        units: Shared sources.
        macros: As ``define_macros``.
        undef: As ``undef_macros``.
        include_dirs: Folders.
        args: As ``extra_compile_args``.
        link_args: As ``extra_link_args``.
        limited: Whether for the stable ABI.
        is_broken: Whether it is optional, and cannot be compiled.
        is_single_phase: How it is initialised.
        is_from_object: Whether ``setup.py`` compiles its shared sources, and gives them as ``extra_objects``.
        says: What it tells besides.
    """

    name: str
    source: str
    language: str
    units: tuple[Unit, ...]
    macros: tuple[tuple[str, str | None], ...]
    undef: tuple[str, ...]
    include_dirs: tuple[str, ...]
    args: tuple[str, ...]
    link_args: tuple[str, ...]
    limited: bool
    is_broken: bool
    is_single_phase: bool
    is_from_object: bool
    says: str


@dataclass(frozen=True, kw_only=True)
class Made:
    """A project.

    Attributes:
        name: Of the distribution.
        root: Where packages lie: empty or ``src``.
        packages: Dotted names.
        namespaces: Those of them without an ``__init__.py``.
        modules: Extension modules.
        libraries: Static libraries.
        headers: Folder → what ``config.h`` says there.
        data: Path below the root → content.
        style: Where the metadata stand.
        options: Of commands: section → lines for ``setup.cfg``.
    """

    name: str
    root: str
    packages: tuple[str, ...]
    namespaces: frozenset[str]
    modules: tuple[Module, ...]
    libraries: tuple[Library, ...]
    headers: tuple[tuple[str, str], ...]
    data: tuple[tuple[str, str], ...]
    style: str
    options: tuple[tuple[str, str], ...]

    def files(self) -> dict[str, str]:
        """Path → text, of the whole project."""
        prefix = f"{self.root}/" if self.root else ""
        found = {f"{folder}/config.h": f"#define CONFIG {value}\n" for folder, value in self.headers}
        for module in self.modules:
            found[module.source] = _module_text(module, self.libraries)
            found |= {unit.path: _unit_text(unit) for unit in module.units}
        found |= {library.unit.path: _unit_text(library.unit) for library in self.libraries}
        for package in self.packages:
            # setuptools wants the folder of a namespace to be there.
            file = "part" if package in self.namespaces else "__init__"
            found[f"{prefix}{package.replace('.', '/')}/{file}.py"] = f"NAME = {package!r}\n"
        found |= {f"{prefix}{name}": text for name, text in self.data}
        return found | _build_files(self)


def _unit_text(unit: Unit) -> str:
    body = _SHARED if unit.suffix == ".c" else _SHARED_CPP
    return _LINKAGE + _observe() + body.format(name=unit.name, text=unit.text)


def _observe() -> str:
    macros = "".join(_MACRO.format(name=name) for name in MACROS)
    return _OBSERVE.format(macros=macros, macro_texts=" ".join(f"{name}_TEXT" for name in MACROS))


def _module_text(module: Module, libraries: tuple[Library, ...]) -> str:
    names = [unit.name for unit in module.units] + [library.unit.name for library in libraries]
    last = module.name.rpartition(".")[2]
    declarations = "".join(
        f"LINK const char *{name}(void);\nLINK int {name}_flags(void);\n" for name in names
    )
    calls = "".join(
        f'    if (PyModule_AddStringConstant(module, "{name}", {name}()) < 0) return -1;\n'
        f'    if (PyModule_AddIntConstant(module, "{name}_flags", {name}_flags()) < 0) return -1;\n'
        for name in names
    )
    head = "#error not here\n" if module.is_broken else ""
    if module.limited:
        head += f"#define Py_LIMITED_API {_LIMITED}\n"
    body = _MODULE.format(
        observe=_observe(), linkage=_LINKAGE, declarations=declarations, calls=calls, text=module.says
    )
    end = _SINGLE_PHASE if module.is_single_phase else _MULTI_PHASE
    return head + body + end.format(last=last, doc=f"Module {module.name}.")


def _build_files(made: Made) -> dict[str, str]:
    """``pyproject.toml``, ``setup.cfg`` and ``setup.py``: metadata in the one that the style says."""
    keywords: dict[str, object] = {"packages": list(made.packages)}
    if made.root:
        keywords["package_dir"] = {"": made.root}
    keywords["package_data"] = {"": ["*.txt", "*.dat", "data/*"]}
    sections = dict(made.options)
    pyproject = '[build-system]\nrequires = ["setuptools==80.9.0"]\nbuild-backend = "setuptools.build_meta"\n'
    if made.style == "pyproject":
        pyproject += f'[project]\nname = "{made.name}"\nversion = "1.5"\ndescription = "Made."\n'
        pyproject += '[project.scripts]\nrun-it = "thing:main"\n'
    elif made.style == "cfg":
        text = f"name = {made.name}\nversion = 1.5\ndescription = Made."
        sections |= {"metadata": text, "options.entry_points": "console_scripts =\n    run-it = thing:main"}
    else:
        entry_points = {"console_scripts": ["run-it = thing:main"]}
        keywords |= {
            "name": made.name,
            "version": "1.5",
            "description": "Made.",
            "entry_points": entry_points,
        }
    setup = _SETUP.format(
        modules=[_extension(module) for module in made.modules],
        libraries=[(library.name, _library(library)) for library in made.libraries],
        keywords=keywords,
    )
    cfg = "".join(f"[{name}]\n{text}\n" for name, text in sections.items())
    return {"pyproject.toml": pyproject, "setup.py": setup} | ({"setup.cfg": cfg} if cfg else {})


_SETUP = """\
from setuptools import Extension, setup
from setuptools.command.build_ext import build_ext


class Build(build_ext):
    def build_extension(self, ext):
        for source in getattr(ext, "for_objects", ()):
            ext.extra_objects += self.compiler.compile(
                [source],
                output_dir=self.build_temp + "/own-" + ext.name,
                macros=ext.define_macros + [(name,) for name in ext.undef_macros],
                include_dirs=ext.include_dirs,
                extra_postargs=ext.extra_compile_args,
            )
        super().build_extension(ext)


def extension(for_objects=(), **keywords):
    made = Extension(**keywords)
    made.for_objects = for_objects
    return made


setup(
    ext_modules=[extension(**keywords) for keywords in {modules!r}],
    libraries={libraries!r},
    cmdclass={{"build_ext": Build}},
    **{keywords!r},
)
"""


def _extension(module: Module) -> dict[str, object]:
    units = [unit.path for unit in module.units]
    return {
        "name": module.name,
        "sources": [module.source, *([] if module.is_from_object else units)],
        "for_objects": units if module.is_from_object else [],
        "define_macros": list(module.macros),
        "undef_macros": list(module.undef),
        "include_dirs": list(module.include_dirs),
        "extra_compile_args": list(module.args),
        "extra_link_args": list(module.link_args),
        "language": module.language,
        "py_limited_api": module.limited,
        "optional": module.is_broken,
    }


def _library(library: Library) -> dict[str, object]:
    return {
        "sources": [library.unit.path],
        "macros": list(library.macros),
        "include_dirs": list(library.include_dirs),
        "cflags": list(library.cflags),
    }


# --- strategies -------------------------------------------------------------------------------------------

_WORDS = st.sampled_from(("alpha", "beta", "gamma", "delta", "_priv", "Upper", "x86"))
# Values that quoting breaks: a string of C with everything in it that a shell, make or Windows would read.
_TEXTS = st.text("ab 'q\"\\$%#,;()<>&|^!@=~*?é", max_size=8).map(
    lambda text: json.dumps(text, ensure_ascii=False)
)
_VALUES: SearchStrategy[str | None] = st.one_of(
    st.none(),
    st.integers(-3, 99).map(str),
    _TEXTS,
    st.sampled_from(("", "a b", "(1, 2)", "<x/y.h>", "3 + 4", "value", "a=b", "-DTHIRD=4", "'c'")),
)


def _macros() -> SearchStrategy[tuple[tuple[str, str | None], ...]]:
    return st.lists(
        st.tuples(st.sampled_from(MACROS), _VALUES), max_size=3, unique_by=lambda pair: pair[0]
    ).map(tuple)


def _flags(language: str) -> SearchStrategy[tuple[str, ...]]:
    """What changes what the code is; spellings of one word and of two."""
    choices = (
        *(("-O1",), ("-Os",), ("-ffast-math",), ("-fshort-enums",), ("-UNDEBUG",)),
        *(("-DTHIRD=30",), ("-D", "THIRD=31"), ("-USECOND",), ("-U", "SECOND"), ('-DTHIRD="q r"',)),
        *(("-Iother include",), ("-I", "deep/er/inc"), ("-isystem", "include"), ("-iquote", "deep/er/inc")),
        *(("-include", "include/config.h"), ("-Wall",), ("-Werror=return-type",), ("-fno-strict-aliasing",)),
        *(("-idirafter", "include"), ("-fvisibility=hidden",), ("-g",), ("-pthread",), ("-w",)),
        *((flag,) for flag in _STANDARDS[language]),
    )
    return st.lists(st.sampled_from(choices), max_size=3, unique=True).map(
        lambda found: tuple(word for flag in found for word in flag)
    )


@st.composite
def _units(draw: DrawFn) -> tuple[Unit, ...]:
    count = draw(st.integers(0, 3))
    return tuple(
        Unit(
            name=f"shared{number}",
            folder=draw(st.sampled_from(("", "src/", "lib dir/", "a.b/", "deep/er/"))),
            suffix=draw(st.sampled_from((".c", ".c", ".cpp", ".cc", ".cxx"))),
            text=draw(st.sampled_from(("one", "two", "ü"))),
        )
        for number in range(count)
    )


def _module(draw: DrawFn, name: str, number: int, shared: tuple[Unit, ...], *, limited: bool) -> Module:
    units = tuple(draw(st.lists(st.sampled_from(shared), unique=True, max_size=3))) if shared else ()
    language = (
        "c++" if any(unit.suffix != ".c" for unit in units) else draw(st.sampled_from(("c", "c", "c++")))
    )
    suffix = ".c" if language == "c" else draw(st.sampled_from((".cpp", ".cc", ".cxx", ".c")))
    # Sources of modules may have the same name, in different folders.
    source = f"{draw(st.sampled_from(('src', 'native src', name.replace('.', '/'))))}/{number}/module{suffix}"
    # Flags of the other language are errors for one compiler and warnings for another.
    mixed = len({suffix == ".c", *(unit.suffix == ".c" for unit in units)}) > 1
    args = tuple(
        word for word in draw(_flags("c" if suffix == ".c" else "c++")) if not mixed or "-std" not in word
    )
    return Module(
        name=name,
        source=source,
        language=language,
        units=units,
        macros=draw(_macros()),
        undef=draw(st.sampled_from(((), (), ("FIRST",), ("SECOND", "NDEBUG")))),
        include_dirs=tuple(draw(st.lists(st.sampled_from(_HEADER_FOLDERS), unique=True, max_size=2))),
        args=args,
        link_args=draw(
            st.sampled_from(((), (), ("-Wl,-s",), ("-lm",), ("-s",), ("-Wl,-O1", "-Wl,--as-needed")))
        ),
        limited=limited,
        is_broken=draw(st.sampled_from((False,) * 7 + (True,))),
        is_single_phase=draw(st.booleans()),
        is_from_object=bool(units) and draw(st.sampled_from((False, False, False, True))),
        says=draw(st.sampled_from(("here", "there"))),
    )


@st.composite
def projects(draw: DrawFn) -> Made:
    """Any project."""
    root = draw(st.sampled_from(("", "src")))
    top = draw(_WORDS)
    packages = [top]
    for _ in range(draw(st.integers(0, 2))):
        packages.append(f"{draw(st.sampled_from(packages))}.{draw(_WORDS)}")
    packages = sorted(set(packages))
    namespaces = frozenset(draw(st.sets(st.sampled_from(packages), max_size=1)))
    shared = draw(_units())
    limited = draw(st.sampled_from((False, False, False, True)))
    modules = []
    for number in range(draw(st.integers(1, 3))):
        place = draw(st.sampled_from(("", *(f"{package}." for package in packages))))
        modules.append(_module(draw, f"{place}_mod{number}", number, shared, limited=limited))
    libraries = tuple(
        Library(
            name=draw(st.sampled_from(("helper", "own-lib", "m2"))) + str(number),
            unit=Unit(
                name=f"of_library{number}",
                folder=draw(st.sampled_from(("", "lib dir/"))),
                suffix=".c",
                text=draw(st.sampled_from(("one", "two"))),
            ),
            macros=draw(_macros()),
            include_dirs=tuple(draw(st.lists(st.sampled_from(_HEADER_FOLDERS), unique=True, max_size=2))),
            cflags=draw(st.sampled_from(((), (), ("-DTHIRD=33",), ("-fshort-enums", "-ffast-math")))),
        )
        for number in range(draw(st.sampled_from((0, 0, 1, 2))))
    )
    names = st.sampled_from(("a.txt", "b c.dat", "data/x", "data/é.bin", "skipped.md", "deep/a.txt"))
    data = [
        (f"{draw(st.sampled_from(packages)).replace('.', '/')}/{name}", draw(st.text("ab\n", max_size=3)))
        for name in draw(st.lists(names, max_size=3))
    ]
    options = [("bdist_wheel", "py_limited_api = cp39")] if limited else []
    options += draw(
        st.lists(
            st.sampled_from(
                (
                    ("build_ext", "define = FIRST=7,SECOND"),
                    ("build_ext", "undef = SECOND"),
                    ("build_ext", "include_dirs = include:other include"),
                    ("build", "build_base = elsewhere/b"),
                    ("egg_info", "tag_build = .dev3"),
                )
            ),
            max_size=2,
            unique_by=lambda pair: pair[0],
        )
    )
    return Made(
        name=draw(st.sampled_from(("thing", "Thing.Two", "a-b_c"))),
        root=root,
        packages=tuple(packages),
        namespaces=namespaces,
        modules=tuple(modules),
        libraries=libraries,
        headers=tuple((folder, draw(st.sampled_from(("1", "2", '"t"')))) for folder in _HEADER_FOLDERS),
        data=tuple(dict(data).items()),
        style=draw(st.sampled_from(("pyproject", "cfg", "setup"))),
        options=tuple(options),
    )


@st.composite
def edits(draw: DrawFn, made: Made) -> Made:
    """The project a while later: something of it is another."""
    if draw(st.booleans()):
        kept = [(folder, draw(st.sampled_from((value, "9")))) for folder, value in made.headers]
        made = replace(made, headers=tuple(kept))
    later = {unit.name: replace(unit, text="later") for unit in _shared(made) if draw(st.booleans())}
    modules = [
        replace(
            module,
            units=tuple(later.get(unit.name, unit) for unit in module.units),
            macros=draw(_macros()) if draw(st.booleans()) else module.macros,
            says=draw(st.sampled_from((module.says, "anew"))),
        )
        for module in made.modules
    ]
    libraries = [
        replace(library, unit=later.get(library.unit.name, library.unit)) for library in made.libraries
    ]
    data = tuple((name, draw(st.sampled_from((text, "new")))) for name, text in made.data)
    return replace(made, modules=tuple(modules), libraries=tuple(libraries), data=data)


def _shared(made: Made) -> list[Unit]:
    of_modules = {unit.name: unit for module in made.modules for unit in module.units}
    return [*of_modules.values(), *(library.unit for library in made.libraries)]


def describe(files: Mapping[str, str]) -> str:
    """Tell all files of a project, for a report."""
    return "\n".join(f"--- {name}\n{text}" for name, text in sorted(files.items()))
