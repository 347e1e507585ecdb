"""Which targets were asked for: platforms with Pythons, less what patterns of identifiers leave out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pyz3._nearest import nearest
from pyz3._patterns import matches, split_words
from pyz3.errors import ConfigError, NothingSelectedError, UnavailablePythonError
from pyz3.targets.names import glibc_floor, select_platforms
from pyz3.targets.platforms import Platform
from pyz3.targets.pythons import SUPPORTED, PythonVersion
from pyz3.targets.target import Target

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

    from packaging.specifiers import SpecifierSet

__all__ = [
    "Filter",
    "Patterns",
    "Selection",
    "combine",
    "default_platforms",
    "find_target",
    "glibc_floor",
    "known_targets",
    "select_platforms",
    "select_pythons",
]


@dataclass(frozen=True, kw_only=True)
class Selection:
    """The targets to build, and those left out with the reason.

    Attributes:
        targets: In the order of the platform table, then by Python.
        left_out: ``(identifier, Python or pattern, reason)`` of what was asked for and is not built.
        glibc: What a name like ``manylinux_2_28`` promises; empty: what the project says.
        without: Why nothing can be compiled for the targets, as a clause; empty: it can.
    """

    targets: tuple[Target, ...]
    left_out: tuple[tuple[str, str], ...] = ()
    glibc: str = ""
    without: str = ""


@dataclass(frozen=True, kw_only=True)
class Patterns:
    """Patterns of identifiers and where they were written.

    Attributes:
        words: ``cp3{12,13}-*``; none at all is different from nobody having said anything.
        source: ``--build``, ``PYZ3_BUILD`` or the key.
    """

    words: tuple[str, ...]
    source: str

    @classmethod
    def first(cls, *given: tuple[str | Sequence[str] | None, str]) -> Patterns | None:
        """Give the first of ``(value, source)`` that says something."""
        return next(
            (cls(words=split_words(value), source=source) for value, source in given if value is not None),
            None,
        )

    def __str__(self) -> str:
        return f"{self.source} {' '.join(self.words)!r}"


@dataclass(frozen=True, kw_only=True)
class Filter:
    """What ``build`` and ``skip`` let through.

    Attributes:
        build: An identifier must match one of these; None lets all through.
        skip: An identifier must match none of these.
    """

    build: Patterns | None = None
    skip: Patterns | None = None

    def __call__(self, identifier: str) -> bool:
        """Whether ``identifier`` is let through."""
        if self.build is not None and not matches(self.build.words, identifier):
            return False
        return self.skip is None or not matches(self.skip.words, identifier)

    def __str__(self) -> str:
        return " and ".join(str(patterns) for patterns in (self.build, self.skip) if patterns is not None)


def default_platforms() -> tuple[Platform, ...]:
    """Give what ``--all-platforms`` means for a project that does not say."""
    return tuple(p for p in Platform if p.spec.default)


def known_targets() -> Mapping[str, Target]:
    """Give every target that there is, by its build identifier, in the order of the table."""
    return {t.identifier: t for t in _product(Platform, SUPPORTED)}


def find_target(identifier: str, *, source: str = "--only") -> Target:
    """Give the target that ``identifier`` names exactly.

    Raises:
        ConfigError: There is none.
    """
    targets = known_targets()
    if identifier in targets:
        return targets[identifier]
    near = nearest(identifier, targets)
    hint = f"did you mean {near!r}? " if near else ""
    raise ConfigError(
        f"{source}: {identifier!r} is no build identifier",
        tip=f"{hint}see them all: pyz3 wheel --platform '*' --python all --print-build-identifiers",
    )


def select_pythons(
    requested: Sequence[str],
    *,
    available: Collection[str],
    requires_python: str = "",
    classified: Collection[str] = (),
    is_wanted: Callable[[PythonVersion], bool] | None = None,
    source: str = "--python",
) -> tuple[tuple[PythonVersion, ...], tuple[tuple[str, str], ...]]:
    """Give the Pythons asked for, and what was left out and why.

    Args:
        requested: Versions (``3.13``, ``3.13t``) or ``all``, several in one text between spaces or
            commas; empty means the one that runs pyz3.
        available: Versions (``3.13``) that C headers were found for.
        requires_python: The project's ``requires-python``.
        classified: Versions that the project's classifiers name; they narrow ``all`` for a project
            without ``requires-python``.
        is_wanted: Says which Pythons matter at all; of others nothing is said.
        source: What to call ``requested`` in messages.

    Raises:
        ConfigError: A version does not exist, or was asked for by number and has no headers.
    """
    allowed = _specifier(requires_python)
    chosen: set[PythonVersion] = set()
    left_out: dict[str, str] = {}
    for text in split_words(requested, commas=True) or (str(PythonVersion.current()),):
        everything = text == "all"
        for python in SUPPORTED if everything else (_parse(text, available, source),):
            if is_wanted is not None and not is_wanted(python):
                continue
            if not allowed.contains(f"{python.base}.99", prereleases=True):
                left_out[str(python)] = f"requires-python is {requires_python!r}"
            elif everything and classified and not requires_python and python.base not in classified:
                left_out[str(python)] = (
                    f"the project's classifiers name {_versions(classified)}, and there is no requires-python"
                )
            elif python.base in available:
                chosen.add(python)
            elif everything:
                left_out[str(python)] = f"no headers: uv python install {python.base}"
            else:
                raise UnavailablePythonError(
                    f"no C headers of Python {python.base} on this machine (found: {_versions(available)})",
                    tip=f"get them: uv python install {python.base}, or name a folder that holds "
                    "Python.h with --python-headers; see pyz3 pythons",
                )
    chosen_names = {str(python) for python in chosen}
    return (
        tuple(p for p in SUPPORTED if p in chosen),
        tuple((name, why) for name, why in left_out.items() if name not in chosen_names),
    )


def combine(
    platforms: Sequence[Platform],
    pythons: Sequence[PythonVersion],
    left_out: tuple[tuple[str, str], ...] = (),
    *,
    lets_through: Filter | None = None,
    allow_empty: bool = False,
    glibc: str = "",
) -> Selection:
    """Give every platform with every Python, as far as the filter lets it through.

    Raises:
        NothingSelectedError: There is none, and that is not allowed.
    """
    targets = tuple(
        t for t in _product(platforms, pythons) if lets_through is None or lets_through(t.identifier)
    )
    if not targets and (pythons or not left_out):
        left_out += tuple(
            (str(platform), f"there is Python {', '.join(platform.spec.pythons)} only")
            for platform in platforms
            if platform.spec.pythons and not any(map(platform.has, pythons))
        )
    if not targets and not allow_empty:
        reason = "; ".join(f"{what}: {why}" for what, why in left_out)
        if not reason and lets_through is not None and str(lets_through):
            reason = f"none of what was asked for passes {lets_through}"
        raise NothingSelectedError(
            "nothing is selected" + (f" ({reason})" if reason else ""),
            tip="see what there is: pyz3 pythons, and --print-build-identifiers",
        )
    return Selection(targets=targets, left_out=left_out, glibc=glibc)


def unmatched(patterns: Patterns, platforms: Sequence[Platform]) -> tuple[tuple[str, str], ...]:
    """Give the patterns that match no target on ``platforms``, and why."""
    here = [t.identifier for t in _product(platforms, SUPPORTED)]
    return tuple(
        (word, _why_unmatched(word, patterns.source))
        for word in patterns.words
        if not any(matches([word], identifier) for identifier in here)
    )


def _why_unmatched(word: str, source: str) -> str:
    elsewhere = [p for p in Platform if any(matches([word], t.identifier) for t in _product([p], SUPPORTED))]
    if not elsewhere:
        return f"{source} matches no identifier"
    names = " ".join(f"--platform {platform}" for platform in elsewhere)
    return f"{source} matches nothing on these platforms; add {names}"


def _product(platforms: Iterable[Platform], pythons: Iterable[PythonVersion]) -> list[Target]:
    versions = tuple(pythons)
    return [
        Target(platform=platform, python=python)
        for platform in platforms
        for python in versions
        if platform.has(python)
    ]


def _parse(text: str, available: Collection[str], source: str) -> PythonVersion:
    try:
        python = PythonVersion.parse(text)
    except ValueError as error:
        raise ConfigError(f"{source}: {error}", tip=f"there are: {_all()}, all") from None
    if python not in SUPPORTED:
        raise UnavailablePythonError(
            f"{source}: pyz3 makes no wheels for Python {python}",
            tip=f"there are: {_all()}, all (headers found: {_versions(available)})",
        )
    return python


def _all() -> str:
    return ", ".join(str(p) for p in SUPPORTED)


def _versions(available: Collection[str]) -> str:
    return ", ".join(sorted(available, key=lambda v: [int(n) for n in v.split(".")])) or "none"


def _specifier(text: str) -> SpecifierSet:
    # Compilers select platforms alone, hundreds of times.
    from packaging.specifiers import InvalidSpecifier, SpecifierSet  # noqa: PLC0415

    try:
        return SpecifierSet(text)
    except InvalidSpecifier:
        raise ConfigError(
            f"pyproject.toml: project.requires-python: {text!r} is no version specifier (PEP 440)"
        ) from None
