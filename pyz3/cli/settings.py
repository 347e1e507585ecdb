"""What every command says to click.  It imports nothing: ``pyz3 cc`` starts hundreds of times."""

from __future__ import annotations

from typing import Any

SETTINGS: dict[str, Any] = {"help_option_names": ["-h", "--help"]}
"""How a command is asked for help."""
