"""Journeys by their key; segments are called by name as in the document itself. `order`: those with less are asked first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from nenrin.customers.errors import Conflict, Refused
from nenrin.customers.models import Account
from nenrin.foundation import format, organisation
from nenrin.insight import segment_fields
from nenrin.insight.models import Segment
from nenrin.playbooks.configuration.counts import doing, those
from nenrin.playbooks.configuration.kinds.shape import Document, Kind, Taking, Unpublished, unpublished
from nenrin.values import Text
from nenrin.work.journeys import criteria, designs, documents, placing, standings
from nenrin.work.journeys.documents import Design
from nenrin.work.models import Journey, JourneyVersion
from nenrin.work.models.journey import STANDINGS

NAMED: Final = 10
HIGHEST: Final = 32767
#: Of an account: name, stage, and how long it has stood there against what the stage takes.
Standings = Mapping[int, tuple[str, str, str]]


def live() -> Mapping[str, Document]:
    return {row.journey.key: {"order": row.journey.position, **row.document} for row in designs.in_use()}


def take(key: str, document: Document, taking: Taking) -> None:
    """One that says what is in use already is only put at its place: its version stays."""
    plain, position = _parts(document)
    row = next((one for one in designs.in_use() if one.journey.key == key), None)
    if row is None or row.document != documents.dump(documents.parse(plain, segment_fields.fields())):
        row = designs.draft(key, plain, by=taking.by, at=taking.at)
        designs.publish(row, by=taking.by, at=taking.at)
    if position is not None:
        designs.place(row.journey, position, by=taking.by, at=taking.at)


def filled(document: Document, other: Document) -> Document:
    """Without an order it stays where it is."""
    return {"order": other["order"], **document}


def _parts(document: Document) -> tuple[dict[str, Any], int | None]:
    """The journey's own document, and its order where one is told. Raises Refused."""
    told = document.get("order")
    if told is not None and (isinstance(told, bool) or not isinstance(told, int) or not 0 <= told <= HIGHEST):
        raise Refused.one("order", Text(f"a whole number from 0 to {HIGHEST}", f"0〜{HIGHEST}の整数"), told)
    return {name: value for name, value in document.items() if name != "order"}, told


def retire(key: str, taking: Taking) -> None:
    for row in Journey.objects.filter(key=key, archived_at__isnull=True):
        designs.archive(row, by=taking.by, at=taking.at)


def effect(key: str, document: Document | None, at: datetime) -> list[Text]:
    """Who comes onto the journey and leaves it, who stands otherwise in their stage, and whom it lets move on now.

    The stage itself stays each account's own: nobody is moved by a design.
    """
    versions = designs.in_use()
    before = next((one for one in versions if one.journey.key == key), None)
    was = _standing(before, versions, at) if before else {}
    if document is None:
        return [
            Text(
                f"{doing(len(was), 'goes', 'go')} to the next journey that takes them",
                f"対象{len(was):,}社は次に該当するジャーニーへ移る",
            )
        ]
    plain, position = _parts(document)
    design = documents.parse(plain, segment_fields.fields())
    after = _imagined(key, plain, design, before, position)
    others = [one for one in versions if one.journey.key != key]
    now = _standing(after, designs.in_order([*others, after]), at)
    asker = criteria.Asker(at)
    ready = _ready(design, now, asker) - (_ready(designs.shown(before), was, asker) if before else set())
    return [_on_it(was, now), *_elsewhere(design, now), *_otherwise(was, now), *_moves_on(design, now, ready)]


def _imagined(
    key: str, plain: Document, design: Design, before: JourneyVersion | None, position: int | None
) -> JourneyVersion:
    """The version as it would be in use, unsaved."""
    segment = Segment.objects.filter(name=design.segment, archived_at__isnull=True).first() if design.segment else None
    usual = before.journey.position if before else Journey.objects.count()
    journey = Journey(
        pk=before.journey_id if before else -1, key=key, segment=segment, touch_model=design.touch_model,
        position=usual if position is None else position,
    )  # fmt: skip
    return JourneyVersion(journey=journey, document=dict(plain))


