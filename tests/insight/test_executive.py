"""The executive dashboard's record: the same figures as the ledger, health and renewals tell, and sentences made of them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest

from nenrin.customers import accounts, subscriptions
from nenrin.customers.models import Account
from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.models import Organisation
from nenrin.insight import health_models
from nenrin.insight.executive import bridges, findings, questions, standing, words
from nenrin.insight.executive.capacity import Capacities
from nenrin.insight.executive.dashboard import Dashboard, dashboard
from nenrin.insight.executive.questions import NoSuchSlice
from nenrin.insight.executive.rows import rows
from nenrin.insight.models import Backtest, Health, HealthModelVersion, Risk, RiskModelVersion
from nenrin.insight.prints import executive as printed
from nenrin.insight.prints import setting
from nenrin.insight.revenue import targets
from tests.cast import DRIFTING, LOST, THRIVING
from tests.insight.world import World

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 24)


@pytest.fixture
def world(org: Organisation) -> World:
    return World(today=TODAY)


def sign(world: World, name: str, minor: int, start: date, **fields: Any) -> Account:
    account = accounts.open(name, by=SYSTEM, at=world.now)
    words = {"starts_on": start, "term_months": 12, "mrr_minor": minor, "seats": 5, **fields}
    subscriptions.sign(account, by=SYSTEM, at=world.now, **words)
    return account


@pytest.fixture
def cast(world: World) -> dict[str, Account]:
    """One that stays, one that came this month, one that left this month; and the first is at risk."""
    found = {
        THRIVING: sign(world, THRIVING, 100_000, date(2025, 1, 15)),
        DRIFTING: sign(world, DRIFTING, 40_000, date(2026, 11, 10)),
        LOST: sign(world, LOST, 30_000, date(2025, 2, 1), ended_on=date(2026, 11, 20)),
    }
    world.carry()
    return found


def judge(world: World, account: Account, band: str) -> None:
    if not HealthModelVersion.objects.exists():
        health_models.install(at=world.now)
    version = HealthModelVersion.objects.first()
    assert version is not None
    Health.objects.update_or_create(
        account=account, defaults={"as_of": TODAY, "at": world.now, "today": 30, "score": 30, "band": band, "since": TODAY,
                                   "coverage": 1, "version": version, "losses": []})  # fmt: skip


def board(**asked: Any) -> Dashboard:
    return dashboard(questions.ask(asked.pop("day", TODAY), TODAY, **asked))


def test_the_bridge_leads_from_begin_to_end(cast: dict[str, Account]) -> None:
    steps = {step.kind: step.amount for step in bridges.steps(board())}
    assert steps == {"begin": 130_000, "new": 40_000, "churn": -30_000, "end": 140_000}


def test_the_sentences_name_the_largest_gain_and_loss(cast: dict[str, Account]) -> None:
    told = findings.explained(board())[0]
    assert told.about == "movements"
    assert f"最大の減少は{LOST}（−3万円）" in told.text.ja and f"最大の増加は{DRIFTING}（+4万円）" in told.text.ja
    assert told.text.en.startswith("From ¥130K: new +¥40K, churn −¥30K.")


def test_renewals_ahead_are_those_of_the_next_six_months(cast: dict[str, Account]) -> None:
    """The first was signed on 15 January 2025 for a year, so it comes due on 15 January 2027 again."""
    months = {month.start: (month.contracts, month.mrr) for month in board().ahead.months}
    assert months[date(2027, 1, 1)] == (1, 100_000)
    assert sum(n for n, _ in months.values()) == 1 and len(months) == 6


def test_health_is_weighed_by_what_accounts_pay(world: World, cast: dict[str, Account]) -> None:
    judge(world, cast[THRIVING], "at_risk")
    judge(world, cast[DRIFTING], "healthy")
    judge(world, cast[LOST], "at_risk")
    found = board()
    assert found.standing is not None
    assert (found.standing.of("at_risk").mrr, found.standing.of("healthy").mrr) == (100_000, 40_000)
    assert [risk.account.name for risk in found.risks] == [THRIVING]
    assert found.ahead.at_risk == 100_000


def test_whoever_may_not_see_health_gets_none_of_it(world: World, cast: dict[str, Account]) -> None:
    judge(world, cast[THRIVING], "at_risk")
    found = board(sees_health=False)
    assert found.standing is None and not found.risks and found.ahead.at_risk == 0 and found.expected is None
    assert not any(row.section.startswith("health") for row in rows(found))


def test_a_missed_target_wants_a_decision(world: World, cast: dict[str, Account]) -> None:
    targets.put("mrr", "month", TODAY, 200_000, by=SYSTEM, at=world.now)
    missed = findings.decisions(board())
    assert [each.about for each in missed] == ["kpi:mrr"]
    assert "14万円（目標 20万円）" in missed[0].text.ja
    targets.put("mrr", "month", TODAY, 120_000, by=SYSTEM, at=world.now)
    assert findings.decisions(board()) == []


def test_a_past_period_is_told_as_of_its_end(cast: dict[str, Account]) -> None:
    found = board(day=date(2026, 10, 31), known=TODAY)
    assert found.statement.end == 130_000 and found.accounts == 2 and not found.risks
    assert found.expected is None


def test_only_the_accounts_of_a_viewer_count(cast: dict[str, Account]) -> None:
    found = board(accounts=[cast[DRIFTING].pk])
    assert found.statement.end == 40_000 and set(found.changes.names.values()) == {DRIFTING}


def test_a_part_that_there_is_not_is_refused_with_those_there_are(cast: dict[str, Account]) -> None:
    with pytest.raises(NoSuchSlice, match="zodiac"):
        board(by="tier", key="zodiac")


def test_an_organisation_without_contracts_has_an_empty_dashboard(world: World) -> None:
    world.carry()
    found = board()
    assert found.is_empty and findings.explained(found) == [] and printed.pdf(found, "ja", world.now)


def test_every_figure_of_the_record_is_a_row(cast: dict[str, Account]) -> None:
    found = board()
    values = {(row.section, row.key): row.value for row in rows(found)}
    assert values["kpis", "mrr"] == values["movements", "end"] == 140_000
    assert values["kpis", "nrr"] is None  # two accounts a year ago are not enough
    assert values["renewals_ahead", "2027-01"] == 100_000


def test_the_quality_of_the_scores_is_what_their_cards_say(world: World, cast: dict[str, Account]) -> None:
    judge(world, cast[THRIVING], "healthy")
    health = HealthModelVersion.objects.filter(key="standard", state="published").first()
    assert health is not None
    card = {"due": [{"horizon": 30}, {"horizon": 90, "behind": {"left": 31}, "areas": {"model": {"value": 0.71, "low": 0.66, "high": 0.76}}}],
            "calibration": {"model": {"slope": 0.9}}, "lifts": {}}  # fmt: skip
    when = {"document": health.document, "as_of": TODAY, "asked_at": world.now, "state": "done"}
    Backtest.objects.create(version=health, card={**card, "due": []}, **when)
    Backtest.objects.create(version=health, card=card, **when)
    verdict = {"horizon_days": 90, "events": 52, "auc": {"mean": 0.8, "error": 0.01}, "slope": 1.02, "lift": 3.1}
    used = RiskModelVersion.objects.create(
        event="churn",
        number=4,
        state="trusted",
        known_on=TODAY,
        learned_at=world.now,
        used_from=world.now,
        card={"verdicts": [verdict]},
    )
    Risk.objects.create(account=cast[THRIVING], event="churn", as_of=TODAY, at=world.now, version=used, p=0.1, low=0.05, high=0.2,
                        horizons=[[90, 0.1, 0.05, 0.2], [365, 0.3, 0.2, 0.4]], months=[0.1] * 12, minor=100_000)  # fmt: skip
    told = {(row.key, row.value, row.n) for row in rows(board()) if row.section == "score_quality"}
    mine = RiskModelVersion.objects.get().pk
    assert told == {
        ("health:standard:1:auc", 0.71, 31), ("health:standard:1:slope", 0.9, 31), ("health:standard:1:lift", None, 31),
        (f"risk:{mine}:4:auc", 0.8, 52), (f"risk:{mine}:4:slope", 1.02, 52), (f"risk:{mine}:4:lift", 3.1, 52),
    }  # fmt: skip
    page = printed.document(board(), "en", world.now)
    assert [one["auc"] for one in page["scores"]] == ["0.71 (0.66 to 0.76)", "0.80 (0.78 to 0.82)"]
    assert not board(sees_health=False).scores


def test_the_print_says_how_much_of_the_team_s_time_is_planned(world: World, cast: dict[str, Account]) -> None:
    told = printed.document(board(), "ja", world.now)["capacity"]
    assert told == {"says": "契約中の顧客に担当CSMがいない。", "rows": []}
    past = printed.document(board(day=date(2026, 10, 31)), "en", world.now)["capacity"]
    assert past["says"] == "Capacity is known for today only."
    assert (
        words.planned(Capacities(3, 6000, 2, 4800, 9600, 1)).en == "50% of the members' hours for accounts is planned."
    )
    lines = [(name.en, value) for name, value, _ in words.loads(Capacities(3, 6000, 2, 4800, 9600, 1))]
    assert lines[1] == ("Hours a month that touch models plan", 100.0) and lines[-1][1] == 1


def _texts(node: object) -> Iterator[str]:
    if isinstance(node, dict):
        for value in node.values():
            yield from _texts(value)
    elif isinstance(node, list):
        for value in node:
            yield from _texts(value)
    elif isinstance(node, str):
        yield node


@pytest.mark.parametrize("language", ["ja", "en"])
def test_the_print_brings_its_fonts_and_stands_on_two_pages(
    world: World, cast: dict[str, Account], language: str
) -> None:
    made = printed.pdf(board(), language, world.now)
    assert made.startswith(b"%PDF-") and made.count(b"NotoSansCJKjp") >= 2
    assert b"/Count 2" in made and b"/StructTreeRoot" in made  # two pages, tagged for those who listen
    assert made == printed.pdf(board(), language, world.now)  # the same values, the same file


def test_no_word_of_the_print_is_in_the_other_language(world: World, cast: dict[str, Account]) -> None:
    told = printed.document(board(), "en", world.now)
    named = {THRIVING, DRIFTING, LOST, "年輪テスト"}
    words = [text for text in _texts(told) if not any(name in text for name in named)]
    assert [text for text in words if any("\u3040" <= letter <= "\u9fff" for letter in text)] == []


def test_a_customer_s_name_is_never_read_as_markup(world: World) -> None:
    sign(world, '#import "secret" *社* $x$ @a <b> \\', 50_000, TODAY - timedelta(days=9))
    world.carry()
    assert printed.pdf(board(), "ja", world.now).startswith(b"%PDF-")


def test_a_report_that_cannot_be_set_says_why(world: World) -> None:
    with pytest.raises(setting.CannotPrint, match="labels"):
        setting.pdf("executive", {"language": "ja"}, world.now)


def test_the_accounts_behind_health_add_up_to_it(world: World, cast: dict[str, Account]) -> None:
    judge(world, cast[THRIVING], "at_risk")
    told = board().standing
    found = standing.moves(questions.ask(TODAY, TODAY))
    assert told is not None and found
    for part in told.parts:
        mine = [one for one in found if one.now == part.band]
        assert (len(mine), sum(one.pays for one in mine)) == (part.accounts, part.mrr)
    assert [one.account for one in found if one.now == "gone"] == [cast[LOST].pk]
    assert [one.account for one in found if one.was == "new"] == [cast[DRIFTING].pk]
    assert standing.moves(questions.ask(TODAY, TODAY, sees_health=False)) == []
