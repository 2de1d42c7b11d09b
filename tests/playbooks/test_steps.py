"""What single steps do to the account: a project is begun once, a field set or refused; who left may come in again."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from urllib.parse import parse_qsl, urlsplit

import pytest

from nenrin.customers import accounts, attributes, capacities, routing
from nenrin.customers.models import Account, Assignment, Deputy
from nenrin.customers.statuses import AttributeKind, Phase
from nenrin.foundation import organisation
from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.models import Member, Organisation
from nenrin.foundation.roles import Role
from nenrin.playbooks import runs
from nenrin.playbooks.documents.problems import Unreadable
from nenrin.playbooks.models import PlaybookVersion, Run, RunStep
from nenrin.values import Text
from nenrin.work.models import OnboardingProject, Task
from tests import cast
from tests.playbooks import stage
from tests.work import onboarding_cast

pytestmark = pytest.mark.django_db


def test_an_onboarding_begins_once_though_its_run_is_tried_again(org: Organisation, at: datetime) -> None:
    onboarding_cast.template()
    owner = stage.csm()
    account = stage.account(at=at, owner=owner)
    begin = {"do": "start_onboarding", "id": "begin", "template": "small"}
    stage.published(stage.document(steps=[begin, stage.CALL]), at=at)
    stage.falls(account, at=at)
    stage.goes_on(at)
    project = OnboardingProject.objects.get()
    assert (project.account, project.owner) == (account, owner) and Run.objects.get().state == "done"
    run = stage.only_run()
    Run.objects.filter(pk=run.pk).update(state="failed", step="begin")
    runs.retry(run, by=SYSTEM, at=at)
    stage.goes_on(at)
    assert OnboardingProject.objects.count() == 1 and Task.objects.count() == 1


def test_a_list_whose_name_is_no_tag_fails_with_what_was_expected(org: Organisation, at: datetime) -> None:
    account = stage.account(at=at)
    share = {"do": "share_list", "id": "share", "list": "長い名前" * 20}
    mark = {"do": "tag", "id": "mark", "tag": "長い名前" * 20}
    for key, step in (("shares", share), ("marks", mark)):
        stage.published(stage.document(playbook=key, steps=[step]), at=at)
    stage.falls(account, at=at)
    stage.goes_on(at)
    for run in Run.objects.all():
        assert run.state == "failed" and "60" in run.why["en"] and "log" not in run.why["en"], run.why


def test_the_way_to_a_shared_list_holds_whatever_its_name_is(org: Organisation, at: datetime) -> None:
    account, name = stage.account(at=at), "R&D 50%+ #1"
    share = {"do": "share_list", "id": "share", "list": name}
    stage.published(stage.document(steps=[share]), at=at)
    stage.falls(account, at=at)
    stage.goes_on(at)
    url = RunStep.objects.get().note["url"]
    assert parse_qsl(urlsplit(url).query) == [("tag", name)] and list(account.tags.values_list("name", flat=True)) == [
        name
    ]


def _typed(at: datetime, kind: AttributeKind, value: str) -> Account:
    attributes.declare("contract_rank", name=Text("Rank", "ランク"), kind=kind, by=SYSTEM, at=at)
    attributes.declare("note", name=Text("Note", "メモ"), kind=AttributeKind.TEXT, by=SYSTEM, at=at)
    account = stage.account(at=at, attributes={"note": "残す"})
    step = {"do": "set_attribute", "id": "rank", "attribute": "contract_rank", "value": value}
    stage.published(stage.document(steps=[step, stage.CALL]), at=at)
    stage.falls(account, at=at)
    stage.goes_on(at)
    account.refresh_from_db()
    return account


def test_a_field_is_set_and_the_others_stay(org: Organisation, at: datetime) -> None:
    account = _typed(at, AttributeKind.TEXT, "A")
    assert account.attributes == {"note": "残す", "contract_rank": "A"} and Run.objects.get().state == "done"


def test_a_value_of_another_kind_stops_the_run_with_its_reason(org: Organisation, at: datetime) -> None:
    account = _typed(at, AttributeKind.DATE, "いつか")
    run = stage.only_run()
    assert (run.state, run.step) == ("failed", "rank") and run.why["ja"] and not Task.objects.exists()
    assert account.attributes == {"note": "残す"}


def test_who_left_comes_into_a_win_back_and_stays_in_and_into_no_other(org: Organisation, at: datetime) -> None:
    account = stage.account(at=at)
    lost = {"field": "status", "op": "=", "value": "lost"}
    rest = {"do": "wait", "id": "rest", "time": 2, "unit": "days"}
    stage.published(stage.document(playbook="back", who=lost, lost_too=True, steps=[rest, stage.CALL]), at=at)
    stage.published(stage.document(playbook="usual", who=lost), at=at)
    accounts.change(account, status="lost", by=SYSTEM, at=at)
    stage.goes_on(at)
    for version in PlaybookVersion.objects.filter(state="live"):
        runs.start(version, account, by=SYSTEM, at=at)
    stage.goes_on(at)
    told = dict(Run.objects.values_list("playbook__key", "reason"))
    assert told == {"back": "waits", "usual": "not_a_customer"}


def _shared(rule: str, at: datetime, count: int) -> list[str]:
    """Who of ours gets the tasks of so many accounts whose health falls one after another."""
    stage.published(stage.document(steps=[{**stage.CALL, "who": rule}]), at=at)
    for n in range(count):
        stage.falls(stage.account(f"会社{n}", at=at), at=at)
        stage.goes_on(at)
    return list(Task.objects.order_by("pk").values_list("assignee__name", flat=True))


def test_tasks_are_shared_out_in_turn_among_those_who_are_there(org: Organisation, at: datetime) -> None:
    first, away, second = (stage.csm(name) for name in ("岡田 亮", "小川 蓮", "三浦 恵"))
    Deputy.objects.create(
        member=away, deputy=first, from_on=organisation.today(at), until_on=date(2027, 1, 31), created_at=at
    )
    assert _shared("in_turn", at, 5) == [one.name for one in (first, second, first, second, first)]


def test_tasks_go_to_whoever_has_the_least_time_planned_or_revenue(org: Organisation, at: datetime) -> None:
    busy, free = stage.csm("岡田 亮"), stage.csm("三浦 恵")
    for n in range(3):
        stage.account(f"多数{n}", at=at, owner=busy)
    Account.objects.filter(pk=stage.account("大口", at=at, owner=free).pk).update(mrr_minor=900_000)
    assert _shared("least_time", at, 1) == [free.name]
    Task.objects.all().delete()
    assert _shared("least_revenue", at + timedelta(days=90), 1) == [busy.name]


def test_a_run_in_which_nobody_was_meant_does_not_begin_the_turns_anew(org: Organisation, at: datetime) -> None:
    first, second = stage.csm("岡田 亮"), stage.csm("三浦 恵")
    assert _shared("in_turn", at, 1) == [first.name]
    skipped = RunStep.objects.get()
    other = stage.account("見送り", at=at)
    run = Run.objects.create(
        playbook=skipped.run.playbook, version=skipped.run.version, account=other, occasion="x", state="done",
        entered_at=at, changed_at=at, ended_at=at,
    )  # fmt: skip
    RunStep.objects.create(run=run, step=skipped.step, number=1, kind=skipped.kind, outcome="skipped", note={}, at=at)
    stage.falls(stage.account("次", at=at), at=at)
    stage.goes_on(at)
    assert Task.objects.latest("pk").assignee == second


@pytest.mark.parametrize("rule", ["least_time", "least_revenue"])
def test_tasks_of_one_step_are_shared_out_by_what_it_gave_lately(rule: str, org: Organisation, at: datetime) -> None:
    first, second = stage.csm("岡田 亮"), stage.csm("三浦 恵")
    assert _shared(rule, at, 4) == [one.name for one in (first, second, first, second)]


def test_what_a_step_gave_counts_as_much_as_it_takes_and_for_four_weeks(org: Organisation, at: datetime) -> None:
    """The first is given a large account, the second one small account after another, until four weeks are over."""
    first, second = stage.csm("岡田 亮"), stage.csm("三浦 恵")
    stage.published(stage.document(steps=[{**stage.CALL, "who": "least_revenue"}]), at=at)

    def given(name: str, mrr: int, when: datetime) -> str:
        account = stage.account(name, at=when)
        Account.objects.filter(pk=account.pk).update(mrr_minor=mrr, currency=org.currency)
        stage.falls(account, at=when)
        stage.goes_on(when)
        return Task.objects.latest("pk").assignee.name

    assert given("大口", 900_000, at) == first.name
    assert [given(f"小口{n}", 1_000, at + timedelta(days=1)) for n in range(3)] == [second.name] * 3
    assert given("後", 1_000, at + timedelta(days=28, seconds=1)) == first.name


def test_without_a_csm_a_rule_falls_back_on_the_owner(org: Organisation, at: datetime) -> None:
    owner = cast.member(Role.HEAD, "髙木 直美")
    assert _shared("least_time", at, 1) == [owner.name]


def _owned(told: dict[str, str], at: datetime, count: int) -> list[str]:
    """Who comes to own so many accounts whose health falls one after another; — where nobody does."""
    stage.published(stage.document(steps=[{"do": "set_owner", "id": "give", **told}]), at=at)
    made = [stage.account(f"会社{n}", at=at) for n in range(count)]
    for account in made:
        stage.falls(account, at=at)
        stage.goes_on(at)
    held = dict(Assignment.objects.filter(until_on__isnull=True).values_list("account", "member__name"))
    return [held.get(account.pk, "—") for account in made]


@pytest.mark.parametrize("rule", ["in_turn", "least_time", "least_revenue"])
def test_accounts_are_shared_out_among_csms_by_a_rule(rule: str, org: Organisation, at: datetime) -> None:
    first, second = stage.csm("岡田 亮"), stage.csm("三浦 恵")
    assert _owned({"who": rule}, at, 4) == [one.name for one in (first, second, first, second)]


def test_an_account_given_by_a_rule_counts_once_for_whoever_has_it(org: Organisation, at: datetime) -> None:
    """Two accounts of the first's own stand against what the step gave the second: not counted a second time beside it."""
    first, second = stage.csm("岡田 亮"), stage.csm("三浦 恵")
    for n in range(2):
        stage.account(f"既存{n}", at=at, owner=first)
    assert _owned({"who": "least_time"}, at, 3) == [second.name, second.name, first.name]


