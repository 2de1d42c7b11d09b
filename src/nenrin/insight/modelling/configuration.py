"""Which health models decide on which day: the configuration that was live then."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from nenrin.analytics.scores import documents
from nenrin.analytics.scores.models import HealthModel
from nenrin.insight.models import HealthModelVersion


@dataclass(frozen=True, slots=True)
class Configuration:
    """Models that take part in an evaluation, the numbers they are stored under, and from when each decides.

    `withdrawn` ends the key: from its day on the model takes no accounts.
    """

    models: tuple[HealthModel, ...]
    versions: tuple[int, ...]
    live_from: tuple[date, ...]
    withdrawn: Mapping[str, tuple[date, int]] = field(default_factory=dict)

    def on(self, day: date) -> list[int]:
        """Places of the models that decide on a day, in the order in which they are asked."""
        latest: dict[str, int] = {}
        for place, (model, since) in enumerate(zip(self.models, self.live_from, strict=True)):
            other = latest.get(model.key)
            if since <= day and (other is None or self._later(place, other)):
                latest[model.key] = place
        kept = [place for key, place in latest.items() if not self._ended(key, place, day)]
        return sorted(kept, key=lambda place: (self.models[place].position, self.models[place].key))

    def place(self) -> dict[int, int]:
        """Stored version -> place."""
        return {version: place for place, version in enumerate(self.versions)}

    def needs(self) -> set[str]:
        return {key for model in self.models for key in model.needs()}

    def _ended(self, key: str, place: int, day: date) -> bool:
        ended = self.withdrawn.get(key)
        return ended is not None and ended[0] <= day and (self.live_from[place], self.versions[place]) < ended

    def _later(self, one: int, other: int) -> bool:
        return (self.live_from[one], self.versions[one]) > (self.live_from[other], self.versions[other])


def between(first: date, last: date, *, also: Iterable[int] = ()) -> Configuration:
    """Every published version that decides on some day of the span, and some more (`also`, by primary key)."""
    rows = list(HealthModelVersion.objects.filter(state="published", live_from__lte=last).order_by("live_from", "pk"))
    started: dict[str, HealthModelVersion] = {row.key: row for row in rows if row.live_from and row.live_from <= first}
    wanted = set(also) | {row.pk for row in started.values()}
    wanted |= {row.pk for row in rows if row.live_from and row.live_from > first}
    chosen = [row for row in rows if row.pk in wanted and not row.is_withdrawn]
    missing = wanted - {row.pk for row in rows}
    chosen += HealthModelVersion.objects.filter(pk__in=missing)
    withdrawn = {row.key: (row.live_from, row.pk) for row in rows if row.is_withdrawn and row.live_from}
    return of(chosen, withdrawn)


def of(rows: Iterable[HealthModelVersion], withdrawn: Mapping[str, tuple[date, int]] | None = None) -> Configuration:
    """A configuration of these versions; one without a day decides on every day (previews)."""
    chosen = list(rows)
    return Configuration(
        tuple(documents.from_dict(row.document) for row in chosen),
        tuple(row.pk for row in chosen),
        tuple(row.live_from or date.min for row in chosen),
        withdrawn or {},
    )


def rows(versions: Iterable[int]) -> list[HealthModelVersion]:
    """Stored versions by primary key."""
    return list(HealthModelVersion.objects.filter(pk__in=list(versions)).order_by("pk"))


def only(version: int) -> Configuration:
    """One version for every account and day, whatever its condition says."""
    (row,) = rows([version])
    model = replace(documents.from_dict(row.document), applies_to=None)
    return Configuration((model,), (row.pk,), (date.min,))
