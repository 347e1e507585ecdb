"""Compilers of languages that pyz3 compiles none of: what they are called, and what is said of them.  Pure.

This machine's own would compile for this machine: a command of such a name fails with one sentence.
"""

from __future__ import annotations

import re

TYPE_CHECKING = False  # see target.py
if TYPE_CHECKING:
    from collections.abc import Iterable

# Language → its compilers, as CMake ("CMakeDetermineFortranCompiler") and numpy.distutils look for them.
_COMPILERS = {
    "Fortran": ("gfortran", "f77", "f90", "f95", "flang", "flang-new", "g77", "g95", "ifort", "ifx"),
    "CUDA": ("nvcc",),
    "Rust": ("rustc", "cargo"),
}  # fmt: skip
# Those that CMake knows.
CMAKE_LANGUAGES = ("Fortran", "CUDA")
# Those that stand on PATH whatever else is there.
_ALWAYS = ("gfortran", "f77", "f95", "flang", "nvcc", "rustc", "cargo")
# gfortran-12, x86_64-linux-gnu-gfortran-12
_LANGUAGES = {name: language for language, names in _COMPILERS.items() for name in names}
_NAME = re.compile(
    rf"(?:[a-z0-9_]+-(?:[a-z0-9_]+-){{1,3}})?(?P<name>{'|'.join(map(re.escape, _LANGUAGES))})(?:-\d[\d.]*)?"
)
_SAYING = re.compile(
    # CMake breaks lines.
    rf"pyz3\s+compiles\s+no\s+(?P<ours>{'|'.join(_COMPILERS)})\b"
    # Meson and CMake look for a compiler, or setuptools for what the ending of a source means.
    r"|'(?P<meson>fortran|cuda|rust)' compiler binary not defined in cross file"
    r"|No CMAKE_(?P<cmake>Fortran|CUDA|Rust)_COMPILER could be found"
    r"|unknown file type '\.(?P<ending>f|for|f77|f90|f95|f03|f08|cu|cuh|rs)'",
    re.IGNORECASE,
)
_ENDINGS = {"cu": "CUDA", "cuh": "CUDA", "rs": "Rust"}


def declined(names: Iterable[str] = (), *, native: bool = False) -> dict[str, str]:
    """Give which commands are declined, and the language of each.

    Args:
        names: Of the programs that there are on this machine: some carry a version.
        native: What is compiled is for this machine: what cargo makes of Rust is, too.
    """
    found = {name: _LANGUAGES[name] for name in _ALWAYS}
    for one in names:
        if match := _NAME.fullmatch(one):
            found[one] = _LANGUAGES[match["name"]]
    return {name: language for name, language in found.items() if not (native and language == "Rust")}


def sentence(language: str) -> str:
    """Give what is said of a language: ``pyz3 compiles no Fortran``."""
    return f"pyz3 compiles no {language}"


def language_said(text: str) -> str:
    """Give the language for want of whose compiler a build failed; empty: it failed of something else.

    Args:
        text: Why it failed: what its build system or our commands said.
    """
    match = _SAYING.search(text)
    if match is None:
        return ""
    if match["ending"]:
        return _ENDINGS.get(match["ending"].lower(), "Fortran")
    said = match["ours"] or match["meson"] or match["cmake"]
    return next(language for language in _COMPILERS if language.lower() == said.lower())
