"""The effect of one playbook on one metric: the read-out of today, those of every look before it, and whether it differs
between accounts."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta

import numpy as np

from nenrin.analytics.effects import comparisons, differing, readouts
from nenrin.analytics.effects.differing import Differing, Known
from nenrin.analytics.effects.readouts import Outcomes, Readout
from nenrin.analytics.lake import Lake
from nenrin.foundation import organisation
from nenrin.insight.models import Progress
from nenrin.playbooks.effects import exposures, outcomes
from nenrin.playbooks.effects.exposures import Exposed, Rows
from nenrin.playbooks.effects.outcomes import EPOCH, Metric

DAYS = (30, 90, 180, 365)
#: Clusters for which the interval that holds at every look is tightest: stated once, for every playbook.
PLANNED = 500
LOOK_DAYS, MOST_LOOKS = 7, 52


@dataclass(frozen=True, slots=True)
class Look:
    """The read-out with what had come in by the end of a day. `crossed`: of those counted, accounts left alone that were
    helped since."""

    on: date
    readout: Readout
    crossed: int = 0


@dataclass(frozen=True, slots=True)
class Reading:
    """`waiting`: accounts whose days are not over yet. `silent`: without a value at their end. `always`: accounts that
    are never left alone. `share`: the chance of being left alone. `crossed`: accounts left alone that were helped later.
    `undrawn`: accounts met while nobody could be left alone, since `met_on`; they are no part of it.
    `columns`, `kept`: what was read, of each account that counts."""

    metric: Metric
    days: int
    as_of: date
    readout: Readout
    looks: tuple[Look, ...]
    exposed: int
    waiting: int
    silent: int
    always: int
    share: float
    first_on: date | None
    crossed: int = 0
    undrawn: int = 0
    met_on: date | None = None
    columns: Outcomes | None = field(default=None, repr=False)
    kept: Exposed | None = field(default=None, repr=False)

    def differing(self) -> Differing | None:
        """Whether it works better for some: by tier and colour at the draw, and by the effect foretold for each. None where
        the arms cannot be compared at all."""
        if self.columns is None or self.kept is None or self.readout.verdict in ("few", "mismatch") or not self.share:
            return None
        return _differing(self.columns, self.kept)


def read(lake: Lake, rows: Rows, metric: Metric, days: int, *, as_of: date, expected: float | None = None) -> Reading:
    """The effect on `metric`, `days` after each account's first occasion, from what the end of `as_of` knew.

    `rows`: the exposures of one playbook, or of the universal group, of the accounts that the reader may see. `expected`: the effect hoped for.
    """
    everybody = exposures.of(rows, organisation.zone())
    through = min(as_of, _closed() or as_of)
    last = (through - EPOCH).days - days
    over = everybody.of(everybody.day <= last)
    found = (
        outcomes.of(lake, over, metric.key, days, through) if len(over) else outcomes.Found(np.zeros(0), np.zeros(0))
    )
    there = ~np.isnan(found.value)
    kept = over.of(there)
    columns = Outcomes(
        found.value[there], found.before[there], kept.treated, kept.cluster, metric.is_share, metric.more_is_better,
        kept.strata,
    )  # fmt: skip
    looks = _looks(columns, kept, days, expected, through)
    readout = looks[-1].readout if looks else _at(columns, kept, len(kept), expected)
    return Reading(
        metric, days, through, readout, tuple(looks), exposed=len(everybody), waiting=len(everybody) - len(over),
        silent=int((~there).sum()), always=everybody.always, share=everybody.drawn, first_on=everybody.first_on,
        crossed=everybody.crossed, undrawn=everybody.undrawn, met_on=everybody.met_on, columns=columns, kept=kept,
    )  # fmt: skip


def _differing(columns: Outcomes, kept: Exposed) -> Differing:
    """By family: its mean outcome, and the stratum of its first account."""
    value, treated, size = comparisons.by_cluster(columns.value, columns.treated, columns.cluster)
    before, _, _ = comparisons.by_cluster(readouts.filled(columns.before), columns.treated, columns.cluster)
    first = np.unique(columns.cluster, return_index=True)[1]
    names = [kept.named[n].split("|") for n in kept.strata[first].tolist()]
    groups = {"tier": [one[0] for one in names], "band": [one[-1] for one in names]}
    known = Known(before, size, groups)
    return differing.of(value, treated, known, is_share=columns.is_share, more_is_better=columns.more_is_better)


def _looks(columns: Outcomes, kept: Exposed, days: int, expected: float | None, through: date) -> list[Look]:
    """Once a week from the first outcome on, the last one today; fewer and further apart over long times."""
    if not len(kept):
        return []
    first, last = int(kept.day[0]) + days, (through - EPOCH).days
    step = max(LOOK_DAYS, -(-(last - first) // MOST_LOOKS))
    ends = sorted({last, *range(last, first - 1, -step)})
    counts = np.searchsorted(kept.day, np.array(ends) - days, side="right")
    return [
        Look(
            EPOCH + timedelta(end),
            _at(columns, kept, int(count), expected),
            kept.of(np.arange(len(kept)) < count).crossed,
        )
        for end, count in zip(ends, counts, strict=True)
        if count
    ]


def _at(columns: Outcomes, kept: Exposed, count: int, expected: float | None) -> Readout:
    part = Outcomes(
        columns.value[:count], columns.before[:count], columns.treated[:count], columns.cluster[:count],
        columns.is_share, columns.more_is_better, kept.strata[:count],
    )  # fmt: skip
    first = np.unique(part.cluster, return_index=True)[1]  # of each family: the share may have changed on the way
    share = float(kept.share[first].mean()) if count else 0.0
    return readouts.read(part, share=share, planned=PLANNED, expected=expected)


def _closed() -> date | None:
    """The last day whose scores are final: outcomes of the open day are not in yet."""
    return Progress.objects.filter(pk=1).values_list("scored_through", flat=True).first()
