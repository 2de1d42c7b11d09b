"""My day as a page: the queue in order, answers by form, what stands beside it, and whom sign-in leads there."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from nenrin.customers import accounts, contacts, deputies, ownership
from nenrin.customers.models import Account
from nenrin.foundation import journal
from nenrin.foundation.actors import SYSTEM, Actor
from nenrin.foundation.mail import outbox
from nenrin.foundation.mail.addresses import Address
from nenrin.foundation.models import Entry, Member, Organisation
from nenrin.foundation.models.mail import Kind
from nenrin.foundation.roles import Role
from nenrin.insight.models import CurrentMeasure, DailyScore, Health, HealthModelVersion
from nenrin.work import handoffs, meetings, promises, tasks, touches
from nenrin.work.handoffs import Said
from nenrin.work.models import Task
from nenrin.work.models.handoff import Item
from nenrin.work.models.queue import QueueAnswer
from tests import cast
from tests.web import portfolio_world
from tests.web.portfolio_world import TODAY

AT = datetime(2026, 11, 24, 0, 0, tzinfo=UTC)
SHIRAKABA = "白樺メディカル株式会社"
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _morning() -> Iterator[None]:
    with time_machine.travel(AT, tick=False):
        yield


@pytest.fixture
def sato(org: Organisation, at: datetime) -> Member:
    """A CSM whose four accounts were all called yesterday."""
    member = cast.member(Role.CSM, team="東日本")
    for account in portfolio_world.build(at).values():
        ownership.assign(account, member, by=SYSTEM, at=at)
        when = at - timedelta(days=1)
        touches.write(account, "call", title="定例", happened_at=when, by=Actor.of(member), at=at)
    return member


@pytest.fixture
def desk(client: Client, sato: Member) -> Client:
    client.force_login(sato)
    return client


def read(client: Client, address: str = "/my-day") -> str:
    return client.get(address).content.decode()


def key_of(name: str) -> int:
    return Account.objects.get(name=name).pk


def answer(client: Client, name: str, do: str, **said: object) -> int:
    return client.post(f"/my-day/accounts/{key_of(name)}/answer", {"do": do, **said}).status_code


def test_the_queue_stands_in_the_order_of_worth_with_its_why(desk: Client) -> None:
    page = read(desk)
    assert "今日やること 2件" in page
    assert page.index(SHIRAKABA) < page.index(cast.DRIFTING)
    assert "更新拒絶期限日まで9日" in page and "決裁者と話す" in page and "20分" in page
    assert "1,000万円" in page or "1,200万円" in page  # ARR of the four


def test_the_order_is_explained_with_the_rows_own_figures(desk: Client) -> None:
    page = read(desk)
    assert "2,880,000円 × 10.0%（基準値、90日） × 30% ÷ 20分 = 4,320円/分" in page
    assert "効果が測定されるまでは目安" in page


def test_it_reads_in_english(desk: Client, sato: Member) -> None:
    Member.objects.filter(pk=sato.pk).update(language="en")
    page = read(desk)
    assert "My day: 2" in page and "Notice deadline in 9 days" in page and "Take on" in page


def test_taking_on_makes_a_task_and_says_so_with_a_way_back(desk: Client, sato: Member) -> None:
    assert answer(desk, SHIRAKABA, "accept") == 302
    assert Task.objects.get().assignee == sato
    page = read(desk)
    assert "タスクにしました" in page and "完了する" in page
    deed = QueueAnswer.objects.values_list("deed", flat=True)[0]
    assert f"/my-day/undo/{deed}" in page
    desk.post(f"/my-day/undo/{deed}")
    assert not Task.objects.open().exists() and "完了する" not in read(desk)


def test_putting_off_asks_for_a_day_and_a_reason(desk: Client) -> None:
    assert answer(desk, SHIRAKABA, "snooze", until="", words="") == 422
    assert answer(desk, SHIRAKABA, "snooze", until="2026-11-27", words="先方不在") == 302
    assert SHIRAKABA not in read(desk).split('id="changed"')[0].split('id="queue"')[1]
    assert "先方不在" in read(desk, "/my-day/put-off")


def test_a_dismissal_keeps_what_was_typed_where_it_is_refused(desk: Client) -> None:
    response = desk.post(f"/my-day/accounts/{key_of(SHIRAKABA)}/answer", {"do": "dismiss", "words": "x" * 301})
    assert response.status_code == 422 and "x" * 301 in response.content.decode()


def test_a_colleague_can_be_asked(desk: Client) -> None:
    mate = cast.member(Role.CSM, "伊藤 悠斗", team="東日本")
    assert answer(desk, SHIRAKABA, "assign", member=mate.pk) == 302
    assert Task.objects.get().assignee == mate


def test_a_row_that_has_gone_is_no_error(desk: Client) -> None:
    assert answer(desk, cast.THRIVING, "accept") == 302
    assert "すでになくなっています" in read(desk) and not Task.objects.exists()


def test_another_teams_account_cannot_be_answered_for(client: Client, sato: Member) -> None:
    client.force_login(cast.member(Role.CSM, "他部門", team="西日本"))
    assert client.get(f"/my-day/accounts/{key_of(SHIRAKABA)}/answer").status_code == 404


def test_nobody_takes_back_a_colleagues_answer(desk: Client, client: Client, sato: Member) -> None:
    answer(desk, SHIRAKABA, "accept")
    deed = QueueAnswer.objects.values_list("deed", flat=True)[0]
    client.force_login(cast.member(Role.CSM, "伊藤 悠斗", team="東日本"))
    client.post(f"/my-day/undo/{deed}")
    assert QueueAnswer.objects.exists() and Task.objects.open().exists()


def test_a_due_task_elsewhere_stands_beside_the_queue(desk: Client, sato: Member, at: datetime) -> None:
    tasks.open(None, "週報を書く", assignee=sato, due_on=TODAY, by=SYSTEM, at=at)
    assert "週報を書く" in read(desk).split('id="others"')[1]


def test_an_empty_day_suggests_whom_nobody_met_for_longest(client: Client, org: Organisation, at: datetime) -> None:
    member = cast.member(Role.CSM, team="東日本")
    account = portfolio_world.build(at)[cast.THRIVING]
    ownership.assign(account, member, by=SYSTEM, at=at)
    client.force_login(member)
    page = read(client)
    assert "今日対応が必要な顧客はありません" in page and cast.THRIVING in page and "接点の記録なし" in page


def test_whoever_has_no_account_is_told_so(client: Client, org: Organisation) -> None:
    client.force_login(cast.member(Role.PRODUCT))
    assert "担当する顧客がありません" in read(client)


@pytest.mark.parametrize(
    ("role", "where"),
    [(Role.CSM, "/my-day"), (Role.ONBOARDING, "/my-day"), (Role.HEAD, "/my-day"), (Role.EXECUTIVE, "/")],
)
def test_sign_in_leads_those_with_accounts_of_their_own_to_their_day(
    client: Client, org: Organisation, role: Role, where: str
) -> None:
    member = cast.member(role, team="東日本")
    response = client.post("/sign-in/login/", {"login": member.email, "password": cast.PASSWORD})
    assert response.status_code == 302 and response["Location"] == where


# --- beside the queue ---------------------------------------------------------------------------------------------


def section(page: str, key: str) -> str:
    """What stands in one block of the page."""
    return page.split(f'id="{key}"')[1].split("</section>")[0]


def beside(client: Client, key: str) -> str:
    return section(read(client), key)


@pytest.fixture
def strange(sato: Member, at: datetime) -> Account:
    """Somebody else's customer."""
    account = accounts.open("他部門の顧客", by=SYSTEM, at=at, status="customer")
    ownership.assign(account, cast.member(Role.CSM, "他部門", team="西日本"), by=SYSTEM, at=at)
    return account


