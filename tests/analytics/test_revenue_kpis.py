"""Every KPI is declared whole, and answers as an independently written SELECT does over days and contracts."""

from __future__ import annotations

import re
from datetime import date, timedelta
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pytest

from nenrin.analytics import intervals
from nenrin.analytics.revenue import books, figures, reference
from nenrin.analytics.revenue import columns as made
from nenrin.analytics.revenue.books import Book
from nenrin.analytics.revenue.catalogue import GROUPS, KPIS
from nenrin.analytics.revenue.columns import Facts
from nenrin.analytics.revenue.contracts import Contract, Step, table
from nenrin.analytics.revenue.groups import disjoint
from nenrin.analytics.revenue.kpis import Kpi
from nenrin.analytics.revenue.paths import NEVER, number
from nenrin.analytics.revenue.voices import SURVEYS
from tests.analytics.revenue_cast import book, month, paying, value

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


def said(of: Book, seed: int) -> tuple[Book, dict[str, pa.Table]]:
    """Half of the accounts answer surveys, and reach their first value early, late or never; also as tables."""
    rng = np.random.default_rng(seed)
    count, days = 1800, (number(date(2024, 1, 1)), number(date(2026, 6, 1)))
    account = rng.choice(of.accounts[::2], count)
    survey = rng.integers(0, 3, count)
    score = np.where(survey == 0, rng.integers(0, 11, count), rng.integers(1, 6, count))
    # Two people of each account, and some answers of nobody in particular.
    person = np.where(rng.random(count) < 0.8, account * 2 + rng.integers(0, 2, count), -1)
    answers = [account, rng.integers(*days, count), survey, score, person]
    asked = [rng.choice(of.accounts, 900), rng.integers(*days, 900), rng.integers(0, 2, 900)]
    opened = rng.integers(*days, 700)
    resolved = np.where(rng.random(700) < 0.8, opened + rng.integers(0, 30, 700), NEVER)
    tickets = [rng.choice(of.accounts, 700), opened, resolved]
    reached = of.accounts[::3], of.line.first_paid()[::3] + rng.integers(0, 60, len(of.accounts[::3]))
    recorded = number(date(2024, 3, 1))
    tables = {
        "answers": pa.table({"account": account, "answered_on": answers[1].astype("datetime64[D]"),
                             "survey": np.array(SURVEYS)[survey], "score": score,
                             "respondent": pa.array(person, mask=person < 0)}),
        "surveys": pa.table({"account": asked[0], "sent_on": asked[1].astype("datetime64[D]"),
                             "is_answered": asked[2].astype(bool)}),
        "tickets": pa.table({"account": tickets[0], "opened_on": opened.astype("datetime64[D]"),
                             "resolved_on": pa.array(np.where(resolved < NEVER, resolved, 0).astype("datetime64[D]"),
                                                     mask=resolved >= NEVER)}),
        "first_values": pa.table({"account": reached[0], "day": reached[1].astype("datetime64[D]")}),
        "recorded": pa.table({"day": np.array([recorded]).astype("datetime64[D]")}),
    }  # fmt: skip
    return books.arrived(books.heard(of, answers, asked, tickets), reached, recorded), tables


#: An account's expansion is cut into whole units by cause, which an oracle of fractions does not.
LOOSE = {"upsell_mrr_rate": 1e-3}


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("text", PERIODS)
def test_every_kpi_answers_as_its_oracle(seed: int, text: str) -> None:
    contracts, period = history(seed), month(text)
    of, tables = said(book(contracts), seed)
    _, columns = figures.measured(of, period)
    sums = {name: np.array([values.sum()]) for name, values in columns.items()}
    with duckdb.connect(config={"threads": 1}) as db:
        for name, rows in {"contracts": table(contracts), **tables}.items():
            db.register(name, rows)
        db.execute("create temp table ask as select ?::date as start_on, ?::date as end_on, 0.8::double as margin,"
                   " 0.1::double as yearly, 6000000 as acquisition", [period.start, period.end])  # fmt: skip
        for file in ("prelude", "_due", "_worth", "_voices"):
            db.execute((ORACLES / f"{file}.sql").read_text())
        for key, kpi in KPIS.items():
            told = db.execute((ORACLES / f"{key}.sql").read_text()).fetchone()
            expected = told[0] if told else None
            found = float(kpi.value(sums, FACTS)[0])
            assert (np.isnan(found) if expected is None else found == pytest.approx(float(expected), rel=LOOSE.get(key, 1e-9))), (
                key, found, expected)  # fmt: skip


def test_the_histories_are_not_so_tame_that_a_kpi_has_nothing_to_say() -> None:
    told, _ = said(book(history(1, 400)), 1)
    found = [figures.whole(figures.measured(told, month(text))[1], FACTS) for text in PERIODS]
    assert [key for key in KPIS if not any(figure[key].value for figure in found)] == [k for k in KPIS if KPIS[k].waits]


@pytest.mark.parametrize("kpi", KPIS.values(), ids=KPIS)
def test_a_kpi_is_declared_whole(kpi: Kpi) -> None:
    assert (ORACLES / f"{kpi.key}.sql").exists()
    for text in (kpi.name, kpi.meaning, kpi.empty, *(band.label for band in kpi.bands)):
        assert text.en and re.search(r"[ぁ-んァ-ヶ一-龠]|MRR|ARR|LTV|CAC|NPS", text.ja)
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


