"""The rules that keep an account out of a playbook, in their order; the first that applies is the one that is told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

import pyarrow as pa
from django.db.models import Count, Max, Q

from nenrin.analytics import conditions
from nenrin.analytics.conditions import Condition, Fields
from nenrin.customers.models import Account
from nenrin.customers.statuses import Status
from nenrin.foundation import bulk, organisation
from nenrin.insight import segment_fields
from nenrin.playbooks import reasons
from nenrin.playbooks.lives import Live
from nenrin.playbooks.models import PlaybookVersion, Run
from nenrin.playbooks.models.run import ENTERED, OPEN, RunState
from nenrin.values import Text

YEAR, MONTH, DAY = timedelta(365), timedelta(30), timedelta(1)
#: So often within a day an account comes into one playbook before it is taken for a circle; and within 30 days by
#: conditions, which come true so often only where something turns them back each time.
ROUND_AND_ROUND, MONTHLY_ROUNDS = 3, 10
LONGEST_CHAIN = 5
#: Runs that neither an entry of the journal nor a person began.
BY_CONDITION = Q(entry__isnull=True) & ~Q(occasion__startswith="hand-")


class Candidate(Protocol):
    """As much of an account as the rules and the draw ask: the account itself, or a row of these columns."""

    @property
    def pk(self) -> int: ...

    @property
    def status(self) -> str: ...

    @property
    def archived_at(self) -> datetime | None: ...

    @property
    def parent_id(self) -> int | None: ...


@dataclass(frozen=True, slots=True)
class Verdict:
    """Kept out, and why. `is_told`: written down as a row; that an audience's condition does not hold is not."""

    state: RunState
    code: str
    why: Text
    is_told: bool = True


@dataclass(frozen=True, slots=True)
class Known:
    """What the rules need of these accounts, asked once for all of them."""

    matching: frozenset[int]  # the audience
    excluded: frozenset[int]
    never: frozenset[int]  # never left alone
    inside: frozenset[int]
    ended: dict[int, datetime]  # the end of the last run
    alone: dict[int, datetime]  # when it was last left alone in place of a run
    in_a_year: dict[int, int]
    in_a_month: dict[int, int]  # by conditions alone
    in_a_day: dict[int, int]
    others: dict[int, tuple[int, datetime]]  # playbook and begin of the last run of another

    @classmethod
    def of(
        cls, live: Live, accounts: Sequence[int], at: datetime, fields: Fields, frame: pa.Table | None = None
    ) -> Known:
        """`frame`: these accounts with the columns of `asked`, where somebody has read it already."""
        document = live.document
        if frame is None:
            wanted = {column for one in asked(live) for column in conditions.columns(one, fields)}
            frame = segment_fields.frame(wanted, fields, accounts)
        runs = _runs(live, accounts, at)
        return cls(
            matching=_holding(document.audience, frame, at, fields),
            excluded=_holding(document.excluded, frame, at, fields),
            never=_holding(document.holdout.never, frame, at, fields),
            inside=frozenset(account for account, told in runs.items() if told["inside"]),
            ended={account: told["ended"] for account, told in runs.items() if told["ended"]},
            alone={account: told["alone"] for account, told in runs.items() if told["alone"]},
            in_a_year={account: told["in_a_year"] for account, told in runs.items()},
            in_a_month={account: told["in_a_month"] for account, told in runs.items()},
            in_a_day={account: told["in_a_day"] for account, told in runs.items()},
            others=_others(live, accounts, at),
        )


def asked(live: Live) -> list[Condition]:
    """The conditions by which accounts are let in, left out, and never left alone."""
    document = live.document
    return [one for one in (document.audience, document.excluded, document.holdout.never) if one is not None]


