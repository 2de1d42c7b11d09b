"""Notices: tell a member something once, let them read it, send it on by mail and Slack as they wish.

Of whoever is away their deputy hears too, marked as such.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from nenrin.customers import deputies
from nenrin.customers.models import Account
from nenrin.foundation import journal, organisation
from nenrin.foundation.actors import Actor
from nenrin.foundation.models import Member, WebhookEndpoint
from nenrin.foundation.models.webhook import EndpointKind
from nenrin.values import Text
from nenrin.work import quiet_hours
from nenrin.work.models import Notice, NoticeChannel, NoticePreference
from nenrin.work.models.notice import Way
from nenrin.work.notice_kinds import KINDS, kind_of

LONGEST = 500


class Ways(NamedTuple):
    """How one kind of notice goes out by each channel."""

    mail: Way
    slack: Way = Way.OFF


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """What one member is to hear; `account` by its number, `url` begins with /."""

    member: Member
    code: str
    text: Text
    key: str
    url: str = ""
    account: int | None = None


def tell(
    member: Member,
    code: str,
    *,
    text: Text,
    url: str,
    account: Account | None = None,
    key: str,
    by: Actor,
    at: datetime,
) -> Notice:
    """Tell a member something: in the app at once, by mail as they prefer this kind. The same key again is the same
    notice. No journal: what it tells of is there.
    """
    news = News(member=member, code=code, text=text, key=key, url=url, account=account.pk if account else None)
    there = Notice.objects.filter(member=member, key=key[:200]).first()
    if there is not None:
        return there
    row, *others = _built([news], by, at)
    try:
        with transaction.atomic():
            row.save(force_insert=True)
            Notice.objects.bulk_create(others, ignore_conflicts=True)
    except IntegrityError:  # two at once: the other's stands
        return Notice.objects.get(member=member, key=row.key)
    return row


def tell_many(news: Iterable[News], *, by: Actor, at: datetime) -> None:
    """Tell many at once, five hundred in a statement; those told before stay as they are. Safe to repeat."""
    rows = _built(list(news), by, at)
    Notice.objects.bulk_create(rows, batch_size=500, ignore_conflicts=True)


def read(member: Member, keys: Sequence[int] | None = None, *, at: datetime) -> int:
    """Mark these of a member's notices as read, all of them without `keys`. Safe to repeat."""
    rows = Notice.objects.unread().filter(member=member)
    if keys is not None:
        rows = rows.filter(pk__in=list(keys)[:5000])
    return rows.update(read_at=at)


def unread(member: Member, keys: Sequence[int]) -> int:
    """Put these back among the unread."""
    return Notice.objects.filter(member=member, pk__in=list(keys)[:5000]).update(read_at=None)


def prefer(member: Member, ways: Mapping[str, Ways], *, by: Actor, at: datetime) -> None:
    """How a member wants each kind of notice, from now on. Safe to repeat. Journal: work.notice.preferred."""
    stands = ways_of(member)
    changed = {kind: Ways(*map(Way, told)) for kind, told in ways.items() if kind in KINDS and stands[kind] != told}
    if not changed:
        return
    with transaction.atomic():
        for kind, chosen in changed.items():
            NoticePreference.objects.update_or_create(member=member, kind=kind, defaults=chosen._asdict())
        told = {"kinds": ", ".join(changed), "ways": {kind: chosen._asdict() for kind, chosen in changed.items()}}
        journal.record("work.notice.preferred", actor=by, at=at, subject=("member", member.pk), particulars=told)


def choose_channel(member: Member, endpoint: WebhookEndpoint | None, *, by: Actor, at: datetime) -> None:
    """Where this member's notices by Slack go; None: nowhere. Safe to repeat. Journal: work.notice.preferred."""
    stands = NoticeChannel.objects.filter(member=member).values_list("endpoint_id", flat=True).first()
    if stands == (endpoint.pk if endpoint else None):
        return
    with transaction.atomic():
        if endpoint is None:
            NoticeChannel.objects.filter(member=member).delete()
        else:
            NoticeChannel.objects.update_or_create(member=member, defaults={"endpoint": endpoint})
        told = {"kinds": "Slack", "endpoint": endpoint.pk if endpoint else None}
        journal.record("work.notice.preferred", actor=by, at=at, subject=("member", member.pk), particulars=told)


def channels() -> QuerySet[WebhookEndpoint]:
    """The Slack channels that were set up."""
    return WebhookEndpoint.objects.filter(kind=EndpointKind.SLACK, disabled_at__isnull=True)


def ways_of(member: Member) -> dict[str, Ways]:
    """Every kind with the ways that hold for this member."""
    chosen = _chosen([member.pk])
    return {kind: chosen.get((member.pk, kind), Ways(default)) for kind, (_, default) in KINDS.items()}


def _chosen(members: Iterable[int]) -> dict[tuple[int, str], Ways]:
    rows = NoticePreference.objects.filter(member__in=list(members))
    told = rows.values_list("member_id", "kind", "mail", "slack")
    return {(member, kind): Ways(Way(mail), Way(slack)) for member, kind, mail, slack in told}


def _built(told: Sequence[News], by: Actor, at: datetime) -> list[Notice]:
    """Those told first, then what their deputies hear of it."""
    news = [*told, *_for_deputies(told, by, at)]
    chosen = _chosen({each.member.pk for each in news})
    zone = organisation.zone()
    return [_row(each, chosen, zone, by, at) for each in news]


def _for_deputies(told: Sequence[News], by: Actor, at: datetime) -> list[News]:
    """Whoever stands in today for some of them hears the same once, but of what they did themselves or are told anyway."""
    away = deputies.of(organisation.today(at)) if told else {}
    wanted = {away[each.member.pk] for each in told if each.member.pk in away} - {by.member}
    if not wanted:
        return []
    standing_in = Member.objects.filter(is_active=True).in_bulk(wanted)
    heard = {(each.member.pk, each.url, each.code) for each in told}
    copies = []
    for each in told:
        deputy = standing_in.get(away.get(each.member.pk, 0))
        if deputy is None or (deputy.pk, each.url, each.code) in heard:
            continue
        heard.add((deputy.pk, each.url, each.code))
        copies.append(replace(each, member=deputy, text=_marked(each), key=f"for:{each.member.pk}:{each.key}"))
    return copies


def _marked(news: News) -> Text:
    name = news.member.name
    return Text(f"For {name}: {news.text.en}", f"（{name}の代理）{news.text.ja}")


def _row(news: News, chosen: Mapping[tuple[int, str], Ways], zone: ZoneInfo, by: Actor, at: datetime) -> Notice:
    kind = kind_of(news.code)
    ways = chosen.get((news.member.pk, kind), Ways(KINDS[kind][1]))
    own = quiet_hours.zone_of(news.member, zone)
    return Notice(
        member=news.member, code=news.code, text={"en": news.text.en[:LONGEST], "ja": news.text.ja[:LONGEST]},
        url=news.url[:500], account_id=news.account, key=news.key[:200], told_by=by.name, created_at=at,
        mail=ways.mail, mail_at=_send_at(ways.mail, at, own), slack=ways.slack, slack_at=_send_at(ways.slack, at, own),
    )  # fmt: skip


def _send_at(way: Way, at: datetime, zone: ZoneInfo) -> datetime | None:
    if way is Way.OFF:
        return None
    return quiet_hours.next_digest(at, zone) if way is Way.DIGEST else quiet_hours.permitted(at, zone)
