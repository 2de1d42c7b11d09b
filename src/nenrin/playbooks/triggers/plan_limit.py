"""Use comes near a limit that the plans of the account state: seats, projects, whatever they name.

What is used of a limit: of seats, people active within a week; of a limit that is named like a measure, the measure;
else the account's own number of the same name.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from nenrin.analytics.conditions import Fields
from nenrin.analytics.kpis import MEASURES
from nenrin.customers.models import Account, Subscription
from nenrin.customers.statuses import LIVE
from nenrin.foundation import bulk
from nenrin.insight.models import CurrentMeasure
from nenrin.playbooks.documents.params import Param, Setting, Values, named
from nenrin.playbooks.triggers.shape import YES, Found, Now, TriggerKind
from nenrin.values import Text

SEATS, PEOPLE = "seats", "weekly_active_users"
LIMIT = Param("limit", Text("Limit", "上限"), "choice", source="limits",
              hint=Text("As the plans name it, under Settings, Products and plans.", "「設定＞製品・プラン」で登録した上限。"))  # fmt: skip


def says(values: Values, setting: Setting, fields: Fields) -> Text:
    limit, percent = named(setting.of(LIMIT), values["limit"]), values["percent"]
    return Text(
        f"{percent}% of what the plan allows are used: {limit.en}", f"プランの上限（{limit.ja}）の{percent}%以上を利用"
    )


def finds(values: Values, now: Now) -> Found:
    """Unsure where a limit is stated and nothing is known of its use."""
    allowed = _allowed(values["limit"], now.accounts)
    used = _used(values["limit"], sorted(allowed))
    near = [account for account, n in used.items() if n * 100 >= values["percent"] * allowed[account]]
    return Found(dict.fromkeys(near, YES), frozenset(allowed.keys() - used.keys()))


def _allowed(limit: str, accounts: Sequence[int] | None) -> dict[int, float]:
    """By account, what the plans of its running contracts allow together."""
    rows = Subscription.objects.filter(status__in=LIVE, archived_at__isnull=True, account__archived_at__isnull=True)
    if accounts is not None:
        rows = rows.filter(account__in=accounts)
    found: dict[int, float] = {}
    for account, limits in rows.filter(plan__isnull=False).values_list("account_id", "plan__limits"):
        if (most := _number(limits, limit)) is not None and most > 0:
            found[account] = found.get(account, 0) + most
    return found


def _used(limit: str, accounts: Sequence[int]) -> dict[int, float]:
    measure = PEOPLE if limit == SEATS else limit
    if measure in MEASURES:
        rows = CurrentMeasure.objects.filter(measure=measure, account__in=bulk.among(accounts))
        return dict(rows.values_list("account_id", "value"))
    own = Account.objects.filter(pk__in=bulk.among(accounts)).values_list("pk", "attributes")
    return {account: n for account, told in own if (n := _number(told, limit)) is not None}


def _number(told: Mapping[str, object] | None, key: str) -> float | None:
    found = (told or {}).get(key)
    return float(found) if isinstance(found, int | float) and not isinstance(found, bool) else None


KIND = TriggerKind(
    "plan_limit",
    Text("Use near a limit that the plan states", "プランに登録した上限に近い"),
    (LIMIT, Param("percent", Text("Used (%)", "利用率（%）"), "number", default=80, low=1, high=200)),
    says,
    finds=finds,
    hint=Text(
        "Seats are compared with the people active within a week; any other limit with the measure, or the number of the"
        " account, of the same name.",
        "ライセンス（seats）は週次アクティブユーザー、その他の上限は同名の指標または顧客の数値項目と比較。",
    ),
)
