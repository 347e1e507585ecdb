"""What sources tell Visual Studio's linker, wherever they say it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyz3.hooks.adapting import named_libraries
from pyz3.plan import Unit

if TYPE_CHECKING:
    from pathlib import Path


def test_libraries_that_headers_name(tmp_path: Path) -> None:
    files = {
        "src/one.c": '#include "one.h"\n#include "gone.h"\n#pragma comment(lib, "user32.lib")\n',
        "src/one.h": '#include "net/two.h"\n#include <three.h>\n',
        "include/net/two.h": '#include "one.h"\n#include "../net/two.h"\n#pragma comment(lib, "Ws2_32")\n',
        "include/three.h": '#pragma comment(lib, "gdi32.lib")\n',
        "include/one.h": '#pragma comment(lib, "psapi.lib")\n',
    }
    for name, text in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    unit = Unit(source=str(tmp_path / "src/one.c"), flags=("-O2", f"-I{tmp_path / 'include'}"))
    # As compilers do: beside the includer first, and what stands between <> is another's.
    assert named_libraries([unit]) == ("user32", "ws2_32", "psapi")
