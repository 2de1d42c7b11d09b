"""Every KPI is declared whole, and answers as an independently written SELECT does over days and contracts."""

from __future__ import annotations

import re
from datetime import date, timedelta
from pathlib import Path

import duckdb
import numpy as np
import pytest

from nenrin.analytics.revenue import columns as made
from nenrin.analytics.revenue import figures, intervals, reference
from nenrin.analytics.revenue.catalogue import GROUPS, KPIS
from nenrin.analytics.revenue.columns import Facts
from nenrin.analytics.revenue.contracts import Contract, Step, table
from nenrin.analytics.revenue.groups import disjoint
from nenrin.analytics.revenue.kpis import Kpi
from tests.analytics.revenue_cast import book, month, paying

ORACLES = Path(__file__).parents[1] / "oracles" / "revenue"
FACTS = Facts(acquisition_minor=6_000_000)
PERIODS = ("2025-02", "2025-06", "2025-12", "2026-03")


def history(seed: int, accounts: int = 120) -> list[Contract]:
    """Companies with one to three contracts, prices in thousands, on all days of a year and a half."""
    rng = np.random.default_rng(seed)
    out = []
    for n in range(accounts):
        for _ in range(int(rng.integers(1, 4))):
            start = date(2024, 1, 1) + timedelta(days=int(rng.integers(0, 700)))
            length, term = int(rng.integers(20, 600)), int(rng.choice([1, 6, 12]))
            how = rng.choice(["open", "open", "ended", "noticed", "fixed"])
            ends_on = made.periods.month_start(start, term * int(rng.integers(1, 3))) + timedelta(days=5)
            steps = {start + timedelta(days=int(rng.integers(0, 500))): int(rng.integers(1, 40)) for _ in range(3)}
            seats = {on: int(rng.integers(1, 4)) for on in steps}
            out.append(Contract(
                f"c{len(out)}", n, start, max(ends_on, start + timedelta(days=1)),
                [Step(on, 1000 * price, seats[on]) for on, price in sorted(steps.items())],
                str(rng.choice(["a", "b"])), str(rng.choice(["basic", "pro"])), "JPY", term, how != "fixed",
                start if how == "noticed" else None, start + timedelta(days=length) if how == "ended" else None,
                is_involuntary=bool(how == "ended" and rng.random() < 0.3),
            ))  # fmt: skip
    return out


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("text", PERIODS)
def test_every_kpi_answers_as_its_oracle(seed: int, text: str) -> None:
    contracts, period = history(seed), month(text)
    _, columns = figures.measured(book(contracts), period)
    sums = {name: np.array([values.sum()]) for name, values in columns.items()}
    with duckdb.connect(config={"threads": 1}) as db:
        db.register("contracts", table(contracts))
        db.execute("create temp table ask as select ?::date as start_on, ?::date as end_on, 0.8::double as margin,"
                   " 0.1::double as yearly, 6000000 as acquisition", [period.start, period.end])  # fmt: skip
        for file in ("prelude", "_due", "_worth"):
            db.execute((ORACLES / f"{file}.sql").read_text())
        for key, kpi in KPIS.items():
            told = db.execute((ORACLES / f"{key}.sql").read_text()).fetchone()
            expected = told[0] if told else None
            found = float(kpi.value(sums, FACTS)[0])
            assert (np.isnan(found) if expected is None else found == pytest.approx(float(expected), rel=1e-9)), (
                key, found, expected)  # fmt: skip


def test_the_histories_are_not_so_tame_that_a_kpi_has_nothing_to_say() -> None:
    told = book(history(1))
    found = [figures.whole(figures.measured(told, month(text))[1], FACTS) for text in PERIODS]
    assert [key for key in KPIS if not any(figure[key].value for figure in found)] == []


@pytest.mark.parametrize("kpi", KPIS.values(), ids=KPIS)
def test_a_kpi_is_declared_whole(kpi: Kpi) -> None:
    assert (ORACLES / f"{kpi.key}.sql").exists()
    for text in (kpi.name, kpi.meaning, kpi.empty, *(band.label for band in kpi.bands)):
        assert text.en and re.search(r"[ぁ-んァ-ヶ一-龠]|MRR|ARR|LTV|CAC", text.ja)
    assert kpi.group in GROUPS and kpi.formula and all(band.source for band in kpi.bands)
    assert (kpi.interval == "none") == (not kpi.over) == (not kpi.under)


def test_slices_of_the_columns_add_up_to_the_whole() -> None:
    _, columns = figures.measured(book(history(3)), month("2025-06"))
    cut = disjoint(np.arange(len(columns["begin"])) % 7, 7)
    all_of_it = made.summed(columns)
    assert all(cut.summed(values[cut.row]).sum() == all_of_it[name][0] for name, values in columns.items())


# --- intervals ------------------------------------------------------------------------------------------------------


def test_wilson_and_exact_poisson_intervals_are_the_textbooks() -> None:
    assert intervals.wilson(0, 10) == pytest.approx((0, 0.2775), abs=1e-4)
    assert intervals.wilson(81, 263) == pytest.approx((0.2553, 0.3662), abs=1e-4)
    assert intervals.poisson(0) == pytest.approx((0, 3.6889), abs=1e-4)
    assert intervals.poisson(10) == pytest.approx((4.7954, 18.3904), abs=1e-4)
    assert intervals.wilson(0, 0) is None


def test_bootstrap_and_linearised_intervals_agree_where_accounts_are_many_and_alike() -> None:
    rng = np.random.default_rng(7)
    base = rng.gamma(4, 100, 800)
    kept = base * np.where(rng.random(800) < 0.9, 1.05, 0)
    drawn, linear = intervals.bootstrap(kept, base, rng=rng), intervals.ratio(kept, base)
    assert drawn is not None and linear is not None
    assert drawn == pytest.approx(linear, abs=0.006)


def test_a_bootstrap_interval_holds_the_truth_about_as_often_as_it_says() -> None:
    rng, hits = np.random.default_rng(11), 0
    for _ in range(200):
        base = rng.gamma(4, 100, 80)
        kept = base * (rng.random(80) < 0.9)
        low, high = intervals.bootstrap(kept, base, rng=rng) or (0, 0)
        hits += low <= 0.9 <= high
    assert 0.88 <= hits / 200 <= 0.985


def test_an_interval_of_one_account_is_none() -> None:
    assert intervals.bootstrap(np.array([1.0]), np.array([1.0]), rng=np.random.default_rng(0)) is None


def test_a_loss_turns_its_interval_round() -> None:
    told = book([paying(n, 100, "2024-01-01", "2025-06-10" if n < 10 else None) for n in range(100)])
    _, columns = figures.measured(told, month("2025-06"))
    lost, kept = (figures.whole(columns, Facts())[key].interval for key in ("logo_churn_year", "logo_retention"))
    assert lost and kept and lost.low == pytest.approx(1 - kept.high) and lost.high == pytest.approx(1 - kept.low)


def test_the_documentation_is_made_from_the_catalogue() -> None:
    assert (Path(__file__).parents[2] / "docs" / "kpis.md").read_text() == reference.document()
