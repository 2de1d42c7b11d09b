"""Health models by their key, as the editor's YAML has them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from nenrin.analytics.scores import documents
from nenrin.analytics.scores.documents import DocumentError
from nenrin.foundation.actors import SYSTEM
from nenrin.insight import health_models
from nenrin.insight.models import HealthModelVersion
from nenrin.insight.previewing import differences, preview
from nenrin.playbooks.configuration import imagining
from nenrin.playbooks.configuration.counts import doing
from nenrin.playbooks.configuration.kinds.shape import Document, Kind, Taking, Unpublished, unpublished
from nenrin.values import Text

#: Accounts named one by one; the others are counted.
NAMED = 10


def live() -> Mapping[str, Document]:
    return {one.key: documents.to_dict(one.model) for one in health_models.listed() if one.live}


def take(key: str, document: Document, taking: Taking) -> None:
    health_models.draft(document, by=taking.by, at=taking.at, note=taking.note)
    health_models.publish(key, by=taking.by, at=taking.at, note=taking.note)


def retire(key: str, taking: Taking) -> None:
    if key in live():
        health_models.withdraw(key, by=taking.by, at=taking.at, note=taking.note)


def effect(key: str, document: Document | None, at: datetime) -> list[Text]:
    """What changes in the model, which accounts change colour, and which plays would fire."""
    taking = Taking(SYSTEM, at, "plan")
    if document is None:
        gone = Text("Its accounts go to the next model that takes them", "対象の顧客は、次に該当するモデルで評価")
        return [gone, *imagining.words(imagining.once_taken(lambda: retire(key, taking), at))]
    model = health_models.checked(documents.from_dict(document))
    before = next((one.model for one in health_models.listed() if one.key == key and one.live), None)
    lines = differences.between(before, model) if before else []
    told = [
        Text(
            f"{line.what.en}: {line.before.en} -> {line.after.en}",
            f"{line.what.ja}: {line.before.ja} → {line.after.ja}",
        )
        for line in lines
    ]
    seen = preview.of(model, at=at)
    told.append(
        Text(
            f"{len(seen.changed):,} of {doing(seen.taken, 'changes', 'change')} colour: {seen.worse:,} worse, {seen.better:,} better",
            f"{seen.taken:,}社中{len(seen.changed):,}社の色が変わる（悪化{seen.worse:,}、改善{seen.better:,}）",
        )
    )
    return [*told, *_named(seen), *imagining.once_taken(lambda: take(key, document, taking), at).fires]


def _named(seen: preview.Preview) -> list[Text]:
    return [
        Text(
            f"{one.name}: {one.before} -> {one.after} ({one.why.en})",
            f"{one.name}: {one.before} → {one.after}（{one.why.ja}）",
        )
        for one in seen.changed[:NAMED]
    ]


def draft(key: str) -> Unpublished | None:
    return unpublished(HealthModelVersion.objects.filter(key=key, state="draft").select_related("author").first())


KIND = Kind(
    "health-models", Text("Health model", "ヘルスモデル"), live, take, retire, effect,
    (DocumentError, health_models.DayIsClosed, health_models.NoDraft, health_models.Stale), draft,
)  # fmt: skip
