"""What a line's trouble means for the mail on it: nobody has seen it, nobody knows, or it is the mail's own fault."""

from __future__ import annotations

import smtplib
from datetime import timedelta

import pytest
import requests
from anymail.exceptions import AnymailRequestsAPIError
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from urllib3.exceptions import MaxRetryError, NameResolutionError, NewConnectionError, ProtocolError

from nenrin.foundation.mail import deliver, outbox, retention, transport
from nenrin.foundation.mail.errors import Refused
from nenrin.foundation.models import Lease, Mail, MailGate, Organisation
from tests import smtp_sink
from tests.foundation.mail.kit import AT, MISAKI, line, put

MESSAGE = EmailMessage("s", "t", "a@b.example", ["c@d.example"])


class _Failing(BaseEmailBackend):
    def __init__(self, problem: Exception) -> None:
        super().__init__()
        self.problem = problem

    def send_messages(self, email_messages: object) -> int:
        raise self.problem


def _wrapped(problem: Exception) -> Exception:
    """As anymail tells it: its own error, of one of requests, of one of urllib3."""
    told = AnymailRequestsAPIError("Error posting to https://api.example/")
    told.__cause__ = requests.ConnectionError(problem)
    return told


@pytest.mark.parametrize(
    ("problem", "verdict"),
    [
        (NewConnectionError(None, "refused"), "line"),  # type: ignore[arg-type]
        (NameResolutionError("api.example", None, OSError("no such name")), "line"),  # type: ignore[arg-type]
        (ProtocolError("Connection aborted.", ConnectionResetError()), "unknown"),
    ],
)
def test_a_provider_that_was_never_reached_has_not_seen_the_mail(problem: Exception, verdict: str) -> None:
    beneath = MaxRetryError(None, "/", problem) if verdict == "line" else problem  # type: ignore[arg-type]
    for told in (_wrapped(beneath), requests.ConnectionError(beneath)):
        assert transport.ProviderConnection(_Failing(told)).send(MESSAGE).verdict == verdict


@pytest.mark.django_db
def test_a_line_that_says_nothing_three_times_is_left_alone(org: Organisation, monkeypatch: pytest.MonkeyPatch) -> None:
    with smtp_sink.sinking() as (_, port):
        line(port)
        for n in range(8):
            put(f"p{n}@hinata.example", by=MISAKI)
        answer = transport.Outcome("unknown", "502 Bad Gateway")
        monkeypatch.setattr(transport.SmtpConnection, "send", lambda *_: answer)
        deliver.step(AT)
        states = list(Mail.objects.order_by("pk").values_list("state", flat=True))
        assert states == ["unknown"] * 3 + ["queued"] * 5 and deliver.waits(AT) == "line"
        deliver.step(AT + timedelta(minutes=2))
        assert Mail.objects.filter(state="unknown").count() == 4, "one more tries, and it is left alone for longer"
        monkeypatch.setattr(transport.SmtpConnection, "send", lambda *_: transport.Outcome("taken"))
        deliver.step(AT + timedelta(minutes=30))
        assert Mail.objects.filter(state="handed_over").count() == 4 and MailGate.objects.get().failures == 0


@pytest.mark.parametrize(
    ("code", "words", "verdict"),
    [(552, b"5.3.4 message size exceeds limit", "permanent"), (530, b"5.7.0 authentication required", "line")],
)
def test_a_mail_that_is_too_large_is_its_own_fault(
    monkeypatch: pytest.MonkeyPatch, code: int, words: bytes, verdict: str
) -> None:
    backend = _Failing(smtplib.SMTPSenderRefused(code, words, "a@b.example"))
    connection = transport.SmtpConnection(backend)  # type: ignore[arg-type]
    monkeypatch.setattr(connection, "_is_open", lambda: True)
    assert connection.send(MESSAGE).verdict == verdict


@pytest.mark.django_db
def test_markup_that_no_server_takes_is_refused_when_it_is_put_in(org: Organisation) -> None:
    with pytest.raises(Refused, match="html"):
        put(html="<p>" + "あ" * outbox.MOST_MARKUP + "</p>", text="短い")


@pytest.mark.django_db
def test_old_words_go_until_none_are_left_and_then_once_a_day(
    org: Organisation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "MOST", 2)
    for n in range(5):
        put(f"p{n}@hinata.example")
    Mail.objects.update(state="delivered", changed_at=AT - retention.WORDS - timedelta(days=1))
    rounds = [retention.step(AT + timedelta(seconds=n), holder="h") for n in range(4)]
    assert rounds == [2, 2, 1, 0] and not Mail.objects.exclude(text="").exists()
    assert Lease.objects.get(name=retention.NAME).until > AT + timedelta(hours=23)
