"""A function that is newer than the promised glibc: refused by name, and what the tip says helps."""

from __future__ import annotations

from typing import TYPE_CHECKING

import factory
import pytest

if TYPE_CHECKING:
    from pathlib import Path

# Zig's headers hide what the promised glibc lacks; projects that declare such functions exist.
NEWER = """
long getrandom(void *, unsigned long, unsigned);
int memfd_create(const char *, unsigned);
void *keep[] = {(void *)getrandom, (void *)memfd_create};
"""


def probe(root: Path, **table: str) -> Path:
    settings = "".join(f'{key} = "{value}"\n' for key, value in table.items())
    return factory.write_project(
        root,
        f"[tool.pyz3]\n{settings}{factory.extension('probe', 'probe.c')}",
        {"probe.c": factory.ANSWER % {"name": "probe"} + NEWER},
    )


@pytest.mark.parametrize("machine", ["x86_64", "aarch64"])
def test_symbols_releases_and_file_are_named(machine: str, pyz3_cache: Path, tmp_path: Path) -> None:
    where = probe(tmp_path / "project")
    args = ("wheel", where, "--platform", f"linux-{machine}", "--python", "3.11", "-o", tmp_path / "dist")
    done = factory.pyz3(*args, cache=pyz3_cache)
    assert done.returncode == 9
    file = f"probe.cpython-311-{machine}-linux-gnu.so"
    printed = " ".join(done.stderr.split())
    for name, since in (("getrandom", "2.25"), ("memfd_create", "2.27")):
        assert (
            f"{file} needs {name}, which glibc has since {since}, but the wheel promises glibc 2.17"
        ) in printed
    assert 'promise a newer system with glibc = "2.27" in [tool.pyz3], or avoid the call' in printed
    assert factory.listing(tmp_path / "dist") == []


def test_the_tip_helps(pyz3_cache: Path, tmp_path: Path) -> None:
    where = probe(tmp_path / "project", glibc="2.27")
    args = ("wheel", where, "--platform", "linux-x86_64", "--python", "3.11", "-o", tmp_path / "dist")
    done = factory.pyz3(*args, cache=pyz3_cache)
    assert (done.returncode, factory.listing(tmp_path / "dist")) == (
        0,
        ["probe-1-cp311-cp311-manylinux_2_27_x86_64.whl"],
    )
