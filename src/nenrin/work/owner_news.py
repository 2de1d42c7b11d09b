"""Whoever an account was given to hears of it once, with what there is to take over; of many accounts in one notice."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from nenrin.customers.models import Account, Assignment, Handover
from nenrin.foundation import format
from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.models import Entry, Member
from nenrin.values import Text
from nenrin.work import left_open, notices
from nenrin.work.notices import News

Given = tuple[Account, Assignment | None, Sequence[Entry]]


def given(rows: Sequence[Given], made: Sequence[Handover], held: left_open.Counts, *, at: datetime) -> None:
    """`rows`: accounts with whoever has them now and the entries that gave them; `made`: handovers opened for these."""
    asked = {(row.account_id, row.phase, row.receiver_id): row for row in made}
    whose: dict[int, list[Given]] = {}
    for account, owner, entries in rows:
        if owner is not None and _is_news(owner.member, entries, (account.pk, owner.phase, owner.member_id) in asked):
            whose.setdefault(owner.member_id, []).append((account, owner, entries))
    news = []
    for receiver, theirs in whose.items():
        wanted = [(account.pk, owner.phase, receiver) for account, owner, _ in theirs if owner]
        news.append(_news(theirs, [asked[key] for key in wanted if key in asked], held))
    notices.tell_many(news, by=SYSTEM, at=at)


def _is_news(receiver: Member, entries: Sequence[Entry], is_asked: bool) -> bool:
    """Somebody else had it before; whoever took it themselves hears only where something is to be taken over."""
    before = entries[0].particulars.get("before_id")
    did = entries[-1].actor_kind == "member" and entries[-1].actor_key == str(receiver.pk)
    return is_asked or (before is not None and before != receiver.pk and not did)


def _news(theirs: Sequence[Given], waiting: Sequence[Handover], held: left_open.Counts) -> News:
    account, owner, _ = theirs[0]
    assert owner is not None
    key = f"owner:{max(each[2][-1].sequence or 0 for each in theirs)}:{owner.phase if len(theirs) == 1 else ''}"
    accounts = len({each.pk for each, _, _ in theirs})  # one account may come in two phases
    if accounts == 1:
        text = Text(f"You look after {account.name} now", f"{account.name}の担当になりました")
    else:
        count = format.counted(accounts, "account")
        text = Text(f"{count} were given to you", f"{accounts}社の担当になりました")
    more = _to_take(waiting, held)
    text = Text(text.en + more.en, text.ja + more.ja)
    return News(
        member=owner.member, code="handoff.given", text=text, key=key, url=_url(account, theirs, waiting),
        account=account.pk if accounts == 1 else None,
    )  # fmt: skip


def _to_take(waiting: Sequence[Handover], held: left_open.Counts) -> Text:
    if not waiting:
        return Text("", "")
    givers = {(row.account_id, row.giver_id or 0) for row in waiting}
    count = sum(sum(held[key].values()) for key in givers)
    handoffs = format.counted(len(waiting), "internal handoff")
    return Text(
        f": {handoffs} to answer ({count:,} open)",
        f"。社内引き継ぎ{len(waiting)}件（未完了{count:,}件）に回答してください",
    )


def _url(account: Account, theirs: Sequence[Given], waiting: Sequence[Handover]) -> str:
    if len(waiting) == 1:
        return f"/handovers/{waiting[0].pk}"
    if waiting:
        return "/handovers"
    return f"/accounts/{account.pk}" if len({each.pk for each, _, _ in theirs}) == 1 else "/my-day"


def asked(made: Sequence[Handover], last: Entry, *, at: datetime) -> None:
    """Accounts have come into the receivers' phase: one notice each, of many together one."""
    whose: dict[int, list[Handover]] = {}
    for row in made:
        whose.setdefault(row.receiver_id, []).append(row)
    names = dict(Account.objects.filter(pk__in=[row.account_id for row in made]).values_list("pk", "name"))
    notices.tell_many([_asked(rows, names, last) for rows in whose.values()], by=SYSTEM, at=at)


def _asked(rows: Sequence[Handover], names: dict[int, str], last: Entry) -> News:
    first = rows[0]
    if len(rows) == 1:
        name = names[first.account_id]
        text = Text(
            f"{name} has come into your phase: you are asked to take over",
            f"{name}が担当フェーズに入りました。引き継ぎを確認してください",
        )
    else:
        text = Text(
            f"{len(rows)} accounts have come into your phase: you are asked to take over",
            f"{len(rows)}社が担当フェーズに入りました。引き継ぎを確認してください",
        )
    return News(
        member=first.receiver, code="handoff.proposed", text=text, key=f"phase:{last.sequence}:{first.receiver_id}",
        url=f"/handovers/{first.pk}" if len(rows) == 1 else "/handovers", account=first.account_id if len(rows) == 1 else None,
    )  # fmt: skip
