"""Routing: who looks after a new account, by rule, within everybody's capacity; explained, and only where it is in use.

Ownership in its five forms is a matter of which phases a rule fills: one owner; one a phase; shared with sales; a
dedicated partner; by region (the rule's conditions name it). An account that anybody was ever given is left alone.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import replace as copied
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef

from nenrin.customers import capacities, ownership, rules, settled
from nenrin.customers.capacities import Load
from nenrin.customers.errors import Fault, Refused
from nenrin.customers.models import Account, Assignment
from nenrin.customers.models.routing import RoutingRule
from nenrin.customers.rules import Condition
from nenrin.customers.statuses import Phase, Status
from nenrin.foundation import journal, leases
from nenrin.foundation.actors import SYSTEM, Actor
from nenrin.foundation.models import Lease, Member
from nenrin.values import Text

ROUND = 200
#: Under this name stands how far the last round came.
PLACE = "customers.routing"


class Ownership(StrEnum):
    ONE = "one"
    PHASES = "phases"
    SALES = "sales"
    PARTNER = "partner"
    REGION = "region"


OWNERSHIPS: Mapping[Ownership, Text] = {
    Ownership.ONE: Text("One owner", "担当CSM 1名"),
    Ownership.PHASES: Text("An owner for each phase", "フェーズ別の担当"),
    Ownership.SALES: Text("Shared with sales", "営業と共同"),
    Ownership.PARTNER: Text("A dedicated partner", "専任パートナー"),
    Ownership.REGION: Text("By region", "地域別"),
}
#: The phases that each form fills.
FILLS: Mapping[Ownership, tuple[Phase, ...]] = {
    Ownership.ONE: (Phase.PRIMARY,),
    Ownership.PHASES: (Phase.PRIMARY, Phase.ONBOARDING, Phase.ADOPTION),
    Ownership.SALES: (Phase.PRIMARY, Phase.SALES),
    Ownership.PARTNER: (Phase.PRIMARY, Phase.PARTNER),
    Ownership.REGION: (Phase.PRIMARY,),
}


@dataclass(frozen=True, slots=True)
class Pool:
    """Out of whom one is taken for a phase: a team (its id), or members by id."""

    phase: Phase
    team: int | None = None
    members: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Rule:
    key: str
    name: Text
    ownership: Ownership = Ownership.ONE
    conditions: Sequence[dict[str, Any]] = ()
    pools: Sequence[Pool] = ()
    is_used: bool = False


@dataclass(frozen=True, slots=True)
class Proposal:
    """Who would look after an account in a phase, and why; nobody where all are full or no rule matches."""

    account: int
    rule: str
    phase: Phase
    member: int | None
    why: Text


def version() -> int:
    """Of the rules as they stand: what `replace` asks for, so that nobody's change is overwritten unseen."""
    return settled.version("rules", "routing")


def replace(wanted: Sequence[Rule], *, by: Actor, at: datetime, version: int | None = None) -> None:
    """Put these rules, in this order, in place of all. One taken into use routes accounts made from then on.

    Raises Refused, each fault on its rule; Conflict. Safe to repeat. Journal: customers.rules.changed.
    """
    check(wanted)
    with transaction.atomic():
        stand = {row.key: row for row in RoutingRule.objects.select_for_update()}
        sides = {"mine": {"rules": [rule.key for rule in wanted]}, "theirs": {"rules": list(stand)}}
        settled.stand_at("rules", "routing", version, **sides)
        RoutingRule.objects.exclude(key__in=[rule.key for rule in wanted]).delete()
        for position, rule in enumerate(wanted):
            before = stand.get(rule.key)
            since = (before.used_from if before and before.used_from else at) if rule.is_used else None
            columns = {**_columns(rule), "position": position, "used_from": since}
            RoutingRule.objects.update_or_create(key=rule.key, defaults=columns)
        kept = [{"key": rule.key, "used": rule.is_used, **_columns(rule)} for rule in wanted]
        note = {"kind": "routing", "rules": kept}
        journal.record("customers.rules.changed", actor=by, at=at, subject=("rules", "routing"), particulars=note)


def check(wanted: Sequence[Rule]) -> None:
    """Raises Refused as `replace` does; changes nothing."""
    keys = [rule.key for rule in wanted]
    faults = [
        Fault(f"rules.{n}.key", Text("this key stands twice", "キーの重複"), key)
        for n, key in enumerate(keys)
        if key in keys[:n] or not key
    ]
    known = set(Member.objects.filter(is_active=True).values_list("pk", flat=True))
    for n, rule in enumerate(wanted):
        rules.parsed(rule.conditions, n)
        faults += _faults(n, rule, known)
    if faults:
        raise Refused(faults)


