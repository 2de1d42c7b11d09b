"""A promise to the customer is due by the next business day, or overdue."""

from __future__ import annotations

from datetime import date

from nenrin.foundation.models import Member
from nenrin.foundation.permissions import FieldClass, visible
from nenrin.values import Text
from nenrin.work.queue import plays, said, signals
from nenrin.work.queue.portfolio import Portfolio, Signal
from nenrin.work.queue.reasons import Reason


def reasons(accounts: Portfolio, member: Member, on: date) -> list[Reason]:
    may_read = visible(member, FieldClass.PERSONAL)
    return [_reason(one, on, may_read) for one in signals.of(accounts, "promise")]


def _reason(one: Signal, on: date, may_read: bool) -> Reason:
    quoted = (Text(f"“{said.short(one.words)}”", f"「{said.short(one.words)}」"),) if may_read and one.words else ()
    return Reason(
        account=one.account, code="promise", subject=str(one.key), headline=_headline((one.on - on).days, one.on),
        evidence=quoted, play=plays.play("promise", on), facts=(one.key, one.on), is_promised=one.on <= on,
    )  # fmt: skip


def _headline(left: int, day: date) -> Text:
    if left < 0:
        return Text(f"Promise overdue by {said.days(-left).en}", f"約束事が{-left}日超過")
    if left == 0:
        return Text("Promise due today", "約束事の期日が今日")
    due = said.day(day)
    return Text(f"Promise due on {due.en}", f"約束事の期日が{due.ja}")
