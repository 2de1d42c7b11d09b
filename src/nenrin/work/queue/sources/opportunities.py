"""The next step of an opportunity is due; or a healthy customer will probably grow and nobody has proposed anything."""

from __future__ import annotations

from datetime import date

from nenrin.foundation.models import Member
from nenrin.foundation.permissions import FieldClass, visible
from nenrin.foundation.roles import Role
from nenrin.values import Text
from nenrin.work.models.opportunity import KINDS, OpportunityKind, OpportunityState
from nenrin.work.queue import plays, said, signals
from nenrin.work.queue.portfolio import Portfolio, Signal, Standing
from nenrin.work.queue.reasons import Reason

#: Probability of growth within 90 days from which a healthy customer is named.
LEAST = 0.25


def reasons(accounts: Portfolio, member: Member, on: date) -> list[Reason]:
    live, may_read = signals.of(accounts, "opportunity"), visible(member, FieldClass.PERSONAL)
    due = [_due(one, on, may_read) for one in live if one.on <= on and _is_for(one, member)]
    busy = {one.account for one in live}
    waiting = {one.account for one in signals.of(accounts, "waits")}
    likely = [row for key, row in accounts.standing.items() if key not in busy and _may_grow(row)]
    return [*due, *(_grows(row, on) for row in likely if row.account.pk not in waiting)]


def _is_for(one: Signal, member: Member) -> bool:
    """What sales has is the seller's; the rest is whose the customer is, and no seller's."""
    _, state, seller = one.words.split("|")
    if state == OpportunityState.HANDED:
        return seller == str(member.pk)
    return member.role != Role.SALES


def _due(one: Signal, on: date, may_read: bool) -> Reason:
    kind, state, _ = one.words.split("|")
    word, late = KINDS[OpportunityKind(kind)], (on - one.on).days
    headline = (
        Text(f"Next step overdue by {said.days(late).en}: {word.en}", f"提案機会（{word.ja}）の次の一手が{late}日超過")
        if late
        else Text(f"Next step due today: {word.en}", f"提案機会（{word.ja}）の次の一手が今日まで")
    )
    step = (Text(f"“{said.short(one.name)}”", f"「{said.short(one.name)}」"),) if may_read and one.name else ()
    return Reason(
        account=one.account, code="opportunity", subject=str(one.key), headline=headline, evidence=step, stake="growth",
        play=plays.play("proposal", on), facts=(one.key, one.on, state), url=f"/opportunities/{one.key}",
    )  # fmt: skip


def _may_grow(row: Standing) -> bool:
    told = row.risks.get("expansion")
    return row.band == "healthy" and told is not None and not told.is_ranking and told.p >= LEAST


def _grows(row: Standing, on: date) -> Reason:
    told = row.risks["expansion"]
    p, as_of = said.share(told.p), said.day(told.as_of)
    return Reason(
        account=row.account.pk, code="growth",
        headline=Text(f"{p} likely to grow within 90 days", f"90日以内の拡大確率 {p}"),
        evidence=(Text(f"Health is good, nothing is proposed (as of {as_of.en}).", f"ヘルスは健全、提案はまだなし（{as_of.ja}時点）。"),),
        play=plays.play("propose", on), stake="growth", facts=(round(told.p, 1),), url="/opportunities/candidates",
    )  # fmt: skip
