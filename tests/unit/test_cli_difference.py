"""How a generated file is compared with what it would be."""

from __future__ import annotations

import pytest

from pyz3.cli.difference import check_file
from pyz3.cli.terminal import SafeConsole


@pytest.mark.parametrize(
    ("before", "after", "status", "shown"),
    [
        ("a\n", "a\n", 0, "x.yml is up to date\n"),
        ("", "a\n", 1, "--- x.yml\n+++ x.yml, as it would be written\n@@ -0,0 +1 @@\n+a\n"),
        # Lines that end otherwise are shown, though they look alike.
        ("a\r\n", "a\n", 1, "--- x.yml\n+++ x.yml, as it would be written\n@@ -1 +1 @@\n-a\n+a\n"),
    ],
)
def test_a_file_is_up_to_date_or_shown(
    before: str, after: str, status: int, shown: str, *, capsys: pytest.CaptureFixture[str]
) -> None:
    assert check_file(SafeConsole(), before, after, path="x.yml") == status
    assert capsys.readouterr().out == shown
