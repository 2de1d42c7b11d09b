"""A small world told through the product's verbs: it stands as meant, nothing is lost, each story has its colour."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.conf import LazySettings
from django.db.models import F

from nenrin.customers.models import Account, Contact, Merge, Subscription
from nenrin.foundation import organisation
from nenrin.foundation.calendar import add_business_days, is_business_day
from nenrin.foundation.models import Entry, Mail, Member, WebhookDelivery
from nenrin.foundation.models.mail import MailState
from nenrin.foundation.roles import Role
from nenrin.ingest import conservation, drain, lakes
from nenrin.ingest.models import Answer, Cost, Effort, ExchangeRate, Invoice, Ticket
from nenrin.insight.models import BudgetPlan, Health
from nenrin.playbooks.models import Playbook, Run, RunStep
from nenrin.simulator import world
from nenrin.simulator.presets import Preset
from nenrin.simulator.stories import reading
from nenrin.simulator.streams import stream
from nenrin.simulator.writer import live, plays, settling, sharing, telling, untidy, usage
from nenrin.web.portal import reading as portal
from nenrin.work.models import SuccessPlan, Touch
from nenrin.work.models.meeting import Meeting
from nenrin.work.models.onboarding_portal import OnboardingLink
from nenrin.work.models.promise import Promise
from nenrin.work.models.task import Task
from nenrin.work.queue import asking

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
TODAY = date(2026, 11, 22)  # a Sunday before a holiday
MORNING = date(2026, 11, 24)
UNKNOWN = set(untidy.UNKNOWN_GROUPS.values())
TINY = Preset("tiny", accounts=6, months=5, stock=1.0, seat_scale=0.2, price_scale=4.0)


@pytest.fixture
def made() -> world.World:
    return world.built(TINY, seed=2026, today=TODAY)


@pytest.fixture
def told(db: None, settings: LazySettings, made: world.World) -> telling.Told:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    organisation.found("つむぎワークス株式会社", at=NOW)
    told = telling.told(made, now=NOW, password="growth-rings")
    settling.settled(made, told.book, now=NOW)
    return told


def _of(story: str) -> Account:
    return Account.objects.get(keys__namespace="product", keys__key=reading.key_of(story))


def test_a_told_world_shows_its_stories(told: telling.Told, made: world.World) -> None:
    assert told.deeds > 150
    _shows_customers_and_leavers()
    _shows_contracts()
    _shows_people()
    _shows_the_merged_one()
    _shows_voices()
    _shows_money()
    _keeps_time()
    _loses_nothing(told)
    _shows_each_story_in_its_colour(made)
    _knows_why_the_red_one_is_red()
    _fills_the_morning_of_everybody_who_looks_after_customers()
    _shares_work_out_and_tells_the_channel_once()
    _lets_a_customer_see_what_is_in_whose_hands()
    _works_on_business_days()
    _agrees_plans_with_those_who_are_customers()
    _plays_on_and_does_what_was_asked()
    _stays_alive(made)


def _shows_customers_and_leavers() -> None:
    assert organisation.current().is_demo
    assert set(Account.objects.filter(status="provisional").values_list("name", flat=True)) == UNKNOWN
    lost = _of("lost")
    assert (lost.status, lost.lost_on) == ("lost", TODAY - timedelta(62))
    assert lost.lost_reason
    assert _of("child_warehouse").parent == _of("parent")
    assert _of("thriving").owner == Member.objects.get(name="佐藤 美咲")


def _shows_contracts() -> None:
    notice = _of("notice")
    assert notice.notice_on == TODAY + timedelta(9)
    assert notice.touch_model == "low"
    ramp = Subscription.objects.get(account=_of("ramp"))
    assert [step.seats for step in ramp.steps.all()] == [32, 56, 80]
    assert ramp.seats == 80
    assert Subscription.objects.get(account=_of("drifting")).renewals == 3
    assert _of("abroad").currency == "USD"
    assert _of("stuck").stage == "onboarding"
    for row in Subscription.objects.filter(status="active"):
        assert row.term_from <= TODAY < row.ends_on


def _shows_people() -> None:
    champion = Contact.objects.get(account=_of("drifting"), role="champion")
    assert (champion.name, champion.left_on) == ("小林 由美", date(2026, 10, 1))
    assert champion.emails.get().address.endswith(".example")


def _shows_the_merged_one() -> None:
    merge = Merge.objects.get(undone_at=None)
    assert merge.survivor == _of("merged")
    assert merge.absorbed.name == "㈱みなとベイ観光"


def _shows_voices() -> None:
    urgent = Ticket.objects.get(account=_of("urgent"), priority="urgent")
    assert urgent.resolved_at is None
    assert (NOW - urgent.opened_at).days in {8, 9}
    assert Answer.objects.filter(account=_of("promoter"), survey="nps").order_by("-answered_at")[0].score == 10
    assert Touch.objects.filter(account=_of("recovering"), channel="meeting").exists()
    sent = Answer.objects.filter(survey="nps", sent_on__isnull=False)
    assert sent.filter(score=None).exists() and sent.exclude(score=None).exists()
    assert not Answer.objects.filter(survey="nps", person="").exclude(respondent="匿名").exists()


def _shows_money() -> None:
    """Every whole month of the window has costs and hours, and was planned; an account lets its invoice lie."""
    months = set(Cost.objects.values_list("month", flat=True))
    assert months and months == set(Effort.objects.values_list("month", flat=True))
    assert months == set(ExchangeRate.objects.filter(currency="USD", into="JPY").values_list("month", flat=True))
    assert months <= set(BudgetPlan.objects.values_list("month", flat=True))
    unpaid = Invoice.objects.get(account=_of("silent"), failed_payments=2)
    assert unpaid.status == "open" and unpaid.due_on and unpaid.due_on < NOW.date()
    assert Invoice.objects.filter(status="paid", paid_on__lte=F("due_on")).exists()


def _keeps_time() -> None:
    assert not Entry.objects.filter(recorded_at__gt=NOW).exists()
    opened = Entry.objects.filter(action="customers.account.opened", account=_of("drifting").pk)
    assert opened.get().recorded_at.year == 2023


def _loses_nothing(told: telling.Told) -> None:
    law = conservation.law(lakes.current())
    total = law["total"]
    assert total["received"] == told.events == total["stored"] + total["duplicate"] + total["quarantined"]
    assert total["quarantined"] == 2 * len(untidy.HOURS_AGO)
    assert total["duplicate"] > 0
    assert usage.SOURCE in law


def _shows_each_story_in_its_colour(made: world.World) -> None:
    for customer in made.stories:
        health = Health.objects.filter(account=_of(customer.story)).first()
        assert customer.shown
        assert (health.band if health else "lost") == customer.shown.band, customer.story


def _knows_why_the_red_one_is_red() -> None:
    health = Health.objects.get(account=_of("drifting"))
    causes = {bar for bar, _ in health.losses}
    assert causes & {"usage_trend", "logins_per_seat_week", "active_user_share"}
    assert health.delta_30 < -20
    assert Health.objects.get(account=_of("silent")).coverage < 0.5


def _fills_the_morning_of_everybody_who_looks_after_customers() -> None:
    """A queue worth doing: several kinds of reasons in both languages, a meeting, a promise and a draft of the next day
    that is worked."""
    team = Member.objects.filter(role=Role.CSM, is_active=True)
    assert team.count() == 4
    days = {member: asking.my_day(member, MORNING, NOW, organisation.current()) for member in team}
    together = {kind for member, day in days.items() for kind in _kinds_of_a_morning(member, day)}
    assert {"health_fell", "notice_deadline", "urgent_ticket", "detractor"} <= together, together


def _kinds_of_a_morning(member: Member, day: asking.Day) -> set[str]:
    rows = [*day.cut.within, *day.cut.beyond]
    kinds = {one.code for row in rows for one in row.reasons}
    assert len(rows) >= 2 and {"task", "promise"} <= kinds and len(kinds) >= 3, (member.name, kinds)
    assert any(row.worth.a_minute > 0 for row in rows), member.name
    for text in [text for row in rows for text in (row.headline, row.play.title, *row.evidence)]:
        assert text.en.strip() and text.ja.strip() and not set("{}") & set(text.en + text.ja), text
    told = [one.headline for row in rows for one in row.reasons if one.code != "task"]  # a task has one title
    assert all(text.en != text.ja for text in told), told
    begins = datetime(MORNING.year, MORNING.month, MORNING.day, tzinfo=organisation.zone())
    today = Meeting.objects.filter(owner=member, starts_at__gte=begins, starts_at__lt=begins + timedelta(1))
    assert today.exclude(agenda="").exists(), member.name
    accounts = list(day.portfolio)
    assert Promise.objects.open().filter(account__in=accounts, due_on__lte=MORNING).exists(), member.name
    assert Mail.objects.filter(state=MailState.DRAFT, account__in=accounts).exists(), member.name
    return kinds


def _shares_work_out_and_tells_the_channel_once() -> None:
    """By routing within capacity; each run is a line of one message, and the message went out; the playbook is paused."""
    playbook = Playbook.objects.get(key=sharing.KEY)
    inside = Run.objects.filter(playbook=playbook)
    assert inside.exists() and set(inside.values_list("state", flat=True)) == {"done"} and playbook.paused_at
    given = Task.objects.filter(origin_kind="playbook", origin_key__in=[str(run.pk) for run in inside])
    team = {Member.objects.get(name=name) for name in ("佐藤 美咲", "伊藤 悠斗", "中島 愛", "岡田 拓也")}
    assert given.count() == inside.count() and {task.assignee for task in given} <= team
    told = WebhookDelivery.objects.filter(endpoint__kind="slack")
    assert set(told.values_list("state", flat=True)) == {"delivered"}
    assert sum((row.gathered or {"count": 1})["count"] for row in told) == inside.count()
    assert Playbook.objects.get(key="no-owner").versions.get().state == "draft"


def _lets_a_customer_see_what_is_in_whose_hands() -> None:
    links = list(OnboardingLink.objects.select_related("project__account", "contact"))
    shown = [portal.read(link, us="", today=TODAY) for link in links]
    assert any(one.is_shared and any(step.is_mine for step in one.yours) for one in shown), [
        one.company for one in shown
    ]
    for one in shown:
        assert one.next is None or not one.next.is_colleagues


def _works_on_business_days() -> None:
    """Meetings, the weekly one of the team's calendar among them, and what is due: never on a Sunday or a holiday."""
    zone = organisation.zone()
    begun = [at.astimezone(zone).date() for at in Meeting.objects.values_list("starts_at", flat=True)]
    assert date(2026, 11, 30) in begun and len(begun) > 20
    assert [day for day in begun if not is_business_day(day)] == []
    assert MORNING in begun and TODAY not in begun
    due = [*Task.objects.exclude(due_on=None), *Promise.objects.open().exclude(due_on=None)]
    assert [(str(row), row.due_on) for row in due if not is_business_day(row.due_on)] == []


