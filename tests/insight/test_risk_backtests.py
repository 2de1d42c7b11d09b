"""Backtests of risk models: what a version's kind would have said month by month, held against what came."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from nenrin.analytics.lake.schemas import FACTS
from nenrin.customers.models import Account
from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.models import Entry, Organisation
from nenrin.ingest import lakes
from nenrin.insight.backtests import (
    reading,
    replaying,
    reports,
    risk_outcomes,
    risk_replaying,
    risk_runs,
    rounds,
)
from nenrin.insight.backtests import step as worker
from nenrin.insight.models import RiskBacktest, RiskModelVersion, RiskSaid
from nenrin.insight.revenue import books
from nenrin.insight.risk import learning, machine, outcomes
from tests.insight import risk_backtests_world, risk_world
from tests.insight.risk_world import GROWN, KNOWN, MRR

pytestmark = pytest.mark.django_db
#: The eve of the last month of the world: what was replayed of it can be held against the same day of a backtest.
EVE, DECEMBER = date(2025, 11, 30), date(2025, 12, 1)


@pytest.fixture
def made(org: Organisation, at: datetime, monkeypatch: pytest.MonkeyPatch) -> dict[int, Any]:
    """Few weeks are tested: each month's model is learned from two years before it all the same."""
    monkeypatch.setattr(replaying, "WEEKS", 6)
    return risk_world.build(at)


def version(at: datetime, event: str = "churn") -> RiskModelVersion:
    return learning.learn(KNOWN, by=SYSTEM, at=at, events=(event,))[0]


def test_the_eve_of_a_month_is_told_as_replaying_tells_it_and_knows_nothing_later(
    made: dict[int, Any], at: datetime
) -> None:
    row = version(at)
    model, everybody = machine.read(row.document), list(Account.objects.values_list("pk", flat=True))
    kept = risk_replaying.read(lakes.current(), EVE, everybody)
    panel = risk_replaying.told(model, "churn", kept, DECEMBER, EVE)
    assert panel is not None and set(panel.day.tolist()) == {(EVE - date(1970, 1, 1)).days}
    said = RiskSaid.objects.filter(event="churn", as_of=EVE, is_replayed=True)
    own = dict(zip(panel.account.tolist(), (1 - panel.scores["told 90 model"] / 100).tolist(), strict=True))
    assert own == {one.account_id: pytest.approx(one.p, abs=2e-6) for one in said} and len(own) > 30
    noticed = {account for account, (notice, _) in made.items() if notice and notice <= EVE}
    assert not noticed & set(own)
    _backdate(made, at)
    later = risk_replaying.told(model, "churn", risk_replaying.read(lakes.current(), EVE, everybody), DECEMBER, EVE)
    assert later is not None and later.scores["told 90 model"].tolist() == panel.scores["told 90 model"].tolist()
    ahead = risk_outcomes.ahead("churn", panel.account, panel.day, KNOWN + timedelta(40))
    assert not ahead.is_standing.all(), "but who had truly left by then is no longer asked about"


def _backdate(made: dict[int, Any], at: datetime) -> None:
    """Five notices of October that were told in January."""
    stays = [Account.objects.get(pk=pk) for pk, (notice, annual) in made.items() if notice is None and not annual][:5]
    body = {
        "starts_on": "2024-01-01", "ends_on": "2025-11-01", "ended_on": "2025-11-01", "noticed_on": "2025-10-10",
        "auto_renews": True, "term_months": 1, "mrr_minor": MRR, "currency": "JPY", "seats": 10,
        "steps": [{"from_on": "2024-01-01", "mrr_minor": MRR, "seats": 10}],
    }  # fmt: skip
    rows = [risk_world._fact("subscription", one, body, date(2026, 1, 15)) for one in stays]
    lakes.current().append_facts(pa.Table.from_pylist(rows, schema=FACTS), app="test", version=2)


def test_the_worker_reads_learns_tells_and_keeps_the_card_with_the_version(made: dict[int, Any], at: datetime) -> None:
    row = risk_runs.ask(version(at), by=SYSTEM, at=at, as_of=KNOWN, capacity=5)
    assert risk_runs.ask(row.version, by=SYSTEM, at=at, as_of=KNOWN, capacity=5) == row, "asked once while it waits"
    months = len(risk_replaying.months(KNOWN))
    assert row.parts == 1 + months and reading.unfinished_of_risk(row.version) == row
    for _ in range(row.parts + 1):
        assert worker.step(at) == 1
    assert worker.step(at) == 0
    row.refresh_from_db()
    assert row.state == "done" and row.card["accounts_of"] == len(made) and row.card["capacity"] == 5
    assert row.card["accounts"] <= sum(1 for notice, _ in made.values() if not notice or notice > date(2025, 11, 19))
    assert row.card["due"][0]["behind"]["wanting"] > 0 and row.card["by_hand"]["share"] == 0
    assert reading.newest_of_risk(row.version) == row and reading.unfinished_of_risk(row.version) is None
    assert reports.of_risk(row, KNOWN)["model"] == "risk:churn" and not reading.is_old(row, KNOWN + timedelta(35))
    codes = Entry.objects.filter(action__startswith="insight.risk_backtest").order_by("pk")
    assert [one.action for one in codes] == ["insight.risk_backtest.asked", "insight.risk_backtest.done"]
    assert not (lakes.current().path / "backtests" / f"risk-{row.pk}").exists()


