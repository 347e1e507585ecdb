"""docs/performance.md and its plots, from what was measured.  Pure: the same measures give the same files."""

from __future__ import annotations

import statistics
import textwrap
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

COMMAND = "python scripts/bench.py --page"
# What the others are held against.
_RIVAL = "python -m build (setuptools), 1 wheel"
_FORTY = "pyz3, 40 wheels"
_ISOLATED = "python -m build, isolated (setuptools), 1 wheel"
MARKUPSAFE = "pyz3, markupsafe, 40 wheels"
MARKUPSAFE_ALONE = "python -m build, isolated, markupsafe, 1 wheel"
_BARE = "the bare zig commands, 40 modules"

COLD = "pyz3, 8 wheels, empty cache"
PLAIN = "zig cc, 8 modules, empty cache"
_RATIO_HEAD = (("ratio, round by round", "median (least to most)"), ("---", "--:"))

_ENOUGH = 5

_PAGE = """\
# Performance

{made}

Ways are run in turn, {rounds} rounds after one that is not counted.{few} Other load falls upon all of them:
look at ratios, not at seconds. All that was measured is in [performance.json](performance.json).

## A source has changed

The project is `examples/hello`, one C module. 40 wheels are eight platforms and five Pythons (3.9 to
3.13). The other tools build one wheel, for this machine, with its C compiler and without build
isolation, but for the way that says so: there, as `python -m build` comes, setuptools is installed for each
build. The bare commands are a compile and a link per module, with zig's cache, as many at a time as
there are processors: no wheels, no checks.

![Seconds after a change](performance-changed.svg)

{changed}

{ratios}

The same for markupsafe, an unmodified project of setuptools. Its `setup.py` does not read the C source, so
pyz3 does not run it again.

{setuptools}

{setuptools_ratio}

## Nothing has changed

![Seconds when nothing has changed](performance-unchanged.svg)

{unchanged}

## Cold

With an empty cache, {cold_rounds}{few_cold}. zig compiles its build script, and what the C libraries
need. The commands beside it are one `zig cc -shared` per module, with its own empty cache: all else that
they compile is mingw-w64's runtime, twice, which pyz3 does without where a module allows it.

{cold}

{cold_ratio}

## Scale

Each project is new to the cache, which has what is compiled once. Memory is the most that all processes
had resident at a time, looked at every 0.05 s; what they share is counted for each.

{scale}

## How fast the wheels are

That is measured against the official wheels: [what is in the binaries](binaries.md#speed).
"""

_WIDTH, _LEFT, _ROW, _TOP = 760, 270, 30, 44
_STYLE = """\
  text { font: 13px system-ui, sans-serif; fill: #1f2328; }
  .title { font-weight: 600; }
  .note { fill: #59636e; }
  .bar { fill: #8c959f; }
  .own { fill: #0969da; }
  .spread { stroke: #1f2328; stroke-width: 1.5; }
  @media (prefers-color-scheme: dark) {
    text { fill: #f0f6fc; }
    .note { fill: #9198a1; }
    .bar { fill: #656c76; }
    .own { fill: #4493f8; }
    .spread { stroke: #f0f6fc; }
  }
"""


def files(data: Mapping[str, Any]) -> dict[str, str]:
    """Give the page and its plots: name below docs → text."""
    return {
        "performance.md": page(data),
        "performance-changed.svg": plot(
            "One C source changed, then built: seconds", _bars(data["changed"], "seconds")
        ),
        "performance-unchanged.svg": plot(
            "Nothing changed, built again: seconds", _bars(data["unchanged"], "seconds")
        ),
    }


def page(data: Mapping[str, Any]) -> str:
    """Give docs/performance.md."""
    rounds, cold = data["rounds"], data["cold_rounds"]
    machine = data["machine"]
    tools = ", ".join(f"{name} {version}" for name, version in data["tools"].items())
    made = (
        f"Made by `{COMMAND} --rounds {rounds} --cold-rounds {cold}` on {data['date']}: {machine['system']}, "
        f"{machine['processors']} processors, load {machine['load']} when it began, Python {data['python']}; "
        f"{tools}."
    )
    return _PAGE.format(
        made="\n".join(textwrap.wrap(made, 110, break_on_hyphens=False)),
        rounds=rounds,
        few="" if rounds >= _ENOUGH else f" That is fewer than the {_ENOUGH} that it should be.",
        changed=_table(data["changed"]),
        ratios=_against(data["changed"]),
        setuptools=_table(data["setuptools"]),
        setuptools_ratio=_ratio(data["setuptools"], MARKUPSAFE, MARKUPSAFE_ALONE),
        unchanged=_table(data["unchanged"]),
        cold_rounds=f"{cold} round{'' if cold == 1 else 's'}",
        few_cold="" if cold >= _ENOUGH else f": fewer than the {_ENOUGH} that it should be",
        cold=_table(data["cold"]),
        cold_ratio=_ratio(data["cold"], COLD, PLAIN),
        scale=_scale(data["scale"]),
    )


