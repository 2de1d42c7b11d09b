"""What can be chosen in this installation: segments, measures, colleagues, events, kinds of journal entry."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from django.db.models import QuerySet

from nenrin.analytics.conditions import Field, Fields
from nenrin.analytics.kpis import MEASURES
from nenrin.customers import attributes
from nenrin.customers.models import Plan, Tag
from nenrin.customers.statuses import AttributeKind
from nenrin.foundation.actions import actions
from nenrin.foundation.models import Member
from nenrin.ingest.models import EventName
from nenrin.insight import segment_fields
from nenrin.insight.models import Segment
from nenrin.playbooks.documents.params import Choices, Setting, Source
from nenrin.playbooks.steps import choosing
from nenrin.playbooks.triggers.date_attribute import OWN
from nenrin.playbooks.triggers.entry import plain
from nenrin.values import Text

#: Rooms whose entries speak of accounts.
TELLING = ("customers.", "insight.", "ingest.", "work.", "engage.")


def current() -> tuple[dict[str, Field], Setting]:
    """The fields of conditions, and the closed sets of this installation."""
    fields = segment_fields.fields()
    return fields, of(fields)


def of(fields: Fields) -> Setting:
    """Each set is asked for when somebody looks at it, once: most playbooks name few of them."""
    return Setting(
        _Asked(
            {
                "measures": lambda: tuple((key, measure.name) for key, measure in MEASURES.items()),
                "segments": lambda: _named(Segment.objects.filter(archived_at__isnull=True)),
                "members": lambda: _named(Member.objects.filter(is_active=True)),
                "events": _events,
                "tags": lambda: _same(Tag.objects.values_list("name", flat=True)),
                "attributes": lambda: tuple((one.key, Text(one.name_en, one.name_ja)) for one in attributes.declared()),
                "date_attributes": _dates,
                "actions": _actions,
                "webhooks": choosing.endpoints,
                "templates": choosing.templates_in_use,
                "limits": _limits,
            }
        )
    )


class _Asked(Mapping[Source, Choices]):
    """A mapping whose values are made when they are first looked at."""

    def __init__(self, ways: Mapping[Source, Callable[[], Choices]]) -> None:
        self._ways, self._known = ways, dict[Source, Choices]()

    def __getitem__(self, source: Source) -> Choices:
        if source not in self._known:
            self._known[source] = self._ways[source]()
        return self._known[source]

    def __iter__(self) -> Iterator[Source]:
        return iter(self._ways)

    def __len__(self) -> int:
        return len(self._ways)


def _named(rows: QuerySet[Any]) -> Choices:
    return tuple((str(pk), Text(name, name)) for pk, name in rows.values_list("pk", "name"))


def _same(words: Iterable[str]) -> Choices:
    return tuple((word, Text(word, word)) for word in words)


def _events() -> Choices:
    return _same(EventName.objects.values_list("name", flat=True).distinct().order_by("name")[:500])


def _limits() -> Choices:
    stated = Plan.objects.filter(archived_at__isnull=True).values_list("limits", flat=True)
    return _same(sorted({key for limits in stated for key in limits or {}}))


def _dates() -> Choices:
    own = [one for one in attributes.declared() if one.kind == AttributeKind.DATE]
    return (*OWN, *((f"attribute.{one.key}", Text(one.name_en, one.name_ja)) for one in own))


def _actions() -> Choices:
    told = sorted(code for code in actions() if code.startswith(TELLING) and not code.endswith(".exported"))
    return tuple((code, Text(plain(actions()[code].sentence.en), plain(actions()[code].sentence.ja))) for code in told)
