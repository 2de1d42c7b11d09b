"""Who is left alone: decided once, written down at the first occasion, the same for a whole corporate family."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from nenrin.analytics.effects import assignment
from nenrin.customers.models import Account
from nenrin.playbooks import gates, reasons
from nenrin.playbooks.lives import Live
from nenrin.playbooks.models import Exposure, UniversalHoldout
from nenrin.playbooks.models.run import RunState

ALWAYS = "always"
#: The salt of the group that no playbook touches.
UNIVERSAL = "universal"
HIGHEST = 20  # ancestors, more than any family has


@dataclass(frozen=True, slots=True)
class Drawn:
    """A family's arm, and the chance with which it could have been left alone when it was drawn."""

    arm: str
    share: float


def settle(live: Live, accounts: Sequence[Account], known: gates.Known, at: datetime) -> dict[int, gates.Verdict]:
    """The accounts that are left alone, with why; every account's arm is written down at its first occasion, also where
    nobody is left alone: who was reached, and since when, is part of every reading of effects.

    Whoever belongs to the universal group now is left alone, whatever was drawn before; whoever was once never to be
    left alone stays so.
    """
    share, universal = live.document.holdout.share, universal_share()
    if not accounts:
        return {}
    tops, spared = _tops(accounts), _spared(live, accounts) | known.never
    written = _written(live, set(tops.values()))
    fresh, held = [], {}
    for account in accounts:
        top = tops[account.pk]
        drawn = written.get(top) or _drawn(live, top, share, universal)
        is_outside = _is_universal(top, universal)
        if account.pk in spared or (is_outside and drawn.arm != assignment.HOLDOUT):
            fresh.append(_exposure(live, account, top, Drawn(ALWAYS, drawn.share), known, at))
        else:
            fresh.append(_exposure(live, account, top, drawn, known, at))
        if account.pk not in spared and (is_outside or drawn.arm == assignment.HOLDOUT):
            held[account.pk] = _verdict(is_outside, share, universal)
    Exposure.objects.bulk_create(fresh, batch_size=500, ignore_conflicts=True)
    return held


def universal_share() -> float:
    """The share of accounts that no playbook touches."""
    return UniversalHoldout.objects.values_list("share", flat=True).first() or 0.0


def _drawn(live: Live, top: int, share: float, universal: float) -> Drawn:
    """Left alone by the universal draw or by the playbook's own: either is enough."""
    chance = 1 - (1 - universal) * (1 - share)
    if _is_universal(top, universal):
        return Drawn(assignment.HOLDOUT, chance)
    return Drawn(assignment.arm(live.row.key, top, share=share), chance)


def _is_universal(top: int, universal: float) -> bool:
    return bool(universal) and assignment.arm(UNIVERSAL, top, share=universal) == assignment.HOLDOUT


def _verdict(is_universal: bool, share: float, universal: float) -> gates.Verdict:
    if is_universal:
        return gates.Verdict(RunState.HELD_OUT, "universal", reasons.said("universal", percent=f"{universal * 100:g}"))
    return gates.Verdict(RunState.HELD_OUT, "held_out", reasons.said("held_out", percent=f"{share * 100:g}"))


def _spared(live: Live, accounts: Sequence[Account]) -> frozenset[int]:
    """Those who were never to be left alone at their first occasion."""
    rows = Exposure.objects.filter(arm=ALWAYS, playbook=live.row, account__in=[one.pk for one in accounts])
    return frozenset(rows.values_list("account", flat=True))


def _tops(accounts: Sequence[Account]) -> dict[int, int]:
    """The top of each account's family."""
    parents = {account.pk: account.parent_id for account in accounts}
    above = {parent for parent in parents.values() if parent}
    for _ in range(HIGHEST):
        if not (unknown := above - parents.keys()):
            break
        found = dict(Account.objects.filter(pk__in=unknown).values_list("pk", "parent_id"))
        parents |= {key: found.get(key) for key in unknown}
        above = {parent for parent in found.values() if parent}
    return {account.pk: _top(account.pk, parents) for account in accounts}


def _top(account: int, parents: dict[int, int | None]) -> int:
    for _ in range(HIGHEST):
        above = parents.get(account)
        if above is None:
            return account
        account = above
    return account


def _written(live: Live, tops: set[int]) -> dict[int, Drawn]:
    """What was drawn for families that had an occasion before, with the chance of that day."""
    rows = Exposure.objects.filter(~Q(arm=ALWAYS), playbook=live.row, cluster__in=tops).order_by("-pk")
    return {cluster: Drawn(arm, share) for cluster, arm, share in rows.values_list("cluster", "arm", "share")}


def _exposure(live: Live, account: Account, top: int, drawn: Drawn, known: gates.Known, at: datetime) -> Exposure:
    return Exposure(
        playbook=live.row, account=account, arm=drawn.arm, share=drawn.share, cluster=top,
        strata=known.strata.get(account.pk, ""), version=live.version.number, at=at,
    )  # fmt: skip
