"""What files are called in the languages that pyz3 compiles itself."""

from __future__ import annotations

CXX_SUFFIXES = (".cc", ".cpp", ".cxx")
# What an extension module or a library may be made of.
SOURCE_SUFFIXES = (".c", *CXX_SUFFIXES, ".S", ".zig")
HEADER_SUFFIXES = (".h", ".hh", ".hpp", ".hxx", ".h++", ".inc", ".inl", ".ipp", ".tcc", ".tpp")
