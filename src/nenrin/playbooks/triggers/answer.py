"""Somebody answers a survey with a score in a range."""

from __future__ import annotations

from nenrin.analytics.conditions import Fields
from nenrin.foundation.models import Entry
from nenrin.playbooks.documents.params import Param, Setting, Values, named
from nenrin.playbooks.triggers.shape import TriggerKind
from nenrin.values import Text

SURVEYS = (("nps", Text("NPS", "NPS")), ("csat", Text("CSAT", "CSAT")), ("ces", Text("CES", "CES")))


def says(values: Values, setting: Setting, fields: Fields) -> Text:
    what = named(SURVEYS, values["survey"])
    return Text(
        f"{what.en} is answered with {values['low']} to {values['high']}",
        f"{what.ja}の回答が{values['low']}〜{values['high']}点",
    )


def means(values: Values, entry: Entry) -> bool:
    told = entry.particulars
    body = (told.get("fact") or {}).get("body") or {}
    try:
        score = float(told.get("score", body.get("score")))
    except (TypeError, ValueError):
        return False
    kind = str(body.get("survey", told.get("survey", ""))).lower()
    return bool(kind == values["survey"] and values["low"] <= score <= values["high"])


KIND = TriggerKind(
    "answer",
    Text("A survey is answered", "アンケートに回答"),
    (
        Param("survey", Text("Survey", "アンケート"), "choice", SURVEYS, default="nps"),
        Param("low", Text("Lowest score", "最低点"), "number", default=0, low=0, high=100),
        Param("high", Text("Highest score", "最高点"), "number", default=6, low=0, high=100),
    ),
    says,
    hears=lambda values: ("ingest.answer.given",),
    means=means,
)
