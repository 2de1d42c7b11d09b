"""Notices in Slack: one by one or one message in the morning, escaped, no more than may be read, against a channel that
refuses, is slow, or hangs up."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from requests_hardened import Config

from nenrin.customers import accounts
from nenrin.customers.models import Account
from nenrin.foundation import sealed
from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.mail import sending
from nenrin.foundation.models import Entry, Mail, Member, Organisation, WebhookDelivery, WebhookEndpoint
from nenrin.foundation.roles import Role
from nenrin.foundation.webhooks import deliver, deliveries, endpoints, posting
from nenrin.values import Text
from nenrin.work import notice_mails, notice_trials, notices
from nenrin.work.models import Notice
from nenrin.work.models.notice import Channel, Way
from nenrin.work.notices import Ways
from tests import cast

MORNING = datetime.fromisoformat("2026-11-25T08:00:00+09:00")


@pytest.fixture
def mika(org: Organisation) -> Member:
    return cast.member(Role.CSM, "佐藤 美咲")


@pytest.fixture
def channel(mika: Member, at: datetime) -> WebhookEndpoint:
    """A channel that takes no personal words, chosen by Mika, who wants mentions at once and tasks in the digest."""
    url = "https://hooks.slack.example/services/T/B/x"
    row = endpoints.open("CS", url, kind="slack", by=SYSTEM, at=at)[0]
    notices.choose_channel(mika, row, by=SYSTEM, at=at)
    ways = {"mention": Ways(Way.OFF, Way.ONCE), "task": Ways(Way.OFF, Way.DIGEST)}
    notices.prefer(mika, ways, by=SYSTEM, at=at)
    return row


def tell(
    member: Member, at: datetime, key: str = "1", code: str = "mention.task", account: Account | None = None
) -> Notice:
    text = Text(f"Ken & <!channel> mention you {key}", f"山口がメンション {key}")
    return notices.tell(member, code, text=text, url="/tasks/1", account=account, key=key, by=SYSTEM, at=at)


def texts() -> list[str]:
    return [json.loads(body)["text"] for body in WebhookDelivery.objects.order_by("pk").values_list("body", flat=True)]


def test_one_line_at_once_without_names_unless_the_channel_takes_them(
    mika: Member, channel: WebhookEndpoint, at: datetime
) -> None:
    tell(mika, at)
    assert notice_mails.step(at) == 1 and notice_mails.step(at) == 0
    assert texts()[0].startswith("佐藤 美咲: 自分へのメンション\nhttp") and not Mail.objects.exists()
    WebhookEndpoint.objects.update(is_personal=True)
    tell(mika, at, "2")
    notice_mails.step(at)
    assert "山口がメンション 2" in texts()[1]


def test_without_a_channel_they_stay_in_the_app(mika: Member, at: datetime) -> None:
    notices.prefer(mika, {"mention": Ways(Way.OFF, Way.ONCE)}, by=SYSTEM, at=at)
    tell(mika, at)
    assert notice_mails.step(at) == 1 and not WebhookDelivery.objects.exists()
    assert Notice.objects.unread().count() == 1


def test_a_digest_is_one_message_in_the_morning_and_held_through_the_night(
    mika: Member, channel: WebhookEndpoint, at: datetime
) -> None:
    account = accounts.open(cast.DRIFTING, by=SYSTEM, at=at)
    for key in "abc":
        tell(mika, at, key, "task.assigned", account)
    notices.read(mika, [Notice.objects.get(key="a").pk], at=at)
    assert notice_mails.step(MORNING - timedelta(seconds=1)) == 0
    assert notice_mails.step(MORNING) == 3 and notice_mails.step(MORNING) == 0
    [text] = texts()
    assert (
        text.startswith("佐藤 美咲: Nenrinからのお知らせ 2件\n")
        and text.count(f"タスクの割り当て・完了 ({cast.DRIFTING})") == 2
    )
    evening = MORNING.replace(hour=21)
    tell(mika, evening, "late")
    assert notice_mails.step(evening) == 0 and len(texts()) == 1


def test_mail_and_slack_are_chosen_each_by_itself(
    mika: Member, channel: WebhookEndpoint, at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    line = sending.Line("smtp", "mail.example", 587, "starttls", "", "", "nenrin@example.jp")
    monkeypatch.setattr(sending, "line", lambda: line)
    notices.prefer(mika, {"mention": Ways(Way.ONCE, Way.DIGEST), "task": Ways(Way.DIGEST, Way.ONCE)}, by=SYSTEM, at=at)
    tell(mika, at, "m")
    tell(mika, at, "t", "task.assigned")
    notice_mails.step(at)
    assert "自分へのメンション" not in texts()[0] and len(texts()) == 1
    assert [mail.subject for mail in Mail.objects.all()] == ["山口がメンション m"]
    notice_mails.step(MORNING)
    assert "自分へのメンション" in texts()[1] and Mail.objects.count() == 2


def test_the_words_are_the_member_s_language_and_call_nobody(
    mika: Member, channel: WebhookEndpoint, at: datetime
) -> None:
    Member.objects.filter(pk=mika.pk).update(language="en")
    mika.refresh_from_db()
    WebhookEndpoint.objects.update(is_personal=True)
    tell(mika, at)
    notice_mails.step(at)
    assert "Ken &amp; &lt;!channel&gt; mention you 1" in texts()[0]


def test_whoever_reads_no_personal_data_gets_none_in_any_channel(org: Organisation, at: datetime) -> None:
    boss = cast.member(Role.EXECUTIVE, "役員")
    row = endpoints.open("board", "https://hooks.slack.example/b", kind="slack", is_personal=True, by=SYSTEM, at=at)[0]
    notices.choose_channel(boss, row, by=SYSTEM, at=at)
    notices.prefer(boss, {"mention": Ways(Way.OFF, Way.ONCE)}, by=SYSTEM, at=at)
    tell(boss, at)
    notice_mails.step(at)
    assert "山口" not in texts()[0]


def test_a_long_digest_counts_what_slack_does_not_take_and_cuts_nothing(
    mika: Member, channel: WebhookEndpoint, at: datetime
) -> None:
    WebhookEndpoint.objects.update(is_personal=True)
    Member.objects.filter(pk=mika.pk).update(language="en")
    mika.refresh_from_db()
    for n in range(80):
        tell(mika, at, f"{n} {'&' * 20}", "task.assigned")
    notice_mails.step(MORNING)
    [text] = texts()
    shown = text.count("•")
    assert len(text) <= deliveries.MOST_SLACK and 0 < shown < 80 and f"and {80 - shown} more" in text
    assert text.endswith("/notices")


def test_an_escape_is_never_cut_in_two(channel: WebhookEndpoint, at: datetime) -> None:
    row = deliveries.put(channel, {"text": "x" * (deliveries.MOST_SLACK - 2) + "<<"}, key="k", by=SYSTEM, at=at)
    assert json.loads(row.body)["text"] == "x" * (deliveries.MOST_SLACK - 2)


def test_a_test_message_goes_by_every_channel_once_a_minute(
    mika: Member, channel: WebhookEndpoint, at: datetime
) -> None:
    assert notice_trials.send(mika, by=SYSTEM, at=at) == notice_trials.Sent(now=[Channel.SLACK])
    assert notice_trials.send(mika, by=SYSTEM, at=at) == notice_trials.Sent(before=[Channel.SLACK])
    assert len(texts()) == 1 and "テスト送信" in texts()[0]
    entry = Entry.objects.get(action="work.notice.tried")
    assert entry.particulars["name"] == "CS" and entry.actor_kind == "system"
    with CaptureQueriesContext(connection) as asked:
        [told] = notice_trials.last(mika)
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            for query in asked.captured_queries:
                cursor.execute(f"EXPLAIN QUERY PLAN {query['sql']}")
                assert "SCAN" not in str(cursor.fetchall())
    assert told.state.en == "Waiting" and not notice_trials.last(cast.member(Role.CSM, "山口 健"))


# --- a channel that misbehaves ----------------------------------------------------------------------------------


@dataclass
class Sink:
    """Slack's side on this machine: answers as it is told, and keeps what it read."""

    does: str = "take"  # take, refuse, delay or drop
    url: str = ""
    got: list[str] = field(default_factory=list)


