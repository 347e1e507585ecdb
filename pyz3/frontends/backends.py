"""Which build backend a project has, from ``[build-system]`` (PEP 517, PEP 518).  Nothing of it is run."""

from __future__ import annotations

import ast
import configparser
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from pyz3.config import Backend
from pyz3.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

LEGACY = "setuptools.build_meta:__legacy__"
# PEP 517 leaves to the front end what a project without [build-system] needs; pip and build take
# these, and many a setup.py imports wheel.
LEGACY_REQUIRES = ("setuptools>=40.8.0", "wheel")

# Keys of [tool.pyz3] that only a project has which pyz3 builds itself.
NATIVE_KEYS = ("extensions", "libraries", "build-zig", "packages", "version", "sdist", "abi3", "fallback")
# Those that say what is to be compiled: with them pyz3 builds a project whatever else its backend is.
_DECLARING_KEYS = ("extensions", "libraries", "build-zig")


@dataclass(frozen=True, kw_only=True)
class _Other:
    """A build backend that pyz3 knows by name.

    Attributes:
        name: As its users call it.
        package: What ``requires`` calls it.
        compiles: It is chosen to compile something; else its projects' own hooks may.
    """

    name: str
    package: str
    compiles: bool = False


# Top-level module of build-backend → what it is.
_OTHERS = {
    "mesonpy": _Other(name="meson-python", package="meson-python", compiles=True),
    "scikit_build_core": _Other(name="scikit-build-core", package="scikit-build-core", compiles=True),
    "py_build_cmake": _Other(name="py-build-cmake", package="py-build-cmake", compiles=True),
    "enscons": _Other(name="enscons", package="enscons", compiles=True),
    "sipbuild": _Other(name="SIP", package="sip", compiles=True),
    "pyqtbuild": _Other(name="PyQt-builder", package="pyqt-builder", compiles=True),
    "pymsbuild": _Other(name="pymsbuild", package="pymsbuild", compiles=True),
    "cmeel": _Other(name="cmeel", package="cmeel", compiles=True),
    "mesonpep517": _Other(name="mesonpep517", package="mesonpep517", compiles=True),
    "hatchling": _Other(name="hatchling", package="hatchling"),
    "poetry": _Other(name="poetry-core", package="poetry-core"),
    "poetry_dynamic_versioning": _Other(name="poetry-core", package="poetry-dynamic-versioning"),
    "pdm": _Other(name="pdm-backend", package="pdm-backend"),
    "flit_core": _Other(name="flit", package="flit-core"),
    "flit": _Other(name="flit", package="flit"),
    "flit_scm": _Other(name="flit", package="flit-scm"),
    "uv_build": _Other(name="uv_build", package="uv-build"),
    "whey": _Other(name="whey", package="whey"),
    "sphinx_theme_builder": _Other(name="sphinx-theme-builder", package="sphinx-theme-builder"),
}
_OURS = "pyz3"
_MATURIN = "maturin"
# Backends that are setuptools' with something around it.
_AROUND_SETUPTOOLS = frozenset({"setuptools", "pbr", "jupyter_packaging"})
# Hooks of hatchling's, and what is known of them: those that compile, and those that write text.
_COMPILING_HOOKS = frozenset({"cython", "mypyc", "scikit-build"})
_TEXT_HOOKS = frozenset({"version", "vcs"})


def recognise(root: Path, data: dict[str, Any]) -> Backend | None:
    """Give the build backend that builds the project; None: pyz3 itself.

    Args:
        root: The project's folder.
        data: Its ``pyproject.toml``; empty if it has none.

    Raises:
        ConfigError: It has a backend that pyz3 cannot work with.
    """
    system = data.get("build-system")
    if system is None:
        legacy = is_legacy(root) and not _said(data, NATIVE_KEYS)
        return Backend(kind="setuptools", build_backend=LEGACY, requires=LEGACY_REQUIRES) if legacy else None
    if not isinstance(system, dict):
        return None
    requires = _texts(system, "requires")
    names = _names(requires)
    text = system.get("build-backend")
    if text is None:
        if _said(data, NATIVE_KEYS) or not (is_legacy(root) or "setuptools" in names):
            return None
        text = LEGACY
    if not isinstance(text, str):
        return None
    path = _texts(system, "backend-path")
    module = text.partition(":")[0]
    top = _inner(root, path, module, names) if path else module.partition(".")[0]
    if top == _OURS or (top not in _AROUND_SETUPTOOLS and _said(data, _DECLARING_KEYS)):
        return None
    _refuse_rust(text, top, names)
    found = Backend(kind="setuptools", build_backend=text, backend_path=path, requires=requires)
    return found if top in _AROUND_SETUPTOOLS else _described(found, _OTHERS.get(top), data, root)


def is_known(backend: Backend) -> bool:
    """Whether pyz3 knows more of a backend than that PEP 517 holds for it."""
    return backend.kind != backend.build_backend


def is_legacy(root: Path) -> bool:
    """Whether the folder holds what setuptools builds without a ``pyproject.toml``.

    Many a ``setup.cfg`` only configures other tools: it counts if it describes a distribution.
    """
    if (root / "setup.py").is_file():
        return True
    parser = configparser.RawConfigParser(strict=False)
    try:
        parser.read_string((root / "setup.cfg").read_text(encoding="utf-8", errors="replace"))
    except (OSError, configparser.Error):
        return False
    return parser.has_section("metadata") or parser.has_section("options")


