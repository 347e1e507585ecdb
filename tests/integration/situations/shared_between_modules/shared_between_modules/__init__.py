import os

if hasattr(os, "add_dll_directory"):
    _folder = os.add_dll_directory(os.path.join(os.path.dirname(os.path.abspath(__file__)), "dll"))
