"""The account comes to another stage."""

from __future__ import annotations

from nenrin.analytics.conditions import Fields
from nenrin.customers import accounts
from nenrin.customers.errors import Refused
from nenrin.playbooks.documents.params import Param, Setting, Values, named
from nenrin.playbooks.steps.shape import Done, Failed, Outcome, StepKind, Turn
from nenrin.playbooks.triggers.stage import STAGES
from nenrin.values import Text


def says(values: Values, setting: Setting, fields: Fields) -> Text:
    name = named(STAGES, values["stage"])
    return Text(f"The stage becomes {name.en.lower()}", f"ステージを{name.ja}にする")


def act(turn: Turn) -> Outcome:
    try:
        accounts.change(turn.account, stage=turn.values["stage"], by=turn.by, at=turn.at)
    except Refused as refused:
        return Failed(refused.faults[0].text)
    name = named(STAGES, turn.values["stage"])
    return Done({"en": name.en, "ja": name.ja})


KIND = StepKind(
    "set_stage",
    Text("Stage", "ステージを変更"),
    (Param("stage", Text("Stage", "ステージ"), "choice", STAGES),),
    says,
    act,
)
