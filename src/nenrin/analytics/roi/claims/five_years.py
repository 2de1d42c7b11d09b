"""F: "one point of churn is a year's revenue after five years"."""

from __future__ import annotations

from collections.abc import Callable

from nenrin.analytics.roi import books, rates
from nenrin.analytics.roi.claims.base import Path, Reading, Recipe, path
from nenrin.analytics.roi.companies import Company
from nenrin.values import Text

MONTHS, POINT = 60, 0.01
LOWEST = 0.0005


def exact(gain: Callable[[float, float, int], float], low: float, high: float) -> float:
    """The monthly churn between `low` and `high` at which one point less is worth exactly twelve months.

    >>> round(exact(books.flat_gain, 0.025, 0.05), 6), round(exact(books.closed_gain, 0.011, 0.03), 6)
    (0.034001, 0.01545)
    """
    for _ in range(60):
        middle = (low + high) / 2
        if gain(middle, middle - POINT, MONTHS) > 12:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def by_the_year(churn: float) -> float:
    """Years of revenue gained by one point less of *yearly* churn, a closed cohort billed yearly in advance.

    >>> round(by_the_year(0.03), 3), round(by_the_year(0.20), 3)
    (0.095, 0.066)
    """
    return float(sum((1 - churn + POINT) ** k - (1 - churn) ** k for k in range(5)))


def _lower(company: Company) -> float:
    return max(company.churn - POINT, LOWEST)


def effect(company: Company) -> float:
    """Revenue gained in sixty months by one point less of monthly churn, the book otherwise flat."""
    return company.mrr * books.flat_gain(company.churn, _lower(company), MONTHS)


def _yearly(company: Company) -> float:
    return company.mrr * company.margin * books.flat_gain(company.churn, _lower(company), 12)


def _readings(company: Company) -> tuple[Reading, ...]:
    now, then = company.churn, _lower(company)
    of_year = rates.yearly(now)
    return (
        Reading(Text("Months of today's MRR, flat book (claimed: 12)", "現在のMRRの何か月分か：新規＝解約の場合（主張は12）"), 12.0, books.flat_gain(now, then, MONTHS), "months"),
        Reading(Text("Months of today's MRR, closed book in advance (claimed: 12)", "同：新規なし・前払いの場合（主張は12）"), 12.0, books.closed_gain(now, then, MONTHS), "months"),
        Reading(Text("Were it a point of yearly churn (claimed: 12)", "年間解約率の1ポイントだった場合（主張は12）"), 12.0, 12 * by_the_year(max(of_year, POINT)), "months"),
        Reading(Text("Monthly churn at which it is exact, flat book", "ちょうど成り立つ月次解約率：新規＝解約の場合"), now, exact(books.flat_gain, 0.025, 0.05), "share"),
        Reading(Text("Monthly churn at which it is exact, closed book", "ちょうど成り立つ月次解約率：新規なしの場合"), now, exact(books.closed_gain, 0.011, 0.03), "share"),
    )  # fmt: skip


def _path(company: Company) -> Path:
    new = company.mrr * company.churn
    return path(*(books.path(company.mrr, c, MONTHS, new) for c in (company.churn, _lower(company))))


RECIPE = Recipe(
    "five_years",
    Text("1 % of churn is a year's revenue after 5 years", "解約率1%の改善が5年で1年分の売上になる"),
    Text("period of the rate not stated", "月次か年間かは示されていない"),
    Text(
        "True of monthly churn of about 3.4 % in a flat book, or 1.5 % in a closed one. Of yearly churn it is ten times less.",
        "月次解約率が約3.4%（新規＝解約）または約1.5%（新規なし）のとき成り立つ。年間解約率では10分の1以下になる。",
    ),
    (
        Text("One point of *monthly* churn.", "「月次」解約率の1ポイント。"),
        Text("Flat book: new MRR equals what was lost before.", "新規MRRは改善前の解約額と等しい（横ばい）。"),
        Text("Sixty months, undiscounted.", "60か月、割引なし。"),
    ),
    "Σ (m(t) − 1), m(t) = c0/c1 − (c0/c1 − 1)(1 − c1)^t, t = 1..60",
    Text("revenue of five years, one point less of monthly churn", "5年間の売上（月次解約率が1ポイント低い場合）"),
    ("mrr", "churn"),
    effect,
    _yearly,
    _readings,
    _path,
    (Text("claimed, or today", "主張・現状"), Text("computed", "計算結果")),
)