def _faults(place: int, rule: Rule, known: set[int]) -> list[Fault]:
    there = {pool.phase for pool in rule.pools}
    missing = [phase for phase in FILLS[rule.ownership] if phase not in there]
    faults = [
        Fault(f"rules.{place}.pools", Text(f"nobody for {phase.value}", f"{phase.value} の候補者が未指定"), phase.value)
        for phase in missing
    ]
    gone = [key for pool in rule.pools for key in pool.members if key not in known]
    if gone:
        faults.append(Fault(f"rules.{place}.pools", Text("no such active member", "有効なメンバーではない"), gone))
    if rule.ownership is Ownership.REGION and not any(
        c.get("field") in {"region", "prefecture"} for c in rule.conditions
    ):
        faults.append(
            Fault(f"rules.{place}.conditions", Text("name the region", "地域または都道府県の条件が必要"), None)
        )
    return faults


def _columns(rule: Rule) -> dict[str, Any]:
    pools = [{"phase": p.phase.value, "team": p.team, "members": list(p.members)} for p in rule.pools]
    return {
        "name_en": rule.name.en, "name_ja": rule.name.ja, "ownership": rule.ownership.value,
        "conditions": list(rule.conditions), "pools": pools,
    }  # fmt: skip


def standing() -> list[Rule]:
    return [_rule(row) for row in RoutingRule.objects.all()]


def _rule(row: RoutingRule) -> Rule:
    pools = [Pool(Phase(p["phase"]), p.get("team"), tuple(p.get("members", ()))) for p in row.pools]
    name = Text(row.name_en, row.name_ja)
    return Rule(row.key, name, Ownership(row.ownership), row.conditions, pools, row.used_from is not None)


class Router:
    """Loads and pools read once, for many accounts: each account given counts for the next.

    - `away`: members who are passed over.
    """

    def __init__(self, wanted: Sequence[Rule], *, away: Collection[int] = ()) -> None:
        self.rules = [(rule, rules.parsed(rule.conditions)) for rule in wanted]
        people = Member.objects.filter(is_active=True).order_by("pk")
        self.members = {row.pk: row for row in people if row.pk not in away}
        self.minutes = capacities.planned()
        self.loads: dict[Phase, dict[int, Load]] = {}

    def propose(self, account: Account) -> list[Proposal]:
        """For each phase that the first matching rule fills; empty where none matches."""
        rule = self._rule_of(account)
        return [] if rule is None else [self._one(account, rule, pool) for pool in rule.pools]

    def whom(self, account: Account, phase: Phase, besides: Mapping[int, int]) -> Member | None:
        """Whom `propose` would give it in one phase, whoever has it now; None where no rule matches, none of its pools is
        of the phase, or nobody has room. It counts for nobody yet.

        - `besides`: minutes of a member that are planned beside their accounts.
        """
        rule = self._rule_of(account)
        pool = next((one for one in rule.pools if one.phase == phase), None) if rule else None
        if pool is None:
            return None
        loads, more = self._loads(phase), self._planned(account)
        planned = {
            key: copied(loads[key], minutes=loads[key].minutes + besides.get(key, 0)) for key in self._candidates(pool)
        }
        found = _freest(planned, more)
        return None if found is None else self.members[found]

    def moved(self, account: Account, phase: Phase, before: int | None, after: int) -> None:
        """An account went from one member to another in a phase: what was read of their loads changes as it would be read."""
        loads, more = self.loads.get(phase), self._planned(account)
        if loads is None or before == after or account.archived_at or account.status == Status.LOST:
            return
        if after in loads:
            loads[after] = loads[after].with_one(more)
        if before in loads:
            loads[before] = copied(
                loads[before], accounts=loads[before].accounts - 1, minutes=loads[before].minutes - more
            )

    def _rule_of(self, account: Account) -> Rule | None:
        return next((rule for rule, conditions in self.rules if _holds(conditions, account)), None)

    def _planned(self, account: Account) -> int:
        return self.minutes.get(account.touch_model, capacities.UNPLANNED)

    def _candidates(self, pool: Pool) -> list[int]:
        return [key for key, row in self.members.items() if _is_in(pool, row)]

    def _one(self, account: Account, rule: Rule, pool: Pool) -> Proposal:
        more, candidates, loads = self._planned(account), self._candidates(pool), self._loads(pool.phase)
        free = [key for key in candidates if loads[key].holds(more)]
        chosen = _freest({key: loads[key] for key in free}, more)
        if chosen is None:
            return Proposal(account.pk, rule.key, pool.phase, None, _full(rule, len(candidates)))
        why = _least(rule, self.members[chosen].name, loads[chosen], more, len(free), len(candidates))
        loads[chosen] = loads[chosen].with_one(more)
        return Proposal(account.pk, rule.key, pool.phase, chosen, why)

    def _loads(self, phase: Phase) -> dict[int, Load]:
        if phase not in self.loads:
            self.loads[phase] = dict(capacities.loads(self.members, phase))
        return self.loads[phase]


