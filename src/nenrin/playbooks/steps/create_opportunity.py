"""An opportunity is opened; an account that is not well is passed over unless the step says why it should not be."""

from __future__ import annotations

from typing import Any

from nenrin.analytics.conditions import Fields
from nenrin.customers.errors import Refused
from nenrin.foundation import format
from nenrin.foundation.calendar import add_business_days
from nenrin.playbooks.documents import merging
from nenrin.playbooks.documents.params import Param, Setting, Values, named
from nenrin.playbooks.steps import people
from nenrin.playbooks.steps.shape import Done, Failed, Outcome, Skipped, StepKind, Turn
from nenrin.values import Language, Text
from nenrin.work import opportunities
from nenrin.work.models.opportunity import KINDS, Origin

KIND_OF = Param(
    "kind", Text("What to propose", "提案の種類"), "choice", tuple((kind.value, word) for kind, word in KINDS.items())
)


def says(values: Values, setting: Setting, fields: Fields) -> Text:
    name = named(setting.of(KIND_OF), values["kind"])
    return Text(f"An opportunity is opened: {name.en}", f"提案機会を登録: {name.ja}")


def under(values: Values) -> Text:
    days, who = values["due_days"], people.who_words(values)
    return Text(f"{who.en}, next step in {format.counted(days, 'business day')}", f"{who.ja}・次の一手まで{days}営業日")


def act(turn: Turn) -> Outcome:
    values = turn.values
    owner = people.assignee(turn, values["who"])
    language: Language = "en" if owner and owner.language == "en" else "ja"
    known = people.gaps(turn, language)
    step = merging.filled(values["next_step"].in_(language), known)[:300]
    try:
        row = opportunities.open(
            turn.account,
            values["kind"],
            by=turn.by,
            at=turn.at,
            key=turn.key,
            origin=Origin.PLAYBOOK,
            expected=_expected(turn.account.mrr_minor, values["percent"]),
            evidence=[_why(turn)],
            reason=values["reason"] or "",
            owner=owner,
            next_step=step,
            due_on=add_business_days(turn.today, max(int(values["due_days"]), 1)),
        )
    except Refused as refused:
        fault = refused.faults[0]
        return Skipped(fault.text) if fault.field == "reason" else Failed(fault.text)
    word = row.kind_word
    return Done(
        {**people.noted(owner), "opportunity": row.pk, "url": f"/opportunities/{row.pk}", "en": word.en, "ja": word.ja}
    )


def _expected(mrr: int, percent: float) -> int | None:
    return round(mrr * percent / 100) if percent and mrr else None


def _why(turn: Turn) -> dict[str, Any]:
    return {"sign": "playbook", "en": turn.why.en, "ja": turn.why.ja, "as_of": str(turn.today)}


KIND = StepKind(
    "create_opportunity",
    Text("Opportunity", "提案機会を登録"),
    (
        KIND_OF,
        Param("who", Text("For whom", "担当"), "choice", people.WHO, default="owner"),
        Param(
            "percent",
            Text("Expected change of MRR (% of the present)", "見込みMRR（現MRR比%）"),
            "number",
            required=False,
            default=0,
            low=0,
            high=500,
        ),
        Param("next_step", Text("Next step", "次の一手"), "words", required=False, default=Text("", "")),
        Param("due_days", Text("Due in (business days)", "期限（営業日）"), "number", default=5, low=1, high=250),
        Param(
            "reason",
            Text(
                "Reason to open it also where health, a ticket or a complaint holds it back", "保留対象でも登録する理由"
            ),
            "text",
            required=False,
        ),
    ),
    says,
    act,
    under=under,
)
