"""Mails as people read them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from nenrin.foundation.mail import reasons
from nenrin.foundation.models import Mail
from nenrin.foundation.models.mail import KINDS, STATES, Kind, MailState
from nenrin.values import Text

#: Marks of the states that want a look.
MARKS: Final[dict[str, str]] = {
    MailState.UNKNOWN: "tag--error",
    MailState.FAILED: "tag--error",
    MailState.BOUNCED: "tag--error",
    MailState.COMPLAINED: "tag--error",
}


@dataclass(frozen=True, slots=True)
class Line:
    """One mail of a list."""

    mail: Mail
    state: Text
    mark: str
    reason: Text | None
    kind: Text
    why: Text | None
    account: tuple[int, str] | None


def line(mail: Mail, accounts: dict[int, tuple[int, str]]) -> Line:
    return Line(
        mail, STATES[MailState(mail.state)], MARKS.get(mail.state, ""), reasons.of(mail.reason) if mail.reason else None,
        KINDS[Kind(mail.kind)], why(mail), accounts.get(mail.account or 0),
    )  # fmt: skip


def why(mail: Mail) -> Text | None:
    return Text(mail.why.get("en", ""), mail.why.get("ja", "")) if mail.why else None
