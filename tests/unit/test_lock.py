"""Lock files: written, read, and what of them holds for which Python."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import trees
from click.testing import CliRunner

from pyz3.cli.lock import lock as lock_command
from pyz3.environments import LockError, parse_lock, read_lock, venvs, written
from pyz3.environments.interpreters import Interpreter
from pyz3.environments.locks import LockedFile, Pin, unmet
from pyz3.environments.venvs import build_environment, locked_environment
from pyz3.errors import ConfigError
from pyz3.hooks.locking import _marked
from pyz3.store import Cache

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pyz3.environments import Lock

OLD, NEW = "0" * 64, "1" * 64
FILE = Path("/project/pylock.pyz3.toml")
TEXT = f"""\
# Written by `pyz3 lock`: what builds the wheels of this project, with hashes (PEP 751).

lock-version = "1.0"
requires-python = ">=3.9"
created-by = "pyz3"

[[packages]]
name = "cython"
version = "3.1.0"
wheels = [
    {{url = "https://example.org/cython-3.1.0-cp313-cp313-win_amd64.whl", hashes = {{sha256 = "{NEW}"}}}},
    {{url = "https://example.org/cython-3.1.0-py3-none-any.whl", size = 7, hashes = {{sha256 = "{OLD}"}}}},
]

[[packages]]
name = "numpy"
version = "2.0.2"
marker = "python_full_version < \\"3.10\\""
wheels = [
    {{url = "https://example.org/numpy-2.0.2-py3-none-any.whl", hashes = {{sha256 = "{OLD}"}}}},
]