def _runs(live: Live, accounts: Sequence[int], at: datetime) -> dict[int, dict[str, Any]]:
    """Of each account that ever was in or left alone: is it in, when did the last one end, how often did it come in?"""
    came, alone = Q(state__in=ENTERED), Q(state=RunState.HELD_OUT)
    rows = Run.objects.filter(playbook=live.row, account__in=bulk.among(accounts)).order_by().values("account_id")
    found = rows.annotate(
        inside=Count("pk", filter=Q(state__in=OPEN)),
        ended=Max("ended_at", filter=came),
        alone=Max("ended_at", filter=alone),
        in_a_year=Count("pk", filter=came & Q(entered_at__gt=at - YEAR)),
        in_a_month=Count("pk", filter=came & BY_CONDITION & Q(entered_at__gt=at - MONTH)),
        in_a_day=Count("pk", filter=came & Q(entered_at__gt=at - DAY)),
    )
    return {told["account_id"]: dict(told) for told in found}


def verdict(
    live: Live, account: Candidate, chain: tuple[int, ...], known: Known, at: datetime, fields: Fields
) -> Verdict | None:
    """Why this account stays out; None where it may come in."""
    if live.problem is not None:
        return Verdict(
            RunState.SKIPPED, "unreadable", reasons.said("unreadable", problem=live.problem.problems[0].text)
        )
    if account.pk not in known.matching and _stands(account):
        return Verdict(RunState.SKIPPED, "not_matching", Text("", ""), is_told=False)
    for rule in (_unstanding, _excluded, _loop, _inside, _again, _often, _cooling):
        found = rule(live, account, chain, known, at, fields)
        if found is not None:
            return Verdict(RunState.SKIPPED, *found)
    return None


def kept_out(
    live: Live, accounts: Sequence[Candidate], known: Known, at: datetime, fields: Fields
) -> dict[int, Verdict]:
    """Of many, those who stay out, each with why. Whom nothing at all speaks against is asked no rule."""
    told = {
        account.pk: verdict(live, account, (), known, at, fields)
        for account in accounts
        if live.problem is not None or not _is_plain(account, known)
    }
    return {pk: found for pk, found in told.items() if found is not None}


def _is_plain(account: Candidate, known: Known) -> bool:
    """In the audience, standing, not left out, and never in this playbook or lately in another."""
    pk = account.pk
    return (
        pk in known.matching
        and pk not in known.excluded
        and pk not in known.in_a_year
        and pk not in known.others
        and account.archived_at is None
        and account.status in _OF_USE
    )


_OF_USE = frozenset(Status) - {Status.PROVISIONAL, Status.INTERNAL_TEST, Status.LOST}
Found = tuple[str, Text] | None


def _stands(account: Candidate) -> bool:
    return account.archived_at is None


def _unstanding(live: Live, account: Candidate, chain: object, known: Known, at: datetime, fields: Fields) -> Found:
    if account.archived_at or account.status in (Status.PROVISIONAL, Status.INTERNAL_TEST):
        return "unstanding", reasons.said("unstanding")
    if account.status == Status.LOST and not live.document.lost_too:
        return "not_a_customer", reasons.said("not_a_customer")
    return None


def _excluded(live: Live, account: Candidate, chain: object, known: Known, at: datetime, fields: Fields) -> Found:
    if live.document.excluded is None or account.pk not in known.excluded:
        return None
    return "excluded", reasons.said("excluded", condition=conditions.sentence(live.document.excluded, fields))


def _loop(live: Live, account: Candidate, chain: tuple[int, ...], known: Known, at: datetime, fields: Fields) -> Found:
    """Its own effects led here again, or it came in so often, today or by conditions within 30 days, that something
    outside must turn it."""
    today, month = known.in_a_day.get(account.pk, 0), known.in_a_month.get(account.pk, 0)
    if live.row.pk in chain or len(chain) >= LONGEST_CHAIN or today >= ROUND_AND_ROUND:
        return "loop", reasons.said("loop", chain=_arrows([*chain, live.row.pk]))
    if month < MONTHLY_ROUNDS:
        return None
    others = _turning(live, account, at)
    return "loop", reasons.said("turning", times=month, chain=_arrows([live.row.pk, *others, live.row.pk]))


