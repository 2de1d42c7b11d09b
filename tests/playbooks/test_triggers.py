"""Triggers that are looked at: they fire once, on becoming true, and again only after they were not."""

from __future__ import annotations

import hashlib
import json
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from nenrin.customers import accounts, attributes, contacts, products, tags
from nenrin.customers.models import Account, Subscription, Tag
from nenrin.customers.models.account import AccountTag
from nenrin.customers.statuses import AttributeKind
from nenrin.foundation import journal, organisation
from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.models import Organisation
from nenrin.foundation.permissions import FieldClass
from nenrin.ingest.models import Ticket
from nenrin.insight import health_models, segments
from nenrin.insight.models import CurrentMeasure, DailyScore, Health, HealthModelVersion, Progress
from nenrin.insight.refreshing.touched import News
from nenrin.playbooks import lives, setting, sweeps
from nenrin.playbooks.models import Run
from nenrin.playbooks.triggers import plan_limit
from nenrin.values import Text
from nenrin.work.opportunities import candidates
from tests import cast
from tests.insight.world import World
from tests.playbooks import stage

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
TAGGED = {"trigger": "condition", "is": {"field": "tags", "op": "contains", "value": "重点"}}
AGAIN = {"again_after_days": 0}


def live(trigger: dict[str, Any], at: datetime, **changes: Any) -> None:
    stage.published(stage.document(when=[trigger], limits=AGAIN, **changes), at=at)


def began() -> int:
    return Run.objects.exclude(state="skipped").count()


def looked(at: datetime) -> int:
    sweeps.look(at)
    stage.goes_on(at)
    return began()


def test_a_condition_fires_on_becoming_true_and_again_only_after_it_was_not(org: Organisation, at: datetime) -> None:
    account = stage.account(at=at)
    live(TAGGED, at)
    assert looked(at) == 0
    tags.change([account], add=["重点"], by=SYSTEM, at=at)
    assert [looked(at + n * DAY) for n in (1, 2, 3)] == [1, 1, 1]
    tags.change([account], remove=["重点"], by=SYSTEM, at=at)
    assert looked(at + 4 * DAY) == 1
    tags.change([account], add=["重点"], by=SYSTEM, at=at)
    assert looked(at + 5 * DAY) == 2


def test_whoever_meets_it_at_publication_comes_in_only_where_that_was_wished(org: Organisation, at: datetime) -> None:
    account = stage.account(at=at)
    tags.change([account], add=["重点"], by=SYSTEM, at=at)
    live(TAGGED, at, playbook="without")
    live(TAGGED, at, playbook="with", with_standing=True)
    looked(at)
    assert list(Run.objects.values_list("playbook__key", flat=True)) == ["with"]


def test_what_is_not_known_any_more_neither_fires_nor_forgets(org: Organisation, at: datetime) -> None:
    account = stage.account(at=at)
    live({"trigger": "measure", "measure": "usage_trend", "op": "<=", "value": 0.5}, at)
    measured(account, 0.4, at)
    assert looked(at) == 1
    CurrentMeasure.objects.all().delete()
    assert looked(at + DAY) == 1
    measured(account, 0.4, at)
    assert looked(at + 2 * DAY) == 1
    measured(account, 0.9, at)
    looked(at + 3 * DAY)
    measured(account, 0.3, at)
    assert looked(at + 4 * DAY) == 2


def test_a_clock_that_leaps_over_two_thresholds_fires_the_nearer_one(org: Organisation, at: datetime) -> None:
    account = stage.account(at=at)
    today = organisation.today(at)
    live({"trigger": "deadline", "until": "notice", "days": [120, 90, 60, 30]}, at)
    Account.objects.filter(pk=account.pk).update(notice_on=today + timedelta(130))
    assert looked(at) == 0
    assert looked(at + 45 * DAY) == 1
    assert Run.objects.get().occasion.endswith(":90")
    assert looked(at + 46 * DAY) == 1
    assert looked(at + 75 * DAY) == 2
    Account.objects.filter(pk=account.pk).update(notice_on=today + timedelta(365 + 130))
    assert looked(at + 76 * DAY) == 2


