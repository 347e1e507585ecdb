"""The engine: jobs → zig → extension files."""
