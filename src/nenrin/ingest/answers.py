"""Survey answers that other systems collected: NPS, CSAT, CES."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from nenrin.foundation import journal
from nenrin.ingest.facts.stating import Noun, Pen
from nenrin.ingest.facts.upserts import Written
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


def _drafts(written: Written[Answer], pen: Pen) -> Iterable[journal.Draft]:
    row, is_new = written.row, written.outcome == "created"
    answered_on = pen.day(row.answered_at)
    body = {"survey": row.survey, "score": row.score, "answered_on": answered_on, "role": row.role}
    said = {"survey": row.survey.upper(), "score": row.score, "role": row.role}
    personal = {"respondent": row.respondent, "body": row.comment}  # a timeline shows the body of any entry
    if is_new:
        yield ANSWER.draft("given", row, pen, row.answered_at, body, said=said, personal=personal)
    else:
        yield ANSWER.draft("corrected", row, pen.live(), pen.at, body, said=said, personal=personal)


#: Journal: ingest.answer.given for a new one, corrected for one that says something else now, retracted.
ANSWER = Noun(Answer, "answer", _drafts)
put, retract, restore = ANSWER.put, ANSWER.retract, ANSWER.restore
