from __future__ import annotations

import importlib.util
import json
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from pyz3._toml import load_toml
from pyz3.check.catalog import rules

if TYPE_CHECKING:
    from types import ModuleType

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
POLICIES = ["manylinux_2_17_x86_64", "manylinux_2_28_x86_64", "manylinux_2_5_x86_64"]


def load(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, ROOT / "scripts" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # dataclasses look there for their annotations
    spec.loader.exec_module(module)
    return module


COMPARE = load("agreement_compare")
PAGE = load("agreement_page")


def finding(code: str, member: str = "", symbol: str = "") -> dict[str, str]:
    return {"code": code, "member": member, "symbol": symbol}


def compared(checker: str, said: dict[str, Any], **report: Any) -> dict[str, tuple[str, str]]:
    found = COMPARE.answers({checker: said}, report)
    assert {one.checker for one in found} == {checker}
    return {one.question: (one.theirs, one.ours) for one in found}


class TestAnswers:
    def test_of_auditwheel_a_tag_counts_as_the_policy_that_it_falls_into(self) -> None:
        said = {
            "oldest": "manylinux_2_17_x86_64",
            "policies": POLICIES,
            "outside": ["liba.so"],
            "holds": False,
            "newer_instructions": True,
        }
        assert compared(
            "auditwheel",
            said,
            lowest=["manylinux_2_14_x86_64"],
            findings=[finding("PW203", "m.so", "liba.so")],
        ) == {
            "oldest tag": ("manylinux_2_17_x86_64", "manylinux_2_17_x86_64"),
            "libraries": ("liba.so", "liba.so"),
            "tag holds": ("no", "no"),
            "newer processor": ("yes", "no"),
        }

    @pytest.mark.parametrize(
        ("lowest", "policy"),
        [
            ("manylinux_2_5_x86_64", "manylinux_2_5_x86_64"),
            ("manylinux_2_18_x86_64", "manylinux_2_28_x86_64"),
            ("manylinux_2_40_x86_64", "manylinux_2_40_x86_64"),  # newer than all of them
            ("manylinux_2_17_x86_64.manylinux2014_x86_64", "manylinux_2_17_x86_64"),
        ],
    )
    def test_versions_are_compared_as_numbers(self, lowest: str, policy: str) -> None:
        said = {
            "oldest": "-",
            "policies": POLICIES,
            "outside": [],
            "holds": True,
            "newer_instructions": False,
        }
        assert compared("auditwheel", said, lowest=[lowest])["oldest tag"] == ("-", policy)

    def test_musl_has_no_oldest_tag(self) -> None:
        said = {
            "oldest": "musllinux_1_2_x86_64",
            "policies": [],
            "outside": [],
            "holds": True,
            "newer_instructions": False,
        }
        assert compared("auditwheel", said) == {
            "libraries": ("-", "-"),
            "tag holds": ("yes", "yes"),
            "newer processor": ("no", "no"),
        }

    def test_of_abi3audit_symbols_are_compared_with_their_file(self) -> None:
        said = {"outside": ["m.abi3.so: PyA", "m.abi3.so: PyB"], "newer": []}
        found = [finding("PW301", "p/m.abi3.so", "PyA"), finding("PW302", "p/m.abi3.so", "PyC")]
        assert compared("abi3audit", said, findings=found) == {
            "not in the stable ABI": ("m.abi3.so: PyA, m.abi3.so: PyB", "m.abi3.so: PyA"),
            "newer than the tag": ("-", "m.abi3.so: PyC"),
        }

    def test_of_delvewheel_case_does_not_matter(self) -> None:
        found = [finding("PW203", "m.pyd", "LibSSL.dll"), finding("PW204", "m.pyd", "d3d12.dll")]
        assert compared("delvewheel", {"outside": ["libssl.dll"]}, findings=found) == {
            "libraries": ("libssl.dll", "libssl.dll")
        }

    def test_of_delocate_each_processor_has_its_oldest_macos(self) -> None:
        said = {"outside": [], "oldest": ["macosx_10_9_universal2"]}
        lowest = ["macosx_11_0_arm64", "macosx_10_9_x86_64"]
        assert compared("delocate", said, lowest=lowest)["oldest tag"] == (
            "macosx_10_9_x86_64, macosx_11_0_arm64",
            "macosx_10_9_x86_64, macosx_11_0_arm64",
        )

    def test_of_check_wheel_contents_each_code_is_a_question(self) -> None:
        said = {"codes": ["W008", "W009"]}
        found = compared("check-wheel-contents", said, findings=[finding("PW407"), finding("PW402")])
        assert list(found) == list(COMPARE.CONTENTS)
        assert {question: pair for question, pair in found.items() if pair != ("-", "-")} == {
            "W002": ("-", "found"),
            "W007 W008": ("found", "found"),
            "W009": ("found", "-"),
        }

    def test_of_twine_what_is_invalid_is_not_rendered(self) -> None:
        assert compared("twine", {"invalid": "no name"}, findings=[finding("PW501")]) == {
            "metadata is valid": ("no", "no")
        }
        assert compared("twine", {"renders": False, "warnings": ["missing"]}) == {
            "metadata is valid": ("yes", "yes"),
            "description renders": ("no", "yes"),
            "passes with --strict": ("no", "yes"),
        }
        assert compared("twine", {"renders": True, "warnings": ["missing"]}, findings=[finding("PW508")]) == {
            "metadata is valid": ("yes", "yes"),
            "description renders": ("yes", "yes"),
            "passes with --strict": ("no", "no"),
        }

    def test_that_a_checker_fails_is_an_answer(self) -> None:
        assert compared("auditwheel", {"error": "ValueError: odd"}) == {
            "can be read": ("ValueError: odd", "yes")
        }

    def test_the_rules_exist(self) -> None:
        assert {*COMPARE.CONTENTS.values(), *COMPARE._TAG, *COMPARE._STRICT, "PW215"} <= set(rules())


ABOUT = {"date": "2026-11-28", "pyz3": "0.1", "tools": {"twine": "7.0.0"}}
AGREED = COMPARE.Answer(checker="twine", question="renders", theirs="yes", ours="yes")
DIFFERENT = COMPARE.Answer(checker="twine", question="renders", theirs="no", ours="yes")
CAUSE = {"checker": "twine", "question": "renders", "why": "It is stricter.", "wheels": ["b==1 any"]}


class TestJudged:
    def test_each_difference_has_its_cause(self) -> None:
        data = PAGE.judged(
            {"a==1 any": [AGREED], "b==1 any": [DIFFERENT]}, causes=[CAUSE], listed=3, about=ABOUT
        )
        assert data["counts"] == [{"checker": "twine", "question": "renders", "compared": 2, "differ": 1}]
        assert data["differences"] == [
            {"checker": "twine", "question": "renders", "wheel": "b==1 any", "theirs": "no", "ours": "yes",
             "why": "It is stricter."}
        ]  # fmt: skip
        assert (data["unexplained"], data["stale"]) == ([], [])

    def test_a_difference_without_a_cause_is_told(self) -> None:
        data = PAGE.judged({"a==1 any": [DIFFERENT]}, causes=[CAUSE], listed=1, about=ABOUT)
        assert [one["wheel"] for one in data["unexplained"]] == ["a==1 any"]
        assert data["stale"] == []  # its wheel was not compared

    def test_a_cause_without_a_difference_is_told(self) -> None:
        data = PAGE.judged({"b==1 any": [AGREED]}, causes=[CAUSE], listed=1, about=ABOUT)
        assert data["stale"] == [{"checker": "twine", "question": "renders", "wheel": "b==1 any"}]


class TestPage:
    def test_it_says_how_many_wheels_and_why_they_differ(self) -> None:
        data = PAGE.judged(
            {"a==1 any": [AGREED], "b==1 any": [DIFFERENT]}, causes=[CAUSE], listed=3, about=ABOUT
        )
        text = PAGE.page(data)
        assert "of 2 wheels of the 3 in its table: pyz3 0.1; twine 7.0.0." in text.replace("\n", " ")
        assert "| twine | renders | 2 | 1 | 1 |" in text
        head = "| wheel | says | pyz3 |\n| --- | --- | --- |"
        assert f"**renders**: It is stricter.\n\n{head}\n| b==1 any | no | yes |" in text

    def test_without_differences_it_says_so(self) -> None:
        data = PAGE.judged({"a==1 any": [AGREED]}, causes=[], listed=1, about=ABOUT)
        assert "## Differences\n\nNone.\n" in PAGE.page(data)
        assert "of 1 wheels:" in PAGE.page(data).replace("\n", " ")

    def test_long_cells_are_cut(self) -> None:
        assert PAGE._short("a, b, c, d|e, f") == "a, b, c and 2 more"
        assert PAGE._short("a|b") == "a\\|b"

    def test_the_page_is_that_of_its_data(self) -> None:
        data = json.loads((DOCS / "agreement.json").read_text(encoding="utf-8"))
        assert (DOCS / "agreement.md").read_text(encoding="utf-8") == PAGE.page(data)
        assert (data["unexplained"], data["stale"]) == ([], [])


class TestTable:
    table = load_toml((ROOT / "scripts" / "agreement.toml").read_text(encoding="utf-8"))

    def test_rows_are_a_version_and_a_tag_and_none_is_there_twice(self) -> None:
        rows = self.table["wheels"]
        assert [row for row in rows if not re.fullmatch(r"[\w.-]+==[\w.]+ [\w.]+-\w+-\w+", row)] == []
        assert len(rows) == len(set(rows)) == 100

    def test_causes_are_for_wheels_of_the_table_and_end_as_sentences_do(self) -> None:
        for cause in self.table["cause"]:
            assert set(cause) == {"checker", "question", "why", "wheels"}
            assert cause["why"].endswith(".")
            assert set(cause["wheels"]) <= set(self.table["wheels"])
