"""What distutils would compile and link: written down, or really done.

Calls that distutils' own ``build_ext.build_extension`` and ``build_clib.build_libraries`` make are written
down, and a placeholder takes the file's place.  All others really run: they are probes, or the project's own
way of building, whose outcome it depends on.  They run with the target's compilers.
"""

# ruff: noqa: PTH100, PTH103, PTH107, PTH118, PTH119, PTH120, PTH122, PTH123 - distutils speaks in strings, which must stay as they are

from __future__ import annotations

import contextlib
import functools
import hashlib
import itertools
import os
import shutil
import threading
from typing import TYPE_CHECKING, Any, NamedTuple

from .backslashes import with_slashes
from .configuration import LINK_FLAGS
from .flags import Flags, absolute, unix_name
from .placeholders import Uses, placeholder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from .compilers import Compilers
    from .protocol import LinkInputs, RecordedArchive, RecordedLink, RecordedObject, TargetRequest

_OF_LDSHARED = frozenset(itertools.chain(*LINK_FLAGS.values()))
_CPP = frozenset((".cpp", ".cxx", ".cc", ".c++", ".C", ".mm", ".cp"))
_ASSEMBLER = frozenset((".s", ".S", ".asm"))
# What UnixCCompiler.link takes after the file's name, in order.
_LINK_OPTIONS = (
    *("output_dir", "libraries", "library_dirs", "runtime_library_dirs", "export_symbols", "debug"),
    *("extra_preargs", "extra_postargs", "build_temp", "target_lang"),
)


class Compiled(NamedTuple):
    """An object file that was written down."""

    record: RecordedObject
    really: Callable[[], object]


class Methods(NamedTuple):
    """What distutils' Unix compiler class did before."""

    compile: Callable[..., Any]
    link: Callable[..., Any]
    create_static_lib: Callable[..., Any]


