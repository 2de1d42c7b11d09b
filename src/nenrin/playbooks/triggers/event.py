"""Somebody at the account does something in the product."""

from __future__ import annotations

from datetime import timedelta

from nenrin.analytics.conditions import Fields
from nenrin.ingest import lakes
from nenrin.playbooks.documents.params import Param, Setting, Values
from nenrin.playbooks.triggers.shape import YES, Found, Now, TriggerKind
from nenrin.values import Text

EVENT = Param("event", Text("Event", "イベント"), "text", source="events")
USED = """
select account from usage where (event = ? or feature = ?) and day >= ? and day < ?
group by account having sum(n) >= ?
"""


def says(values: Values, setting: Setting, fields: Fields) -> Text:
    event, times, days = values["event"], values["times"], values["days"]
    if times == 1:
        return Text(f"“{event}” happens", f"「{event}」が発生")
    return Text(f"“{event}” happens {times} times or more in {days} days", f"「{event}」が{days}日間に{times}回以上")


def finds(values: Values, now: Now) -> Found:
    """Counted by the organisation's days, today included; it holds until that many days pass without."""
    end = now.today + timedelta(1)
    start = end - timedelta(values["days"])
    lake, asked = lakes.current(), [values["event"], values["event"], start, end, values["times"]]
    reading = (
        lake.session(days=(start, end), known=now.today)
        if now.accounts is None
        else lake.usage((start, end), known=now.today, accounts=now.accounts)
    )
    with reading as db:
        rows = db.execute(USED, asked).fetchall()
    return Found({int(account): YES for (account,) in rows if account is not None})


KIND = TriggerKind(
    "event",
    Text("A product event", "利用ログのイベント"),
    (
        EVENT,
        Param("times", Text("Times (at least)", "回数（以上）"), "number", default=1, low=1, high=100_000),
        Param("days", Text("Within (days)", "期間（日）"), "number", default=7, low=1, high=90),
    ),
    says,
    finds=finds,
)
