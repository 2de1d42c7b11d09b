"""A handoff from sales waits for the member's acceptance, or is to be written by now."""

from __future__ import annotations

from datetime import date

from nenrin.foundation.calendar import add_business_days
from nenrin.foundation.models import Member
from nenrin.values import Text
from nenrin.work.handing.reminders import WAITS
from nenrin.work.queue import plays, said, signals
from nenrin.work.queue.portfolio import Portfolio, Signal
from nenrin.work.queue.reasons import Reason


def reasons(accounts: Portfolio, member: Member, on: date) -> list[Reason]:
    return [_reason(one, on) for one in waiting(accounts) if one.account in accounts.standing]


def waiting(accounts: Portfolio) -> list[Signal]:
    """Those that wait for the member, of whatever account."""
    return signals.of(accounts, "handoff", "handoff_due")


def _reason(one: Signal, on: date) -> Reason:
    is_urgent = is_promised(one, on)
    return Reason(
        account=one.account, code=one.kind, subject=str(one.key), headline=headline(one, on),
        play=plays.play(one.kind, on, within=0 if is_urgent else None), facts=(one.key, one.on), is_promised=is_urgent,
        url=f"/handoffs/{one.key}",
    )  # fmt: skip


def is_promised(one: Signal, on: date) -> bool:
    """Due by today; one that waits for acceptance, once it has waited for two business days."""
    return one.on <= on if one.kind == "handoff_due" else add_business_days(one.on, WAITS) <= on


def headline(one: Signal, on: date) -> Text:
    day = said.day(one.on)
    if one.kind == "handoff":
        return Text(f"Handoff waits for acceptance since {day.en}", f"引き継ぎが{day.ja}から受領待ち")
    late = (on - one.on).days
    if late > 0:
        return Text(f"Handoff overdue by {said.days(late).en}", f"引き継ぎが{late}日超過")
    return Text("Handoff due today", "引き継ぎの期日が今日") if late == 0 else Text(
        f"Handoff due on {day.en}", f"引き継ぎの期日が{day.ja}"
    )  # fmt: skip
