from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from pyz3 import store
from pyz3.engine.toolchain import find_toolchain
from pyz3.errors import ConfigError
from pyz3.store import trust

if sys.platform == "win32":
    pytest.skip("owners and modes are POSIX'", allow_module_level=True)
import pwd


def test_a_new_cache_is_the_users_alone(tmp_path: Path) -> None:
    cache = find_toolchain({"PYZ3_CACHE_DIR": str(tmp_path / "a" / "cache")}).cache.root
    assert cache.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("mode", [0o757, 0o777, 0o1777])
def test_a_cache_that_others_may_write_to(mode: int, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    cache.mkdir()
    cache.chmod(mode)
    with pytest.raises(ConfigError, match="others may write to the cache") as caught:
        find_toolchain({"PYZ3_CACHE_DIR": str(cache)})
    assert caught.value.tip is not None
    assert caught.value.tip.startswith(f"chmod go-w {cache}")
    assert find_toolchain({"PYZ3_CACHE_DIR": str(cache), "PYZ3_TRUST_CACHE": "1"}).cache.root == cache


@pytest.mark.parametrize("mode", [0o700, 0o755, 0o750])
def test_a_cache_that_others_may_read(mode: int, tmp_path: Path) -> None:
    tmp_path.chmod(mode)
    trust.check_owner(tmp_path, {})
    assert tmp_path.stat().st_mode & 0o777 == mode


@pytest.mark.parametrize("mode", [0o770, 0o775, 0o2775])
def test_the_users_own_cache_is_closed_to_the_group(mode: int, tmp_path: Path) -> None:
    tmp_path.chmod(mode)  # what a umask of 002 has left
    trust.check_owner(tmp_path, {"PYZ3_TRUST_CACHE": "1"})
    assert tmp_path.stat().st_mode & 0o777 == mode & 0o777
    trust.check_owner(tmp_path, {})
    assert tmp_path.stat().st_mode & 0o777 == 0o700


def test_a_file_system_without_modes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tmp_path.chmod(0o777)
    same = tmp_path.stat()
    monkeypatch.setattr(trust, "_made_in", lambda _: same)
    trust.check_owner(tmp_path, {})


def test_a_file_system_with_one_owner_for_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "engine").mkdir()
    tmp_path.chmod(0o700)
    monkeypatch.setattr(os, "geteuid", lambda: 12_345)
    monkeypatch.setattr(pwd, "getpwuid", {}.__getitem__)
    nobody = os.stat_result((0o700, 0, 0, 1, 65_534, 65_534, 0, 0, 0, 0))
    monkeypatch.setattr(Path, "stat", lambda _path, *, follow_symlinks=True: nobody)  # noqa: ARG005
    monkeypatch.setattr(trust, "_made_in", lambda _: None)
    with pytest.raises(ConfigError, match="belongs to user 65534"):
        trust.check_owner(tmp_path, {})
    monkeypatch.setattr(trust, "_made_in", lambda _: nobody)
    trust.check_owner(tmp_path, {})


def test_a_cache_of_another_user(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "engine").mkdir()
    monkeypatch.setattr(os, "geteuid", lambda: 12_345)
    monkeypatch.setattr(trust, "_user_name", lambda _: "mallory")
    real = type(tmp_path).stat
    owners = {tmp_path: 12_345, tmp_path / "engine": 54_321}

    def stat(path: Path, *, follow_symlinks: bool = True) -> os.stat_result:
        found = real(path, follow_symlinks=follow_symlinks)
        return os.stat_result((*found[:4], owners.get(path, found.st_uid), *found[5:]))

    monkeypatch.setattr(type(tmp_path), "stat", stat)
    with pytest.raises(ConfigError, match="engine belongs to mallory"):
        trust.check_owner(tmp_path, {})
    owners[tmp_path / "engine"] = 12_345
    trust.check_owner(tmp_path, {})
    owners[tmp_path] = 54_321
    with pytest.raises(ConfigError, match="belongs to mallory"):
        trust.check_owner(tmp_path, {})
    trust.check_owner(tmp_path, {"PYZ3_TRUST_CACHE": "1"})


def test_left_overs_are_swept_after_a_day(tmp_path: Path) -> None:
    for name, age in (("old", 90_000), ("young", 80_000)):
        folder = tmp_path / "tmp" / name
        folder.mkdir(parents=True)
        (folder / "file").touch()
        when = folder.stat().st_mtime - age
        os.utime(folder, (when, when))
    store.open_cache({}, tmp_path)
    assert [path.name for path in (tmp_path / "tmp").iterdir()] == ["young"]


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such names")
@pytest.mark.parametrize(
    ("name", "sign"),
    [('a "b"', "quotation mark"), ("100%", "percent sign"), ("a\tb", "tab"), ("a\nb", "line break")],
)
def test_a_folder_that_zig_cannot_work_in_is_refused(name: str, sign: str, tmp_path: Path) -> None:
    odd = tmp_path / name
    with pytest.raises(ConfigError) as caught:
        store.open_cache({"PYZ3_CACHE_DIR": str(odd)})
    assert caught.value.message == (
        f"the cache folder {odd} has a {sign} in its name, which zig cannot work with"
    )
    assert caught.value.tip == "choose another with PYZ3_CACHE_DIR"
    assert not odd.exists()