@pytest.fixture
def sink(channel: WebhookEndpoint, monkeypatch: pytest.MonkeyPatch) -> Iterator[Sink]:
    told = Sink()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            told.got.append(json.loads(self.rfile.read(int(self.headers["Content-Length"])))["text"])
            if told.does == "drop":
                self.close_connection = True
                return
            if told.does == "delay":
                time.sleep(1.0)
            self.send_response(503 if told.does == "refuse" else 200)
            self.end_headers()
            self.wfile.write(b"ok")

        def log_message(self, *told: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    told.url = f"http://127.0.0.1:{server.server_port}/in"
    monkeypatch.setattr(posting, "_fault", lambda url: "")
    monkeypatch.setattr(posting, "_CONFIG", Config(
        ip_filter_enable=False, ip_filter_allow_loopback_ips=True, never_redirect=True, default_timeout=(1.0, 0.3),
        user_agent_override=posting.AGENT,
    ))  # fmt: skip
    WebhookEndpoint.objects.filter(pk=channel.pk).update(address=sealed.seal(told.url))
    yield told
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize("fault", ["refuse", "delay", "drop"])
def test_a_digest_reaches_a_channel_that_misbehaved_under_its_one_row(
    fault: str, mika: Member, sink: Sink, at: datetime
) -> None:
    for key in "ab":
        tell(mika, at, key, "task.assigned")
    notice_mails.step(MORNING)
    sink.does = fault
    assert deliver.step(MORNING) == 1
    row = WebhookDelivery.objects.get()
    assert (row.state, row.attempts) == ("queued", 1) and row.send_after > MORNING
    assert row.detail.startswith("503" if fault == "refuse" else "@unanswered")
    assert notice_mails.step(MORNING) == 0 and deliver.step(MORNING) == 0
    sink.does = "take"
    assert deliver.step(row.send_after) == 1
    row.refresh_from_db()
    assert row.state == "delivered" and WebhookDelivery.objects.count() == 1
    assert len(sink.got) == 2 and len(set(sink.got)) == 1 and deliver.step(row.send_after + timedelta(days=1)) == 0
