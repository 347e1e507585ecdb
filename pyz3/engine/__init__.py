"""The engine: recipes → zig → extension files."""
