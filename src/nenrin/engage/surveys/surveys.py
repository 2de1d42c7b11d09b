"""A survey is asked of one person by mail, once for each occasion, and answered once: the answer is a fact like any other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import transaction

from nenrin.customers.errors import Refused
from nenrin.customers.models import Account, Contact
from nenrin.engage.models import SurveyAsk
from nenrin.engage.surveys import links, words
from nenrin.foundation import journal, organisation
from nenrin.foundation.actors import Actor
from nenrin.foundation.mail import outbox
from nenrin.foundation.mail.addresses import Address
from nenrin.foundation.models import Mail
from nenrin.foundation.models.mail import Kind, MailState
from nenrin.ingest import answers
from nenrin.ingest.answers import SCALES
from nenrin.ingest.facts import knowing
from nenrin.values import Language, Text

#: Days for which the link takes an answer.
LASTS: Final = timedelta(days=30)
LONGEST_COMMENT: Final = 2000
NAMESPACE: Final = "nenrin"
#: States of a mail that the provider has.
GONE: Final = (MailState.HANDED_OVER, MailState.DELIVERED)
RESPONDENT: Final = Actor("source", "survey", "")


class Expired(ValueError):
    """The survey is over: its link takes no answer any more."""


class AnsweredAlready(ValueError):
    """An answer was given and stays as it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One survey to be. `key` is unique: asked for twice, it is the same row and the same mail. `more` goes to the outbox."""

    account: Account
    contact: Contact
    address: str
    survey: str
    key: str
    language: Language
    subject: str
    intro: str = ""
    question: str = ""
    more: Mapping[str, Any]


def ask(asked: Question, *, by: Actor, at: datetime) -> SurveyAsk:
    """Ask one person, by a mail in their language. Safe to repeat by its key. Raises Refused, foundation.mail Refused.

    Journal: engage.survey.asked.
    """
    if asked.survey not in SCALES:
        raise Refused.one("survey", Text("nps, csat or ces", "nps・csat・cesのいずれか"), asked.survey)
    question = (asked.question or words.QUESTIONS[asked.survey].in_(asked.language))[:500]
    with transaction.atomic():
        row, is_new = SurveyAsk.objects.get_or_create(
            key=asked.key,
            defaults={"account": asked.account, "contact": asked.contact, "survey": asked.survey,
                      "language": asked.language, "question": question, "asked_at": at, "expires_at": at + LASTS},
        )  # fmt: skip
        if is_new:
            row.mail = _mailed(row, asked, question, by, at)
            row.save(update_fields=["mail"])
            _record("asked", row, by, at)
    return row


def _mailed(row: SurveyAsk, asked: Question, question: str, by: Actor, at: datetime) -> int:
    low, high = SCALES[asked.survey]
    scores = [(score, links.address(row.pk, score)) for score in range(low, high + 1)]
    text, markup = words.letter(asked.survey, question, asked.intro, asked.contact.name, scores, asked.language)
    mail = outbox.put(
        to=Address(asked.address, asked.contact.name), subject=asked.subject[: outbox.MOST_SUBJECT], text=text,
        html=markup, kind=Kind.ACCOUNT, key=asked.key, language=asked.language, account_id=asked.account.pk,
        contact_id=asked.contact.pk, by=by, at=at, **asked.more,
    )  # fmt: skip
    return int(mail.pk)


def answer(row: SurveyAsk, score: int, comment: str = "", *, at: datetime) -> SurveyAsk:
    """Keep what was answered: once for each mail, as a fact of the account that stands now.

    The same score again is the same answer, with the words that come with it. Raises Refused, Expired, AnsweredAlready. Journal: ingest.answer.given and
    engage.survey.answered, which tells the channel.
    """
    low, high = SCALES[row.survey]
    if not low <= score <= high:
        raise Refused.one("score", Text(f"a number from {low} to {high}", f"{low}〜{high}の数字"), score)
    with transaction.atomic():
        row = SurveyAsk.objects.select_for_update(of=("self",)).select_related("account", "contact").get(pk=row.pk)
        if row.answered_at is not None:
            if row.score != score:
                raise AnsweredAlready(AnsweredAlready.__doc__)
            if comment.strip():
                _tell(row, comment.strip()[:LONGEST_COMMENT], at)
            return row
        if at >= row.expires_at:
            raise Expired(Expired.__doc__)
        row.score, row.answered_at = score, at
        row.save(update_fields=["score", "answered_at"])
        _tell(row, comment.strip()[:LONGEST_COMMENT], at)
        _record("answered", row, RESPONDENT, at)
    return row


def follow(at: datetime, limit: int = 200) -> int:
    """Surveys whose mail went out count as asked from that day on, so that the share of answers is of all who were asked;
    returns how many. Safe to repeat. Journal: ingest.answer.asked."""
    waiting = SurveyAsk.objects.filter(sent_on__isnull=True, answered_at__isnull=True, asked_at__gt=at - LASTS)
    gone = dict(Mail.objects.filter(pk__in=waiting.values("mail"), state__in=GONE).values_list("pk", "changed_at"))
    found = list(waiting.filter(mail__in=gone).order_by("pk").values_list("pk", flat=True)[:limit])
    return sum(_went_out(key, gone, at) for key in found)


def _went_out(key: int, gone: Mapping[int, datetime], at: datetime) -> int:
    """1 where it counts as asked from now on; 0 where it was answered meanwhile, which says the same and more."""
    rows = SurveyAsk.objects.select_for_update(of=("self",)).select_related("account", "contact")
    with transaction.atomic():
        row = rows.get(pk=key)
        if row.sent_on is not None or row.answered_at is not None:
            return 0
        row.sent_on = gone[row.mail or 0].astimezone(organisation.zone()).date()
        row.save(update_fields=["sent_on"])
        _tell(row, "", at)
    return 1


def last_asked(contact: int, survey: str, *, since: datetime) -> SurveyAsk | None:
    """The newest survey of this kind that the person was asked since then."""
    return SurveyAsk.objects.filter(contact=contact, survey=survey, asked_at__gt=since).order_by("-asked_at").first()


def _tell(row: SurveyAsk, comment: str, at: datetime) -> None:
    """The answer as every answer stands: with its day, the role of who gave it, and what they wrote."""
    today, zone = organisation.today(at), organisation.zone()
    told = answers.Told(
        key=f"survey-{row.pk}", account=_standing(row.account).pk, survey=row.survey, score=row.score,
        answered_at=row.answered_at,
        role=row.contact.role if row.contact else "", respondent=row.contact.name if row.contact else "",
        comment=comment, sent_on=row.sent_on or row.asked_at.astimezone(zone).date(),
    )  # fmt: skip
    answers.put([told], namespace=NAMESPACE, by=RESPONDENT, at=at, zone=zone, knowing=knowing.on_arrival(today))


def _standing(account: Account) -> Account:
    """The account, or the one that it was merged into."""
    while account.merged_into is not None:
        account = account.merged_into
    return account


def _record(verb: str, row: SurveyAsk, by: Actor, at: datetime) -> None:
    told = {"survey": row.survey.upper(), "channel": row.channel, "score": row.score}
    subject = [("contact", row.contact_id)] if row.contact_id else []
    journal.record_many(
        [
            journal.Draft(
                f"engage.survey.{verb}", by, at, _standing(row.account).pk, [*subject, ("survey", row.pk)], told
            )
        ]
    )
