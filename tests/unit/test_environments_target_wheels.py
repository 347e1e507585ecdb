"""Which wheel serves a target, what is kept of it, and how two slices become one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pyz3.environments import target_wheels
from pyz3.environments.fused import fuse_headers
from pyz3.environments.target_wheels import pip_platforms
from pyz3.targets import Platform, PythonVersion

if TYPE_CHECKING:
    from pathlib import Path

PY313 = PythonVersion(3, 13)


def test_tags_that_a_platform_takes() -> None:
    linux = pip_platforms(Platform.LINUX_AARCH64, PY313)
    assert {"manylinux_2_5_aarch64", "manylinux_2_17_aarch64", "manylinux2014_aarch64"} <= set(linux)
    assert all(tag.startswith("manylinux") and tag.endswith("_aarch64") for tag in linux)
    assert "musllinux_1_2_x86_64" in pip_platforms(Platform.MUSLLINUX_X86_64, PY313)
    assert pip_platforms(Platform.MACOS_ARM64, PY313) == ("macosx_30_0_arm64",)
    assert pip_platforms(Platform.WINDOWS_X64, PY313) == ("win_amd64",)
    assert pip_platforms(Platform.WINDOWS_X86, PY313) == ("win32",)
    assert pip_platforms(Platform.PYODIDE, PY313) == ("pyemscripten_2025_0_wasm32",)


def test_what_is_tried_for_a_target() -> None:
    threads = PythonVersion(3, 14, free_threaded=True)
    tried = [f"{v.abi}-{p}" for p, v in target_wheels._attempts(Platform.WINDOWS_ARM64, threads, "3.13")]
    assert tried == [
        *("cp314t-windows-arm64", "cp314-windows-arm64", "cp313-windows-arm64"),
        *("cp314t-windows-x64", "cp314-windows-x64", "cp313-windows-x64"),
    ]
    assert list(target_wheels._attempts(Platform.LINUX_ARMV7L, PY313, "3.13")) == [
        (Platform.LINUX_ARMV7L, PY313)
    ]


def test_stand_ins_have_the_same_sizes() -> None:
    bits = dict.fromkeys(("x86_64", "amd64", "aarch64", "arm64", "riscv64", "ppc64le", "s390x"), 64)
    bits["loongarch64"] = 64
    for platform in Platform:
        for other in platform.alike:
            assert bits[platform.spec.arch] == bits[other.spec.arch]
            assert (platform.family == "windows") == (other.family == "windows")
            # Its long double has another size.
            assert "macos" not in {platform.family, other.family}


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("numpy/_core/include/numpy/_numpyconfig.h", True),
        ("numpy/_core/lib/libnpymath.a", True),
        ("numpy/__init__.pxd", True),
        ("pyarrow/libarrow.so.2000", True),
        ("numpy/__init__.py", False),
        ("numpy/__init__.pyi", False),
        ("numpy/_core/_m.cpython-313-x86_64-linux-gnu.so", False),
        ("numpy/_core/_m.cp313-win_amd64.pyd", False),
        ("numpy.libs/libopenblas.so", False),
        ("numpy/.dylibs/libopenblas.dylib", False),
        ("numpy/tests/data.h", False),
    ],
)
def test_what_is_kept_of_a_target_s_wheel(name: str, kept: bool) -> None:
    assert (target_wheels._FOR_PYTHON.fullmatch(name) is None) == kept


def test_headers_of_both_slices(tmp_path: Path) -> None:
    for arch in ("arm64", "x86_64"):
        folder = tmp_path / arch / "p"
        folder.mkdir(parents=True)
        (folder / "same.h").write_text("same")
        (folder / "config.h").write_text(f"#define ARCH {arch}")
        (folder / "lib.a").write_text(arch)
    (tmp_path / "arm64/p/neon.h").write_text("neon")
    slices = {arch: tmp_path / arch for arch in ("x86_64", "arm64")}
    fused = fuse_headers(slices, tmp_path)
    assert fuse_headers(dict(reversed(slices.items())), tmp_path) == fused
    assert sorted(p.name for p in (fused / "p").iterdir()) == ["config.h", "neon.h", "same.h"]
    assert (fused / "p/same.h").read_text() == "same"
    assert (fused / "p/config.h").read_text() == (
        f'#if defined(__aarch64__)\n#include "{(tmp_path / "arm64/p/config.h").as_posix()}"\n#endif\n'
        f'#if defined(__x86_64__)\n#include "{(tmp_path / "x86_64/p/config.h").as_posix()}"\n#endif\n'
    )
    assert (fused / "p/neon.h").read_text() == (
        f'#if defined(__aarch64__)\n#include "{(tmp_path / "arm64/p/neon.h").as_posix()}"\n#endif\n'
    )
