"""pyz3: a cross-compiling wheel factory.

One machine, one command, every wheel.  The public interface is :mod:`pyz3.wheel`.
"""

__version__ = "0.1.0"
