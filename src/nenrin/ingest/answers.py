"""Survey answers that other systems collected: NPS, CSAT, CES."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction

from nenrin.foundation import journal
from nenrin.foundation.actors import Actor
from nenrin.foundation.calendar import day_of
from nenrin.ingest.facts import upserts
from nenrin.ingest.facts.knowing import Knowing, on_arrival
from nenrin.ingest.facts.upserts import Wanted, Written
from nenrin.ingest.models import Answer

#: Lowest and highest score of each survey.
SCALES: Mapping[str, tuple[int, int]] = {"nps": (0, 10), "csat": (1, 5), "ces": (1, 7)}


@dataclass(frozen=True, slots=True)
class Told:
    """One answer. `score` lies within SCALES[survey]; `known` as in tickets."""

    key: str
    account: int
    survey: str
    score: int
    answered_at: datetime
    role: str = ""
    respondent: str = ""
    comment: str = ""
    known: date | None = None

    def columns(self) -> dict[str, Any]:
        return {"account_id": self.account, "survey": self.survey, "score": self.score, "answered_at": self.answered_at,
                "role": self.role, "respondent": self.respondent, "comment": self.comment}  # fmt: skip


def put(
    told: Sequence[Told], *, namespace: str, by: Actor, at: datetime, zone: ZoneInfo, knowing: Knowing
) -> list[Written[Answer]]:
    """Make answers stand as told, each known by its key; safe to repeat.

    Journal: ingest.answer.given for a new one, ingest.answer.corrected for one that says something else now.
    """
    with transaction.atomic():
        written = upserts.upsert(Answer, [Wanted(namespace, t.key, t.columns()) for t in told], at=at)
        journal.record_many(
            _draft(each, t.known, by=by, at=at, zone=zone, knowing=knowing)
            for each, t in zip(written, told, strict=True)
            if each.outcome != "unchanged"
        )
    return written


def retract(ids: Sequence[int], *, by: Actor, at: datetime) -> None:
    """Take answers back, known from now on; safe to repeat. Journal: ingest.answer.retracted."""
    with transaction.atomic():
        journal.record_many(
            journal.Draft("ingest.answer.retracted", by, at, row.account_id, [("answer", row.pk)], {"fact": _gone(row)})
            for row in upserts.retract(Answer, ids, at=at)
        )


def restore(row: Answer, before: Mapping[str, Any], *, by: Actor, at: datetime, zone: ZoneInfo) -> None:
    """Give an answer the columns it had before; known from now on. Journal: ingest.answer.corrected."""
    for name, value in before.items():
        setattr(row, name, value)
    row.version, row.changed_at = row.version + 1, at
    with transaction.atomic():
        row.save()
        put_back: Written[Answer] = Written("updated", row, dict(before), row.version)
        journal.record_many([_draft(put_back, None, by=by, at=at, zone=zone, knowing=on_arrival(day_of(at, zone)))])


def _draft(
    written: Written[Answer],
    stated: date | None,
    *,
    by: Actor,
    at: datetime,
    zone: ZoneInfo,
    knowing: Knowing,
) -> journal.Draft:
    row, is_new = written.row, written.outcome == "created"
    answered_on = day_of(row.answered_at, zone)
    marks = knowing.marks(answered_on, stated) if is_new else {}
    body = {"survey": row.survey, "score": row.score, "answered_on": answered_on, "role": row.role}
    particulars = {"survey": row.survey.upper(), "score": row.score, "role": row.role,
                   "fact": {"kind": "answer", "key": str(row.pk), "body": body, **marks}}  # fmt: skip
    said = {"respondent": row.respondent, "body": row.comment}  # a timeline shows the body of any entry
    personal = {name: value for name, value in said.items() if value}
    action = "ingest.answer.given" if is_new else "ingest.answer.corrected"
    valid_at = row.answered_at if is_new else at
    return journal.Draft(
        action, by, at, row.account_id, [("answer", row.pk)], particulars, personal, valid_at, row.version
    )


def _gone(row: Answer) -> dict[str, Any]:
    return {"kind": "answer", "key": str(row.pk), "body": {}, "gone": True}
