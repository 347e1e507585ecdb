"""The plan: a project and its targets → jobs.  Pure."""

from pyz3.linking import Unit
from pyz3.plan.job import Job, LeftOut, Module, Trouble
from pyz3.plan.make import make_job, make_notes, make_plan, serve_from

__all__ = ["Job", "LeftOut", "Module", "Trouble", "Unit", "make_job", "make_notes", "make_plan", "serve_from"]
