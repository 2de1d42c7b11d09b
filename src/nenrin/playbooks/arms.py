"""Who is left alone: decided once, written down at the first occasion, the same for a whole corporate family."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Q

from nenrin.analytics.effects import assignment
from nenrin.analytics.effects.assignment import Arm
from nenrin.customers.models import Account
from nenrin.playbooks import gates, reasons
from nenrin.playbooks.lives import Live
from nenrin.playbooks.models import Exposure, UniversalHoldout
from nenrin.playbooks.models.run import RunState

ALWAYS = "always"
#: The salt of the group that no playbook touches.
UNIVERSAL = "universal"
HIGHEST = 20  # ancestors, more than any family has


def settle(live: Live, accounts: Sequence[Account], known: gates.Known, at: datetime) -> dict[int, gates.Verdict]:
    """The accounts that are left alone, with why; every account's arm is written down at its first occasion, also where
    nobody is left alone: who was reached, and since when, is part of every reading of effects."""
    share, universal = live.document.holdout.share, universal_share()
    if not accounts:
        return {}
    tops = _tops(accounts)
    written = _written(live, tops)
    fresh, held = [], {}
    for account in accounts:
        arm: str = written.get(tops[account.pk]) or _arm(live, account, tops[account.pk], known, share, universal)
        if account.pk in known.never:
            arm = ALWAYS
        fresh.append(_exposure(live, account, tops[account.pk], arm, known, at))
        if arm == assignment.HOLDOUT:
            held[account.pk] = _verdict(tops[account.pk], share, universal)
    Exposure.objects.bulk_create(fresh, batch_size=500, ignore_conflicts=True)
    return held


def universal_share() -> float:
    """The share of accounts that no playbook touches."""
    return UniversalHoldout.objects.values_list("share", flat=True).first() or 0.0


def _arm(live: Live, account: Account, top: int, known: gates.Known, share: float, universal: float) -> Arm:
    if universal and assignment.arm(UNIVERSAL, top, share=universal) == assignment.HOLDOUT:
        return assignment.HOLDOUT
    return assignment.arm(live.row.key, top, share=share)


def _verdict(top: int, share: float, universal: float) -> gates.Verdict:
    if universal and assignment.arm(UNIVERSAL, top, share=universal) == assignment.HOLDOUT:
        return gates.Verdict(RunState.HELD_OUT, "universal", reasons.said("universal", percent=f"{universal * 100:g}"))
    return gates.Verdict(RunState.HELD_OUT, "held_out", reasons.said("held_out", percent=f"{share * 100:g}"))


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


def _written(live: Live, tops: dict[int, int]) -> dict[int, str]:
    """Arms that families have already."""
    rows = Exposure.objects.filter(~Q(arm=ALWAYS), playbook=live.row, cluster__in=set(tops.values()))
    return dict(rows.values_list("cluster", "arm"))


def _exposure(live: Live, account: Account, top: int, arm: str, known: gates.Known, at: datetime) -> Exposure:
    return Exposure(
        playbook=live.row, account=account, arm=arm, share=live.document.holdout.share, cluster=top,
        strata=known.strata.get(account.pk, ""), version=live.version.number, at=at,
    )  # fmt: skip
