"""A version of a health model over the past of some accounts, each day as it was known at its own end."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from nenrin.analytics.backtests import panels, replays
from nenrin.analytics.backtests.panels import Panel
from nenrin.analytics.kpis.grid import Grid
from nenrin.analytics.lake import Lake
from nenrin.analytics.scores import documents
from nenrin.analytics.scores.frames import Frame
from nenrin.analytics.scores.models import HealthModel
from nenrin.insight.days import number
from nenrin.insight.modelling import configuration
from nenrin.insight.modelling.configuration import Configuration
from nenrin.insight.refreshing import evaluation

#: Two years of weeks are kept; the scan begins earlier, so that smoothing has forgotten its start.
WEEKS, WARM_UP_DAYS = 104, 91
#: What our own people enter.
MANUAL = ("pulse", "days_since_touch")
#: The rival takes whoever nobody else takes, so that what it reads is evaluated; those rows are left out.
_LAST = 10**9


@dataclass(frozen=True, slots=True)
class Setup:
    """The configuration under test: the other live models as they are, the tested one in place of its key."""

    configuration: Configuration
    place: int
    model: HealthModel
    rival: HealthModel | None


def setup(document: Mapping[str, Any], rival: Mapping[str, Any] | None, as_of: date) -> Setup:
    model = documents.from_dict(document)
    other = documents.from_dict(rival) if rival else None
    live = configuration.between(as_of, as_of)
    models = [live.models[place] for place in live.on(as_of) if live.models[place].key != model.key]
    models.append(model)
    if other:
        models.append(replace(other, key=f"{other.key}~", position=_LAST, applies_to=None))
    numbered = tuple(range(len(models)))
    made = Configuration(tuple(models), numbered, tuple(date.min for _ in models))
    return Setup(made, models.index(model), model, other)


def panel(lake: Lake, asked: Setup, as_of: date, accounts: Sequence[int], *, apart: int = 1) -> Panel:
    """Weekly rows of the accounts that the model would have judged. `apart`: days between two days lived through; above
    one, smoothing takes as many days at a step."""
    weeks = {number(as_of) - 7 * back for back in range(WEEKS + 1)}
    first = as_of - timedelta(7 * WEEKS + WARM_UP_DAYS)
    days = [as_of - timedelta(back) for back in range(0, (as_of - first).days + 1, apart)]
    model, rival = _paced(asked.model, apart), asked.rival and _paced(asked.rival, apart)
    parts = [
        replays.walk(model, _own(slab, asked.place), kept=weeks, rival=rival, manual=MANUAL)
        for slab in evaluation.evaluate(lake, Grid(tuple(reversed(days))), asked.configuration, accounts=accounts)
    ]
    return panels.joined(parts)


def peers(lake: Lake, as_of: date, accounts: Sequence[int]) -> list[Panel]:
    """Weekly rows of some accounts by the health models that are live now, one panel a model: what stands beside a
    model of another kind. Every seventh day is lived through."""
    live = configuration.between(as_of, as_of)
    models = tuple(live.models[place] for place in live.on(as_of))
    made = Configuration(models, tuple(range(len(models))), tuple(date.min for _ in models))
    weeks = {number(as_of) - 7 * back for back in range(WEEKS + 1)}
    grid = Grid(tuple(as_of - timedelta(7 * back) for back in reversed(range(WEEKS + 1 + WARM_UP_DAYS // 7))))
    return [
        replays.walk(_paced(model, 7), _own(slab, place), kept=weeks)
        for slab in (evaluation.evaluate(lake, grid, made, accounts=accounts) if models else ())
        for place, model in enumerate(models)
    ]


def _own(slab: Sequence[evaluation.Day], place: int) -> Iterator[tuple[int, Frame]]:
    return ((number(one.day), one.frame.take(one.which == place)) for one in slab)


def _paced(model: HealthModel, apart: int) -> HealthModel:
    return replace(model, half_life_days=model.half_life_days / apart)
