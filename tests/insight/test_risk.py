"""Risk through the house: what is learned from, what is told, what was said, and how it came out."""

from __future__ import annotations

import itertools
import json
from dataclasses import replace
from datetime import date, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from nenrin.analytics.forecasts.hazards.tables import Calendar
from nenrin.analytics.forecasts.hazards.verdicts import auc
from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.models import Entry, Organisation
from nenrin.ingest import lakes
from nenrin.insight import history
from nenrin.insight.models import Progress, Risk, RiskModelVersion, RiskSaid
from nenrin.insight.revenue import books
from nenrin.insight.risk import (
    actions,
    chunks,
    expected,
    features,
    forecasts,
    learning,
    machine,
    outcomes,
    reports,
    silences,
    step,
    tables,
    telling,
)
from tests.insight import risk_world
from tests.insight.risk_world import GROWN, KNOWN, MRR

pytestmark = pytest.mark.django_db


def read(known: date = KNOWN) -> tuple[outcomes.Decided, tables.Rows]:
    decided = outcomes.decided(books.ledger(known))
    return decided, tables.past(lakes.current(), decided)


def test_a_customer_leaves_on_the_day_of_its_notice_and_is_not_asked_about_after_it(
    org: Organisation, at: datetime
) -> None:
    made = risk_world.build(at)
    decided, rows = read()
    left = {account: notice for account, (notice, _) in made.items() if notice}
    assert {one.account: one.day for one in decided.decisions} == {
        account: (notice - date(1970, 1, 1)).days for account, notice in left.items()
    }
    table = rows.table
    for account, notice in left.items():
        if notice < date(2024, 2, 1):  # gone before it had paid at the begin of a month
            continue
        own = table.account == account
        last = table.begins[own].max()
        assert last == (notice.replace(day=1) - date(1970, 1, 1)).days
        assert table.events["churn"][own].tolist() == [False] * (int(own.sum()) - 1) + [True]
    pairs = set(zip(table.account.tolist(), table.begins.tolist(), strict=True))
    assert len(pairs) == len(table)


def test_growth_counts_where_more_was_bought_and_brings_its_amount(org: Organisation, at: datetime) -> None:
    risk_world.build(at)
    _, rows = read()
    grew = rows.standing.outcome == outcomes.GREW
    assert grew.sum() > 10 and set(rows.standing.change[grew].tolist()) == {GROWN - MRR}
    assert set(rows.standing.change[rows.standing.outcome == outcomes.LEFT].tolist()) == {-MRR}


def test_the_calendar_says_when_a_contract_can_be_left_as_it_read_then(org: Organisation, at: datetime) -> None:
    made = risk_world.build(at)
    _, rows = read()
    table = rows.table
    annual = np.isin(table.account, [account for account, (_, is_annual) in made.items() if is_annual])
    december = table.begins == (date(2024, 12, 1) - date(1970, 1, 1)).days
    assert set(table.calendar[~annual].ravel().tolist()) == {Calendar.MONTHLY}
    assert set(table.calendar[annual & december, 0].tolist()) == {Calendar.RENEWAL}
    assert set(table.calendar[annual & december, 1:].ravel().tolist()) == {Calendar.BOUND}
    assert not table.events["churn"][annual & ~december].any()


@pytest.mark.parametrize(
    ("begins", "last", "lead"),
    [
        (date(2026, 6, 16), date(2026, 7, 5), 0),  # within a month of it, in the calendar's next one
        (date(2026, 6, 16), date(2026, 7, 15), 0),
        (date(2026, 6, 16), date(2026, 7, 16), 1),
        (date(2026, 7, 1), date(2026, 7, 31), 0),  # at the begin of a month as the calendar has it
        (date(2026, 7, 1), date(2026, 8, 1), 1),
    ],
)
def test_a_month_told_in_the_middle_of_one_begins_on_its_own_day(begins: date, last: date, lead: int) -> None:
    """A renewal within thirty days is within the first month, whatever day it is told on."""
    begin = (begins - date(1970, 1, 1)).days
    one, evening = np.array([1]), np.array([begin - 1])
    known = features.Features(
        one, evening, {"days_to_renewal": np.array([(last - begins).days + 2.0])}, np.array(["smb"]), np.array([12])
    )
    standing = outcomes.Standing(one, np.array([begin]), np.array([begin + 30]), one, np.zeros(1, np.int8), one)
    found = tables.calendar(known, standing, (0,))[0]
    assert np.flatnonzero(found == Calendar.RENEWAL).tolist() == [n for n in range(len(found)) if n % 12 == lead]


