"""The audit holds ``export-symbols`` to its word."""

from __future__ import annotations

import pytest
from audited import report

from pyz3.audit import Facts
from pyz3.targets import Platform

FACTS = {
    Platform.LINUX_X86_64: Facts(
        format="elf", machine="x86_64", exported=("core_a", "core_b"), needed=("libc.so.6",)
    ),
    Platform.WINDOWS_X64: Facts(format="pe", machine="amd64", exported=("core_a", "core_b")),
}


@pytest.mark.parametrize("platform", FACTS, ids=str)
@pytest.mark.parametrize(
    ("exports", "missing"),
    [
        ((), []),
        (("core_*",), []),
        (("core_a", "core_b"), []),
        (("core_?",), []),
        (("core_a", "Core_*", "core"), ["Core_*", "core"]),
    ],
)
def test_exports(platform: Platform, exports: tuple[str, ...], missing: list[str]) -> None:
    found = report(FACTS[platform], platform=platform, file="p/core", module=None, exports=exports)
    assert [(f.rule, f.symbol, f.message) for f in found.findings] == [
        ("export", name, f"p/core exports nothing that export-symbols calls {name!r}") for name in missing
    ]
