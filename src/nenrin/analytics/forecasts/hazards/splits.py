"""Rolling origins with a purge: what is learned had ended, label window included, before what is tested begins."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Split:
    """`origin` is the day of the first test row; no training row's window reaches it."""

    origin: int
    train: Mask
    test: Mask


def rolling(
    begins: NDArray[np.int64], ends: NDArray[np.int64], origins: Sequence[int], *, gap: int = 0
) -> Iterator[Split]:
    """One split an origin, ascending; tests run up to the next origin (the last one to the end). Rows are train where
    their label window [begins, ends) ended at least `gap` days before the origin; those in between are purged.

    >>> begins = np.array([0, 30, 60, 90]); ends = begins + 60
    >>> [(one.train.tolist(), one.test.tolist()) for one in rolling(begins, ends, [90])]
    [([True, True, False, False], [False, False, False, True])]
    """
    edges = [*sorted(origins), 2**62]
    for origin, following in itertools.pairwise(edges):
        train = ends + gap <= origin
        test = (begins >= origin) & (begins < following)
        if train.any() and test.any():
            yield Split(origin, train, test)
