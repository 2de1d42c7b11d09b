"""Who is left alone, so that the effect on the others can be measured: by a stable hash, without anybody's choice.

The unit is the cluster (the top of a corporate family), so that help given to one part does not reach another part in
the other arm. Nothing is drawn: the same salt, cluster and strata give the same arm on any machine, at any time.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Literal

Arm = Literal["treated", "holdout"]
TREATED: Arm = "treated"
HOLDOUT: Arm = "holdout"


class NotAShare(ValueError):
    """The share that is left alone lies from 0 to 1."""


def point(salt: str, cluster: int | str, *strata: str) -> float:
    """A place in [0, 1), evenly spread over clusters (64 bits of SHA-256 over salt, strata and cluster).

    >>> 0 <= point("rescue", 7) < 1 and point("rescue", 7) == point("rescue", "7")
    True
    """
    text = "\x1f".join((salt, *strata, str(cluster)))
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big") / 2**64


def arm(salt: str, cluster: int | str, *strata: str, share: float) -> Arm:
    """The arm of one cluster: left alone with the chance `share`, in every stratum alike. Raises NotAShare.

    - `strata` are the cluster's own (of the top of its family), never those of one of its members, who would else be
      parted; a cluster whose stratum changes keeps the arm that was written down when it was first exposed.
    - A larger share keeps everybody who is left alone under a smaller one, so that it can be raised on the way.

    >>> [arm("rescue", n, share=0.5) == arm("rescue", n, share=0.5) for n in range(3)]
    [True, True, True]
    """
    if not 0 <= share <= 1:
        raise NotAShare(f"{share}: {NotAShare.__doc__}")
    return HOLDOUT if point(salt, cluster, *strata) < share else TREATED


def arms(salt: str, strata: Mapping[int | str, tuple[str, ...]], *, share: float) -> dict[int | str, Arm]:
    """The arms of an audience that is assigned all at once, balanced within each stratum: the number left alone differs
    from `share` times its size by less than one. Raises NotAShare.

    Clusters of a stratum stand in the order of their points; every 1/share-th is left alone, from a start that the
    stratum's own hash gives (systematic sampling: each still has the chance `share`).

    >>> found = arms("rescue", {n: ("small",) for n in range(100)}, share=0.2)
    >>> sum(one == "holdout" for one in found.values())
    20
    """
    if not 0 <= share <= 1:
        raise NotAShare(f"{share}: {NotAShare.__doc__}")
    groups: dict[tuple[str, ...], list[int | str]] = defaultdict(list)
    for cluster, stratum in strata.items():
        groups[stratum].append(cluster)
    found: dict[int | str, Arm] = {}
    for stratum, clusters in groups.items():
        found |= _systematic(salt, stratum, clusters, share)
    return {cluster: found[cluster] for cluster in strata}


def _systematic(
    salt: str, stratum: tuple[str, ...], clusters: Sequence[int | str], share: float
) -> dict[int | str, Arm]:
    ordered = sorted(clusters, key=lambda cluster: (point(salt, cluster, *stratum), str(cluster)))
    start = point(salt, "start", *stratum)
    passed = [int(start + share * n) for n in range(len(ordered) + 1)]
    return {each: HOLDOUT if passed[n + 1] > passed[n] else TREATED for n, each in enumerate(ordered)}
