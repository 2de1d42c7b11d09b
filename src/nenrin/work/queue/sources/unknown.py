"""We cannot judge the account: too little of what its health rests on is there."""

from __future__ import annotations

from datetime import date

from nenrin.foundation.models import Member
from nenrin.values import Text
from nenrin.work.queue import plays, said
from nenrin.work.queue.portfolio import Portfolio, Standing
from nenrin.work.queue.reasons import Reason

LEAST_COVERAGE = 0.5


def reasons(accounts: Portfolio, member: Member, on: date) -> list[Reason]:
    return [found for row in accounts.standing.values() if (found := _reason(row, on))]


def _reason(row: Standing, on: date) -> Reason | None:
    health = row.health
    if health is None or (row.band != "unknown" and health.coverage >= LEAST_COVERAGE):
        return None
    covered = said.share(health.coverage)
    silent = row.measures.get("days_since_activity")
    return Reason(
        account=row.account.pk, code="unknown",
        headline=Text(f"Only {covered} of the data is there: health unknown", f"データ充足率 {covered}、ヘルスを判定できない"),
        evidence=(_since(row), *_silence(silent)), play=plays.play("data", on), facts=(health.since,),
    )  # fmt: skip


def _since(row: Standing) -> Text:
    assert row.health is not None
    day = said.day(row.health.since)
    return Text(f"Not enough data since {day.en}.", f"{day.ja}からデータ不足。")


def _silence(days: float | None) -> tuple[Text, ...]:
    if days is None:
        return (Text("No usage data arrives.", "利用データが届いていない。"),)
    whole = int(days)
    return (Text(f"Last activity {said.days(whole).en} ago.", f"最後の利用は{whole}日前。"),)
