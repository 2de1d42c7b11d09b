"""My day's queue: why an account asks for somebody now, in which order, and what became of an answer."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nenrin.customers import accounts, capacities, contacts, deputies, ownership
from nenrin.customers.errors import Refused
from nenrin.customers.models import Account, TouchModel
from nenrin.customers.statuses import Phase
from nenrin.foundation.actors import SYSTEM, Actor
from nenrin.foundation.mail import outbox
from nenrin.foundation.mail.addresses import Address
from nenrin.foundation.mail.outbox import Letter
from nenrin.foundation.models import Entry, Mail, Member, Organisation
from nenrin.foundation.models.mail import Kind
from nenrin.foundation.roles import Role
from nenrin.ingest import answers as survey_answers
from nenrin.ingest import tickets
from nenrin.ingest.facts import knowing
from nenrin.insight.models import CurrentMeasure, DailyScore, Health, Risk, RiskModelVersion
from nenrin.values import Money, Text
from nenrin.web.my_day import lines
from nenrin.work import cadence, handoffs, tasks, touches
from nenrin.work.handoffs import Said
from nenrin.work.models import Task
from nenrin.work.models.handoff import Item
from nenrin.work.models.queue import Answered, QueueAnswer
from nenrin.work.opportunities import holding
from nenrin.work.privacy import queue as privacy
from nenrin.work.queue import answers, asking, open_tasks, plays, rows, worth
from nenrin.work.queue.asking import Day
from nenrin.work.queue.reasons import Reason
from nenrin.work.queue.rows import Row
from nenrin.work.queue.worth import Worth
from tests import cast
from tests.web import portfolio_world
from tests.web.portfolio_world import TODAY
from tests.work import opportunities_world

pytestmark = pytest.mark.django_db
SHIRAKABA = "白樺メディカル株式会社"


class Desk:
    """A CSM with the four companies of the portfolio's world, and short words for what the tests do."""

    def __init__(self, org: Organisation, at: datetime) -> None:
        self.org, self.at = org, at
        self.member = cast.member(Role.CSM, team="東日本")
        self.by = Actor.of(self.member)
        self.accounts = portfolio_world.build(at)
        for account in self.accounts.values():
            ownership.assign(account, self.member, by=SYSTEM, at=at)
            self.touch(account)

    def touch(self, account: Account, *, days_ago: int = 1, channel: str = "call") -> None:
        when = self.at - timedelta(days=days_ago)
        touches.write(account, channel, title="定例", happened_at=when, by=self.by, at=self.at)

    def day(self, member: Member | None = None, on: date = TODAY, busy: int = 0) -> Day:
        return asking.my_day(member or self.member, on, self.at, self.org, busy=busy)

    def rows(self, **options: Any) -> dict[str, Row]:
        cut = self.day(**options).cut
        return {row.standing.account.name: row for row in (*cut.within, *cut.beyond)}

    def reasons(self, name: str) -> dict[str, Reason]:
        row = self.rows().get(name)
        return {one.code: one for one in row.reasons} if row else {}

    def account(self, name: str) -> Account:
        return Account.objects.get(name=name)


@pytest.fixture
def desk(org: Organisation, at: datetime) -> Desk:
    return Desk(org, at)


# --- why now ---------------------------------------------------------------------------------------------------


def test_the_nearer_the_notice_deadline_the_more_a_talk_may_move(desk: Desk) -> None:
    near, far = desk.reasons(SHIRAKABA)["notice_deadline"], desk.reasons(cast.DRIFTING)["notice_deadline"]
    assert near.headline == Text("Notice deadline in 9 days", "更新拒絶期限日まで9日")
    assert (near.play.code, far.play.code) == ("decide", "review") and near.play.moves > far.play.moves
    assert "notice_deadline" not in desk.reasons(cast.THRIVING)


def test_a_fall_of_health_within_a_week_is_told_with_both_scores(desk: Desk, at: datetime) -> None:
    account = desk.account(SHIRAKABA)
    version = Health.objects.get(account=account).version
    DailyScore.objects.create(
        account=account, day=TODAY - timedelta(7), today=49, score=49, band="caution", coverage=1, version=version
    )
    assert desk.reasons(SHIRAKABA)["health_fell"].headline == Text("Health 49 → 31 in 7 days", "ヘルスが7日で49→31")