# --- what customers say ---------------------------------------------------------------------------------------------


def test_net_promoter_scores_and_their_reach_are_the_textbooks() -> None:
    """110 promoters, 50 passives, 40 detractors: +35 and 11.0 either way; 10, 6, 4: +30 and 34."""
    low, high = intervals.nps(np.array([110.0, 10.0]), np.array([40.0, 4.0]), np.array([200.0, 20.0]))
    assert ((low + high) / 2).tolist() == pytest.approx([35, 30])
    assert ((high - low) / 2).tolist() == pytest.approx([11.0, 34.2], abs=0.05)


def test_an_account_with_many_answers_weighs_no_more_than_one_with_a_single_one() -> None:
    of = book([paying(1, 100, "2025-01-01"), paying(2, 100, "2025-01-01")])
    days = np.full(4, number(date(2025, 6, 10)))
    of = books.heard(of, [np.array([1, 1, 1, 2]), days, np.zeros(4, np.int64), np.array([10, 9, 10, 3])])
    assert value(of, month("2025-06"), "nps") == 50
    assert value(of, month("2025-06"), "nps_accounts") == 0
    assert value(of, month("2025-06"), "accounts_heard") == 1
    # In July nobody answered: perhaps nobody was asked, so that is no zero.
    assert np.isnan(value(of, month("2025-07"), "nps")) and np.isnan(value(of, month("2025-07"), "accounts_heard"))


def test_the_interval_of_nps_is_in_points_around_it() -> None:
    of = book([paying(n, 100, "2025-01-01") for n in range(1, 201)])
    scores = np.repeat([10, 8, 2], [110, 50, 40])
    days, nps = np.full(200, number(date(2025, 6, 10))), np.zeros(200, np.int64)
    of = books.heard(of, [np.arange(1, 201), days, nps, scores, np.arange(200)])
    _, columns = figures.measured(of, month("2025-06"))
    told = figures.whole(columns, FACTS, ["nps"])["nps"]
    assert told.value == 35 and told.interval is not None
    assert [round(end, 1) for end in told.interval] == [24.0, 46.0]


def test_a_respondent_counts_once_in_ninety_days_and_is_heard_all_the_same() -> None:
    """Somebody says 9 in June, 3 in July and 9 again in September, another 10 in July; one answer is nobody's."""
    of = book([paying(1, 100, "2025-01-01"), paying(2, 100, "2025-01-01")])
    days = np.array([number(date(2025, m, d)) for m, d in ((6, 10), (7, 10), (9, 8), (7, 12), (7, 13))])
    scores, people = np.array([9, 3, 9, 10, 2]), np.array([5, 5, 5, 6, -1])
    of = books.heard(of, [np.array([1, 1, 1, 2, 2]), days, np.zeros(5, np.int64), scores, people])
    assert [value(of, month(f"2025-{m:02}"), "nps") for m in (6, 7, 9)] == [100, 0, 100]
    assert value(of, month("2025-07"), "accounts_heard") == 1
    assert value(of, month("2025-07"), "nps_accounts") == 0
    alone = books.within(of, np.array([2]))
    assert value(alone, month("2025-07"), "nps") == 0 and alone.voices.counts.tolist() == [1, 1]


def test_surveys_sent_in_a_period_say_how_many_were_answered_whenever_that_was() -> None:
    of = book([paying(1, 100, "2025-01-01"), paying(2, 100, "2025-01-01")])
    sent = np.array([number(date(2025, m, 30)) for m in (6, 6, 6, 7)])
    of = books.heard(of, [np.zeros(0, np.int64)] * 4, [np.array([2, 1, 1, 9]), sent, np.array([0, 1, 1, 1])])
    assert value(of, month("2025-06"), "nps_response_rate") == pytest.approx(2 / 3)
    assert value(books.within(of, np.array([2])), month("2025-06"), "nps_response_rate") == 0
    assert np.isnan(value(of, month("2025-07"), "nps_response_rate"))


def test_onboarding_is_done_when_the_first_value_came_in_time_and_unknown_before_usage_was_recorded() -> None:
    """Four begin on the third: one is quick, one slow, one never arrives, one left; a fifth began before any record."""
    of = book([*(paying(n, 100, "2025-05-03", "2025-05-20" if n == 4 else None) for n in range(1, 5)),
               paying(5, 100, "2025-04-25")])  # fmt: skip
    reached = np.array([1, 2, 5]), np.array([number(date(2025, m, d)) for m, d in ((5, 20), (7, 1), (5, 1))])
    of = books.arrived(of, reached, number(date(2025, 5, 1)))
    assert value(of, month("2025-06"), "onboarding_completion") == 0.25
    assert np.isnan(value(of, month("2025-05"), "onboarding_completion"))


def test_what_waits_for_its_facts_is_never_a_zero() -> None:
    of, _ = said(book(history(1)), 1)
    found = figures.whole(figures.measured(of, month("2025-06"))[1], FACTS)
    waiting = [key for key, kpi in KPIS.items() if kpi.waits]
    assert "engagement_rate" in waiting and all(found[key].value is None for key in waiting)
    assert all("waits for its facts" in KPIS[key].empty.en for key in waiting)
