"""What new rules would do to the accounts, before anything is saved."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from nenrin.customers import capacities, rules, tiers, touch_models
from nenrin.customers.grading import GRADES, Grader
from nenrin.customers.models import Account
from nenrin.customers.statuses import Status
from nenrin.customers.tiers import Tier
from nenrin.customers.touch_models import Model
from nenrin.foundation.models import Member
from nenrin.foundation.permissions import Permission
from nenrin.values import Text

SHOWN = 10


@dataclass(frozen=True, slots=True)
class Move:
    """So many accounts would go from one to another; "—" where a rule gives none."""

    was: Text
    becomes: Text
    count: int


@dataclass(frozen=True, slots=True)
class Sample:
    account: Account
    was: Text
    becomes: Text


@dataclass(frozen=True, slots=True)
class Minutes:
    """Planned minutes a month of one owner's accounts, now and then, and what there is of them."""

    member: Member
    before: int
    after: int
    of_minutes: int

    @property
    def is_too_much(self) -> bool:
        return self.after > self.of_minutes


@dataclass(frozen=True, slots=True)
class Preview:
    total: int
    tiers: tuple[Move, ...]
    touch_models: tuple[Move, ...]
    samples: tuple[Sample, ...]
    minutes: tuple[Minutes, ...] = ()  # of the owners for whom it changes, the largest change first

    @property
    def tier_moves(self) -> int:
        return sum(move.count for move in self.tiers)

    @property
    def touch_moves(self) -> int:
        return sum(move.count for move in self.touch_models)


@dataclass(frozen=True, slots=True)
class Names:
    """What to call a key: as it stands, or as the rules tried would call it."""

    tiers: Mapping[str, Text]
    touch_models: Mapping[str, Text]


def of_tiers(proposed: Sequence[Tier], member: Member, today: date) -> Preview:
    now, names = Grader.current(), {**tiers.names(), **{tier.key: tier.name for tier in proposed}}
    grader = Grader(_ordered(proposed), now.touch_models)
    planned = capacities.planned()
    return _preview(grader, "tier", Names(names, touch_models.names()), (planned, planned), member, today)


def of_models(proposed: Sequence[Model], member: Member, today: date) -> Preview:
    now, names = Grader.current(), {**touch_models.names(), **{model.key: model.name for model in proposed}}
    grader = Grader(now.tiers, _ordered(proposed))
    then = {m.key: capacities.UNPLANNED if m.minutes_a_month is None else m.minutes_a_month for m in proposed}
    return _preview(grader, "touch_model", Names(tiers.names(), names), (capacities.planned(), then), member, today)


def _ordered(found: Sequence[Tier] | Sequence[Model]) -> list[tuple[str, tuple[rules.Condition, ...]]]:
    return [(rule.key, rules.parsed(rule.conditions)) for rule in found]


def _preview(
    grader: Grader,
    sampled: str,
    names: Names,
    planned: tuple[Mapping[str, int], Mapping[str, int]],
    member: Member,
    today: date,
) -> Preview:
    """Every standing account graded in memory; none is saved. Samples are those that the member may see.

    `planned`: minutes a month by touch model, now and then.
    """
    took: tuple[Counter[int], Counter[int]] = (Counter(), Counter())
    tier: Counter[tuple[str, str]] = Counter()
    touch: Counter[tuple[str, str]] = Counter()
    moved: dict[int, Sample] = {}
    total = 0
    called = names.tiers if sampled == "tier" else names.touch_models
    rows = Account.objects.standing().only("name", "owner", *GRADES, *rules.FIELDS).order_by("-mrr_minor", "pk")
    for account in rows.iterator(chunk_size=2000):
        total += 1
        before = {"tier": account.tier, "touch_model": account.touch_model}
        grader.grade(account, today)
        tier[before["tier"], account.tier] += before["tier"] != account.tier
        touch[before["touch_model"], account.touch_model] += before["touch_model"] != account.touch_model
        if account.owner_id and account.status != Status.LOST:
            took[0][account.owner_id] += planned[0].get(before["touch_model"], capacities.UNPLANNED)
            took[1][account.owner_id] += planned[1].get(account.touch_model, capacities.UNPLANNED)
        was, becomes = before[sampled], getattr(account, sampled)
        if was != becomes and len(moved) < SHOWN * 5:
            moved[account.pk] = Sample(account, _called(was, called), _called(becomes, called))
    reached = Account.objects.for_member(member, Permission.ACCOUNTS_VIEW).filter(pk__in=moved)
    seen = set(reached.values_list("pk", flat=True))
    samples = [sample for key, sample in moved.items() if key in seen]
    moves = (_moves(tier, names.tiers), _moves(touch, names.touch_models))
    return Preview(total, *moves, tuple(samples[:SHOWN]), _minutes(*took))


def _minutes(before: Counter[int], after: Counter[int]) -> tuple[Minutes, ...]:
    changed = [key for key in before | after if before[key] != after[key]]
    changed.sort(key=lambda key: -abs(after[key] - before[key]))
    members, loads = Member.objects.in_bulk(changed), capacities.loads(changed)
    return tuple(Minutes(members[key], before[key], after[key], loads[key].of_minutes) for key in changed)


def _moves(counted: Counter[tuple[str, str]], names: Mapping[str, Text]) -> tuple[Move, ...]:
    return tuple(Move(_called(was, names), _called(new, names), n) for (was, new), n in counted.most_common() if n)


def _called(key: str, names: Mapping[str, Text]) -> Text:
    return names.get(key, Text(key, key)) if key else Text("—", "—")