def test_a_past_month_knows_nothing_that_was_told_later(org: Organisation, at: datetime) -> None:
    """The same rows, whether they are read then or two years later: nothing of them depends on what came after."""
    risk_world.build(at)
    then, later = read(date(2024, 11, 30))[1], read()[1]
    for key, values in then.features.values.items():
        place = later.features.find(then.features.account, then.features.day)
        kept = place >= 0
        np.testing.assert_array_equal(values[kept], later.features.values[key][place[kept]], err_msg=key)
    assert then.table.ends.max() <= (date(2024, 12, 1) - date(1970, 1, 1)).days


def test_what_is_learned_ranks_who_leaves_and_tells_each_customer(org: Organisation, at: datetime) -> None:
    made = risk_world.build(at)
    churn, *_, growth = learning.learn(KNOWN, by=SYSTEM, at=at)
    assert churn.state in ("trusted", "ranking") and churn.used_from == at and growth.event == "expansion"
    assert telling.tell(KNOWN, at=at) == 2 * Risk.objects.filter(event="churn").count()
    told = {row.account_id: row for row in Risk.objects.filter(event="churn")}
    assert set(told) == {account for account, (notice, _) in made.items() if notice is None}
    row = next(iter(told.values()))
    assert row.as_of == KNOWN and row.low <= row.p <= row.high and [h[0] for h in row.horizons] == [30, 90, 180, 365]
    for one in told.values():
        assert sorted(h[1] for h in one.horizons) == [h[1] for h in one.horizons]
        assert sum(one.months) == pytest.approx(one.horizons[-1][1], abs=1e-4)
    _, rows = read()
    model = machine.read(RiskModelVersion.objects.get(pk=churn.pk).document)
    assert (auc(machine.tell(model, rows.table).p[:, 0], rows.table.events["churn"]) or 0) > 0.75
    entries = Entry.objects.filter(action__startswith="insight.risk").order_by("pk")
    codes = list(entries.values_list("action", flat=True))
    learned, used = "insight.risk.learned", "insight.risk.used"
    assert codes == [learned, used, learned, learned, learned, used], "of the two in between nothing can be learned"


def test_the_worker_learns_once_a_month_and_tells_with_each_closed_day(org: Organisation, at: datetime) -> None:
    risk_world.build(at)
    assert step.step(at) == 4 and step.step(at) > 0 and step.step(at) == 0
    said = RiskSaid.objects.filter(is_replayed=False)
    first = sorted(said.values_list("event", "account_id", "p"))
    Progress.objects.update(scored_through=KNOWN + timedelta(3))
    assert step.step(at) > 0 and step.step(at) == 0 and RiskModelVersion.objects.count() == 4
    assert sorted(said.values_list("event", "account_id", "p")) == first
    assert set(Risk.objects.values_list("as_of", flat=True)) == {KNOWN + timedelta(3)}
    Progress.objects.update(scored_through=date(2026, 1, 31))
    assert step.step(at) == 4 and step.step(at) > 0
    assert {row.number for row in RiskModelVersion.objects.filter(event="churn")} == {1, 2}
    assert RiskModelVersion.objects.filter(used_from__isnull=False, used_until__isnull=True).count() == 2
    assert len(set(said.values_list("as_of", flat=True))) == 2