def test_a_model_that_only_ranks_gives_no_figure(desk: Desk, at: datetime) -> None:
    _told(desk.account(cast.THRIVING), 0.31, state="ranking", shows=False, at=at)
    _told(desk.account(SHIRAKABA), 0.42, state="trusted", shows=True, at=at)
    ranked, shown = desk.reasons(cast.THRIVING)["risk"], desk.reasons(SHIRAKABA)["risk"]
    assert "%" not in ranked.headline.en and shown.headline == Text(
        "42% likely to leave within 90 days", "90日以内の解約確率 42%"
    )


def _told(account: Account, p: float, *, state: str, shows: bool, at: datetime) -> None:
    number = RiskModelVersion.objects.count() + 1
    version = RiskModelVersion.objects.create(
        event="churn", number=number, state=state, known_on=TODAY, card={"shows_probability": shows}, learned_at=at
    )
    Risk.objects.create(
        account=account, event="churn", as_of=TODAY - timedelta(1), at=at, version=version, p=p, low=p / 2, high=p * 1.5,
        reasons=[["days_since_activity", 0.8, 23.0, 0.1]], minor=account.mrr_minor,
    )  # fmt: skip


def test_a_decision_maker_who_left_is_a_reason_until_somebody_has_the_role(desk: Desk, at: datetime) -> None:
    account = desk.account(cast.THRIVING)
    person = contacts.add(account, "井上 浩", by=SYSTEM, at=at, namespace="crm", key="1", role="decision_maker")
    contacts.change(person, by=SYSTEM, at=at, left_on=TODAY - timedelta(4))
    told = desk.reasons(cast.THRIVING)["contact_left"]
    assert "井上 浩様が11/20付" in told.evidence[0].ja
    contacts.add(account, "後任 太郎", by=SYSTEM, at=at, namespace="crm", key="2", role="decision_maker")
    assert "contact_left" not in desk.reasons(cast.THRIVING)


def test_a_detractor_asks_for_an_answer_until_somebody_was_in_touch(desk: Desk, at: datetime) -> None:
    account, known = desk.account(cast.THRIVING), knowing.on_arrival(TODAY)
    told = survey_answers.Told("a-1", account.pk, "nps", 3, at - timedelta(hours=20), comment="予約連携が不安定")
    survey_answers.put([told], namespace="survey", by=SYSTEM, at=at, zone=_zone(desk), knowing=known)
    reason = desk.reasons(cast.THRIVING)["detractor"]
    assert reason.headline.ja.startswith("NPS 3") and reason.evidence[0].ja == "「予約連携が不安定」"
    desk.touch(account, days_ago=0)
    assert "detractor" not in desk.reasons(cast.THRIVING)


@pytest.mark.parametrize(("approved_by", "counts"), [("山口 健", True), ("", False)])
def test_a_mail_that_a_person_let_out_is_an_answer_and_a_contact(
    desk: Desk, at: datetime, approved_by: str, counts: bool
) -> None:
    """What a playbook sends by itself is none."""
    account = desk.account(cast.THRIVING)
    account.touches.all().delete()
    opportunities_world.detractor(account, at=at)
    letter = Letter(
        to=Address("a@b.example"),
        subject="お詫びとご説明",
        text="…",
        kind=Kind.ACCOUNT,
        key="k:1",
        account_id=account.pk,
    )
    [mail] = outbox.put_many([letter], by=SYSTEM, at=at)
    Mail.objects.filter(pk=mail.pk).update(state="delivered", handed_over_at=at, approved_by=approved_by)
    assert ("detractor" not in desk.reasons(cast.THRIVING)) is counts
    assert (holding.of(account, at) == []) is counts
    assert (desk.day().portfolio.standing[account.pk].touched_on is not None) is counts


def test_an_urgent_ticket_is_told_from_its_second_day(desk: Desk, at: datetime) -> None:
    account, known = desk.account(cast.THRIVING), knowing.on_arrival(TODAY)
    told = [
        tickets.Told("t-1", account.pk, at - timedelta(days=9), title="帳票が出ない", priority="urgent"),
        tickets.Told("t-2", account.pk, at - timedelta(hours=20), title="ログイン", priority="urgent"),
    ]
    tickets.put(told, namespace="desk", by=SYSTEM, at=at, zone=_zone(desk), knowing=known)
    row = desk.rows()[cast.THRIVING]
    urgent = [one for one in row.reasons if one.code == "urgent_ticket"]
    assert [one.headline.ja for one in urgent] == ["緊急の問い合わせが9日間未解決"]