def _agrees_plans_with_those_who_are_customers() -> None:
    """One open plan an account, in the hands of whoever looks after it; those of the lost are closed."""
    live = list(SuccessPlan.objects.live().select_related("account", "owner"))
    assert len(live) > 5 and len({plan.account_id for plan in live}) == len(live)
    assert {plan.account.status for plan in live} == {"customer"}
    agreed = [plan for plan in live if plan.state == "agreed" and plan.account.owner_id]
    assert [(plan.title, plan.owner) for plan in agreed if plan.owner_id != plan.account.owner_id] == []
    assert len({plan.owner_id for plan in agreed}) > 1


def _plays_on_and_does_what_was_asked() -> None:
    """Waits of business days end in the hours of the playbook; nobody leaves lying what a run asked for weeks ago."""
    zone, left = organisation.zone(), add_business_days(TODAY, -plays.LEFT_DAYS)
    mailed = [
        step.at.astimezone(zone) for step in RunStep.objects.filter(run__playbook__key="low-usage", kind="send_mail")
    ]
    assert mailed and all(is_business_day(at.date()) and 9 <= at.hour < 18 for at in mailed)
    waiting = Run.objects.filter(playbook__key="low-usage", state="waiting")
    assert waiting.exists() and not waiting.filter(step="settle").exists()
    assert not Task.objects.open().filter(origin_kind__in=("playbook", "onboarding"), due_on__lt=left).exists()
    assert Task.objects.filter(origin_kind="playbook", state="done").exclude(outcome="").exists()


def _stays_alive(made: world.World) -> None:
    sent = live.beat(made, at=NOW, events=5, rng=stream(1, "live"))
    drained = drain.drain_all(lakes.current(), at=NOW)
    assert (drained.stored, drained.quarantined) == (sent, 0)
    assert Account.objects.filter(status="provisional").count() == len(UNKNOWN)
