"""REST: one's own notices, and how one wants to hear of each kind."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from django.db import transaction
from ninja import Field, Query, Router

from nenrin.api.guard import ApiRequest, grants
from nenrin.api.paging import Id, Page, Strict, Window, Word, page
from nenrin.customers.errors import Fault, Refused
from nenrin.foundation.actors import Actor
from nenrin.foundation.models import Member
from nenrin.foundation.permissions import FieldClass, Permission, visible
from nenrin.values import Text
from nenrin.work import notice_trials, notices
from nenrin.work.models import Notice, NoticeChannel
from nenrin.work.models.notice import Way
from nenrin.work.notice_kinds import KINDS, kind_of
from nenrin.work.notices import Ways

router = Router(tags=["notices"])
OWN = Permission.SIGNED_IN
AsWanted = Literal["off", "once", "digest"]


class NoticeOut(Strict):
    """`url` is of this installation, beginning with /. Roles that do not read personal data get the kind for the words."""

    id: int
    kind: str
    code: str
    text_en: str
    text_ja: str
    url: str
    account_id: int | None
    created_at: datetime
    read_at: datetime | None


class NoticesAsked(Window):
    """`unread`: only those. `kind` as in /notices/settings."""

    unread: bool = False
    kind: Word = ""


class NoticesRead(Strict):
    """Which; without `ids` all that are unread."""

    ids: list[Id] | None = Field(None, max_length=5000)


class NoticesUnread(Strict):
    ids: list[Id] = Field(default_factory=list, max_length=5000)


class NoticesChanged(Strict):
    """How many changed by this call, and how many are unread now."""

    changed: int
    unread: int


class NoticeKindOut(Strict):
    kind: str
    name_en: str
    name_ja: str
    mail: AsWanted
    slack: AsWanted


class SlackChannelOut(Strict):
    id: int
    name: str


class NoticeSettings(Strict):
    """In the app every notice stands. `channel_id`: the Slack channel to which yours go; `channels`: those to choose from."""

    kinds: list[NoticeKindOut]
    channel_id: int | None
    channels: list[SlackChannelOut]


class NoticeWaysIn(Strict):
    mail: AsWanted | None = None
    slack: AsWanted | None = None


class NoticeSettingsIn(Strict):
    """Kinds and ways that are left out stay. `channel_id` null: nothing goes to Slack."""

    kinds: dict[str, NoticeWaysIn] = Field(default_factory=dict)
    channel_id: Id | None = None


class NoticeTrialOut(Strict):
    """By which channels a test was put in now, and by which one of this minute is on its way already."""

    now: list[str]
    before: list[str]


@router.get("", response=Page[NoticeOut], summary="List one's notices")
@grants(OWN)
def list_notices(request: ApiRequest, asked: Query[NoticesAsked]) -> Any:
    """Your own, a page at a time; `sort=-created_at` begins with the newest."""
    rows = Notice.objects.filter(member=request.member)
    rows = rows.unread() if asked.unread else rows
    if asked.kind:
        codes = [
            code for code in rows.order_by().values_list("code", flat=True).distinct() if kind_of(code) == asked.kind
        ]
        rows = rows.filter(code__in=codes)
    may_read = visible(request.member, FieldClass.PERSONAL)
    return page(rows, asked, {"id", "created_at"}, lambda found: [_told(row, may_read) for row in found])


@router.post("/read", response=NoticesChanged, summary="Mark notices as read")
@grants(OWN)
def read_notices(request: ApiRequest, body: NoticesRead) -> Any:
    """These, or all. Safe to repeat; numbers that are not yours change nothing."""
    return _changed(request.member, notices.read(request.member, body.ids, at=request.at))


@router.post("/unread", response=NoticesChanged, summary="Put notices among the unread again")
@grants(OWN)
def unread_notices(request: ApiRequest, body: NoticesUnread) -> Any:
    """These. Safe to repeat; numbers that are not yours change nothing."""
    return _changed(request.member, notices.unread(request.member, body.ids))


@router.get("/settings", response=NoticeSettings, summary="Get how one hears of each kind")
@grants(OWN)
def get_notice_settings(request: ApiRequest) -> Any:
    """For each kind, by mail and by Slack: not (`off`), at once (`once`), or in one message a day (`digest`)."""
    return _settings(request.member)


@router.patch("/settings", response=NoticeSettings, summary="Say how one hears of each kind")
@grants(OWN)
def change_notice_settings(request: ApiRequest, body: NoticeSettingsIn) -> Any:
    """From now on; all of it or, where anything is refused, nothing. Safe to repeat."""
    member, by, stands = request.member, Actor.of(request.member), notices.ways_of(request.member)
    ways = {kind: _ways(kind, told, stands) for kind, told in body.kinds.items()}
    with transaction.atomic():
        notices.prefer(member, ways, by=by, at=request.at)
        if "channel_id" in body.model_fields_set:
            _choose(member, body.channel_id, by, request.at)
    return _settings(member)


@router.post("/settings/test", response=NoticeTrialOut, summary="Send oneself a test notice")
@grants(OWN)
def try_notices(request: ApiRequest) -> Any:
    """One message by each channel that is set up; one a minute."""
    sent = notice_trials.send(request.member, by=Actor.of(request.member), at=request.at)
    return {"now": [str(each) for each in sent.now], "before": [str(each) for each in sent.before]}


def _told(row: Notice, may_read: bool) -> dict[str, Any]:
    kind = kind_of(row.code)
    words = row.words if may_read else KINDS[kind][0]
    own = ("id", "code", "url", "account_id", "created_at", "read_at")
    return {name: getattr(row, name) for name in own} | {"kind": kind, "text_en": words.en, "text_ja": words.ja}


def _changed(member: Member, count: int) -> dict[str, int]:
    return {"changed": count, "unread": Notice.objects.unread().filter(member=member).count()}


def _settings(member: Member) -> dict[str, Any]:
    ways = notices.ways_of(member)
    return {
        "kinds": [
            {"kind": kind, "name_en": name.en, "name_ja": name.ja, "mail": ways[kind].mail, "slack": ways[kind].slack}
            for kind, (name, _) in KINDS.items()
        ],
        "channel_id": NoticeChannel.objects.filter(member=member).values_list("endpoint_id", flat=True).first(),
        "channels": [{"id": row.pk, "name": row.name} for row in notices.channels()],
    }


def _ways(kind: str, told: NoticeWaysIn, stands: dict[str, Ways]) -> Ways:
    if kind not in KINDS:
        known = ", ".join(KINDS)
        raise Refused([Fault(f"kinds.{kind}", Text(f"one of: {known}", f"次のいずれか: {known}"), kind)])
    return Ways(Way(told.mail or stands[kind].mail), Way(told.slack or stands[kind].slack))


def _choose(member: Member, key: int | None, by: Actor, at: datetime) -> None:
    """Raises Refused for what is no Slack channel that is set up."""
    chosen = notices.channels().filter(pk=key).first() if key else None
    if key and chosen is None:
        raise Refused.one("channel_id", Text("a Slack channel that is set up", "設定済みのSlackチャネル"), key)
    notices.choose_channel(member, chosen, by=by, at=at)