def _table(ways: Mapping[str, Mapping[str, Sequence[float]]]) -> str:
    rows = [("way", "seconds (least to most)", "processor seconds"), ("---", "--:", "--:")]
    rows += [
        (name, _spread(of["seconds"]), f"{statistics.median(of['cpu']):.2f}") for name, of in ways.items()
    ]
    return _rows(rows)


def _against(ways: Mapping[str, Mapping[str, Sequence[float]]]) -> str:
    """Give the ratios that matter, each round's own."""
    wall = _ratios(ways[_FORTY]["seconds"], ways[_RIVAL]["seconds"])
    isolated = _ratios(ways[_FORTY]["seconds"], ways[_ISOLATED]["seconds"])
    spent = _ratios(ways[_FORTY]["cpu"], ways[_BARE]["cpu"])
    one = _ratios(ways["pyz3, 1 wheel"]["seconds"], ways[_RIVAL]["seconds"])
    rows = [
        *_RATIO_HEAD,
        (f"{_FORTY}, to one wheel of python -m build: seconds", _spread(wall)),
        (f"{_FORTY}, to one wheel of python -m build as it comes: seconds", _spread(isolated)),
        ("pyz3, 1 wheel, to the same: seconds", _spread(one)),
        (f"{_FORTY}, to the bare zig commands: processor seconds", _spread(spent)),
    ]
    return _rows(rows)


def _ratio(ways: Mapping[str, Mapping[str, Sequence[float]]], one: str, other: str) -> str:
    ratio = _ratios(ways[one]["seconds"], ways[other]["seconds"])
    return _rows([*_RATIO_HEAD, (f"{one}, to {other}: seconds", _spread(ratio))])


def _ratios(ours: Iterable[float], theirs: Iterable[float]) -> list[float]:
    return [one / other for one, other in zip(ours, theirs, strict=True)]


def _scale(rows: Sequence[Mapping[str, Any]]) -> str:
    head = ("project", "first build, s", "nothing changed, s", "memory, MB", "compilers at once (of -j)")
    return _rows(
        [
            head,
            ("---", "--:", "--:", "--:", "--:"),
            *(
                (
                    one["what"],
                    f"{one['seconds']:.2f}",
                    f"{one['unchanged']:.2f}",
                    str(one["peak_mb"]),
                    f"{one['compilers']} ({one['jobs']})",
                )
                for one in rows
            ),
        ]
    )


def _spread(values: Sequence[float]) -> str:
    return f"{statistics.median(values):.2f} ({min(values):.2f} to {max(values):.2f})"


def _rows(rows: Iterable[Sequence[str]]) -> str:
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _bars(ways: Mapping[str, Mapping[str, Sequence[float]]], what: str) -> list[tuple[str, Sequence[float]]]:
    return [(name, of[what]) for name, of in ways.items()]


def plot(title: str, bars: Sequence[tuple[str, Sequence[float]]]) -> str:
    """Give bars as SVG, light or dark as the reader's system is: medians, with a line from least to most.

    Args:
        title: Above them.
        bars: Name → what was measured.
    """
    most = max(max(values) for _, values in bars)
    unit = (_WIDTH - _LEFT - 90) / most
    height = _TOP + _ROW * len(bars) + 24
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" role="img">',
        f"<title>{escape(title)}</title>",
        f"<style>\n{_STYLE}</style>",
        f'<text class="title" x="10" y="24">{escape(title)}</text>',
    ]
    for number, (name, values) in enumerate(bars):
        y = _TOP + _ROW * number
        middle = statistics.median(values)
        own = "own" if name.startswith("pyz3") else "bar"
        ends = (_LEFT + min(values) * unit, _LEFT + max(values) * unit)
        lines += [
            f'<text x="{_LEFT - 10}" y="{y + 15}" text-anchor="end">{escape(name)}</text>',
            f'<rect class="{own}" x="{_LEFT}" y="{y}" width="{middle * unit:.1f}" height="20" rx="2"/>',
            f'<line class="spread" x1="{ends[0]:.1f}" x2="{ends[1]:.1f}" y1="{y + 10}" y2="{y + 10}"/>',
            f'<text x="{ends[1] + 8:.1f}" y="{y + 15}">{middle:.2f}</text>',
        ]
    lines.append(
        f'<text class="note" x="10" y="{height - 6}">Bars are medians; lines go from least to most.</text>'
    )
    return "\n".join([*lines, "</svg>"]) + "\n"
