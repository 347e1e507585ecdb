"""What links once more with debug data: which command, and what of it."""

from __future__ import annotations

from pyz3.driver.debug_link import link_kept, split_told, without_stripping

TOLD = "ld.lld --error-limit=0 -O3 -s -shared -o x.so x.o /cache/libc++.a"


def test_what_links_nothing_is_run_as_it_is() -> None:
    ran: list[tuple[str, ...]] = []

    def call(step: object, environment: object) -> int:
        ran.append((step, environment))  # type: ignore[arg-type]
        return 3

    step = ("zig", "cc", "-g", "-c", "x.c", "-o", "x.o")
    assert link_kept(step, {"A": "1"}, call) == 3
    assert ran == [(step, {"A": "1"})]


def test_the_linkers_command_line_is_no_message() -> None:
    assert split_told(f"warning: one\n{TOLD}\nwarning: two\n") == (TOLD, "warning: one\nwarning: two\n")
    assert split_told("error: ld.lld is not called so\n") == ("", "error: ld.lld is not called so\n")
    assert split_told("") == ("", "")


def test_only_stripping_is_left_out() -> None:
    expected = ["ld.lld", "--error-limit=0", "-O3", "-shared", "-o", "x.so", "x.o", "/cache/libc++.a"]
    assert without_stripping(TOLD) == expected
