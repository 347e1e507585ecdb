"""Cython's output, made once per content: the same C file serves all platforms and Pythons.

Whatever asks Cython for a translation (``cythonize``, its ``build_ext``, its command line, a backend that
works in a copy of the project) comes to ``Cython.Compiler.Main.run_pipeline``, in Cython 0.29 as in 3.x.
"""

# ruff: noqa: PTH100, PTH109, PTH117, PTH122 - Cython speaks in strings, which must stay as they are
from __future__ import annotations

import contextlib
import hashlib
import json
import os
import platform
import re
import sys
from collections import namedtuple
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

# What a translation may write: the attributes of a CompilationResult.
_OUTPUTS = ("c_file", "h_file", "i_file", "api_file")
_FORMAT = 1


class Translations:
    """Remembers what Cython made of which source.

    Args:
        cache: Folder, absolute; shared by processes.
        roots: Folders, absolute, that hold the same under other names: nothing made may name them.
        temporary: Folders, absolute, in which such folders are.
        uname: What ``UNAME_SYSNAME`` and its relatives are on the target.
    """

    def __init__(self, cache: str, *, roots: Iterable[str], temporary: Iterable[str], uname: Any) -> None:
        self._cache = Path(cache)
        below = tuple(root.rstrip(os.sep) + os.sep for root in roots if root)
        apart = tuple(root.rstrip(os.sep) + os.sep for root in temporary)
        names = [f"{re.escape(root)}[^/\\\\]+[/\\\\]" for root in apart] + [re.escape(root) for root in below]
        self._root = re.compile("|".join(names))
        self._uname = uname

    def install(self, main: Any, scanning: Any) -> None:
        """Take over Cython's compiler in this process.

        Args:
            main: ``Cython.Compiler.Main``.
            scanning: ``Cython.Compiler.Scanning``.
        """
        self._shorten_descriptions(scanning.FileSourceDescriptor)
        translate = main.run_pipeline

        def run_pipeline(source: Any, options: Any, full_module_name: Any = None, context: Any = None) -> Any:
            own_context = _context(main, options) if context is None else context
            options.embedded_metadata = self._shortened(options.embedded_metadata)

            def really() -> Any:
                with self._target_uname():
                    return translate(source, options, full_module_name, context)

            try:
                key = self._key(source, options, full_module_name, own_context)
                result = self._expected(main, source, options, full_module_name, own_context)
            except Exception:  # noqa: BLE001 - whatever is wrong with it, Cython says it better
                return really()
            with _alone(self._cache / f"{key}.lock"):
                return self._known(key, result) or self._remembered(key, really())

        main.run_pipeline = run_pipeline

    @contextlib.contextmanager
    def _target_uname(self) -> Iterator[None]:
        """Let Cython make UNAME_SYSNAME and its relatives of what the target is."""
        own = platform.uname
        platform.uname = lambda: self._uname
        try:
            yield
        finally:
            platform.uname = own

    def short(self, path: str) -> str:
        """Give a path without the folder that it has on this machine, for this target."""
        found = self._root.match(path)
        return path[found.end() :].replace(os.sep, "/") if found else path

    def _shorten_descriptions(self, descriptor: Any) -> None:
        """Let comments, tracebacks and tables of the C file name files by short paths."""
        described, tabled = descriptor.get_description, descriptor.get_filenametable_entry

        def get_description(own: Any) -> str:
            text = str(described(own))
            return self.short(own.filename) if text.startswith(os.pardir) or os.path.isabs(text) else text

        descriptor.get_description = get_description
        descriptor.get_filenametable_entry = lambda own: self.short(os.path.abspath(tabled(own)))

    def _shortened(self, value: Any) -> Any:
        """Give metadata, which is JSON, without folders of this machine."""
        if isinstance(value, str):
            return self._root.sub("", value)
        if isinstance(value, dict):
            return {key: self._shortened(one) for key, one in value.items()}
        return [self._shortened(one) for one in value] if isinstance(value, (list, tuple)) else value

    def _key(self, source: Any, options: Any, module: Any, context: Any) -> str:
        """Give the key of everything that the output depends on.

        Raises:
            LookupError: The outcome is more than the files that can be remembered.
        """
        from Cython import __version__  # type: ignore[import-not-found]  # noqa: PLC0415 - of the environment
        from Cython.Build import Dependencies  # type: ignore[import-not-found]  # noqa: PLC0415 - likewise
        from Cython.Compiler import Options  # type: ignore[import-not-found]  # noqa: PLC0415 - likewise

        if options.annotate or Options.annotate or getattr(options, "depfile", None):
            raise LookupError(source)
        options.configure_language_defaults(os.path.splitext(source)[1][1:])
        tree = Dependencies._dep_tree or Dependencies.DependencyTree(context, quiet=True)  # noqa: SLF001 - cythonize's
        files = {os.path.abspath(file) for file in (source, *tree.all_dependencies(source))}
        contents = {self.short(file): Path(file).read_bytes() for file in files if not _is_c(file)}
        settings = {name: value for name, value in vars(Options).items() if isinstance(value, _PLAIN)}
        parts = [
            (_FORMAT, __version__, str(module), self.short(os.path.abspath(source))),
            self._shortened(options.get_fingerprint()),
            sorted((name, repr(value)) for name, value in options.compiler_directives.items()),
            sorted((name, repr(value)) for name, value in settings.items() if not name.startswith("__")),
            sorted((name, repr(value)) for name, value in Options.get_directive_defaults().items()),
            sorted((name, hashlib.sha256(content).hexdigest()) for name, content in contents.items()),
            tuple(self._uname) if any(b"UNAME_" in content for content in contents.values()) else (),
        ]
        return hashlib.sha256(repr(parts).encode()).hexdigest()

    @staticmethod
    def _expected(main: Any, source: str, options: Any, module: Any, context: Any) -> Any:
        """Give the result that Cython starts with: it knows where the C file goes."""
        name = module or context.extract_module_name(source, options)
        scanning = sys.modules["Cython.Compiler.Scanning"]
        path = os.path.abspath(source)
        described = scanning.FileSourceDescriptor(path, path)
        return main.create_default_resultobj(main.CompilationSource(described, name, os.getcwd()), options)

    def _known(self, key: str, result: Any) -> Any:
        """Write what is remembered, and give Cython's result; None if there is none."""
        try:
            digest, _, kept = (self._cache / f"{key}.json").read_bytes().partition(b"\n")
            if digest.decode("ascii") != hashlib.sha256(kept).hexdigest():  # the disk has damaged it
                return None
            outputs: Mapping[str, list[str]] = json.loads(kept)
        except (OSError, ValueError):
            return None
        folder = Path(result.c_file).parent
        folder.mkdir(parents=True, exist_ok=True)
        for attribute, (name, text) in outputs.items():
            (folder / name).write_bytes(text.encode())
            setattr(result, attribute, str(folder / name))
        result.num_errors = 0  # before Cython 3 it is only there when all is done
        return result

    def _remembered(self, key: str, result: Any) -> Any:
        files = {one: Path(path) for one in _OUTPUTS if (path := getattr(result, one, None))}
        beside = {file.parent for file in files.values()}
        if result.num_errors or len(beside) != 1:
            return result
        outputs = {one: [file.name, file.read_bytes().decode()] for one, file in files.items()}
        # What still names a folder of this machine would be wrong elsewhere.
        if not any(self._root.search(text) for _, text in outputs.values()):
            scratch = self._cache / f"{key}.{os.getpid()}"
            kept = json.dumps(outputs).encode()
            scratch.write_bytes(b"%s\n%s" % (hashlib.sha256(kept).hexdigest().encode(), kept))
            scratch.replace(self._cache / f"{key}.json")
        return result


