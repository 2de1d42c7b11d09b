"""Starting small: what is answered decides what shows; the first day is frozen; ninety days later both are compared."""

from __future__ import annotations

import json
import re
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import pytest
import typst

from nenrin.customers import accounts, subscriptions
from nenrin.customers.models import Account
from nenrin.foundation import journal, organisation
from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.models import Entry, Organisation
from nenrin.ingest import lakes
from nenrin.insight import health_models, refresh
from nenrin.insight.models import Health, HealthModelVersion, Progress, Segment, StartBaseline, StartFigure
from nenrin.insight.prints import setting
from nenrin.insight.prints import start as printed
from nenrin.insight.revenue import policies
from nenrin.insight.start import answers, baselines, focus, measuring, results, rows, words
from nenrin.insight.start.answers import NoSuchAnswer
from nenrin.insight.start.focus import AREAS, PROBLEMS, TEAMS, Focus
from nenrin.insight.start.sorts import ALL, LENGTH
from tests.insight.world import World

pytestmark = pytest.mark.django_db
BEGUN = date(2026, 4, 6)


@pytest.fixture
def world(org: Organisation) -> World:
    """Sixty customers of a year and more, six of whom left in the ninety days before the start."""
    world = World(today=BEGUN)
    for n in range(60):
        ended = BEGUN - timedelta(10 * (n + 1)) if n < 6 else None
        sign(world, f"顧客{n:02d}株式会社", ended_on=ended)
    judged(world)
    world.carry()
    return world


def sign(world: World, name: str, **fields: Any) -> Account:
    account = accounts.open(name, by=SYSTEM, at=world.now, status="customer")
    told: dict[str, Any] = {
        "starts_on": date(2025, 1, 10),
        "term_months": 36,
        "mrr_minor": 100_000,
        "seats": 5,
        **fields,
    }
    subscriptions.sign(account, by=SYSTEM, at=world.now, **told)
    return account


def judged(world: World) -> None:
    """Half of the accounts have a known health."""
    health_models.install(at=world.now)
    version = HealthModelVersion.objects.filter(state="published").order_by("key").first()
    assert version is not None
    for n, account in enumerate(Account.objects.order_by("name")):
        Health.objects.update_or_create(
            account=account, defaults={"as_of": BEGUN, "at": world.now, "today": 70, "score": 70, "since": BEGUN, "coverage": 1,
                                       "band": "healthy" if n % 2 else "unknown", "version": version, "losses": []})  # fmt: skip


def begin(world: World, problem: str = "renewal", team: str = "2-5", begins_with: str = "") -> None:
    answers.answer(problem, team, begins_with, by=SYSTEM, at=world.now)
    world.carry()
    read(world)
    baselines.step(world.now)


def read(world: World) -> None:
    """What a refresh notes: it took every fact of the lake into account today."""
    Progress.objects.filter(pk=refresh.here().pk).update(
        refreshed_on=world.today, facts_seen=lakes.current().facts.snapshot().version
    )


def later(world: World, days: int) -> None:
    world.today = BEGUN + timedelta(days)


# --- the focus


def test_before_any_answer_everything_shows(org: Organisation) -> None:
    assert focus.of(organisation.current()).shown() == set(AREAS)


@pytest.mark.parametrize("problem", PROBLEMS)
@pytest.mark.parametrize("team", TEAMS)
def test_every_answer_hides_something_but_never_its_own_part(problem: str, team: str) -> None:
    held = Focus(problem, team)
    own = {"onboarding": "onboarding", "renewal": "renewal", "usage": "adoption", "expansion": "expansion",
           "overview": "figures"}[problem]  # fmt: skip
    assert own in held.shown() < set(AREAS)
    assert Focus(problem, team, is_whole=True).shown() == set(AREAS)


def test_a_phase_narrows_and_a_segment_brings_its_pages(org: Organisation) -> None:
    assert Focus("renewal", "1", "phase:adoption").shown() == {"adoption"}
    assert Focus("renewal", "1", "segment:3").shown() == {"renewal", "figures", "segments"}


def test_a_larger_team_is_never_shown_less(org: Organisation) -> None:
    for problem in PROBLEMS:
        shown = [Focus(problem, team).shown() for team in TEAMS]
        assert all(fewer <= more for fewer, more in pairwise(shown)), problem


# --- the answers


def test_an_answer_is_kept_once_with_one_entry(world: World) -> None:
    for _ in range(2):
        answers.answer("usage", "1", by=SYSTEM, at=world.now)
    assert focus.of(organisation.current()) == Focus("usage", "1")
    assert Entry.objects.filter(action="insight.start.answered").count() == 1


