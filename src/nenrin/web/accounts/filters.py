"""The filters of the account list: read from the address, shown as chips, applied to the rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django.db.models import CharField, F, Q, QuerySet, Value
from django.db.models.functions import Cast
from django.http import QueryDict

from nenrin.analytics.scores.bands import Band
from nenrin.customers.models import Account, AccountTag, Tag, TierRule, TouchModel
from nenrin.customers.statuses import Stage, Status, word
from nenrin.foundation.models import Member
from nenrin.foundation.search import normal
from nenrin.insight.models import Segment
from nenrin.values import Text
from nenrin.web import marks
from nenrin.web.charts.bands import band_of
from nenrin.web.components import Chip
from nenrin.web.listing import plain, whole

#: Tags and segments offered.
AT_MOST = 200
ALL, CURRENT, ME, NONE = "all", "current", "me", "none"
LABELS: dict[str, Text] = {
    "q": Text("Search", "検索"),
    "status": Text("Status", "状態"),
    "band": Text("Health", "ヘルス"),
    "owner": Text("Owner", "担当"),
    "stage": Text("Stage", "ステージ"),
    "tier": Text("Tier", "企業規模"),
    "touch": Text("Touch model", "タッチモデル"),
    "tag": Text("Tag", "タグ"),
    "industry": Text("Industry", "業種"),
    "region": Text("Region", "地域"),
    "notice": Text("Notice deadline within", "更新拒絶期限日まで"),
    "renewal": Text("Renewal within", "更新まで"),
    "segment": Text("Segment", "セグメント"),
}


@dataclass(frozen=True, slots=True)
class Option:
    value: str
    label: Text | str


@dataclass(frozen=True, slots=True)
class Choices:
    """What can be chosen in the form of filters; one query."""

    status: Sequence[Option]
    band: Sequence[Option]
    owner: Sequence[Option]
    stage: Sequence[Option]
    tier: Sequence[Option]
    touch: Sequence[Option]
    tag: Sequence[Option]
    segment: Sequence[Option]

    @classmethod
    def current(cls) -> Choices:
        known = _known()
        return cls(
            status=(
                Option(CURRENT, Text("All but lost and test", "解約・テスト以外")),
                *(Option(status.value, word(status)) for status in Status),
                Option(ALL, Text("All", "すべて")),
            ),
            band=[Option(band.value, marks.WORDS[band_of(band.value)]) for band in Band],
            owner=[
                Option(ME, Text("Mine", "自分")),
                Option(NONE, Text("Nobody", "担当なし")),
                *(Option(key, en) for key, en, _ in known["owner"]),
            ],
            stage=[Option(stage.value, word(stage)) for stage in Stage if stage],
            tier=[Option(key, Text(en, ja)) for key, en, ja in known["tier"]],
            touch=[Option(key, Text(en, ja)) for key, en, ja in known["touch"]],
            tag=[Option(en, en) for _, en, _ in known["tag"][:AT_MOST]],
            segment=[Option(key, en) for key, en, _ in known["segment"][:AT_MOST]],
        )

    def label(self, name: str, value: str) -> Text | str:
        options: Sequence[Option] = getattr(self, name, ())
        return next((option.label for option in options if option.value == value), value)


def _known() -> dict[str, list[tuple[str, str, str]]]:
    """(key, English, Japanese) of members, tiers, touch models, tags and segments, in their orders; one query."""
    kinds: dict[str, QuerySet[Any]] = {
        "owner": _options("owner", Member.objects.filter(is_active=True), "name", "name"),
        "tier": _options("tier", TierRule.objects.all(), "name_en", "name_ja", key="key", place="position"),
        "touch": _options("touch", TouchModel.objects.all(), "name_en", "name_ja", key="key", place="position"),
        "tag": _options("tag", Tag.objects.all(), "name", "name"),
        "segment": _options("segment", Segment.objects.filter(archived_at__isnull=True), "name", "name"),
    }
    first, *others = kinds.values()
    found: dict[str, list[tuple[str, str, str]]] = {kind: [] for kind in kinds}
    for kind, _, key, en, ja in sorted(first.union(*others, all=True), key=lambda row: (row[1], row[3], row[2])):
        found[kind].append((key, en, ja))
    return found


def _options(
    kind: str, rows: QuerySet[Any], en: str, ja: str, *, key: str = "pk", place: str = ""
) -> QuerySet[Any]:  # fmt: skip
    words = CharField()
    named: dict[str, Any] = {"kind_": Value(kind, output_field=words), "place_": F(place) if place else Value(0)}
    named |= {"key_": Cast(F(key), words), "en_": Cast(F(en), words), "ja_": Cast(F(ja), words)}
    found: QuerySet[Any] = rows.order_by().annotate(**named).values_list("kind_", "place_", "key_", "en_", "ja_")
    return found


def asked(given: QueryDict) -> dict[str, str]:
    """The filters in an address, those without a value dropped; who is lost or a test is left out unless asked for."""
    found = {name: value for name in LABELS if (value := plain(given.get(name)))}
    return {"status": CURRENT, **found}


def applied(rows: QuerySet[Account], filters: Mapping[str, str], member: Member, today: date) -> QuerySet[Account]:
    """Rows that pass every filter; a value that makes no sense finds nothing."""
    for name, value in filters.items():
        condition = _condition(name, value, member, today)
        rows = rows.none() if condition is None else rows.filter(condition)
    return rows


def _condition(name: str, value: str, member: Member, today: date) -> Q | None:
    if name == "q":
        return Q(search__contains=normal(value))
    if name == "status":
        current = ~Q(status__in=[Status.LOST, Status.INTERNAL_TEST])
        return {ALL: Q(), CURRENT: current}.get(value, Q(status=value))
    if name == "band":
        return Q(health__band=value)
    if name == "owner":
        return {ME: Q(owner=member), NONE: Q(owner__isnull=True)}.get(value) or _numbered("owner", value)
    if name in {"notice", "renewal"}:
        days = whole(value, 3660)
        ahead = (today, today + timedelta(days=days or 0))
        return Q(**{f"{name}_on__range": ahead}) if days is not None else None
    if name == "segment":
        inside = _numbered("segment_memberships__segment", value)
        return inside and inside & Q(segment_memberships__left_at__isnull=True)
    if name == "tag":  # no join, so that groups by tag show the others too
        return Q(pk__in=AccountTag.objects.filter(tag__name=value).values("account"))
    columns = {"touch": "touch_model", "stage": "stage", "tier": "tier"}
    return Q(**{columns.get(name, name): value})


def _numbered(column: str, value: str) -> Q | None:
    key = whole(value)
    return Q(**{column: key}) if key else None


def chips(filters: Mapping[str, str], choices: Choices, given: QueryDict) -> list[Chip]:
    """What is in force, each with the address without it."""
    return [
        Chip(LABELS[name], _said(name, value, choices), _without(given, name))
        for name, value in filters.items()
        if not (name == "status" and value == ALL)
    ]


def _said(name: str, value: str, choices: Choices) -> Text | str:
    if name in {"notice", "renewal"}:
        return Text(f"{value} days", f"{value}日以内")
    return choices.label(name, value)


def _without(given: QueryDict, name: str) -> str:
    """The address without a filter; without any status everyone is shown."""
    pairs = [(key, value) for key, values in given.lists() for value in values if key not in {name, "page"}]
    return "?" + urlencode([*pairs, ("status", ALL)] if name == "status" else pairs)