def health_fell(account: Account, at: datetime) -> None:
    told = {"band_en": "At risk", "band_ja": "危険", "score": 31, "finding_en": "", "finding_ja": "ログインが減少。"}
    journal.record("insight.health.fell", actor=SYSTEM, at=at, account=account.pk, particulars=told)


def detractor(account: Account, at: datetime) -> None:
    told = {"survey": "NPS", "score": 3}
    journal.record("ingest.answer.given", actor=SYSTEM, at=at, account=account.pk, particulars=told)


def urgent(account: Account, at: datetime) -> None:
    told = {"priority": "urgent", "priority_en": "urgent", "priority_ja": "緊急"}
    journal.record("ingest.ticket.opened", actor=SYSTEM, at=at, account=account.pk, particulars=told)


def noticed(account: Account, at: datetime) -> None:
    told = {"noticed_on": "2026-11-24"}
    journal.record("customers.subscription.noticed", actor=SYSTEM, at=at, account=account.pk, particulars=told)


def promised(account: Account, at: datetime) -> None:
    promises.make(account, "英語版の帳票", due_on=TODAY + timedelta(9), owner=None, by=SYSTEM, at=at)


def champion_left(account: Account, at: datetime) -> None:
    contact = contacts.add(account, "小林 次郎", role="champion", by=SYSTEM, at=at - timedelta(days=9))
    contacts.leave(contact, on=TODAY, by=SYSTEM, at=at)


