"""Agendas to begin a meeting with, by their key."""

from __future__ import annotations

from collections.abc import Mapping

from nenrin.customers.errors import Conflict, Refused
from nenrin.playbooks.configuration.kinds.shape import Document, Kind, Taking, nothing
from nenrin.values import Text
from nenrin.work import agendas
from nenrin.work.models import AgendaTemplate

WORDS = ("name", "title", "agenda")
FIELDS = (*WORDS, "minutes")


def live() -> Mapping[str, Document]:
    rows = AgendaTemplate.objects.filter(archived_at__isnull=True)
    return {row.key: {name: getattr(row, name) for name in FIELDS} for row in rows}


def take(key: str, document: Document, taking: Taking) -> None:
    for name in sorted({*document, "name", "agenda"}):
        _check(name, document.get(name))
    agendas.save(key, by=taking.by, at=taking.at, **document)


def _check(name: str, value: object) -> None:
    """Raises Refused."""
    if name in WORDS and isinstance(value, str):
        return
    if name == "minutes" and (value is None or (isinstance(value, int) and not isinstance(value, bool))):
        return
    expected = Text(
        f"{', '.join(FIELDS)}: words, and a whole number of minutes; name and agenda are needed",
        f"{'・'.join(FIELDS)}（文字列、minutesは整数。nameとagendaは必須）",
    )
    raise Refused.one(name, expected, value)


def retire(key: str, taking: Taking) -> None:
    for row in AgendaTemplate.objects.filter(key=key, archived_at__isnull=True):
        agendas.archive(row, by=taking.by, at=taking.at)


KIND = Kind(
    "agenda-templates", Text("Meeting agenda", "打ち合わせのアジェンダ"), live, take, retire, nothing,
    (Refused, Conflict),
)  # fmt: skip