def test_forecasts_are_held_against_what_came_and_add_up(org: Organisation, at: datetime) -> None:
    made = risk_world.build(at)
    learning.learn(KNOWN, by=SYSTEM, at=at)
    telling.tell(KNOWN, at=at)
    found = forecasts.forecast("churn", KNOWN)
    for held in found.ended:
        left = [notice for notice, _ in made.values() if notice and held.begins <= notice < held.ends]
        asked = set(
            RiskSaid.objects.filter(event="churn", as_of=held.begins - timedelta(1)).values_list(
                "account_id", flat=True
            )
        )
        assert held.happened == len(left) and held.actual == MRR * len(left) and len(asked) == held.accounts
        assert held.basis == "replayed" and held.expected.low <= held.expected.value <= held.expected.high
    assert len(found.ended) >= 8
    assert len(found.months) == 12 and found.mrr == sum(row.minor for row in Risk.objects.filter(event="churn"))
    assert sum(one.expected.value for one in found.months) == pytest.approx(found.year.value, rel=1e-3)
    some = list(made)[:5]
    assert forecasts.forecast("churn", KNOWN, some).mrr <= 5 * GROWN
    growth = forecasts.forecast("expansion", KNOWN)
    assert growth.version is not None and growth.version.card["share"] == pytest.approx(0.3)


def test_drift_of_what_came_from_what_was_told_is_summed_month_by_month(org: Organisation, at: datetime) -> None:
    risk_world.build(at)
    learning.learn(KNOWN, by=SYSTEM, at=at, events=("churn",))
    telling.tell(KNOWN, at=at)
    found = forecasts.forecast("churn", KNOWN)
    assert found.watch is not None and len(found.watch.over) == len(found.ended)
    for held in found.ended:
        said = RiskSaid.objects.filter(event="churn", as_of=held.begins - timedelta(1))
        assert held.told == pytest.approx(sum(row.months[0] for row in said))
    timid = replace(found, held=tuple(replace(one, told=0.0, spread=0.0, happened=4) for one in found.held))
    assert timid.watch is not None and timid.watch.since == found.ended[1].begins and timid.watch.is_over
    assert reports.of_forecast(timid)["drift"]["since"] == found.ended[1].begins
    assert replace(found, held=()).watch is None


