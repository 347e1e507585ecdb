"""Shortest paths in a directed graph."""

from cpp._graph import shortest_paths

__all__ = ["shortest_paths"]
