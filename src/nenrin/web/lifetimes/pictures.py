"""What a part's model looks like: the curve by year, observed against expected by occasion, and the models compared."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from nenrin.analytics.forecasts import lifetimes
from nenrin.analytics.forecasts.lifetimes import Fit
from nenrin.foundation import format
from nenrin.insight.lifetimes import levels
from nenrin.insight.lifetimes.levels import Key
from nenrin.insight.lifetimes.values import Slice
from nenrin.values import Money, Text
from nenrin.web import exports
from nenrin.web.charts.lines import Lines, Series
from nenrin.web.lifetimes.asking import Asked

YEARS_AHEAD = 10
AXIS = Text("Year", "年")
#: More lines than that cannot be told apart.
MOST_LINES = 4
KINDS: dict[str, Text] = {
    "geometric": Text("constant churn (geometric)", "一定の解約率（幾何分布）"),
    "sbg": Text("customers differ (shifted beta-geometric)", "顧客ごとに異なる解約率（sBG）"),
    "bdw": Text("customers differ and change (beta-discrete-Weibull)", "顧客ごとに異なり時間で変わる解約率（BdW）"),
}
LEVELS: dict[Key, Text] = {
    "plain": Text("margin / churn, undiscounted (L0)", "粗利÷解約率、割引なし（L0）"),
    "discounted": Text("the same, discounted (L1)", "同上、割引後（L1）"),
    "three_years": Text("the first three years of it (L2)", "うち最初の3年分（L2）"),
    "five_years": Text("the first five years of it (L2)", "うち最初の5年分（L2）"),
    "growing": Text("with the growth since signature (L3)", "契約後の単価の伸びを含む（L3）"),
    "model": Text("by the chosen model (L4)", "採用したモデルによる（L4）"),
    "own": Text("today's customers, each its own: still to come (L5)", "現在の顧客ごとの今後の価値の平均（L5）"),
}
EXPORT_HEADS = (
    Text("Part", "区分"), Text("Figure", "項目"), Text("Occasion", "更新回"), Text("Value", "値"),
    Text("Low (90 %)", "下限（90%）"), Text("High (90 %)", "上限（90%）"), Text("At risk", "対象数"), Text("Lost", "解約数"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Occasion:
    """One occasion: who stood before it, who left, the share left as counted (with interval) and as the model says,
    and the retention of this occasion by the model."""

    number: int
    at_risk: int
    lost: int
    observed: float
    low: float
    high: float
    expected: float
    retention: float


@dataclass(frozen=True, slots=True)
class Compared:
    """One kind of model with its numbers in words; `distance` is how much its BIC lies above the best one's."""

    name: Text
    parameters: str
    log_likelihood: float
    bic: float
    distance: float
    is_best: bool
    at_edge: bool


@dataclass(frozen=True, slots=True)
class Detail:
    name: Text
    key: str
    part: Slice
    rows: tuple[Occasion, ...]
    models: tuple[Compared, ...]
    levels: tuple[tuple[Text, Money | None], ...]


