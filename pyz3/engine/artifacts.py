"""Recipes → what the plan file lists.  Pure."""

from __future__ import annotations

import hashlib
import os
import re
from collections import Counter
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from pyz3.capi import limited_api_macros
from pyz3.config import CXX_SUFFIXES
from pyz3.driver.compile_flags import level_flags
from pyz3.driver.library_names import as_spelled
from pyz3.driver.runtime import cxx_flags
from pyz3.driver.system_cxx import has_system_cxx
from pyz3.engine.plan_file import Artifact, Batch, SystemCxx
from pyz3.engine.project_flags import asked_of_linker, driver_target, make_sources
from pyz3.engine.pyodide import for_pyodide
from pyz3.engine.toolchain import INIT_SYMBOLS
from pyz3.plan import Module
from pyz3.targets import has_cpu

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

    from pyz3.engine.header_search import HeaderSearch, Identity
    from pyz3.engine.ldflags import LinkFlags
    from pyz3.engine.plan_file import Lean, Source
    from pyz3.linking import Part
    from pyz3.plan import Recipe


class CApi(msgspec.Struct, frozen=True, kw_only=True):
    """What a Python supplies to compile and link against.

    Attributes:
        include: The prepared header folder.
        import_library: Windows' ``python313.lib``; None elsewhere.
        stable_libraries: Windows' ``python3.lib`` by version of the stable ABI (``3.10``).
    """

    include: str
    import_library: str | None = None
    stable_libraries: dict[str, str] = {}


def artifact_key(recipe: Recipe, module: Part, zig_target: str) -> str:
    """Give the name by which ``build.zig`` reports a module: unique among all platforms.

    A library is the same for every Python: its key names none, so that it is built once.  What another
    build system compiles may depend on anything.
    """
    if module.kind == "module":
        return f"{zig_target}/{recipe.target.python.abi}/{module.file}"
    if module.units:
        return f"{zig_target}/{recipe.target.python.abi}/lib/{module.name}"
    variant = "-".join(filter(None, ("lib", recipe.cpu, recipe.lto)))
    return f"{zig_target}/{variant}/{module.file or module.name}"


def slice_key(key: str) -> str:
    """Give the target without versions in an artifact's key: what one run of zig can build."""
    return key.partition("/")[0].partition(".")[0]


def make_artifacts(
    root: Path,
    recipes: Sequence[Recipe],
    capi: Mapping[str, CApi],
    *,
    read: Callable[[Path], str],
    is_file: Callable[[Path], bool],
    exports: Callable[..., str],
    runtime: Callable[..., tuple[str, ...]],
    lean: Callable[[str, tuple[str, ...]], Lean | None],
    zig_lib: Path,
    search: HeaderSearch,
) -> tuple[Artifact, ...]:
    """Give an artifact for each library and each module of each recipe, users behind what they link.

    Args:
        root: The project's folder, absolute.
        recipes: The wheels of one platform.
        capi: What each Python (``3.13t``) supplies.
        read: Reads a Zig source, to find which of several are roots.
        is_file: Tells whether there is a file, that a flag may name.
        exports: Gives a version script that leaves only some symbols visible, by default ``PyInit_*`` (ELF).
        runtime: Gives what each link is given besides: ``ZigRunner.runtime``.
        lean: Gives what a DLL is linked with in place of mingw-w64's runtime: ``ZigRunner.lean``.
        zig_lib: Zig's ``lib`` folder.
        search: Tells which headers sources might ask for.

    Raises:
        ConfigError: A flag or library that cannot be had.
    """
    roots: dict[tuple[str, ...], tuple[str, ...]] = {}

    def zig_roots(sources: tuple[str, ...]) -> tuple[str, ...]:
        if sources not in roots:
            roots[sources] = _zig_roots(root, sources, read)
        return roots[sources]

    def make(recipe: Recipe, module: Part, zig_target: str) -> Artifact:
        artifact = _artifact(
            root,
            recipe,
            module,
            zig_target,
            capi=capi[recipe.python],
            zig_roots=zig_roots,
            is_file=is_file,
            exports=exports,
        )
        if recipe.target.platform.family != "pyodide":
            linked = artifact.kind != "static"
            own = runtime(zig_target, cxx=artifact.link_cpp) if linked else ()
            parts = linked and _in_parts(recipe, artifact)
            is_lean = linked and (parts or not artifact.link_cpp) and _may_be_lean(artifact, is_file)
            how = lean(zig_target, artifact.libraries) if is_lean else None
            system = _system_cxx(recipe, artifact, runtime) if linked else None
            # On Windows the link without the whole runtime is one of its own.
            parts = parts and (how is not None or "-windows" not in zig_target)
            return msgspec.structs.replace(artifact, runtime=own, lean=how, system_cxx=system, in_parts=parts)
        return for_pyodide(artifact, recipe, module, zig_lib=zig_lib, is_file=is_file)

    made: dict[str, Artifact] = {}
    for recipe in recipes:
        parts: tuple[Part, ...] = (*recipe.libraries, *recipe.modules)
        for module in parts:
            for zig_target in recipe.zig_targets:
                if artifact_key(recipe, module, zig_target) not in made:
                    artifact = make(recipe, module, zig_target)
                    made[artifact.key] = artifact
    return tuple(_compiled_once(tuple(made.values()), search))


