"""Which of Windows' libraries has what a link did not find."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyz3.driver.undefined import undefined_advice

if TYPE_CHECKING:
    from pathlib import Path

OUTPUT = """error: lld-link: undefined symbol: __declspec(dllimport) SysAllocString
    note: referenced by x.obj:(run)
error: lld-link: undefined symbol: helper
error: lld-link: undefined symbol: WSAGetLastError
error: lld-link: undefined symbol: SysFreeString
error: lld-link: undefined symbol: _GUID const& __mingw_uuidof<S>()
"""


def test_the_library_is_named(tmp_path: Path) -> None:
    for name, text in (
        ("api-ms-win-net.def", "WSAGetLastError"),
        ("oleaut32.def.in", "EXPORTS\nSysAllocString\nSysFreeString@4"),
        ("mswsock.def", "WSAGetLastError\nother"),
        ("ws2_32.def.in", "WSAGetLastError@0"),
    ):
        (tmp_path / name).write_text(text)
    assert undefined_advice(OUTPUT, tmp_path) == (
        "__uuidof of a type of your own: mingw wants __CRT_UUID_DECL(type, 0x…, …) behind it",
        "SysAllocString, SysFreeString: name oleaut32 in libraries",
        "WSAGetLastError: name ws2_32 in libraries",
    )
    assert undefined_advice("ld.lld: error: undefined symbol: SysAllocString", tmp_path) == ()
    assert undefined_advice(OUTPUT, tmp_path / "nothing")[1:] == ()