def _turning(live: Live, account: Candidate, at: datetime) -> list[int]:
    """Other playbooks that conditions began about as often on this account: one of them turns it back each time."""
    rows = Run.objects.filter(BY_CONDITION, account=account.pk, state__in=ENTERED, entered_at__gt=at - MONTH)
    often = rows.exclude(playbook=live.row).order_by().values("playbook").annotate(n=Count("pk"))
    return list(often.filter(n__gte=MONTHLY_ROUNDS // 2).order_by("playbook").values_list("playbook", flat=True))


def _arrows(playbooks: Sequence[int]) -> Text:
    named = names(playbooks)
    return Text(" → ".join(one.en for one in named), " → ".join(one.ja for one in named))


def _inside(live: Live, account: Candidate, chain: object, known: Known, at: datetime, fields: Fields) -> Found:
    return ("inside", reasons.said("inside")) if account.pk in known.inside else None


def _again(live: Live, account: Candidate, chain: object, known: Known, at: datetime, fields: Fields) -> Found:
    return _too_soon(live, known.ended.get(account.pk), at)


def left_alone_before(live: Live, account: int, known: Known, at: datetime) -> Verdict | None:
    """Why somebody who would be left alone is not told to be once more; to whoever is helped now it does not matter."""
    found = _too_soon(live, known.alone.get(account), at)
    return None if found is None else Verdict(RunState.SKIPPED, *found)


def _too_soon(live: Live, ended: datetime | None, at: datetime) -> Found:
    days = live.document.limits.again.after_days
    if ended is None:
        return None
    if days is None:
        return "never_again", reasons.said("never_again")
    gone = organisation.today(at) - organisation.today(ended)
    if gone.days >= days:
        return None
    ago = Text("1 day" if gone.days == 1 else f"{gone.days} days", f"{gone.days}日")
    return "too_soon", reasons.said("too_soon", ended=ago, days=days)


def _often(live: Live, account: Candidate, chain: object, known: Known, at: datetime, fields: Fields) -> Found:
    most = live.document.limits.caps.per_account
    if not most or known.in_a_year.get(account.pk, 0) < most:
        return None
    return "per_account", reasons.said("per_account", most=most)


def _cooling(live: Live, account: Candidate, chain: object, known: Known, at: datetime, fields: Fields) -> Found:
    days, other = live.document.limits.cool_down_days, known.others.get(account.pk)
    if not days or other is None:
        return None
    return "cooling", reasons.said("cooling", other=names([other[0]])[0], days=days)


def names(playbooks: Sequence[int]) -> list[Text]:
    """What these playbooks are called now, in this order."""
    rows = PlaybookVersion.objects.filter(playbook__in=playbooks).order_by("number")
    found = {row[0]: Text(row[1], row[2]) for row in rows.values_list("playbook_id", "name_en", "name_ja")}
    return [found.get(key, Text(str(key), str(key))) for key in playbooks]


def strata(accounts: Sequence[int]) -> dict[int, str]:
    """Size, health and owner: what those left alone are to have in common with the others."""
    rows = Account.objects.filter(pk__in=bulk.among(accounts)).values_list("pk", "tier", "health__band", "owner_id")
    return {pk: f"{tier or '-'}|{band or '-'}|{owner or '-'}" for pk, tier, band, owner in rows}


def _holding(condition: Condition | None, frame: pa.Table, at: datetime, fields: Fields) -> frozenset[int]:
    if condition is None:
        return frozenset()
    found = conditions.matching(frame, condition, fields, organisation.today(at))
    return frozenset(int(one) for one in found.column("account").to_pylist())


def _others(live: Live, accounts: Sequence[int], at: datetime) -> dict[int, tuple[int, datetime]]:
    days = live.document.limits.cool_down_days
    if not days:
        return {}
    rows = Run.objects.filter(~Q(playbook=live.row), state__in=ENTERED, account__in=bulk.among(accounts),
                              entered_at__gt=at - timedelta(days))  # fmt: skip
    return {account: (other, entered) for account, other, entered in
            rows.order_by("entered_at").values_list("account_id", "playbook_id", "entered_at")}  # fmt: skip
