"""Success plans: the customer's words, a business measure, agreed editions, progress from facts, links that end."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some

from nenrin.customers import accounts, contacts
from nenrin.customers.errors import Conflict, Refused
from nenrin.customers.models import Account
from nenrin.foundation.actors import SYSTEM, Actor
from nenrin.foundation.models import Entry, Organisation
from nenrin.foundation.roles import Role
from nenrin.insight.models import CurrentMeasure
from nenrin.work import milestones, objectives, plan_links, plan_templates, plans
from nenrin.work.models import PlanLink, SuccessPlan
from nenrin.work.planning import progress, templates
from nenrin.work.privacy import plans as privacy
from tests import cast

TODAY = date(2026, 11, 24)
HOURS = {"title": "記録作業の削減", "sort": "business", "figure": "月間の作業時間", "unit": "時間"}


@pytest.fixture
def account(org: Organisation, at: datetime) -> Account:
    return accounts.open(cast.STARTING, by=SYSTEM, at=at)


@pytest.fixture
def plan(account: Account, at: datetime) -> SuccessPlan:
    return plans.open(account, "2026年度の計画", success="2営業日目に締まること", by=SYSTEM, at=at)


@pytest.fixture
def agreed(plan: SuccessPlan, at: datetime) -> SuccessPlan:
    objectives.add(plan, baseline=120.0, target=70.0, by=SYSTEM, at=at, **HOURS)
    return plans.agree(plan, agreed_with="工場長", by=SYSTEM, at=at)


def english(texts: list) -> list[str]:  # type: ignore[type-arg]
    return [text.en for text in texts]


def test_nothing_is_agreed_without_the_customers_words_and_a_business_measure(account: Account, at: datetime) -> None:
    empty = plans.open(account, "下書き", by=SYSTEM, at=at)
    assert plans.missing(empty) == [plans.NO_WORDS, plans.NO_BUSINESS]
    with pytest.raises(Refused) as refused:
        plans.agree(empty, agreed_with="工場長", by=SYSTEM, at=at)
    assert [fault.text for fault in refused.value.faults] == [plans.NO_WORDS, plans.NO_BUSINESS]


def test_usage_alone_asks_for_a_reason(plan: SuccessPlan, at: datetime) -> None:
    objectives.add(plan, title="毎週の利用", sort="usage", measure="active_user_share", target=0.7, by=SYSTEM, at=at)
    assert plans.missing(plan) == [plans.NO_BUSINESS]
    plan = plans.change(plan, usage_reason="事業の数値は上場前で非開示", by=SYSTEM, at=at)
    assert plans.missing(plan) == []


def test_a_reason_without_any_objective_is_not_enough(plan: SuccessPlan, at: datetime) -> None:
    assert plans.missing(plans.change(plan, usage_reason="理由", by=SYSTEM, at=at)) == [plans.NO_BUSINESS]


def test_a_measure_of_usage_is_no_measure_of_their_business(plan: SuccessPlan, at: datetime) -> None:
    with pytest.raises(Refused) as refused:
        objectives.add(plan, title="利用", sort="business", measure="active_user_share", by=SYSTEM, at=at)
    assert refused.value.faults[0].field == "sort"


def test_an_objective_without_a_target_keeps_the_plan_from_being_agreed(plan: SuccessPlan, at: datetime) -> None:
    made = objectives.add(plan, by=SYSTEM, at=at, **HOURS)
    assert plans.missing(plan) == [plans.NO_TARGET]
    objectives.change(made, target=70.0, by=SYSTEM, at=at)
    assert plans.missing(plan) == []


def test_onboarding_closes_only_with_an_agreed_plan(account: Account, plan: SuccessPlan, at: datetime) -> None:
    assert plans.missing_for_close(account) == [plans.NO_PLAN, plans.NO_BUSINESS]
    objectives.add(plan, target=70.0, by=SYSTEM, at=at, **HOURS)
    assert plans.missing_for_close(account) == [plans.NO_PLAN]
    plans.agree(plan, agreed_with="工場長", by=SYSTEM, at=at)
    assert plans.missing_for_close(account) == []
    plans.abandon(plan, "方針変更", by=SYSTEM, at=at)
    assert plans.missing_for_close(account) == [plans.NO_PLAN]


def test_each_agreement_is_an_edition_that_later_changes_leave_alone(agreed: SuccessPlan, at: datetime) -> None:
    assert (agreed.state, agreed.edition, plans.is_changed_since(agreed)) == ("agreed", 1, False)
    assert plans.agree(agreed, agreed_with="工場長", by=SYSTEM, at=at).edition == 1  # nothing changed
    changed = plans.change(agreed, success="1営業日目に締まること", by=SYSTEM, at=at)
    assert plans.is_changed_since(changed)
    again = plans.agree(changed, agreed_with="工場長", by=SYSTEM, at=at)
    words = [row.document["success"] for row in again.editions.all()]
    assert words == ["1営業日目に締まること", "2営業日目に締まること"]


def test_telling_a_value_does_not_change_what_was_agreed(agreed: SuccessPlan, at: datetime) -> None:
    objectives.measure(agreed.objectives.get(), 95.0, by=SYSTEM, at=at)
    assert not plans.is_changed_since(agreed)


def test_progress_of_our_measure_comes_from_facts_with_their_day(
    account: Account, plan: SuccessPlan, at: datetime
) -> None:
    """From 20 % to 70 %, now 45 %: half of the way."""
    CurrentMeasure.objects.create(account=account, measure="active_user_share", value=0.2, as_of=date(2026, 11, 1))
    objectives.add(plan, title="利用", sort="usage", measure="active_user_share", target=0.7, by=SYSTEM, at=at)
    CurrentMeasure.objects.update(value=0.45, as_of=date(2026, 11, 20))
    told = progress.of([plan], TODAY)[plan.pk]
    [one] = told.objectives
    assert (one.objective.baseline, one.value, one.as_of) == (0.2, 0.45, date(2026, 11, 20))
    assert one.share == pytest.approx(0.5) and told.share == pytest.approx(0.5) and told.as_of == date(2026, 11, 20)
    with pytest.raises(Refused):  # facts tell it, nobody types it
        objectives.measure(one.objective, 0.9, by=SYSTEM, at=at)


def test_their_figure_goes_by_the_latest_day_however_late_it_is_told(agreed: SuccessPlan, at: datetime) -> None:
    """From 120 hours to 70: 95 is half of the way; a value of an earlier day told later changes nothing now."""
    row = agreed.objectives.get()
    objectives.measure(row, 95.0, on=date(2026, 11, 20), by=SYSTEM, at=at)
    objectives.measure(row, 110.0, on=date(2026, 10, 20), by=SYSTEM, at=at)
    [one] = progress.of([agreed], TODAY)[agreed.pk].objectives
    assert (one.value, one.share, one.is_met) == (95.0, 0.5, False)
    objectives.measure(row, 69.0, on=date(2026, 11, 22), by=SYSTEM, at=at)
    [one] = progress.of([agreed], TODAY)[agreed.pk].objectives
    assert (one.share, one.is_met) == (1.0, True)


@given(some.floats(-1e6, 1e6), some.floats(-1e6, 1e6), some.floats(-1e6, 1e6))
def test_the_share_of_the_way_lies_between_nothing_and_all_and_ends_at_the_target(
    value: float, baseline: float, target: float
) -> None:
    found = progress.share(value, baseline, target)
    if baseline == target:
        assert found is None
    else:
        assert found is not None and 0 <= found <= 1
        assert progress.share(target, baseline, target) == 1 and progress.share(baseline, baseline, target) == 0


def test_milestones_are_late_by_the_calendar_and_done_with_evidence(agreed: SuccessPlan, at: datetime) -> None:
    step = milestones.add(agreed, title="計測する", side="theirs", due_on=TODAY - timedelta(1), by=SYSTEM, at=at)
    assert progress.of([agreed], TODAY)[agreed.pk].late == [step]
    milestones.done(step, evidence="集計表", evidence_url="https://x.example/1", by=SYSTEM, at=at)
    told = progress.of([agreed], TODAY)[agreed.pk]
    assert (told.late, told.done, told.next) == ([], 1, None)
    with pytest.raises(Refused):
        milestones.done(step, evidence_url="javascript:alert(1)", by=SYSTEM, at=at)


def test_a_closed_plan_is_not_changed_until_it_goes_on(agreed: SuccessPlan, at: datetime) -> None:
    done = plans.achieve(agreed, words="達成", by=SYSTEM, at=at)
    assert (done.state, done.closed_on) == ("achieved", TODAY)
    with pytest.raises(Refused):
        objectives.change(done.objectives.get(), target=60.0, by=SYSTEM, at=at)
    assert plans.reopen(done, by=SYSTEM, at=at).state == "agreed"


def test_one_that_was_never_agreed_is_not_achieved(plan: SuccessPlan, at: datetime) -> None:
    with pytest.raises(Refused):
        plans.achieve(plan, by=SYSTEM, at=at)


def test_a_review_is_noted_with_the_next_day(agreed: SuccessPlan, at: datetime) -> None:
    plans.review(agreed, words="順調", next_on=date(2027, 1, 20), by=SYSTEM, at=at)
    agreed.refresh_from_db()
    assert (agreed.reviewed_on, agreed.next_review_on) == (TODAY, date(2027, 1, 20))
    told = plans.brief(agreed.account, today=TODAY)
    assert told is not None and told.plan == agreed and len(told.progress.objectives) == 1


def test_two_people_do_not_overwrite_each_other(plan: SuccessPlan, at: datetime) -> None:
    plans.change(plan, title="新しい題", by=SYSTEM, at=at, version=1)
    with pytest.raises(Conflict):
        plans.change(plan, title="別の題", by=SYSTEM, at=at, version=1)


def test_every_template_of_the_product_begins_a_plan_that_asks_for_the_customers_part(
    account: Account, at: datetime
) -> None:
    for key, template in templates.library().items():
        made = plans.open(account, template.name.ja, template=key, by=SYSTEM, at=at)
        assert made.objectives.filter(sort="business").exists(), key
        assert plans.NO_WORDS in plans.missing(made) and plans.NO_TARGET in plans.missing(made), key
        assert {step.side for step in made.milestones.all()} == {"ours", "theirs"}, key


def test_a_template_kept_from_a_plan_leaves_the_customers_words_and_figures_behind(
    agreed: SuccessPlan, at: datetime
) -> None:
    milestones.add(agreed, title="計測する", side="theirs", due_on=date(2026, 12, 1), by=SYSTEM, at=at)
    kept = plan_templates.keep(agreed, "月次の早期化", by=SYSTEM, at=at)
    assert "締まる" not in str(kept.document) and "120" not in str(kept.document)
    made = plans.open(agreed.account, "次", template=kept.key, starts_on=date(2026, 12, 1), by=SYSTEM, at=at)
    assert made.milestones.get().due_on == date(2026, 12, 8)  # five business days on, as before
    assert made.objectives.get().target is None


def test_a_link_opens_until_its_day_and_never_when_forged_or_revoked(agreed: SuccessPlan, at: datetime) -> None:
    link = plan_links.share(agreed, days=2, by=SYSTEM, at=at)
    told = plan_links.token(link)
    assert plan_links.find(told, TODAY) == plan_links.find(told, TODAY + timedelta(1)) == link
    assert plan_links.find(told, TODAY + timedelta(2)) is None
    assert plan_links.find(told[:-1] + ("A" if told[-1] != "A" else "B"), TODAY) is None
    assert plan_links.find(link.nonce, TODAY) is None  # without our signature
    plan_links.revoke(link, by=SYSTEM, at=at)
    assert plan_links.find(told, TODAY) is None
    assert PlanLink.objects.get().revoked_at == at


def test_the_journal_tells_the_state_without_words_of_persons(agreed: SuccessPlan, at: datetime) -> None:
    entry = Entry.objects.get(action="work.plan.agreed")
    body = entry.particulars["fact"]["body"]
    assert (body["state"], body["edition"], body["has_business_measure"]) == ("agreed", 1, True)
    assert not [each for each in Entry.objects.all() if "締まる" in str(each.particulars)]


def test_a_person_is_handed_over_and_forgotten(plan: SuccessPlan, at: datetime) -> None:
    person = contacts.add(plan.account, "田中 隆志", by=SYSTEM, at=at)
    plan = plans.change(plan, success="田中 隆志様が困らないこと", said_by=person, by=SYSTEM, at=at)
    objectives.add(plan, baseline=1.0, target=2.0, by=SYSTEM, at=at, **HOURS)
    plans.agree(plan, agreed_with="田中 隆志", by=Actor.of(cast.member(Role.CSM)), at=at)
    assert len(privacy.exported(["田中 隆志"])) == 2  # the plan and its edition
    assert privacy.erase(["田中 隆志"], at=at) == 2
    plan.refresh_from_db()
    assert plan.success == "—様が困らないこと" and plan.editions.get().document["success"] == "—様が困らないこと"
    assert privacy.exported(["田中 隆志"]) == []
