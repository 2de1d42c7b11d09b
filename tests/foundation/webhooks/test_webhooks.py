"""Webhooks: signed so that the standard's own library accepts them, told at least once, and never to the inside."""

from __future__ import annotations

import json
import random
import socket
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from standardwebhooks import Webhook

from nenrin.foundation import journal, sealed, webhooks
from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.mail.errors import Refused
from nenrin.foundation.models import Entry, Organisation, WebhookDelivery, WebhookEndpoint
from nenrin.foundation.webhooks import deliver, deliveries, details, endpoints, feed, posting, signatures
from nenrin.foundation.webhooks.posting import Answer, Parcel

AT = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)
URL = "https://hooks.example.com/in"


def endpoint(name: str = "外部", url: str = URL, **more: object) -> tuple[WebhookEndpoint, str]:
    return endpoints.open(name, url, by=SYSTEM, at=AT, **more)  # type: ignore[arg-type]


def answering(monkeypatch: pytest.MonkeyPatch, *answers: Answer) -> list[Parcel]:
    """The other side answers so, in this order; the last for ever. Returns what it gets."""
    got: list[Parcel] = []

    def post_all(parcels: Sequence[Parcel]) -> list[Answer]:
        got.extend(parcels)
        return [answers[min(len(got) - len(parcels) + place, len(answers) - 1)] for place in range(len(parcels))]

    monkeypatch.setattr(posting, "post_all", post_all)
    return got


def test_a_signature_is_the_one_of_the_specification() -> None:
    at = datetime.fromtimestamp(1614265330, UTC)
    told = signatures.signature(
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek", at, '{"test": 2432232314}'
    )
    assert told == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


