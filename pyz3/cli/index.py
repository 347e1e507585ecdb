"""The index that files are published to, with twine underneath: what it has, and uploading.

Of twine, its ``Settings``, ``Repository`` and ``PackageFile`` are used, so that credentials, ``.pypirc``,
keyring, trusted publishing and the ``TWINE_*`` variables are what they are for ``twine upload``.
"""

from __future__ import annotations

import argparse
import contextlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import requests
from packaging.utils import (
    InvalidSdistFilename,
    InvalidWheelFilename,
    parse_sdist_filename,
    parse_wheel_filename,
)
from pypi_simple import NoSuchProjectError, PyPISimple, UnsupportedContentTypeError
from twine.exceptions import NonInteractive, TwineException
from twine.package import PackageFile
from twine.settings import Settings
from twine.utils import sanitize_url

from pyz3._files import CHUNK, digest_of
from pyz3.errors import ConfigError, Pyz3Error

if TYPE_CHECKING:
    from collections.abc import Iterator

    from packaging.tags import Tag
    from pypi_simple import DistributionPackage
    from twine.repository import Repository

    from pyz3.release import ReleaseFile

# Where what was uploaded is read (docs.pypi.org, "Index API"); other indexes have it below their own address.
_SIMPLE = {
    "https://upload.pypi.org/legacy/": "https://pypi.org/simple/",
    "https://test.pypi.org/legacy/": "https://test.pypi.org/simple/",
}
# Of an answer's text, this much is shown.
_MOST_SAID = 300
_TIMEOUT_SECONDS = 30


class UploadError(Pyz3Error):
    """The index did not take a file, or could not be asked (exit code 1)."""


@dataclass(frozen=True, kw_only=True)
class Present:
    """What an index has of one version.

    Attributes:
        digests: Name of a file → its SHA-256.
        tags: Of its wheels.
        note: What the user should know of how it was asked; empty: nothing.
    """

    digests: dict[str, str] = field(default_factory=dict)
    tags: frozenset[Tag] = frozenset()
    note: str = ""


class _ElsewhereError(requests.RequestException):
    """An index answers for a project it does not have with another index's address."""


class _Reader(requests.Session):
    """Reads an index and no other one: pypiserver sends whom it has nothing for to pypi.org."""

    def get_redirect_target(self, resp: requests.Response) -> str | None:
        target = super().get_redirect_target(resp)
        here, there = (urlsplit(url).netloc for url in (resp.url, target or resp.url))
        if there and there != here:
            raise _ElsewhereError(target)
        return target


