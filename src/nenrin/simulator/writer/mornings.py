"""A morning in customer success: who is away, who has how much time, what is due, what was put off."""

from datetime import datetime, timedelta

from nenrin.customers import capacities, deputies, routing
from nenrin.customers.models import Account
from nenrin.customers.routing import Ownership, Pool, Rule
from nenrin.customers.statuses import Phase
from nenrin.foundation import organisation
from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.calendar import add_business_days
from nenrin.foundation.models import Mail, Member
from nenrin.foundation.models.mail import MailState
from nenrin.simulator.economy.workdays import worked
from nenrin.simulator.prose.letters import DRAFTS
from nenrin.simulator.writer import letters
from nenrin.simulator.writer.accounts import Book
from nenrin.values import Text
from nenrin.work import handing_over, promises, tasks
from nenrin.work.models.day_load import DayLoad
from nenrin.work.queue import answers, asking, loads
from nenrin.work.queue.rows import Row

MINUTES = {"sato": 300, "ito": 300, "nakajima": 300, "okada": 300}
# Who does something else as well: percent of their time that is customer success's, and the other role.
SHARES = {"ito": (80, "onboarding"), "okada": (50, "sales")}
# Of Sato's accounts, the largest first: what is to be done there, in how many business days (negative: overdue), minutes.
DUE = (
    (0, Text("Send the minutes of the monthly meeting", "月次定例の議事録を送る"), 0, 10),
    (2, Text("Confirm the date of the hands-on training", "操作研修の日程を確定する"), -2, 15),
    (3, Text("Share the report of last month's usage", "先月の利用レポートを共有する"), 2, 20),
)
# What each of them promised one of their customers for this morning.
PROMISED = (
    Text("Figures of use by site", "拠点別の利用実績の送付"),
    Text("Dates for the training of new users", "新任者向け研修の候補日の連絡"),
    Text("The answer to the question about approvals", "承認設定に関する質問への回答"),
    Text("A list of who uses the mobile records", "モバイル記録の利用者一覧の送付"),
)
PUT_OFF = "担当者が出張中。来週の定例で確認する"
PUT_AWAY = "更新は口頭で合意済み。書面待ち"
NOTE = "関西の拠点が増えたため、来月から担当をお願いします。次回の定例は同席します。"


def arranged(book: Book, *, at: datetime) -> None:
    """Say how much time each has, and by which rule accounts are given out."""
    people, by = book.ground.members, book.ground.actor("takagi")
    for key, minutes in MINUTES.items():
        share, other = SHARES.get(key, (100, ""))
        capacities.state(people[key], minutes_a_day=minutes, share_percent=share, other_role=other, by=by, at=at)
    pool = Pool(Phase.PRIMARY, members=tuple(people[key].pk for key in MINUTES))
    everybody = Rule("everybody", Text("New accounts", "新規の顧客"), Ownership.ONE, pools=[pool])
    routing.replace([everybody], by=by, at=at)


def lived(book: Book, *, now: datetime) -> int:
    """Do what a team does before its morning begins; returns how many rows stand on the members' days."""
    _away(book, now)
    _tasks(book, now)
    _promised(book, now)
    _drafted(book, now)
    _handed(book, now)
    _answered(book, now)
    while loads.step(now):
        pass
    return sum(DayLoad.objects.values_list("rows", flat=True))


def _away(book: Book, now: datetime) -> None:
    """Ito is away this week; Sato stands in."""
    today, people = organisation.today(now), book.ground.members
    back = add_business_days(today, 4)
    deputies.appoint(people["ito"], people["sato"], from_on=today, until_on=back, by=book.ground.actor("ito"), at=now)


def _tasks(book: Book, now: datetime) -> None:
    sato = book.ground.members["sato"]
    owned = _owned(sato)
    today = organisation.today(now)
    for place, title, within, minutes in DUE:
        if place < len(owned):
            due, said = worked(today, within), title.in_(owned[place].language)
            opened = now - timedelta(days=5)
            tasks.open(
                owned[place], said, assignee=sato, due_on=due, minutes=minutes, by=book.ground.actor("sato"), at=opened,
                key=f"demo:morning:{place}",
            )  # fmt: skip


def _promised(book: Book, now: datetime) -> None:
    """Everybody who looks after customers promised one of them something for today, or the next day that is worked."""
    due, made = worked(organisation.today(now)), now - timedelta(days=4)
    for key, words in zip(MINUTES, PROMISED, strict=True):
        member, by = book.ground.members[key], book.ground.actor(key)
        for account in _owned(member)[:1]:
            said = words.in_(account.language)
            promises.make(account, said, due_on=due, owner=member, by=by, at=made, key=f"demo:morning:{key}")


def _drafted(book: Book, now: datetime) -> None:
    """And whoever has no draft of a mail to approve among their customers has one."""
    at = now - timedelta(hours=3)
    for place, key in enumerate(MINUTES):
        owned = _owned(book.ground.members[key])
        if Mail.objects.filter(state=MailState.DRAFT, account__in=[account.pk for account in owned]).exists():
            continue
        for account in owned:
            if letters.written(
                account, DRAFTS[place], f"demo:morning:{key}", SYSTEM, at, language=account.language, draft=True,
                expires_at=at + timedelta(14),
            ):  # fmt: skip
                break


def _handed(book: Book, now: datetime) -> None:
    """Okada has more than time allows, and asks Nakajima to take one over."""
    people = book.ground.members
    for account in _owned(people["okada"])[1:2]:
        handing_over.propose(account, people["nakajima"], note=NOTE, by=book.ground.actor("okada"), at=now)


def _answered(book: Book, now: datetime) -> None:
    """One row of Sato's was put off, one put away: the last ones, so that the day stays worth doing."""
    sato, by, today = book.ground.members["sato"], book.ground.actor("sato"), organisation.today(now)
    day = asking.my_day(sato, today, now, organisation.current())
    rows: list[Row] = [
        row for row in (*day.cut.within, *day.cut.beyond) if row.task is None and not row.standing.stands_in_for
    ]
    if len(rows) < 4:
        return
    until, late = add_business_days(today, 5), rows[-1]
    answers.snooze(sato, late.standing.account, late.reasons, until=until, words=PUT_OFF, by=by, at=now)
    gone = rows[-2]
    answers.dismiss(sato, gone.standing.account, gone.reasons, words=PUT_AWAY, by=by, at=now)


def _owned(member: Member) -> list[Account]:
    return list(Account.objects.standing().filter(owner=member, status="customer").order_by("-mrr_minor", "pk")[:10])
