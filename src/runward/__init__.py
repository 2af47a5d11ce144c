"""Runward runs code that nobody trusts: one sandbox, one way through it, several faces.

This package only names the version.  What lies where, and who may import whom, is told in ARCHITECTURE.md; the library's
door is ``runward.wiring.open_engine``.
"""

__version__ = "0.1.0"