@pytest.mark.parametrize(
    "given", [("weather", "1", ""), ("usage", "a dozen", ""), ("usage", "1", "tier:nowhere"), ("", "1", "")]
)
def test_what_cannot_be_answered_is_refused_and_changes_nothing(world: World, given: tuple[str, str, str]) -> None:
    with pytest.raises(NoSuchAnswer):
        answers.answer(*given, by=SYSTEM, at=world.now)
    assert not focus.of(organisation.current()).is_answered


def test_everything_can_be_shown_and_folded_again(world: World) -> None:
    begin(world)
    answers.show_everything(True, by=SYSTEM, at=world.now)
    assert focus.of(organisation.current()).shown() == set(AREAS)
    for _ in range(2):
        answers.show_everything(False, by=SYSTEM, at=world.now)
    assert focus.of(organisation.current()).shown() < set(AREAS)
    assert Entry.objects.filter(action="insight.start.narrowed").count() == 1


# --- the baseline


def test_the_baseline_waits_for_answers_contracts_and_health(world: World) -> None:
    assert baselines.step(world.now) == 0, "nobody answered yet"
    Health.objects.all().delete()
    answers.answer("renewal", "1", by=SYSTEM, at=world.now)
    world.carry()
    read(world)
    assert baselines.step(world.now) == 0, "no health is known yet"


def test_the_baseline_waits_until_every_fact_is_in_todays_health(world: World) -> None:
    answers.answer("renewal", "1", by=SYSTEM, at=world.now)
    journal.seal(1_000_000)
    read(world)
    assert baselines.step(world.now) == 0, "the journal is not in the lake yet"
    sign(world, "取り込み途中株式会社")
    world.carry()
    assert baselines.step(world.now) == 0, "health has not seen the newest facts"
    read(world)
    Progress.objects.update(refreshed_on=BEGUN - timedelta(1))
    assert baselines.step(world.now) == 0, "health is of yesterday"
    read(world)
    assert baselines.step(world.now) == 1


def test_no_baseline_is_kept_of_a_part_that_is_gone(world: World) -> None:
    row = Segment.objects.create(name="関東", condition={}, created_at=world.now, changed_at=world.now)
    answers.answer("renewal", "1", f"segment:{row.pk}", by=SYSTEM, at=world.now)
    Segment.objects.update(archived_at=world.now)
    assert baselines.freeze(BEGUN, by=SYSTEM, at=world.now) is None
    Segment.objects.update(archived_at=None)
    assert baselines.freeze(BEGUN, by=SYSTEM, at=world.now) is not None


def test_an_installation_without_contracts_keeps_no_baseline(org: Organisation) -> None:
    world = World(today=BEGUN)
    assert baselines.freeze(BEGUN, by=SYSTEM, at=world.now) is None


def test_the_first_day_is_frozen_once_with_every_kpi(world: World) -> None:
    begin(world)
    baselines.step(world.now)
    row = StartBaseline.objects.get()
    assert (row.taken_on, row.currency, row.policy) == (BEGUN, "JPY", policies.live(BEGUN).version)
    assert [each.kpi for each in row.figures.all()] == [sort.key for sort in ALL]
    kept = baselines.figures(row)
    assert kept["churn_month"].n == 60 and kept["churn_month"].value == pytest.approx(1 - 0.9 ** (30.4375 / 90))
    assert kept["logo_churn_year"].value == pytest.approx(6 / 60)
    assert kept["health_known"].value == pytest.approx(0.5) and kept["onboarding_completion"].value is None
    assert Entry.objects.filter(action="insight.start.baseline_taken").count() == 1


def test_what_becomes_known_later_moves_no_row_of_the_baseline(world: World) -> None:
    begin(world)
    before = list(StartFigure.objects.order_by("pk").values_list("kpi", "value", "low", "high", "n"))
    later(world, 30)
    sign(world, "後から判明株式会社", starts_on=date(2025, 1, 10), ended_on=BEGUN - timedelta(5))
    world.carry()
    answers.answer("expansion", "21+", by=SYSTEM, at=world.now)
    baselines.step(world.now)
    results.result(world.now)
    assert list(StartFigure.objects.order_by("pk").values_list("kpi", "value", "low", "high", "n")) == before


def test_a_tier_alone_is_measured_of_its_own_accounts(world: World) -> None:
    key = Account.objects.order_by("name").values_list("tier", flat=True)[0]
    whole = measuring.measured(BEGUN)
    of_tier = measuring.measured(BEGUN, ("tier", key))
    nowhere = measuring.measured(BEGUN, ("tier", "nowhere"))
    assert of_tier["churn_month"].n == whole["churn_month"].n
    assert all(figure.value is None for figure in nowhere.values())


