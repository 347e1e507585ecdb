"""The lines about wheels: one for each, and the total."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pyz3.results import WheelResult


def human_size(size: int) -> str:
    """``5412`` → ``5.4 kB``."""
    value = float(size)
    for unit in ("B", "kB", "MB"):
        if value < 1000:  # noqa: PLR2004 - SI prefixes
            return f"{value:.0f} B" if unit == "B" else f"{value:.1f} {unit}"
        value /= 1000
    return f"{value:.1f} GB"


def columns(rows: Sequence[Sequence[str]]) -> list[str]:
    """Give rows as lines, their cells below each other; rich's tables break paths where a screen ends."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    ]


def wheel_line(wheel: WheelResult) -> Text:
    """Identifier, file, size, duration and SHA-256 of a wheel."""
    return Text.assemble(
        ("✓ ", "green"),
        (wheel.identifier, "bold"),
        f"  {wheel.path.name}",
        (f"  {human_size(wheel.size)}  {wheel.seconds:.2f} s", "cyan"),
        (f"  sha256={wheel.sha256}", "dim"),
        *[(f"  without {name}", "yellow") for name in dict.fromkeys(one.module for one in wheel.left_out)],
    )


def total_line(
    wheels: Sequence[WheelResult], output_dir: str, *, seconds: float, unchanged: bool = False
) -> Text:
    """How many wheels there are, where, and how long it took; ``unchanged``: they were there already."""
    built = len(wheels)
    compiled = [wheel for wheel in wheels if not wheel.tag.endswith("-any")]
    cached = bool(compiled) and all(wheel.cached for wheel in compiled)
    note = " (nothing had changed)" if unchanged else " (nothing had to be compiled)" if cached else ""
    return Text(f"{built} wheel{'' if built == 1 else 's'} in {output_dir}, {seconds:.2f} s{note}")
