"""Handing mails over: what the provider did with one, told apart so that nothing is sent twice and nothing is lost."""

from __future__ import annotations

import re
import smtplib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any, Final, Literal

import requests
import urllib3.exceptions
from anymail.exceptions import AnymailError
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends import smtp
from django.core.mail.backends.base import BaseEmailBackend

from nenrin.foundation.mail.providers import PROVIDERS, SMTP
from nenrin.foundation.mail.sending import Line
from nenrin.foundation.models.mail_rules import Security

Verdict = Literal["taken", "temporary", "permanent", "no_mailbox", "unknown", "line", "not_composable"]
#: Enhanced status (RFC 3463) of a mailbox that is not there, as against one that does not want this mail.
_NO_MAILBOX: Final = re.compile(r"\b5\.1\.[0-36]\b|user unknown|no such user|unknown user|does not exist", re.I)
#: No connection came about. (urllib3's NameResolutionError is one of these.)
_UNREACHED: Final = (requests.ConnectTimeout, urllib3.exceptions.NewConnectionError)
#: A server that takes no mail of this size, said before the mail itself was on its way (RFC 1870, RFC 3463).
_TOO_LARGE: Final = re.compile(r"^552\b|\b5\.3\.4\b|\b5\.2\.3\b")


class LineDown(Exception):
    """The provider cannot be reached, or does not let us in: see the settings of sending."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """`unknown`: it may have been taken; `line`: nobody looked at this mail, the provider has a trouble of its own."""

    verdict: Verdict
    detail: str = ""
    provider_id: str = ""


class _Noting:
    """Knows whether the mail's body was on its way when the connection broke: after the answer 354 nobody can tell."""

    body_begun = False

    def getreply(self) -> tuple[int, bytes]:
        code, said = super().getreply()  # type: ignore[misc]  # of smtplib.SMTP
        self.body_begun = code == 354
        return code, said


class _Smtp(_Noting, smtplib.SMTP):
    pass


class _SmtpTls(_Noting, smtplib.SMTP_SSL):
    pass


class Backend(smtp.EmailBackend):
    """Django's own, over a connection that notes how far it came."""

    @property
    def connection_class(self) -> Any:  # Any: a class of smtplib
        return _SmtpTls if self.use_ssl else _Smtp


class Connection:
    """An open way to the provider."""

    def __init__(self, backend: BaseEmailBackend) -> None:
        self.backend = backend

    def send(self, message: EmailMessage) -> Outcome:
        """Hand one mail over. Never raises for what a provider may answer."""
        raise NotImplementedError

    def close(self) -> None:
        with suppress(OSError, smtplib.SMTPException):
            self.backend.close()


class SmtpConnection(Connection):
    backend: Backend

    def send(self, message: EmailMessage) -> Outcome:
        """A line that broke before the body was on its way is opened anew, once: nobody has seen this mail yet."""
        message.connection = self.backend
        was_open = self._is_open()
        outcome = self._try(message)
        return self._try(message) if outcome.verdict == "line" and was_open and not self._is_open() else outcome

    def _try(self, message: EmailMessage) -> Outcome:
        try:
            if not self._is_open():
                _open(self.backend)
            sent = self.backend.send_messages([message])
        except LineDown as down:
            return Outcome("line", str(down))
        except smtplib.SMTPRecipientsRefused as refused:
            return _refusal(*next(iter(refused.recipients.values())))
        except smtplib.SMTPDataError as refused:
            return _refusal(refused.smtp_code, refused.smtp_error)
        except smtplib.SMTPResponseException as refused:  # of the sender, or the greeting: seldom a fault of this mail
            words = _words(refused.smtp_code, refused.smtp_error)
            return Outcome("permanent" if _TOO_LARGE.search(words) else "line", words)
        except (OSError, smtplib.SMTPException) as broken:
            return self._broken(broken)
        return Outcome("taken" if sent else "permanent", "" if sent else "no recipient")

    def _is_open(self) -> bool:
        connection = self.backend.connection
        if connection is not None and connection.sock is None:
            self.backend.connection = connection = None
        return connection is not None

    def _broken(self, problem: Exception) -> Outcome:
        connection = self.backend.connection
        begun = connection is not None and connection.body_begun  # type: ignore[attr-defined]  # it is a _Noting
        self.drop()
        return Outcome("unknown" if begun else "line", f"{type(problem).__name__}: {problem}"[:300])

    def drop(self) -> None:
        """Leave a line that broke, without the courtesies."""
        if self.backend.connection is not None:
            with suppress(OSError):
                self.backend.connection.close()
        self.backend.connection = None


