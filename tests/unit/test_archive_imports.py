"""Which file of a package cannot be imported without another."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pyz3.archive.imports import importer_of, naming

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def package(tmp_path: Path) -> Path:
    for name in (
        "thing/__init__.py",
        "thing/deep/__init__.py",
        "thing/_version.py",
        "thing/deep/_version.py",
    ):
        path = tmp_path / "src" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    return tmp_path / "src" / "thing"


@pytest.mark.parametrize(
    "code",
    [
        "from ._version import version",
        "from . import _version as v",
        "import thing._version",
        "from thing import _version",
        "from thing._version import *",
        "importlib.import_module('thing._version')",
        "import_module('._version', __package__)",
        "__import__('thing._version')",
        "def version():\n    from ._version import version",
        "if True:\n    import thing._version",
        "try:\n    import other\nexcept ImportError:\n    from . import _version",
        "try:\n    from . import _version\nexcept ValueError:\n    pass",
        "try:\n    from . import _version\nfinally:\n    pass",
    ],
)
def test_what_is_imported_is_needed(code: str, package: Path) -> None:
    (package / "__init__.py").write_text(code)
    assert importer_of(package / "_version.py") == package / "__init__.py"
    assert importer_of(package / "deep" / "_version.py") is None


@pytest.mark.parametrize(
    "code",
    [
        "",
        "# from ._version import version",
        "from . import _versions",
        "from ._version_more import x",
        "from .deep import _version",
        "import _version",
        "try:\n    from ._version import version\nexcept ImportError:\n    version = None",
        "try:\n    from . import _version\nexcept (OSError, ModuleNotFoundError):\n    pass",
        "try:\n    from . import _version\nexcept:\n    pass",
        "import_module('_version')",
        "import_module(name)  # _version",
        "try:\n    __import__('thing._version')\nexcept ImportError:\n    pass",
        "if TYPE_CHECKING:\n    from . import _version",
        "if typing.TYPE_CHECKING:\n    from . import _version",
        "from ._version import (",
        "print 'Python 2', _version",
    ],
)
def test_what_can_be_done_without_is_not(code: str, package: Path) -> None:
    (package / "__init__.py").write_text(code)
    assert importer_of(package / "_version.py") is None


def test_folders_of_packages(package: Path) -> None:
    (package / "deep" / "user.py").write_text("from .. import _version\nfrom ._version import version\n")
    assert importer_of(package / "_version.py") == package / "deep" / "user.py"
    assert importer_of(package / "deep" / "_version.py") == package / "deep" / "user.py"
    alone = package.parent / "alone.py"
    alone.touch()
    assert importer_of(alone) is None
    assert importer_of(package / "data.txt") is None


@pytest.mark.parametrize(
    "code",
    [
        "json.loads((files('thing') / 'words.json').read_text())",
        "open(Path(__file__).parent / 'data/words.json')",
        "open(f'{here}/words.json')",
        "open(os.path.join(here, 'data\\\\words.json'))",
    ],
)
def test_data_that_code_names(code: str, package: Path) -> None:
    words, other = package / "data" / "words.json", package / "more-words.json"
    for name in ("__init__.py", "deep/user.py"):
        (package / name).write_text(code)
    assert naming((words, other), package.parents[1]) == {words: package / "__init__.py"}


@pytest.mark.parametrize("code", ["", "# words.json", "'more-words.json'", "words.json", "open('words.json"])
def test_data_that_no_text_names(code: str, package: Path) -> None:
    (package / "__init__.py").write_text(code)
    assert naming((package / "words.json", package.parent / "top.json"), package.parents[1]) == {}
