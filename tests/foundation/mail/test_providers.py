"""Every provider by its own interface, through django-anymail: taken once, with our mark, and each trouble ends where it should."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote_plus

import pytest
import requests
from anymail.signals import AnymailTrackingEvent
from django.test import Client
from requests.adapters import HTTPAdapter
from urllib3.exceptions import MaxRetryError, NewConnectionError

from nenrin.api import mail_reports
from nenrin.foundation.mail import deliver, sending, transport
from nenrin.foundation.mail.providers import PROVIDERS
from nenrin.foundation.models import Mail, Organisation, Suppression
from tests.foundation.mail.kit import AT, MISAKI, put, state

pytestmark = pytest.mark.django_db

#: What each answers to a mail that it takes, with the id that it gives.
TAKES: dict[str, tuple[dict[str, str], Any]] = {
    "brevo": ({}, {"messageId": "<id-1@brevo>"}),
    "mailersend": ({"X-Message-Id": "id-1"}, {}),
    "mailgun": ({}, {"id": "<id-1@mailgun>", "message": "Queued. Thank you."}),
    "mailjet": ({}, {"Messages": [{"Status": "success", "To": [{"Email": "tanaka@hinata.example", "MessageID": 1}]}]}),
    "mandrill": ({}, [{"email": "tanaka@hinata.example", "status": "sent", "_id": "id-1"}]),
    "postmark": ({}, {"ErrorCode": 0, "Message": "OK", "MessageID": "id-1", "To": "tanaka@hinata.example"}),
    "resend": ({}, {"id": "id-1"}),
    "sendgrid": ({}, {}),
    "sparkpost": ({}, {"results": {"total_accepted_recipients": 1, "total_rejected_recipients": 0, "id": "id-1"}}),
}
Answering = Callable[[requests.PreparedRequest], requests.Response]


def chosen(provider: str) -> None:
    told = {"provider": provider, "secret": "verysecret", "from_address": "cs@tsumugi.example"}
    sending.configure(by=MISAKI, at=AT, user="mg.tsumugi.example" if PROVIDERS[provider].account else "", **told)


def answering(monkeypatch: pytest.MonkeyPatch, answer: Answering) -> list[requests.PreparedRequest]:
    """The provider's side: returns what it gets."""
    got: list[requests.PreparedRequest] = []

    def send(self: HTTPAdapter, request: requests.PreparedRequest, **how: object) -> requests.Response:
        got.append(request)
        return answer(request)

    monkeypatch.setattr(HTTPAdapter, "send", send)
    return got


def said(status: int, body: Any = None, headers: dict[str, str] | None = None) -> Answering:
    def answer(request: requests.PreparedRequest) -> requests.Response:
        found = requests.Response()
        found.status_code, found.request, found.url = status, request, request.url or ""
        found.headers.update({"Content-Type": "application/json", **(headers or {})})
        found._content = json.dumps({} if body is None else body).encode()
        return found

    return answer


def test_each_provider_is_held_to_this() -> None:
    assert TAKES.keys() == PROVIDERS.keys()


@pytest.mark.parametrize("provider", sorted(PROVIDERS))
def test_a_mail_goes_to_each_provider_once_with_our_mark(
    provider: str, org: Organisation, monkeypatch: pytest.MonkeyPatch
) -> None:
    chosen(provider)
    mail = put(by=MISAKI)
    headers, body = TAKES[provider]
    got = answering(monkeypatch, said(202 if provider in ("mailersend", "sendgrid") else 200, body, headers))
    assert deliver.step(AT) == 1 and deliver.step(AT) == 0
    mail.refresh_from_db()
    [request] = got
    body = request.body if isinstance(request.body, str) else (request.body or b"").decode(errors="replace")
    sent = unquote_plus(body)  # of forms
    assert mail.state == "handed_over" and mail.provider_id, mail.detail
    assert str(request.url).startswith("https://") and mail.message_id in sent and "tanaka@hinata.example" in sent