def _said(data: dict[str, Any], keys: Iterable[str]) -> bool:
    """Whether ``[tool.pyz3]`` has one of ``keys``."""
    tool = data.get("tool")
    table = tool.get("pyz3") if isinstance(tool, dict) else None
    return isinstance(table, dict) and any(key in table for key in keys)


def _texts(system: dict[str, Any], key: str) -> tuple[str, ...]:
    """Give a key's strings.

    Raises:
        ConfigError: It is something else.
    """
    value = system.get(key, [])
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise ConfigError(f"pyproject.toml: build-system.{key}: expected an array of strings (PEP 518)")
    return tuple(value)


def _names(requires: Iterable[str]) -> frozenset[str]:
    try:
        return frozenset(canonicalize_name(Requirement(text).name) for text in requires)
    except InvalidRequirement as error:
        message = str(error).partition("\n")[0]
        raise ConfigError(f"pyproject.toml: build-system.requires: {message} (PEP 508)") from None


def _inner(root: Path, path: Iterable[str], module: str, requires: frozenset[str]) -> str:
    """Give the top-level module of the backend that one within the project wraps.

    It is what the project's own module imports, or what ``requires`` names.
    """
    known = _AROUND_SETUPTOOLS | _OTHERS.keys() | {_OURS, _MATURIN}
    imported = _imports(root, path, module)
    # setuptools last: others need it for its own sake, too.
    for top in sorted(imported & known, key=lambda name: name in _AROUND_SETUPTOOLS):
        return top
    if "setuptools" in requires:
        return "setuptools"
    if _MATURIN in requires:
        return _MATURIN
    for top, other in _OTHERS.items():
        if other.package in requires:
            return top
    # A backend that is itself what is built: setuptools, hatchling.
    return module.partition(".")[0]


def _imports(root: Path, path: Iterable[str], module: str) -> set[str]:
    """Give the top-level packages that a backend within the project imports."""
    parts = module.split(".")
    found: set[str] = set()
    for folder in path:
        base = root.joinpath(folder, *parts)
        for file in (base.with_name(f"{base.name}.py"), base / "__init__.py"):
            try:
                tree = ast.parse(file.read_bytes())
            except (OSError, SyntaxError, ValueError):
                continue
            for node in ast.walk(tree):
                if isinstance(node, ast.Import):
                    found |= {alias.name.partition(".")[0] for alias in node.names}
                elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                    found.add(node.module.partition(".")[0])
    return found


def _refuse_rust(text: str, top: str, requires: frozenset[str]) -> None:
    if top == _MATURIN:
        raise ConfigError(
            f"pyproject.toml: build-system.build-backend: {text!r}: pyz3 compiles no Rust",
            tip="it cross-compiles with zig itself: maturin build --zig --target aarch64-unknown-linux-gnu",
        )
    if "setuptools-rust" in requires:
        raise ConfigError(
            "pyproject.toml: build-system.requires names setuptools-rust: pyz3 compiles no Rust",
            tip="cibuildwheel builds it today, on a machine of each system",
        )


def _described(backend: Backend, other: _Other | None, data: dict[str, Any], root: Path) -> Backend:
    """Give a backend that is not setuptools with what is known of it; nothing is known of most (PEP 517)."""
    if other is None:
        return replace(backend, kind=backend.build_backend)
    compiled_by, idle = (other.name, "") if other.compiles else _hooks_of(other.name, data, root)
    return replace(backend, kind=other.name, compiled_by=compiled_by, idle=idle)


def _hooks_of(name: str, data: dict[str, Any], root: Path) -> tuple[str, str]:
    """Give what of a project's own compiles, and why nothing may be compiled; empty: nothing is known to."""
    if name == "hatchling":
        return _hatch_hooks(data)
    if name == "poetry-core":
        poetry = _table(data, "tool", "poetry")
        script = _table(poetry, "build").get("script") or poetry.get("build")
        return (f"poetry-core's build script {script!r}", "") if isinstance(script, str) else ("", "")
    if name == "pdm-backend":
        build = _table(data, "tool", "pdm", "build")
        if build.get("run-setuptools"):
            return "pdm-backend's run-setuptools", ""
        hook = build.get("custom-hook", "pdm_build.py")
        if isinstance(hook, str) and (root / hook).is_file():
            return "", f"pdm-backend's hook {hook!r} has compiled nothing"
    return "", ""


def _hatch_hooks(data: dict[str, Any]) -> tuple[str, str]:
    build = _table(data, "tool", "hatch", "build")
    hooks = {**_table(build, "hooks"), **_table(build, "targets", "wheel", "hooks")}
    idle = ""
    for name, hook in hooks.items():
        if name in _TEXT_HOOKS:
            continue
        if isinstance(hook, dict) and hook.get("enable-by-default") is False:
            variable = f"HATCH_BUILD_HOOK_ENABLE_{name.upper()}"
            idle = f"hatchling's build hook {name!r} is off: {variable}=1 in environment turns it on"
        elif name in _COMPILING_HOOKS:
            return f"hatchling's build hook {name!r}", ""
        else:
            idle = idle or f"hatchling's build hook {name!r} has compiled nothing"
    return "", idle


def _table(data: dict[str, Any], *keys: str) -> dict[str, Any]:
    for key in keys:
        inner = data.get(key)
        data = inner if isinstance(inner, dict) else {}
    return data
