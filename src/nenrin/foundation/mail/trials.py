"""A test mail to oneself, past the queue: does the server take mails from us, and what does it say if not?"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.core.mail import EmailMessage

from nenrin.foundation import journal
from nenrin.foundation.actors import Actor
from nenrin.foundation.mail import gate, sending, transport
from nenrin.foundation.mail.transport import Outcome
from nenrin.foundation.models import Member
from nenrin.values import Text

SUBJECT: Final = Text("Test mail from Nenrin", "Nenrinからのテストメール")
WORDS: Final = Text(
    "This mail shows that Nenrin can send. Nothing else was sent.",
    "このメールが届いていれば、Nenrinからの送信は正常です。ほかの宛先には送信していません。",
)


def send(member: Member, *, at: datetime) -> Outcome:
    """Hand one mail to this colleague over, now. Journal: foundation.mail.tested. A success clears earlier troubles."""
    outcome = _handed(member)
    if outcome.verdict == "taken":
        gate.worked()
    told = {"outcome": outcome.detail or outcome.verdict}
    journal.record("foundation.mail.tested", actor=Actor.of(member), at=at, particulars=told)
    return outcome


def _handed(member: Member) -> Outcome:
    try:
        line = sending.line()
        if line is None:
            return Outcome("line", gate.WAITS["no_server"].in_(member.language))
        message = EmailMessage(
            SUBJECT.in_(member.language), WORDS.in_(member.language), line.from_address, [member.email]
        )
        with transport.opened(line) as connection:
            return connection.send(message)
    except sending.SecretLost:
        return Outcome("line", gate.WAITS["secret"].in_(member.language))
    except transport.LineDown as down:
        return Outcome("line", str(down))
    except ValueError as wrong:
        return Outcome("permanent", str(wrong)[:300])