@pytest.mark.parametrize("provider", sorted(PROVIDERS))
@pytest.mark.parametrize(
    ("status", "ends"),
    [(401, "queued"), (429, "queued"), (503, "queued"), (400, "failed"), (500, "unknown"), (502, "unknown")],
)
def test_what_each_provider_answers_ends_where_it_should(
    provider: str, status: int, ends: str, org: Organisation, monkeypatch: pytest.MonkeyPatch
) -> None:
    chosen(provider)
    mail = put(by=MISAKI)
    answering(monkeypatch, said(status, {"message": "no"}))
    deliver.step(AT)
    mail.refresh_from_db()
    assert mail.state == ends, mail.detail


@pytest.mark.parametrize(
    ("trouble", "ends"),
    [
        (requests.ReadTimeout("no answer"), "unknown"),
        (requests.ConnectionError("Connection aborted."), "unknown"),
        (requests.ConnectTimeout("too slow to open"), "queued"),
        (requests.ConnectionError(MaxRetryError(None, "/", NewConnectionError(None, "refused"))), "queued"),  # type: ignore[arg-type]
    ],
)
@pytest.mark.parametrize("provider", sorted(PROVIDERS))
def test_an_answer_that_did_not_come_is_unknown_and_never_sent_again(
    provider: str, trouble: Exception, ends: str, org: Organisation, monkeypatch: pytest.MonkeyPatch
) -> None:
    chosen(provider)
    mail = put(by=MISAKI)

    def answer(request: requests.PreparedRequest) -> requests.Response:
        raise trouble

    got = answering(monkeypatch, answer)
    deliver.step(AT)
    assert state(mail) == ends and len(got) == 1
    if ends == "unknown":
        assert deliver.step(AT.replace(hour=5)) == 0 and len(got) == 1


@pytest.mark.parametrize("provider", sorted(PROVIDERS))
def test_a_complaint_and_a_bounce_by_any_provider_end_all_mail_to_the_address(provider: str, org: Organisation) -> None:
    for kind, ends, reason in (("complained", "complained", "complaint"), ("bounced", "bounced", "hard_bounce")):
        mail = put(f"{kind}@hinata.example", by=MISAKI)
        Mail.objects.filter(pk=mail.pk).update(state="unknown", attempted_at=AT, handed_over_at=AT)
        told = {"Type": "HardBounce", "hard_bounce": True, "event": "hard_bounce", "type": "bounce"}  # as each says it
        marked = (
            {"tags": [mail.message_id]} if PROVIDERS[provider].is_tagged else {"metadata": {"nenrin": mail.message_id}}
        )
        event = AnymailTrackingEvent(event_type=kind, esp_event=told, **marked)
        mail_reports._take(provider, event, AT)
        assert state(mail) == ends
        assert Suppression.objects.filter(address_key=mail.address_key, reason=reason).exists()


def test_no_secret_of_a_provider_is_in_what_is_told_of_a_failure(
    org: Organisation, monkeypatch: pytest.MonkeyPatch
) -> None:
    chosen("postmark")
    mail = put(by=MISAKI)
    answering(monkeypatch, said(400, {"ErrorCode": 300, "Message": "Invalid 'From'"}))
    deliver.step(AT)
    mail.refresh_from_db()
    assert mail.detail and "verysecret" not in mail.detail
    assert "verysecret" not in repr(transport.connected(sending.line()).backend) + repr(sending.line())  # type: ignore[arg-type]


def test_a_report_that_finds_its_mail_by_our_tag_settles_an_unknown_one(org: Organisation) -> None:
    chosen("mailersend")
    sending.configure(by=MISAKI, at=AT, hook_secret="signing")
    mail = put(by=MISAKI)
    Mail.objects.filter(pk=mail.pk).update(state="unknown", attempted_at=AT)
    told = {"message": {"id": "theirs"}, "recipient": {"email": mail.to_address}, "tags": [mail.message_id]}
    body = json.dumps({"type": "activity.spam_complaint", "data": {"type": "spam_complaint", "email": told}})
    for key, status, ends in ((b"forged", 400, "unknown"), (b"signing", 200, "complained")):
        proof = hmac.new(key, body.encode(), hashlib.sha256).hexdigest()
        answer = Client().post(
            "/mail/events/mailersend", body, content_type="application/json", headers={"Signature": proof}
        )
        assert answer.status_code == status and state(mail) == ends
