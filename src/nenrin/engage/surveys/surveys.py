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
from nenrin.foundation.models.mail import PARTS, Kind, MailState
from nenrin.ingest import answers
from nenrin.ingest.answers import SCALES
from nenrin.ingest.facts import knowing
from nenrin.values import Language, Text

#: Days for which the link takes an answer, from when its mail went out.
LASTS: Final = timedelta(days=30)
LONGEST_COMMENT: Final = 2000
NAMESPACE: Final = "nenrin"
#: States of a mail that reached nobody, and never will.
UNSENT: Final = (*PARTS["suppressed"], *PARTS["failed"], MailState.BOUNCED)
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
            record("asked", row, by, at)
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

    The same score again is the same answer, with the words that come with it. Raises Refused, Expired, AnsweredAlready.
    Journal: ingest.answer.given and engage.survey.answered, which tells the channel.
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
                tell(row, comment.strip()[:LONGEST_COMMENT], at)
            return row
        if is_over(row, at):
            raise Expired(Expired.__doc__)
        row.score, row.answered_at, row.unsent_at = score, at, None
        row.save(update_fields=["score", "answered_at", "unsent_at"])
        tell(row, comment.strip()[:LONGEST_COMMENT], at)
        record("answered", row, RESPONDENT, at)
    return row


def is_over(row: SurveyAsk, at: datetime) -> bool:
    """Does its link take no answer any more? A mail that was approved late opens as long as any other."""
    if at < row.expires_at:
        return False
    if row.sent_on is not None:
        return True
    gone = Mail.objects.filter(pk=row.mail or 0).values_list("handed_over_at", flat=True).first()  # not followed yet
    return gone is None or at >= gone + LASTS


def last_asked(contact: int, survey: str, *, since: datetime) -> SurveyAsk | None:
    """The newest survey of this kind that the person was asked since then. One whose mail reached nobody is none."""
    rows = SurveyAsk.objects.filter(contact=contact, survey=survey, asked_at__gt=since, unsent_at__isnull=True)
    unsent = Mail.objects.filter(pk__in=rows.values("mail"), state__in=UNSENT).values_list("pk", flat=True)
    return rows.exclude(answered_at__isnull=True, mail__in=list(unsent)).order_by("-asked_at").first()


def fact_key(row: SurveyAsk) -> str:
    """Under which its answer stands among all answers."""
    return f"survey-{row.pk}"


def tell(row: SurveyAsk, comment: str, at: datetime) -> None:
    """The answer as every answer stands: with its day, the role of who gave it, and what they wrote."""
    today, zone = organisation.today(at), organisation.zone()
    told = answers.Told(
        key=fact_key(row), account=standing(row.account).pk, survey=row.survey, score=row.score,
        answered_at=row.answered_at,
        role=row.contact.role if row.contact else "", respondent=row.contact.name if row.contact else "",
        comment=comment, sent_on=row.sent_on or row.asked_at.astimezone(zone).date(),
    )  # fmt: skip
    answers.put([told], namespace=NAMESPACE, by=RESPONDENT, at=at, zone=zone, knowing=knowing.on_arrival(today))


def standing(account: Account) -> Account:
    """The account, or the one that it was merged into."""
    while account.merged_into is not None:
        account = account.merged_into
    return account


def record(verb: str, row: SurveyAsk, by: Actor, at: datetime) -> None:
    told = {"survey": row.survey.upper(), "channel": row.channel, "score": row.score}
    subject = [("contact", row.contact_id)] if row.contact_id else []
    journal.record_many(
        [journal.Draft(f"engage.survey.{verb}", by, at, standing(row.account).pk, [*subject, ("survey", row.pk)], told)]
    )