class Recorder:
    """Stands between distutils and the compilers.

    Args:
        target: Of the request.
        source: The project's folder, absolute.
        compilers: What stands in for this machine's.
    """

    def __init__(self, target: TargetRequest, source: str, compilers: Compilers) -> None:
        self.links: dict[str, RecordedLink] = {}
        self.archives: dict[str, RecordedArchive] = {}
        self.objects: dict[str, Compiled] = {}
        # Object → a copy, by its content, of one that was really made: the next extension writes it anew.
        self._kept: dict[str, str] = {}
        self.build_libs: list[str] = []
        self._records = target["mode"] == "record"
        self.uses = Uses(records=self._records, tool=compilers.tool)
        self.windows = target["view"]["sys_platform"] == "win32"
        self._cflags = frozenset(target["cflags"])
        self._source = source
        self._work = target["work"]
        self._compilers = compilers
        self._commands = {
            os.path.realpath(target["commands"][name]) for name in ("CC", "CXX") if name in target["commands"]
        }
        self._flags = Flags(target, source)
        self._module: str | None = None
        self._alone = threading.RLock()

    def install(self, compiler: Any) -> None:
        """Take over distutils' Unix compiler class: every instance and subclass of it."""
        # _compile is distutils' hook for subclasses.
        self._methods = Methods(compiler._compile, compiler.link, compiler.create_static_lib)  # noqa: SLF001
        compiler.object_filenames = _distinct(compiler.object_filenames)
        recorder = self
        if self.windows and ".rc" not in compiler.src_extensions:
            compiler.src_extensions = [*compiler.src_extensions, ".rc"]

        def _compile(self: Any, *args: Any) -> Any:
            return recorder.compile(self, *args)

        def link(self: Any, target_desc: str, objects: Any, output: str, *args: Any, **kwargs: Any) -> Any:
            given = {**dict(zip(_LINK_OPTIONS, args)), **kwargs}  # noqa: B905 - Python 3.9
            given.pop("output_filename", None)
            return recorder.link(self, target_desc, objects, output, given)

        def create_static_lib(self: Any, objects: Any, output_libname: str, *args: Any, **kwargs: Any) -> Any:
            return recorder.archive(self, objects, output_libname, args, kwargs)

        compiler._compile = _compile  # noqa: SLF001 - as above
        compiler.link = link
        compiler.create_static_lib = create_static_lib

    @contextlib.contextmanager
    def alone(self) -> Iterator[None]:
        """While this lasts, no other thread builds.

        distutils writes the objects of a source that modules share to one file: what ``build_ext --parallel``
        links with it is a matter of luck.
        """
        with self._alone:
            yield

    @contextlib.contextmanager
    def own_calls(self, module: str = "") -> Iterator[None]:
        """While this lasts, distutils' own code builds (the extension ``module``), perhaps in threads."""
        with self._alone:
            before, self._module = self._module, module
            try:
                yield
            finally:
                self._module = before

    def wheel_path(self, file: str) -> str:
        """Give the path in the wheel of a file that was built."""
        for folder in (*self.build_libs, self._source):
            relative = _relative(os.path.abspath(file), os.path.abspath(folder))
            if relative and not relative.startswith(os.pardir):
                return relative.replace(os.sep, "/")
        return os.path.basename(file)

    def compile(self, compiler: Any, obj: str, src: str, *args: Any) -> Any:
        """Stand in for ``UnixCCompiler._compile``."""
        src = with_slashes(src)
        ext, cc_args, extra, pp_opts = args
        cc_args, extra = self._flags.of_the_target(cc_args), self._flags.of_the_target(extra or [])

        def really() -> Any:
            return self._methods.compile(compiler, obj, src, ext, cc_args, extra, pp_opts)

        cpp = os.path.splitext(src)[1] in _CPP or compiler.detect_language(src) == "c++"
        command = (cpp and getattr(compiler, "compiler_so_cxx", None)) or compiler.compiler_so
        resource = os.path.splitext(src)[1] == ".rc"  # an object for the linker as it is
        if resource or not self._recording or not self._is_ours(command[0]):
            self.objects.pop(os.path.abspath(obj), None)  # it stood for another file
            really()
            self._kept[os.path.abspath(obj)] = _copied(obj) if self._recording else obj
            return None
        # The mode's own flags come from the plan.
        told = [flag for flag in command[1:] if flag not in self._cflags]
        flags = absolute([flag for flag in [*told, *cc_args, *extra] if flag != "-c"])
        language = "asm" if os.path.splitext(src)[1] in _ASSEMBLER else "c++" if cpp else "c"
        record: RecordedObject = {"source": os.path.abspath(src), "flags": flags, "language": language}
        self.objects[os.path.abspath(obj)] = Compiled(record, really)
        return self._hold(obj, os.path.basename(obj))

    def link(self, compiler: Any, kind: str, objects: Any, output: str, given: dict[str, Any]) -> Any:
        """Stand in for ``UnixCCompiler.link``."""
        given["library_dirs"] = self._flags.folders(given.get("library_dirs"))
        given["extra_preargs"] = self._flags.of_the_target(given.get("extra_preargs") or [])
        given["extra_postargs"] = self._flags.of_the_target(given.get("extra_postargs") or [])
        linker = compiler.linker_so
        # A library beside the modules is rare: it is really linked, from objects really compiled.
        if not self._recording or kind != compiler.SHARED_OBJECT or not self._is_ours(linker[0]):
            self._materialize([*objects, *compiler.objects])
            if kind == compiler.SHARED_OBJECT:
                given["extra_postargs"] += self._exports(given.get("export_symbols"))
                place = os.path.join(given.get("output_dir") or "", output)
                self.uses.built(place, self._module or _module_of(self.wheel_path(place)))
            if self.windows and kind == compiler.SHARED_OBJECT:
                return self._link_apart(compiler, kind, objects, output, given)
            return self._methods.link(compiler, kind, objects, output, **given)
        objects, folder = compiler._fix_object_args(objects, given.get("output_dir"))  # noqa: SLF001 - for subclasses
        fixed = compiler._fix_lib_args(  # noqa: SLF001 - for subclasses
            given.get("libraries"), given["library_dirs"], given.get("runtime_library_dirs")
        )
        libraries, library_dirs, runtime_library_dirs = ([*values] for values in fixed)
        output = os.path.join(folder, output) if folder else output
        flags = [flag for flag in linker[1:] if flag not in _OF_LDSHARED]
        inputs = self._inputs([*objects, *compiler.objects], libraries, self._flags.folders(library_dirs))
        languages = {given.get("target_lang"), *(one["language"] for one in inputs["objects"])}
        record: RecordedLink = {
            **inputs,
            "file": self.wheel_path(output),
            "module": self._module or _module_of(self.wheel_path(output)),
            "runtime_library_dirs": runtime_library_dirs,
            "flags": absolute([*flags, *given["extra_preargs"], *given["extra_postargs"]]),
            "language": "c++" if "c++" in languages else "c",
            "export_symbols": [*(given.get("export_symbols") or ())],
        }
        self.links[os.path.abspath(output)] = record
        return self._hold(output, record["file"], record["module"])

    def archive(self, compiler: Any, objects: Any, name: str, args: Any, kwargs: Any) -> Any:
        """Stand in for ``UnixCCompiler.create_static_lib``."""
        folder = args[0] if args else kwargs.get("output_dir")
        paths, folder = compiler._fix_object_args(objects, folder)  # noqa: SLF001 - for subclasses
        paths = [*paths, *compiler.objects]
        # One that an extension makes of itself (setuptools' Library) is part of the wheel: it is really made.
        known = all(os.path.abspath(path) in self.objects for path in paths)
        file = compiler.library_filename(name, output_dir=folder)
        if not self._recording or self._module or not known:
            self._materialize(paths)
            self.archives.pop(os.path.abspath(file), None)
            return self._methods.create_static_lib(compiler, objects, name, *args, **kwargs)
        taken = {record["name"] for path, record in self.archives.items() if path != os.path.abspath(file)}
        title = name if name not in taken else f"{name}-{len(taken)}"
        records = [self.objects[os.path.abspath(path)].record for path in paths]
        self.archives[os.path.abspath(file)] = {"name": title, "objects": records}
        return self._hold(file, os.path.basename(file))

    def _hold(self, path: str, file: str, module: str = "") -> None:
        """Hold the place of a file that is written down."""
        os.makedirs(os.path.dirname(os.path.abspath(path)), exist_ok=True)
        with open(path, "wb") as stream:
            stream.write(placeholder(file))
        self.uses.built(path, module)

    @property
    def _recording(self) -> bool:
        return self._records and self._module is not None

    def _is_ours(self, command: str) -> bool:
        return self._compilers.tool(command) in self._commands

    def _inputs(self, files: Sequence[str], libraries: list[str], library_dirs: list[str]) -> LinkInputs:
        """Tell what a link is made of: what was written down, and what is there."""
        objects: list[RecordedObject] = []
        extra: list[str] = []
        archives: list[str] = []
        for file in map(os.path.abspath, files):
            if file in self.objects:
                objects.append(self.objects[file].record)
            elif file in self.archives:
                archives.append(self.archives[file]["name"])
            else:
                extra.append(os.path.abspath(self._kept.get(file, file)))
        system: list[str] = []
        for library in libraries:
            candidates = (os.path.abspath(os.path.join(folder, f"lib{library}.a")) for folder in library_dirs)
            found = next((path for path in candidates if path in self.archives), None)
            if found is None:
                system.append(unix_name(library, library_dirs) if self.windows else library)
            else:
                archives.append(self.archives[found]["name"])
        return {
            "objects": objects,
            "extra_objects": extra,
            "archives": list(dict.fromkeys(archives)),
            "libraries": system,
            "library_dirs": [os.path.abspath(folder) for folder in library_dirs],
        }

    def _exports(self, names: Sequence[str] | None) -> list[str]:
        """Give what Microsoft's linker is told of an extension's ``export_symbols``; others export all."""
        return [f"/EXPORT:{name}" for name in names or ()] if self.windows else []

    def _materialize(self, files: Sequence[str]) -> None:
        """Really compile what was only written down: something real is made of it."""
        for file in map(os.path.abspath, files):
            if file in self.objects:
                with contextlib.suppress(FileNotFoundError):
                    os.remove(file)
                self.objects.pop(file).really()

    def _link_apart(self, compiler: Any, kind: str, objects: Any, output: str, given: dict[str, Any]) -> Any:
        """Link elsewhere: for Windows an import library and a .pdb appear beside the module."""
        folder = given.pop("output_dir", None)
        output = os.path.join(folder, output) if folder else output
        scratch = os.path.join(self._work, "link", self.wheel_path(output).replace("/", "."))
        os.makedirs(scratch, exist_ok=True)
        linked = os.path.join(scratch, os.path.basename(output))
        self._methods.link(compiler, kind, objects, linked, **given)
        os.makedirs(os.path.dirname(os.path.abspath(output)), exist_ok=True)
        shutil.move(linked, output)


