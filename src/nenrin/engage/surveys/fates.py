"""What becomes of the mail of a survey: sent, it counts as asked; lost, as never asked; over, its links are not kept."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from django.db import transaction
from django.db.models import Q

from nenrin.engage.models import SurveyAsk
from nenrin.engage.surveys import links, surveys
from nenrin.foundation import organisation
from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.mail import secrets_out
from nenrin.foundation.models import Mail
from nenrin.foundation.models.mail import PARTS, MailState
from nenrin.ingest import answers
from nenrin.ingest.models import Answer

#: States of a mail that the provider has.
_GONE: Final = (MailState.HANDED_OVER, MailState.DELIVERED, MailState.COMPLAINED)
#: States of a mail that goes out no more.
_OVER: Final = (*PARTS["sent"], *PARTS["suppressed"], *PARTS["failed"])


def follow(at: datetime, limit: int = 200, *, with_lost: bool = True) -> int:
    """One round over surveys whose mail found its fate; returns how many rows it moved. Safe to repeat.

    - `with_lost`: also look for mails that reached nobody, among all that are open.

    Journal: ingest.answer.asked; engage.survey.unsent and ingest.answer.retracted.
    """
    return _sent(at, limit) + (_unsent(at, limit) if with_lost else 0) + _emptied(limit)


def _sent(at: datetime, limit: int) -> int:
    """Those whose mail went out count as asked from that day on, so that the share of answers is of all who were asked."""
    lately = Q(unsent_at__isnull=True) | Q(unsent_at__gt=at - surveys.LASTS)
    waiting = SurveyAsk.objects.filter(lately, sent_on__isnull=True, answered_at__isnull=True)
    mails = Mail.objects.filter(pk__in=waiting.values("mail"), state__in=_GONE).only("handed_over_at", "changed_at")
    gone = {mail.pk: mail.handed_over_at or mail.changed_at for mail in mails}
    found = list(waiting.filter(mail__in=gone).order_by("pk").values_list("pk", flat=True)[:limit])
    return sum(_went_out(key, gone, at) for key in found)


def _went_out(key: int, gone: Mapping[int, datetime], at: datetime) -> int:
    """1 where it counts as asked from now on; 0 where it was answered meanwhile, which says the same and more."""
    with transaction.atomic():
        row = _locked(key)
        if row.sent_on is not None or row.answered_at is not None:
            return 0
        went = gone[row.mail or 0]
        row.sent_on, row.unsent_at = went.astimezone(organisation.zone()).date(), None
        row.expires_at = went + surveys.LASTS
        row.save(update_fields=["sent_on", "unsent_at", "expires_at"])
        surveys.tell(row, "", at)
    return 1


def _unsent(at: datetime, limit: int) -> int:
    """Those whose mail was rejected, withheld, refused or found no mailbox, also where that is told days later."""
    open_ = SurveyAsk.objects.filter(unsent_at__isnull=True, answered_at__isnull=True)
    found: list[int] = []
    not_sent, sent = open_.filter(sent_on__isnull=True), open_.filter(sent_on__isnull=False, expires_at__gt=at)
    for some in (not_sent.order_by("mail"), sent.order_by("expires_at")):  # as the indices go: no row else is read
        lost = Mail.objects.filter(pk__in=some.order_by().values("mail"), state__in=surveys.UNSENT)
        found += some.filter(mail__in=lost.values("pk")).values_list("pk", flat=True)[:limit]
    return sum(_was_lost(key, at) for key in found)


def _was_lost(key: int, at: datetime) -> int:
    with transaction.atomic():
        row = _locked(key)
        if row.unsent_at is not None or row.answered_at is not None:
            return 0
        row.sent_on, row.unsent_at = None, at
        row.save(update_fields=["sent_on", "unsent_at"])
        told = Answer.objects.filter(namespace=surveys.NAMESPACE, key=surveys.fact_key(row), retracted_at__isnull=True)
        answers.retract(list(told.values_list("pk", flat=True)), by=SYSTEM, at=at)
        surveys.record("unsent", row, SYSTEM, at)
    return 1


def _emptied(limit: int) -> int:
    """Take the links out of what is kept of mails that go out no more: nobody answers from our own outbox."""
    rows = SurveyAsk.objects.filter(has_links=True)
    mails = list(Mail.objects.filter(pk__in=rows.values("mail"), state__in=_OVER).order_by("pk")[:limit])
    secrets_out.take_out(mails, links.IN_WORDS)
    now = Mail.objects.filter(pk__in=[mail.pk for mail in mails]).values_list("pk", "text", "html")
    done = [key for key, *words in now if not any(map(links.IN_WORDS.search, words))]  # others moved on: next round
    return rows.filter(mail__in=done).update(has_links=False)


def _locked(key: int) -> SurveyAsk:
    rows = SurveyAsk.objects.select_for_update(of=("self",)).select_related("account", "contact")
    return rows.get(pk=key)