def _routed(at: datetime, *members: Member, most: int | None = None) -> None:
    pools = [routing.Pool(Phase.PRIMARY, members=tuple(one.pk for one in members))]
    rule = routing.Rule("all", Text("All", "すべて"), pools=pools, is_used=True)
    routing.replace([rule], by=SYSTEM, at=at)
    for one in members if most else ():
        capacities.state(one, minutes_a_day=240, most_accounts=most, by=SYSTEM, at=at)


def test_accounts_are_routed_within_capacity_and_stay_where_nobody_has_room(org: Organisation, at: datetime) -> None:
    stage.csm("名簿外 太郎")
    first, second, away = (stage.csm(name) for name in ("岡田 亮", "三浦 恵", "小川 蓮"))
    today = organisation.today(at)
    Deputy.objects.create(member=away, deputy=first, from_on=today, until_on=today + timedelta(9), created_at=at)
    _routed(at, first, second, away, most=1)
    assert _owned({"who": "routing"}, at, 3) == [first.name, second.name, "—"]
    assert RunStep.objects.latest("pk").outcome == "skipped"


def test_tasks_are_routed_and_shared_out_by_what_was_given_lately(org: Organisation, at: datetime) -> None:
    stage.csm("名簿外 太郎")
    first, second = stage.csm("岡田 亮"), stage.csm("三浦 恵")
    _routed(at, first, second)
    assert _shared("routing", at, 4) == [one.name for one in (first, second, first, second)]


