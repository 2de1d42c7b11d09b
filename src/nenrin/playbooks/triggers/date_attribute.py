"""A day kept on the account comes near, or has passed."""

from __future__ import annotations

from datetime import date, timedelta

from nenrin.analytics.conditions import Fields
from nenrin.customers.models import Account
from nenrin.playbooks.documents.params import Param, Setting, Values, named
from nenrin.playbooks.triggers.shape import Found, Now, TriggerKind
from nenrin.values import Text

OWN = (("customer_since", Text("Customer start date", "契約開始日")), ("lost_on", Text("Loss date", "解約日")))
WHEN = (("before", Text("days before", "日前")), ("after", Text("days after", "日後")))
#: A day that was missed by more than this is let go.
LATE_DAYS = 7
DAY = Param("date", Text("Date", "日付の項目"), "choice", source="date_attributes")


def says(values: Values, setting: Setting, fields: Fields) -> Text:
    what, when = named(setting.of(DAY), values["date"]), named(WHEN, values["when"])
    return Text(f"{values['days']} {when.en} {what.en.lower()}", f"{what.ja}の{values['days']}{when.ja}")


def finds(values: Values, now: Now) -> Found:
    away = timedelta(values["days"] if values["when"] == "after" else -values["days"])
    rows = Account.objects.standing()
    if now.accounts is not None:
        rows = rows.filter(pk__in=now.accounts)
    key = values["date"]
    found = {}
    for account, held in _days(rows, key):
        if 0 <= (now.today - (held + away)).days <= LATE_DAYS:
            found[account] = held.isoformat()
    return Found(found)


def _days(rows: object, key: str) -> list[tuple[int, date]]:
    if key in dict(OWN):
        return [(pk, on) for pk, on in rows.values_list("pk", key) if on]  # type: ignore[attr-defined]
    name = key.removeprefix("attribute.")
    kept = [(pk, held.get(name)) for pk, held in rows.values_list("pk", "attributes")]  # type: ignore[attr-defined]
    return [(pk, date.fromisoformat(on)) for pk, on in kept if isinstance(on, str) and on]


KIND = TriggerKind(
    "date_attribute",
    Text("A date comes near or has passed", "日付の前後"),
    (
        DAY,
        Param("days", Text("Days", "日数"), "number", default=30, low=0, high=1000),
        Param("when", Text("Before or after", "前後"), "choice", WHEN, default="after"),
    ),
    says,
    finds=finds,
)
