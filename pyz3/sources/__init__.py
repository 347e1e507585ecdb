"""What the user names (a folder, an sdist, a requirement) as a private, stable copy of the project."""

from __future__ import annotations

from pyz3.sources.copying import copy_folder, pristine_folder, sync_copy
from pyz3.sources.fetching import fetch_sdist
from pyz3.sources.naming import ArchiveSource, FolderSource, RequirementSource, Source, classify
from pyz3.sources.tree import tree_digest, walk_tree
from pyz3.sources.unpacking import remove_tree, unpack_sdist, unpack_wheel

__all__ = [
    "ArchiveSource",
    "FolderSource",
    "RequirementSource",
    "Source",
    "classify",
    "copy_folder",
    "fetch_sdist",
    "pristine_folder",
    "remove_tree",
    "sync_copy",
    "tree_digest",
    "unpack_sdist",
    "unpack_wheel",
    "walk_tree",
]
