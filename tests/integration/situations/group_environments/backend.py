"""Setuptools, and one requirement more for whoever asks to be fast."""

import os

from setuptools.build_meta import *  # noqa: F403 - all hooks but the two below
from setuptools.build_meta import build_wheel as _build_wheel


def get_requires_for_build_wheel(config_settings=None):
    return ["probe-headers"] if "fast" in (config_settings or {}) else []


def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    os.environ["FAST"] = (config_settings or {}).get("fast", "")
    return _build_wheel(wheel_directory, config_settings, metadata_directory)
