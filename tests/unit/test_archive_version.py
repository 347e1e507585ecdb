from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from pyz3.archive import read_metadata
from pyz3.errors import ConfigError

if TYPE_CHECKING:
    from pathlib import Path

PYPROJECT = '[project]\nname = "hello"\ndynamic = ["version"]\n'


def project(tmp_path: Path, **files: str) -> Path:
    (tmp_path / "pyproject.toml").write_text(PYPROJECT)
    for name, content in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize(
    "source",
    [
        '__version__ = "1.0-rc1"\n',
        '__version__: str = "1.0rc1"',
        'import nonsense\n"""doc"""\n__version__ = VERSION = "v1.0.rc.1"\nraise SystemExit\n',
        '__version__ = "0"\n__version__ = "1.0rc1"\n',
        '# -*- coding: utf-8 -*-\n__version__ = "1.0" "rc1"\nx = "\\d"\n',
        "\ufeff__version__ = '1.0rc1'\n",
    ],
)
def test_literal_is_read_without_importing(tmp_path: Path, source: str) -> None:
    root = project(tmp_path, **{"src/hello/__init__.py": source})
    modules = set(sys.modules)
    assert read_metadata(root).version == "1.0rc1"
    assert "hello" not in set(sys.modules) - modules


@pytest.mark.parametrize(
    ("file", "attr", "path"),
    [
        ("hello/__init__.py", None, None),
        ("hello.py", None, None),
        ("src/hello.py", None, None),
        ("src/hello/_version.py", "hello._version.__version__", None),
        ("hello/__init__.py", "hello.__version__", None),
        ("anywhere/v.py", None, "anywhere/v.py"),
    ],
)
def test_where_it_may_stand(tmp_path: Path, file: str, attr: str | None, path: str | None) -> None:
    root = project(tmp_path, **{file: '__version__ = "2.5"'})
    metadata = read_metadata(root, version_attr=attr, version_path=path)
    assert metadata.version == "2.5"
    assert metadata.core == b"Metadata-Version: 2.4\nName: hello\nVersion: 2.5\n\n"


def test_attribute_of_another_name(tmp_path: Path) -> None:
    root = project(tmp_path, **{"hello/__init__.py": '__version__ = "1"\nRELEASE = "2"'})
    assert read_metadata(root, version_attr="hello.RELEASE").version == "2"


def test_configured_package_is_looked_at(tmp_path: Path) -> None:
    root = project(tmp_path, **{"a/__init__.py": '__version__ = "3"', "b/__init__.py": ""})
    assert read_metadata(root, packages=["a"]).version == "3"


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("x = 1", ': no top-level assignment to __version__; expected a line like __version__ = "1.2.3"'),
        ("if True:\n    __version__ = '1'", ": no top-level assignment to __version__"),
        ("from ._v import __version__", ": no top-level assignment to __version__"),
        ("__version__: str", ": no top-level assignment to __version__"),
        (
            "\n\n__version__ = '.'.join(parts)",
            ", line 3: __version__ is '.'.join(parts), which is no literal string",
        ),
        ("__version__ = f'{major}.0'", ", line 1: __version__ is f'{major}.0', which is no literal string"),
        ("__version__ = 1", ", line 1: __version__ is 1, which is no literal string"),
        ("x = 0\n__version__ = 'one'", ", line 2: __version__ is 'one', which is no version by PEP 440"),
        ("\ndef:\n", ", line 2: no valid Python: "),
        ("x = '\0'", "no valid Python"),
    ],
)
def test_what_is_no_version(tmp_path: Path, source: str, message: str) -> None:
    root = project(tmp_path, **{"hello/__init__.py": source})
    with pytest.raises(ConfigError) as caught:
        read_metadata(root)
    assert caught.value.message.startswith(str(tmp_path / "hello" / "__init__.py"))
    assert message in caught.value.message


@pytest.mark.parametrize(
    ("attr", "path", "message"),
    [
        ("hello.__version__", "hello.py", "either 'attr' or 'path', not both"),
        ("__version__", None, "attr = '__version__' is no dotted name like 'hello.__version__'"),
        ("other.__version__", None, "there is no module 'other' in src/ or beside pyproject.toml"),
        (None, "no.py", "cannot be read for the project's version"),
        (None, "../outside.py", "outside the project directory"),
    ],
)
def test_where_it_is_not(tmp_path: Path, attr: str | None, path: str | None, message: str) -> None:
    (tmp_path / "outside.py").write_text('__version__ = "1"')
    (tmp_path / "p").mkdir()
    root = project(tmp_path / "p", **{"hello.py": ""})
    with pytest.raises(ConfigError) as caught:
        read_metadata(root, version_attr=attr, version_path=path)
    assert message in caught.value.message


def test_no_package_or_several_need_configuration(tmp_path: Path) -> None:
    root = project(tmp_path)
    with pytest.raises(ConfigError, match="but no package could define __version__"):
        read_metadata(root)
    project(tmp_path, **{"src/a/__init__.py": "", "src/b/__init__.py": ""})
    with pytest.raises(ConfigError, match="but 2 packages could define __version__") as caught:
        read_metadata(root)
    assert caught.value.tip == 'Say where it is: [tool.pyz3] version = { path = "src/hello/__init__.py" }'
