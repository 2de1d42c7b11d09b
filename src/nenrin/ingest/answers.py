"""Surveys that other systems send and collect: asked on a day, answered later or never. NPS, CSAT, CES."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction

from nenrin.foundation import journal
from nenrin.foundation.actors import Actor
from nenrin.foundation.calendar import start_of
from nenrin.foundation.search import normal
from nenrin.ingest.facts.knowing import Knowing
from nenrin.ingest.facts.stating import Noun, Pen
from nenrin.ingest.facts.upserts import Written
from nenrin.ingest.models import Answer

#: Lowest and highest score of each survey.
SCALES: Mapping[str, tuple[int, int]] = {"nps": (0, 10), "csat": (1, 5), "ces": (1, 7)}


@dataclass(frozen=True, slots=True)
class Told:
    """One survey of one person. `score` lies within SCALES[survey] and comes with `answered_at`; both None: asked on
    `sent_on`, no answer yet. `person`: see `put`; `known` as in tickets."""

    key: str
    account: int
    survey: str
    score: int | None = None
    answered_at: datetime | None = None
    role: str = ""
    respondent: str = ""
    comment: str = ""
    known: date | None = None
    sent_on: date | None = None
    person: str = ""

    def columns(self) -> dict[str, Any]:
        return {"account_id": self.account, "survey": self.survey, "score": self.score, "answered_at": self.answered_at,
                "role": self.role, "respondent": self.respondent, "comment": self.comment, "sent_on": self.sent_on,
                "person": self.person}  # fmt: skip


def put(
    told: Sequence[Told], *, namespace: str, by: Actor, at: datetime, zone: ZoneInfo, knowing: Knowing
) -> list[Written[Answer]]:
    """Make answers stand as told; safe to repeat. Who is named gets a random word of their own within the account, the
    same one each time: the lake tells by it who answered twice, and nobody tells by it who that is."""
    with transaction.atomic():
        known = _persons({each.account for each in told if each.respondent})
        named = [replace(each, person=_person(each, known)) for each in told]
        return ANSWER.put(named, namespace=namespace, by=by, at=at, zone=zone, knowing=knowing)


def _persons(accounts: Iterable[int]) -> dict[tuple[int, str], str]:
    rows = Answer.objects.filter(account__in=list(accounts)).exclude(person="").exclude(respondent="")
    told = rows.order_by("-pk").values_list("account_id", "respondent", "person").distinct()
    return {(account, normal(name)): person for account, name, person in told}


def _person(each: Told, known: dict[tuple[int, str], str]) -> str:
    if not each.respondent:
        return ""
    return known.setdefault((each.account, normal(each.respondent)), secrets.token_hex(12))


def _drafts(written: Written[Answer], pen: Pen) -> Iterable[journal.Draft]:
    """A survey of the past was without an answer until it came: an entry for each, true from its own moment."""
    row = written.row
    if written.outcome == "created":
        if row.sent_on:
            yield _draft("asked", row, pen, start_of(row.sent_on, pen.zone), is_answered=False)
        if row.answered_at:
            yield _draft("given", row, pen, row.answered_at)
    elif row.score is None:
        yield _draft("asked", row, pen.live(), pen.at)
    elif written.before.get("score", 0) is None:
        yield _draft("given", row, pen.live(), row.answered_at or pen.at)
    else:
        yield _draft("corrected", row, pen.live(), pen.at)


def _draft(action: str, row: Answer, pen: Pen, valid_at: datetime, *, is_answered: bool = True) -> journal.Draft:
    answered_at = row.answered_at if is_answered else None
    score = row.score if answered_at else None
    body = {"survey": row.survey, "score": score, "answered_on": pen.day(answered_at) if answered_at else None,
            "role": row.role, "sent_on": row.sent_on, "respondent": row.person or None}  # fmt: skip
    said = {"survey": row.survey.upper(), "score": score, "role": row.role}
    personal = {"respondent": row.respondent}
    if answered_at:
        personal["body"] = row.comment  # a timeline shows the body of any entry
    return ANSWER.draft(action, row, pen, valid_at, body, said=said, personal=personal)


#: Journal: ingest.answer.asked, given for a new answer, corrected for one that says something else now, retracted.
ANSWER = Noun(Answer, "answer", _drafts)
retract, restore = ANSWER.retract, ANSWER.restore
