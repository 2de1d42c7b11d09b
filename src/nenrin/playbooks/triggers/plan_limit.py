"""Use comes near a limit that the plans of the account state: seats, projects, whatever they name.

What an account uses of a limit is told by `work.opportunities.plan_limits`, as where candidates for growth are found. Of
seats, the people who are active count; with `seats: contract` what fires here is the same that is a sign there.
"""

from __future__ import annotations

from nenrin.analytics.conditions import Fields
from nenrin.customers.models import Account
from nenrin.playbooks.documents.params import Param, Setting, Values, named
from nenrin.playbooks.triggers.shape import YES, Found, Now, TriggerKind
from nenrin.values import Text
from nenrin.work.opportunities import contracts, plan_limits

LIMIT = Param("limit", Text("Limit", "上限"), "choice", source="limits",
              hint=Text("As the plans name it, under Settings, Products and plans.", "「設定＞製品・プラン」で登録した上限。"))  # fmt: skip
#: No default: a trigger that does not say it is written, and so remembered, as before there was a choice.
SEATS = Param("seats", Text("Of seats count", "席数の数え方"), "choice", required=False, choices=(
    ("contract", Text("seats under contract, or active people where they are more", "契約席数（アクティブユーザーが上回る場合はその数）")),
), hint=Text("Left empty: people active within a week.", "空欄の場合は週次アクティブユーザー数。"))  # fmt: skip


def _is_of_people(values: Values) -> bool:
    return values.get(SEATS.key) != "contract"


def says(values: Values, setting: Setting, fields: Fields) -> Text:
    limit, percent = named(setting.of(LIMIT), values["limit"]), values["percent"]
    if values["limit"] == plan_limits.SEATS and not _is_of_people(values):
        return Text(
            f"{percent}% of what the plan allows are used or under contract: {limit.en}",
            f"プランの上限（{limit.ja}）の{percent}%以上を契約または利用",
        )
    return Text(
        f"{percent}% of what the plan allows are used: {limit.en}", f"プランの上限（{limit.ja}）の{percent}%以上を利用"
    )


def finds(values: Values, now: Now) -> Found:
    """Unsure where a limit is stated and nothing is known of its use."""
    name, percent = values["limit"], values["percent"]
    rows = Account.objects.standing()
    rows = rows if now.accounts is None else rows.filter(pk__in=now.accounts)
    held = contracts.current(rows, of_all=True)  # the audience says of whom
    stating = [account for account, some in held.by_account.items() if any(name in one.limits for one in some)]
    told = plan_limits.of(held, stating, rows.order_by().values("pk"), now.today, by_people=_is_of_people(values))
    known = {account: [one for one in limits if one.key == name] for account, limits in told.items()}
    near = [
        account for account, limits in known.items() if any(one.used * 100 >= percent * one.allowed for one in limits)
    ]
    return Found(dict.fromkeys(near, YES), frozenset(account for account in stating if not known.get(account)))


KIND = TriggerKind(
    "plan_limit",
    Text("Use near a limit that the plan states", "プランに登録した上限に近い"),
    (LIMIT, Param("percent", Text("Used (%)", "利用率（%）"), "number", default=80, low=1, high=200), SEATS),
    says,
    finds=finds,
    hint=Text(
        "Seats are compared with the people active within a week, or for each product with those under contract; any other"
        " limit with the measure, or the number of the account, of the same name.",
        "ライセンス（seats）は週次アクティブユーザー数、または製品ごとの契約席数と比較。その他の上限は、同名の指標または顧客の数値項目と比較。",
    ),
)