def _compiled_once(artifacts: Sequence[Artifact], search: HeaderSearch) -> Iterator[Artifact]:
    """Have sources of several artifacts that come to the same object compiled once for all of them."""
    known: dict[Identity, Source] = {}
    users: Counter[Source] = Counter()

    def once(source: Source, artifact: Artifact) -> Source:
        lean, identity = search.without_unneeded(
            source, python=artifact.python_include, include_dirs=artifact.include_dirs
        )
        if identity is None:
            return source
        lean = known.setdefault((_circumstances(artifact), *identity), lean)
        users[lean] += 1
        return lean

    lean = [tuple(once(source, artifact) for source in artifact.c_sources) for artifact in artifacts]
    for artifact, sources in zip(artifacts, lean, strict=True):
        # Pyodide's compiles are commands of their own, whose keys are what they say.
        yield (
            msgspec.structs.replace(artifact, c_sources=sources)
            if artifact.emscripten
            else _in_batches(artifact, sources, shared={source for source in sources if users[source] > 1})
        )


def _in_batches(artifact: Artifact, sources: tuple[Source, ...], *, shared: Collection[Source]) -> Artifact:
    """Set what others share apart, and all that is linked before it: the order stays."""
    runs = [tuple(run) for _, run in groupby(sources, shared.__contains__)]
    # What is not linked with zig's libc++ as a whole is compiled with its headers: apart.
    apart = artifact.system_cxx or (artifact.in_parts and not artifact.lean)
    last = () if not runs or runs[-1][-1] in shared or apart else runs.pop()
    about = _circumstances(artifact)
    batches = tuple(Batch(key=_batch_key(artifact, about, run), sources=run) for run in runs)
    return msgspec.structs.replace(artifact, batches=batches, c_sources=last)


def _circumstances(artifact: Artifact) -> tuple[object, ...]:
    """Give what a compile depends on besides the source and its flags, as ``build.zig`` does it."""
    return (
        artifact.target,
        artifact.cpu,
        artifact.lto,
        artifact.include_dirs,
        artifact.framework_dirs,
        artifact.link_cpp,
        artifact.debug_info,
    )


def _batch_key(artifact: Artifact, about: tuple[object, ...], sources: tuple[Source, ...]) -> str:
    digest = hashlib.sha256(msgspec.json.encode((about, sources))).hexdigest()[:16]
    return f"{artifact.target}/objects/{digest}"


def _artifact(
    root: Path,
    recipe: Recipe,
    module: Part,
    zig_target: str,
    *,
    capi: CApi,
    zig_roots: Callable[[tuple[str, ...]], tuple[str, ...]],
    is_file: Callable[[Path], bool],
    exports: Callable[..., str],
) -> Artifact:
    settings = module.settings
    link = asked_of_linker(recipe, module)
    macros = tuple(_macro(name, value) for name, value in settings.define.items() if value is not False)
    library = None
    if isinstance(module, Module):
        macros += _python_macros(recipe, module)
        library = capi.stable_libraries.get(module.limited_api, capi.import_library)
    elif not module.units:
        capi = CApi(include="")
    target = driver_target(recipe, zig_target)
    python = ("-isystem", capi.include) if capi.include else ()
    base = (
        *level_flags(recipe.optimize, target), *python, "-fwrapv", "-Wno-date-time",
        *_prefix_maps(root, capi), *(f"-D{macro}" for macro in macros),
    )  # fmt: skip
    cxx = base + cxx_flags(target)
    zig = tuple(source for source in settings.sources if source.endswith(".zig"))
    libraries = tuple(link.libraries) if module.units else (*settings.libraries, *link.libraries)

    def absolute(paths: Sequence[str]) -> tuple[str, ...]:
        return tuple(os.path.normpath(root / path) for path in paths)

    return Artifact(
        key=artifact_key(recipe, module, zig_target),
        kind=module.kind,
        name=_library_name(module),
        target=zig_target,
        cpu=recipe.cpu if has_cpu(zig_target, recipe.cpu) else "",
        lto=recipe.lto,
        c_sources=make_sources(root, recipe, module, zig_target, before=base, cxx=cxx, is_file=is_file),
        zig_sources=zig_roots(zig) if zig else (),
        python_include=capi.include,
        include_dirs=absolute(settings.include_dirs),
        define=macros,
        library_dirs=(folders := absolute((*settings.library_dirs, *link.library_dirs))),
        libraries=_as_spelled(libraries, folders) if target.system == "windows" else libraries,
        frameworks=tuple(link.frameworks),
        framework_dirs=absolute(link.framework_dirs),
        rpaths=(*module.rpaths, *link.rpaths) if module.kind != "static" else (),
        objects=(*module.objects, *((library,) if library else ())),
        links=_links(recipe, module, zig_target) if module.kind != "static" else (),
        export_symbols=module.export_symbols if module.kind != "static" else (),
        link_cpp=_has_cpp(recipe, module),
        debug_info=recipe.debug_info,
        version_script=_version_script(root, module, link, exports) if module.kind != "static" else None,
        build_id=link.build_id or "",
    )


