"""Comparing what pyz3 makes of real projects with the wheels that the projects publish.

``scripts/corpus.py`` runs it.  One direction: projects, cells, contents, comparison, downloads, builds,
trials, verdicts, runs, page; a module imports only what stands before it in this list.
"""
