"""One of the customer's people leaves."""

from __future__ import annotations

from nenrin.analytics.conditions import Fields
from nenrin.customers.statuses import DecisionRole, word
from nenrin.foundation.models import Entry
from nenrin.playbooks.documents.params import Param, Setting, Values, listed, named
from nenrin.playbooks.triggers.shape import TriggerKind
from nenrin.values import Text

ROLES = tuple((one.value, word(one)) for one in DecisionRole if one.value)


def says(values: Values, setting: Setting, fields: Fields) -> Text:
    if not values["roles"]:
        return Text("A contact leaves", "顧客担当者が退任")
    names = listed([named(ROLES, one) for one in values["roles"]])
    return Text(f"A contact leaves who was {names.en.lower()}", f"{names.ja}が退任")


def means(values: Values, entry: Entry) -> bool:
    return not values["roles"] or entry.particulars.get("role") in values["roles"]


KIND = TriggerKind(
    "contact_left",
    Text("A contact leaves", "顧客担当者が退任"),
    (
        Param(
            "roles", Text("Who was", "役割"), "several", ROLES, required=False, default=("champion", "decision_maker")
        ),
    ),
    says,
    hears=lambda values: ("customers.contact.left",),
    means=means,
)