# --- the result


def test_before_ninety_days_it_only_says_how_far_it_is(world: World) -> None:
    begin(world)
    later(world, 12)
    found = results.result(world.now)
    assert found is not None and (found.days, found.days_left, found.is_over) == (12, LENGTH - 12, False)
    assert all(line.verdict is None for line in found.lines)
    assert "あと78日" in words.summary(found).ja and "78 days" in words.summary(found).en


def test_after_ninety_days_fewer_leavers_are_better_than_chance_alone_would_be(world: World) -> None:
    """Six of sixty left in the ninety days before, nobody of fifty-four since: the interval of the difference leaves zero out."""
    begin(world)
    later(world, 95)
    found = results.result(world.now)
    assert found is not None and found.is_over
    churn = next(line for line in found.lines if line.sort.key == "churn_month")
    assert churn.after.value == 0 and churn.change is not None and churn.change < 0
    assert churn.reach is not None and churn.reach.high < 0 and churn.verdict == "better" and churn.is_main
    assert next(line for line in found.lines if line.sort.key == "onboarding_completion").change is None


def test_the_problems_own_kpis_come_first(world: World) -> None:
    begin(world, "expansion")
    found = results.result(world.now)
    assert found is not None and [line.sort.key for line in found.lines][:2] == ["expansion_rate", "nrr"]
    assert sorted(line.sort.key for line in found.lines) == sorted(sort.key for sort in ALL)


def test_what_was_done_is_counted_from_the_baseline_on(world: World) -> None:
    def held(title: str) -> None:
        journal.record("work.meeting.held", actor=SYSTEM, at=world.now, particulars={}, personal={"title": title})

    later(world, -1)
    held("前日")
    later(world, 0)
    begin(world)
    later(world, 40)
    held("定例")
    found = results.result(world.now)
    assert found is not None and {deed.key: deed.count for deed in found.deeds}["meetings"] == 1


def test_of_a_part_that_is_gone_nothing_is_told_of_today(world: World) -> None:
    begin(world)
    later(world, 95)
    found = results.result(world.now)
    assert found is not None and any(line.after.value is not None for line in found.lines)
    StartBaseline.objects.update(begins_with="tier:")  # accounts have it, no rule names it
    found = results.result(world.now)
    assert found is not None and any(line.before.value is not None for line in found.lines)
    assert all((line.after.value, line.after.n, line.change) == (None, 0, None) for line in found.lines)
    told = words.about(found)
    assert "現在は存在しない対象" in told.ja and "no longer there" in told.en and "tier:" not in told.ja + told.en


def test_one_day_and_the_counts_read_as_english(world: World) -> None:
    begin(world)
    later(world, 1)
    found = results.result(world.now)
    assert found is not None and words.summary(found).en.startswith("1 day in: ")
    later(world, 95)
    found = results.result(world.now)
    assert found is not None
    assert re.match(
        r"95 days in\. Figures that can be compared: \d+; better \d+, worse \d+, within chance \d+\.",
        words.summary(found).en,
    )


def test_the_file_names_the_currency_of_money(world: World) -> None:
    def told() -> dict[object, object]:
        found = results.result(world.now)
        assert found is not None
        place = next(n for n, head in enumerate(rows.HEADS) if head.en == "Currency")
        return {row[1]: row[place] for row in rows.rows(found)}

    begin(world)
    later(world, 95)
    assert (told()["ltv"], told()["grr"]) == ("JPY", "")
    StartBaseline.objects.update(currency="USD")
    assert told()["ltv"] == "USD → JPY"


def test_without_a_baseline_there_is_no_result(world: World) -> None:
    assert results.result(world.now) is None


@pytest.mark.parametrize("language", ["ja", "en"])
def test_the_print_is_one_page_and_the_file_has_every_figure(world: World, language: str) -> None:
    begin(world)
    later(world, 95)
    found = results.result(world.now)
    assert found is not None
    assert printed.pdf(found, language, world.now).startswith(b"%PDF")
    told = {"values": json.dumps(printed.document(found, language, world.now), ensure_ascii=False)}
    pages = typst.compile(setting.FOLDER / "start.typ", root=setting.FOLDER, font_paths=list(setting.FONTS), sys_inputs=told, format="png", ppi=20)  # fmt: skip
    assert isinstance(pages, bytes), "more than one page is told as a list"
    lines = list(rows.rows(found))
    assert len(lines) == 1 + len(ALL) + len(found.deeds) and all(len(row) == len(rows.HEADS) for row in lines)
