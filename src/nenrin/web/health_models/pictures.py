"""What the health model editor shows: the tree of weights, a curve over the accounts' values, the preview."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from nenrin.analytics.scores.bands import Band
from nenrin.analytics.scores.models import ANY, HealthModel, Measure
from nenrin.analytics.scores.sentences import BANDS, figure, minus
from nenrin.customers import tiers
from nenrin.insight import measures
from nenrin.insight.modelling import nouns
from nenrin.insight.models import CurrentMeasure
from nenrin.insight.previewing.preview import Preview
from nenrin.values import Text
from nenrin.web.charts import curve as curves
from nenrin.web.charts import shares
from nenrin.web.charts.bands import Band as Shade
from nenrin.web.health_models.editing import scale, typed

BINS = 20
EVERY_TIER = Text("All tiers", "全規模共通")
SHADES: dict[Band, Shade] = {
    Band.HEALTHY: "good",
    Band.CAUTION: "watch",
    Band.AT_RISK: "risk",
    Band.UNKNOWN: "unknown",
}


@dataclass(frozen=True, slots=True)
class Leaf:
    """A measure in the tree; `weight` is its share of 100."""

    key: str
    name: Text
    weight: float
    is_here: bool


@dataclass(frozen=True, slots=True)
class Branch:
    key: str
    name: Text
    weight: float
    leaves: tuple[Leaf, ...]


@dataclass(frozen=True, slots=True)
class Tier:
    """A tier's own curve, to switch to."""

    key: str
    name: Text
    is_here: bool


@dataclass(frozen=True, slots=True)
class Anchor:
    """A row of the table of anchors, as typed."""

    number: int
    value: str
    points: str


def tree(model: HealthModel, here: str) -> list[Branch]:
    known = nouns.of(model.needs())
    return [
        Branch(
            group.key,
            group.name,
            group.weight,
            tuple(Leaf(m.key, known[m.key].name, m.weight, m.key == here) for m in group.measures),
        )
        for group in model.groups
    ]


def of_measure(measure: Measure, published: Measure | None, asked: str, form: Mapping[str, Any]) -> dict[str, Any]:
    """What the page shows of a measure: its curve of one tier (`asked`, or the form's), with what to change it by."""
    wanted = form.get("tier") or asked
    if form.get("do") == "tier":
        wanted = form.get("new_tier") or wanted
    tier = wanted if wanted in measure.curves else ANY
    names = tiers.names()
    there = {key: names.get(key, Text(key, key)) for key in measure.curves if key != ANY}
    return {
        "meaning": measures.named([measure.key])[measure.key],
        "tier": tier,
        "tiers": [Tier(key, name, key == tier) for key, name in {ANY: EVERY_TIER, **there}.items()],
        "more_tiers": [(key, name) for key, name in names.items() if key not in measure.curves],
        "anchors": anchors(measure, tier),
        "unit": "%" if scale(measure.key) == 100 else "",
        "curve": picture(measure, published, tier),
        "better": measure.curves[ANY].better.value,
        "ages": [(key, one.name) for key, one in measures.usable().items() if one.unit == "days"],
        "meaning_is_attribute": measures.is_attribute(measure.key),
    }


def anchors(measure: Measure, tier: str = ANY) -> list[Anchor]:
    """A curve's anchors on the page's scale, and two empty rows to fill."""
    times = scale(measure.key)
    found = [
        Anchor(number, typed(round(value * times, 6)), typed(round(points, 2)))
        for number, (value, points) in enumerate(measure.curves[tier].anchors)
    ]
    return [*found, *(Anchor(len(found) + more, "", "") for more in range(2))]


def picture(measure: Measure, published: Measure | None, tier: str = ANY) -> curves.Curve:
    """The curve of the draft over the distribution of today's values; the published one beneath."""
    rows = CurrentMeasure.objects.filter(measure=measure.key)
    if tier != ANY:
        rows = rows.filter(account__tier=tier)
    values = np.array(list(rows.values_list("value", flat=True)))
    knots = measure.curves[tier].anchors
    low, high = _span(values, knots)
    counts = np.histogram(values, bins=BINS, range=(low, high))[0].tolist() if len(values) else []
    noun, times = nouns.of([measure.key])[measure.key], scale(measure.key)
    first, last = knots[0], knots[-1]
    unit = "%" if times == 100 else ""
    ends = [f"{figure(round(value * times, 6))}{unit} → {figure(points)}" for value, points in (first, last)]
    return curves.Curve(
        knots=knots,
        low=low,
        high=high,
        axis=noun.name,
        story=Text(
            f"{noun.name.en}: from {ends[0]} to {ends[1]} points", f"{noun.name.ja}: {ends[0]}点から{ends[1]}点"
        ),
        published=published.curve(tier).anchors if published else (),
        counts=tuple(counts),
        marks=tuple((x, minus(f"{x * times:.3g}{unit}")) for x in np.linspace(low, high, 6).tolist()),
    )


def _span(values: np.ndarray, knots: tuple[tuple[float, float], ...]) -> tuple[float, float]:
    """From the least to the greatest of the anchors and of all but the outermost values."""
    ends = [knots[0][0], knots[-1][0], *(np.quantile(values, (0.01, 0.99)).tolist() if len(values) else [])]
    low, high = min(ends), max(ends)
    return low, high if high > low else low + 1


def distribution(seen: Preview, live: str, draft: str) -> shares.Shares:
    """Accounts by band, as they are and as they would be."""
    rows = ((live, seen.before), (draft, seen.after))
    wholes = tuple(
        shares.Whole(label, tuple(shares.Share(SHADES[band], counted[band], f"{counted[band]}") for band in SHADES))
        for label, counted in rows
    )
    said = [(BANDS[band], seen.before[band], seen.after[band]) for band in SHADES]
    story = Text(
        "; ".join(f"{name.en} {was} → {now}" for name, was, now in said),
        "、".join(f"{name.ja} {was}社→{now}社" for name, was, now in said),
    )
    return shares.Shares(wholes, story)


def free_measures(model: HealthModel) -> list[tuple[str, Text]]:
    """Measures that the model does not use yet and that can be better or worse; attributes are as the model says."""
    used = {measure.key for measure in model.measures}
    free = ((key, one) for key, one in measures.usable().items() if key not in used)
    return [(key, one.name) for key, one in free if one.direction != "neutral" or measures.is_attribute(key)]
