"""The account's health changes colour."""

from __future__ import annotations

from nenrin.analytics.conditions import Fields
from nenrin.analytics.conditions.fields import BANDS
from nenrin.foundation.models import Entry
from nenrin.playbooks.documents.params import Param, Setting, Values, listed, named
from nenrin.playbooks.triggers.shape import TriggerKind
from nenrin.values import Text

ACTIONS = ("insight.health.fell", "insight.health.rose", "insight.health.unknown", "insight.health.known")


def says(values: Values, setting: Setting, fields: Fields) -> Text:
    to = listed([named(BANDS, band) for band in values["to"]])
    if not values["before"]:
        return Text(f"Health becomes {to.en}", f"ヘルスが{to.ja}になる")
    was = listed([named(BANDS, band) for band in values["before"]])
    return Text(f"Health goes from {was.en} to {to.en}", f"ヘルスが{was.ja}から{to.ja}になる")


def means(values: Values, entry: Entry) -> bool:
    before = values["before"]
    told = entry.particulars
    return told.get("band") in values["to"] and (not before or told.get("band_before") in before)


KIND = TriggerKind(
    "band_change",
    Text("Health changes colour", "ヘルスの色が変わる"),
    (
        Param("to", Text("It becomes", "変化後"), "several", BANDS, default=("at_risk",)),
        Param("before", Text("It was", "変化前"), "several", BANDS, required=False, default=()),
    ),
    says,
    hears=lambda values: ACTIONS,
    means=means,
)
