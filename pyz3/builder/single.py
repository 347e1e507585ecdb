"""The one wheel that a caller asks for, where several would be a mistake."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyz3.errors import ConfigError
from pyz3.targets import Platform, PythonVersion

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pyz3.builder.api import WheelBuilder
    from pyz3.targets.selection import Selection


def select_one(
    builder: WheelBuilder,
    platform: str | None = None,
    *,
    python: str | None = None,
    sources: Mapping[str, str] | None = None,
) -> Selection:
    """Give the one target asked for, whatever the project's patterns say; default: this interpreter.

    Args:
        builder: The project's.
        platform: A name or an alias.
        python: A version.
        sources: Name of an argument → what to call it in messages, as for :meth:`WheelBuilder.select`.

    Raises:
        ConfigError: There is no such target, or there are several.
        NothingSelectedError: The project does not support it.
    """
    platform = platform or str(Platform.current())
    selection = builder.select(
        platforms=[platform],
        pythons=[python or str(PythonVersion.current())],
        build="*",
        skip=(),
        sources={"platforms": "platform", "pythons": "python", **(sources or {})},
    )
    if len(selection.targets) > 1:
        raise ConfigError(
            f"{platform!r} with Python {python or PythonVersion.current()} are several wheels: "
            + ", ".join(map(str, selection.targets)),
            tip="name one platform; pyz3 wheel builds several at once",
        )
    return selection
