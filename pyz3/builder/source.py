"""Source distributions: the same project and contents as for wheels, no compiler."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyz3.archive import sdist_files, write_sdist
from pyz3.builder.delivery import read_contents
from pyz3.events import Note

if TYPE_CHECKING:
    from pathlib import Path

    from pyz3.archive import WrittenArchive
    from pyz3.config import Project
    from pyz3.events import Listener


def build_sdist(project: Project, *, output_dir: Path, epoch: int, tell: Listener) -> WrittenArchive:
    """Write the project's source distribution; what the user should know is told as notes.

    Args:
        project: What a frontend read.
        output_dir: Where it goes.
        epoch: Date of all files in it, in seconds since 1970.
        tell: Is told of what the user should know.

    Raises:
        ConfigError: The metadata or a pattern is wrong, or the output folder cannot be written.
        BuildFailedError: A file cannot be read.
    """
    contents = read_contents(project)
    files = sdist_files(project, contents.metadata, contents.files, contents.rules)
    for text in (*contents.metadata.warnings, *contents.notes):
        tell(Note(text=text))
    tracked = contents.rules.tracked() if contents.rules.is_checkout else frozenset()
    unknown = [file.arcname for file in files if tracked and file.source not in tracked]
    if unknown:
        # Dirty trees are packed as they are: a wheel built from the sdist then equals one built here.
        tell(Note(text=f"not tracked by Git, and in the sdist all the same: {', '.join(unknown)}"))
    return write_sdist(output_dir=output_dir, metadata=contents.metadata, files=files, epoch=epoch)
