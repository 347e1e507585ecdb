"""The outcomes as JUnit's XML, which continuous integration shows: a test case per trial."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pyz3.runtimes.trials import Outcome

# What XML 1.0 has no way to say ("Char").
_NO_CHARACTER = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def junit(outcomes: Sequence[Outcome]) -> bytes:
    """Give the file's content.

    Args:
        outcomes: What came of each trial.  What was not run is ``skipped``, with the reason.
    """
    counts = {
        "tests": len(outcomes),
        "failures": sum(one.status == "failed" for one in outcomes),
        "errors": 0,
        "skipped": sum(one.status in {"not run", "skipped"} for one in outcomes),
    }
    totals = {name: str(count) for name, count in counts.items()}
    totals["time"] = f"{sum(one.seconds for one in outcomes):.3f}"
    root = ET.Element("testsuites", totals)
    suite = ET.SubElement(root, "testsuite", {"name": "pyz3 test", **totals})
    for one in outcomes:
        _case(suite, one)
    ET.indent(root)
    text: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return text + b"\n"


def _case(suite: ET.Element, one: Outcome) -> None:
    runtime = str(one.trial.runtime or "no interpreter")
    names = {"classname": runtime, "name": one.trial.wheel.name, "time": f"{one.seconds:.3f}"}
    case = ET.SubElement(suite, "testcase", {name: _text(value) for name, value in names.items()})
    if one.status == "failed":
        ET.SubElement(case, "failure", {"message": _text(one.reason)}).text = _text(one.output)
    elif one.status != "passed":
        ET.SubElement(case, "skipped", {"message": _text(f"{one.status}: {one.reason}")})
    if one.output and one.status != "failed":
        ET.SubElement(case, "system-out").text = _text(one.output)


def _text(text: str) -> str:
    return _NO_CHARACTER.sub("\N{REPLACEMENT CHARACTER}", text)
