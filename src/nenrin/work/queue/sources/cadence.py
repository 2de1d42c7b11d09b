"""Nobody has been in touch for longer than the touch model promises; or mails went out, and nobody talked."""

from __future__ import annotations

from datetime import date

from nenrin.foundation.models import Member
from nenrin.values import Text
from nenrin.work import cadence
from nenrin.work.queue import plays, said
from nenrin.work.queue.portfolio import Portfolio, Standing
from nenrin.work.queue.reasons import Reason


def reasons(accounts: Portfolio, member: Member, on: date) -> list[Reason]:
    return [found for row in accounts.standing.values() if (found := _reason(row, on))]


def _reason(row: Standing, on: date) -> Reason | None:
    since = row.account.customer_since or row.account.created_at.date()
    stands = cadence.judged(
        every_days=row.every_days, talked_on=row.talked_on, written_on=row.written_on, since=since, on=on
    )
    if stands.state == "unmet":
        return _unmet(row, stands, on)
    return _unspoken(row, stands, on) if stands.state == "unspoken" else None


def _unmet(row: Standing, stands: cadence.Cadence, on: date) -> Reason:
    return Reason(
        account=row.account.pk, code="cadence",
        headline=Text(f"No contact for {said.days(stands.days).en}", f"{stands.days}日間接点なし"),
        evidence=(_promised(stands), _last(row.touched_on)), play=plays.play("contact", on), facts=(row.touched_on,),
    )  # fmt: skip


def _unspoken(row: Standing, stands: cadence.Cadence, on: date) -> Reason:
    written = said.day(row.written_on or on)
    mailed = Text(f"Mail went out on {written.en}, but nobody talked.", f"{written.ja}にメールは送付、対話はなし。")
    return Reason(
        account=row.account.pk, code="no_talk",
        headline=Text(f"Nobody talked to them for {said.days(stands.days).en}", f"{stands.days}日間対話なし"),
        evidence=(mailed, _promised(stands)), play=plays.play("talk", on), facts=(row.talked_on,),
    )  # fmt: skip


def _promised(stands: cadence.Cadence) -> Text:
    return Text(
        f"The touch model asks for contact every {said.days(stands.every_days).en}.",
        f"タッチモデルの間隔は{stands.every_days}日。",
    )


def _last(day: date | None) -> Text:
    if day is None:
        return Text("None is on record.", "接点の記録なし。")
    return Text(f"The last was on {said.day(day).en}.", f"最後は{said.day(day).ja}。")
