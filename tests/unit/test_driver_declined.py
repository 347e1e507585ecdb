from __future__ import annotations

import pytest

from pyz3.driver.declined import declined, language_said, sentence

OURS = dict.fromkeys(("gfortran", "f77", "f95", "flang"), "Fortran") | {"nvcc": "CUDA"}
RUST = {"rustc": "Rust", "cargo": "Rust"}


def test_compilers_of_other_languages_are_declined() -> None:
    assert declined() == OURS | RUST
    assert declined(["ls", "gcc-12", "gfortran"]) == OURS | RUST


def test_those_that_are_here_are_declined_by_the_names_that_they_have() -> None:
    here = ("gfortran-12", "x86_64-linux-gnu-gfortran-12", "ifx", "flang-new-19", "cargo-clippy")
    assert declined(here) == OURS | RUST | dict.fromkeys(here[:-1], "Fortran")


def test_what_cargo_makes_for_this_machine_may_be_what_is_wanted() -> None:
    assert declined(["cargo"], native=True) == OURS


@pytest.mark.parametrize(
    ("said", "language"),
    [
        (f"  gfortran: error: {sentence('Fortran')}\n", "Fortran"),
        ("nvcc: error: pyz3 compiles\n  no CUDA\n", "CUDA"),  # as CMake breaks lines
        ("meson.build:4:0: ERROR: 'fortran' compiler binary not defined in cross file", "Fortran"),
        ("ERROR: 'cuda' compiler binary not defined in cross file", "CUDA"),
        ("  No CMAKE_Fortran_COMPILER could be found.", "Fortran"),
        ("error: unknown file type '.f90' (from 'src/a.f90')", "Fortran"),
        ("error: unknown file type '.cu' (from 'src/a.cu')", "CUDA"),
        ("error: unknown file type '.rs' (from 'src/a.rs')", "Rust"),
        ("error: unknown file type '.rc' (from 'src/a.rc')", ""),
        ("'cython' compiler binary not defined in cross file", ""),
        ("No CMAKE_C_COMPILER could be found. This needs no Fortran", ""),
        ("", ""),
    ],
)  # fmt: skip
def test_the_language_that_a_build_failed_for(said: str, language: str) -> None:
    assert language_said(said) == language
