"""What new rules would do to the accounts, before anything is saved."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from nenrin.customers import rules
from nenrin.customers.grading import GRADES, Grader
from nenrin.customers.models import Account
from nenrin.customers.tiers import Tier
from nenrin.customers.touch_models import Model
from nenrin.foundation.models import Member
from nenrin.foundation.permissions import Permission

SHOWN = 10


@dataclass(frozen=True, slots=True)
class Move:
    """So many accounts would go from one key to another; empty: none."""

    was: str
    becomes: str
    count: int


@dataclass(frozen=True, slots=True)
class Sample:
    account: Account
    was: str
    becomes: str


@dataclass(frozen=True, slots=True)
class Preview:
    total: int
    tiers: tuple[Move, ...]
    touch_models: tuple[Move, ...]
    samples: tuple[Sample, ...]

    @property
    def tier_moves(self) -> int:
        return sum(move.count for move in self.tiers)

    @property
    def touch_moves(self) -> int:
        return sum(move.count for move in self.touch_models)


def of_tiers(tiers: Sequence[Tier], member: Member, today: date) -> Preview:
    now = Grader.current()
    return _preview(Grader(_ordered(tiers), now.touch_models), "tier", member, today)


def of_models(models: Sequence[Model], member: Member, today: date) -> Preview:
    now = Grader.current()
    return _preview(Grader(now.tiers, _ordered(models)), "touch_model", member, today)


def _ordered(found: Sequence[Tier] | Sequence[Model]) -> list[tuple[str, tuple[rules.Condition, ...]]]:
    return [(rule.key, rules.parsed(rule.conditions)) for rule in found]


def _preview(grader: Grader, sampled: str, member: Member, today: date) -> Preview:
    """Every standing account graded in memory; none is saved. Samples are those that the member may see."""
    tiers: Counter[tuple[str, str]] = Counter()
    touch: Counter[tuple[str, str]] = Counter()
    moved: dict[int, Sample] = {}
    total = 0
    rows = Account.objects.standing().only("name", *GRADES, *rules.FIELDS).order_by("-mrr_minor", "pk")
    for account in rows.iterator(chunk_size=2000):
        total += 1
        before = {"tier": account.tier, "touch_model": account.touch_model}
        grader.grade(account, today)
        tiers[before["tier"], account.tier] += before["tier"] != account.tier
        touch[before["touch_model"], account.touch_model] += before["touch_model"] != account.touch_model
        if before[sampled] != getattr(account, sampled) and len(moved) < SHOWN * 5:
            moved[account.pk] = Sample(account, before[sampled], getattr(account, sampled))
    seen = (
        Account.objects.for_member(member, Permission.ACCOUNTS_VIEW).filter(pk__in=moved).values_list("pk", flat=True)
    )
    samples = [moved[key] for key in moved if key in set(seen)]
    return Preview(total, _moves(tiers), _moves(touch), tuple(samples[:SHOWN]))


def _moves(counted: Counter[tuple[str, str]]) -> tuple[Move, ...]:
    return tuple(Move(was, becomes, n) for (was, becomes), n in counted.most_common() if n)
