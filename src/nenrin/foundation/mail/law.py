"""The law of sending: audience = sent + suppressed + failed + unknown + pending. Nothing is skipped in silence."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, Sum

from nenrin.foundation.models import Mail, MailAudience
from nenrin.foundation.models.mail import PARTS


@dataclass(frozen=True, slots=True)
class Law:
    """`audience` was written when mails were asked for; the parts are counted from their rows."""

    audience: int
    sent: int
    suppressed: int
    failed: int
    unknown: int
    pending: int

    @property
    def holds(self) -> bool:
        return self.audience == self.sent + self.suppressed + self.failed + self.unknown + self.pending


def law(batch: str | None = None) -> Law:
    """Of one batch; of everything where none is named. Two queries."""
    asked, rows = MailAudience.objects.all(), Mail.objects.all()
    if batch is not None:
        asked, rows = asked.filter(batch=batch), rows.filter(batch=batch)
    states = dict(rows.order_by().values_list("state").annotate(n=Count("pk")).values_list("state", "n"))
    parts = {part: sum(states.get(state.value, 0) for state in held) for part, held in PARTS.items()}
    return Law(asked.aggregate(n=Sum("count"))["n"] or 0, **parts)
