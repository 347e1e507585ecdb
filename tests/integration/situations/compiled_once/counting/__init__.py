"""Counts with what a core gives that knows nothing of Python."""
