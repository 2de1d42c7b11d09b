"""Replays: what would have fired, when, for whom, as it was known; and what is counted from that."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some

from nenrin.analytics.replays import gating
from nenrin.analytics.replays.edges import UNSURE, falling, rising
from nenrin.customers import accounts
from nenrin.foundation import organisation
from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.models import Organisation
from nenrin.ingest import lakes
from nenrin.insight.days import number
from nenrin.playbooks import arms, playbooks, reading, setting
from nenrin.playbooks.effects import onboardings
from nenrin.playbooks.effects.onboardings import Course
from nenrin.playbooks.models import PlaybookReplay, PlaybookVersion, Run
from nenrin.playbooks.replaying import neighbours, occasions, replays
from nenrin.playbooks.replaying.neighbours import Neighbour
from nenrin.playbooks.replaying.occasions import Occasions, Span
from nenrin.values import Text
from nenrin.work.models import OnboardingProject
from nenrin.work.onboarding import projects
from tests.insight.world import FIRST, World, at
from tests.playbooks import stage
from tests.work import onboarding_cast


@given(some.lists(some.sampled_from([0, 1, UNSURE]), max_size=40), some.integers(0, 3))
def test_it_rises_where_a_live_look_would_find_it(states: list[int], come: int) -> None:
    """The oracle: what live looks do, remembering from the first day for whom it holds; `come`: the account's first day."""
    expected, remembered = [], False
    for day, state in enumerate(states, come):
        expected.append(state == 1 and not remembered and day > 0)
        remembered = state == 1 or (remembered and state == UNSURE)
    days, holds = np.arange(come, come + len(states)), np.array(states, np.int8)
    assert rising(np.zeros(len(states), np.int64), days, holds, 0).tolist() == expected


@given(some.lists(some.sampled_from([0, 1, UNSURE]), max_size=20), some.lists(some.sampled_from([0, 1, UNSURE])))
def test_what_falls_held_before_and_no_account_hears_of_another(one: list[int], other: list[int]) -> None:
    expected = []
    for states in (one, other):
        last = None
        for state in states:
            expected.append(state == 0 and last == 1)
            last = last if state == UNSURE else state
    account = np.array([1] * len(one) + [2] * len(other), np.int64)
    assert falling(account, np.array(one + other, np.int8)).tolist() == expected


@given(some.lists(some.tuples(some.integers(0, 3), some.integers(0, 400)), max_size=60), some.integers(0, 100),
       some.integers(1, 60))  # fmt: skip
def test_no_two_runs_of_an_account_are_nearer_than_they_may_be(
    pairs: list[tuple[int, int]], again: int, long: int
) -> None:
    ordered = sorted(set(pairs))
    account, day = (np.array([pair[n] for pair in ordered], dtype=np.int64) for n in (0, 1))
    found = gating.gate(account, day, gating.Policy(again, long))
    assert (found.begun.astype(int) + found.inside + found.too_soon == 1).all()
    for one in set(account.tolist()):
        begun = day[(account == one) & found.begun]
        assert (np.diff(begun) >= long + again).all()


@pytest.mark.django_db
def test_a_replay_finds_the_day_on_which_use_fell_and_who_left_afterwards() -> None:
    world = World()
    organisation.found("年輪テスト", at=at(world.today))
    world.begin()
    drifting, thriving = world.open("東雲精機株式会社"), world.open("常磐システム開発株式会社")
    for account in (drifting, thriving):
        world.subscribe(account, seats=2)
    world.say("mapping", "product|exported", None, {"use": "key_feature", "feature": "export"})
    begun = world.today
    for day in range(40):
        world.use(thriving.name, event="exported", user="u1", times=4)
        if day < 15:
            world.use(drifting.name, event="exported", user="u2", times=4)
        world.end_day()
    document = stage.document(when=[{"trigger": "measure", "measure": "days_since_activity", "op": ">=", "value": 7}])
    playbooks.draft(document, by=SYSTEM, at=world.now)
    version = PlaybookVersion.objects.get()
    row = replays.ask(version, months=1, by=SYSTEM, at=world.now)
    assert replays.ask(version, months=1, by=SYSTEM, at=world.now).pk == row.pk
    assert replays.step(world.now) == 1 and replays.step(world.now) == 0
    report = PlaybookReplay.objects.get().report
    assert (report["fired"], report["accounts"]) == (1, 1)
    [[account, day, became]] = report["firings"]
    last_use = begun + timedelta(14)
    assert account == drifting.pk and became == "open"
    assert day - (last_use - datetime(1970, 1, 1).date()).days == 7  # noqa: DTZ001
    assert report["effort"]["minutes"] == 20
    _together_as_alone(row)