def in_use(*, away: Collection[int] = ()) -> Router:
    """A router by the rules in use."""
    return Router([_rule(row) for row in RoutingRule.objects.filter(used_from__isnull=False)], away=away)


def _freest(loads: Mapping[int, Load], more: int) -> int | None:
    """The lowest load among those who have room for so many minutes more; among equals the one who was here first."""
    free = [key for key, load in loads.items() if load.holds(more)]
    return min(free, key=lambda key: (loads[key].share, key), default=None)


def _holds(conditions: Sequence[Condition], account: Account) -> bool:
    return all(condition.holds(account) for condition in conditions)


def _is_in(pool: Pool, member: Member) -> bool:
    return member.pk in pool.members or (pool.team is not None and member.team_id == pool.team)


def _full(rule: Rule, of: int) -> Text:
    return Text(
        f"{rule.name.en}: none of {of} has room; left without an owner",
        f"{rule.name.ja}: 候補{of}名に対応余力がないため担当未設定のまま",
    )


def _least(rule: Rule, name: str, load: Load, more: int, free: int, of: int) -> Text:
    now, then = round(100 * load.share), round(100 * load.with_one(more).share)
    return Text(
        f"{rule.name.en}: {name} has the lowest load, {now}% ({load.accounts} accounts), {then}% with this one; "
        f"{free} of {of} have room",
        f"{rule.name.ja}: {name}の負荷が最小。{now}%（{load.accounts}社）、この顧客を加えて{then}%。余力あり{free}名 / 候補{of}名",
    )


def unowned(since: datetime | None = None) -> Any:  # Any: the queryset type of a manager is not spelt out
    """Standing accounts that nobody was ever given; `since`: made from then on."""
    given = Exists(Assignment.objects.filter(account=OuterRef("pk")))
    rows = Account.objects.standing().filter(~given, status__in=(Status.CUSTOMER, Status.PROSPECT)).order_by("pk")
    return rows if since is None else rows.filter(created_at__gte=since)


def preview(wanted: Sequence[Rule], *, most: int = 500) -> list[Proposal]:
    """What these rules would do with the accounts that nobody has, as if all were in use; nothing is written."""
    router = Router(wanted)
    return [one for account in unowned()[:most] for one in router.propose(account)]


def step(at: datetime, most: int = ROUND) -> int:
    """Route what is new, by the rules in use; returns how many accounts found somebody. For the worker's loop.

    `most` accounts a round, each round where the last one ended: those that nobody can take hold up no other.
    Journal: customers.owner.assigned by the system, and customers.owner.routed with why.
    """
    used = list(RoutingRule.objects.filter(used_from__isnull=False))
    if not used:
        return 0
    since = min(row.used_from for row in used if row.used_from)
    after = _place()
    accounts = list(unowned(since).filter(pk__gt=after)[:most])
    _go_on(after, accounts[-1].pk if len(accounts) == most else 0, at)
    if not accounts:
        return 0
    begun = {row.key: row.used_from for row in used}
    router = Router([_rule(row) for row in used])
    found = [p for account in accounts for p in router.propose(account) if account.created_at >= begun[p.rule]]
    return route([one for one in found if one.member is not None], by=SYSTEM, at=at)


def _place() -> int:
    kept = Lease.objects.filter(name=PLACE).values_list("particulars", flat=True).first()
    return int((kept or {}).get("after", 0))


def _go_on(before: int, after: int, at: datetime) -> None:
    """The next round begins after this account; 0: with the first again."""
    if after != before:
        leases.take(PLACE, holder=PLACE, seconds=1, at=at)
        leases.note(PLACE, {"after": after})


def route(proposals: Iterable[Proposal], *, by: Actor, at: datetime) -> int:
    """Give accounts to those proposed; returns how many accounts. Safe to repeat."""
    wanted = [one for one in proposals if one.member is not None]
    with transaction.atomic():
        ownership.assign_many([ownership.Wanted(p.account, p.member, p.phase) for p in wanted], by=by, at=at)
        journal.record_many(
            journal.Draft(
                "customers.owner.routed", by, at, p.account, [("member", p.member)],
                {"rule": p.rule, "phase": p.phase.value, "member_id": p.member},
                {"why_en": p.why.en, "why_ja": p.why.ja},
            )
            for p in wanted
        )  # fmt: skip
    return len({p.account for p in wanted})
