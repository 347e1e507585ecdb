"""What the user names (a folder, an sdist, a requirement) as a private, stable copy of the project."""

from __future__ import annotations

from pyz3.sources.above import scope_of, widen_scope
from pyz3.sources.archives import MOST_UNPACKED, ArchiveError, Limits, OpenZip, open_zip
from pyz3.sources.copying import pristine_folder, sync_copy
from pyz3.sources.fetching import fetch_sdist
from pyz3.sources.git import git_folders, listed_names
from pyz3.sources.naming import ArchiveSource, FolderSource, RequirementSource, Source, classify
from pyz3.sources.pip import offline_tip, own_settings, python_with_pip, run_command, tail
from pyz3.sources.reads import (
    Reads,
    begin_reading,
    changes_of,
    missed_above,
    note_reads,
    reads_of,
    unread_changes,
)
from pyz3.sources.scope import ALONE, MOST_ROUNDS, Scope, name_above
from pyz3.sources.tree import Tree, describe_tree, git_digest, tree_digest, tree_looks, walk_tree
from pyz3.sources.unpacking import packed_names, remove_tree, unpack_sdist, unpack_wheel
from pyz3.sources.zip_directory import Directory, DirectoryError, Entry, read_directory

__all__ = (
    "ALONE",
    "MOST_ROUNDS",
    "MOST_UNPACKED",
    "ArchiveError",
    "ArchiveSource",
    "Directory",
    "DirectoryError",
    "Entry",
    "FolderSource",
    "Limits",
    "OpenZip",
    "Reads",
    "RequirementSource",
    "Scope",
    "Source",
    "Tree",
    "begin_reading",
    "changes_of",
    "classify",
    "describe_tree",
    "fetch_sdist",
    "git_digest",
    "git_folders",
    "listed_names",
    "missed_above",
    "name_above",
    "note_reads",
    "offline_tip",
    "open_zip",
    "own_settings",
    "packed_names",
    "pristine_folder",
    "python_with_pip",
    "read_directory",
    "reads_of",
    "remove_tree",
    "run_command",
    "scope_of",
    "sync_copy",
    "tail",
    "tree_digest",
    "tree_looks",
    "unpack_sdist",
    "unpack_wheel",
    "unread_changes",
    "walk_tree",
    "widen_scope",
)