def _standing(version: JourneyVersion, versions: Sequence[JourneyVersion], at: datetime) -> Standings:
    mine = placing.on(Account.objects.all(), version, versions)
    rows: Any = standings.standing(  # Any: annotated
        standings.staying(mine), designs.shown(version), organisation.today(at), organisation.zone()
    )
    return {
        key: (name, stage, standing)
        for key, name, stage, standing in rows.values_list("pk", "name", "stage", "standing")
    }


def _ready(design: Design, inside: Standings, asker: criteria.Asker) -> set[int]:
    """Those whose stage has exit criteria that hold now: the suggestions would have them move on."""
    found: set[int] = set()
    for stage in design.stages:
        there = [key for key, (_, stands, _standing) in inside.items() if stands == stage.stage]
        if stage.exits and there:
            found |= asker.holding(stage.exits, there) or set()
    return found


def _on_it(was: Standings, now: Standings) -> Text:
    came, went = len(now.keys() - was.keys()), len(was.keys() - now.keys())
    return Text(
        f"{format.counted(len(now), 'account')} on it: {those(came, 'comes', 'come')}, {those(went, 'leaves', 'leave')} for another journey",
        f"対象{len(now):,}社（他のジャーニーから{came:,}社、他のジャーニーへ{went:,}社）",
    )


def _elsewhere(design: Design, now: Standings) -> list[Text]:
    """Accounts in a stage that the journey does not have: somebody must move them."""
    out = [(name, stage) for name, stage, _ in now.values() if stage and design.find(stage) is None]
    if not out:
        return []
    names, ja_names = _names([name for name, _ in out])
    return [
        Text(
            f"{len(out):,} stand in a stage that it no longer has: {names}",
            f"ジャーニーにないステージにいる顧客{len(out):,}社: {ja_names}",
        )
    ]


def _otherwise(was: Standings, now: Standings) -> list[Text]:
    """Who was on it and stands otherwise against the days of their stage."""
    told = []
    for standing, word in STANDINGS.items():
        found = [now[key][0] for key in now.keys() & was.keys() if now[key][2] == standing and was[key][2] != standing]
        if found:
            names, ja_names = _names(found)
            told.append(
                Text(
                    f"{len(found):,} become {word.en.lower()}: {names}",
                    f"{len(found):,}社が「{word.ja}」に変わる: {ja_names}",
                )
            )
    return told


def _moves_on(design: Design, now: Standings, ready: set[int]) -> list[Text]:
    """Whom the criteria would newly suggest to change stage, by the stage that they would come to."""
    told = []
    for place, stage in enumerate(design.stages):
        found = [now[key][0] for key in ready if now[key][1] == stage.stage]
        if found and place + 1 < len(design.stages):
            target, (names, ja_names) = design.stages[place + 1].name, _names(found)
            told.append(
                Text(
                    f"{len(found):,} would be ready to change stage, from {stage.name.en} to {target.en}: {names}",
                    f"{len(found):,}社が「{stage.name.ja}」から「{target.ja}」へ移動可能になる: {ja_names}",
                )
            )
    return told


def _names(found: Sequence[str]) -> tuple[str, str]:
    some, more = sorted(found)[:NAMED], max(len(found) - NAMED, 0)
    return (
        ", ".join(some) + (f" and {more:,} more" if more else ""),
        "、".join(some) + (f"、ほか{more:,}社" if more else ""),
    )


def draft(key: str) -> Unpublished | None:
    rows = JourneyVersion.objects.filter(journey__key=key, published_at__isnull=True)
    row = rows.select_related("author", "journey").first()
    return None if row is None else unpublished(row, {"order": row.journey.position, **row.document})


KIND = Kind("journeys", Text("Journey", "ジャーニー"), live, take, retire, effect, (Refused, Conflict), draft, filled)