def remember_translations(
    cache: str, sources: Sequence[str], temporary: str, view: Mapping[str, Any]
) -> None:
    """Let Cython, if there is one, translate once per content, from now on until the process ends.

    Args:
        cache: Folder, absolute; shared by processes.
        sources: The project's folder, and that of the whole copy, absolute.
        temporary: Where the project makes copies of itself, absolute.
        view: What the project sees of the system.
    """
    main = sys.modules.get("Cython.Compiler.Main")
    if main is None:
        return
    Path(cache).mkdir(parents=True, exist_ok=True)
    kind: Any = namedtuple("kind", "system node release version machine")  # noqa: PYI024 - as CPython's
    uname = kind(view["system"], "localhost", view["release"], view["version"], view["machine"])
    packages = [entry for entry in sys.path if entry.endswith("site-packages")]
    translations = Translations(cache, roots=[*sources, *packages], temporary=[temporary], uname=uname)
    translations.install(main, sys.modules["Cython.Compiler.Scanning"])
    if sys.platform == "linux":
        # cythonize(nthreads=…) starts processes: forked ones are as this one is.
        import multiprocessing  # noqa: PLC0415 - 10 ms, and most projects have no Cython

        multiprocessing.set_start_method("fork", force=True)


_PLAIN = (bool, int, str, type(None))


def _is_c(file: str) -> bool:
    """Tell whether a file is only named in the C code."""
    return os.path.splitext(file)[1].lower() in {".c", ".cpp", ".cc", ".cxx", ".h", ".hpp", ".hh"}


def _context(main: Any, options: Any) -> Any:
    """Make what Cython itself would: 3.x in one way, 0.29 in another."""
    make = getattr(main.Context, "from_options", None)
    return make(options) if make else options.create_context()


@contextlib.contextmanager
def _alone(file: Path) -> Iterator[None]:
    """Let one process at a time translate the same; where there are no such locks, all do."""
    try:
        import fcntl  # noqa: PLC0415 - not on Windows
    except ImportError:
        yield
        return
    with file.open("w") as stream:
        flock: Callable[[Any, int], None] = fcntl.flock
        flock(stream, fcntl.LOCK_EX)
        yield
