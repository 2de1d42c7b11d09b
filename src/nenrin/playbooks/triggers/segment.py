"""The account enters or leaves a segment."""

from __future__ import annotations

from nenrin.analytics.conditions import Fields
from nenrin.foundation.models import Entry
from nenrin.playbooks.documents.params import Param, Setting, Values, named
from nenrin.playbooks.triggers.shape import TriggerKind
from nenrin.values import Text

MOVES = (("entered", Text("enters", "該当したとき")), ("left", Text("leaves", "外れたとき")))
SEGMENT = Param("segment", Text("Segment", "セグメント"), "choice", source="segments")


def says(values: Values, setting: Setting, fields: Fields) -> Text:
    name = named(setting.of(SEGMENT), values["segment"])
    if values["move"] == "left":
        return Text(f"It leaves the segment “{name.en}”", f"セグメント「{name.ja}」から外れる")
    return Text(f"It enters the segment “{name.en}”", f"セグメント「{name.ja}」に該当する")


def means(values: Values, entry: Entry) -> bool:
    return bool(str(entry.particulars.get("segment_id")) == values["segment"])


KIND = TriggerKind(
    "segment",
    Text("Segment entered or left", "セグメントに該当・除外"),
    (SEGMENT, Param("move", Text("When it", "タイミング"), "choice", MOVES, default="entered")),
    says,
    hears=lambda values: (f"insight.segment.{values['move']}",),
    means=means,
)
