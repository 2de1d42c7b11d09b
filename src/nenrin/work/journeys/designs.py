"""Journeys are drafted, put into use in numbered versions, and put away; one of them is for everybody else."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, Final

import yaml
from django.db import transaction

from nenrin.analytics.conditions import Field
from nenrin.customers import touch_models
from nenrin.customers.errors import Conflict, Refused
from nenrin.foundation import journal
from nenrin.foundation.actors import Actor
from nenrin.insight import segment_fields
from nenrin.insight.models import Segment
from nenrin.values import Text
from nenrin.work.journeys import documents
from nenrin.work.journeys.documents import Design
from nenrin.work.models import Journey, JourneyVersion
from nenrin.work.onboarding.reading import KEY

#: Words of addresses.
RESERVED: Final = frozenset({"new", "install", "order"})
READY: Final = Path(__file__).with_name("ready")


@cache
def ready() -> Mapping[str, Mapping[str, Any]]:
    """The documents that come with the product, by key."""
    return {file.stem: yaml.safe_load(file.read_text()) for file in sorted(READY.glob("*.yaml"))}


def install(*, by: Actor, at: datetime) -> int:
    """Put the ready-made journeys into use where nobody has any. Safe to repeat; returns how many."""
    if Journey.objects.exists():
        return 0
    known = segment_fields.fields()
    for key, document in ready().items():
        publish(draft(key, document, by=by, at=at, known=known), by=by, at=at, known=known)
    return len(ready())


def shown(version: JourneyVersion) -> Design:
    """A version as a record, whatever became of the fields that its criteria ask about."""
    return documents.parse(version.document, None)


def draft(
    key: str,
    document: object,
    *,
    by: Actor,
    at: datetime,
    version: int | None = None,
    known: Mapping[str, Field] | None = None,
) -> JourneyVersion:
    """Write the draft of a journey, which may be new. Safe to repeat. Raises Refused with every problem by its place,
    Conflict where somebody else has written it since. Journal: work.journey.drafted.
    """
    if not KEY.fullmatch(key) or key in RESERVED:
        raise Refused.one("key", Text("small letters, digits, - and _", "半角英小文字・数字・- _"), key)
    found = documents.parse(document, segment_fields.fields() if known is None else known)
    plain = documents.dump(found)
    with transaction.atomic():
        place = Journey.objects.count()
        journey, _ = Journey.objects.get_or_create(key=key, defaults={"created_at": at, "position": place})
        rows = JourneyVersion.objects.filter(journey=journey).select_for_update()
        row = rows.filter(published_at__isnull=True).first()
        if row and version is not None and version != row.version:
            raise Conflict(f"the draft of {key}", asked=version, stands=row.version, mine={}, theirs={})
        if row and row.document == plain:
            return row
        last = rows.order_by("-number").first()
        number, before = (last.number + 1, last.version) if last else (1, 0)
        row = row or JourneyVersion(journey=journey, number=number, version=before)
        row.document, row.changed_at, row.version = plain, at, row.version + 1
        row.author_id = by.member
        row.save()
        _record("drafted", row, found, by, at)
    return row


def publish(
    row: JourneyVersion,
    *,
    by: Actor,
    at: datetime,
    version: int | None = None,
    known: Mapping[str, Field] | None = None,
) -> JourneyVersion:
    """Put the draft into use: from now on its criteria and days count. Safe to repeat. `version`: of the draft that was seen.

    Raises Refused where it names a segment or touch model that there is not, or two would be for everybody else; Conflict
    where the draft says something else by now. Journal: work.journey.published.
    """
    with transaction.atomic():
        stands = JourneyVersion.objects.select_for_update().select_related("journey").get(pk=row.pk)
        _check_seen(stands, version)
        if stands.published_at:
            return stands
        found = documents.parse(stands.document, segment_fields.fields() if known is None else known)
        journey = stands.journey
        journey.segment, journey.touch_model, journey.archived_at = _segment(found), _touch_model(found), None
        _only_default(journey)
        journey.save()
        stands.published_at = at
        stands.save(update_fields=["published_at"])
        _record("published", stands, found, by, at)
    return stands


def _segment(design: Design) -> Segment | None:
    if not design.segment:
        return None
    found = Segment.objects.filter(name=design.segment, archived_at__isnull=True).first()
    if found is None:
        raise Refused.one("for.segment", Text("no segment has this name", "この名前のセグメントはない"), design.segment)
    return found


def _touch_model(design: Design) -> str:
    if design.touch_model and design.touch_model not in touch_models.names():
        raise Refused.one(
            "for.touch_model", Text("no touch model has this key", "このキーのタッチモデルはない"), design.touch_model
        )
    return design.touch_model


def _only_default(journey: Journey) -> None:
    if journey.segment_id or journey.touch_model:
        return
    others = Journey.objects.select_for_update().exclude(pk=journey.pk).filter(archived_at__isnull=True)
    other = others.filter(segment__isnull=True, touch_model="", versions__published_at__isnull=False).first()
    if other:
        raise Refused.one(
            "for",
            Text(
                f"the journey {other.key} is for everybody else already; name a segment or a touch model",
                f"ジャーニー「{other.key}」が既定のため、対象のセグメントかタッチモデルの指定が必要",
            ),
        )


def _check_seen(stands: JourneyVersion, version: int | None) -> None:
    if version is not None and version != stands.version:
        raise Conflict(f"the draft of {stands.journey.key}", asked=version, stands=stands.version, mine={}, theirs={})


def discard(row: JourneyVersion, *, by: Actor, at: datetime, version: int | None = None) -> None:
    """Throw a draft away. Safe to repeat; what is in use stays. Raises Conflict where the draft says something else than
    what was seen. Journal: work.journey.discarded."""
    with transaction.atomic():
        rows = JourneyVersion.objects.select_for_update(of=("self",)).select_related("journey")
        stands = rows.filter(pk=row.pk, published_at__isnull=True).first()
        if stands is None:
            return
        _check_seen(stands, version)
        _record("discarded", stands, shown(stands), by, at)
        stands.delete()
        Journey.objects.filter(pk=row.journey_id, versions__isnull=True).delete()


def archive(journey: Journey, *, by: Actor, at: datetime) -> None:
    """It holds for nobody any more; what happened in it stays. Safe to repeat. Journal: work.journey.archived."""
    with transaction.atomic():
        if Journey.objects.filter(pk=journey.pk, archived_at__isnull=True).update(archived_at=at):
            journal.record(
                "work.journey.archived", actor=by, at=at, subject=("journey", journey.pk),
                particulars={"journey": journey.key},
            )  # fmt: skip


def place(journey: Journey, position: int, *, by: Actor, at: datetime) -> None:
    """The number by which a journey is asked, the lowest first. Safe to repeat. Journal: work.journey.ordered."""
    with transaction.atomic():
        if Journey.objects.filter(pk=journey.pk).exclude(position=position).update(position=position):
            told = {"keys": f"{journey.key}: {position}"}
            journal.record("work.journey.ordered", actor=by, at=at, subject=("journey", journey.pk), particulars=told)


def order(keys: Sequence[str], *, by: Actor, at: datetime) -> None:
    """In which order journeys are asked whether an account is theirs. Safe to repeat. Journal: work.journey.ordered."""
    with transaction.atomic():
        rows = {row.key: row for row in Journey.objects.select_for_update()}
        if set(keys) != set(rows):
            raise Refused.one("keys", Text("every journey once", "すべてのジャーニーを1回ずつ指定"), ", ".join(keys))
        if [row.key for row in sorted(rows.values(), key=lambda one: (one.position, one.key))] == list(keys):
            return
        for place, key in enumerate(keys):
            rows[key].position = place
        Journey.objects.bulk_update(rows.values(), ["position"])
        journal.record("work.journey.ordered", actor=by, at=at, particulars={"keys": ", ".join(keys)})


def in_use() -> list[JourneyVersion]:
    """The newest version in use of every journey that is not put away, those asked first first."""
    rows = JourneyVersion.objects.filter(journey__archived_at__isnull=True, published_at__isnull=False)
    newest: dict[int, JourneyVersion] = {}
    for row in rows.select_related("journey").order_by("journey__position", "journey__key", "number"):
        newest[row.journey_id] = row
    return in_order(newest.values())


def in_order(versions: Iterable[JourneyVersion]) -> list[JourneyVersion]:
    """Those asked first first; the one for everybody else last."""
    return sorted(versions, key=lambda one: (_is_default(one.journey), one.journey.position, one.journey.key))


def _is_default(journey: Journey) -> bool:
    return journey.segment_id is None and not journey.touch_model


def name(version: JourneyVersion) -> Text:
    """Its name, without reading the rest."""
    given = version.document.get("name", {})
    return Text(given.get("en", ""), given.get("ja", "")) if isinstance(given, Mapping) else Text(given, given)


def _record(verb: str, row: JourneyVersion, design: Design, by: Actor, at: datetime) -> None:
    particulars = {
        "journey": row.journey.key, "number": row.number, "name_en": design.name.en, "name_ja": design.name.ja,
    }  # fmt: skip
    journal.record(
        f"work.journey.{verb}", actor=by, at=at, subject=("journey", row.journey_id), particulars=particulars
    )