def left_after(part: Slice, years: int) -> float | None:
    """Share of customers left after so many years by the model; None without one."""
    if part.model is None:
        return None
    return float(part.model.survival([float(12 * years // part.term_months)])[0])


def curves(parts: Sequence[tuple[Text, Slice]]) -> Lines | None:
    """The share left by year, one line a part; the first ones only."""
    shown = parts[:MOST_LINES]
    if not shown:
        return None
    language = exports.language()
    years = range(YEARS_AHEAD + 1)
    series = tuple(
        Series(
            name,
            tuple(100 * (left_after(part, year) or 0.0) for year in years),
            tuple(format.percent(left_after(part, year), language, 0) for year in years),
        )
        for name, part in shown
    )
    labels = tuple(Text(f"year {n}", f"{n}年").in_(language) for n in years)
    told = "; ".join(f"{name.in_(language)} {line.texts[5]}" for (name, _), line in zip(shown, series, strict=True))
    return Lines(
        labels, series, Text(f"Left after five years: {told}", f"5年後の継続割合：{told}"), high=100.0, axis=AXIS
    )


def detail(name: Text, part: Slice, ask: Asked) -> Detail:
    assert part.choice is not None  # the caller asks for parts with enough data
    key = f"part-{part.tier or 'all'}-{part.term_months}"
    return Detail(name, key, part, tuple(occasions(part)), compared(part.choice), _levels(part, ask))


def _levels(part: Slice, ask: Asked) -> tuple[tuple[Text, Money | None], ...]:
    found = levels.levels(part, ask.book, ask.currency, ask.given)
    return tuple(
        (LEVELS[one.key], None if one.value is None else Money(round(one.value), ask.currency)) for one in found
    )


def occasions(part: Slice) -> list[Occasion]:
    """The occasions that somebody was at risk at; of monthly terms those of the first quarter, then every sixth."""
    assert part.choice is not None
    model, cohort, seen = part.choice.best.model, part.cohort, part.observed
    at_risk, numbers = cohort.at_risk, range(1, cohort.occasions + 1)
    shown = [n for n in numbers if part.term_months >= 6 or n <= 3 or n % 6 == 0 or n == cohort.occasions]
    stay, expected = lifetimes.retention(model, shown), model.survival(shown)
    return [
        Occasion(
            n, at_risk[n], cohort.lost[n], seen.share[n], seen.low[n], seen.high[n], float(expected[i]), float(stay[i])
        )
        for i, n in enumerate(shown)
    ]


def compared(choice: lifetimes.Choice) -> tuple[Compared, ...]:
    return tuple(
        Compared(KINDS[one.kind], parameters(one), one.log_likelihood, one.bic, one.bic - choice.best.bic,
                 one is choice.best, one.at_edge)
        for one in choice.fits
    )  # fmt: skip


_LETTERS = {"geometric": ("θ",), "sbg": ("α", "β"), "bdw": ("α", "β", "c")}


def parameters(fit: Fit) -> str:
    """ "α 0.668 ± 0.104, β 3.806 ± 0.786"."""
    told = zip(_LETTERS[fit.kind], fit.model.parameters, fit.errors, strict=True)
    return ", ".join(f"{letter} {v:.3g}" + (f" ± {_error(e)}" if e == e else "") for letter, v, e in told)


def _error(value: float) -> str:
    """Two digits that count, and no powers of ten for what is wide.

    >>> _error(0.0163), _error(180.2)
    ('0.016', '180')
    """
    return f"{value:.2g}" if value < 100 else f"{value:,.0f}"


def exported(name: str, part: Slice, ask: Asked, language: str) -> Iterator[list[Any]]:
    """Rows of a part for a file: what was observed, and where there is enough, model and value."""
    seen, at_risk = part.observed, part.cohort.at_risk
    observed = Text("observed share left", "継続割合（実績）").in_(language)
    for n in range(part.cohort.occasions + 1):
        counts = [at_risk[n], part.cohort.lost[n]]
        yield [name, observed, n, round(seen.share[n], 6), round(seen.low[n], 6), round(seen.high[n], 6), *counts]
    if part.model is None:
        return
    expected = Text("expected share left", "継続割合（モデル）").in_(language)
    for n, share in enumerate(part.model.survival(range(12 * YEARS_AHEAD // part.term_months + 1))):
        yield [name, expected, n, round(float(share), 6), "", "", "", ""]
    for one in part.choice.fits if part.choice else ():
        yield [name, f"BIC {KINDS[one.kind].in_(language)}", "", round(one.bic, 3), "", "", "", ""]
    if part.worth is not None:
        yield from _values(name, part, ask, language)


def _values(name: str, part: Slice, ask: Asked, language: str) -> Iterator[list[Any]]:
    worth = part.worth
    assert worth is not None
    new, book = worth.new_interval, worth.book_interval
    amounts = (
        (Text("LTV of a new customer", "新規顧客のLTV"), worth.new, new.low, new.high),
        (Text("still to come from today's customers", "現在の顧客から今後得る粗利"), worth.book, book.low, book.high),
    )
    for label, *minors in amounts:
        major = [Money(round(minor), ask.currency).major for minor in minors]
        yield [name, f"{label.in_(language)} ({ask.currency})", "", *major, "", ""]
    payments = worth.payments_interval
    length = Text("discounted lifetime in payments (DEL)", "割引後の支払回数（DEL）").in_(language)
    yield [name, length, "", round(worth.payments, 4), round(payments.low, 4), round(payments.high, 4), "", ""]