@pytest.mark.django_db
def test_a_replay_fires_for_whoever_the_live_looks_did() -> None:
    """Also for a prospect who becomes a customer, and for an account that is known from one day on only."""
    world = World()
    organisation.found("年輪テスト", at=at(world.today))
    world.begin()
    world.say("mapping", "product|exported", None, {"use": "key_feature", "feature": "export"})
    whens = {
        "welcome": {"trigger": "stage", "to": ["onboarding"]},
        "clinics": {"trigger": "condition", "is": {"field": "industry", "op": "=", "value": "医療"}},
        "silence": {"trigger": "measure", "measure": "days_since_activity", "op": ">=", "value": 3},
    }
    new = {"stage": "onboarding", "industry": "医療"}
    before = world.open("東雲精機株式会社", **new)
    changing = world.open("常磐システム開発株式会社", stage="adoption", industry="製造")
    prospect = accounts.open("若葉商事株式会社", by=SYSTEM, at=world.now, status="prospect")
    for account in (before, changing):
        world.use(account.name, event="exported")
    for key, trigger in whens.items():
        stage.published(stage.document(playbook=key, when=[trigger]), at=world.now)
    for day in range(31):
        if day == 6:
            for account in (prospect, changing):
                accounts.change(account, by=SYSTEM, at=world.now, status="customer", **new)
        if day == 9:
            late = world.open("新緑物流株式会社", **new)
            world.use(late.name, event="exported")
        world.refresh()
        stage.looks_whole(world.now)
        world.end_day()
    told = {}
    for version in PlaybookVersion.objects.order_by("pk"):
        row = replays.ask(version, months=1, by=SYSTEM, at=world.now)
        replays.step(world.now)
        row.refresh_from_db()
        told[version.playbook.key] = {(account, day) for account, day, _ in row.report["firings"]}
        runs = Run.objects.filter(version=version).exclude(state="skipped")
        looked = {(run.account_id, number(organisation.today(run.entered_at))) for run in runs}
        assert told[version.playbook.key] == {one for one in looked if one[1] >= number(row.first)}
    changed, opened = number(FIRST + timedelta(6)), number(FIRST + timedelta(9))
    came = {(changing.pk, changed), (prospect.pk, changed), (late.pk, opened)}
    assert told["welcome"] == told["clinics"] == came


def _together_as_alone(row: PlaybookReplay) -> None:
    """Several playbooks asked of the past at once fire as each does alone."""
    fields, choices = setting.current()
    span = Span(lakes.current(), row.first, row.last, fields, organisation.zone())
    whens = [[{"trigger": "measure", "measure": "days_since_activity", "op": ">=", "value": n}] for n in (3, 7, 12)]
    documents = [reading.from_dict(stage.document(when=[*when, *whens[0]]), fields, choices) for when in whens]
    fired = []
    for document, together in zip(documents, occasions.found_each(documents, span), strict=True):
        alone = occasions.found(document, span)
        for name in ("account", "day", "trigger"):
            assert getattr(together, name).tolist() == getattr(alone, name).tolist()
        fired.append(len(alone.account))
    assert fired == [1, 2, 2]


@pytest.mark.django_db
def test_what_the_past_does_not_know_is_said() -> None:
    world = World()
    organisation.found("年輪テスト", at=at(world.today))
    world.begin()
    world.open("東雲精機株式会社")
    owner = stage.csm()
    document = stage.document(who={"field": "owner", "op": "=", "value": str(owner.pk)})
    playbooks.draft(document, by=SYSTEM, at=world.now)
    replays.ask(PlaybookVersion.objects.get(), months=1, by=SYSTEM, at=world.now)
    replays.step(world.now)
    row = PlaybookReplay.objects.get()
    assert row.state == "failed" and row.problem["ja"] == "過去のデータにない項目: owner"


