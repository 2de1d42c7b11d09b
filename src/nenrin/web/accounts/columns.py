"""The columns of the account list: how each is named, sorted, drawn and exported. One registry for screen and files."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from nenrin.analytics.kpis.measures import Measure
from nenrin.customers.models import Account
from nenrin.customers.statuses import Stage, Status, word
from nenrin.foundation import format
from nenrin.insight.models import Health
from nenrin.values import Money, Text
from nenrin.web import marks
from nenrin.web.risk import words as risk_words

#: Days that fill the bar of a countdown.
FULL_BAR = 180
#: From here down a countdown is set in bold.
URGENT_DAYS = 30


@dataclass(frozen=True, slots=True)
class Chance:
    """Of an event within 90 days; where few events are known (`is_ranking`) the range alone is shown."""

    p: float
    low: float
    high: float
    is_ranking: bool


@dataclass(frozen=True, slots=True)
class Row:
    """One account with all that its columns ask for; `chances` by event."""

    account: Account
    health: Health | None
    tags: Sequence[str]
    measures: Mapping[str, float]
    chances: Mapping[str, Chance] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Frame:
    """What all rows share."""

    language: str
    today: date
    tiers: Mapping[str, Text] = field(default_factory=dict)
    touch_models: Mapping[str, Text] = field(default_factory=dict)


#: Digits behind the point by unit; none elsewhere.
_DIGITS = {"ratio": 2, "per_week": 1, "per_user": 2, "grade": 1}
Cell = Callable[[Row, Frame], "SafeString | str"]
Export = Callable[[Row, Frame], Any]


@dataclass(frozen=True, slots=True)
class Column:
    """`sort` is the column of the database; `key` also names the term that defines it, where there is one."""

    key: str
    label: Text
    cell: Cell
    export: Export
    sort: str = ""
    is_number: bool = False
    is_default: bool = False
    term: str = ""
    needs: str = ""  # a measure
    event: str = ""  # whose probability it shows
    editable: str = ""  # what may be changed in its cell (web.account_fields)
    attribute: str = ""  # the attribute it shows
    digits: int = 0  # behind the point
    is_share: bool = False


def _text(name: str) -> tuple[Cell, Export]:
    return (lambda row, frame: escape(getattr(row.account, name) or "—")), (
        lambda row, frame: getattr(row.account, name)
    )


def _day(name: str) -> tuple[Cell, Export]:
    def cell(row: Row, frame: Frame) -> str:
        return format.day(getattr(row.account, name), frame.language) if getattr(row.account, name) else "—"

    return cell, lambda row, frame: getattr(row.account, name)


def _number(name: str) -> tuple[Cell, Export]:
    def cell(row: Row, frame: Frame) -> str:
        stands = getattr(row.account, name)
        return format.number(stands, frame.language) if stands is not None else "—"

    return cell, lambda row, frame: getattr(row.account, name)


def _measure(key: str, digits: int = 0) -> tuple[Cell, Export]:
    def cell(row: Row, frame: Frame) -> SafeString | str:
        stands = row.measures.get(key)
        return marks.missing(frame.language) if stands is None else format.number(stands, frame.language, digits)

    return cell, lambda row, frame: row.measures.get(key)


def of_measure(measure: Measure) -> Column:
    """A measure of any unit as a column."""
    key, is_share, digits = measure.key, measure.unit == "share", _DIGITS.get(measure.unit, 0)
    drawn = _share(key) if is_share else _measure(key, digits)
    return Column(
        key, measure.name, *drawn, is_number=True, term=key, needs=key, digits=digits, is_share=is_share
    )  # fmt: skip


def _share(key: str) -> tuple[Cell, Export]:
    def cell(row: Row, frame: Frame) -> SafeString | str:
        stands = row.measures.get(key)
        return marks.missing(frame.language) if stands is None else format.percent(stands, frame.language, 0)

    return cell, lambda row, frame: row.measures.get(key)


def _stage(row: Row, frame: Frame) -> str:
    return word(Stage(row.account.stage)).in_(frame.language)


def _status(row: Row, frame: Frame) -> str:
    return word(Status(row.account.status)).in_(frame.language)


def _named(names: str, column: str) -> tuple[Cell, Export]:
    def said(row: Row, frame: Frame) -> str:
        key = getattr(row.account, column)
        known = getattr(frame, names).get(key)
        return known.in_(frame.language) if known else str(key)

    return (lambda row, frame: escape(said(row, frame) or "—")), said


def _owner(row: Row, frame: Frame) -> str:
    return row.account.owner.name if row.account.owner else ""


def _owner_cell(row: Row, frame: Frame) -> SafeString | str:
    nobody = Text("Nobody", "担当なし").in_(frame.language)
    return escape(_owner(row, frame)) or mark_safe(f'<span class="muted">{nobody}</span>')


def _health(row: Row, frame: Frame) -> SafeString:
    if row.health is None:
        return marks.missing(frame.language)
    return marks.health(row.health.band, row.health.score, frame.language)


def _trend(row: Row, frame: Frame) -> SafeString:
    drawn = marks.sparkline(row.health.weekly, row.health.band) if row.health else ""
    return SafeString(drawn) if drawn else marks.missing(frame.language)


def _delta(row: Row, frame: Frame) -> SafeString | str:
    change = row.health.delta_30 if row.health else None
    return marks.delta(change, frame.language) if change is not None else "—"


def _coverage(row: Row, frame: Frame) -> SafeString | str:
    return format.percent(row.health.coverage, frame.language, 0) if row.health else marks.missing(frame.language)


def _money(row: Row, frame: Frame) -> str:
    return format.money(Money(row.account.mrr_minor, row.account.currency), frame.language)


def _countdown(row: Row, frame: Frame) -> SafeString | str:
    if row.account.notice_on is None:
        return "—"
    days = (row.account.notice_on - frame.today).days
    width = 80 * min(max(days, 0) / FULL_BAR, 1.0)
    bar = (
        '<svg class="mini" viewBox="0 0 80 6" preserveAspectRatio="none" aria-hidden="true">'
        f'<rect class="track" width="80" height="6"/><rect class="mark" width="{width:.1f}" height="6"/></svg>'
    )
    urgent = " urgent" if days <= URGENT_DAYS else ""
    return mark_safe(f'<span class="countdown{urgent}">{bar}{format.days_left(days, frame.language)}</span>')


def _days(row: Row, frame: Frame) -> int | None:
    return (row.account.notice_on - frame.today).days if row.account.notice_on else None


def _tags(row: Row, frame: Frame) -> SafeString | str:
    return mark_safe(" ".join(f'<span class="tag">{escape(tag)}</span>' for tag in row.tags)) or "—"


def _touch_age(row: Row, frame: Frame) -> SafeString | str:
    days = row.measures.get("days_since_touch")
    return format.days_ago(int(days), frame.language) if days is not None else marks.missing(frame.language)


def _chance(event: str) -> tuple[Cell, Export]:
    def cell(row: Row, frame: Frame) -> SafeString | str:
        known = row.chances.get(event)
        if known is None:
            return marks.missing(frame.language)
        shown = risk_words.interval(known.low, known.high, frame.language)
        return shown if known.is_ranking else risk_words.chance(known.p)

    def export(row: Row, frame: Frame) -> float | str | None:
        known = row.chances.get(event)
        if known is None:
            return None
        return risk_words.interval(known.low, known.high, frame.language) if known.is_ranking else known.p

    return cell, export


def _of_health(name: str) -> Export:
    return lambda row, frame: getattr(row.health, name) if row.health else None


COLUMNS: tuple[Column, ...] = (
    Column("stage", Text("Stage", "ステージ"), _stage, _stage, "stage", is_default=True, editable="stage"),
    Column("status", Text("Status", "状態"), _status, _status, "status"),
    Column(
        "health", Text("Health", "ヘルス"), _health, _of_health("score"), "health__score", is_default=True, term="score"
    ),
    Column("trend", Text("12 weeks", "12週の推移"), _trend, _of_health("band"), is_default=True, term="trend"),
    Column(
        "delta", Text("30 days", "30日"), _delta, _of_health("delta_30"), "health__delta_30", True, True, "delta_30"
    ),
    Column(
        "coverage",
        Text("Coverage", "充足率"),
        _coverage,
        _of_health("coverage"),
        "health__coverage",
        True,
        True,
        "coverage",
    ),
    *(
        Column(key, name, *_chance(event), "risks__p", True, term="risk_probability", event=event)
        for key, name, event in (
            ("churn_risk", Text("Churn within 90 days", "90日以内の解約"), "churn"),
            ("expansion_chance", Text("Expansion within 90 days", "90日以内の拡大"), "expansion"),
        )
    ),
    Column(
        "mrr",
        Text("MRR", "MRR"),
        _money,
        lambda row, frame: Money(row.account.mrr_minor, row.account.currency).major,
        "mrr_minor",
        True,
        True,
        "mrr",
    ),
    Column(
        "countdown", Text("Days to notice", "期限まで"), _countdown, _days, "notice_on", True, True, "countdown_days"
    ),
    Column("notice", Text("Notice deadline", "更新拒絶期限日"), *_day("notice_on"), "notice_on", is_default=True),
    Column("renewal", Text("Renewal", "更新日"), *_day("renewal_on"), "renewal_on", term="renewal"),
    Column("owner", Text("Owner", "担当"), _owner_cell, _owner, "owner__name", is_default=True, editable="owner"),
    Column(
        "touched",
        Text("Last touch", "最終接点"),
        _touch_age,
        lambda row, frame: row.measures.get("days_since_touch"),
        "",
        True,
        True,
        term="days_since_touch",
        needs="days_since_touch",
    ),
    Column("tier", Text("Tier", "企業規模"), *_named("tiers", "tier"), "tier"),
    Column(
        "touch_model",
        Text("Touch model", "タッチモデル"),
        *_named("touch_models", "touch_model"),
        "touch_model",
        editable="touch_model",
    ),
    Column("plan", Text("Plan", "プラン"), *_text("plan_name"), "plan_name"),
    Column("seats", Text("Seats", "契約ライセンス数"), *_number("seats"), "seats", True, term="account_seats"),
    Column("industry", Text("Industry", "業種"), *_text("industry"), "industry"),
    Column(
        "employees", Text("Employees", "従業員数"), *_number("employees"), "employees", True, term="account_employees"
    ),
    Column("prefecture", Text("Prefecture", "都道府県"), *_text("prefecture"), "prefecture"),
    Column("region", Text("Region", "地域"), *_text("region"), "region"),
    Column("since", Text("Customer since", "契約開始"), *_day("customer_since"), "customer_since"),
    Column("lost", Text("Lost on", "解約日"), *_day("lost_on"), "lost_on"),
    Column("tags", Text("Tags", "タグ"), _tags, lambda row, frame: ", ".join(row.tags), editable="tags"),
)
