"""Build environments: an interpreter of this machine, and a project's build requirements installed for it."""

from __future__ import annotations

from pyz3.environments.includes import header_folders, map_include_dirs
from pyz3.environments.installed import installed_for
from pyz3.environments.interpreters import Interpreter, installed_interpreters, interpreter_for
from pyz3.environments.locks import LOCK_FILE, Lock, LockedFile, LockError, parse_lock, read_lock, written
from pyz3.environments.requirements import environment_for, what_is_required
from pyz3.environments.resolving import resolve
from pyz3.environments.target_wheels import pip_platforms, target_wheel
from pyz3.environments.variables import changed_variables, fingerprints
from pyz3.environments.venvs import Environment, build_environment, constraint_files, venv_python

__all__ = [
    "LOCK_FILE",
    "Environment",
    "Interpreter",
    "Lock",
    "LockError",
    "LockedFile",
    "build_environment",
    "changed_variables",
    "constraint_files",
    "environment_for",
    "fingerprints",
    "header_folders",
    "installed_for",
    "installed_interpreters",
    "interpreter_for",
    "map_include_dirs",
    "parse_lock",
    "pip_platforms",
    "read_lock",
    "resolve",
    "target_wheel",
    "venv_python",
    "what_is_required",
    "written",
]
