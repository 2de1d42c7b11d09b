"""A field of the account is set."""

from __future__ import annotations

from nenrin.analytics.conditions import Fields
from nenrin.customers import accounts
from nenrin.customers.errors import Refused
from nenrin.playbooks.documents.params import Param, Setting, Values, named
from nenrin.playbooks.steps.shape import Done, Failed, Outcome, StepKind, Turn
from nenrin.values import Text

ATTRIBUTE = Param("attribute", Text("Attribute", "独自項目"), "choice", source="attributes")


def says(values: Values, setting: Setting, fields: Fields) -> Text:
    name = named(setting.of(ATTRIBUTE), values["attribute"])
    return Text(f"Set {name.en} to “{values['value']}”", f"{name.ja}を「{values['value']}」に設定")


def act(turn: Turn) -> Outcome:
    key, value = turn.values["attribute"], turn.values["value"]
    try:
        accounts.change(turn.account, attributes={key: value}, by=turn.by, at=turn.at)
    except Refused as refused:
        return Failed(refused.faults[0].text)
    return Done({"en": f"{key}: {value}", "ja": f"{key}: {value}"})


KIND = StepKind(
    "set_attribute",
    Text("Attribute", "項目を更新"),
    (ATTRIBUTE, Param("value", Text("Value", "値"), "text")),
    says,
    act,
)