@pytest.mark.django_db
def test_the_library_of_the_standard_accepts_both_secrets_while_one_is_replaced(
    org: Organisation, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = datetime.now(UTC)
    row, old = endpoint()
    new = endpoints.rotate(row, by=SYSTEM, at=now)
    webhooks.put(row, {"n": 1}, key="k", by=SYSTEM, at=now, event="test.done")
    got = answering(monkeypatch, Answer(200))
    deliver.step(now)
    [parcel] = got
    for secret in (old, new):
        said = Webhook(secret).verify(parcel.body, dict(parcel.headers))
        assert said["type"] == "test.done" and said["data"] == {"n": 1}
    after = endpoints.live_secrets(WebhookEndpoint.objects.get(), now + timedelta(days=8))
    assert after == [new]


@pytest.mark.django_db
def test_nothing_secret_is_in_the_database(org: Organisation) -> None:
    row, secret = endpoint(url="https://hooks.slack.com/services/T0/B0/verysecret")
    kept = json.dumps(list(WebhookEndpoint.objects.values()), default=str)
    assert "verysecret" not in kept and secret.removeprefix("whsec_") not in kept
    assert sealed.unseal(row.address).endswith("verysecret") and row.host == "hooks.slack.com"
    said = "".join(str(entry.particulars) for entry in Entry.objects.all())
    assert "verysecret" not in said


@pytest.mark.django_db
def test_put_twice_it_is_one_message_under_one_id(org: Organisation) -> None:
    row, _ = endpoint()
    first, again = (webhooks.put(told, {"n": 1}, key="k", by=SYSTEM, at=AT) for told in (row, URL))
    assert first.pk == again.pk and WebhookDelivery.objects.count() == 1
    with pytest.raises(endpoints.UnknownEndpoint):
        webhooks.put("https://elsewhere.example/", {}, key="x", by=SYSTEM, at=AT)
    with pytest.raises(Refused):
        webhooks.put(row, {"words": "x" * 30_000}, key="y", by=SYSTEM, at=AT)


@pytest.mark.django_db
def test_refused_it_is_told_again_by_the_table_and_in_the_end_given_up(
    org: Organisation, monkeypatch: pytest.MonkeyPatch
) -> None:
    row, _ = endpoint()
    one = webhooks.put(row, {}, key="k", by=SYSTEM, at=AT)
    got = answering(monkeypatch, Answer(500, "500 broken"))
    at, waits = AT, []
    for _ in range(20):
        deliver.step(at, rng=random.Random(1))
        one.refresh_from_db()
        if one.state != "queued":
            break
        waits.append((one.send_after - at).total_seconds())
        at = one.send_after
    planned = [pause.total_seconds() for pause in deliver.PAUSES]
    assert all(0.8 <= wait / plan <= 1.2 for wait, plan in zip(waits, planned, strict=True)) and len(set(waits)) > 5
    assert (one.state, len(got)) == ("failed", 10) and len({parcel.headers["webhook-id"] for parcel in got}) == 1
    assert Entry.objects.filter(action="foundation.webhook.failed").count() == 1
    deliveries.replay([one.pk], by=SYSTEM, at=at)
    answering(monkeypatch, Answer(204))
    deliver.step(at)
    one.refresh_from_db()
    assert one.state == "delivered"


@pytest.mark.django_db
def test_gone_stops_the_endpoint_and_what_waits_stays(org: Organisation, monkeypatch: pytest.MonkeyPatch) -> None:
    row, _ = endpoint()
    first = webhooks.put(row, {}, key="a", by=SYSTEM, at=AT)
    answering(monkeypatch, Answer(410, "410 gone"))
    deliver.step(AT)
    waiting = webhooks.put(row, {}, key="b", by=SYSTEM, at=AT)
    assert deliver.step(AT) == 0
    row.refresh_from_db(), first.refresh_from_db(), waiting.refresh_from_db()
    assert (row.disabled_why, first.state, waiting.state) == ("410 Gone", "failed", "queued")
    endpoints.enable(row, by=SYSTEM, at=AT)
    answering(monkeypatch, Answer(200))
    assert deliver.step(AT) == 1


@pytest.mark.django_db
def test_whoever_answers_is_told_before_one_that_is_slow_or_down(
    org: Organisation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deliver, "BATCH", 2)
    slow, _ = endpoint("slow")
    well, _ = endpoint("well", url="https://other.example.com/in")
    for n in range(5):
        webhooks.put(slow, {"n": n}, key=f"slow{n}", by=SYSTEM, at=AT)
    got = answering(monkeypatch, Answer(None, "late"))
    deliver.step(AT)
    webhooks.put(well, {}, key="well", by=SYSTEM, at=AT)
    deliver.step(AT)
    assert [parcel.url for parcel in got] == [URL, URL, "https://other.example.com/in"]
    deliver.step(AT)
    assert [parcel.url for parcel in got[3:]] == [URL, URL], "it has its turn when nobody else waits"


@pytest.mark.django_db
def test_who_asks_for_more_time_gets_it(org: Organisation, monkeypatch: pytest.MonkeyPatch) -> None:
    one = webhooks.put(endpoint()[0], {}, key="a", by=SYSTEM, at=AT)
    answering(monkeypatch, Answer(429, "slow down", retry_after=3600))
    deliver.step(AT)
    one.refresh_from_db()
    assert one.send_after == AT + timedelta(hours=1)


@pytest.mark.django_db
def test_what_a_dead_worker_had_begun_is_told_again_under_the_same_id(
    org: Organisation, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = webhooks.put(endpoint()[0], {}, key="a", by=SYSTEM, at=AT)
    deliver._claimed(AT, "gone#1")
    assert deliver.step(AT) == 0
    got = answering(monkeypatch, Answer(200))
    deliver.step(AT + timedelta(minutes=5))
    one.refresh_from_db()
    assert one.state == "delivered" and got[0].headers["webhook-id"] == one.webhook_id


@pytest.mark.django_db
def test_the_journal_is_told_once_and_without_personal_words(org: Organisation) -> None:
    row, _ = endpoint(events=["work.note."])
    slack, _ = endpoint(
        "Slack", "https://hooks.slack.com/services/x", kind="slack", events=["work.note."], language="en"
    )
    for n in (1, 2):
        journal.record(
            "work.note.written",
            actor=SYSTEM,
            at=AT + timedelta(minutes=n),
            account=n,
            personal={"title": "<田中様>", "body": "x"},
        )
    journal.record("work.call.written", actor=SYSTEM, at=AT, personal={"title": "no"})
    journal.record("work.note.written", actor=SYSTEM, at=AT - timedelta(days=1), personal={"title": "before"})
    journal.seal()
    assert feed.step(AT) > 0 and feed.step(AT) == 0
    told = [json.loads(body) for body in row.deliveries.values_list("body", flat=True)]
    assert [one["data"]["account"] for one in sorted(told, key=lambda one: one["data"]["entry"])] == [1, 2]
    assert "田中" not in json.dumps(told, ensure_ascii=False)
    lines = [json.loads(body)["text"] for body in slack.deliveries.values_list("body", flat=True)]
    assert len(lines) == 2 and all(line.startswith("Note: — http") for line in lines)


INSIDE = (
    "127.0.0.1", "10.0.0.5", "172.16.9.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1",
    "::1", "fe80::1", "fc00::1", "::ffff:127.0.0.1", "64:ff9b::7f00:1", "64:ff9b:1::1", "2002:7f00:1::", "2002:a00:5::",
)  # fmt: skip


@pytest.mark.parametrize("address", INSIDE)
def test_a_name_that_leads_inside_is_not_called(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET

    def inside(host: str, port: int, *rest: object, **more: object) -> list[object]:
        return [(family, socket.SOCK_STREAM, 6, "", (address, port))]

    monkeypatch.setattr(socket, "getaddrinfo", inside)
    answer = posting.post(Parcel("https://friendly.example/x", b"{}", {}))
    assert answer.status is None and answer.is_refused, answer


@pytest.mark.parametrize("host", ["127.0.0.1", "2130706433", "0x7f000001", "0177.0.0.1", "127.1", "[::1]", "localhost"])
def test_no_spelling_of_this_machine_is_called(host: str) -> None:
    answer = posting.post(Parcel(f"https://{host}/x", b"{}", {}))
    assert answer.status is None and "200" not in answer.detail


def test_a_name_is_looked_up_once_and_that_very_address_is_called(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whose second answer leads inside never gets asked a second time."""
    asked: list[str] = []

    def turning(host: str, port: int, *rest: object, **more: object) -> list[object]:
        asked.append(host)
        address = "203.0.114.7" if len([one for one in asked if one == "turns.example"]) == 1 else "127.0.0.1"
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (host if host[0].isdigit() else address, port))]

    called: list[object] = []

    def connect(self: socket.socket, address: object) -> None:
        called.append(address)
        raise ConnectionRefusedError("nobody there")

    monkeypatch.setattr(socket, "getaddrinfo", turning)
    monkeypatch.setattr(socket.socket, "connect", connect)
    answer = posting.post(Parcel("https://turns.example/x", b"{}", {}))
    assert answer.status is None and asked.count("turns.example") == 1
    assert called == [("203.0.114.7", 443)]


@pytest.mark.parametrize(
    "url",
    [
        "http://a.example/x",
        "https://a.example:22/x",
        "https://u:p@a.example/",
        "ftp://a.example",
        "https://",
        "//a.example",
        "x",
    ],
)
def test_an_address_that_is_none_is_refused_by_its_form(url: str) -> None:
    assert posting.fault(url) is not None
    assert posting.post(Parcel(url, b"{}", {})).is_refused


@pytest.mark.django_db
def test_an_endpoint_inside_fails_at_once_and_says_why(org: Organisation, monkeypatch: pytest.MonkeyPatch) -> None:
    row, _ = endpoint(url="https://inside.example/x")
    one = webhooks.put(row, {}, key="a", by=SYSTEM, at=AT)
    monkeypatch.setattr(
        socket,
        "getaddrinfo",
        lambda host, port, *a, **k: [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("10.1.2.3", port))],
    )
    deliver.step(AT)
    one.refresh_from_db()
    assert one.state == "failed" and "not on the public network" in details.of(one.detail).en
    assert (
        details.of(one.detail).ja.startswith("inside.example (") and "公開ネットワーク外" in details.of(one.detail).ja
    )