class Index:
    """An index.

    Args:
        repository: Its name in ``.pypirc``.
        url: Its address for uploads, in place of a name.
        check_url: Its Simple API, which says what it has.
        config_file: In place of ``~/.pypirc``.
        interactive: Somebody can be asked for credentials.

    Raises:
        ConfigError: There is no such index, or its address is none.
    """

    def __init__(
        self,
        *,
        repository: str,
        url: str | None,
        check_url: str | None,
        config_file: str | None,
        interactive: bool,
    ) -> None:
        given = {"--repository": repository, "--repository-url": url, "--config-file": config_file}
        words = [word for option, value in given.items() if value for word in (option, value)]
        parser = argparse.ArgumentParser()
        try:
            Settings.register_argparse_arguments(parser)
            options = parser.parse_args([*words, *([] if interactive else ["--non-interactive"])])
            options.disable_progress_bar = not interactive
            self._settings: Settings = Settings.from_argparse(options)
            self._settings.check_repository_url()
        except TwineException as error:
            tip = "say which with --repository or --repository-url; .pypirc.template shows how one is named"
            raise ConfigError(str(error).strip(), tip=tip) from None
        address = str(self._settings.repository_config["repository"])
        self.name = "" if url else repository
        self.url: str = sanitize_url(address)
        self._check_url = check_url or _SIMPLE.get(address) or f"{address.rstrip('/')}/simple/"
        self._check_url_was_given = bool(check_url) or address in _SIMPLE
        self.is_pypi = address in _SIMPLE
        """It is PyPI or TestPyPI, which take wheels of some platforms only."""
        self._repository: Repository | None = None

    def __str__(self) -> str:
        return f"{self.name} ({self.url})" if self.name else self.url

    def present(self, name: str, version: str) -> Present:
        """Ask what the index has of a version.

        Args:
            name: Of the project.
            version: Normalized.

        Raises:
            UploadError: It cannot be asked, although it is known where.
        """
        with _Reader() as session:
            try:
                packages = self._packages(session, name)
                mine = {one.filename: one for one in packages if _version_of(one.filename) == version}
                digests = {name: self._digest(session, one) for name, one in mine.items()}
            except _ElsewhereError as error:
                there = sanitize_url(str(error))
                return Present(note=f"the index points to {there} for {name}: it has nothing of it itself")
            except (requests.RequestException, UnsupportedContentTypeError) as error:
                address = sanitize_url(self._check_url)
                text = f"{address}: the index cannot be asked what it has: {_reason(error)}"
                if self._check_url_was_given:
                    raise UploadError(
                        text, tip="--check-url names the address that pip installs from"
                    ) from None
                return Present(note=f"{text} (--check-url names the address that pip installs from)")
        tags = [parse_wheel_filename(name)[3] for name in digests if name.endswith(".whl")]
        return Present(digests=digests, tags=frozenset().union(*tags))

    def _packages(self, session: requests.Session, name: str) -> list[DistributionPackage]:
        client = PyPISimple(self._check_url, session=session)
        try:
            return client.get_project_page(name, timeout=_TIMEOUT_SECONDS).packages
        except NoSuchProjectError:
            return []
        except requests.HTTPError as error:
            if error.response is None or error.response.status_code not in {401, 403}:
                raise
        with _credentials():
            session.auth = (self._settings.username or "", self._settings.password or "")
        try:
            return client.get_project_page(name, timeout=_TIMEOUT_SECONDS).packages
        except NoSuchProjectError:
            return []

    def _digest(self, session: requests.Session, package: DistributionPackage) -> str:
        """Give a file's SHA-256: what the index says, else that of what it hands out."""
        if "sha256" in package.digests:
            return package.digests["sha256"].lower()
        with session.get(package.url, stream=True, timeout=_TIMEOUT_SECONDS) as answer:
            answer.raise_for_status()
            return digest_of(answer.iter_content(CHUNK))

    def upload(self, file: ReleaseFile) -> None:
        """Upload a file.

        Raises:
            UploadError: The index did not take it.
        """
        try:
            package = PackageFile.from_filename(str(file.path), None)
            if package.sha2_digest != file.sha256:
                raise UploadError(
                    f"{file.path}: it was changed while it was being published", tip="run this again"
                )
            with _credentials():
                self._repository = self._repository or self._settings.create_repository()
            answer = self._repository.upload(package)
        except TwineException as error:
            raise UploadError(f"{file.path}: {error}") from None
        except (requests.RequestException, OSError) as error:
            raise UploadError(
                f"{file.path.name}: the upload broke: {_reason(error)}",
                tip="give the same command again: files that the index has are skipped",
            ) from None
        _require_taken(answer, file)

    def close(self) -> None:
        """End the connection."""
        if self._repository is not None:
            self._repository.close()


@contextlib.contextmanager
def _credentials() -> Iterator[None]:
    try:
        yield
    except (NonInteractive, TwineException, requests.RequestException) as error:
        raise ConfigError(
            f"there are no credentials for the index: {error or type(error).__name__}",
            tip="TWINE_PASSWORD holds a token (and TWINE_USERNAME is __token__); or see .pypirc.template",
        ) from None


def _require_taken(answer: requests.Response, file: ReleaseFile) -> None:
    status = answer.status_code
    if status in {requests.codes.ok, requests.codes.created}:
        return
    said = " ".join(part for part in (answer.reason, _plain(answer.text)) if part)[:_MOST_SAID]
    if status == requests.codes.conflict or "already exist" in said.lower():
        raise UploadError(
            f"{file.path.name}: the index has another file of this name: {status} {said}",
            tip="a file that is published stays: raise the version (or the build number of the wheel)",
        )
    tips = {
        401: "the credentials are wrong: TWINE_USERNAME and TWINE_PASSWORD, or .pypirc",
        403: "the credentials are wrong, or not allowed for this project: TWINE_PASSWORD, or .pypirc",
    }
    raise UploadError(f"{file.path.name}: the index refused it: {status} {said}", tip=tips.get(status))


def _plain(text: str) -> str:
    return "" if text.lstrip().startswith("<") else " ".join(text.split())


def _reason(error: Exception) -> str:
    """Give the innermost reason of an error of requests: what is around it is Python's."""
    found: BaseException = error
    while True:
        inner = getattr(found, "reason", None) or next(
            (one for one in found.args if isinstance(one, BaseException)), None
        )
        if not isinstance(inner, BaseException):
            return str(found).rpartition("): ")[2] or type(found).__name__
        found = inner


def _version_of(filename: str) -> str:
    """Give the normalized version in a file's name; empty: it is neither wheel nor sdist."""
    try:
        if filename.endswith(".whl"):
            return str(parse_wheel_filename(filename)[1])
        return str(parse_sdist_filename(filename)[1])
    except (InvalidWheelFilename, InvalidSdistFilename):
        return ""
