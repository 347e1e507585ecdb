from __future__ import annotations

import pytest

from pyz3.hooks.compiler_facts import long_double_format


@pytest.mark.parametrize(
    ("bits", "size", "order", "name"),
    [
        (53, 8, "LITTLE", "IEEE_DOUBLE_LE"),  # Arm of 32 bits, macOS and Windows on Arm
        (64, 16, "LITTLE", "INTEL_EXTENDED_16_BYTES_LE"),  # x86_64, MinGW's too
        (64, 12, "LITTLE", "INTEL_EXTENDED_12_BYTES_LE"),  # i686
        (113, 16, "LITTLE", "IEEE_QUAD_LE"),  # aarch64, riscv64
        (113, 16, "BIG", "IEEE_QUAD_BE"),  # s390x
        (106, 16, "LITTLE", "IBM_DOUBLE_DOUBLE_LE"),  # ppc64le
    ],
)
def test_how_a_long_double_lies_in_memory(bits: int, size: int, order: str, name: str) -> None:
    macros = {
        "__LDBL_MANT_DIG__": str(bits),
        "__SIZEOF_LONG_DOUBLE__": str(size),
        "__BYTE_ORDER__": f"__ORDER_{order}_ENDIAN__",
    }
    assert long_double_format(macros) == name
