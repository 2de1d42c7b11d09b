"""Survey answers (アンケート回答): NPS, CSAT, CES."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime

from nenrin.customers.statuses import DecisionRole
from nenrin.ingest import answers
from nenrin.ingest.answers import SCALES
from nenrin.ingest.files.fields import Field, Type
from nenrin.ingest.files.kinds import accounts_of, facts
from nenrin.ingest.files.kinds.shape import Context, Kind, Result, refused
from nenrin.ingest.files.records import Record
from nenrin.ingest.models import Answer
from nenrin.values import Text

_ROLES = {
    DecisionRole.DECISION_MAKER: ("決裁者", "責任者", "decision maker"),
    DecisionRole.CHAMPION: ("推進者", "旗振り役"),
    DecisionRole.OPERATOR: ("運用担当", "利用者", "user"),
    DecisionRole.INFLUENCER: ("影響者",),
    DecisionRole.BLOCKER: ("慎重", "反対者"),
}
FIELDS = (
    Field("key", Text("Answer number", "回答番号"), Type.KEY, synonyms=("id", "response id", "response_id", "回答ID")),
    *accounts_of.ACCOUNT_FIELDS,
    Field("survey", Text("Survey", "調査"), Type.CHOICE, is_required=True, synonyms=("type", "survey type", "調査種別", "アンケート種別"),
          choices={"nps": ("推奨度", "NPS®"), "csat": ("満足度", "顧客満足度"), "ces": ("労力", "顧客努力指標")}),
    Field("score", Text("Score", "点数"), Type.WHOLE, is_required=True, synonyms=("nps", "rating", "answer", "評価", "スコア", "得点")),
    Field("answered_at", Text("Answered", "回答日時"), Type.INSTANT, is_required=True,
          synonyms=("answered_on", "answered at", "submitted at", "date", "回答日", "日付", "日時")),
    Field("role", Text("Role", "役割"), Type.CHOICE, synonyms=("立場",), choices={k.value: v for k, v in _ROLES.items()}),
    Field("respondent", Text("Respondent", "回答者"), synonyms=("email", "name", "contact", "氏名", "メールアドレス"), limit=254),
    Field("comment", Text("Comment", "コメント"), synonyms=("reason", "feedback", "自由記述", "理由", "ご意見"), limit=2000),
)  # fmt: skip

_PARTS = ("account_key", "corporate_number", "account_name", "survey", "answered_at", "respondent")


def _put(records: Sequence[Record], context: Context) -> list[Result]:
    return facts.put(records, context, _told, lambda told: answers.put(told, **facts.manner(context)))


def _told(record: Record, account: int) -> answers.Told | Result:
    survey, score, answered = record.text("survey"), record.values["score"], record.values["answered_at"]
    assert isinstance(score, int)
    assert isinstance(answered, datetime)
    low, high = SCALES[survey]
    if not low <= score <= high:
        return refused(
            record,
            "score",
            str(score),
            Text(f"{survey.upper()}: {low} to {high}", f"{survey.upper()}は{low}〜{high}"),
        )
    return answers.Told(
        key=_identity(record),
        account=account,
        survey=survey,
        score=score,
        answered_at=answered,
        role=record.text("role"),
        respondent=record.text("respondent"),
        comment=record.text("comment"),
        known=record.known,
    )


def _identity(record: Record) -> str:
    """The file's own number; without one, who answered what when: the same answer twice is one."""
    said = "|".join(str(record.values.get(part) or "") for part in _PARTS)
    return record.text("key") or hashlib.sha256(said.encode()).hexdigest()[:32]


KIND = Kind(
    key="answers",
    name=Text("Survey answers", "アンケート回答"),
    fields=FIELDS,
    identity=_identity,
    identity_fields=("key", *_PARTS),
    put=_put,
    undo=facts.undoing(Answer, answers.retract, answers.restore),
)
