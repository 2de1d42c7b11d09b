"""Survey answers (アンケート回答), and surveys that were sent and have none yet: NPS, CSAT, CES."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from nenrin.customers.statuses import DecisionRole
from nenrin.foundation.calendar import day_of
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
    Field("score", Text("Score", "点数"), Type.WHOLE, synonyms=("nps", "rating", "answer", "評価", "スコア", "得点")),
    Field("answered_at", Text("Answered", "回答日時"), Type.INSTANT,
          synonyms=("answered_on", "answered at", "submitted at", "date", "回答日", "日付", "日時")),
    Field("sent_on", Text("Sent on", "送信日"), Type.DATE,
          synonyms=("sent", "sent at", "sent_at", "asked on", "asked_on", "配信日", "依頼日", "アンケート送信日")),
    Field("role", Text("Role", "役割"), Type.CHOICE, synonyms=("立場",), choices={k.value: v for k, v in _ROLES.items()}),
    Field("respondent", Text("Respondent", "回答者"), synonyms=("email", "name", "contact", "氏名", "メールアドレス"), limit=254),
    Field("comment", Text("Comment", "コメント"), synonyms=("reason", "feedback", "自由記述", "理由", "ご意見"), limit=2000),
)  # fmt: skip

_PARTS = ("account_key", "corporate_number", "account_name", "survey", "answered_at", "respondent")
_ASKED_PARTS = (*_PARTS[:4], "sent_on", "respondent")


def _put(records: Sequence[Record], context: Context) -> list[Result]:
    standing = facts.standing(Answer, records, context, _identity)

    def told(record: Record, account: int) -> answers.Told | Result:
        there = standing.get(_identity(record))
        return _unfit(record, there, context) or _told(record, account, there)

    return facts.put(records, context, told, lambda rows: answers.put(rows, **facts.manner(context)))


def _unfit(record: Record, there: Answer | None, context: Context) -> Result | None:
    """Why a row is neither an answer nor a survey that was sent."""
    score, answered, sent = (facts.cell(record, name, there, None) for name in ("score", "answered_at", "sent_on"))
    if score is None and answered is not None:
        return refused(record, "score", "", Text("the score of what was answered", "回答の点数"))
    if score is not None and answered is None:
        return refused(record, "answered_at", "", Text("when it was answered", "回答した日時"))
    if score is None and sent is None:
        expected = Text("a score, or the day on which the survey was sent", "点数（未回答の場合は送信日）")
        return refused(record, "score", "", expected)
    if score is None and not record.text("key") and not record.text("respondent"):
        expected = Text("who was asked, or the number of the survey", "送信先（または回答番号）")
        return refused(record, "respondent", "", expected)
    if sent is not None and answered is not None and day_of(answered, context.zone) < sent:
        return refused(record, "sent_on", str(sent), Text("a day not after the answer", "回答日以前の日付"))
    low, high = SCALES[record.text("survey")]
    if score is not None and not low <= score <= high:
        scale = record.text("survey").upper()
        return refused(record, "score", str(score), Text(f"{scale}: {low} to {high}", f"{scale}は{low}〜{high}"))
    return None


def _told(record: Record, account: int, there: Answer | None) -> answers.Told:
    return answers.Told(
        key=_identity(record),
        account=account,
        survey=record.text("survey"),
        score=facts.cell(record, "score", there, None),
        answered_at=facts.cell(record, "answered_at", there, None),
        role=facts.cell(record, "role", there),
        respondent=facts.cell(record, "respondent", there),
        comment=facts.cell(record, "comment", there),
        known=record.known,
        sent_on=facts.cell(record, "sent_on", there, None),
    )


def _identity(record: Record) -> str:
    """The file's own number; without one, who was asked when; where that is not told, who answered when."""
    parts = _ASKED_PARTS if record.values.get("sent_on") else _PARTS
    said = "|".join(str(record.values.get(part) or "") for part in parts)
    return record.text("key") or hashlib.sha256(said.encode()).hexdigest()[:32]


KIND = Kind(
    key="answers",
    name=Text("Survey answers", "アンケート回答"),
    fields=FIELDS,
    identity=_identity,
    identity_fields=("key", *_PARTS, "sent_on"),
    put=_put,
    undo=facts.undoing(Answer, answers.retract, answers.restore),
)