class ProviderConnection(Connection):
    """By a provider's own interface. A request whose answer did not come may have been carried out."""

    def send(self, message: EmailMessage) -> Outcome:
        message.connection = self.backend
        try:
            self.backend.send_messages([message])
        except AnymailError as refused:
            return _provider_refusal(refused)
        except (OSError, requests.RequestException) as broken:
            return Outcome(_unanswered(broken), f"{type(broken).__name__}: {broken}"[:300])
        status = getattr(message, "anymail_status", None)
        return Outcome("taken", provider_id=str(getattr(status, "message_id", "") or "")[:200])


def _provider_refusal(refused: AnymailError) -> Outcome:
    status, words = getattr(refused, "status_code", None), str(refused).strip().splitlines()
    detail = words[0][:300] if words else type(refused).__name__
    if isinstance(refused.__cause__, requests.RequestException) or status is None:
        is_local = not isinstance(refused.__cause__, requests.RequestException)
        return Outcome("permanent" if is_local else _unanswered(refused.__cause__), detail)
    if status in (401, 403) or status == 429 or status == 503:
        return Outcome("line", detail)
    return Outcome("unknown" if status >= 500 else "permanent", detail)


def _unanswered(cause: BaseException | None) -> Verdict:
    """Where no connection came about (no such name, refused, too slow to open) nobody has seen the mail."""
    return "line" if any(isinstance(one, _UNREACHED) for one in _beneath(cause)) else "unknown"


def _beneath(problem: BaseException | None) -> Iterator[BaseException]:
    """A problem and what it was made of: requests and urllib3 wrap each other's."""
    for _ in range(8):
        if problem is None:
            return
        yield problem
        inner = [getattr(problem, "reason", None), *problem.args, problem.__cause__]
        problem = next((one for one in inner if isinstance(one, BaseException)), None)


def _refusal(code: int, said: bytes | str) -> Outcome:
    words = _words(code, said)
    if 400 <= code < 500:
        return Outcome("temporary", words)
    return Outcome("no_mailbox" if code in (550, 551, 553) and _NO_MAILBOX.search(words) else "permanent", words)


def _words(code: int, said: bytes | str) -> str:
    told = said.decode(errors="replace") if isinstance(said, bytes) else said
    return " ".join(f"{code} {told}".split())[:300]


@contextmanager
def opened(line: Line) -> Iterator[Connection]:
    """A connection for one batch. Raises LineDown before anything is claimed."""
    connection = connected(line)
    try:
        yield connection
    finally:
        connection.close()


def connected(line: Line) -> Connection:
    backend = _smtp_backend(line) if line.provider == SMTP else _provider_backend(line)
    _open(backend)
    return SmtpConnection(backend) if isinstance(backend, Backend) else ProviderConnection(backend)


def _smtp_backend(line: Line) -> Backend:
    return Backend(
        host=line.host, port=line.port, username=line.user or None, password=line.secret or None,
        use_tls=line.security == Security.STARTTLS, use_ssl=line.security == Security.TLS, timeout=int(line.timeout),
        fail_silently=False,
    )  # fmt: skip


def _provider_backend(line: Line) -> BaseEmailBackend:
    known = PROVIDERS[line.provider]
    told: dict[str, Any] = {known.secret: line.secret} | (
        {known.account: line.user} if known.account and line.user else {}
    )
    backend: BaseEmailBackend = get_connection(f"anymail.backends.{line.provider}.EmailBackend", **told)
    backend.timeout = line.timeout  # type: ignore[attr-defined]  # of anymail's requests backends
    return backend


def _open(backend: BaseEmailBackend) -> None:
    try:
        backend.open()
    except (OSError, smtplib.SMTPException) as problem:
        raise LineDown(_trouble(problem)) from None


def _trouble(problem: Exception) -> str:
    """The provider's words; a password never stands in them."""
    if isinstance(problem, smtplib.SMTPResponseException):
        return _words(problem.smtp_code, problem.smtp_error)
    return f"{type(problem).__name__}: {problem}"[:300]
