"""Health models: drafts, what a draft would change, publishing, going back. Published versions never change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from django.db import transaction
from django.db.models import Max

from nenrin.analytics.scores import documents
from nenrin.analytics.scores.documents import DocumentError
from nenrin.analytics.scores.models import HealthModel
from nenrin.foundation import journal, organisation
from nenrin.foundation.actors import SYSTEM, Actor
from nenrin.insight import measures
from nenrin.insight.modelling import choosing
from nenrin.insight.models import HealthModelVersion
from nenrin.values import Text

LIBRARY = Path(__file__).parent / "models_library"
#: The first version of a library model has always been live, so that imported history can be judged.
ALWAYS = date(1900, 1, 1)


class NoDraft(LookupError):
    """There is no draft of this model: save one first."""


class DayIsClosed(ValueError):
    """A model cannot decide on days that are closed: choose a later day."""


class Stale(ValueError):
    """Somebody saved this draft after you opened it: look at their changes and save again."""


def draft(
    document: Mapping[str, Any] | str,
    *,
    by: Actor,
    at: datetime,
    note: str = "",
    seen: datetime | None = None,
) -> HealthModelVersion:
    """Save the draft of a model (YAML or plain values), replacing the one there is. Journal: insight.model.drafted.

    Raises DocumentError naming every problem by place; Stale where the draft changed after `seen`. Safe to repeat.
    """
    model = checked(documents.from_yaml(document) if isinstance(document, str) else documents.from_dict(document))
    with transaction.atomic():
        row = HealthModelVersion.objects.filter(key=model.key, state="draft").first()
        _refuse_stale(row, seen)
        if row is None:
            row = HealthModelVersion(key=model.key, number=_next(model.key), created_at=at)
        row.document, row.note, row.changed_at = documents.to_dict(model), note, at
        row.author_id = by.member
        row.save()
        _record("insight.model.drafted", row, model, by, at)
    return row


def checked(model: HealthModel) -> HealthModel:
    """The model, if every measure and field in it exists. Raises DocumentError."""
    known = measures.usable()
    problems = [f"measure {key!r}: there is no such measure{_why(key)}" for key in model.needs() if key not in known]
    problems += choosing.problems(model.applies_to)
    if problems:
        raise DocumentError(problems)
    return model


def _why(key: str) -> str:
    hint = "an attribute of accounts must be a number, not personal and not archived"
    return f" ({hint})" if measures.is_attribute(key) else ""


def users_of(measure: str) -> list[Text]:
    """Names of the live models that read a measure, in their groups, exceptions or conditions."""
    live = [one.model for one in listed() if one.live]
    return [model.name for model in live if measure in {*model.needs(), *choosing.asks(model.applies_to)}]


def publish(
    key: str, *, by: Actor, at: datetime, note: str = "", live_from: date | None = None, seen: datetime | None = None
) -> HealthModelVersion:
    """Make the draft of a model live from a day (default: the open day). Journal: insight.model.published.

    Raises NoDraft; DayIsClosed for a day whose scores are final; Stale where the draft changed after `seen`;
    DocumentError where something in it (an attribute) is there no more.
    """
    with transaction.atomic():
        row = HealthModelVersion.objects.filter(key=key, state="draft").first()
        if row is None:
            raise NoDraft(NoDraft.__doc__)
        _refuse_stale(row, seen)
        checked(model_of(row))
        row.state, row.published_at, row.changed_at = "published", at, at
        row.live_from, row.note = _open_day(live_from, at), note or row.note
        row.save()
        _record("insight.model.published", row, model_of(row), by, at)
    return row


def roll_back(version: HealthModelVersion, *, by: Actor, at: datetime, note: str = "") -> HealthModelVersion:
    """Publish an earlier version anew, as the next number. A draft that was there stays one, numbered after it."""
    with transaction.atomic():
        waiting = HealthModelVersion.objects.filter(key=version.key, state="draft").first()
        if waiting:
            kept = waiting.document
            waiting.delete()
        draft(version.document, by=by, at=at)
        live = publish(version.key, by=by, at=at, note=note or f"v{version.number}")
        if waiting:
            draft(kept, by=by, at=at)
    return live


def withdraw(key: str, *, by: Actor, at: datetime, note: str = "") -> HealthModelVersion:
    """A model takes no accounts from the open day on; those it had go to the next that matches. Journal: insight.model.withdrawn."""
    with transaction.atomic():
        last = HealthModelVersion.objects.filter(key=key, state="published").order_by("-number").first()
        if last is None or last.is_withdrawn:
            raise NoDraft("this model is not live")
        row = HealthModelVersion.objects.create(
            key=key, number=_next(key), document=last.document, state="published", note=note, is_withdrawn=True,
            live_from=_open_day(None, at), author_id=by.member, created_at=at, changed_at=at, published_at=at,
        )  # fmt: skip
        _record("insight.model.withdrawn", row, model_of(row), by, at)
    return row


def discard(key: str, *, by: Actor, at: datetime) -> None:
    """Throw the draft of a model away. Journal: insight.model.discarded. Safe to repeat."""
    with transaction.atomic():
        row = HealthModelVersion.objects.filter(key=key, state="draft").first()
        if row:
            _record("insight.model.discarded", row, model_of(row), by, at)
            row.delete()


def install(*, at: datetime) -> list[HealthModelVersion]:
    """Publish the models that Nenrin brings along, where a model of that key was never saved. Safe to repeat."""
    installed = []
    for file in sorted(LIBRARY.glob("*.yaml")):
        model = checked(documents.from_yaml(file.read_text(encoding="utf-8")))
        if HealthModelVersion.objects.filter(key=model.key).exists():
            continue
        draft(documents.to_dict(model), by=SYSTEM, at=at)
        installed.append(publish(model.key, by=SYSTEM, at=at, live_from=ALWAYS))
    return installed


def model_of(version: HealthModelVersion) -> HealthModel:
    return documents.from_dict(version.document)


@dataclass(frozen=True, slots=True)
class Listed:
    """A model on the list page: its live version (None: withdrawn or never published) and its draft."""

    key: str
    model: HealthModel
    live: HealthModelVersion | None
    draft: HealthModelVersion | None


def listed() -> list[Listed]:
    """Every model, in the order in which they are asked."""
    found: dict[str, list[HealthModelVersion]] = {}
    for row in HealthModelVersion.objects.order_by("key", "-number"):
        found.setdefault(row.key, []).append(row)
    models = []
    for key, rows in found.items():
        waiting = next((row for row in rows if row.state == "draft"), None)
        last = next((row for row in rows if row.state == "published"), None)
        live = None if last is None or last.is_withdrawn else last
        models.append(Listed(key, model_of(live or waiting or rows[0]), live, waiting))
    return sorted(models, key=lambda one: (one.live is None, one.model.position, one.key))


def _refuse_stale(row: HealthModelVersion | None, seen: datetime | None) -> None:
    if row and seen and row.changed_at > seen:
        raise Stale(Stale.__doc__)


def _open_day(wanted: date | None, at: datetime) -> date:
    org = organisation.current()
    first = org.closed_through + timedelta(1) if org.closed_through else None
    if wanted is None:
        today = organisation.today(at)
        return max(today, first) if first else today
    if first and ALWAYS < wanted < first:
        raise DayIsClosed(DayIsClosed.__doc__)
    return wanted


def _next(key: str) -> int:
    return (HealthModelVersion.objects.filter(key=key).aggregate(last=Max("number"))["last"] or 0) + 1


def _record(code: str, row: HealthModelVersion, model: HealthModel, by: Actor, at: datetime) -> None:
    particulars = {
        "model": model.name.ja if organisation.current().language == "ja" else model.name.en,
        "key": row.key,
        "number": row.number,
        "note": row.note or "—",
        "live_from": row.live_from,
    }
    journal.record(
        code, actor=by, at=at, subject=("health_model", row.key), particulars=particulars, version=row.number
    )
