"""A tag is put on the account, or taken off."""

from __future__ import annotations

from nenrin.analytics.conditions import Fields
from nenrin.customers import tags
from nenrin.customers.errors import Refused
from nenrin.playbooks.documents.params import Param, Setting, Values
from nenrin.playbooks.steps.shape import Done, Failed, Outcome, StepKind, Turn
from nenrin.values import Text

WAYS = (("add", Text("Put on", "付ける")), ("remove", Text("Take off", "外す")))


def says(values: Values, setting: Setting, fields: Fields) -> Text:
    tag = values["tag"]
    if values["way"] == "remove":
        return Text(f"Take off the tag “{tag}”", f"タグ「{tag}」を外す")
    return Text(f"Put on the tag “{tag}”", f"タグ「{tag}」を付ける")


def act(turn: Turn) -> Outcome:
    tag = turn.values["tag"]
    moved = {"add": [tag]} if turn.values["way"] == "add" else {"remove": [tag]}
    try:
        tags.change([turn.account], by=turn.by, at=turn.at, **moved)
    except Refused as refused:
        return Failed(refused.faults[0].text)
    return Done({"en": tag, "ja": tag})


KIND = StepKind(
    "tag",
    Text("Tag", "タグ"),
    (
        Param("tag", Text("Tag", "タグ"), "text", source="tags"),
        Param("way", Text("Do what", "操作"), "choice", WAYS, default="add"),
    ),
    says,
    act,
)
