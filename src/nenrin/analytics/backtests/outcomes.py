"""What lies ahead of rows: who decides to leave, in how many days, and how far ahead that is known.

When an account decides is defined once, in nenrin.analytics.revenue.decisions.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nenrin.analytics.revenue.decisions import Spell

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bits = NDArray[np.bool_]
#: Wider than any day's number: an account and a day make one sortable number.
_WIDE = 2**21


@dataclass(frozen=True, slots=True)
class Ahead:
    """Of rows (account, day): whether the account stands there undecided, in how many days it decides to leave
    (inf: it does not), and for how many days ahead that is known."""

    is_standing: Bits
    leaves_in: Floats
    known_for: Floats


def ahead(account: Ints, day: Ints, found: Iterable[Spell]) -> Ahead:
    """What lies ahead of each row."""
    known = sorted(found, key=lambda one: (one.account, one.starts))
    if not known:
        none = np.zeros(len(account), dtype=bool)
        return Ahead(none, np.full(len(account), np.inf), np.full(len(account), -np.inf))
    keys = np.array([one.account * _WIDE + one.starts for one in known])
    at = np.maximum(np.searchsorted(keys, account * _WIDE + day, side="right") - 1, 0)
    own = np.array([one.account for one in known])[at] == account
    began = np.array([one.starts for one in known])[at] <= day
    decided = np.array([np.inf if one.decided is None else float(one.decided) for one in known])[at]
    until = np.array([float(one.until) for one in known])[at]
    standing = own & began & (day < decided) & (day <= until)
    return Ahead(standing, np.where(standing, decided - day, np.inf), np.where(standing, until - day, -np.inf))