def _zone(desk: Desk) -> Any:
    return ZoneInfo(desk.org.zone)


def test_more_seats_are_proposed_to_the_healthy_alone(desk: Desk) -> None:
    for name in (cast.THRIVING, cast.DRIFTING):
        CurrentMeasure.objects.create(account=desk.account(name), measure="active_user_share", value=0.97, as_of=TODAY)
    assert desk.reasons(cast.THRIVING)["seats"].stake == "growth"
    assert "seats" not in desk.reasons(cast.DRIFTING)


@pytest.mark.parametrize("voiced", ["ticket", "complaint", "detractor"])
def test_nothing_is_proposed_to_whoever_waits_for_an_answer(desk: Desk, voiced: str) -> None:
    account = desk.account(cast.THRIVING)
    CurrentMeasure.objects.create(account=account, measure="active_user_share", value=0.97, as_of=TODAY)
    account.touches.all().delete()
    if voiced == "detractor":
        opportunities_world.detractor(account, at=desk.at)
    else:
        kind = {"ticket": {}, "complaint": {"priority": "low", "kind": "complaint"}}[voiced]
        opportunities_world.ticket(account, at=desk.at, **kind)
    assert "seats" not in desk.reasons(cast.THRIVING)


def test_too_little_data_is_a_reason_of_its_own(desk: Desk) -> None:
    Health.objects.filter(account=desk.account(cast.THRIVING)).update(band="unknown", coverage=0.28)
    assert "28%" in desk.reasons(cast.THRIVING)["unknown"].headline.ja


def test_whoever_was_not_met_in_time_stands_in_the_queue(desk: Desk, at: datetime) -> None:
    account = desk.account(cast.THRIVING)
    _cadence(account, 30)
    account.touches.all().delete()
    desk.touch(account, days_ago=41)
    told = desk.reasons(cast.THRIVING)["cadence"]
    assert told.headline.ja == "41日間接点なし" and "30日" in told.evidence[0].ja


def test_mails_alone_do_not_meet_a_high_touch_account(desk: Desk, at: datetime) -> None:
    account = desk.account(cast.THRIVING)
    _cadence(account, 30)
    account.touches.all().delete()
    desk.touch(account, days_ago=90, channel="meeting")
    desk.touch(account, days_ago=3, channel="mail")
    told = desk.reasons(cast.THRIVING)
    assert "cadence" not in told and told["no_talk"].headline.ja == "90日間対話なし"


def _cadence(account: Account, days: int) -> None:
    TouchModel.objects.update_or_create(
        key="high",
        defaults={
            "name_en": "High",
            "name_ja": "ハイ",
            "position": 0,
            "contact_every_days": days,
            "minutes_a_month": 240,
        },
    )
    Account.objects.filter(pk=account.pk).update(touch_model="high")


@given(
    every=st.one_of(st.none(), st.integers(1, 120)), talked=st.one_of(st.none(), st.integers(0, 400)),
    written=st.one_of(st.none(), st.integers(0, 400)), since=st.integers(0, 800),
)  # fmt: skip
def test_more_contact_never_makes_a_cadence_worse(
    every: int | None, talked: int | None, written: int | None, since: int
) -> None:
    def stands(talked: int | None, written: int | None) -> str:
        days = [None if n is None else TODAY - timedelta(n) for n in (talked, written)]
        return cadence.judged(
            every_days=every, talked_on=days[0], written_on=days[1], since=TODAY - timedelta(since), on=TODAY
        ).state

    ranks = {"free": 0, "met": 0, "unspoken": 1, "unmet": 2}
    assert ranks[stands(0, written)] == 0 and ranks[stands(talked, 0)] <= ranks[stands(talked, written)]


# --- the order ---------------------------------------------------------------------------------------------------


