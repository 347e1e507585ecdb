"""Environment variables that change what a compiler emits and are in no key of zig's cache."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

# What a shell profile sets for this machine's own compiler; it must not reach another platform's build.
# Headers and libraries: gcc(1) and clang's CommandGuide, "Environment".  Flags: clang's driver
# (CCC_OVERRIDE_OPTIONS), its configuration files, cl.exe's, and those that zig takes from Nix.  The last
# lines are what zig itself reads (`zig env`); pyz3 sets those that it needs.
HOST_VARIABLES = frozenset(
    """
    CPATH C_INCLUDE_PATH CPLUS_INCLUDE_PATH OBJC_INCLUDE_PATH OBJCPLUS_INCLUDE_PATH LIBRARY_PATH
    COMPILER_PATH GCC_EXEC_PREFIX INCLUDE EXTERNAL_INCLUDE LIB CL _CL_ _LINK_ LINK
    SDKROOT DEVELOPER_DIR MACOSX_DEPLOYMENT_TARGET IPHONEOS_DEPLOYMENT_TARGET RC_DEBUG_OPTIONS
    CCC_OVERRIDE_OPTIONS QA_OVERRIDE_GCC3_OPTIONS CLANG_CONFIG_PATH CLANG_NO_DEFAULT_CONFIG
    CLANG_MODULE_CACHE_PATH CC_PRINT_OPTIONS CC_PRINT_HEADERS CC_PRINT_INTERNAL_STAT CC_PRINT_PROC_STAT
    CC_LOG_DIAGNOSTICS AS_SECURE_LOG_FILE ZERO_AR_DATE
    NIX_CFLAGS_COMPILE NIX_CFLAGS_LINK NIX_LDFLAGS
    ZIG_LIB_DIR ZIG_LIBC ZIG_LOCAL_CACHE_DIR ZIG_GLOBAL_CACHE_DIR ZIG_BUILD_RUNNER ZIG_PROGRESS
    ZIG_VERBOSE_CC ZIG_VERBOSE_LINK ZIG_DEBUG_CMD
    """.split()  # noqa: SIM905 - a table of words
)

# What make, autoconf and setuptools take for the compiler's name and flags.  They are about this machine,
# but whoever sets them expects to see them at work.
FLAG_VARIABLES = (
    *("CC", "CXX", "CPP", "LD", "AR", "CFLAGS", "CXXFLAGS", "CPPFLAGS", "LDFLAGS", "LIBS", "ARCHFLAGS"),
    *("CPATH", "C_INCLUDE_PATH", "CPLUS_INCLUDE_PATH", "LIBRARY_PATH", "PKG_CONFIG_PATH"),
)

# What a compiler replaces by the date of the build, SOURCE_DATE_EPOCH if it is set
# (https://reproducible-builds.org/specs/source-date-epoch/).
DATES = ("__DATE__", "__TIME__", "__TIMESTAMP__")


def unused_note(environ: Mapping[str, str]) -> str | None:
    """Say which flags and compilers of the environment no wheel is built with; None: none are set."""
    names = [name for name in FLAG_VARIABLES if environ.get(name)]
    if not names:
        return None
    listed = ", ".join(names)
    return f"{listed}: about this machine's compiler, so not used; flags for wheels belong in pyproject.toml"