def test_a_score_that_falls_by_so_many_points_fires(org: Organisation, at: datetime) -> None:
    account, today = stage.account(at=at), organisation.today(at)
    health_models.install(at=at)
    version = HealthModelVersion.objects.filter(state="published").earliest("pk")
    live({"trigger": "score_fall", "points": 15, "days": 30}, at)
    common = {"version": version, "coverage": 1, "today": 60}
    DailyScore.objects.create(account=account, day=today - timedelta(30), score=80, band="healthy", **common)
    health = Health.objects.create(account=account, as_of=today, at=at, score=66, band="caution", since=today, **common)
    assert looked(at) == 0
    Health.objects.filter(pk=health.pk).update(score=65)
    assert looked(at) == 1


@pytest.mark.parametrize(("score", "fires"), [(0, 1), (6, 1), (7, 0)])
def test_an_answer_in_the_range_fires(org: Organisation, at: datetime, score: int, fires: int) -> None:
    account = stage.account(at=at)
    live({"trigger": "answer", "survey": "nps", "low": 0, "high": 6}, at)
    body = {"survey": "nps", "score": score, "answered_on": date(2026, 11, 24)}
    told = {"survey": "NPS", "score": score, "fact": {"kind": "answer", "key": "a", "body": body}}
    journal.record("ingest.answer.given", actor=SYSTEM, at=at, account=account.pk, particulars=told)
    stage.goes_on(at)
    assert began() == fires


def test_a_champion_who_leaves_fires_and_an_operator_does_not(org: Organisation, at: datetime) -> None:
    account = stage.account(at=at)
    live({"trigger": "contact_left", "roles": ["champion"]}, at)
    for role in ("operator", "champion"):
        person = contacts.add(account, role, by=SYSTEM, at=at, role=role)
        contacts.change(person, left_on=organisation.today(at), by=SYSTEM, at=at)
        stage.goes_on(at)
    assert began() == 1


def test_entering_and_leaving_a_segment_are_told_apart(org: Organisation, at: datetime) -> None:
    account = stage.account(at=at)
    segment = segments.save("重点", {"field": "tags", "op": "contains", "value": "重点"}, by=SYSTEM, at=at)
    live({"trigger": "segment", "segment": str(segment.pk), "move": "left"}, at)
    tags.change([account], add=["重点"], by=SYSTEM, at=at)
    segments.settle(at)
    stage.goes_on(at)
    assert began() == 0
    tags.change([account], remove=["重点"], by=SYSTEM, at=at)
    segments.settle(at)
    stage.goes_on(at)
    assert began() == 1


def test_a_day_kept_on_the_account_fires_once(org: Organisation, at: datetime) -> None:
    today = organisation.today(at)
    stage.account(at=at, customer_since=today - timedelta(29))
    live({"trigger": "date_attribute", "date": "customer_since", "days": 30, "when": "after"}, at)
    assert [looked(at + n * DAY) for n in (0, 1, 2, 9)] == [0, 1, 1, 1]


def test_the_look_is_made_once_a_day_after_health_and_again_for_news(org: Organisation, at: datetime) -> None:
    stage.account(at=at)
    live(TAGGED, at)
    today = organisation.today(at)
    row, _ = Progress.objects.get_or_create(pk=1)
    tags.change(list(Account.objects.all()), add=["重点"], by=SYSTEM, at=at)
    assert sweeps.sweep(at) == 0  # health of the day has not been made
    Progress.objects.filter(pk=row.pk).update(refreshed_on=today)
    assert (sweeps.sweep(at), sweeps.sweep(at)) == (1, 0)
    accounts.open("新しい会社", by=SYSTEM, at=at, status="customer", tags=["重点"])
    Progress.objects.filter(pk=row.pk).update(events_seen=9)
    assert sweeps.sweep(at + timedelta(seconds=5)) == 0
    assert sweeps.sweep(at + timedelta(seconds=61)) == 1


def _swept(at: datetime) -> int:
    """The look at everybody has been made, with what was told until then."""
    Progress.objects.update_or_create(pk=1, defaults={"refreshed_on": organisation.today(at)})
    stage.goes_on(at)
    return sweeps.sweep(at)


