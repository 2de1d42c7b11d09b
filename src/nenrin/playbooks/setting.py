"""What can be chosen in this installation: segments, measures, colleagues, events, kinds of journal entry."""

from __future__ import annotations

from nenrin.analytics.conditions import Field, Fields
from nenrin.analytics.kpis import MEASURES
from nenrin.customers import attributes
from nenrin.customers.models import Tag
from nenrin.customers.statuses import AttributeKind
from nenrin.foundation.actions import actions
from nenrin.foundation.models import Member
from nenrin.ingest.models import EventName
from nenrin.insight import segment_fields
from nenrin.insight.models import Segment
from nenrin.playbooks.documents.params import Choices, Setting
from nenrin.playbooks.steps import choosing
from nenrin.playbooks.triggers.date_attribute import OWN
from nenrin.playbooks.triggers.entry import plain
from nenrin.values import Text

#: Rooms whose entries speak of accounts.
TELLING = ("customers.", "insight.", "ingest.", "work.", "engage.")


def current() -> tuple[dict[str, Field], Setting]:
    """The fields of conditions, and the closed sets of this installation; some ten queries."""
    fields = segment_fields.fields()
    return fields, of(fields)


def of(fields: Fields) -> Setting:
    members = Member.objects.filter(is_active=True).values_list("pk", "name")
    segments = Segment.objects.filter(archived_at__isnull=True).values_list("pk", "name")
    events = EventName.objects.values_list("name", flat=True).distinct().order_by("name")[:500]
    declared = attributes.declared()
    dates = [
        (f"attribute.{one.key}", Text(one.name_en, one.name_ja)) for one in declared if one.kind == AttributeKind.DATE
    ]
    return Setting(
        {
            "measures": tuple((key, measure.name) for key, measure in MEASURES.items()),
            "segments": tuple((str(pk), Text(name, name)) for pk, name in segments),
            "members": tuple((str(pk), Text(name, name)) for pk, name in members),
            "events": tuple((name, Text(name, name)) for name in events),
            "tags": tuple((name, Text(name, name)) for name in Tag.objects.values_list("name", flat=True)),
            "attributes": tuple((one.key, Text(one.name_en, one.name_ja)) for one in declared),
            "date_attributes": (*OWN, *dates),
            "actions": _actions(),
            **choosing.choices(),
        }
    )


def _actions() -> Choices:
    told = sorted(code for code in actions() if code.startswith(TELLING) and not code.endswith(".exported"))
    return tuple((code, Text(plain(actions()[code].sentence.en), plain(actions()[code].sentence.ja))) for code in told)
