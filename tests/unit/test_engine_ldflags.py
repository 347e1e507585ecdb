from __future__ import annotations

from typing import Any

import pytest

from pyz3.engine.ldflags import LinkFlags, parse_ldflags
from pyz3.errors import ConfigError


@pytest.mark.parametrize(
    ("flags", "wanted"),
    [
        ("", {}),
        ("-lz -lssl", {"libraries": ["z", "ssl"]}),
        ("-l z", {"libraries": ["z"]}),
        ("-L/opt/lib -L lib", {"library_dirs": ["/opt/lib", "lib"]}),
        ("-framework Foundation", {"frameworks": ["Foundation"]}),
        ("-Wl,-framework -Wl,Foundation", {"frameworks": ["Foundation"]}),
        ("-Wl,-framework,Foundation", {"frameworks": ["Foundation"]}),
        ("-Wl,-rpath,$ORIGIN/lib", {"rpaths": ["$ORIGIN/lib"]}),
        ("-Wl,-rpath=@loader_path -Wl,-rpath,/x", {"rpaths": ["@loader_path", "/x"]}),
        ("-Wl,--version-script=map", {"version_script": "map"}),
        ("-Wl,--version-script,a=b", {"version_script": "a=b"}),
        ("-Wl,--build-id", {"build_id": "sha1"}),
        ("-Wl,--build-id=md5 -Wl,--build-id=0x12ab", {"build_id": "0x12ab"}),
        ("-shared -s -pthread -lm -l m -lc -lpthread", {}),
        ("-Wl,-O1 -Wl,--as-needed -Wl,-z,relro -Wl,-z,now -Wl,--gc-sections", {}),
        ("-bundle -Wl,-undefined,dynamic_lookup -Wl,-dead_strip", {}),
        ("-static -static-libgcc -static-libstdc++", {}),
        ("-s -lz -L. -framework A -Wl,-rpath,r", {"libraries": ["z"], "library_dirs": ["."], "frameworks": ["A"], "rpaths": ["r"]}),  # noqa: E501
    ],
)  # fmt: skip
def test_what_is_translated(flags: str, wanted: dict[str, Any]) -> None:
    assert parse_ldflags(tuple(flags.split()), module="m") == LinkFlags(**wanted)


@pytest.mark.parametrize(
    ("flags", "word"),
    [
        ("-lz -fuse-ld=gold", "-fuse-ld=gold"),
        ("-Wl,--wrap=malloc", "-Wl,--wrap=malloc"),
        ("-Wl,-Bsymbolic", "-Wl,-Bsymbolic"),
        ("z.o", "z.o"),
        ("-l", "-l"),
        ("-L", "-L"),
        ("-framework", "-framework"),
        ("-Wl,-rpath,", "-Wl,-rpath,"),
        ("-Wl,-rpath,/x,--wrap=malloc", "-Wl,-rpath,/x,--wrap=malloc"),
        ("-Wl,--version-script=", "-Wl,--version-script="),
        ("-Wl,--build-id=0x123", "-Wl,--build-id=0x123"),
        ("-Wl,--build-id=sha1,--wrap=malloc", "-Wl,--build-id=sha1,--wrap=malloc"),
    ],
)
def test_what_is_refused(flags: str, word: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parse_ldflags(tuple(flags.split()), module="hello._speed")
    assert caught.value.message == f"pyproject.toml: ldflags of hello._speed: {word!r} is not understood"
    assert caught.value.tip == (
        "understood are -lNAME, -LDIR, -framework NAME, -Wl,-rpath,DIR, -Wl,--version-script=FILE "
        "and -Wl,--build-id=HOW"
    )


def test_an_empty_word_is_refused() -> None:
    with pytest.raises(ConfigError, match="'' is not understood"):
        parse_ldflags(("-lz", ""), module="m")
