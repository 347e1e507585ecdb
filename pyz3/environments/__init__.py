"""Build environments: an interpreter of this machine, and a project's build requirements installed for it."""

from __future__ import annotations

from pyz3.environments.interpreters import Interpreter, interpreter_for
from pyz3.environments.requirements import environment_for
from pyz3.environments.venvs import Environment, build_environment

__all__ = ["Environment", "Interpreter", "build_environment", "environment_for", "interpreter_for"]
