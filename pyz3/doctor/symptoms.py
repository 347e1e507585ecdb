"""What Python and the loaders say: the messages by which users meet a problem.

They are CPython's (``Python/dynload_win.c``, ``Python/importdl.c``), glibc's and dyld's, and Windows'
texts of ERROR_MOD_NOT_FOUND, ERROR_PROC_NOT_FOUND and ERROR_BAD_EXE_FORMAT.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pyz3.audit import Facts, Finding

_MESSAGES: Mapping[tuple[str, str], str] = {
    (
        "pe",
        "library",
    ): "ImportError: DLL load failed while importing {last}: The specified module could not be found.",
    ("pe", "symbol"): "ImportError: DLL load failed while importing {last}: "
    "The specified procedure could not be found.",
    (
        "pe",
        "machine",
    ): "ImportError: DLL load failed while importing {last}: %1 is not a valid Win32 application.",
    ("elf", "library"): "ImportError: {symbol}: cannot open shared object file: No such file or directory",
    ("elf", "symbol"): "ImportError: {file}: undefined symbol: {symbol}",
    ("elf", "floor"): "ImportError: libc.so.6: version `{version}' not found (required by {file})",
    ("elf", "machine"): "ImportError: {file}: wrong ELF class, or: invalid ELF header",
    ("elf", "stack"): "ImportError: {file}: cannot enable executable stack as shared object requires",
    ("macho", "library"): "ImportError: dlopen({file}): Library not loaded: {symbol} (image not found)",
    ("macho", "symbol"): "ImportError: dlopen({file}): symbol not found in flat namespace '_{symbol}'",
    ("macho", "machine"): "ImportError: dlopen({file}): mach-o file, but is an incompatible architecture",
    ("macho", "signature"): "the process ends with SIGKILL (Code Signature Invalid)",
}
_INIT = "ImportError: dynamic module does not define module export function ({symbol})"


def symptom(finding: Finding, facts: Facts, module: str) -> str:
    """Give what a user sees when this goes wrong; empty where nothing is typical."""
    if finding.rule == "init":
        return _INIT.format(symbol=finding.symbol)
    text = _MESSAGES.get((facts.format, finding.rule), "")
    last = module.rpartition(".")[2] or "a module"
    return text.format(last=last, file=finding.file, symbol=finding.symbol, version=finding.version)
