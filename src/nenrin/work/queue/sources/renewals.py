"""A renewal that nobody has called, that model and call see apart, or whose forecast is about to be locked."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any, Final

from nenrin.customers.models import Subscription
from nenrin.foundation import bulk
from nenrin.foundation.models import Member
from nenrin.foundation.permissions import Permission, allowed
from nenrin.values import Text
from nenrin.work import renewal_pipeline
from nenrin.work.models.renewal import CALLS, Call
from nenrin.work.queue import plays, said
from nenrin.work.queue.portfolio import Portfolio
from nenrin.work.queue.reasons import Reason
from nenrin.work.renewal_checkpoints import DAYS

#: Days before the decision from which a call is asked for, and in which steps it is asked for again.
STEPS: Final = (14, 45)
#: Days before a checkpoint is locked.
LOCKS: Final = 7
AHEAD: Final = DAYS[0] + LOCKS


def reasons(accounts: Portfolio, member: Member, on: date) -> list[Reason]:
    """One query."""
    if not accounts or allowed(member, Permission.RENEWALS_VIEW) is None:
        return []
    rows = Subscription.objects.filter(account__in=bulk.among(list(accounts)))
    table = renewal_pipeline.read(renewal_pipeline.ahead(rows, on, on + timedelta(AHEAD)).order_by("decision", "pk"))
    columns = (
        table.account,
        table.subscription,
        table.day,
        table.is_noticed,
        table.held,
        table.held_p,
        table.p,
        table.lean,
    )
    found: dict[tuple[int, str], Reason] = {}
    for account, key, day, is_noticed, *told in zip(*(column.tolist() for column in columns), strict=True):
        if not is_noticed:
            for one in _of(account, key, date.fromordinal(day), on, *told):
                found.setdefault((account, one.code), one)  # the nearest of an account's terms
    return list(found.values())


def _of(account: int, key: int, day: date, on: date, held: str, called: float, p: float, lean: int) -> Iterator[Reason]:
    left = (day - on).days
    where: dict[str, Any] = {"account": account, "url": f"/renewals/{key}"}
    if held and lean:
        yield Reason(
            code="renewal_apart", headline=_apart(held, called, p, lean), evidence=(_decided(day),),
            play=plays.play("renewal_apart", on), facts=(day, held, lean), **where,
        )  # fmt: skip
    step = next((most for most in STEPS if left <= most), None)
    lock = next((days for days in DAYS if 0 <= left - days <= LOCKS), None)
    if not held and step is not None:
        yield Reason(
            code="renewal_call", headline=_uncalled(left), evidence=(_decided(day),),
            play=plays.play("renewal_call", on), facts=(day, step), **where,
        )  # fmt: skip
    elif not held and lock is not None:
        yield Reason(
            code="renewal_call", headline=_locked(left - lock, lock), evidence=(_decided(day),),
            play=plays.play("renewal_call", on), facts=(day, lock), **where,
        )  # fmt: skip


def _uncalled(left: int) -> Text:
    if left == 0:
        return Text("Renewal decided today and not called yet", "更新の見立てが未入力（判断期限が今日）")
    return Text(
        f"Renewal decided in {said.days(left).en} and not called yet", f"更新の見立てが未入力（判断期限まで{left}日）"
    )


def _locked(left: int, days: int) -> Text:
    if left == 0:
        return Text(
            f"Renewal forecast of {days} days before is locked today", f"{days}日前の更新予測を今日記録、見立てが未入力"
        )
    return Text(
        f"Renewal forecast of {days} days before is locked in {said.days(left).en}, not called yet",
        f"{days}日前の更新予測の記録まで{left}日、見立てが未入力",
    )


def _apart(held: str, called: float, p: float, lean: int) -> Text:
    name = CALLS[Call(held)]
    if p != p:  # no probability is told: health speaks
        health = Text("red", "危険") if lean < 0 else Text("healthy", "健全")
        return Text(
            f"Renewal called “{name.en}” though health is {health.en}",
            f"更新の見立て「{name.ja}」に対しヘルスは{health.ja}",
        )
    return Text(
        f"Renewal called {said.share(called)}, the model says {said.share(p)}",
        f"更新の見立て{said.share(called)}に対しモデルは{said.share(p)}",
    )


def _decided(day: date) -> Text:
    on = said.day(day)
    return Text(f"The renewal is decided by {on.en}.", f"更新の判断期限は{on.ja}。")
