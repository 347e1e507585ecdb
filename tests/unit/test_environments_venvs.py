"""When an environment is made, when it is made again, and what need not be installed."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from trees import install

from pyz3.environments import venvs
from pyz3.environments.interpreters import Interpreter
from pyz3.environments.requirements import is_satisfied
from pyz3.environments.venvs import build_environment, normalise
from pyz3.errors import ConfigError, Pyz3Error
from pyz3.store import Cache


def test_requirements_in_one_spelling() -> None:
    assert normalise(["Setuptools >= 40.8.0", "wheel", "setuptools>=40.8.0", "A_b.c[x] ; os_name=='nt'"]) == (
        *('a-b-c[x]; os_name == "nt"', "setuptools>=40.8.0", "wheel"),
    )
    with pytest.raises(ConfigError, match=r"^build-system\.requires: 'a b' is no requirement"):
        normalise(["a b"])


def interpreter(**changes: Any) -> Interpreter:
    usual = Interpreter(
        executable=Path("/python"), version_info=(3, 13, 0, "final", 0), platform="linux-x86_64", exact=True
    )
    return replace(usual, **changes)


def key_of(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    *requires: str,
    environ: dict[str, str] | None = None,
    **changes: Any,
) -> str:
    def make(environment: venvs.Environment, *_: object) -> None:
        environment.python.parent.mkdir(parents=True)
        environment.python.touch()

    monkeypatch.setattr(venvs, "_make", make)
    given = interpreter(**changes)
    told: list[str] = []
    made = build_environment(requires, given, cache=Cache(tmp_path), environ=environ or {}, tell=told.append)
    assert made.root == tmp_path / "environments" / made.key
    return made.key


def test_what_an_environment_depends_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def key(*requires: str, **changes: Any) -> str:
        return key_of(tmp_path, monkeypatch, *requires, **changes)

    usual = key("setuptools", "cython<3.1")
    assert usual == key("Cython <3.1", "setuptools", "setuptools")
    assert usual == key("setuptools", "cython<3.1", executable=Path("/other"), exact=False)
    assert usual == key("setuptools", "cython<3.1", version_info=(3, 13, 9, "final", 0))
    constraints = tmp_path / "constraints.txt"
    constraints.write_text("setuptools<80")
    constrained = {"environ": {"PIP_CONSTRAINT": str(constraints)}}
    others = [
        key("setuptools"),
        key("setuptools", "cython<3.1", version_info=(3, 12, 0, "final", 0)),
        key("setuptools", "cython<3.1", platform="linux-aarch64"),
        key("setuptools", "cython<3.1", **constrained),
    ]
    constraints.write_text("setuptools<81")
    others.append(key("setuptools", "cython<3.1", **constrained))
    assert len({usual, *others}) == 6


def test_an_environment_is_made_once_and_again_when_it_is_broken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[Path] = []
    told: list[str] = []

    def make(environment: venvs.Environment, *_: object) -> None:
        assert not environment.root.exists()
        made.append(environment.root)
        environment.python.parent.mkdir(parents=True)
        environment.python.touch()

    monkeypatch.setattr(venvs, "_make", make)

    def build() -> venvs.Environment:
        return build_environment(
            ["b", "a"], interpreter(), cache=Cache(tmp_path), environ={}, tell=told.append
        )

    first = build()
    assert build() == first
    assert told == ["installing build requirements for Python 3.13, first time only: a, b"]
    assert first.requires == ("a", "b")
    # Interrupted while it was made; its interpreter uninstalled.
    (first.root / "pyz3.seal").unlink()
    assert build() == first
    first.python.unlink()
    assert build() == first
    assert made == [first.root] * 3
    assert told[2:] == [
        "installing build requirements for Python 3.13, again, as the cache's are damaged: a, b"
    ]
    # A package that is gone.
    package = first.site_packages / "a" / "__init__.py"
    package.parent.mkdir(parents=True)
    package.write_text("1")
    assert build() == first
    shutil.rmtree(package.parent)
    assert build() == first
    assert (made, len(told)) == ([first.root] * 4, 4)


def test_a_failed_installation_leaves_nothing_that_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(environment: venvs.Environment, *_: object) -> None:
        environment.python.parent.mkdir(parents=True)
        environment.python.touch()
        raise venvs._not_installed(environment, "uv", "Because nope was not found\n")

    monkeypatch.setattr(venvs, "_make", fail)
    for _ in range(2):
        with pytest.raises(Pyz3Error) as raised:
            build_environment(
                ["nope", "setuptools"], interpreter(), cache=Cache(tmp_path), environ={}, tell=lambda _: None
            )
        assert raised.value.message == (
            "nope cannot be installed for Python 3.13; uv says:\nBecause nope was not found"
        )
        assert raised.value.tip == (
            "uv reads UV_DEFAULT_INDEX and uv.toml for the address of an index, and no pip.conf"
        )


def test_what_uv_says_of_hashes_begins_with_the_package() -> None:
    """uv lists each hash that a file might have had, and only the last lines of what it says are shown."""
    hashes = "".join(f"        sha256:{number:064x}\n" for number in range(50))
    begun = "  Hash mismatch for `cython==3.1`\n      Expected:\n"
    output = f"{begun}{hashes}      Computed:\n        sha256:{99:064x}\n"
    environment = venvs.Environment(
        root=Path("/e"), python=Path("/e/p"), site_packages=Path("/e/s"), requires=("cython",),
        version="3.13", key="", pins=(None,),  # type: ignore[arg-type]
    )  # fmt: skip
    error = venvs._not_installed(environment, "uv", output)
    assert error.message == (
        "what is locked cannot be installed for Python 3.13; uv says:\n"
        f"{begun}        sha256:{0:064x}\n        …\n      Computed:\n        sha256:{99:064x}"
    )


def test_settings_for_pip_hold_for_uv() -> None:
    told = venvs.settings_for_uv(
        {"PIP_INDEX_URL": "https://a/simple", "PIP_FIND_LINKS": "x y", "PIP_CERT": "c", "SSL_CERT_FILE": "d"}
    )
    assert {name: value for name, value in told.items() if not name.startswith("PIP_")} == {
        "UV_DEFAULT_INDEX": "https://a/simple",
        "UV_FIND_LINKS": "x,y",
        "SSL_CERT_FILE": "d",
    }
    assert "UV_DEFAULT_INDEX" not in venvs.settings_for_uv({"PIP_INDEX_URL": "a", "UV_INDEX_URL": "b"})


@pytest.mark.parametrize(
    ("text", "met"),
    [
        *(
            ("a-b", True),
            ("A.b>=0.9,<2", True),
            ("a-b==1.0", True),
            ("a-b>1", False),
            ("a-b>=1.0.dev1", True),
        ),
        *(
            ("c", False),
            ("a-b[x]", False),
            ("a-b; python_version>'3'", False),
            ("a-b @ https://x.org/y", False),
        ),
    ],
)
def test_what_is_installed_is_not_installed_again(text: str, met: bool, tmp_path: Path) -> None:
    install(tmp_path, "A_b", "", None)
    assert is_satisfied(text, tmp_path) == met
