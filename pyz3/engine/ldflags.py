"""Linker flags as maintainers write them → what zig's build system takes.  Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from pyz3.errors import ConfigError

# Flags that say what the engine does anyway, or that have no meaning for an extension module.
_IMPLIED = frozenset(
    {
        "-shared", "-s", "-pthread", "-lpthread", "-lc", "-lm",
        "-Wl,-s", "-Wl,--strip-all", "-Wl,--gc-sections", "-Wl,-dead_strip", "-Wl,--as-needed", "-Wl,-O1",
        "-Wl,-z,relro", "-Wl,-z,now", "-Wl,-undefined,dynamic_lookup", "-Wl,--no-undefined",
        "-static", "-static-libgcc", "-static-libstdc++", "-bundle", "-dynamiclib",
    }
)  # fmt: skip

# The groups are LinkFlags' fields.  A comma would begin another flag: none is taken for a part of a path.
_UNDERSTOOD = re.compile(
    r"-l(?P<libraries>.+)|-L(?P<library_dirs>.+)|-F(?P<framework_dirs>.+)|-framework=(?P<frameworks>.+)"
    r"|-Wl,-rpath[,=](?P<rpaths>[^,]+)|-Wl,--version-script[,=](?P<version_script>[^,]+)"
    r"|-Wl,--build-id=(?P<build_id>none|fast|uuid|sha1|md5|0x(?:[0-9A-Fa-f]{2})+)"
)


@dataclass(kw_only=True)
class LinkFlags:
    """What ``ldflags`` ask for.

    Attributes:
        libraries: Names of ``-l``.
        library_dirs: Folders of ``-L``.
        frameworks: Names of ``-framework`` (macOS).
        framework_dirs: Folders of ``-F`` (macOS).
        rpaths: Run paths, as written (``$ORIGIN``, ``@loader_path``).
        version_script: File of ``-Wl,--version-script`` (ELF).
        build_id: How ``-Wl,--build-id`` makes it (ELF).
    """

    libraries: list[str] = field(default_factory=list)
    library_dirs: list[str] = field(default_factory=list)
    frameworks: list[str] = field(default_factory=list)
    framework_dirs: list[str] = field(default_factory=list)
    rpaths: list[str] = field(default_factory=list)
    version_script: str | None = None
    build_id: str | None = None


def parse_ldflags(flags: tuple[str, ...], *, module: str) -> LinkFlags:
    """Sort ``flags`` by what they mean.

    Args:
        flags: As configured.
        module: The module they belong to, for messages.

    Raises:
        ConfigError: A flag that zig's build system has no way to pass on.
    """
    link = LinkFlags()
    for word in _join_pairs(flags):
        if word in _IMPLIED:
            continue
        match = _UNDERSTOOD.fullmatch(word)
        if match is None:
            raise ConfigError(
                f"pyproject.toml: ldflags of {module}: {word!r} is not understood",
                tip="understood are -lNAME, -LDIR, -framework NAME, -Wl,-rpath,DIR, "
                "-Wl,--version-script=FILE and -Wl,--build-id=HOW",
            )
        kind = str(match.lastgroup)
        if kind in {"version_script", "build_id"}:
            setattr(link, kind, match[kind])
        else:
            getattr(link, kind).append(match[kind])
    return link


def _join_pairs(flags: tuple[str, ...]) -> list[str]:
    """``-l NAME``, ``-framework NAME`` and the like as one word each."""
    joined: list[str] = []
    rest = list(flags)
    while rest:
        word = rest.pop(0)
        if word in {"-l", "-L", "-F"} and rest:
            word += rest.pop(0)
        elif word in {"-framework", "-Wl,-framework"} and rest:
            word = f"-framework={rest.pop(0).removeprefix('-Wl,')}"
        elif word == "-Wl,--build-id":
            word += "=sha1"  # as GNU's linker understands it
        joined.append(word.replace("-Wl,-framework,", "-framework="))
    return joined