@pytest.mark.django_db
def test_the_other_live_playbooks_are_tried_on_the_same_days_beside_one() -> None:
    world = World()
    organisation.found("年輪テスト", at=at(world.today))
    world.begin()
    world.open("東雲精機株式会社")
    world.end_day()
    measured = [{"trigger": "measure", "measure": "days_since_activity", "op": ">=", "value": 7}]
    for key in ("asked", "beside", "unreadable"):
        stage.published(stage.document(playbook=key, when=measured), at=world.now)
    unreadable = PlaybookVersion.objects.get(playbook__key="unreadable")
    unreadable.document = {**unreadable.document, "when": [{"trigger": "no_such"}]}
    unreadable.save()
    playbooks.draft(stage.document(playbook="draft", when=measured), by=SYSTEM, at=world.now)
    row = replays.ask(PlaybookVersion.objects.get(playbook__key="asked"), months=1, by=SYSTEM, at=world.now)
    assert {one.version.playbook.key for one in PlaybookReplay.objects.all()} == {"asked", "beside", "unreadable"}
    replays.step(world.now)
    row.refresh_from_db()
    assert {one["playbook"]: one["state"] for one in row.report["overlaps"]} == dict.fromkeys(
        ("beside", "unreadable"), "asked"
    )
    while replays.step(world.now):
        pass
    told = {}
    for one in PlaybookReplay.objects.filter(state="done"):
        told[one.version.playbook.key] = {
            other["playbook"]: (other["count"], other["state"]) for other in one.report["overlaps"]
        }
    assert told == {
        "asked": {"beside": (0, "done"), "unreadable": (None, "failed")},
        "beside": {"asked": (0, "done"), "unreadable": (None, "failed")},
    }
    assert replays.ask(row.version, months=1, by=SYSTEM, at=world.now).pk != row.pk, "only what was asked for is new"
    assert PlaybookReplay.objects.filter(state="asked").count() == 1


def test_overlaps_are_of_the_days_on_which_both_were_tried() -> None:
    def days(*some: date) -> np.ndarray:
        return np.array([number(one) for one in some])

    first, last = date(2026, 1, 1), date(2026, 12, 31)
    account, day = np.array([1, 1, 2]), days(date(2026, 1, 20), date(2026, 9, 1), date(2026, 9, 1))
    firings = [[1, number(date(2026, 1, 10)), "stayed"], [1, number(date(2026, 9, 9)), "open"]]
    whole = Neighbour(Text("Whole", "全体"), "done", firings, first, last)
    late = Neighbour(Text("Late", "後半"), "done", firings, date(2026, 7, 1), date(2027, 6, 30))
    gone = Neighbour(Text("Gone", "以前"), "done", firings, date(2025, 1, 1), date(2025, 12, 31))
    told = neighbours.told(account, day, first, last, {"gone": gone, "late": late, "whole": whole})
    assert [(one["playbook"], one["count"], one.get("first"), one.get("last")) for one in told] == [
        ("whole", 2, None, None), ("late", 1, "2026-07-01", "2026-12-31"), ("gone", None, None, None),
    ]  # fmt: skip


