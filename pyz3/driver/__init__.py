"""The compiler driver: ``cc``, ``c++``, ``ar`` and ``ranlib`` for another platform, with zig behind them.

Others' build scripts write flags for gcc, clang or MSVC.  Pure tables translate them; what they drop is
told with its reason.  The tools start hundreds of times in one build, so this room imports neither the
slow parts of the standard library nor any other package, and this file nothing at all.
"""
