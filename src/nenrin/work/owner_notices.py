"""Whoever has an account hears what befell it that they did not do themselves; those who answer for sending, that it stopped.

A reader of the journal, and a look at the notice deadlines ahead.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Final

from django.db import transaction

from nenrin.customers.models import Account
from nenrin.customers.statuses import Status
from nenrin.foundation import format, journal
from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.models import Cursor, Entry, Member
from nenrin.foundation.roles import Role
from nenrin.values import Text
from nenrin.work import notices
from nenrin.work.notices import News

READER: Final = "owner_notices"
LIMIT: Final = 500
#: What was written down longer ago is history brought in, or was missed for so long that nobody wants it as news.
FRESH: Final = timedelta(days=2)
#: Days before the notice deadline from which its account's owner hears of it again.
DEADLINES: Final = (60, 30, 14, 7)
#: So many days later it is still told, where nobody could tell it on its day.
LATE: Final = 3
#: Code of the notice (its preference is the part before the dot), page of the account, sentence. None: the journal's own.
TOLD: Final[Mapping[str, tuple[str, str, Text | None]]] = {
    "insight.health.fell": ("health.fell", "/health", None),
    "insight.health.rose": ("health.rose", "/health", None),
    "insight.health.unknown": ("health.unknown", "/health", None),
    "customers.subscription.noticed": (
        "renewal.noticed", "/contracts", Text("notice was given on {noticed_on}", "{noticed_on}に解約予告"),
    ),
    "customers.subscription.reprieved": ("renewal.reprieved", "/contracts", None),
    "work.renewal.overruled": ("renewal.overruled", "/contracts", None),
    "work.journey.moved": ("journey.moved", "", Text("stage: {before_en} → {stage_en}", "ステージ: {before_ja} → {stage_ja}")),
    "work.journey.passed": ("journey.passed", "", None),
    "work.plan.agreed": ("plan.agreed", "", Text("the success plan was agreed", "サクセスプランを合意")),
    "work.plan.achieved": ("plan.achieved", "", Text("the success plan was achieved", "サクセスプランを達成")),
    "work.plan.abandoned": ("plan.abandoned", "", Text("the success plan was given up", "サクセスプランを中止")),
    "foundation.mail.drafted": ("mail.drafted", "/timeline", Text("a mail waits for approval", "メールが承認待ち")),
    "foundation.mail.unknown": (
        "mail.unknown", "/timeline", Text("it is unknown whether a mail arrived", "メールの到着が不明"),
    ),
    "foundation.mail.bounced": ("mail.bounced", "/timeline", Text("a mail bounced", "メールが不達")),
}  # fmt: skip
PAUSED: Final = "foundation.sending.paused"


def step(at: datetime) -> int:
    """Read on in the journal; returns how many notices. Safe to repeat, and for two at once."""
    done = Cursor.objects.filter(reader=READER).values_list("sequence", flat=True).first() or 0
    last = Entry.objects.filter(sequence__gt=done).order_by("-sequence").first()
    if last is None:
        return 0
    wanted = Entry.objects.filter(sequence__gt=done, action__in=[*TOLD, PAUSED], recorded_at__gt=at - FRESH)
    entries = list(wanted.order_by("sequence")[:LIMIT])
    with transaction.atomic():
        if not journal.still_at(READER, done):  # another worker told of these
            return 0
        news = [*_of_accounts(entries), *_of_sending(entries)]
        notices.tell_many(news, by=SYSTEM, at=at)
        journal.advance(READER, entries[-1] if len(entries) == LIMIT else last)
    return len(news)


def _of_accounts(entries: Sequence[Entry]) -> Iterable[News]:
    told = [entry for entry in entries if entry.account and entry.action in TOLD]
    accounts = _owned([entry.account for entry in told if entry.account])
    for entry in told:
        account = accounts.get(entry.account or 0)
        if account is None or account.owner is None or _did(account.owner, entry):
            continue
        code, page, words = TOLD[entry.action]
        yield News(
            member=account.owner, code=code, text=_said(account, words, entry), key=f"entry:{entry.pk}",
            url=f"/accounts/{account.pk}{page}", account=account.pk,
        )  # fmt: skip


def _owned(keys: Iterable[int]) -> Mapping[int, Account]:
    rows = Account.objects.filter(pk__in=set(keys), archived_at__isnull=True, owner__is_active=True)
    return rows.select_related("owner").in_bulk()


def _did(member: Member, entry: Entry) -> bool:
    return entry.actor_kind == "member" and entry.actor_key == str(member.pk)


def _said(account: Account, words: Text | None, entry: Entry) -> Text:
    if words is None:
        said = journal.sentence(entry)
    else:
        known = entry.particulars
        said = Text(words.en.format_map(known), words.ja.format_map(known))
    return Text(f"{account.name}: {said.en}", f"{account.name}: {said.ja}")


def _of_sending(entries: Sequence[Entry]) -> Iterable[News]:
    """Mails go out no more, and nobody decided so: administrators and heads are to look."""
    stopped = [entry for entry in entries if entry.action == PAUSED and entry.actor_kind != "member"]
    if not stopped:
        return
    for member in Member.objects.filter(role__in=(Role.ADMINISTRATOR, Role.HEAD), is_active=True):
        for entry in stopped:
            text = journal.sentence(entry)
            yield News(member=member, code="mail.paused", text=text, key=f"entry:{entry.pk}", url="/mails")


def deadlines(today: date, *, at: datetime) -> int:
    """Notice deadlines ahead, each told once a stage; returns how many accounts. Once a day. Safe to repeat."""
    until = today + timedelta(DEADLINES[0])
    rows = Account.objects.standing().filter(status=Status.CUSTOMER, notice_on__gte=today, notice_on__lte=until)
    near = rows.filter(owner__is_active=True).select_related("owner")
    found = [news for account in near if (news := _deadline(account, today))]
    notices.tell_many(found, by=SYSTEM, at=at)
    return len(found)


def _deadline(account: Account, today: date) -> News | None:
    assert account.owner is not None and account.notice_on is not None  # the query asked for both
    left = (account.notice_on - today).days
    stage = next((each for each in DEADLINES if each - LATE <= left <= each), None)
    if stage is None:
        return None
    en, ja = format.day(account.notice_on, "en"), format.day(account.notice_on, "ja")
    text = Text(
        f"{account.name}: notice deadline {en} ({left} d)", f"{account.name}: 更新拒絶期限日まで{left}日（{ja}）"
    )
    return News(
        member=account.owner, code="renewal.deadline", text=text, key=f"deadline:{account.pk}:{account.notice_on}:{stage}",
        url=f"/accounts/{account.pk}/contracts", account=account.pk,
    )  # fmt: skip
