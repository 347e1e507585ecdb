"""Which library Python code loads, by its file's name."""

from __future__ import annotations

import pytest

from pyz3.scaffold.loading import Loading, read_loading, stem_of

SUFFIX = 'ext = {"win32": ".dll", "darwin": ".dylib"}.get(sys.platform, ".so")\n'
PREFIX = "pre = '' if windows else 'lib'\n"
TWO = ("libfast.so", "libfast.dylib")
ALL = ("_fast.so", "_fast.dylib", "_fast.dll")


@pytest.mark.parametrize(
    ("code", "names"),
    [
        ("CDLL('libfast.so')", {"libfast.so"}),
        ("CDLL(os.path.join(here, '_fast.dll'))", {"_fast.dll"}),
        ("CDLL(f'{here}/libfast.dylib')", {"libfast.dylib"}),
        (f"{SUFFIX}CDLL(os.path.join(here, '_fast' + ext))", ALL),
        (f"{SUFFIX}CDLL(here + '/_fast' + ext)", ALL),
        (f"{SUFFIX}CDLL(f'{{here}}/_fast{{ext}}')", ALL),
        ("ext = 'dll' if windows else 'so'\nCDLL(f'{here}/_fast.{ext}')", {"_fast.dll", "_fast.so"}),
        ("ext = '.so'\nif mac:\n    ext = '.dylib'\nCDLL('lib' + 'fast' + ext)", TWO),
        ("CDLL('_fast' + ('.dll' if windows else '.so'))", {"_fast.dll", "_fast.so"}),
        (f"{SUFFIX}{PREFIX}CDLL(pre + 'fast' + ext)", TWO),
        (f"{SUFFIX}{PREFIX}CDLL(f'{{here}}/{{pre}}fast{{ext}}')", TWO),
    ],
)
def test_names_that_can_be_seen(code: str, names: tuple[str, ...] | set[str]) -> None:
    assert read_loading(code) == Loading(names=frozenset(names), loads=True)


@pytest.mark.parametrize(
    ("code", "loads"),
    [
        ("ctypes.CDLL(path)", True),
        ("ctypes.cdll.LoadLibrary(path)", True),
        ("ffi.dlopen(path)", True),
        ("numpy.ctypeslib.load_library('fast', here)", True),
        ("CDLL('libc.so.6')", True),
        ("CDLL('_fast' + sysconfig.get_config_var('EXT_SUFFIX'))", True),
        (f"{SUFFIX}CDLL(name + ext)", True),
        (f"{SUFFIX}CDLL(f'{{here}}{{name}}_fast{{ext}}')", True),
        (f"{SUFFIX}CDLL('no name' + ext)", True),
        ("print 'Python 2', CDLL('libfast.so')", True),
        ("ctypes.CDLL(None)", False),
        ("# libfast.so\nself.so = other.dll", False),
        ("print 'Python 2'", False),
        ("", False),
    ],
)
def test_names_that_cannot_be_seen(code: str, loads: bool) -> None:
    assert read_loading(code) == Loading(names=frozenset(), loads=loads)


@pytest.mark.parametrize(
    ("name", "stem"),
    [
        ("libfast.so", "fast"),
        ("fast.dll", "fast"),
        ("lib_fast.dylib", "_fast"),
        ("_fast.so", "_fast"),
        ("lib.so", "lib"),
    ],
)
def test_stems(name: str, stem: str) -> None:
    assert stem_of(name) == stem