def test_a_change_of_owner_names_a_colleague_or_a_rule(org: Organisation, at: datetime) -> None:
    with pytest.raises(Unreadable, match="a colleague, or a rule"):
        stage.published(stage.document(steps=[{"do": "set_owner", "id": "give"}]), at=at)


@pytest.mark.parametrize("phase", ["sales", "partner"])
def test_no_rule_makes_a_csm_the_seller_or_the_partner(phase: str, org: Organisation, at: datetime) -> None:
    def gives(**told: str) -> PlaybookVersion:
        step = {"do": "set_owner", "id": "give", "phase": phase, **told}
        return stage.published(stage.document(steps=[step]), at=at)

    for rule in ("in_turn", "least_time", "least_revenue"):
        with pytest.raises(Unreadable, match="a named colleague or the routing rules"):
            gives(who=rule)
    assert gives(who="routing") and gives(who="in_turn", member=str(stage.csm().pk))


def test_onboarding_colleagues_have_their_turn_as_owners_of_the_onboarding_alone(
    org: Organisation, at: datetime
) -> None:
    first, guide = stage.csm("岡田 亮"), cast.member(Role.ONBOARDING, "中村 梓")
    assert _owned({"who": "in_turn", "phase": "onboarding"}, at, 3) == [first.name, guide.name, first.name]
    assert _owned({"who": "in_turn", "phase": "adoption"}, at, 1) == [first.name]


def test_a_phase_that_is_none_is_named_as_such(org: Organisation, at: datetime) -> None:
    step = {"do": "set_owner", "id": "give", "who": "in_turn", "phase": "moon"}
    with pytest.raises(Unreadable, match="moon does not fit"):
        stage.published(stage.document(steps=[step]), at=at)
