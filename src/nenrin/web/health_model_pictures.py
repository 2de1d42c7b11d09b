"""What the health model editor shows: the tree of weights, a curve over the accounts' values, the preview."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nenrin.analytics.kpis import MEASURES
from nenrin.analytics.scores.bands import Band
from nenrin.analytics.scores.models import ANY, HealthModel, Measure
from nenrin.analytics.scores.sentences import BANDS
from nenrin.insight.models import CurrentMeasure
from nenrin.insight.nouns import NOUNS
from nenrin.insight.preview import Preview
from nenrin.values import Text
from nenrin.web.charts import curve as curves
from nenrin.web.charts import shares
from nenrin.web.charts.bands import Band as Shade
from nenrin.web.health_model_editing import scale

BINS = 20
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
class Anchor:
    """A row of the table of anchors, as typed."""

    number: int
    value: str
    points: str


def tree(model: HealthModel, here: str) -> list[Branch]:
    return [
        Branch(
            group.key,
            group.name,
            group.weight,
            tuple(Leaf(m.key, NOUNS[m.key].name, m.weight, m.key == here) for m in group.measures),
        )
        for group in model.groups
    ]


def anchors(measure: Measure) -> list[Anchor]:
    """The default curve's anchors on the page's scale, and an empty row to fill."""
    times = scale(measure.key)
    found = [
        Anchor(number, f"{round(value * times, 6):g}", f"{points:g}")
        for number, (value, points) in enumerate(measure.curves[ANY].anchors)
    ]
    return [*found, Anchor(len(found), "", "")]


def picture(measure: Measure, published: Measure | None) -> curves.Curve:
    """The curve of the draft over the distribution of today's values; the published one beneath."""
    values = np.array(list(CurrentMeasure.objects.filter(measure=measure.key).values_list("value", flat=True)))
    knots = measure.curves[ANY].anchors
    low, high = _span(values, knots)
    counts = np.histogram(values, bins=BINS, range=(low, high))[0].tolist() if len(values) else []
    noun, times = NOUNS[measure.key], scale(measure.key)
    first, last = knots[0], knots[-1]
    unit = "%" if times == 100 else ""
    spoken = f"{first[0] * times:g}{unit} → {first[1]:g}", f"{last[0] * times:g}{unit} → {last[1]:g}"
    return curves.Curve(
        knots=knots,
        low=low,
        high=high,
        axis=noun.name,
        story=Text(
            f"{noun.name.en}: from {spoken[0]} to {spoken[1]} points", f"{noun.name.ja}: {spoken[0]}点から{spoken[1]}点"
        ),
        published=published.curves[ANY].anchors if published else (),
        counts=tuple(counts),
        marks=tuple((x, f"{x * times:.3g}{unit}") for x in np.linspace(low, high, 6).tolist()),
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
    """Measures that the model does not use yet and that can be better or worse."""
    used = {measure.key for measure in model.measures}
    return [(key, one.name) for key, one in MEASURES.items() if key not in used and one.direction != "neutral"]