def test_whoever_something_new_is_told_of_is_looked_at_within_seconds(org: Organisation, at: datetime) -> None:
    told, untold = (stage.account(name, at=at) for name in ("伝わった会社", "伝わらない会社"))
    live(TAGGED, at)
    _swept(at)
    tags.change([told], add=["重点"], by=SYSTEM, at=at)
    AccountTag.objects.create(account=untold, tag=Tag.objects.get())  # no entry says that it was touched
    stage.goes_on(at)
    soon = at + timedelta(seconds=3)
    assert (sweeps.sweep(soon), sweeps.sweep(soon + timedelta(seconds=3))) == (1, 0)
    assert Run.objects.get().account == told
    Progress.objects.update(events_seen=9)
    assert sweeps.sweep(at + timedelta(seconds=61)) == 1, "everybody's turn comes every minute"


def test_news_of_the_lake_are_looked_at_for_their_accounts_only(
    org: Organisation, at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    touched, other = (stage.account(name, at=at) for name in ("動きのあった会社", "動きのない会社"))
    live({"trigger": "measure", "measure": "usage_trend", "op": "<=", "value": 0.5}, at)
    _swept(at)
    for account in (touched, other):
        measured(account, 0.4, at)
    Progress.objects.update(events_seen=9, facts_seen=9)
    news = News(frozenset({touched.pk}), False, 10, 10)
    monkeypatch.setattr("nenrin.playbooks.sweeps.touched.since", lambda lake, events, facts: news)
    assert sweeps.sweep(at + timedelta(seconds=5)) == 1 and Run.objects.get().account == touched
    assert sweeps.sweep(at + timedelta(seconds=61)) == 1 and Run.objects.count() == 2


def test_a_short_look_forgets_nothing_of_the_others(org: Organisation, at: datetime) -> None:
    first, second = (stage.account(name, at=at) for name in ("一社目", "二社目"))
    live(TAGGED, at)
    _swept(at)
    for n, account in enumerate((first, second), start=1):
        tags.change([account], add=["重点"], by=SYSTEM, at=at)
        stage.goes_on(at)
        assert sweeps.sweep(at + timedelta(seconds=5 * n)) == 1
    assert looked(at + DAY) == 2, "each came in once"


def test_more_touched_accounts_than_a_short_look_takes_wait_for_the_whole_one(
    org: Organisation, at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = [stage.account(f"会社{n}", at=at) for n in range(3)]
    live(TAGGED, at)
    _swept(at)
    monkeypatch.setattr(sweeps, "ENTRIES", 2)
    tags.change(found, add=["重点"], by=SYSTEM, at=at)
    stage.goes_on(at)
    assert [sweeps.sweep(at + timedelta(seconds=s)) for s in (5, 61)] == [0, 3]


def test_after_many_touched_accounts_everybody_is_looked_at_without_news_of_the_lake(
    org: Organisation, at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = [stage.account(f"会社{n}", at=at) for n in range(3)]
    live(TAGGED, at)
    _swept(at)
    monkeypatch.setattr(sweeps, "FEW", 2)
    reads: list[object] = []
    whole = sweeps._touched
    monkeypatch.setattr(sweeps, "_touched", lambda news, seen: reads.append(news) or whole(news, seen))
    tags.change(found, add=["重点"], by=SYSTEM, at=at)
    stage.goes_on(at)
    assert [sweeps.sweep(at + timedelta(seconds=s)) for s in (5, 8, 11, 61, 125)] == [0, 0, 0, 3, 0]
    assert len(reads) <= 2, "once, and once for what the look itself brought"


# --- triggers that are conditions of their own ---------------------------------------------------------------------


def test_a_stage_that_changes_fires_once_and_again_when_it_comes_back(org: Organisation, at: datetime) -> None:
    account = stage.account(at=at, stage="onboarding")
    live({"trigger": "stage", "to": ["adoption"]}, at)
    assert looked(at) == 0
    accounts.change(account, stage="adoption", by=SYSTEM, at=at)
    assert [looked(at + n * DAY) for n in (1, 2)] == [1, 1]
    accounts.change(account, stage="onboarding", by=SYSTEM, at=at)
    assert looked(at + 3 * DAY) == 1
    accounts.change(account, stage="adoption", by=SYSTEM, at=at)
    assert looked(at + 4 * DAY) == 2


@pytest.mark.parametrize(("only_urgent", "fires"), [(False, 1), (True, 0)])
def test_tickets_that_pile_up_fire_once(org: Organisation, at: datetime, only_urgent: bool, fires: int) -> None:
    account = stage.account(at=at)
    live({"trigger": "tickets", "count": 3, "days": 7, "only_urgent": only_urgent}, at)
    for days, priority in ((9, "urgent"), (3, "urgent"), (2, "normal")):
        ticket(account, at - days * DAY, priority)
    assert looked(at) == 0, "one of the three is too old"
    ticket(account, at - DAY, "normal")
    assert [looked(at), looked(at + timedelta(hours=1))] == [fires, fires]


def ticket(account: Account, opened_at: datetime, priority: str) -> None:
    told = {"opened_at": opened_at, "created_at": opened_at, "changed_at": opened_at, "priority": priority}
    Ticket.objects.create(account=account, namespace="desk", key=opened_at.isoformat(), **told)


def test_an_event_that_happens_often_enough_fires_once(org: Organisation) -> None:
    made = World().begin()
    account = made.open(cast.THRIVING)
    made.say("mapping", "product|Report Exported", None, {"use": "key_feature", "feature": "export"})
    live({"trigger": "event", "event": "Report Exported", "times": 3, "days": 7}, made.now, who=stage.CUSTOMERS)
    for times, fires in ((2, 0), (1, 1), (4, 1)):
        made.use(cast.THRIVING, event="Report Exported", times=times)
        made.end_day()
        assert looked(made.now) == fires
    assert Run.objects.get().account == account


def test_use_near_the_limit_fires_at_the_share_and_not_below(org: Organisation, at: datetime) -> None:
    account = stage.account(at=at)
    live({"trigger": "limit", "percent": 85}, at)
    for value, fires in ((0.84, 0), (0.85, 1), (0.95, 1)):
        told = {"value": value, "as_of": organisation.today(at)}
        CurrentMeasure.objects.update_or_create(account=account, measure="active_user_share", defaults=told)
        assert looked(at) == fires


def limited(account: Account, at: datetime, *, product: str = "p", held: int = 0, **limits: int) -> None:
    """A running contract of so many seats by a plan with these limits."""
    made = products.save(f"{product}{account.pk}", name="製品", by=SYSTEM, at=at)
    plan = products.save_plan(
        f"plan-{product}{account.pk}", name="プラン", product=made, limits=limits, by=SYSTEM, at=at
    )
    today = organisation.today(at)
    days = dict.fromkeys(("starts_on", "term_from", "anchor_on"), today) | {"ends_on": today + timedelta(365)}
    Subscription.objects.create(
        account=account,
        plan=plan,
        key=f"s-{product}{account.pk}",
        status="active",
        seats=held,
        created_at=at,
        changed_at=at,
        **days,
    )


def test_use_near_a_limit_of_the_plan_fires_by_what_is_used_of_it(org: Organisation, at: datetime) -> None:
    account, other = (stage.account(name, at=at) for name in ("上限の近い会社", "記録のない会社"))
    attributes.declare("projects", name=Text("Projects", "プロジェクト数"), kind=AttributeKind.NUMBER, by=SYSTEM, at=at)
    for one in (account, other):
        limited(one, at, seats=50, projects=10)
    live({"trigger": "plan_limit", "limit": "projects", "percent": 80}, at, playbook="own")
    live({"trigger": "plan_limit", "limit": "seats", "percent": 80}, at, playbook="people")
    assert looked(at) == 0, "nothing is known of what they use"
    for projects, people, fires in ((7, 39, 0), (8, 39, 1), (9, 40, 2), (10, 50, 2)):
        Account.objects.filter(pk=account.pk).update(attributes={"projects": projects})
        told = {"value": people, "as_of": organisation.today(at)}
        CurrentMeasure.objects.update_or_create(account=account, measure="weekly_active_users", defaults=told)
        assert looked(at) == fires
    assert set(Run.objects.values_list("account", flat=True)) == {account.pk}


def test_a_limit_that_fires_is_one_that_is_a_sign_of_growth(org: Organisation, at: datetime) -> None:
    """Seats under contract count as seats in use where that is asked, for each product on its own; a personal number is
    nobody's limit."""
    names = ("契約席数の多い会社", "二製品の会社", "個人項目の会社")
    bought, two, personal = (stage.account(name, at=at) for name in names)
    limited(bought, at, held=40, seats=50)
    for product, held in (("one", 30), ("two", 30)):
        limited(two, at, product=product, held=held, seats=50)
    kind, secret = AttributeKind.NUMBER, FieldClass.PERSONAL
    attributes.declare("homes", name=Text("Homes", "自宅数"), kind=kind, field_class=secret, by=SYSTEM, at=at)
    limited(personal, at, homes=10)
    Account.objects.filter(pk=personal.pk).update(attributes={"homes": 10})
    asked = {"trigger": "plan_limit", "limit": "seats", "percent": 80, "seats": "contract"}
    live(asked, at, playbook="seats", with_standing=True)
    live({"trigger": "plan_limit", "limit": "homes", "percent": 80}, at, playbook="homes", with_standing=True)
    assert looked(at) == 1
    assert set(Run.objects.values_list("account", flat=True)) == {bought.pk}
    signs = {one.account for one in candidates.of(Account.objects.all(), at) for sign in one.signs if sign.share}
    assert signs == {bought.pk}


def test_the_audience_says_whether_a_limit_counts_for_whoever_is_no_customer_yet(
    org: Organisation, at: datetime
) -> None:
    trying = stage.account("試用中の会社", at=at, status="prospect")
    internal = stage.account("社内検証", at=at, status="internal-test")
    for one in (trying, internal):
        limited(one, at, held=50, seats=50)
    asked = {"trigger": "plan_limit", "limit": "seats", "percent": 80, "seats": "contract"}
    live(asked, at, playbook="customers", with_standing=True)
    live(asked, at, playbook="everybody", with_standing=True, who={"field": "status", "op": "!=", "value": "lost"})
    looked(at)
    entered = Run.objects.exclude(state="skipped").values_list("playbook__key", "account")
    assert set(entered) == {("everybody", trying.pk)}
    assert not [one for one in candidates.of(Account.objects.all(), at) for sign in one.signs if sign.share]


def test_seats_under_contract_count_only_where_the_trigger_says_so(org: Organisation, at: datetime) -> None:
    """A trigger of before means what it meant, is remembered under the same digest, and says the same."""
    account = stage.account(at=at)
    limited(account, at, held=50, seats=50)
    people = {"value": 3, "as_of": organisation.today(at)}
    CurrentMeasure.objects.create(account=account, measure="weekly_active_users", **people)
    live({"trigger": "plan_limit", "limit": "seats", "percent": 80}, at, with_standing=True)
    assert looked(at) == 0
    fields, choices = setting.current()
    [before] = lives.current(fields, choices)
    written = json.dumps({"limit": "seats", "percent": 80, "trigger": "plan_limit"})
    assert lives.digest(before.document.triggers[0]) == hashlib.sha256(written.encode()).hexdigest()[:40]
    assert "are used: " in plan_limit.says(before.document.triggers[0].values, choices, fields).en
    asked = {"trigger": "plan_limit", "limit": "seats", "percent": 80, "seats": "contract"}
    live(asked, at, playbook="contract", with_standing=True)
    assert looked(at) == 1
    after = next(one for one in lives.current(fields, choices) if one.row.key == "contract").document.triggers[0]
    assert "used or under contract" in plan_limit.says(after.values, choices, fields).en
    assert "契約または利用" in plan_limit.says(after.values, choices, fields).ja


def measured(account: Account, value: float, at: datetime) -> None:
    CurrentMeasure.objects.update_or_create(
        account=account, measure="usage_trend", defaults={"value": value, "as_of": organisation.today(at)}
    )
