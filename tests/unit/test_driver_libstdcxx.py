"""What is said of the parts of g++'s library that libc++ has not."""

from __future__ import annotations

import pytest

from pyz3.driver.missing_headers import compile_advice

NONE = (
    "it is g++'s own (libstdc++), and zig's C++ library is libc++, which has none like it; "
    "leave out the code where _LIBCPP_VERSION is defined"
)


@pytest.mark.parametrize(
    ("header", "advice"),
    [
        ("ext/pb_ds/assoc_container.hpp", NONE),
        ("experimental/simd.h", NONE),
        ("hash_map", "it is older than C++11, which has <unordered_map> and <unordered_set>"),
        ("tr1/unordered_map", "C++11 has it as <unordered_map>, in namespace std"),
        ("experimental/filesystem", "C++17 (-std=c++17) has it as <filesystem>, in namespace std"),
        ("generator", "zig's C++ library is libc++, which has it not yet; ask __has_include(<generator>)"),
        ("bits/stl_vector.h", "it is a part of g++'s own library; include the standard's header instead"),
    ],
)
def test_headers(header: str, advice: str) -> None:
    output = f"a.cpp:1:10: fatal error: '{header}' file not found\n"
    assert compile_advice(output, "windows-x64") == (f"<{header}> was not found for windows-x64: {advice}",)


def test_bits_are_not_all_of_libstdcxx() -> None:
    output = "a.c:1:10: fatal error: 'bits/sockaddr.h' file not found\n"
    (advice,) = compile_advice(output, "windows-x64")
    assert "a header of POSIX systems" in advice


@pytest.mark.parametrize(
    ("message", "name", "advice"),
    [
        ("no member named '__gcd' in namespace 'std'", "std::__gcd", "std::gcd of <numeric> (C++17)"),
        ("use of undeclared identifier '__gnu_cxx'", "__gnu_cxx", NONE),
        ("no member named 'cyl_bessel_j' in namespace 'std'", "std::cyl_bessel_j", "Boost.Math has them"),
        ("no template named 'optional' in namespace 'std'", "std::optional", "include the one that declares"),
        ("implicit instantiation of undefined template 'std::array<int, 3>'", "std::array", "(-std=c++20)"),
        ("no member named 'par' in namespace 'std::execution'", "std::par", "has no parallel algorithms"),
        ("no member named 'chunk' in namespace 'std::views'", "std::chunk", "__cpp_lib_ranges_chunk is not"),
        (
            "static assertion failed due to requirement 'is_trivially_copyable<std::shared_ptr<int>>::value'",
            "std::atomic<std::shared_ptr>",
            "std::atomic_load and std::atomic_store take a std::shared_ptr",
        ),
        ("no member named 'execution' in namespace 'std'", "std::execution", "has no parallel algorithms"),
    ],
)
def test_names(message: str, name: str, advice: str) -> None:
    (said,) = compile_advice(f"a.cpp:3:5: error: {message}\n", "linux-x86_64")
    assert said.startswith(f"{name}: unknown for linux-x86_64: ")
    assert advice in said


def test_many_names_are_one_piece_of_advice() -> None:
    names = ("array", "map", "sort", "memcpy")
    output = "".join(f"a.cpp:1:1: error: no member named '{name}' in namespace 'std'\n" for name in names)
    (said,) = compile_advice(output, "macos-arm64")
    assert said.startswith("std::array, std::map, std::sort …: unknown for macos-arm64: ")


def test_a_project_s_own_names() -> None:
    assert (
        compile_advice("a.cpp:1:1: error: no member named 'sort' in namespace 'own'\n", "linux-x86_64") == ()
    )
