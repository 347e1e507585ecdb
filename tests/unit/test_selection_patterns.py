from __future__ import annotations

import re
from fnmatch import fnmatchcase

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pyz3._patterns import MOST_ALTERNATIVES, expand, matches, split_words
from pyz3.errors import ConfigError


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("cp313-*", ("cp313-*",)),
        ("cp313-* \tcp312-*\n", ("cp313-*", "cp312-*")),
        (["cp313-* cp312-*", "cp39-*"], ("cp313-*", "cp312-*", "cp39-*")),
        ("cp3{12,13}-*", ("cp3{12,13}-*",)),
        ("", ()),
        ([" ", ""], ()),
    ],
)
def test_patterns_in_one_text_or_several(value: str | list[str], words: tuple[str, ...]) -> None:
    assert split_words(value) == words


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("linux-x86_64,win_amd64", ("linux-x86_64", "win_amd64")),
        ("{linux,macos}-*, windows-*,", ("{linux,macos}-*", "windows-*")),
        ("{a,b c,d}", ("{a,b", "c", "d}")),
        ("a},b", ("a}", "b")),
    ],
)
def test_commas_outside_of_braces(value: str, words: tuple[str, ...]) -> None:
    assert split_words(value, commas=True) == words


# What a shell makes of them.
@pytest.mark.parametrize(
    ("pattern", "plain"),
    [
        ("cp313-*", ["cp313-*"]),
        ("cp3{12,13}-*", ["cp312-*", "cp313-*"]),
        ("cp3{9,1{0,1}}-*", ["cp39-*", "cp310-*", "cp311-*"]),
        ("{a,b}{c,d}", ["ac", "ad", "bc", "bd"]),
        ("cp3{9..11}-*", ["cp39-*", "cp310-*", "cp311-*"]),
        ("{3..1}", ["3", "2", "1"]),
        ("cp313{,t}-*", ["cp313-*", "cp313t-*"]),
        ("{a}", ["{a}"]),
        ("{}", ["{}"]),
        ("{a{b,c}}", ["{ab}", "{ac}"]),
        ("{a,{b,c}", ["{a,b", "{a,c"]),
        ("a,b}", ["a,b}"]),
        ("{1..x}", ["{1..x}"]),
        ("", [""]),
    ],
)
def test_braces(pattern: str, plain: list[str]) -> None:
    assert list(expand(pattern)) == plain


@pytest.mark.parametrize("pattern", ["{0..999}{0,1}", "{a,b}" * 200, "{0..999}" * 100])
def test_too_many_alternatives(pattern: str) -> None:
    with pytest.raises(ConfigError) as caught:
        expand(pattern)
    shown = pattern if len(pattern) <= 80 else f"{pattern[:80]}…"
    assert caught.value.message == f"pattern {shown!r} stands for more than 1000 patterns"
    assert caught.value.tip == "use * and ? in place of some braces"


def test_as_many_as_allowed() -> None:
    assert expand("{0..999}") == tuple(map(str, range(MOST_ALTERNATIVES)))


def test_deep_braces_do_not_exhaust_the_stack() -> None:
    assert expand("{" * 5000 + "a,b" + "}" * 5000)[0] == "{" * 4999 + "a" + "}" * 4999
    assert expand("{" * 5000) == ("{" * 5000,)


@pytest.mark.parametrize(
    ("pattern", "text", "found"),
    [
        ("cp31[23]-*", "cp313-win_amd64", True),
        ("cp31[!23]-*", "cp313-win_amd64", False),
        ("CP313-*", "cp313-win_amd64", False),
        ("cp313", "cp313-win_amd64", False),
        ("cp31?-*", "cp313t-win_amd64", False),
        ("cp31?{,t}-*", "cp313t-win_amd64", True),
        ("*", "", True),
    ],
)
def test_matching(pattern: str, text: str, found: bool) -> None:
    assert matches([pattern], text) is found


def test_one_of_several_is_enough() -> None:
    assert matches(["a", "b"], "b")
    assert not matches([], "b")


def shell(pattern: str) -> list[str]:
    """The plainest rule: replace the first innermost group until there is none.

    ``{x}`` is no group; its braces are set aside.
    """
    match = re.search(r"\{([^{}]*)\}", pattern)
    if match is None:
        return [pattern]
    before, inner, after = pattern[: match.start()], match[1], pattern[match.end() :]
    numbers = re.fullmatch(r"(\d{1,3})\.\.(\d{1,3})", inner, re.ASCII)
    if numbers is not None:
        first, last = int(numbers[1]), int(numbers[2])
        options = list(map(str, range(first, last + 1) if first <= last else range(first, last - 1, -1)))
    elif "," in inner:
        options = inner.split(",")
    else:
        return shell(f"{before}\0{inner}\1{after}")
    return [plain for option in options for plain in shell(before + option + after)]


@given(st.text(alphabet="{},a1.-*", max_size=14))
def test_braces_mean_what_a_plain_rule_says(pattern: str) -> None:
    try:
        found = expand(pattern)
    except ConfigError:
        assert len(shell(pattern)) > MOST_ALTERNATIVES
    else:
        # A comma of a group that is one only by its inner braces makes no difference to the set.
        assert set(found) == {plain.replace("\0", "{").replace("\1", "}") for plain in shell(pattern)}


@given(st.lists(st.text(alphabet="{},[]!?*cp13t-", max_size=12), max_size=4), st.text(max_size=12))
def test_matching_is_fnmatch_of_some_expansion(patterns: list[str], text: str) -> None:
    assert matches(patterns, text) == any(fnmatchcase(text, p) for word in patterns for p in shell_set(word))


def shell_set(pattern: str) -> set[str]:
    return {plain.replace("\0", "{").replace("\1", "}") for plain in shell(pattern)}


@given(st.text(max_size=40))
def test_any_text_is_a_pattern(text: str) -> None:
    assert all(isinstance(plain, str) for plain in expand(text))
    assert matches([text], text) in {True, False}


@given(st.lists(st.from_regex(r"[a-z0-9*]{1,5}", fullmatch=True), max_size=4))
def test_words_survive_joining(words: list[str]) -> None:
    assert split_words(" ".join(words)) == split_words(words) == tuple(words)
    assert split_words(",".join(words), commas=True) == tuple(words)
