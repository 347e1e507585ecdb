"""docs/agreement.md from what was compared (``agreement.py``).  Pure: the same answers give the same page."""

from __future__ import annotations

import textwrap
from itertools import groupby
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from agreement_compare import Answer

_PAGE = """\
# Agreement with other checkers

`pyz3 check` asks what six other checkers ask. Both were asked about the same official wheels, fetched from
PyPI. Where they differ, the cause is below.

{made}

{counts}

A question is put only where both can answer it: auditwheel to wheels for Linux, delocate to those for macOS,
delvewheel to those for Windows, abi3audit to those for the stable ABI.

- auditwheel's oldest tag is of its policies: `manylinux_2_14` counts as `manylinux_2_17`. musl has no
  versions of symbols, so for it there is no oldest tag.
- Libraries are those that the checker would copy into the wheel, and that pyz3 calls missing (PW203).
- delocate reads load commands with macOS's `otool`; here macholib reads them, which it brings.
- delvewheel says of a wheel that it has repaired just that; here it is made to look again.

## Differences

{differences}

## Not compared

{left_out}
"""


def judged(
    found: Mapping[str, Sequence[Answer]],
    *,
    causes: Sequence[Mapping[str, Any]],
    listed: int,
    about: Mapping[str, Any],
) -> dict[str, Any]:
    """Count what was found, and give each difference its cause; this is what docs/agreement.json holds.

    Args:
        found: Wheel, as the table names it → answers.
        causes: ``checker``, ``question``, ``why`` and the ``wheels`` that it is the cause for.
        listed: Wheels in the table.
        about: What else is to be told: date, versions.
    """
    known = {
        (one["checker"], one["question"], wheel): one["why"] for one in causes for wheel in one["wheels"]
    }
    counts: dict[tuple[str, str], list[int]] = {}
    differences = []
    for wheel, of in found.items():
        for answer in of:
            count = counts.setdefault((answer.checker, answer.question), [0, 0])
            count[0] += 1
            if not answer.agree:
                count[1] += 1
                key = (answer.checker, answer.question, wheel)
                differences.append({**_key(key), "theirs": answer.theirs, "ours": answer.ours,
                                    "why": known.get(key, "")})  # fmt: skip
    seen = {(one["checker"], one["question"], one["wheel"]) for one in differences}
    return {
        **about,
        "listed": listed,
        "wheels": list(found),
        "counts": [
            {"checker": checker, "question": question, "compared": compared, "differ": differ}
            for (checker, question), (compared, differ) in sorted(counts.items())
        ],
        "differences": sorted(differences, key=_order),
        "unexplained": [one for one in differences if not one["why"]],
        "stale": [_key(key) for key in known if key not in seen and key[2] in found],
    }


def _key(key: tuple[str, str, str]) -> dict[str, str]:
    return {"checker": key[0], "question": key[1], "wheel": key[2]}


def _order(one: Mapping[str, str]) -> tuple[str, ...]:
    return one["checker"], one["question"], one["why"], one["wheel"]


def page(data: Mapping[str, Any]) -> str:
    """Give docs/agreement.md."""
    wheels, listed = len(data["wheels"]), data["listed"]
    tools = ", ".join(f"{name} {version}" for name, version in data["tools"].items())
    few = "" if wheels == listed else f" of the {listed} in its table"
    made = (
        f"Made by `python scripts/agreement.py --write-docs` on {data['date']}, of {wheels} wheels{few}: "
        f"pyz3 {data['pyz3']}; {tools}. Counts and differences in full are in "
        "[agreement.json](agreement.json)."
    )
    return _PAGE.format(
        made=_wrapped(made),
        counts=_counts(data["counts"]),
        differences=_differences(data["differences"]) or "None.",
        left_out=_LEFT_OUT,
    )


_LEFT_OUT = """\
- What pyz3 asks alone: RECORD and the archive, hardening, privacy, signatures, sets of wheels.
- What others do besides checking: repairing, renaming."""


def _counts(counts: Iterable[Mapping[str, Any]]) -> str:
    rows = ["| checker | question | wheels compared | agree | differ |", "| --- | --- | --: | --: | --: |"]
    rows += [
        f"| {one['checker']} | {one['question']} | {one['compared']} | {one['compared'] - one['differ']} "
        f"| {one['differ']} |"
        for one in counts
    ]
    return "\n".join(rows)


def _differences(differences: Iterable[Mapping[str, str]]) -> str:
    parts = []
    for checker, of in groupby(differences, lambda one: one["checker"]):
        parts.append(f"### {checker}")
        for (question, why), same in groupby(of, lambda one: (one["question"], one["why"])):
            parts.append(_wrapped(f"**{question}**: {why or 'the cause is not known.'}"))
            parts.append(
                "| wheel | says | pyz3 |\n| --- | --- | --- |\n"
                + "\n".join(
                    f"| {one['wheel']} | {_short(one['theirs'])} | {_short(one['ours'])} |" for one in same
                )
            )
    return "\n\n".join(parts)


def _short(text: str) -> str:
    """Give a cell of a table: what is long is cut, and all of it is in the JSON file."""
    names = text.replace("|", "\\|").split(", ")
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")  # noqa: PLR2004


def _wrapped(text: str) -> str:
    return "\n".join(textwrap.wrap(text, 110, break_on_hyphens=False, break_long_words=False))
