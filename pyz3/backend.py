"""The build backend: PEP 517's and PEP 660's hooks, which pip, uv, build and others call.

``[build-system] build-backend = "pyz3.backend"`` asks for it.  Front ends call a hook in a process of its
own, with the project as the current folder.  Everything is said on stderr.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from pyz3.archive import dist_info_entries
from pyz3.builder import WheelBuilder, read_contents, read_epoch
from pyz3.builder import build_sdist as write_source
from pyz3.cli.boundary import boundary
from pyz3.cli.terminal import SafeConsole
from pyz3.cli.ui import BuildView
from pyz3.develop import build_here, editable_contents, read_settings
from pyz3.errors import ConfigError
from pyz3.frontends import load_own_project

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pyz3.config import Project
    from pyz3.results import Summary


def get_requires_for_build_wheel(config_settings: Mapping[str, object] | None = None) -> list[str]:
    """Give what building needs besides pyz3: nothing (PEP 517)."""
    return _nothing_more(config_settings)


def get_requires_for_build_sdist(config_settings: Mapping[str, object] | None = None) -> list[str]:
    """Give what building needs besides pyz3: nothing (PEP 517)."""
    return _nothing_more(config_settings)


def get_requires_for_build_editable(config_settings: Mapping[str, object] | None = None) -> list[str]:
    """Give what building needs besides pyz3: nothing (PEP 660)."""
    return _nothing_more(config_settings)


def prepare_metadata_for_build_wheel(
    metadata_directory: str, config_settings: Mapping[str, object] | None = None
) -> str:
    """Write the metadata alone, without compiling (PEP 517); give the name of its folder."""
    with boundary(explained=False):
        read_settings(config_settings, os.environ)
        metadata = read_contents(_project()).metadata
        for entry in dist_info_entries(metadata, tag="py3-none-any", root_is_purelib=False):
            # Its tag is known when the audit has read the binaries; no front end needs it before.
            if not entry.arcname.endswith(".dist-info/WHEEL"):
                path = Path(metadata_directory, entry.arcname)
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(entry.read())
        return metadata.dist_info


def prepare_metadata_for_build_editable(
    metadata_directory: str, config_settings: Mapping[str, object] | None = None
) -> str:
    """Write the metadata alone (PEP 660): the same as a wheel's."""
    return prepare_metadata_for_build_wheel(metadata_directory, config_settings)


def build_wheel(
    wheel_directory: str,
    config_settings: Mapping[str, object] | None = None,
    metadata_directory: str | None = None,  # noqa: ARG001 - PEP 517; it would be the same again
) -> str:
    """Build one wheel (PEP 517), by default for this interpreter; give its name."""
    with boundary(explained=False):
        settings = read_settings(config_settings, os.environ)
        view = _view()
        build = WheelBuilder(listener=view).open(_project())
        selection = build.select_one(settings.platform, python=settings.python, sources=settings.sources)
        plan = build.plan(selection, optimize=settings.optimize)
        return _name(view, build.run(plan, output_dir=Path(wheel_directory)))


def build_editable(
    wheel_directory: str,
    config_settings: Mapping[str, object] | None = None,
    metadata_directory: str | None = None,  # noqa: ARG001 - PEP 660; it would be the same again
) -> str:
    """Build a wheel that leads imports into the source tree (PEP 660); give its name."""
    with boundary(explained=False):
        settings = read_settings(config_settings, os.environ)
        for key in ("platform", "python"):
            if key in (config_settings or {}):
                raise ConfigError(
                    f"-C {key}: an editable install is for the Python that it is installed into",
                    tip="leave the setting out, or build a wheel: pyz3 wheel",
                )
        project = _project()
        view = _view()
        build = WheelBuilder(listener=view).open(project)
        contents = editable_contents(project, read_contents(project), optimize=settings.optimize)
        summary = build_here(build, contents, output_dir=Path(wheel_directory), optimize=settings.optimize)
        return _name(view, summary)


def build_sdist(sdist_directory: str, config_settings: Mapping[str, object] | None = None) -> str:
    """Write a source distribution (PEP 517); give its name."""
    with boundary(explained=False):
        read_settings(config_settings, os.environ)
        epoch = read_epoch(os.environ)
        # Not the builder's: it switches extensions off, which an sdist holds all the same.
        project = _project()
        return write_source(project, output_dir=Path(sdist_directory), epoch=epoch, tell=_view()).path.name


def _nothing_more(config_settings: Mapping[str, object] | None) -> list[str]:
    with boundary(explained=False):
        read_settings(config_settings, os.environ)
    return []


def _project() -> Project:
    """Read the project in the current folder."""
    return load_own_project(
        Path(),
        what="the build backend pyz3.backend",
        tip="name the project's own in [build-system]: build-backend",
    )


def _view() -> BuildView:
    return BuildView(SafeConsole(stderr=True), verbose=False, quiet=False)


def _name(view: BuildView, summary: Summary) -> str:
    view.summary(summary, output_dir="the front end's folder")
    error = summary.error()
    if error is not None:
        raise SystemExit(error.exit_code)  # the summary has said why
    return summary.wheels[0].path.name
