"""The account list in groups: how many accounts, how much ARR and which health each holds; opened by the address."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, F, Max, Q, QuerySet, Sum, Window
from django.db.models.functions import RowNumber
from django.http import QueryDict
from django.urls import reverse

from nenrin.customers.models import Account
from nenrin.customers.statuses import Stage, word
from nenrin.foundation import format
from nenrin.values import Money, Text
from nenrin.web import marks
from nenrin.web.accounts.filters import NONE, Choices
from nenrin.web.charts.bands import BANDS, Band, band_of

#: What one can group by: its name, the column, and the filter that shows one group alone ("" where there is none).
WAYS: Mapping[str, tuple[Text, str, str]] = {
    "owner": (Text("Owner", "担当"), "owner_id", "owner"),
    "tier": (Text("Tier", "企業規模"), "tier", "tier"),
    "touch": (Text("Touch model", "タッチモデル"), "touch_model", "touch"),
    "band": (Text("Health", "ヘルス"), "health__band", "band"),
    "stage": (Text("Stage", "ステージ"), "stage", "stage"),
    "industry": (Text("Industry", "業種"), "industry", "industry"),
    "tag": (Text("Tag", "タグ"), "tags__name", "tag"),
}
#: Groups shown, the largest ARR first, and accounts shown of an open one.
AT_MOST, ROWS = 100, 20
#: Ways in which an account is in one group only: together the groups hold what the list holds.
PARTING = frozenset(WAYS) - {"tag"}
_TEXTS = ("tier", "touch_model", "stage", "industry")
_EMPTY = "-"  # the group without a value, in addresses


@dataclass(frozen=True, slots=True)
class Slice:
    band: Band
    word: Text
    count: int


@dataclass(frozen=True, slots=True)
class Group:
    """One value with what it sums up; `accounts` are the first of an open one, in the list's order."""

    key: str
    name: Text | str
    count: int
    arr: str
    mix: tuple[Slice, ...]
    is_open: bool
    toggle_url: str
    all_url: str
    accounts: tuple[int, ...] = ()

    @property
    def anchor(self) -> str:
        return f"group-{self.key.encode().hex()[:40]}"


def counted(rows: QuerySet[Account], way: str) -> list[dict[str, Any]]:
    """Count, MRR and newest health by the way's column, currency and band; one query."""
    parts = rows.order_by().values(WAYS[way][1], "currency", "health__band")
    return list(parts.annotate(n=Count("pk"), mrr=Sum("mrr_minor"), at=Max("health__at")).order_by())


def of(
    rows: QuerySet[Account],
    parts: Sequence[Mapping[str, Any]],
    way: str,
    given: QueryDict,
    choices: Choices,
    language: str,
) -> list[Group]:
    """The groups of these (ordered) rows, from what was counted; one query more where one is open."""
    column = WAYS[way][1]
    sums: dict[str, list[tuple[str, Band, int, int]]] = {}
    for row in parts:
        key = _EMPTY if row[column] in (None, "") else str(row[column])
        sums.setdefault(key, []).append((row["currency"], band_of(row["health__band"]), row["n"], row["mrr"] or 0))
    asked = given.getlist("open")
    ranked = sorted(sums.items(), key=lambda item: (item[0] == _EMPTY, -sum(mrr for *_, mrr in item[1]), item[0]))
    open_keys = [key for key, _ in ranked[:AT_MOST] if key in asked]
    first = _first(rows, column, open_keys)
    return [
        _group(way, key, parts, tuple(first.get(key, ())), key in asked, given, choices, language)
        for key, parts in ranked[:AT_MOST]
    ]


def _first(rows: QuerySet[Account], column: str, keys: Sequence[str]) -> dict[str, list[int]]:
    """The first accounts of each open group, in the order of the rows; one query, none where all are closed."""
    if not keys:
        return {}
    order: Any = rows.query.order_by
    opened = Q(**{f"{column}__in": [key for key in keys if key != _EMPTY]})
    if _EMPTY in keys:
        opened |= Q(**{f"{column}__isnull": True}) | (Q(**{column: ""}) if column in _TEXTS else Q())
    numbered = rows.filter(opened).annotate(_place=Window(RowNumber(), partition_by=[F(column)], order_by=order))
    found: dict[str, list[int]] = {}
    for value, key, place in numbered.filter(_place__lte=ROWS).order_by("_place").values_list(column, "pk", "_place"):
        name = _EMPTY if value in (None, "") else str(value)
        if name in keys and place <= ROWS:
            found.setdefault(name, []).append(key)
    return {name: accounts[:ROWS] for name, accounts in found.items()}


def _group(
    way: str, key: str, parts: Sequence[tuple[str, Band, int, int]], accounts: tuple[int, ...], is_open: bool,
    given: QueryDict, choices: Choices, language: str,
) -> Group:  # fmt: skip
    money: dict[str, int] = {}
    for currency, _, _, mrr in parts:
        money[currency] = money.get(currency, 0) + 12 * mrr
    said = [format.money(Money(arr, currency), language, "compact") for currency, arr in money.items() if arr]
    counts = {band: sum(n for _, each, n, _ in parts if each == band) for band in BANDS}
    mix = tuple(Slice(band, marks.WORDS[band], n) for band, n in counts.items() if n)
    name = _name(way, key, choices)
    toggle, alone = _toggled(given, key), _alone(given, way, key)
    return Group(key, name, sum(counts.values()), " + ".join(said) or "—", mix, is_open, toggle, alone, accounts)


def _name(way: str, key: str, choices: Choices) -> Text | str:
    if key == _EMPTY:
        return Text("None", "なし") if way != "owner" else Text("Nobody", "担当なし")
    if way == "stage":
        return word(Stage(key))
    return marks.WORDS[band_of(key)] if way == "band" else choices.label(way, key)


def _toggled(given: QueryDict, key: str) -> str:
    """The same address with this group opened or closed."""
    pairs = [(name, value) for name, values in given.lists() for value in values if (name, value) != ("open", key)]
    return "?" + urlencode(pairs if key in given.getlist("open") else [*pairs, ("open", key)])


def _alone(given: QueryDict, way: str, key: str) -> str:
    """The plain list of this group's accounts; nothing where no filter can name it."""
    wanted = NONE if way == "owner" and key == _EMPTY else "" if key == _EMPTY else key
    if not wanted:
        return ""
    left = {"group", "open", "page", WAYS[way][2]}
    pairs = [(name, value) for name, values in given.lists() for value in values if name not in left]
    return f"{reverse('accounts')}?{urlencode([*pairs, (WAYS[way][2], wanted)])}"