def score_moved(account: Account, at: datetime) -> None:
    """By twelve points, and still of the same colour."""
    row = Health.objects.filter(account=account).first()
    version = row.version if row else HealthModelVersion.objects.get()
    if row is None:
        Health.objects.create(
            account=account,
            as_of=TODAY,
            at=at,
            today=80,
            score=80,
            band="healthy",
            since=TODAY,
            coverage=1,
            version=version,
        )
    score = Health.objects.get(account=account).score + 12
    day = date(2026, 11, 20)  # Friday; Monday was a holiday
    DailyScore.objects.create(
        account=account, day=day, today=score, score=score, band="healthy", coverage=1, version=version
    )


def use_fell(account: Account, at: datetime) -> None:
    CurrentMeasure.objects.create(account=account, measure="usage_trend", value=0.66, as_of=TODAY)
    told = {"fell": 34, "as_of": TODAY}
    journal.record("insight.use.fell", actor=SYSTEM, at=at, account=account.pk, particulars=told)


@pytest.mark.parametrize(
    ("happens", "words"),
    [
        (health_fell, "危険に低下"), (detractor, "3"), (urgent, "緊急"), (noticed, "解約予告"), (promised, "英語版の帳票"),
        (champion_left, "小林 次郎"), (score_moved, "スコアが12点低下"), (use_fell, "34%減少"),
    ],
)  # fmt: skip
def test_what_happened_since_the_last_business_day_is_told_of_ones_own_accounts_alone(
    desk: Client, strange: Account, at: datetime, happens: Callable[[Account, datetime], None], words: str
) -> None:
    mine = Account.objects.get(name=cast.THRIVING)
    Entry.objects.all().update(recorded_at=at - timedelta(days=30))
    assert cast.THRIVING not in beside(desk, "changed")
    happens(strange, at)
    assert "他部門の顧客" not in read(desk)
    happens(mine, at)
    told = beside(desk, "changed")
    assert cast.THRIVING in told and words in told, told


def test_news_of_many_accounts_take_no_more_queries_than_of_one(desk: Client, at: datetime) -> None:
    Entry.objects.all().update(recorded_at=at - timedelta(days=30))

    def asked() -> int:
        with CaptureQueriesContext(connection) as noted:
            read(desk)
        return len(noted)

    score_moved(Account.objects.get(name=cast.THRIVING), at)
    asked()  # what is kept between pages
    one = asked()
    score_moved(Account.objects.get(name=cast.STARTING), at)
    assert beside(desk, "changed").count("スコアが12点") == 2
    assert asked() == one