def test_what_is_withdrawn_while_it_tells_is_written_no_further(
    org: Organisation, at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    risk_world.build(at)
    (churn,) = learning.learn(KNOWN, by=SYSTEM, at=at, events=("churn",))
    true = machine.tell

    def slow(*args: Any) -> machine.Told:
        found = true(*args)
        learning.withdraw(churn, by=SYSTEM, at=at, reason="while it was told")
        return found

    monkeypatch.setattr(machine, "tell", slow)
    assert telling.tell(KNOWN, at=at) == 0
    churn.refresh_from_db()
    assert churn.told_on is None and not Risk.objects.exists()
    assert not RiskSaid.objects.filter(is_replayed=False).exists(), "nor is it said for ever"


def test_a_model_that_reads_what_is_measured_no_more_is_withdrawn_with_its_reason(
    org: Organisation, at: datetime
) -> None:
    risk_world.build(at)
    (churn,) = learning.learn(KNOWN, by=SYSTEM, at=at, events=("churn",))
    model = machine.read(churn.document)
    gone = model.needs[0]
    churn.document = json.loads(json.dumps(churn.document).replace(f'"{gone}"', '"gone_measure"'))
    churn.save()
    telling.tell(KNOWN, at=at)
    churn.refresh_from_db()
    assert churn.used_until == at and not Risk.objects.filter(event="churn").exists()
    said = Entry.objects.get(action="insight.risk.withdrawn")
    assert "gone_measure" in said.particulars["reason"]
    silence = silences.of("churn")
    assert silence and silence.state == "withdrawn", "and pages say it"
    assert "it reads what is measured no more (gone_measure); learn a new one." in silence.why.en
    assert "現在は算出していない指標（gone_measure）を使用しています。" in silence.why.ja


@pytest.mark.parametrize(
    ("value", "above", "below", "told"),
    [
        (9.0, [90, 1000], [10, 1000], ((90, 1000), (10, 1000))),
        (1.0, [10, 1000], [90, 1000], ((90, 1000), (10, 1000))),
        (9.0, [10, 1000], [90, 1000], (None, None)),  # on its side it happens less: no proof of this reason
        (None, [90, 1000], [10, 1000], (None, None)),
        (9.0, [9, 29], [10, 1000], (None, None)),
    ],
)
def test_the_proof_of_a_suggestion_is_of_customers_like_this_one(
    value: float | None, above: list[int], below: list[int], told: tuple[object, object]
) -> None:
    card = {"evidence": {"nps": {"mean": 5.0, "above": above, "below": below}}}
    (found,) = actions.suggestions("churn", [["nps", 0.4, value, 0.1]], card)
    assert (found.like, found.unlike) == told


def test_averages_of_sizes_are_kept_as_the_sizes_are_told() -> None:
    """They enter by their logarithm; an account's own value is told as it was counted."""
    counted = np.array([0.0, 3.0, 8.0, 99.0] * 20)
    column = SimpleNamespace(name="events_28d", values=np.log1p(counted))
    table: Any = SimpleNamespace(features=[column], events={"churn": counted < 5})
    card = {"evidence": actions.evidence(table, "churn")}
    (quiet,) = actions.suggestions("churn", [["events_28d", 0.4, 3.0, 0.1]], card)
    assert (quiet.like, quiet.unlike) == ((40, 40), (0, 40))


def test_each_way_to_lose_or_win_revenue_has_a_model_or_says_what_is_missing(org: Organisation, at: datetime) -> None:
    risk_world.build(at)
    made = {one.event: one for one in learning.learn(KNOWN, by=SYSTEM, at=at)}
    assert list(made) == ["churn", "involuntary", "contraction", "expansion"]
    for event in ("involuntary", "contraction"):
        assert made[event].state == "not_enough" and made[event].card["events"] < made[event].card["needed"]


def test_months_held_against_what_came_never_overlap_though_telling_began_in_mid_month(
    org: Organisation, at: datetime
) -> None:
    """A loss stands in one month only, and every month in which somebody left is there."""
    made = risk_world.build(at)
    begun = date(2025, 11, 12)
    learning.learn(begun, by=SYSTEM, at=at)
    telling.tell(begun, at=at)
    telling.tell(date(2025, 11, 30), at=at)
    learning.learn(date(2025, 12, 31), by=SYSTEM, at=at)
    held = forecasts.forecast("churn", KNOWN).ended
    assert all(one.begins.day == 1 for one in held)
    assert all(one.ends == after.begins for one, after in itertools.pairwise(held))
    assert [one.basis for one in held[-2:]] == ["replayed", "said"]
    within = [day for day, _ in made.values() if day and held[0].begins <= day < held[-1].ends]
    assert sum(one.happened for one in held) == len(within)


def test_a_value_that_was_believed_only_after_its_row_refuses_the_rows(org: Organisation, at: datetime) -> None:
    risk_world.build(at, count=20)
    decided, rows = read()
    for one in rows.table.features:
        assert one.recorded is not None and (one.recorded == rows.table.as_of).all()
    later = replace(rows.features, day=rows.features.day + 30)
    found = machine.learn(tables.joined(decided, later, rows.standing).table, "churn")
    assert found.state == "leaking" and {one["rule"] for one in found.findings} >= {"recorded_after"}


def test_the_card_says_how_long_before_the_judged_months_learning_stopped(org: Organisation, at: datetime) -> None:
    risk_world.build(at)
    churn, *_ = learning.learn(KNOWN, by=SYSTEM, at=at)
    assert churn.card["gap_days"] == machine.LEAD_DAYS == 14


def test_a_kill_between_two_chunks_shows_nobody_half_a_month_and_the_next_attempt_makes_it_whole(
    org: Organisation, at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    risk_world.build(at)
    learning.learn(KNOWN, by=SYSTEM, at=at)
    replayed = RiskSaid.objects.count()
    assert replayed and set(RiskSaid.objects.values_list("event", flat=True)) <= {"churn", "expansion"}
    telling.tell(KNOWN - timedelta(40), at=at)
    before = Risk.objects.filter(event="churn").count()
    monkeypatch.setattr(chunks, "ROWS", 7)
    write, sent = chunks.written.upsert, [0]

    def killed(*args: Any, **named: Any) -> int:
        sent[0] += 1
        if sent[0] == -(-before // 7) + 2:  # all of the list, and a chunk of what is said
            raise KeyboardInterrupt
        return write(*args, **named)

    monkeypatch.setattr(chunks.written, "upsert", killed)
    with pytest.raises(KeyboardInterrupt):
        telling.tell(KNOWN, at=at)
    assert not RiskSaid.objects.filter(event="churn", as_of=KNOWN).exists()
    assert Risk.objects.filter(event="churn").count() > 0
    assert RiskModelVersion.objects.get(event="churn").told_on == KNOWN - timedelta(40)
    telling.tell(KNOWN, at=at)
    told = set(Risk.objects.filter(event="churn", as_of=KNOWN).values_list("account_id", flat=True))
    said = RiskSaid.objects.filter(event="churn", as_of=KNOWN, is_replayed=False)
    assert told == set(said.values_list("account_id", flat=True)) and Risk.objects.filter(as_of__lt=KNOWN).count() == 0
    assert set(RiskSaid.objects.values_list("event", flat=True)) == {"churn", "expansion"}


def test_a_large_book_is_learned_from_a_lot_of_its_accounts_and_the_card_says_so(
    org: Organisation, at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    risk_world.build(at)
    table = read()[1].table
    monkeypatch.setattr(machine, "MOST_ROWS", len(table) // 2)
    monkeypatch.setattr(machine, "LEAST_EVENTS", 12)
    found = machine.learn(table, "churn")
    accounts = len(np.unique(table.account))
    assert found.card["accounts_of"] == accounts and accounts * 0.4 < found.card["accounts"] < accounts * 0.6
    some = machine.sampled(table, "churn")
    whole = np.isin(table.account, some.account)
    assert whole.sum() == len(some)


def test_stored_days_give_each_measure_to_its_own_account(org: Organisation, at: datetime) -> None:
    lake, days = lakes.current(), [date(2025, 5, 31), date(2025, 6, 30)]
    points = {(account, day): account * 10.0 + day.month for account in (3, 1, 2) for day in days}
    values = [
        {"account": a, "day": d, "month": f"{d:%Y-%m}", "measure": key, "value": value + (key == "mrr")}
        for (a, d), value in points.items()
        for key in ("nps", "mrr", "no longer known")
        if (a, key) != (2, "nps")
    ]
    scores = [_score(a, d, int(value * 1_000_000), "unknown" if a == 1 else "good") for (a, d), value in points.items()]
    history.values_table(lake).append(pa.Table.from_pylist(values, schema=history.VALUES), app="test", version=1)
    history.scores_table(lake).append(pa.Table.from_pylist(scores, schema=history.SCORES), app="test", version=1)
    found = features.on(lake, days)
    assert len(found) == 6
    for n, (account, day) in enumerate(zip(found.account.tolist(), found.day.tolist(), strict=True)):
        value = points[account, date(1970, 1, 1) + timedelta(day)]
        assert found.values["mrr"][n] == value + 1
        assert np.isnan(found.values["nps"][n]) if account == 2 else found.values["nps"][n] == value
        shown = found.values[features.HEALTH][n]
        assert np.isnan(shown) if account == 1 else shown == value
    assert found.values[features.CHANGE][(found.account == 3) & (found.day == found.day.max())].tolist() == [1.0]


def _score(account: int, day: date, score: int, shown: str) -> dict[str, Any]:
    row: dict[str, Any] = {
        one.name: [] if pa.types.is_list(one.type) else "" if one.type == pa.string() else 0 for one in history.SCORES
    }
    row |= {"settled": True, "by_hand": False, "coverage": 1.0}
    return row | {"account": account, "day": day, "month": f"{day:%Y-%m}", "score": score, "shown": shown}


def test_too_few_events_give_a_reason_and_no_figure(org: Organisation, at: datetime) -> None:
    risk_world.build(at, count=8)
    for version in learning.learn(KNOWN, by=SYSTEM, at=at):
        assert version.state == "not_enough" and version.used_from is None and not version.document
    assert telling.tell(KNOWN, at=at) == 0 and not Risk.objects.exists()
    told = reports.report("churn")
    assert told.items == () and "not_enough" in told.reason
    with pytest.raises(learning.NotUsable):
        learning.use(RiskModelVersion.objects.latest("pk"), by=SYSTEM, at=at)


def test_a_flagged_model_waits_for_a_reason_and_a_withdrawn_one_tells_nothing(org: Organisation, at: datetime) -> None:
    risk_world.build(at)
    churn, *_ = learning.learn(KNOWN, by=SYSTEM, at=at)
    telling.tell(KNOWN, at=at)
    learning.withdraw(churn, by=SYSTEM, at=at)
    telling.tell(KNOWN, at=at)
    assert not Risk.objects.filter(event="churn").exists() and Risk.objects.filter(event="expansion").exists()
    RiskModelVersion.objects.filter(pk=churn.pk).update(state="flagged")
    churn.refresh_from_db()
    with pytest.raises(learning.NoReason):
        learning.use(churn, by=SYSTEM, at=at)
    learning.use(churn, by=SYSTEM, at=at, reason="NPSは更新前に聞いている")
    assert learning.in_use("churn") == RiskModelVersion.objects.get(pk=churn.pk)


def test_a_past_day_is_told_as_said_or_recomputed_from_what_it_knew(org: Organisation, at: datetime) -> None:
    risk_world.build(at)
    learning.learn(KNOWN, by=SYSTEM, at=at)
    telling.tell(KNOWN, at=at)
    told = reports.report("churn")
    assert told.basis == "told" and [item["rank"] for item in told.items] == list(range(1, len(told.items) + 1))
    Risk.objects.all().delete()
    said = reports.report("churn", KNOWN)
    assert said.basis == "said" and [i["horizons"] for i in said.items] == [i["horizons"] for i in told.items]
    earlier = reports.report("churn", date(2025, 6, 30))
    assert earlier.basis == "recomputed" and len(earlier.items) > len(told.items) - 1
    assert reports.report("churn", date(2024, 1, 31)).items == ()


def test_an_installation_without_contracts_learns_nothing(org: Organisation, at: datetime) -> None:
    assert step.step(at) == 0
    Progress.objects.update_or_create(pk=1, defaults={"scored_through": KNOWN})
    assert step.step(at) == 0 and not RiskModelVersion.objects.exists()
    assert forecasts.forecast("churn", KNOWN).months == ()


def test_expected_amounts_know_chance_and_doubt() -> None:
    p, amount = np.full(400, 0.05), np.full(400, 1000.0)
    sure = expected.expected(p, amount, np.zeros(400))
    unsure = expected.expected(p, amount, np.full(400, 0.5))
    assert sure.value == pytest.approx(20_000)
    spread = 1.2816 * (400 * 0.05 * 0.95) ** 0.5 * 1000
    assert sure.low == pytest.approx(20_000 - spread, abs=1_000) and sure.high == pytest.approx(
        20_000 + spread, abs=1_000
    )
    assert unsure.high - unsure.low > 2 * (sure.high - sure.low)
    many = expected.expected(np.full(4_000, 0.05), np.full(4_000, 100.0), np.zeros(4_000))
    assert many.high - many.value == pytest.approx(1.2816 * (4_000 * 0.05 * 0.95) ** 0.5 * 100, rel=0.01)


def test_four_of_five_intervals_hold_what_left_where_it_was_told_rightly() -> None:
    rng = np.random.default_rng(9)
    held = 0
    for _ in range(30):
        p, mrr = rng.beta(1, 12, 150), rng.integers(10_000, 200_000, 150).astype(float)
        one = expected.expected(p, mrr, np.zeros(150))
        held += one.low <= mrr[rng.random(150) < p].sum() <= one.high
    assert 0.6 * 30 <= held <= 29


def test_the_card_says_how_far_each_measure_has_moved_in_the_newest_months(org: Organisation, at: datetime) -> None:
    risk_world.build(at)
    table = read()[1].table
    known = dict(machine.learn(table, "churn").card["drift"])
    newest = np.isin(table.begins, np.unique(table.begins)[-machine.NEWEST :])
    moved = tuple(replace(one, values=one.values + 50 * newest) if one.name == "nps" else one for one in table.features)
    name, psi = machine.learn(replace(table, features=moved), "churn").card["drift"][0]
    assert name == "nps" and psi > 1 > known["nps"] >= 0


def test_features_of_a_day_that_nobody_stored_are_evaluated_as_known_then(org: Organisation, at: datetime) -> None:
    risk_world.build(at, count=6)
    found = features.on(lakes.current(), [date(2024, 6, 30), date(2025, 6, 30)])
    assert len(found) == 12 and set(found.term.tolist()) <= {0, 1, 12}
    assert np.isnan(found.values[features.HEALTH]).all() and not np.isnan(found.values["nps"]).all()
