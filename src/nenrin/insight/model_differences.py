"""What a draft changes against another version of its model, in words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from nenrin.analytics.scores.models import ANY, HealthModel, Measure
from nenrin.analytics.scores.sentences import BANDS
from nenrin.insight import nouns, segments
from nenrin.values import Text

EVERYBODY = Text("every account", "すべての顧客")
NOTHING = Text("none", "なし")


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that differs: what, as it was, as it would be."""

    what: Text
    before: Text
    after: Text


def between(before: HealthModel, after: HealthModel) -> list[Line]:
    """Everything that differs; empty where the two say the same."""
    lines = [*_rules(before, after), *_measures(before, after), *_exceptions(before, after)]
    return [line for line in lines if line.before != line.after]


def noun(key: str) -> Text:
    known = nouns.of([key])
    return known[key].name if key in known else Text(key, key)


def applies_to(model: HealthModel) -> Text:
    return EVERYBODY if model.applies_to is None else segments.sentence(model.applies_to)


def curve(measure: Measure) -> Text:
    """The anchors of every tier: "0 → 0, 0.4 → 50"."""
    said = []
    for tier, one in measure.curves.items():
        anchors = ", ".join(f"{value:g} → {points:g}" for value, points in one.anchors)
        said.append(anchors if tier == ANY else f"{tier}: {anchors}")
    joined = "; ".join(said)
    return Text(joined, joined)


def _rules(before: HealthModel, after: HealthModel) -> Iterator[Line]:
    yield Line(Text("Name", "名前"), before.name, after.name)
    yield Line(Text("Accounts it takes", "対象"), applies_to(before), applies_to(after))
    for what, name in (
        (Text("Order", "順番"), "position"),
        (Text("Smoothing, half-life in days", "平滑化の半減期（日）"), "half_life_days"),
        (Text("Least coverage", "判定に必要な充足率"), "min_coverage"),
        (Text("Grace for new customers in days", "新規の猶予（日）"), "grace_days"),
    ):
        yield Line(what, _plain(getattr(before, name)), _plain(getattr(after, name)))
    for what, name in (
        (Text("Healthy from", "健全の下限"), "healthy"),
        (Text("Caution from", "注意の下限"), "caution"),
        (Text("Points beyond an edge", "境目を越える点"), "hysteresis"),
        (Text("Days a band stays", "色を保つ日数"), "dwell_days"),
    ):
        yield Line(what, _plain(getattr(before.bands, name)), _plain(getattr(after.bands, name)))
    for tier in dict.fromkeys([*before.typical, *after.typical]):
        what = Text(f"Typical score ({tier})", f"標準的な点（{tier}）")
        yield Line(what, _plain(before.typical.get(tier)), _plain(after.typical.get(tier)))


def _measures(before: HealthModel, after: HealthModel) -> Iterator[Line]:
    was, now = ({measure.key: measure for measure in model.measures} for model in (before, after))
    for key in dict.fromkeys([*was, *now]):
        old, new, name = was.get(key), now.get(key), noun(key)
        weight = Text(f"Weight of {name.en}", f"{name.ja}の重み")
        yield Line(weight, _plain(old.weight if old else None), _plain(new.weight if new else None))
        if old and new:
            yield Line(Text(f"Curve of {name.en}", f"{name.ja}の曲線"), curve(old), curve(new))
            ttl = Text(f"Days {name.en} counts", f"{name.ja}の有効日数")
            yield Line(ttl, _plain(old.ttl_days), _plain(new.ttl_days))


def _exceptions(before: HealthModel, after: HealthModel) -> Iterator[Line]:
    caps = [{cap.key: cap for cap in model.caps} for model in (before, after)]
    for key in dict.fromkeys([*caps[0], *caps[1]]):
        old, new = (side.get(key) for side in caps)
        name = (new or old).name  # type: ignore[union-attr]  # one of the two is there
        said = [
            f"{cap.when.measure} {cap.when.op} {cap.when.value:g}: {cap.score:g}" if cap else "" for cap in (old, new)
        ]
        yield Line(name, *(Text(words, words) if words else NOTHING for words in said))
    events = [{event.key: event for event in model.hard_events} for model in (before, after)]
    for key in dict.fromkeys([*events[0], *events[1]]):
        old_event, new_event = (side.get(key) for side in events)
        name = (new_event or old_event).name  # type: ignore[union-attr]  # one of the two is there
        yield Line(name, *(BANDS[event.band] if event else NOTHING for event in (old_event, new_event)))


def _plain(value: float | None) -> Text:
    return NOTHING if value is None else Text(f"{value:g}", f"{value:g}")