def test_the_order_is_money_times_probability_times_share_by_the_minute(desk: Desk) -> None:
    row = desk.rows()[SHIRAKABA]
    # 12 x 240,000 yen; at risk without a model: 10 %; the talk may move 30 %; 20 minutes.
    assert row.worth == Worth(Money(2_880_000), 0.10, "base", 0.30, 20)
    assert row.worth.expected == Money(288_000) and row.worth.moved == Money(86_400) and row.worth.a_minute == 4_320


def test_a_model_that_speaks_in_figures_takes_the_place_of_the_base_rate(desk: Desk, at: datetime) -> None:
    _told(desk.account(SHIRAKABA), 0.42, state="trusted", shows=True, at=at)
    row = desk.rows()[SHIRAKABA]
    assert (row.worth.p, row.worth.basis) == (0.42, "model")


def test_several_reasons_of_an_account_are_one_row(desk: Desk, at: datetime) -> None:
    Health.objects.filter(account=desk.account(SHIRAKABA)).update(band="unknown", coverage=0.2)
    row = desk.rows()[SHIRAKABA]
    assert {one.code for one in row.reasons} == {"notice_deadline", "renewal_call", "unknown"}
    assert row.headline.ja.startswith("更新拒絶期限日まで9日") and len(row.evidence) <= 3
    assert row.rate == max(one.a_minute for one in row.worths)


def test_a_row_led_by_a_task_tells_the_figure_that_it_stands_by(desk: Desk) -> None:
    """A task that is due leads; the row stands where the talk with the decision maker puts it, and says so."""
    account = desk.account(SHIRAKABA)
    tasks.open(account, "見積もりを送る", assignee=desk.member, due_on=TODAY, by=desk.by, at=desk.at)
    row = desk.rows()[SHIRAKABA]
    play, found = row.best
    assert row.task is not None and row.worth != found and play.code == "decide"
    assert found == Worth(Money(2_880_000), 0.10, "base", 0.30, 20) and row.rate == 4_320
    [line] = lines.lines([row], TODAY)
    assert line.order.ja == f"{play.title.ja}: 2,880,000円 × 10.0%（基準値、90日） × 30% ÷ 20分 = 4,320円/分"
    assert line.order.en.startswith(f"{play.title.en}: ")


@given(st.lists(st.tuples(st.integers(5, 90), st.booleans()), max_size=30), st.integers(0, 480))
def test_promised_work_is_never_cut_off_and_the_rest_only_as_it_fits(
    sizes: list[tuple[int, bool]], minutes: int
) -> None:
    made = [_row(place, size, promised=promised) for place, (size, promised) in enumerate(sizes)]
    cut = rows.cut(made, minutes)
    assert sorted([*cut.within, *cut.beyond], key=made.index) == made
    assert all(row.is_promised for row in made if row.is_promised and row in cut.within)
    assert not any(row.is_promised for row in cut.beyond)
    optional = [row.play.minutes for row in cut.within if not row.is_promised]
    promised = sum(row.play.minutes for row in cut.within if row.is_promised)
    assert len(optional) <= 1 or sum(optional) + promised <= minutes


def _row(place: int, minutes: int, *, promised: bool) -> Row:
    play = replace(plays.play("contact", TODAY), minutes=minutes)
    reason = Reason(account=place, code="x", headline=Text("", ""), play=play, is_promised=promised)
    standing: Any = None
    return Row(standing, (reason,), (Worth(Money(1000 - place), 0.1, "base", 0.1, minutes),))


def test_no_play_claims_to_move_more_than_half() -> None:
    assert all(0 < kind.moves <= plays.CAP for kind in plays.KINDS.values())
    assert plays.play("contact", TODAY, moves=0.9).moves == plays.CAP
    assert worth.BASE["healthy"] < worth.BASE["caution"] < worth.BASE["at_risk"]


def test_meetings_take_minutes_from_the_day(desk: Desk, at: datetime) -> None:
    capacities.state(desk.member, minutes_a_day=60, by=SYSTEM, at=at)
    whole, busy = desk.day(), desk.day(busy=40)
    assert whole.free == 60 and busy.free == 20 and len(busy.cut.within) < len(whole.cut.within)


# --- whose day ---------------------------------------------------------------------------------------------------


