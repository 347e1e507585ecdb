"""Machine features: ``-mavx2``, ``-march=…``, ``/arch:…`` → what clang takes besides zig's own features.

Zig names every feature of the target to clang, most of them as absent.  A ``-m`` flag of a single file
is then either refused or, in ``zig build``, ignored without a word; ``-target-feature`` is obeyed in both.
"""

from __future__ import annotations

TYPE_CHECKING = False  # see target.py
if TYPE_CHECKING:
    from pyz3.driver.target import DriverTarget

    # Features with their sign, and why some are left out.
    Features = tuple[tuple[str, ...], str]

# LLVM's names are the flags' names but for these (clang's X86.cpp).
_X86_RENAMED = {"sse4": "sse4.2"}
_X86 = frozenset(
    """
    mmx sse sse2 sse3 ssse3 sse4 sse4.1 sse4.2 sse4a avx avx2 fma fma4 f16c xop bmi bmi2 lzcnt popcnt
    aes pclmul sha sha512 sm3 sm4 rdrnd rdseed adx movbe cx16 sahf fxsr xsave xsavec xsaveopt xsaves
    prfchw clflushopt clwb crc32 gfni vaes vpclmulqdq fsgsbase rtm avx512f avx512cd avx512bw avx512dq
    avx512vl avx512vbmi avx512vbmi2 avx512ifma avx512vnni avx512bitalg avx512vpopcntdq avx512bf16
    avx512fp16 avxvnni avxifma avxvnniint8 avxvnniint16 avxneconvert amx-tile amx-int8 amx-bf16
    """.split()  # noqa: SIM905 - a table of words
)
# The levels of the x86-64 psABI, and what compilers call processors that have just these.
_V2 = "cx16 popcnt sahf sse3 ssse3 sse4.1 sse4.2 crc32"
_V3 = f"{_V2} avx avx2 bmi bmi2 f16c fma lzcnt movbe xsave"
_V4 = f"{_V3} avx512f avx512bw avx512cd avx512dq avx512vl"
_X86_MODELS = {
    **dict.fromkeys(("x86-64", "k8", "opteron", "athlon64", "i386", "i486", "i586", "i686", "pentium4"), ""),
    **dict.fromkeys(("nocona", "prescott"), "sse3"),
    "core2": "sse3 ssse3",
    "penryn": "sse3 ssse3 sse4.1",
    **dict.fromkeys(("x86-64-v2", "nehalem", "corei7", "silvermont"), _V2),
    **dict.fromkeys(("westmere",), f"{_V2} pclmul"),
    **dict.fromkeys(("sandybridge", "corei7-avx"), f"{_V2} pclmul avx xsave"),
    **dict.fromkeys(("ivybridge", "core-avx-i"), f"{_V2} pclmul avx xsave f16c fsgsbase rdrnd"),
    "x86-64-v3": _V3,
    **dict.fromkeys(("haswell", "core-avx2"), f"{_V3} pclmul fsgsbase rdrnd"),
    **dict.fromkeys(("broadwell", "skylake"), f"{_V3} pclmul fsgsbase rdrnd adx rdseed aes"),
    **dict.fromkeys(("znver1", "znver2", "znver3"), f"{_V3} pclmul fsgsbase rdrnd adx rdseed aes sha"),
    "x86-64-v4": _V4,
    **dict.fromkeys(("skylake-avx512", "cascadelake"), f"{_V4} pclmul fsgsbase rdrnd adx rdseed aes"),
}
# MSVC's /arch (learn.microsoft.com: "/arch (x64)"): AVX2 and later stand for what such processors have.
_MSVC_ARCH = {
    "IA32": "",
    "SSE": "",
    "SSE2": "",
    "SSE4.2": _V2,
    "AVX": f"{_V2} avx xsave",
    "AVX2": _V3,
    "AVX512": _V4,
}

# Extensions by -march's names (gcc: AArch64 Options) → LLVM's.
_ARM = {
    **{
        name: name
        for name in ("aes", "sha2", "sm4", "crc", "lse", "dotprod", "i8mm", "bf16", "rcpc", "ssbs", "sb")
    },
    # With what each stands on: zig names that as absent, which would take this away, too.
    "sha3": "sha2 sha3",
    "fp16fml": "fullfp16 fp16fml",
    "sve": "fullfp16 sve",
    "sve2": "fullfp16 sve sve2",
    "crypto": "aes sha2",
    "rdma": "rdm",
    "fp16": "fullfp16",
    "simd": "",
    "fp": "",
}
_ARM_LEVELS = {
    "armv8-a": "",
    "armv8.1-a": "v8.1a crc lse rdm",
    "armv8.2-a": "v8.2a crc lse rdm",
    "armv8.3-a": "v8.3a crc lse rdm rcpc",
    "armv8.4-a": "v8.4a crc lse rdm rcpc dotprod",
    "armv8.5-a": "v8.5a crc lse rdm rcpc dotprod ssbs sb",
    "armv8.6-a": "v8.6a crc lse rdm rcpc dotprod ssbs sb bf16 i8mm",
}