def test_small_moves_and_what_is_long_past_are_no_news(desk: Client, at: datetime) -> None:
    Entry.objects.all().update(recorded_at=at - timedelta(days=30))
    mine = Account.objects.get(name=cast.THRIVING)
    health_fell(mine, at - timedelta(days=5))
    CurrentMeasure.objects.create(account=mine, measure="usage_trend", value=0.75, as_of=TODAY)
    other = Account.objects.get(name=cast.STARTING)
    CurrentMeasure.objects.create(account=other, measure="usage_trend", value=0.2, as_of=TODAY - timedelta(9))
    row = Health.objects.get(account=mine)
    DailyScore.objects.create(
        account=mine,
        day=date(2026, 11, 20),
        today=1,
        score=row.score - 9,
        band="healthy",
        coverage=1,
        version=row.version,
    )
    told = beside(desk, "changed")
    assert cast.THRIVING not in told and cast.STARTING not in told, told


def test_use_that_has_long_been_low_or_rose_again_is_no_news(desk: Client, at: datetime) -> None:
    Entry.objects.all().update(recorded_at=at - timedelta(days=30))
    low, back = Account.objects.get(name=cast.THRIVING), Account.objects.get(name=cast.STARTING)
    CurrentMeasure.objects.create(account=low, measure="usage_trend", value=0.03, as_of=TODAY)
    use_fell(back, at)
    CurrentMeasure.objects.filter(account=back).update(value=0.9)
    told = beside(desk, "changed")
    assert cast.THRIVING not in told and cast.STARTING not in told, told


def test_many_of_one_kind_leave_room_for_the_others_and_say_how_many_more_there_are(
    desk: Client, sato: Member, at: datetime
) -> None:
    Entry.objects.all().update(recorded_at=at - timedelta(days=30))
    score_moved(Account.objects.get(name=SHIRAKABA), at)
    for n in range(12):
        account = accounts.open(f"利用減{n:02d}", by=SYSTEM, at=at, status="customer")
        ownership.assign(account, sato, by=SYSTEM, at=at)
        use_fell(account, at - timedelta(minutes=n))
    unhappy = Account.objects.get(name=cast.STARTING)
    detractor(unhappy, at - timedelta(days=2))
    for n in range(90):  # before them
        journal.record("insight.health.rose", actor=SYSTEM, at=at, account=key_of("利用減00"), particulars={"n": n})
    told = beside(desk, "changed")
    assert cast.STARTING in told and SHIRAKABA in told and told.count("<li>") == 8, told
    assert "ほか6社" in told and "?news=1#changed" in told
    whole = section(read(desk, "/my-day?news=1"), "changed")
    assert whole.count("<li>") == 14 and "ほか" not in whole


def test_an_accounts_line_tells_each_kind_of_what_happened(desk: Client, at: datetime) -> None:
    Entry.objects.all().update(recorded_at=at - timedelta(days=30))
    mine = Account.objects.get(name=cast.THRIVING)
    detractor(mine, at - timedelta(minutes=9))
    health_fell(mine, at)
    told = beside(desk, "changed")
    assert told.count("<li>") == 1 and told.index("危険に低下") < told.index("NPS"), told


def drafted(account: Account, subject: str, at: datetime) -> None:
    outbox.put(
        to=Address("a@b.example"), subject=subject, text="…", kind=Kind.ACCOUNT, key=subject, draft=True,
        account_id=account.pk, by=SYSTEM, at=at,
    )  # fmt: skip


def test_drafts_of_ones_accounts_wait_beside_the_queue_also_of_who_has_left(
    desk: Client, strange: Account, at: datetime
) -> None:
    assert "承認待ちの下書きはありません" in beside(desk, "drafts") or "ありません" in beside(desk, "drafts")
    drafted(strange, "他人の下書き", at)
    drafted(Account.objects.get(name=cast.THRIVING), "活用のご案内", at)
    lost = Account.objects.get(name=cast.STARTING)
    drafted(lost, "またのご利用を", at)
    Account.objects.filter(pk=lost.pk).update(status="lost")
    told = beside(desk, "drafts")
    assert "活用のご案内" in told and "またのご利用を" in told and cast.STARTING in told and "/drafts" in told
    assert "他人の下書き" not in told