@pytest.mark.django_db
def test_a_list_of_firings_that_has_an_end_is_not_counted_as_if_it_were_whole(org: Organisation, at: datetime) -> None:
    """The other's list is cut in one direction; in the other what was counted of the whole stays, and the rest is unknown."""
    first, last = date(2025, 11, 1), date(2026, 10, 31)
    for key in ("long", "other", "short"):
        stage.published(stage.document(playbook=key), at=at)
    listed = [[1, number(first) + 9, "open"], [2, number(first) + 9, "open"]]
    counted = {"playbook": "short", "en": "s", "ja": "s", "state": "done", "count": 7}
    asked = {"playbook": "other", "en": "o", "ja": "o", "state": "asked", "count": None}
    reports = {
        "long": {"fired": 3, "firings": listed, "overlaps": [counted, asked]},
        "short": {"fired": 2, "firings": listed, "overlaps": [asked]},
        "other": {"fired": 2, "firings": listed, "overlaps": []},
    }
    for key, report in reports.items():
        version = PlaybookVersion.objects.get(playbook__key=key)
        PlaybookReplay.objects.create(
            version=version, document=version.document, first=first, last=last, asked_at=at, state="done", report=report
        )
    assert neighbours.settle(first, last) == 2 and neighbours.settle(first, last) == 0
    told = {
        one.version.playbook.key: {each["playbook"]: (each["count"], each["state"]) for each in one.report["overlaps"]}
        for one in PlaybookReplay.objects.select_related("version__playbook")
    }
    assert told["long"] == {"short": (7, "done"), "other": (None, "cut")}
    assert told["short"] == {"long": (None, "cut"), "other": (2, "done")}


@pytest.mark.django_db
def test_nobody_works_for_those_who_are_left_alone(org: Organisation) -> None:
    fields, choices = setting.current()
    write = {"do": "send_mail", "id": "write", "approval": "draft", "subject": "s", "body": "b"}
    told = stage.document(holdout={"share": 0.5, "metric": "churn"}, steps=[stage.CALL, write])
    document = reading.from_dict(told, fields, choices)
    accounts = np.arange(1, 101)
    alone = arms.drawn_alone(document, dict.fromkeys(accounts.tolist()))
    assert 46 < len(alone) < 54
    days = np.full(100, 20_000)
    found = Occasions(accounts, days, np.zeros(100, np.int64), ())
    first, last = date(2024, 10, 1), date(2024, 10, 31)
    report = replays.report(document, found, {}, {}, {}, first, last, alone)
    assert (report["fired"], report["held_out"]) == (100, len(alone))
    assert report["effort"]["minutes"] == 20 * (100 - len(alone)) and report["mails"]["sent"] == 100 - len(alone)
    notice = reading.from_dict({**told, "holdout": {"share": 0.5, "contractual": True}}, fields, choices)
    assert not arms.drawn_alone(notice, dict.fromkeys(accounts.tolist()))


@pytest.mark.django_db
def test_a_playbook_for_onboardings_is_told_how_many_were_completed(org: Organisation, at: datetime) -> None:
    """With the hypothesis that more complete theirs: after each firing, completed within 90 days, not, open, or none."""
    on = date(2026, 3, 2)
    courses = {
        1: [Course(number(on), number(on) + 40, number(on) + 40)],
        2: [Course(number(on), None, None)],
        3: [Course(number(on) + 200, None, None)],
    }
    document = playbooks.read(stage.document(hypothesis={"measure": "onboarding", "expected": 0.1}))
    pairs = [(1, 10), (2, 10), (3, 190), (4, 10)]
    found = Occasions(
        np.array([one for one, _ in pairs]), np.array([number(on) + day for _, day in pairs]),
        np.zeros(len(pairs), np.int64), (),
    )  # fmt: skip
    told = replays.onboarded(found, document, courses, on + timedelta(210))
    assert told == {"completed": 1, "not_completed": 1, "open": 1, "none": 1}


@pytest.mark.django_db
def test_onboardings_are_read_from_their_projects_but_those_begun_by_mistake(org: Organisation, at: datetime) -> None:
    onboarding_cast.template(at)
    owner, on = stage.csm(), date(2026, 11, 2)
    account = stage.account(at=at, owner=owner)
    kept, wrong = (
        projects.start(account, "small", starts_on=on, owner=owner, key=key, by=SYSTEM, at=at) for key in "ab"
    )
    OnboardingProject.objects.filter(pk=kept.pk).update(completed_on=date(2026, 11, 20), ended_on=date(2026, 12, 1))
    OnboardingProject.objects.filter(pk=wrong.pk).update(end_reason="mistake", state="cancelled")
    begun, done = number(on), number(date(2026, 11, 20))
    assert onboardings.courses() == {account.pk: [Course(begun, done, done)]}
    assert onboardings.courses([account.pk + 1]) == {}
