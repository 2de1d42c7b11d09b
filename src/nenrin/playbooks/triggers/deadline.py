"""So many days are left until the renewal or the notice deadline."""

from __future__ import annotations

from nenrin.analytics.conditions import Fields
from nenrin.customers.models import Account
from nenrin.playbooks.documents.params import Param, Setting, Values, named
from nenrin.playbooks.triggers.shape import Found, Now, TriggerKind
from nenrin.values import Text

WHICH = (
    ("notice", Text("notice deadline", "更新拒絶期限日")),
    ("renewal", Text("renewal", "更新日")),
)
COLUMNS = {"notice": "notice_on", "renewal": "renewal_on"}


def says(values: Values, setting: Setting, fields: Fields) -> Text:
    what = named(WHICH, values["until"])
    days = " / ".join(str(one) for one in values["days"])
    return Text(f"{days} days are left until the {what.en}", f"{what.ja}まで{days}日")


def finds(values: Values, now: Now) -> Found:
    """The token is the deadline with the nearest threshold that is passed: a leap over two thresholds fires once."""
    column = COLUMNS[values["until"]]
    rows = Account.objects.standing().filter(**{f"{column}__gte": now.today})
    if now.accounts is not None:
        rows = rows.filter(pk__in=now.accounts)
    found = {}
    for account, on in rows.values_list("pk", column):
        passed = [days for days in values["days"] if (on - now.today).days <= days]
        if passed:
            found[account] = f"{on.isoformat()}:{min(passed)}"
    return Found(found)


KIND = TriggerKind(
    "deadline",
    Text("Days to renewal or notice deadline", "更新日・更新拒絶期限日までの日数"),
    (
        Param("until", Text("Until", "期限"), "choice", WHICH, default="notice"),
        Param("days", Text("Days left", "残り日数"), "numbers", default=(90,), low=0, high=730,
              hint=Text("Several are separated by commas: 120, 90, 60, 30.", "複数はカンマ区切り（例: 120, 90, 60, 30）。")),
    ),
    says,
    finds=finds,
)  # fmt: skip
