"""What a draft changes against another version of its model, in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from nenrin.analytics.conditions import Field
from nenrin.analytics.scores.curves import Better
from nenrin.analytics.scores.models import ANY, Cap, HardEvent, HealthModel, Limit, Measure, Op
from nenrin.analytics.scores.sentences import BANDS, figure
from nenrin.insight import segment_fields, segments
from nenrin.insight.modelling import nouns
from nenrin.values import Text

OPS: Mapping[Op, Text] = {
    Op.ABOVE: Text("above", "超"),
    Op.AT_LEAST: Text("at least", "以上"),
    Op.BELOW: Text("below", "未満"),
    Op.AT_MOST: Text("at most", "以下"),
}
BETTER: Mapping[Better, Text] = {
    Better.HIGHER: Text("higher", "高いほど良い"),
    Better.LOWER: Text("lower", "低いほど良い"),
}
EVERYBODY = Text("every account", "すべての顧客")
NOTHING = Text("none", "なし")


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that differs: what, as it was, as it would be."""

    what: Text
    before: Text
    after: Text


def between(before: HealthModel, after: HealthModel, known: Mapping[str, Field] | None = None) -> list[Line]:
    """Everything that differs; empty where the two say the same. `known` as in `segments.sentence`."""
    lines = [*_rules(before, after, known), *_measures(before, after), *_exceptions(before, after)]
    return [line for line in lines if line.before != line.after]


def noun(key: str) -> Text:
    known = nouns.of([key])
    return known[key].name if key in known else Text(key, key)


def applies_to(model: HealthModel, known: Mapping[str, Field] | None = None) -> Text:
    """Whom a model takes, in words; `known` as in `segments.sentence`."""
    return EVERYBODY if model.applies_to is None else segments.sentence(model.applies_to, known)


def words_for(*models: HealthModel) -> Mapping[str, Field] | None:
    """What `known` is for these models, read once for all of them; nothing is where none has a condition."""
    return segment_fields.fields() if any(model.applies_to is not None for model in models) else None


def curve(measure: Measure) -> Text:
    """The anchors of every tier: "0 → 0, 0.4 → 50"."""
    said = []
    for tier, one in measure.curves.items():
        anchors = ", ".join(f"{figure(value)} → {figure(points)}" for value, points in one.anchors)
        said.append(anchors if tier == ANY else f"{tier}: {anchors}")
    joined = "; ".join(said)
    return Text(joined, joined)


def _rules(before: HealthModel, after: HealthModel, known: Mapping[str, Field] | None) -> Iterator[Line]:
    yield Line(Text("Name", "名前"), _both(before.name), _both(after.name))
    yield Line(Text("Accounts it takes", "対象"), applies_to(before, known), applies_to(after, known))
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


def _both(name: Text) -> Text:
    """Both languages where they differ: a change of one is seen in the other."""
    return name if name.en == name.ja else Text(f"{name.en} / {name.ja}", f"{name.ja} / {name.en}")


def _measures(before: HealthModel, after: HealthModel) -> Iterator[Line]:
    groups = [
        Text("、".join(g.name.en for g in m.groups), "、".join(g.name.ja for g in m.groups)) for m in (before, after)
    ]
    yield Line(
        Text("Groups, in order", "グループの並び"), *(Text(one.en.replace("、", ", "), one.ja) for one in groups)
    )
    home = [{one.key: group.name for group in model.groups for one in group.measures} for model in (before, after)]
    was, now = ({measure.key: measure for measure in model.measures} for model in (before, after))
    for key in dict.fromkeys([*was, *now]):
        old, new, name = was.get(key), now.get(key), noun(key)
        weight = Text(f"Weight of {name.en}", f"{name.ja}の重み")
        yield Line(weight, _plain(old.weight if old else None), _plain(new.weight if new else None))
        if old and new:
            yield Line(Text(f"Curve of {name.en}", f"{name.ja}の曲線"), curve(old), curve(new))
            yield Line(Text(f"Group of {name.en}", f"{name.ja}のグループ"), home[0][key], home[1][key])
            better = Text(f"Better values of {name.en}", f"{name.ja}の良い向き")
            yield Line(better, *(BETTER[one.curves[ANY].better] for one in (old, new)))
            ttl = Text(f"Days {name.en} counts", f"{name.ja}の有効日数")
            yield Line(ttl, _plain(old.ttl_days), _plain(new.ttl_days))


def _exceptions(before: HealthModel, after: HealthModel) -> Iterator[Line]:
    caps = [{cap.key: cap for cap in model.caps} for model in (before, after)]
    for key in dict.fromkeys([*caps[0], *caps[1]]):
        old, new = (side.get(key) for side in caps)
        name = (new or old).name  # type: ignore[union-attr]  # one of the two is there
        yield Line(name, *(capped(cap) if cap else NOTHING for cap in (old, new)))
    events = [{event.key: event for event in model.hard_events} for model in (before, after)]
    for key in dict.fromkeys([*events[0], *events[1]]):
        old_event, new_event = (side.get(key) for side in events)
        name = (new_event or old_event).name  # type: ignore[union-attr]  # one of the two is there
        yield Line(name, *(decided(event) if event else NOTHING for event in (old_event, new_event)))


def capped(cap: Cap) -> Text:
    when = limit(cap.when)
    return Text(f"{when.en}: at most {figure(cap.score)} points", f"{when.ja}: 上限{figure(cap.score)}点")


def decided(event: HardEvent) -> Text:
    """Everything a hard event says: "at risk for 90 days, at most 20 points"."""
    band = BANDS[event.band]
    capped = (
        Text("", "")
        if event.score is None
        else Text(f", at most {figure(event.score)} points", f"、上限{figure(event.score)}点")
    )
    when = limit(event.when) if event.when else Text("", "")
    while_ = Text(f" while {when.en}", f"（{when.ja}）") if event.when else when
    return Text(
        f"{band.en} for {event.days} day{'' if event.days == 1 else 's'}{capped.en}{while_.en}",
        f"{band.ja}・{event.days}日間{capped.ja}{while_.ja}",
    )


def limit(when: Limit) -> Text:
    """A comparison in words: "NPS below 0"."""
    name, op, value = noun(when.measure), OPS[when.op], figure(when.value)
    return Text(f"{name.en} {op.en} {value}", f"{name.ja}が{value}{op.ja}")


def _plain(value: float | None) -> Text:
    return NOTHING if value is None else Text(figure(value), figure(value))
