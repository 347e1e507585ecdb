"""What g++'s library has and zig's libc++ has not, and what helps.  Pure.

What libc++ has where it is asked for it, and ``<bits/stdc++.h>``, are in ``sysroot/libc++`` and not here.
"""

from __future__ import annotations

import re

_LACKING = "zig's C++ library is libc++, which {}"
_NONE_LIKE_IT = "has none like it; leave out the code where _LIBCPP_VERSION is defined"
_OWN = f"it is g++'s own (libstdc++), and {_LACKING.format(_NONE_LIKE_IT)}"
_NOT_YET = _LACKING.format("has it not yet; {}leave out the code where {} is not defined")
# What libc++ of LLVM 21 lacks of C++20 and C++23: its header, and its names.
_NO_HEADER = _LACKING.format("has it not yet; ask __has_include(<{0}>)")
_NOT_YET_HEADERS = "stacktrace|generator|spanstream|stdfloat"
_HEADERS = (
    (re.compile(f"({_NOT_YET_HEADERS})"), _NO_HEADER),
    (
        re.compile(r"(?:ext|backward)/hash_(map|set)|hash_(map|set)"),
        "it is older than C++11, which has <unordered_map> and <unordered_set>",
    ),
    (re.compile(r"tr[12]/(\w+)(\.h)?"), "C++11 has it as <{0}>, in namespace std"),
    (
        re.compile(
            r"experimental/(algorithm|any|chrono|filesystem|functional|memory_resource|numeric|optional|ratio"
            r"|string_view|system_error|tuple)"
        ),
        "C++17 (-std=c++17) has it as <{0}>, in namespace std",
    ),
    (re.compile(r"(ext|backward|parallel|debug|decimal|pstl|experimental)/.+|rope|slist"), _OWN),
    (
        re.compile(
            r"bits/(\w+\.tcc|c\+\+\w+\.h|(basic|ios|locale|ranges|regex|shared_ptr|std|stl|unique|unordered)_\w+\.h"
            r"|(alloc_traits|allocator|char_traits|cpp_type_traits|exception_ptr|functexcept|functional_hash"
            r"|hash_bytes|hashtable|hashtable_policy|localefwd|move|postypes|random|range_access|shared_ptr"
            r"|stringfwd)\.h)"
        ),
        "it is a part of g++'s own library; include the standard's header instead",
    ),
)

_NAMES = re.compile(
    r"error: no (?:member|type|template) named '(?P<member>\w+)' in namespace 'std(?:::\w+)*'"
    r"|error: implicit instantiation of undefined template 'std::(?P<undefined>\w+)<"
    r"|error: (?:use of undeclared identifier|expected namespace name|unknown type name)"
    r" ?'?(?P<own>__gnu_cxx|__gnu_pbds|__gnu_parallel|__gnu_debug)\b"
)
_NO_POLICIES = _LACKING.format(
    "has no parallel algorithms; leave the policy out where _LIBCPP_VERSION is defined"
)
_TIME_ZONES = _LACKING.format("has no time zones here; leave out the code where _LIBCPP_VERSION is defined")
_INSTEAD = {
    "__gcd": "std::gcd of <numeric> (C++17) is the standard's",
    "__lg": "std::bit_width of <bit> (C++20) is the standard's",
    "tr1": "C++11 has what was in it in namespace std",
    **{
        name: _NOT_YET.format(instead, f"__cpp_lib_{macro}")
        for name, macro, instead in (
            ("move_only_function", "move_only_function", "std::function takes what can be copied; "),
            ("chunk", "ranges_chunk", ""),
            ("slide", "ranges_slide", ""),
            ("stride", "ranges_stride", ""),
            ("enumerate", "ranges_enumerate", ""),
            ("cartesian_product", "ranges_cartesian_product", ""),
        )
    },
    **dict.fromkeys(
        ("osyncstream", "syncbuf"), _LACKING.format("has it not yet; a mutex around the stream does the same")
    ),
    **dict.fromkeys(("current_zone", "locate_zone", "zoned_time", "get_tzdb"), _TIME_ZONES),
    **dict.fromkeys(("par", "par_unseq", "unseq", "seq"), _NO_POLICIES),
    "execution": _NO_POLICIES,
    **dict.fromkeys(
        """
        assoc_laguerre assoc_legendre beta comp_ellint_1 comp_ellint_2 comp_ellint_3 cyl_bessel_i cyl_bessel_j
        cyl_bessel_k cyl_neumann ellint_1 ellint_2 ellint_3 expint laguerre legendre riemann_zeta sph_bessel
        sph_legendre sph_neumann
        """.split(),  # noqa: SIM905 - a table of words
        _LACKING.format("lacks most of C++17's mathematical special functions; Boost.Math has them"),
    ),
}
_ATOMIC_POINTERS = _LACKING.format(
    "has it not yet; std::atomic_load and std::atomic_store take a std::shared_ptr"
)
_SHARED_ATOMIC = re.compile(r"static assertion failed.*is_trivially_copyable<std::(?:shared|weak)_ptr<")
_ITS_HEADER = _LACKING.format(
    "includes fewer headers in others than g++'s; include the one that declares it, and ask for the standard "
    "that has it (-std=c++20)"
)


def libstdcxx_header_advice(header: str) -> str:
    """Say what ``header`` is if it is one that g++ alone has, and what to do; empty for any other."""
    for headers, advice in _HEADERS:
        if match := headers.fullmatch(header):
            return advice.format(*match.groups())
    return ""


def missing_name_advice(output: str, platform: str) -> tuple[str, ...]:
    """Say what to do about names of the C++ library that a compiler says it does not know.

    Args:
        output: What clang printed.
        platform: The name of a platform: ``macos-arm64``.

    Returns:
        A sentence for each piece of advice, with the first few of the names that it is for.
    """
    named: dict[str, dict[str, None]] = {}
    if _SHARED_ATOMIC.search(output):
        named[_ATOMIC_POINTERS] = {"std::atomic<std::shared_ptr>": None}
    for match in _NAMES.finditer(output):
        if own := match["own"]:
            named.setdefault(_OWN, {})[own] = None
            continue
        name = match["member"] or match["undefined"]
        named.setdefault(_INSTEAD.get(name, _ITS_HEADER), {})[f"std::{name}"] = None
    return tuple(
        f"{', '.join([*names][:3])}{' …' if len(names) > 3 else ''}: unknown for {platform}: {advice}"  # noqa: PLR2004 - a few
        for advice, names in named.items()
    )
