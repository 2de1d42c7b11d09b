"""What our side spends: costs and hours by month, and the plan they are measured by."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from typing import Any

import numpy as np

from nenrin.customers.terms import add_months
from nenrin.ingest import costs, efforts, rates
from nenrin.ingest.facts.knowing import on_arrival
from nenrin.insight.economics import plans
from nenrin.simulator.streams import stream
from nenrin.simulator.writer.accounts import Act, Book
from nenrin.simulator.writer.deeds import Deed
from nenrin.values import Money

NAMESPACE = "books"
# Fiscal years begin in April; what is planned grows by so much a year.
FISCAL_MONTH, GROWTH = 4, 0.12
# Customer marketing takes a little more each month, at the cost of marketing to strangers.
SHIFT = 0.012
DOLLAR = 146.0


@dataclass(frozen=True, slots=True)
class Cost:
    """Yen a month; `spread` is that of its logarithm."""

    category: str
    yen: int
    spread: float
    touch_model: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Hours:
    """Hours a month of somebody."""

    category: str
    hours: float
    person: str
    touch_model: str = ""


COSTS = (
    Cost("acquisition", 420_000, 0.2, note="展示会・紹介料"),
    Cost("sales", 960_000, 0.06, note="営業人件費"),
    Cost("marketing", 320_000, 0.22, note="広告・コンテンツ"),
    Cost("marketing", 180_000, 0.22, "tech", "検索広告・無料トライアル"),
    Cost("customer_marketing", 110_000, 0.25, note="ユーザー会・活用セミナー"),
    Cost("cs", 820_000, 0.05, "high", "専任担当"),
    Cost("cs", 480_000, 0.06, "low", "共同担当・活用講座"),
    Cost("cs", 260_000, 0.08, "tech", "自動配信・動画"),
    Cost("support", 600_000, 0.08, note="問い合わせ窓口"),
    Cost("infrastructure", 430_000, 0.04, note="クラウド利用料"),
    Cost("other", 60_000, 0.3, note="決済手数料ほか"),
)
HOURS = (
    Hours("sales", 150, "山口"),
    Hours("sales", 120, "営業チーム"),
    Hours("marketing", 110, "マーケティングチーム"),
    Hours("customer_marketing", 28, "マーケティングチーム"),
    Hours("cs", 128, "佐藤", "high"),
    Hours("cs", 96, "伊藤", "high"),
    Hours("cs", 118, "中島", "low"),
    Hours("cs", 84, "岡田", "low"),
    Hours("cs", 46, "岡田", "tech"),
    Hours("support", 190, "サポートチーム"),
)


def deeds(first: date, today: date, book: Book, seed: int) -> Iterator[Deed]:
    """Yield costs, hours and the exchange rate of every whole month, booked on the fifth of the next; a plan at each fiscal year."""
    month = first.replace(day=1)
    yield Deed(book.at(month, 9), 9, partial(_phase, month, book))
    while month <= today:
        if month == first.replace(day=1) or month.month == FISCAL_MONTH:
            yield Deed(book.at(month, 9, 30), 9, _planning(month, first, book))
        if add_months(month, 1) <= today:
            yield Deed(book.at(add_months(month, 1).replace(day=5), 12), 9, _booking(month, first, book, seed))
        month = add_months(month, 1)


def _phase(month: date, book: Book, at: datetime) -> None:
    plans.phase(month, "mature", 0.55, by=book.ground.actor("hasegawa"), at=at)


def _years(month: date, first: date) -> float:
    return ((month.year - first.year) * 12 + month.month - first.month) / 12


def _grown(month: date, first: date) -> float:
    return float((1 + GROWTH) ** _years(month, first))


def _booking(month: date, first: date, book: Book, seed: int) -> Act:
    def act(at: datetime) -> None:
        rng, grown = stream(seed, "costs", month.isoformat()), _grown(month, first)
        manner: dict[str, Any] = {"namespace": NAMESPACE, "by": book.ground.actor("hasegawa"), "at": at, "zone": book.zone,
                  "knowing": on_arrival(at.date())}  # fmt: skip
        costs.put([_cost(place, each, month, first, grown, rng) for place, each in enumerate(COSTS)], **manner)
        efforts.put([_hours(place, each, month, rng) for place, each in enumerate(HOURS)], **manner)
        rates.put([_rate(month, first, seed)], **manner | {"namespace": rates.NAMESPACE})

    return act


def _cost(
    place: int, each: Cost, month: date, first: date, grown: float, rng: np.random.Generator
) -> costs.Told:  # fmt: skip
    yen = each.yen * grown * float(rng.lognormal(0, each.spread)) * _shifted(each.category, month, first)
    amount = Money(round(yen / 100) * 100, "JPY")
    return costs.Told(
        f"{month:%Y-%m}-{each.category}-{place}", month, each.category, amount, note=each.note,
        touch_model=each.touch_model,
    )  # fmt: skip


def _rate(month: date, first: date, seed: int) -> rates.Told:
    """Yen for a dollar at the end of a month: about what the contracts are counted at, a little more each year."""
    yen = (
        DOLLAR * (1 + 0.02 * _years(month, first)) * float(stream(seed, "rates", month.isoformat()).lognormal(0, 0.02))
    )
    return rates.Told(month, "USD", "JPY", f"{yen:.2f}", "月末TTM")


def _shifted(category: str, month: date, first: date) -> float:
    months = 12 * _years(month, first)
    return {"customer_marketing": 1 + 4 * SHIFT * months, "marketing": 1 - SHIFT * months}.get(category, 1.0)


def _hours(place: int, each: Hours, month: date, rng: np.random.Generator) -> efforts.Told:
    minutes = round(each.hours * 60 * float(rng.lognormal(0, 0.08)) / 15) * 15
    key = f"{month:%Y-%m}-{each.category}-{place}"
    return efforts.Told(key, month, each.category, minutes, each.person, touch_model=each.touch_model)


def _planning(month: date, first: date, book: Book) -> Act:
    """Plan up to the end of the fiscal year."""

    def act(at: datetime) -> None:
        by, each = book.ground.actor("hasegawa"), month
        while each == month or each.month != FISCAL_MONTH:
            for side, own in (
                ("acquisition", ("acquisition", "sales", "marketing")),
                ("existing", ("cs", "support", "customer_marketing")),
            ):
                yen = sum(cost.yen for cost in COSTS if cost.category in own) * _grown(month, first)
                minutes = round(60 * sum(hours.hours for hours in HOURS if hours.category in own))
                plans.put(
                    each, side, minor=round(yen / 10_000) * 10_000, minutes=minutes, currency="JPY", by=by, at=at
                )  # fmt: skip
            each = add_months(each, 1)

    return act
