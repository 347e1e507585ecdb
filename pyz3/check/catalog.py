"""The rules as data: codes, names, what they mean; and which of them are selected."""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

import msgspec

from pyz3._records import convert
from pyz3._toml import load_toml
from pyz3.check.findings import Severity
from pyz3.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_EVERYTHING = "ALL"


class Rule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One rule, as ``rules.toml`` has it.

    Attributes:
        code: ``PW101``.
        name: ``not-in-record``.
        severity: Whether it fails the check.
        what: What is found, in a sentence.
        why: What goes wrong with it, and who says so.
        mend: What to do.
    """

    code: str
    name: str
    severity: Severity
    what: str
    why: str
    mend: str


class _Group(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Rules of one kind: those that begin with its prefix."""

    prefix: str
    title: str


class _Catalog(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    group: tuple[_Group, ...]
    rule: tuple[Rule, ...]


@cache
def rules() -> Mapping[str, Rule]:
    """Give every rule by its code, in order."""
    return {rule.code: rule for rule in _catalog().rule}


def groups() -> Mapping[str, str]:
    """Give the kinds of rules: prefix → title."""
    return {group.prefix: group.title for group in _catalog().group}


def selected(select: Sequence[str], ignore: Sequence[str]) -> frozenset[str]:
    """Give the codes that are selected.

    As with ruff, codes and their beginnings are named (``PW1``, ``PW101``, ``ALL``), and the longer one goes
    before; of two that are alike ``ignore`` does.

    Args:
        select: What is; empty: all.
        ignore: What is not.

    Raises:
        ConfigError: No rule begins so.
    """
    for word in (*select, *ignore):
        if word != _EVERYTHING and not any(code.startswith(word) for code in rules()):
            raise ConfigError(
                f"no rule is called {word!r}, and none begins so",
                tip="pyz3 explain rules lists them: PW101, or PW1 for all that begin so",
            )
    wanted = select or (_EVERYTHING,)
    return frozenset(code for code in rules() if _longest(code, wanted) > _longest(code, ignore))


def _longest(code: str, words: Sequence[str]) -> int:
    """Give how much of a code the best of words names; -1: none does."""
    lengths = [0 if word == _EVERYTHING else len(word) for word in words if _names(word, code)]
    return max(lengths, default=-1)


def _names(word: str, code: str) -> bool:
    return word == _EVERYTHING or (bool(word) and code.startswith(word))


@cache
def _catalog() -> _Catalog:
    text = resources.files("pyz3.check").joinpath("rules.toml").read_text(encoding="utf-8")
    return convert(load_toml(text), _Catalog)
