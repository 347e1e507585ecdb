"""New projects, and pyz3 in projects that exist: which files are to be written, with what in them."""

from pyz3.scaffold.existing import adopt, has_code, refuse_setup_files
from pyz3.scaffold.migrating import Migration, MigrationRow, migrate
from pyz3.scaffold.new import (
    LANGUAGE_ALIASES,
    LANGUAGES,
    Draft,
    Language,
    Wishes,
    new_project,
    refuse_overwriting,
)
from pyz3.scaffold.pipeline import pipeline
from pyz3.scaffold.released import Released, Service, with_own_steps
from pyz3.scaffold.warming import warming_project
from pyz3.scaffold.workflow import workflow

__all__ = (
    "LANGUAGES",
    "LANGUAGE_ALIASES",
    "Draft",
    "Language",
    "Migration",
    "MigrationRow",
    "Released",
    "Service",
    "Wishes",
    "adopt",
    "has_code",
    "migrate",
    "new_project",
    "pipeline",
    "refuse_overwriting",
    "refuse_setup_files",
    "warming_project",
    "with_own_steps",
    "workflow",
)
