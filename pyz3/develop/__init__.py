"""Working on a project: editable installs, modules built in place, and keeping both up to date.

Neither leaves anything in the source tree unless asked to: an editable install keeps its modules
in the environment, behind a finder (``_finder.py``) that leads imports to them.
"""

from pyz3.develop.binaries import build_binaries, build_here
from pyz3.develop.editable import (
    editable_contents,
    find_redirect,
    is_installed,
    mark_editable,
    redirect_name,
    refresh,
)
from pyz3.develop.in_place import build_in_place, in_place_files, remove_in_place
from pyz3.develop.place import Place, find_place
from pyz3.develop.settings import HookSettings, read_settings
from pyz3.develop.stamps import Stamps

__all__ = (
    "HookSettings",
    "Place",
    "Stamps",
    "build_binaries",
    "build_here",
    "build_in_place",
    "editable_contents",
    "find_place",
    "find_redirect",
    "in_place_files",
    "is_installed",
    "mark_editable",
    "read_settings",
    "redirect_name",
    "refresh",
    "remove_in_place",
)
