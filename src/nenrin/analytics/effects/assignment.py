"""Who is left alone, so that the effect on the others can be measured: by a stable hash, within strata, without anybody's
choice.

The unit is the cluster (the top of a corporate family), so that help given to one part does not reach another part in
the other arm. Each cluster gets a place in [0, 1) when it is first drawn and keeps it: it is left alone while the share
lies above its place, so that a larger share keeps everybody who is left alone under a smaller one.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Mapping
from functools import lru_cache
from typing import Literal, NamedTuple

Arm = Literal["treated", "holdout"]
TREATED: Arm = "treated"
HOLDOUT: Arm = "holdout"
#: Numbers that are shuffled among themselves; binary digits of a place, and how many of them one hash turns over.
BLOCK, DIGITS, TURNED = 8, 21, 7


class NotAShare(ValueError):
    """The share that is left alone lies from 0 to 1."""


class Place(NamedTuple):
    """The `number`-th that was drawn in its stratum, counted from 0, and its place in [0, 1)."""

    number: int
    at: float


def point(salt: str, *words: int | str) -> float:
    """A place in [0, 1), evenly spread (64 bits of SHA-256 over salt and words).

    >>> 0 <= point("rescue", 7) < 1 and point("rescue", 7) == point("rescue", "7")
    True
    """
    return int.from_bytes(_digest(salt, *words)[:8], "big") / 2**64


def arm(place: float, share: float) -> Arm:
    """The arm of a cluster with this place. Raises NotAShare."""
    if not 0 <= share <= 1:
        raise NotAShare(f"{share}: {NotAShare.__doc__}")
    return HOLDOUT if place < share else TREATED


def place(salt: str, stratum: str, number: int) -> float:
    """The place of the `number`-th cluster of a stratum: spread evenly, so that among any first ones, at any share, about as
    many are left alone as the share says; and so that who is left alone by one salt tells nothing of another.

    Numbers are shuffled within blocks of `BLOCK` by their hashes; then the digits of each, mirrored at the point (van der
    Corput), are turned over or not by a hash of the digits before them (nested scrambling, Owen 1995). Every place is as
    likely as every other.

    >>> sum(place("rescue", "large", n) < 0.25 for n in range(8))
    2
    """
    block, within = divmod(number, BLOCK)
    rest = block * BLOCK + _shuffled(salt, stratum, block)[within]
    found, node = 0, 1
    for _ in range(DIGITS // TURNED):
        turns, local = _turns(salt, stratum, node), 1
        for _ in range(TURNED):
            digit = rest & 1
            rest >>= 1
            found = 2 * found + (digit ^ turns >> local & 1)
            local = 2 * local + digit
        node = node << TURNED | local & (1 << TURNED) - 1
    return found / float(2**DIGITS)


def places(salt: str, strata: Mapping[int, str], begun: Mapping[str, int] | None = None) -> dict[int, Place]:
    """The places of clusters that are drawn at once, by their strata: in each they stand in the order of their hashes, after
    the `begun` ones that it has already.

    >>> found = places("rescue", {n: "small" for n in range(64)})
    >>> sum(arm(one.at, 0.25) == "holdout" for one in found.values())
    16
    """
    groups: dict[str, list[int]] = defaultdict(list)
    for cluster, stratum in strata.items():
        groups[stratum].append(cluster)
    found: dict[int, Place] = {}
    for stratum, clusters in groups.items():
        first = (begun or {}).get(stratum, 0)
        ordered = sorted(clusters, key=lambda one: (point(salt, one), one))
        found |= {one: Place(n, place(salt, stratum, n)) for n, one in enumerate(ordered, first)}
    return found


@lru_cache(maxsize=512)
def _shuffled(salt: str, stratum: str, block: int) -> list[int]:
    return sorted(range(BLOCK), key=lambda one: _digest(salt, stratum, "block", block, one))


@lru_cache(maxsize=4096)
def _turns(salt: str, stratum: str, root: int) -> int:
    """Of a tree of `TURNED` levels of digits, a bit for each node: whether its digit is turned over."""
    return int.from_bytes(_digest(salt, stratum, "turned", root), "big")


def _digest(salt: str, *words: int | str) -> bytes:
    return hashlib.sha256("\x1f".join((salt, *map(str, words))).encode()).digest()
