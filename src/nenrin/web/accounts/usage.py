"""The usage of an account as a page shows it: users by week beside the seats, and a heat map of features."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import get_language

from nenrin.foundation import format
from nenrin.insight.usage import Feature, Usage
from nenrin.values import Ratio, Text
from nenrin.web.charts import columns, heat

#: Counts from which the steps of the heat map begin; fixed, so that two accounts can be compared.
BOUNDS = (1, 3, 10, 30, 100, 300, 1000)
USES = {
    "login": Text("sign-in", "ログイン"),
    "key_feature": Text("key feature", "キー機能"),
    "first_value": Text("first value", "最初の成功体験"),
    "other": Text("other", "その他"),
    "unmapped": Text("not mapped yet", "未分類"),
}


@dataclass(frozen=True, slots=True)
class Picture:
    used: Usage
    users: columns.Columns
    features: heat.Heat
    seats: int
    seat_share: Ratio


def picture(used: Usage, seats: int) -> Picture:
    language = get_language() or "ja"
    return Picture(used, _users(used, language), _features(used, language), seats, Ratio(used.users[-1], seats))


def _users(used: Usage, language: str) -> columns.Columns:
    return columns.Columns(
        columns=tuple(
            columns.Column(format.day(week, language, "brief"), users, format.number(users, language))
            for week, users in zip(used.weeks, used.users, strict=True)
        ),
        story=Text("Active users by week; the table has the figures", "週ごとの利用者数。数値は表で確認できます"),
        value_label=Text("Active users", "利用者数"),
    )


def _features(used: Usage, language: str) -> heat.Heat:
    weeks = tuple(format.day(week, language, "brief") for week in used.weeks)
    return heat.Heat(
        caption=Text("Events by feature and week", "機能別・週別の利用回数"),
        corner=Text("Feature or event", "機能・イベント"),
        columns=(*weeks, Text("Total", "合計")),
        lines=tuple(_line(feature, language) for feature in used.features),
        bounds=BOUNDS,
    )


def _line(feature: Feature, language: str) -> heat.Line:
    use = USES.get(feature.use, USES["other"])
    label = Text(f"{feature.name} ({use.en})", f"{feature.name}（{use.ja}）")
    total = heat.Cell(None, format.number(feature.total, language))
    cells = tuple(heat.Cell(n, format.number(n, language)) for n in feature.counts)
    return heat.Line(label, (*cells, total))