def test_an_owner_of_a_phase_sees_the_account_while_it_is_in_it(desk: Desk, at: datetime) -> None:
    starter = cast.member(Role.ONBOARDING, "森 結衣", team="東日本")
    account = desk.account(SHIRAKABA)
    ownership.assign(account, starter, by=SYSTEM, at=at, phase=Phase.ONBOARDING)
    assert SHIRAKABA not in desk.rows(member=starter)
    accounts.change(account, by=SYSTEM, at=at, stage="onboarding")
    assert SHIRAKABA in desk.rows(member=starter)


def test_a_deputy_sees_the_queue_in_place_of_who_is_away(desk: Desk, at: datetime) -> None:
    mate = cast.member(Role.CSM, "伊藤 悠斗", team="東日本")
    assert desk.rows(member=mate) == {}
    deputies.appoint(desk.member, mate, from_on=TODAY, until_on=TODAY + timedelta(7), by=SYSTEM, at=at)
    assert desk.rows(member=mate)[SHIRAKABA].standing.stands_in_for == desk.member.name
    assert desk.rows(member=mate, on=TODAY + timedelta(7)) == {}


def test_a_deputy_with_many_tasks_still_sees_those_of_who_is_away(
    desk: Desk, at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(open_tasks, "MOST", 2)
    mate = cast.member(Role.CSM, "伊藤 悠斗", team="東日本")
    account = desk.account(SHIRAKABA)
    for n in range(3):
        tasks.open(account, f"自分の{n}", assignee=mate, due_on=TODAY - timedelta(9 - n), by=SYSTEM, at=at)
    tasks.open(account, "不在者の", assignee=desk.member, due_on=TODAY, by=SYSTEM, at=at)
    deputies.appoint(desk.member, mate, from_on=TODAY, until_on=TODAY + timedelta(7), by=SYSTEM, at=at)
    assert [one.title for one in desk.day(member=mate).portfolio.tasks] == ["自分の0", "自分の1", "不在者の"]


def test_a_handoff_stands_on_the_day_of_whoever_is_to_accept_or_to_write_it(desk: Desk, at: datetime) -> None:
    seller = cast.member(Role.SALES, "山口 健")
    account = desk.account(SHIRAKABA)
    ownership.assign(account, seller, by=SYSTEM, at=at, phase=Phase.SALES)
    made = handoffs.open(account, signed_on=date(2026, 11, 2), by=SYSTEM, at=at)  # due on the 10th
    assert "handoff" not in desk.reasons(SHIRAKABA)
    late = {one.code: one for one in desk.rows(member=seller)[SHIRAKABA].reasons}["handoff_due"]
    assert late.headline.ja == "引き継ぎが14日超過" and late.is_promised
    handoffs.fill(made, {item.value: Said("済み") for item in Item}, by=Actor.of(seller), at=at)
    handoffs.send(made, by=Actor.of(seller), at=at)
    found = desk.reasons(SHIRAKABA)["handoff"]
    assert "受領待ち" in found.headline.ja and not found.is_promised and found.url == f"/handoffs/{made.pk}"
    later = {one.code: one for one in desk.rows(on=TODAY + timedelta(2))[SHIRAKABA].reasons}["handoff"]
    assert later.is_promised
    assert "handoff_due" not in {r.code for row in desk.rows(member=seller).values() for r in row.reasons}
    handoffs.accept(made, by=desk.by, at=at)
    assert "handoff" not in desk.reasons(SHIRAKABA)


def test_a_deputy_sees_the_tasks_of_who_is_away_and_whose_they_are(desk: Desk, at: datetime) -> None:
    mate = cast.member(Role.CSM, "伊藤 悠斗", team="東日本")
    tasks.open(desk.account(SHIRAKABA), "見積もりを送る", assignee=desk.member, due_on=TODAY, by=SYSTEM, at=at)
    tasks.open(None, "自分だけの用事", assignee=desk.member, due_on=TODAY, by=SYSTEM, at=at)
    assert desk.day(member=mate).portfolio.tasks == []
    deputies.appoint(desk.member, mate, from_on=TODAY, until_on=TODAY + timedelta(7), by=SYSTEM, at=at)
    told = {one.code: one for one in desk.rows(member=mate)[SHIRAKABA].reasons}["task"]
    assert told.play.title.ja == "見積もりを送る" and told.evidence[0].ja == "不在の佐藤 美咲の代理。"
    day = desk.day(member=mate).portfolio
    assert ([task.title for task in day.tasks], day.due) == (["見積もりを送る"], [])
    assert desk.reasons(SHIRAKABA)["task"].evidence == (), "to whoever is away it is simply theirs"
    assert desk.day(member=mate, on=TODAY + timedelta(7)).portfolio.tasks == []


def test_the_accounts_of_others_are_not_on_the_day(desk: Desk, at: datetime) -> None:
    stranger = cast.member(Role.CSM, "他部門", team="西日本")
    assert desk.rows(member=stranger) == {}


# --- answers -----------------------------------------------------------------------------------------------------


def _leading(desk: Desk, name: str = SHIRAKABA) -> tuple[Account, list[Reason]]:
    row = desk.rows()[name]
    return desk.account(name), list(row.reasons)


def test_taken_on_it_is_a_task_with_its_why_and_leaves_the_queue_for_its_day(desk: Desk, at: datetime) -> None:
    account, reasons = _leading(desk)
    given = answers.accept(desk.member, account, reasons, by=desk.by, at=at)
    task = Task.objects.get(origin_kind="queue")
    assert given.task == task and (task.assignee, task.minutes, task.kind) == (desk.member, 20, "decide")
    assert task.reasoning and task.reasoning.ja.startswith("更新拒絶期限日まで9日")
    row = desk.rows()[SHIRAKABA]
    assert [one.code for one in row.reasons] == [
        "task"
    ] and row.task == task.pk  # due today: it is on the day as a task
    assert Entry.objects.filter(action="work.queue.accepted", account=account.pk).count() == 1


def test_taken_on_twice_is_one_task(desk: Desk, at: datetime) -> None:
    account, reasons = _leading(desk)
    for _ in range(2):
        answers.accept(desk.member, account, reasons, by=desk.by, at=at)
    assert Task.objects.count() == 1 and QueueAnswer.objects.count() == len(reasons)


def test_dismissed_it_comes_back_only_when_its_facts_change(desk: Desk, at: datetime) -> None:
    account, reasons = _leading(desk)
    answers.dismiss(desk.member, account, reasons, words="更新は合意済み", by=desk.by, at=at)
    assert SHIRAKABA not in desk.rows()
    later = asking.my_day(desk.member, TODAY + timedelta(3), at, desk.org)  # six days left: the same step
    assert SHIRAKABA not in {row.standing.account.name for row in (*later.cut.within, *later.cut.beyond)}
    Account.objects.filter(pk=account.pk).update(notice_on=TODAY + timedelta(8))
    assert SHIRAKABA in desk.rows()


def test_put_off_it_comes_back_on_its_day(desk: Desk, at: datetime) -> None:
    account, reasons = _leading(desk)
    answers.snooze(desk.member, account, reasons, until=TODAY + timedelta(2), words="先方不在", by=desk.by, at=at)
    assert SHIRAKABA not in desk.rows() and SHIRAKABA not in desk.rows(on=TODAY + timedelta(1))
    assert SHIRAKABA in desk.rows(on=TODAY + timedelta(2))
    assert [row.words for row in asking.put_off(desk.member, TODAY)] == ["先方不在"] * len(reasons)


def test_given_to_a_colleague_it_is_their_task_and_they_are_told(desk: Desk, at: datetime) -> None:
    mate = cast.member(Role.CSM, "伊藤 悠斗", team="東日本")
    account, reasons = _leading(desk)
    answers.assign(desk.member, account, reasons, mate, words="", by=desk.by, at=at)
    assert Task.objects.get().assignee == mate and mate.notices.count() == 1
    assert SHIRAKABA not in desk.rows()


@pytest.mark.parametrize("deed", ["accept", "snooze", "dismiss", "assign"])
def test_every_answer_can_be_taken_back(desk: Desk, at: datetime, deed: str) -> None:
    account, reasons = _leading(desk)
    options: dict[str, dict[str, Any]] = {
        "accept": {}, "snooze": {"until": TODAY + timedelta(3), "words": "w"}, "dismiss": {"words": "w"}, "assign": {},
    }  # fmt: skip
    receiver = [cast.member(Role.CSM, "伊藤 悠斗", team="東日本")] if deed == "assign" else []
    before = desk.rows()[SHIRAKABA].headline
    given = getattr(answers, deed)(desk.member, account, reasons, *receiver, by=desk.by, at=at, **options[deed])
    assert answers.undo(desk.member, given.deed, by=desk.by, at=at) == len(reasons)
    assert desk.rows()[SHIRAKABA].headline == before
    assert not Task.objects.open().exists() and not QueueAnswer.objects.exists()
    assert answers.undo(desk.member, given.deed, by=desk.by, at=at) == 0


def test_a_task_that_was_done_since_is_not_taken_back(desk: Desk, at: datetime) -> None:
    account, reasons = _leading(desk)
    given = answers.accept(desk.member, account, reasons, by=desk.by, at=at)
    assert given.task
    tasks.finish(given.task, by=desk.by, at=at)
    with pytest.raises(answers.TooLate):
        answers.undo(desk.member, given.deed, by=desk.by, at=at)


@pytest.mark.parametrize("deed", ["finish", "snooze", "dismiss"])
def test_an_answer_to_a_due_task_is_the_tasks_own_and_can_be_taken_back(desk: Desk, at: datetime, deed: str) -> None:
    account = desk.account(cast.THRIVING)
    task = tasks.open(account, "請求書を送る", assignee=desk.member, due_on=TODAY - timedelta(3), by=desk.by, at=at)
    row = desk.rows()[cast.THRIVING]
    assert row.headline.ja == "タスクが3日超過" and row.is_promised
    options: dict[str, Any] = {"finish": {}, "dismiss": {"words": "不要"}}.get(
        deed, {"words": "先方不在", "until": TODAY + timedelta(2)}
    )
    given = getattr(answers, deed)(desk.member, account, list(row.reasons), by=desk.by, at=at, **options)
    task.refresh_from_db()
    stands = {"finish": ("done", None), "dismiss": ("dismissed", None), "snooze": ("open", TODAY + timedelta(2))}
    assert (task.state, task.snoozed_until) == stands[deed] and cast.THRIVING not in desk.rows()
    answers.undo(desk.member, given.deed, by=desk.by, at=at)
    assert desk.rows()[cast.THRIVING].task == task.pk


def test_a_deputy_who_gave_a_task_on_gives_it_back_to_whose_it_was(desk: Desk, at: datetime) -> None:
    mate, third = (cast.member(Role.CSM, name, team="東日本") for name in ("伊藤 悠斗", "三人目"))
    task = tasks.open(desk.account(SHIRAKABA), "見積もり", assignee=desk.member, due_on=TODAY, by=SYSTEM, at=at)
    deputies.appoint(desk.member, mate, from_on=TODAY, until_on=TODAY + timedelta(7), by=SYSTEM, at=at)
    found = [one for one in desk.rows(member=mate)[SHIRAKABA].reasons if one.code == "task"]
    by = Actor.of(mate)
    given = answers.assign(mate, desk.account(SHIRAKABA), found, third, by=by, at=at)
    assert Task.objects.get(pk=task.pk).assignee == third
    answers.undo(mate, given.deed, by=by, at=at)
    assert Task.objects.get(pk=task.pk).assignee == desk.member


def test_a_reason_is_asked_for_where_it_is_put_off_or_away(desk: Desk, at: datetime) -> None:
    account, reasons = _leading(desk)
    with pytest.raises(Refused):
        answers.dismiss(desk.member, account, reasons, words="  ", by=desk.by, at=at)
    with pytest.raises(Refused):
        answers.snooze(desk.member, account, reasons, until=TODAY, words="w", by=desk.by, at=at)
    assert not QueueAnswer.objects.exists()


def test_a_persons_name_is_taken_out_of_what_was_said(desk: Desk, at: datetime) -> None:
    account, reasons = _leading(desk)
    answers.dismiss(desk.member, account, reasons, words="井上様と合意済み", by=desk.by, at=at)
    assert len(privacy.exported(["井上"])) == len(reasons)
    assert privacy.erase(["井上"], at=at) == len(reasons)
    assert QueueAnswer.objects.filter(state=Answered.DISMISSED).first().words == "—様と合意済み"
    entry = Entry.objects.get(action="work.queue.dismissed")
    assert entry.personal.payload == {}
