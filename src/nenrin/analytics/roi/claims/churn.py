"""A: "bring monthly churn from 3 to 2 per cent"."""

from __future__ import annotations

from nenrin.analytics.roi import books, rates, worths
from nenrin.analytics.roi.claims.base import Path, Reading, Recipe, path
from nenrin.analytics.roi.companies import Company
from nenrin.values import Text


def first_year(company: Company, *, new_mrr: float | None = None, months: int = 12) -> float:
    """Revenue gained within so many months, billed after each month's churn.

    >>> round(first_year(Company(), new_mrr=0)), round(first_year(Company()))
    (6497835, 7255597)
    """
    new = company.new_mrr if new_mrr is None else new_mrr
    gain = books.path(company.mrr, company.churn_after, months, new) - books.path(
        company.mrr, company.churn, months, new
    )
    return float(gain.sum())


def in_advance(company: Company) -> float:
    """The first year's gain of the closed book when each month is billed before its churn.

    >>> round(in_advance(Company()))
    5589092
    """
    after, before = (books.billed_in_advance(company.mrr, c, 12) for c in (company.churn_after, company.churn))
    return float((after - before).sum())


def exit_arr(company: Company, *, new_mrr: float | None = None) -> float:
    """ARR gained at the end of the first year.

    >>> round(exit_arr(Company(), new_mrr=0)), round(exit_arr(Company()))
    (10904924, 12916997)
    """
    new = company.new_mrr if new_mrr is None else new_mrr
    after, before = (books.path(company.mrr, c, 12, new)[-1] for c in (company.churn_after, company.churn))
    return float(12 * (after - before))


def if_meant_by_the_year(company: Company) -> float:
    """The first year's gain of the closed book were both rates yearly ones."""
    by_year = company.with_("churn", rates.monthly(company.churn))
    return first_year(by_year.with_("churn_after", rates.monthly(company.churn_after)), new_mrr=0)


def _yearly(company: Company) -> float:
    return first_year(company) * company.margin


def _readings(company: Company) -> tuple[Reading, ...]:
    c = company
    closed, open_ = ((c.mrr, 0.0), (c.mrr, c.new_mrr))
    years = 12 * c.years
    return (
        _revenue(c, Text("First-year revenue, closed book", "1年目の売上（新規なし）"), *closed, 12),
        _revenue(c, Text("First-year revenue with new MRR", "1年目の売上（新規あり）"), *open_, 12),
        _revenue(
            c, Text("Revenue over {n} years with new MRR", "{n}年間の売上（新規あり）").fill(n=c.years), *open_, years
        ),
        _last(c, Text("ARR after a year, with new MRR", "1年後のARR（新規あり）"), 12),
        _last(c, Text("ARR after {n} years, with new MRR", "{n}年後のARR（新規あり）").fill(n=c.years), years),
        Reading(
            Text("Churn of a year", "年間解約率"), rates.yearly(c.churn), rates.yearly(c.churn_after), "share"
        ),
        Reading(
            Text("Mean lifetime, undiscounted (1 / churn)", "平均継続期間（1÷解約率、割引なし）"),
            1 / c.churn, 1 / c.churn_after, "months",
        ),
        _lifetime(c, Text("Lifetime discounted", "継続期間（割引後）"), None),
        _lifetime(c, Text("Discounted, capped at 36 months", "割引後、36か月まで"), 36),
        _lifetime(c, Text("Discounted, capped at 60 months", "割引後、60か月まで"), 60),
    )  # fmt: skip


def _revenue(company: Company, says: Text, start: float, new: float, months: int) -> Reading:
    before, after = (
        float(books.path(start, churn, months, new).sum()) for churn in (company.churn, company.churn_after)
    )
    return Reading(says, before, after, "money")


def _last(company: Company, says: Text, months: int) -> Reading:
    before, after = (
        12 * float(books.path(company.mrr, churn, months, company.new_mrr)[-1])
        for churn in (company.churn, company.churn_after)
    )
    return Reading(says, before, after, "money")


def _lifetime(company: Company, says: Text, months: int | None) -> Reading:
    before, after = (
        worths.worth(1.0, churn, discount=company.discount, months=months)
        for churn in (company.churn, company.churn_after)
    )
    return Reading(says, before, after, "months")


def _path(company: Company) -> Path:
    return path(
        *(books.path(company.mrr, c, 12 * company.years, company.new_mrr) for c in (company.churn, company.churn_after))
    )


RECIPE = Recipe(
    "churn",
    Text("A lower monthly churn raises revenue and LTV", "月次解約率を下げると売上とLTVが伸びる"),
    Text("3 % to 2 % a month", "月3%→2%"),
    Text(
        "Holds for monthly rates. Of yearly rates 3 and 2 %, the first year gains about 0.5 %.",
        "月次の解約率であれば成り立つ。年間の3%→2%なら、1年目の効果は約0.5%にとどまる。",
    ),
    (
        Text("Every month loses the same share of the revenue.", "毎月、同じ割合の売上を失う。"),
        Text("A month is billed after its churn.", "各月の売上は、その月の解約の後に計上する。"),
        Text(
            "The new rate holds from the first month on: a programme that needs a year gains later.",
            "初月から目標の解約率になる（効果が出るまでの期間は含めない）。",
        ),
        Text("New MRR does not change with churn.", "新規MRRは解約率によって変わらない。"),
    ),
    "m(t) = N/c + (m(0) − N/c)(1 − c)^t;  Σ m(t) after − Σ m(t) before",
    Text("revenue of the first year", "1年目の売上"),
    ("mrr", "churn", "churn_after", "new_mrr"),
    first_year,
    _yearly,
    _readings,
    _path,
)
