"""What is owed, to whom, why, and what happens next.

Everything that decides or computes lives in the native core; this package only gives it Python's
own types: ``Decimal``, aware ``datetime``, ``date``, ``UUID``, ``Fraction`` and Arrow tables.
"""

from ._errors import GuerdonError
from ._native import *  # noqa: F403
from ._native import __version__, call
from .operations import *  # noqa: F403

__all__ = [name for name in globals() if not name.startswith("_")]