def test_a_deputy_approves_the_drafts_of_who_is_away_and_sees_for_whom(
    client: Client, sato: Member, at: datetime
) -> None:
    mate = cast.member(Role.CSM, "伊藤 悠斗", team="東日本")
    drafted(Account.objects.get(name=cast.THRIVING), "活用のご案内", at)
    tasks.open(
        Account.objects.get(name=cast.STARTING), "請求先を確かめる", assignee=sato, due_on=TODAY, by=SYSTEM, at=at
    )
    Account.objects.filter(name=cast.STARTING).update(status="lost")
    client.force_login(mate)
    assert "活用のご案内" not in read(client) and "請求先を確かめる" not in read(client)
    deputies.appoint(sato, mate, from_on=TODAY, until_on=TODAY + timedelta(7), by=SYSTEM, at=at)
    drafts, others = beside(client, "drafts"), beside(client, "others")
    assert "活用のご案内" in drafts and f"{sato.name}の代理" in drafts
    assert "請求先を確かめる" in others and f"{sato.name}の代理" in others


def test_todays_meetings_stand_beside_the_queue_with_their_hour(desk: Client, sato: Member, at: datetime) -> None:
    account = Account.objects.get(name=cast.THRIVING)
    assert "今日の打ち合わせはありません" in read(desk)
    by = Actor.of(sato)
    planned = [
        meetings.plan(account, title, starts_at=when, owner=sato, by=by, at=at)
        for title, when in (("月次定例", at + timedelta(hours=5)), ("来週の定例", at + timedelta(days=7)))
    ]
    other = cast.member(Role.CSM, "他部門", team="西日本")
    meetings.plan(None, "他人の会議", starts_at=at + timedelta(hours=2), owner=other, by=Actor.of(other), at=at)
    told = beside(desk, "meetings")
    assert f'href="/meetings/{planned[0].pk}/brief"' in told and told.count("/brief") == 1
    assert "14:00" in told and "月次定例" in told and cast.THRIVING in told
    assert "来週の定例" not in told and "他人の会議" not in told


def test_a_whole_day_with_an_account_says_so_on_each_of_its_days_and_takes_no_minutes(
    desk: Client, sato: Member, at: datetime
) -> None:
    """Two days that began yesterday, and one that was over when today began."""
    account, zone = Account.objects.get(name=cast.THRIVING), ZoneInfo("Asia/Tokyo")
    for title, first, days in (("全社研修", 23, 2), ("前日の展示会", 23, 1)):
        begins = datetime(2026, 11, first, tzinfo=zone)
        meetings.plan(account, title, starts_at=begins, ends_at=begins + timedelta(days), is_all_day=True, owner=sato,
                      by=Actor.of(sato), at=at)  # fmt: skip
    told = beside(desk, "meetings")
    assert ">終日</time>" in told and "全社研修" in told and "2880分" not in told and "2,880分" not in told
    assert "前日の展示会" not in told


def test_a_handoff_of_an_account_that_is_not_ones_own_yet_waits_beside_the_queue(
    desk: Client, sato: Member, strange: Account, at: datetime
) -> None:
    assert 'id="handed"' not in read(desk)
    made = handoffs.open(strange, receiver=sato, by=SYSTEM, at=at)
    handoffs.fill(made, {item.value: Said("済み") for item in Item}, by=SYSTEM, at=at)
    handoffs.send(made, by=SYSTEM, at=at)
    told = beside(desk, "handed")
    assert "他部門の顧客" in told and "受領待ち" in told and f"/handoffs/{made.pk}" in told