def _as_spelled(names: Sequence[str], folders: Sequence[str]) -> tuple[str, ...]:
    """Give libraries as their files are called, and those of Windows as zig's are."""
    return tuple(as_spelled(name, folders)[1] for name in names)


def _may_be_lean(artifact: Artifact, is_file: Callable[[Path], bool]) -> bool:
    """Tell whether a DLL may do without mingw-w64's whole runtime.

    With LTO the linker compiles, too.
    """
    files = [form.format(name) for name in artifact.libraries for form in ("{}.lib", "lib{}.a", "{}.dll")]
    of_its_own = any(is_file(Path(folder, file)) for folder in artifact.library_dirs for file in files)
    return not (artifact.lto or of_its_own)


def _system_cxx(
    recipe: Recipe, artifact: Artifact, runtime: Callable[..., tuple[str, ...]]
) -> SystemCxx | None:
    """Give what an artifact is linked with where the system's own C++ library is enough for the whole wheel.

    Whatever throws and catches must know the same library.  A shared library of the project is linked before
    it is known what modules need, Zig's sources are compiled with the link, and with LTO the linker compiles.
    """
    parts = [part for part in (*recipe.libraries, *recipe.modules) if _has_cpp(recipe, part)]
    unfit = any(
        part.kind == "shared" or any(source.endswith(".zig") for source in part.settings.sources)
        for part in parts
    )
    target = driver_target(recipe, artifact.target)
    if not artifact.link_cpp or unfit or recipe.lto or not has_system_cxx(target):
        return None
    files = runtime(artifact.target, cxx=True, system_cxx=True)
    return SystemCxx(runtime=files, group=f"{artifact.target}/{recipe.target.python.abi}")


def _in_parts(recipe: Recipe, artifact: Artifact) -> bool:
    """Tell whether an artifact may be linked with the parts that it needs of what zig compiles of its own.

    Zig's sources are compiled with the link, and with LTO the linker compiles.  The parts are compiled for
    speed, and for the oldest processor.
    """
    unfit = artifact.zig_sources or artifact.lto or artifact.cpu or recipe.optimize == "Debug"
    system = driver_target(recipe, artifact.target).system
    return not unfit and (system == "windows" or (system == "elf" and artifact.link_cpp))


def _library_name(module: Part) -> str:
    """Give what the linker calls it."""
    if module.kind != "module":
        return module.name.rpartition(".")[2]  # others look for it by the name of its file
    # The full name: a module called "c" must not become libc.so, which musl takes for its own.
    return module.file.rpartition(".")[0].replace("/", ".")


def _python_macros(recipe: Recipe, module: Module) -> tuple[str, ...]:
    if module.limited_api:
        return limited_api_macros(module.limited_api, headers=recipe.target.python)
    # The Limited API's headers do it themselves.
    return ("Py_GIL_DISABLED=1",) if recipe.target.python.free_threaded else ()


def _links(recipe: Recipe, module: Part, zig_target: str) -> tuple[str, ...]:
    libraries = {library.name: library for library in recipe.libraries}
    return tuple(artifact_key(recipe, libraries[name], zig_target) for name in module.links)


def _has_cpp(recipe: Recipe, module: Part) -> bool:
    """Whether C++ is in it, or in a static library that becomes part of it."""
    if module.cpp:
        return True
    static = [library for library in recipe.libraries if library.name in module.links and not library.file]
    sources = [source for one in (module, *static) for source in one.settings.sources]
    return any(Path(path).suffix in CXX_SUFFIXES for path in sources)


def _version_script(root: Path, module: Part, link: LinkFlags, exports: Callable[..., str]) -> str | None:
    symbols = module.export_symbols
    if link.version_script:
        return os.path.normpath(root / link.version_script)
    if module.units:  # all that is not hidden is visible, as where the project's own linker is at work
        return None
    if module.kind != "module":
        return None if "*" in symbols else exports(symbols)
    return exports((*INIT_SYMBOLS, *symbols)) if symbols else exports()


def _prefix_maps(root: Path, capi: CApi) -> tuple[str, ...]:
    """Keep the build's folders out of __FILE__, assertions and debug information."""
    own = (f"-ffile-prefix-map={root}=.",)
    return (f"-ffile-prefix-map={capi.include}=python", *own) if capi.include else own


def _macro(name: str, value: str | int | bool) -> str:
    return f"{name}=1" if value is True else f"{name}={value}"


def _zig_roots(root: Path, sources: tuple[str, ...], read: Callable[[Path], str]) -> tuple[str, ...]:
    """Give the files that none of the others imports: the rest is part of them."""
    paths = [os.path.normpath(root / source) for source in sources]
    imported = {
        os.path.normpath(Path(path).parent / name)
        for path in paths
        for name in re.findall(r'@import\("([^"]+\.zig)"\)', read(Path(path)))
    }
    found = tuple(path for path in paths if path not in imported)
    return found or tuple(paths[:1])  # files that import each other in a ring: the first one leads
