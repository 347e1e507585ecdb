"""The audit holds ``export-symbols`` to its word."""

from __future__ import annotations

import pytest

from pyz3.audit import Facts, judge
from pyz3.targets import Platform, PythonVersion, Target

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
    report = judge(
        (FACTS[platform],),
        file="p/core",
        module=None,
        target=Target(platform=platform, python=PythonVersion(3, 13)),
        floor=platform.floor(),
        python_symbols=frozenset(),
        exports=exports,
    )
    assert [(f.rule, f.symbol, f.message) for f in report.findings] == [
        ("export", name, f"p/core exports nothing that export-symbols calls {name!r}") for name in missing
    ]