def _distinct(own: Callable[..., list[str]]) -> Callable[..., list[str]]:
    """Let each source have an object of its own: of ``x.c`` and ``x.cpp`` distutils compiles one twice.

    That of a source above the project (``../core/x.c``) lies among the others.
    """

    @functools.wraps(own)
    def object_filenames(self: Any, source_filenames: Any, *args: Any, **kwargs: Any) -> list[str]:
        names = own(self, source_filenames, *args, **kwargs)
        folder = str(args[1] if len(args) > 1 else kwargs.get("output_dir") or "")
        names[:] = [_within(folder, name) for name in names]
        sources: dict[str, Any] = {}
        for place, source in enumerate(source_filenames):
            if sources.setdefault(names[place], source) != source:
                stem, extension = os.path.splitext(names[place])
                names[place] = f"{stem}-{place}{extension}"
        return names

    return object_filenames


def _within(folder: str, name: str) -> str:
    """Give the name of an object below the folder of objects."""
    relative = _relative(name, folder) if folder else ""
    if not relative.startswith(os.pardir + os.sep):
        return name
    return os.path.join(folder, relative.replace(os.pardir + os.sep, "_above" + os.sep))


def _relative(path: str, folder: str) -> str:
    """Give a path from a folder on; empty: it is on another drive of Windows."""
    try:
        return os.path.relpath(path, folder)
    except ValueError:
        return ""


def _copied(obj: str) -> str:
    """Copy an object to a name that its content gives it."""
    with open(obj, "rb") as stream:
        digest = hashlib.sha256(stream.read()).hexdigest()
    stem, extension = os.path.splitext(obj)
    return str(shutil.copyfile(obj, f"{stem}-{digest[:16]}{extension}"))


def _module_of(file: str) -> str:
    folder, _, name = file.rpartition("/")
    return ".".join(filter(None, (*folder.split("/"), name.partition(".")[0])))
