"""The notice deadline or the renewal is ahead: after it nothing can be moved any more."""

from __future__ import annotations

from datetime import date

from nenrin.foundation.models import Member
from nenrin.values import Text
from nenrin.work.queue import plays, said
from nenrin.work.queue.portfolio import Portfolio, Standing
from nenrin.work.queue.reasons import Reason

#: Days before the notice deadline -> the play: the nearer, the more a talk may still move.
STEPS: tuple[tuple[int, str], ...] = ((14, "decide"), (45, "review"), (90, "renewal"))
#: Where nothing renews by itself, the end of the term is the day.
RENEWAL_DAYS = 60


def reasons(accounts: Portfolio, member: Member, on: date) -> list[Reason]:
    return [found for row in accounts.standing.values() if (found := _reason(row, on))]


def _reason(row: Standing, on: date) -> Reason | None:
    notice, renewal = row.account.notice_on, row.account.renewal_on
    if notice is not None and (notice - on).days >= 0:
        return _ahead(row, on, notice, "notice_deadline")
    if notice is None and row.ends_unless_renewed and renewal is not None and 0 <= (renewal - on).days <= RENEWAL_DAYS:
        return _ahead(row, on, renewal, "renewal")
    return None


def _ahead(row: Standing, on: date, day: date, code: str) -> Reason | None:
    left = (day - on).days
    step = next(((most, play) for most, play in STEPS if left <= most), None)
    if step is None or (row.band == "healthy" and step[0] > STEPS[1][0]):
        return None  # a healthy account needs no talk so long before
    return Reason(
        account=row.account.pk, code=code, headline=_headline(left, code), evidence=_evidence(row, day, code),
        play=plays.play(step[1], on), facts=(day, step[0]),
    )  # fmt: skip


def _headline(left: int, code: str) -> Text:
    name = (
        Text("Notice deadline", "更新拒絶期限日")
        if code == "notice_deadline"
        else Text("End of the contract", "契約満了")
    )
    if left == 0:
        return Text(f"{name.en} is today", f"{name.ja}が今日")
    return Text(f"{name.en} in {said.days(left).en}", f"{name.ja}まで{left}日")


def _evidence(row: Standing, day: date, code: str) -> tuple[Text, ...]:
    on = said.day(day)
    renews = Text(f"Without notice by {on.en} it renews by itself.", f"{on.ja}までに申し出がなければ自動更新。")
    ends = Text(f"It ends on {on.en} unless renewed.", f"更新がなければ{on.ja}で終了。")
    talked = row.touched_on
    since = (
        Text(f"Last contact on {said.day(talked).en}.", f"最後の接点は{said.day(talked).ja}。")
        if talked
        else Text("No contact on record.", "接点の記録なし。")
    )
    return (renews if code == "notice_deadline" else ends, since)