[[packages]]
name = "numpy"
version = "2.4.0"
marker = "python_full_version >= \\"3.10\\""
wheels = [
    {{url = "https://example.org/numpy-2.4.0-py3-none-any.whl", hashes = {{sha256 = "{NEW}"}}}},
]
"""
HEAD = 'lock-version = "1.0"\ncreated-by = "x"\n'


def lock(text: str = TEXT) -> Lock:
    return parse_lock(text, FILE)


def python(minor: int, level: str = "final", serial: int = 0) -> Interpreter:
    return Interpreter(
        executable=Path("/python"),
        version_info=(3, minor, 0, level, serial),
        platform="linux-x86_64",
        exact=True,
    )


def test_a_lock_file_is_written_as_it_was_read() -> None:
    assert written(lock()) == TEXT
    nothing = replace(lock(), content=replace(lock().content, packages=[]))
    assert written(nothing).splitlines()[2:] == [*TEXT.splitlines()[2:5], "packages = []"]
    assert written(lock(written(nothing))) == written(nothing)


def test_each_python_has_its_versions() -> None:
    found = lock().pins(python(9))
    assert [pin.line for pin in found] == [
        f"cython==3.1.0 --hash=sha256:{OLD} --hash=sha256:{NEW}",
        f"numpy==2.0.2 --hash=sha256:{OLD}",
    ]
    cython, numpy = lock().pins(python(13))
    assert [cython.requirement, numpy.requirement] == ["cython==3.1.0", "numpy==2.4.0"]
    assert numpy.files == (LockedFile(name="numpy-2.4.0-py3-none-any.whl", hashes=(f"sha256:{NEW}",)),)
    assert [one.name for one in cython.files] == [
        *("cython-3.1.0-cp313-cp313-win_amd64.whl", "cython-3.1.0-py3-none-any.whl")
    ]
    with pytest.raises(LockError) as raised:
        lock(TEXT.replace(">=3.9", ">=3.14")).pins(python(13))
    assert raised.value.message.startswith("pylock.pyz3.toml does not fit Python 3.13: ")


def test_a_prerelease_is_older_than_its_release() -> None:
    text = TEXT.replace(">=3.9", ">=3.14.0rc2")
    with pytest.raises(LockError):
        lock(text).pins(python(14, "candidate", 1))
    assert len(lock(text).pins(python(14, "candidate", 2))) == 2


def test_an_archive_is_named_by_its_address() -> None:
    url = "https://example.org/x/a-1%2B2-py3-none-any.whl"
    entry = f"archive = {{url = '{url}?y=z', hashes = {{sha256 = '{OLD}'}}}}\n"
    (pin,) = lock(f"{HEAD}[[packages]]\nname = 'a'\n{entry}").pins(python(13))
    assert pin.line == f"a @ {url}?y=z --hash=sha256:{OLD}"
    assert pin.files == (LockedFile(name="a-1+2-py3-none-any.whl", hashes=(f"sha256:{OLD}",)),)


def test_an_sdist_is_never_installed() -> None:
    url = "https://example.org/a-1"
    entry = (
        f"version = '1'\nsdist = {{url = '{url}.tar.gz', hashes = {{sha256 = '{OLD}'}}}}\n"
        f"wheels = [{{url = '{url}-py3-none-any.whl', hashes = {{sha512 = 'x', sha256 = '{NEW}'}}}}]\n"
    )
    (pin,) = lock(f"{HEAD}[[packages]]\nname = 'a'\n{entry}").pins(python(13))
    assert pin.hashes == (f"sha256:{OLD}", f"sha256:{NEW}", "sha512:x")
    assert pin.files == (LockedFile(name="a-1-py3-none-any.whl", hashes=(f"sha256:{NEW}", "sha512:x")),)


@pytest.mark.parametrize(
    "entry", ["directory = {path = '.'}", "vcs = {type = 'git', url = 'https://x.org', commit-id = 'a'}"]
)
def test_what_has_no_hash_is_refused(entry: str) -> None:
    with pytest.raises(LockError) as raised:
        lock(f"{HEAD}[[packages]]\nname = 'a'\n{entry}\n").pins(python(13))
    assert raised.value.message == (
        "pylock.pyz3.toml: a comes from a folder or a repository, which has no hash"
    )


@pytest.mark.parametrize(
    "text",
    [
        "<<<<<<< ours\n",
        "created-by = 'x'\npackages = []\n",
        f"{HEAD}[[packages]]\nname = 'a'\nwheels = [{{url = 'https://x.org/a-1-py3-none-any.whl'}}]\n",
        HEAD.replace("1.0", "2.0") + "packages = []\n",
    ],
)
def test_what_is_no_lock_file(text: str, tmp_path: Path) -> None:
    assert read_lock(tmp_path) is None
    (tmp_path / FILE.name).write_text(text)
    with pytest.raises(LockError) as raised:
        read_lock(tmp_path)
    assert raised.value.message.startswith(f"{tmp_path / FILE.name} is no lock file (PEP 751): ")
    assert raised.value.exit_code == 2


@pytest.mark.parametrize(
    ("text", "met"),
    [
        *(("Main>=1", True), ("main<1", False), ("other", False)),
        *(("other; python_version < '3.9'", True), ("other; python_version == '3.13'", False)),
        # An extra that nobody had when it was locked.
        *(("main[some]", True), ("main[more]", False), ("main[all]", False), ("main[unknown]", True)),
    ],
)
def test_whether_what_is_locked_is_enough(text: str, met: bool, tmp_path: Path) -> None:
    trees.install(tmp_path, "main", "", None)
    trees.install(tmp_path, "part", "", None)
    with (tmp_path / "main-1.0.dist-info" / "METADATA").open("a") as file:
        file.write(
            'Requires-Dist: unlocked; python_version < "3"\nRequires-Dist: part; extra == "some"\n'
            'Requires-Dist: part>1; extra == "more"\nRequires-Dist: main[some,more,all]; extra == "all"\n'
        )
    assert unmet([text], tmp_path, python(13)) == (() if met else (text,))


def test_an_environment_knows_what_it_was_locked_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def make(environment: venvs.Environment, *_: object) -> None:
        environment.python.parent.mkdir(parents=True)
        environment.python.touch()

    monkeypatch.setattr(venvs, "_make", make)
    told: list[str] = []

    def locked(*hashes: str) -> venvs.Environment:
        files = tuple(LockedFile(name=f"{one[-1]}.whl", hashes=(one,)) for one in hashes)
        pins = [Pin(name="a", requirement="a==1", hashes=hashes, files=files)]
        return locked_environment(pins, python(13), cache=Cache(tmp_path), environ={}, tell=told.append)

    plain = build_environment(["a==1"], python(13), cache=Cache(tmp_path), environ={}, tell=told.append)
    assert len({plain.key, locked("sha256:0").key, locked("sha256:1").key}) == 3
    assert (plain.hashes_of("a"), locked("sha256:0").hashes_of("a")) == ((), ("sha256:0",))
    assert locked("sha256:0").hashes_of("b") == ()
    assert (plain.files_of("a"), locked("sha256:0").files_of("b")) == ((), ())
    assert [one.name for one in locked("sha256:0").files_of("A")] == ["0.whl"]
    assert told[1] == (
        "installing build requirements, as they are locked, for Python 3.13, first time only: a==1"
    )
    assert len(told) == 3


@pytest.mark.parametrize(
    ("by_python", "marked"),
    [
        ({"3.12": ["a"], "3.13": ["a"]}, ["a"]),
        ({"3.12": ["a"], "3.13": ["a", "b>=1"]}, ["a", 'b>=1 ; (python_version == "3.13")']),
        (
            {"3.11": ["b; os_name == 'nt'"], "3.12": ["b; os_name == 'nt'"], "3.13": []},
            ['b ; (os_name == "nt") and (python_version == "3.11" or python_version == "3.12")'],
        ),
    ],
)
def test_what_some_pythons_require_has_a_marker(
    by_python: dict[str, Sequence[str]], marked: list[str]
) -> None:
    assert sorted(_marked(by_python)) == marked


def test_there_is_nothing_to_lock_for_a_project_of_pyz3_s_own(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text(
        '[build-system]\nrequires = ["pyz3"]\nbuild-backend = "pyz3.backend"\n'
        '[project]\nname = "a"\nversion = "1"\n'
    )
    result = CliRunner().invoke(lock_command, [str(tmp_path)])
    assert isinstance(result.exception, ConfigError)
    assert result.exception.message == (
        f"{tmp_path}: pyz3 itself builds this project, and installs nothing for it: there is nothing to lock"
    )
    assert list(tmp_path.iterdir()) == [tmp_path / "pyproject.toml"]
