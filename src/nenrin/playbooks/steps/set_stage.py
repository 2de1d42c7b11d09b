"""The account comes to another stage of its journey."""

from __future__ import annotations

from nenrin.analytics.conditions import Fields
from nenrin.customers.errors import Refused
from nenrin.playbooks.documents.params import Param, Setting, Values, named
from nenrin.playbooks.steps.shape import Done, Failed, Outcome, StepKind, Turn
from nenrin.playbooks.triggers.stage import STAGES
from nenrin.values import Text
from nenrin.work import journeys

REASON = Param(
    "reason",
    Text("Reason where criteria are unmet", "条件を満たさない場合の理由"),
    "text",
    required=False,
    default="",
    hint=Text(
        "Left empty, an account that does not meet the criteria of its journey stays where it is and the step fails.",
        "空欄の場合、ジャーニーの条件を満たさない顧客は移動せず、このステップは失敗になる。",
    ),
)


def says(values: Values, setting: Setting, fields: Fields) -> Text:
    name = named(STAGES, values["stage"])
    return Text(f"The stage becomes {name.en.lower()}", f"ステージを{name.ja}にする")


def act(turn: Turn) -> Outcome:
    stage, reason = turn.values["stage"], turn.values.get("reason") or ""
    try:
        journeys.move(turn.account, stage, reason=reason, by=turn.by, at=turn.at)
    except Refused as refused:
        return Failed(refused.faults[0].text)
    name = named(STAGES, stage)
    return Done({"en": name.en, "ja": name.ja})


KIND = StepKind(
    "set_stage",
    Text("Stage", "ステージを変更"),
    (Param("stage", Text("Stage", "ステージ"), "choice", STAGES), REASON),
    says,
    act,
)