def test_where_no_month_could_be_learned_from_the_card_is_empty_and_says_why(
    made: dict[int, Any], at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replaying, "WEEKS", 1)
    monkeypatch.setattr(machine, "relearned", lambda *_: None)
    row = risk_runs.finish(risk_runs.ask(version(at), by=SYSTEM, at=at, as_of=KNOWN), lambda: at)
    assert row.state == "done" and row.card == {} and "not enough months" in reports.of_risk(row, KNOWN)["reason"]


def test_what_cannot_be_computed_is_given_up_and_what_is_lost_is_begun_anew(
    made: dict[int, Any], at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replaying, "WEEKS", 1)
    row = risk_runs.ask(version(at), by=SYSTEM, at=at, as_of=KNOWN)
    assert worker.step(at) == 1
    risk_runs.parts.forget(f"risk-{row.pk}")
    assert worker.step(at) == 1
    row.refresh_from_db()
    assert row.done == 0, "begun anew instead of telling half"

    def broken(*given: object, **named: object) -> None:
        raise RuntimeError("broken")

    monkeypatch.setattr(risk_replaying, "read", broken)
    for _ in range(rounds.ATTEMPTS):
        with pytest.raises(RuntimeError):
            worker.step(at)
    assert worker.step(at) == 1 and worker.step(at) == 0
    row.refresh_from_db()
    assert row.state == "failed" and Entry.objects.filter(action="insight.risk_backtest.failed").count() == 1


def test_growth_lies_ahead_on_the_day_the_rate_rose(made: dict[int, Any], at: datetime) -> None:
    decided = outcomes.decided(books.ledger(KNOWN))
    account, day = risk_outcomes.changes(decided, "expansion", date(2024, 2, 1), KNOWN)
    book = decided.ledger.book
    assert len(account) > 10
    for one, on in zip(account.tolist(), day.tolist(), strict=True):
        own = int(np.flatnonzero(book.accounts == one)[0])
        assert book.line.at([on - 1, on])[own].tolist() == [MRR, GROWN]
    before, after = day - 20, day + 3
    ahead = risk_outcomes.ahead("expansion", np.tile(account, 2), np.concatenate([before, after]), KNOWN)
    assert ahead.leaves_in.tolist() == [20.0] * len(account) + [np.inf] * len(account)
    assert ahead.is_standing.all()
    none = risk_outcomes.ahead("involuntary", account, before, KNOWN)
    assert np.isinf(none.leaves_in).all() and none.is_standing.all()


def test_versions_are_found_by_name_and_one_without_a_model_is_not_tested(org: Organisation, at: datetime) -> None:
    def put(number: int, **more: Any) -> RiskModelVersion:
        plain: dict[str, Any] = {"event": "churn", "state": "trusted", "known_on": KNOWN, "learned_at": at}
        return RiskModelVersion.objects.create(number=number, **plain | {"document": {"kind": "x"}} | more)

    first, _, third = put(1, used_from=at), put(2), put(3, state="not_enough", document={})
    assert reading.risk_version("risk:churn") == first and reading.risk_version("risk:churn", "3") == third
    RiskModelVersion.objects.filter(pk=first.pk).update(used_until=at)
    assert reading.risk_version("risk:churn").number == 2, "the newest that was learned"
    for name, wanted in (("risk:churn", "9"), ("risk:churn", "draft"), ("risk:luck", "")):
        with pytest.raises(reading.NoSuchVersion):
            reading.risk_version(name, wanted)
    with pytest.raises(risk_runs.NothingLearned):
        risk_runs.ask(third, by=SYSTEM, at=at)
    assert reports.no_risk(third)["reason"] != reports.no_risk(first)["reason"]
    with pytest.raises(risk_runs.AheadOfToday):
        risk_runs.ask(first, by=SYSTEM, at=at, as_of=date(2999, 1, 1))
    assert not RiskBacktest.objects.exists()


def test_only_a_few_finished_ones_are_kept(made: dict[int, Any], at: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replaying, "WEEKS", 1)
    monkeypatch.setattr(risk_runs, "KEPT", 1)
    monkeypatch.setattr(machine, "relearned", lambda *_: None)
    row = version(at)
    risk_backtests_world.finished(row, at)
    last = risk_runs.finish(risk_runs.ask(row, by=SYSTEM, at=at, as_of=KNOWN), lambda: at)
    assert list(RiskBacktest.objects.values_list("pk", flat=True)) == [last.pk]
