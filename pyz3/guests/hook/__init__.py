"""The half of a hook that runs in the build environment's Python (3.9 and newer).

It uses the standard library and the setuptools of that environment alone, and nothing of pyz3: its modules
name each other relatively, because there they are a package of another name.  ``__main__`` tells how.
"""
