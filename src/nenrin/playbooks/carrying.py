"""What carries a next best action out: the live playbooks that serve the measure behind it, else a ready-made one; and the
mails that each of them sends."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.db.models import QuerySet

from nenrin.analytics.forecasts.hazards.states import LEVEL, USUAL
from nenrin.analytics.kpis import MEASURES
from nenrin.playbooks import library
from nenrin.playbooks.documents import merging
from nenrin.playbooks.models import PlaybookVersion
from nenrin.values import Text

_USE: Final = (
    "days_since_activity", "events_28d", "weekly_active_users", "active_user_share", "logins_per_seat_week",
    "feature_breadth", "feature_depth", "usage_trend", LEVEL, USUAL, "health_score", "health_change",
)  # fmt: skip
#: Event -> measure -> the ready-made playbook for it.
READY: Final[Mapping[str, Mapping[str, str]]] = {
    "churn": dict.fromkeys(_USE, "low-usage") | {"nps": "detractor"},
    "contraction": dict.fromkeys(_USE, "low-usage"),
    "expansion": dict.fromkeys(("active_user_share", "weekly_active_users"), "usage-near-limit"),
}
ABOVE, BELOW = frozenset({">", ">="}), frozenset({"<", "<="})
MOST: Final = 2


@dataclass(frozen=True, slots=True)
class Carrier:
    """`is_live`: it can begin for an account; else it is ready-made and is not in use yet. `mails`: subjects, with their
    gaps named."""

    key: str
    name: Text
    is_live: bool
    mails: tuple[Text, ...]


def live() -> QuerySet[PlaybookVersion]:
    rows = PlaybookVersion.objects.filter(state="live", playbook__archived_at__isnull=True)
    return rows.select_related("playbook").order_by("playbook__key")


def of(event: str, feature: str, versions: Sequence[PlaybookVersion], *, with_ready: bool) -> tuple[Carrier, ...]:
    """Of the live versions those that serve the step; where none does, the ready-made one, for whoever may write one."""
    found = [row for row in versions if serves(row.playbook.key, row.document, event, feature)]
    if found:
        return tuple(
            Carrier(row.playbook.key, Text(row.name_en, row.name_ja), True, mails(row.document)) for row in found[:MOST]
        )
    key = READY.get(event, {}).get(feature)
    if key is None or not with_ready:
        return ()
    document = library.documents()[key]
    return (Carrier(key, _both(document["name"]), False, mails(document)),)


def serves(key: str, document: Mapping[str, Any], event: str, feature: str) -> bool:
    """Was it begun from the ready-made playbook for this measure, or does one of its triggers watch the measure, on the
    side on which the event comes?

    >>> rescue = {"when": [{"trigger": "measure", "measure": "usage_trend", "op": "<=", "value": 0.5}]}
    >>> serves("own", rescue, "churn", "usage_trend"), serves("own", rescue, "expansion", "usage_trend")
    (True, False)
    >>> serves("own", {"when": [{"measure": "days_overdue", "op": ">=", "value": 30}]}, "churn", "days_overdue")
    True
    >>> serves("low-usage-2", {}, "churn", "feature_depth")
    True
    """
    ready = READY.get(event, {}).get(feature)
    if ready is not None and (key == ready or key.removeprefix(f"{ready}-").isdigit()):
        return True
    more_is_worse = feature in MEASURES and MEASURES[feature].direction == "lower"
    sides = ABOVE if event == "expansion" or more_is_worse else BELOW
    return any(name == feature and op in sides for name, op in _watched(document.get("when") or ()))


def _watched(some: Any) -> Iterator[tuple[str, str]]:
    """(measure or field, comparison) of triggers and the conditions in them."""
    for one in _mappings(some):
        name = one.get("measure") or one.get("field")
        if isinstance(name, str):
            yield name, str(one.get("op", ""))


def mails(document: Mapping[str, Any]) -> tuple[Text, ...]:
    """Subjects of the mails that its steps send, in their order, each once.

    >>> mails({"steps": [{"do": "send_mail", "subject": {"en": "For {{account}}", "ja": "{{account}}様へ"}}]})[0].en
    'For …'
    """
    steps = [one for one in _mappings(document.get("steps") or ()) if one.get("do") == "send_mail"]
    return tuple(dict.fromkeys(_both(one["subject"]) for one in steps if one.get("subject")))


def _both(words: Any) -> Text:
    """A text as a document writes it, its gaps left open."""
    en, ja = (str(words.get(key, "")) if isinstance(words, Mapping) else str(words) for key in ("en", "ja"))
    return Text(merging.GAP.sub("…", en or ja), merging.GAP.sub("…", ja or en))


def _mappings(some: Any) -> Iterator[Mapping[str, Any]]:
    """Every mapping in a document's part, the outer before the inner."""
    if isinstance(some, Mapping):
        yield some
        for inner in some.values():
            yield from _mappings(inner)
    elif isinstance(some, Sequence) and not isinstance(some, str):
        for each in some:
            yield from _mappings(each)