# What says that SSE4.2 was asked for, and CRC32 with it.
_SSE42 = ("+sse4", "+avx", "+fma", "+f16c", "+xop", "+crc32")
# What tells sources that a feature is there without being asked for (Arm's C language extensions).
_ARM_MACROS = {
    "+crc": ("__ARM_FEATURE_CRC32",),
    "+aes": ("__ARM_FEATURE_AES", "__ARM_FEATURE_CRYPTO"),
    "+sha2": ("__ARM_FEATURE_SHA2",),
}
_OLDEST = "the oldest processor of the target is built for"


def baseline(target: DriverTarget, asked: tuple[str, ...]) -> tuple[str, ...]:
    """Give the flags that let functions choose their own processor, ``__attribute__((target("avx512f")))``.

    clang opens up no feature that was named as absent on the command line.  These alone change no code.
    On arm there is besides ``#pragma GCC target("+crc+crypto")``, which clang ignores.

    Args:
        target: The target.
        asked: What ``features_of`` gave for the command.
    """
    if target.machine in {"x86_64", "x86"}:
        shown = any(name.startswith(_SSE42) for name in asked)
        return (*as_flags(("+crc32", "+evex512")), *(() if shown else ("-U__CRC32__",)))
    if target.machine == "aarch64" and target.system == "elf":
        hidden = tuple(
            f"-U{macro}"
            for feature, macros in _ARM_MACROS.items()
            if feature not in asked
            for macro in macros
        )
        return (*as_flags(tuple(_ARM_MACROS)), *hidden)
    return ()


def as_flags(features: tuple[str, ...]) -> tuple[str, ...]:
    """Give clang's flags for ``+avx2`` or ``-avx2``."""
    return tuple(word for name in features for word in ("-Xclang", "-target-feature", "-Xclang", name))


def features_of(word: str, target: DriverTarget) -> Features | None:  # noqa: PLR0911 - one per machine
    """Read a flag that asks for features.

    Returns:
        The features with their sign, and a reason if something is left out; None if it is no such flag or
        the machine has no such feature: then the compiler says so.
    """
    if word.startswith("-mtune="):
        return (), _OLDEST
    if target.machine == "aarch64" and target.system == "macos" and word == "-mcpu=apple-m1":
        return (), ""
    if word in {"-march=native", "-mcpu=native", "-xHost", "/QxHost"}:
        return (), "the processor of this machine is none of the target"
    if target.machine in {"x86_64", "x86"}:
        return _x86(word)
    if target.machine == "aarch64":
        return _aarch64(word)
    if target.machine == "arm" and word.startswith(("-mfpu=", "-mfloat-abi=")):
        # Python's own build for it: hard floats; NEON where a flag asks for it.
        return _answer("neon" if "neon" in word else "")
    return ((), _OLDEST) if word.startswith(("-march=", "-mcpu=")) else None


def _x86(word: str) -> Features | None:
    flag, _, value = word.partition("=")
    if flag in {"-march", "-mcpu"}:
        if value.startswith("arm"):
            return None
        return _answer(_X86_MODELS[value]) if value in _X86_MODELS else ((), _OLDEST)
    if word.startswith(("/arch:", "-arch:")):
        return _answer(_MSVC_ARCH[word[6:]]) if word[6:] in _MSVC_ARCH else ((), _OLDEST)
    name, sign = (word[5:], "-") if word.startswith("-mno-") else (word[2:], "+")
    if not word.startswith("-m") or name not in _X86:
        return None
    return (sign + _X86_RENAMED.get(name, name),), ""


def _aarch64(word: str) -> Features | None:
    flag, _, value = word.partition("=")
    if word.startswith("/arch:"):
        flag, value = "-march", f"{word[6:].replace('armv8.0', 'armv8')}-a"
    if flag not in {"-march", "-mcpu"} or value in _X86_MODELS:
        return None
    level, *extensions = value.split("+")
    known = _ARM_LEVELS if flag == "-march" else {"generic": ""}
    names = [known.get(level, ""), *(_ARM.get(name, "") for name in extensions)]
    features = tuple(f"+{name}" for name in dict.fromkeys(" ".join(names).split()))
    missing = level not in known or any(name not in _ARM for name in extensions)
    return features, _OLDEST if missing else ""


def _answer(names: str) -> Features:
    return tuple(f"+{name}" for name in dict.fromkeys(names.split())), ""
