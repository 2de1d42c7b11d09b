"""Mails by REST, and what providers report."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from datetime import datetime

import pytest
from anymail.signals import AnymailTrackingEvent
from django.test import Client

from nenrin.api import mail_reports
from nenrin.api.mail_reports import VIEWS
from nenrin.foundation import webhooks
from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.mail import outbox, sending
from nenrin.foundation.mail.addresses import Address
from nenrin.foundation.mail.providers import PROVIDERS
from nenrin.foundation.models import Mail, Organisation, Suppression, WebhookDelivery
from nenrin.foundation.models.mail import Kind
from nenrin.foundation.roles import Role
from nenrin.foundation.webhooks import endpoints
from tests.api.rest import Rest
from tests.cast import member

pytestmark = pytest.mark.django_db


def put(at: datetime, **more: object) -> Mail:
    told: dict[str, object] = {"subject": "s", "text": "t", "kind": Kind.ACCOUNT, "key": "k", "by": SYSTEM, "at": at}
    return outbox.put(to=Address("tanaka@hinata.example"), **(told | more))  # type: ignore[arg-type]


def test_mails_are_listed_approved_and_told_of(org: Organisation, at: datetime) -> None:
    row, rest = put(at, draft=True), Rest(member(Role.ADMINISTRATOR))
    [shown] = rest.get("/mails?state=draft").data["items"]
    assert (shown["id"], shown["message_id"], shown["to_address"]) == (row.pk, row.message_id, "tanaka@hinata.example")
    assert rest.post(f"/mails/{row.pk}/deed", {"do": "approve"}).data == {"state": "queued"}
    assert rest.post(f"/mails/{row.pk}/deed", {"do": "approve"}).data == {"state": "queued"}
    assert rest.post(f"/mails/{row.pk}/deed", {"do": "fly"}).status_code == 422
    assert rest.get(f"/mails/{row.pk}").data["state"] == "queued"
    law = rest.get("/mails/law").data
    assert law == {"audience": 1, "sent": 0, "suppressed": 0, "failed": 0, "unknown": 0, "pending": 1, "holds": True}


def test_addresses_are_suppressed_by_rest(org: Organisation) -> None:
    rest = Rest(member(Role.ADMINISTRATOR))
    states = [rest.post("/mails/suppressions", {"address": "A@x.example"}).data["state"] for _ in range(2)]
    assert states == ["added", "standing"]
    assert rest.post("/mails/suppressions", {"address": "nobody"}).status_code == 422
    assert rest.get("/mails/suppressions").data["items"][0]["address"] == "a@x.example"


def report(row: Mail, kind: str, password: str = "anymail:secret") -> int:
    body = {"RecordType": kind, "MessageID": "pm-1", "Recipient": row.to_address, "Metadata": {"nenrin": row.message_id},
            "BouncedAt": "2026-11-24T00:00:00Z", "DeliveredAt": "2026-11-24T00:00:00Z", "Type": "HardBounce", "Email": row.to_address,
            "ID": 1, "Description": "no such mailbox", "Details": "550 5.1.1"}  # fmt: skip
    token = base64.b64encode(password.encode()).decode()
    answer = Client().post("/mail/events/postmark", json.dumps(body), content_type="application/json", headers={"Authorization": f"Basic {token}"})  # fmt: skip
    return answer.status_code


def test_a_providers_report_settles_an_unknown_mail_and_needs_its_password(org: Organisation, at: datetime) -> None:
    row = put(at)
    Mail.objects.update(state="unknown", attempted_at=at)
    assert report(row, "Delivery") == 404, "nobody set this provider up"
    sending.configure(
        by=SYSTEM, at=at, provider="postmark", secret="k", hook_secret="anymail:secret", from_address="a@b.example"
    )
    assert report(row, "Delivery", "anymail:wrong") == 400
    row.refresh_from_db()
    assert row.state == "unknown"
    assert [report(row, "Delivery") for _ in range(2)] == [200, 200]
    row.refresh_from_db()
    assert (row.state, row.provider_id) == ("delivered", "pm-1")
    assert report(row, "Bounce") == 200
    row.refresh_from_db()
    assert (row.state, Suppression.objects.get().reason) == ("bounced", "hard_bounce")


SOFT = [
    ("brevo", {"event": "soft_bounce"}, {"event": "hard_bounce"}),
    ("mandrill", {"event": "soft_bounce"}, {"event": "hard_bounce"}),
    ("mailersend", {"type": "activity.soft_bounced"}, {"type": "activity.hard_bounced"}),
    ("postmark", {"Type": "SoftBounce"}, {"Type": "HardBounce"}),
    ("mailjet", {"error": "quota exceeded", "hard_bounce": False}, {"error": "user unknown", "hard_bounce": True}),
    ("sparkpost", {"bounce_class": "22"}, {"bounce_class": "10"}),
    ("sendgrid", {"type": "blocked"}, {"type": "bounce"}),
    ("resend", {"data": {"bounce": {"type": "Transient"}}}, {"data": {"bounce": {"type": "Permanent"}}}),
]


@pytest.mark.parametrize(("provider", "soft", "hard"), SOFT)
def test_a_mailbox_that_is_full_today_is_written_to_tomorrow(
    org: Organisation, at: datetime, provider: str, soft: dict[str, object], hard: dict[str, object]
) -> None:
    row = put(at)
    Mail.objects.update(state="handed_over", attempted_at=at, handed_over_at=at)

    def bounced(told: dict[str, object]) -> tuple[str, str, int]:
        event = AnymailTrackingEvent(
            event_type="bounced", metadata={"nenrin": row.message_id}, mta_response="552 full", esp_event=told
        )
        mail_reports._take(provider, event, at)
        row.refresh_from_db()
        return row.state, row.reason, Suppression.objects.count()

    assert bounced(soft) == ("handed_over", "soft_bounce", 0)
    assert bounced(hard) == ("bounced", "hard_bounce", 1)


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'"x"', b"null", b'{"RecordType": 5}', b"\xff\xfe"])
def test_a_report_that_cannot_be_read_is_no_error_of_ours(org: Organisation, at: datetime, body: bytes) -> None:
    sending.configure(by=SYSTEM, at=at, provider="postmark", secret="k", hook_secret="a:b", from_address="a@b.example")
    token = base64.b64encode(b"a:b").decode()
    answer = Client(raise_request_exception=False).post(
        "/mail/events/postmark", body, content_type="application/json", headers={"Authorization": f"Basic {token}"}
    )
    assert answer.status_code in (200, 400)


def test_mailgun_s_signature_is_checked(org: Organisation, at: datetime) -> None:
    row = put(at)
    Mail.objects.update(state="handed_over", handed_over_at=at)
    sending.configure(
        by=SYSTEM,
        at=at,
        provider="mailgun",
        secret="k",
        user="mg.example",
        hook_secret="signing",
        from_address="a@b.example",
    )
    event = {"event": "complained", "timestamp": 1795000000, "recipient": row.to_address, "id": "e1",
             "message": {"headers": {"message-id": row.message_id}}, "user-variables": {"nenrin": row.message_id}}  # fmt: skip
    for key, status in ((b"forged", 400), (b"signing", 200)):
        token, stamp = "t" * 50, "1795000000"
        said = hmac.new(key, f"{stamp}{token}".encode(), hashlib.sha256).hexdigest()
        body = {"signature": {"timestamp": stamp, "token": token, "signature": said}, "event-data": event}
        assert (
            Client().post("/mail/events/mailgun", json.dumps(body), content_type="application/json").status_code
            == status
        )
    row.refresh_from_db()
    assert row.state == "complained"


def test_every_provider_has_its_reader() -> None:
    assert VIEWS.keys() == PROVIDERS.keys()


def test_webhooks_are_listed_and_replayed_without_their_secrets(org: Organisation, at: datetime) -> None:
    row, secret = endpoints.open("外部", "https://hooks.example.com/secret-path", by=SYSTEM, at=at)
    one = webhooks.put(row, {"n": 1}, key="k", by=SYSTEM, at=at, event="x.y")
    WebhookDelivery.objects.update(state="failed", attempts=10)
    rest = Rest(member(Role.ADMINISTRATOR))
    listed = rest.get("/webhooks")
    assert listed.data[0]["host"] == "hooks.example.com"
    assert b"secret-path" not in listed.content and secret.encode() not in listed.content
    assert rest.get(f"/webhooks/{row.pk}/messages?state=failed").data["items"][0]["webhook_id"] == one.webhook_id
    assert rest.post(f"/webhooks/{row.pk}/replay", {}).data == {"again": 1}
    one.refresh_from_db()
    assert (one.state, one.attempts) == ("queued", 0)
