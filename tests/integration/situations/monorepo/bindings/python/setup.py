"""The Python package of a larger repository, most of which lies above its folder."""

import os
import subprocess
import sys

from setuptools import Extension, setup

sys.path.insert(0, "../../scripts")
try:
    from release import version
except ImportError:  # an sdist
    version = "0"
if os.environ.get("ASK_GIT"):
    version = subprocess.check_output(["git", "describe", "--tags"]).decode().strip()
setup(
    name="monorepo",
    version=version,
    ext_modules=[
        Extension(
            "monorepo",
            ["src/monorepo.c", "src/shape.c", "../../engine/shape.c"],
            include_dirs=["../../include"],
        )
    ],
)
