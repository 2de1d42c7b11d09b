"""Where families stand in a draw: written down once, within strata, so that each colour and size is left alone alike.

Nothing here decides by itself who is left alone: a family is while the share lies above its place.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db.models import Max

from nenrin.analytics.effects import assignment
from nenrin.customers.models import Account
from nenrin.foundation import bulk
from nenrin.playbooks.models import HoldoutPlace, Playbook, UniversalHoldout

UNIVERSAL: Final = "universal"


@dataclass(frozen=True, slots=True)
class Drawn:
    """Places by family; `fresh`: the rows of those that are not written down yet, without their moment."""

    places: Mapping[int, float]
    fresh: list[HoldoutPlace]


NOBODY: Final = Drawn({}, [])


def own(key: str) -> str:
    """The draw of one playbook."""
    return f"playbook:{key}"


def hold(playbook: Playbook) -> None:
    """Until the transaction ends nobody else draws for this playbook, nor for the universal group."""
    # The universal group first: a round of reactions holds one playbook after the other, and whoever starts a later one
    # by hand would else wait for the group while the round waits for that playbook.
    hold_group()
    list(Playbook.objects.select_for_update(no_key=True).filter(pk=playbook.pk).values_list("pk"))


def hold_group() -> None:
    """Until the transaction ends nobody else draws for the universal group. Before a playbook is held or changed."""
    list(UniversalHoldout.objects.select_for_update(no_key=True).filter(share__gt=0).values_list("pk"))


def written(draw: str, families: Collection[int]) -> dict[int, float]:
    """Places that were drawn before, of these families."""
    if not families:
        return {}
    rows = HoldoutPlace.objects.filter(draw=draw, cluster__in=bulk.among(sorted(families)))
    return dict(rows.values_list("cluster", "place"))


def drawn(draw: str, families: Collection[int]) -> Drawn:
    """The places of these families, also those that they would get if they were drawn now; nothing is written.

    Those drawn at once stand in the order of their hashes, within tier and colour of the top of each family.
    """
    known = written(draw, families)
    missing = set(families) - known.keys()
    if not missing:
        return Drawn(known, [])
    strata = _strata(missing)
    rows = HoldoutPlace.objects.filter(draw=draw, stratum__in=set(strata.values())).values_list("stratum")
    begun = {stratum: last + 1 for stratum, last in rows.annotate(Max("number"))}
    found = assignment.places(draw, strata, begun)
    fresh = [
        bulk.made(HoldoutPlace, draw=draw, cluster=top, stratum=strata[top], number=one.number, place=one.at)
        for top, one in found.items()
    ]
    return Drawn(known | {top: one.at for top, one in found.items()}, fresh)


def keep(found: Drawn, at: datetime) -> None:
    for row in found.fresh:
        row.at = at
    bulk.insert(found.fresh)


def _strata(families: Collection[int]) -> dict[int, str]:
    """Tier and colour: what the read-out compares within."""
    rows = Account.objects.filter(pk__in=bulk.among(sorted(families))).values_list("pk", "tier", "health__band")
    told = {pk: f"{tier or '-'}|{band or '-'}" for pk, tier, band in rows}
    return {top: told.get(top, "-|-") for top in families}
