"""Why a score is what it is, and what changed since another day: everything a page needs, adding up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from nenrin.analytics.scores import differences, micro, sentences
from nenrin.analytics.scores.bands import Band
from nenrin.analytics.scores.differences import Difference
from nenrin.analytics.scores.models import HealthModel
from nenrin.analytics.scores.raws import OVERRIDE, raw
from nenrin.analytics.scores.records import Record, frame
from nenrin.analytics.scores.sentences import Noun
from nenrin.insight import changes, past
from nenrin.insight.days import day, number
from nenrin.insight.modelling import configuration, nouns
from nenrin.insight.modelling.nouns import CLOCKS
from nenrin.insight.models import HealthDetail, HealthModelVersion
from nenrin.insight.past import Basis
from nenrin.insight.refreshing import projection
from nenrin.values import Text

NONE = Text("—", "—")


@dataclass(frozen=True, slots=True)
class Row:
    """One bar of the waterfall. Points of the score: the losses of all rows add up to 100 minus the score, the
    contributions to the score, the changes to the change of the score (each rounded so that they do).

    `points` (0 to 100) is what the value earns by itself, `norm` the value that would earn the healthy edge,
    `weight` what the bar could give at most; None where that means nothing (caps, override).
    """

    key: str
    name: Text
    group: Text
    value: Text
    norm: Text
    points: float | None
    weight: float | None
    contribution: float
    loss: float
    recent_loss: float
    change: float

    @property
    def earlier_loss(self) -> float:
        return round(self.loss - self.recent_loss, 1)


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the difference between two days."""

    key: str
    name: Text
    points: float


@dataclass(frozen=True, slots=True)
class Explanation:
    """`since` is the earlier day (None: there is none to compare with, then no parts and no changes)."""

    account: int
    as_of: date
    since: date | None
    basis: Basis
    model: Text
    version: HealthModelVersion
    score: float
    today: float
    before: float | None
    band: Band
    band_since: date
    coverage: float
    edges: tuple[float, float]
    rows: tuple[Row, ...]
    parts: tuple[Part, ...]
    finding: Text
    unknown: Text | None
    missing: tuple[Text, ...]

    @property
    def difference(self) -> float:
        return 0.0 if self.before is None else round(self.score - self.before, 1)


PARTS: dict[str, Text] = {
    "data": Text("Data", "データ"),
    "ageing": Text("Ageing", "時間の経過"),
    "missing": Text("Missing data", "欠測"),
    "configuration": Text("Model change", "設定変更"),
    "override": Text("Override", "手動変更"),
    "carried": Text("Smoothing", "平滑化の持ち越し"),
}


def of(
    account: int, on: date | None = None, since: date | None = None, held: HealthModelVersion | None = None
) -> Explanation | None:
    """The score of `on` (default: the newest) explained, against `since` (default: 30 days before).

    `held`: a version that the caller has read already; where it is the one that judged, it is not read again. None where the account was not judged on that day. Where neither day is asked for, only what stands in the tables
    is compared: an account that was not yet judged 30 days ago has no other past to look for.
    """
    kept = _kept(account)
    found = _record(account, on, kept)
    if found is None:
        return None
    after, basis = found
    then = since or day(after.day) - timedelta(projection.COMPARED_DAYS)
    stands = on or since or any(record.day == number(then) for record in kept)
    earlier = _record(account, then, kept) if stands else None
    before = earlier[0] if earlier else None
    version = held if held and held.pk == after.version else HealthModelVersion.objects.get(pk=after.version)
    model = configuration.of([version]).models[0]
    change = differences.difference(before, after, model, CLOCKS) if before else None
    return _explained(after, before, basis, version, model, change)


def _kept(account: int) -> list[Record]:
    """The records that stand in the tables."""
    detail = HealthDetail.objects.filter(account=account).first()
    return [Record.from_json(one) for one in (detail.now, detail.closed, detail.before) if one] if detail else []


def _record(account: int, on: date | None, kept: list[Record]) -> tuple[Record, Basis] | None:
    """From the tables where it is there; else from the lake."""
    for record in kept:
        if on is None or record.day == number(on):
            return record, "shown"
    if on is None:
        return None
    found = past.on(on, accounts=[account])
    there = found.records.get(account)
    return (there, found.basis) if there else None


def _explained(
    after: Record, before: Record | None, basis: Basis, version: HealthModelVersion, model: HealthModel,
    change: Difference | None,
) -> Explanation:  # fmt: skip
    is_unknown, known = after.shown is Band.UNKNOWN, _nouns(after, before, model)
    return Explanation(
        account=after.account,
        as_of=day(after.day),
        since=day(before.day) if before else None,
        basis=basis,
        model=model.name,
        version=version,
        score=_tenths(after.score),
        today=_tenths(after.today),
        before=_tenths(before.score) if before else None,
        band=after.shown,
        band_since=day(after.shown_since),
        coverage=after.coverage,
        edges=(model.bands.caution, model.bands.healthy),
        rows=tuple(_rows(after, before, model, change, known)),
        parts=tuple(_parts(change)),
        finding=sentences.finding(change, known) if change else NONE,
        unknown=changes.why_unknown(after, model, known) if is_unknown else None,
        missing=tuple(known[m.key].name for m in model.measures if m.key not in after.values and m.key in known),
    )


def _nouns(after: Record, before: Record | None, model: HealthModel) -> Mapping[str, Noun]:
    """Of everything that either day's score was made of, also by another model."""
    return nouns.of([*model.needs(), *after.contributions, *(before.contributions if before else ())])


def _tenths(figure: int) -> float:
    return micro.shown([figure])[0]


def _rows(
    after: Record, before: Record | None, model: HealthModel, change: Difference | None, known: Mapping[str, Noun]
) -> list[Row]:
    own = frame(after, model.needs())
    today = raw(model, own)
    groups = {measure.key: group.name for group in model.groups for measure in group.measures}
    curves = {measure.key: measure.curve(after.tier) for measure in model.measures}
    keys = _keys(after, before, model)
    lost, lost_before = _lost(after), _lost(before) if before else {}
    total = _total(change)
    contributions = _shown(keys, after.contributions)
    losses = _shown(keys, lost, micro.FULL - round(_tenths(after.score) * micro.ONE))
    gained = {key: lost.get(key, 0) - lost_before.get(key, 0) for key in keys} if before else {}
    recent = _shown(keys, gained, -total)
    changes = _shown(keys, change.bars if change else {}, total)
    rows = []
    for key in keys:
        noun, curve = known.get(key), curves.get(key)
        earned = today.points[0, today.layout.at(key)] if key in curves else float("nan")
        full = after.full.get(key)
        rows.append(
            Row(
                key=key,
                name=sentences.bar_name(key, model, known),
                group=groups.get(key, NONE),
                value=noun.figure(after.values.get(key)) if noun else NONE,
                norm=noun.figure(curve.value_at(model.bands.healthy)) if noun and curve else NONE,
                points=None if earned != earned else round(float(earned), 1),
                weight=None if full is None else round(full / micro.ONE, 1),
                contribution=contributions[key],
                loss=losses[key],
                recent_loss=recent[key],
                change=changes[key],
            )
        )
    return sorted(rows, key=lambda row: (-row.loss, row.key))


def _keys(after: Record, before: Record | None, model: HealthModel) -> list[str]:
    """Every bar that says something on either day."""
    both = [after] + ([before] if before else [])
    said = [key for record in both for key, figure in {**record.full, **record.contributions}.items() if figure]
    return list(dict.fromkeys([*(m.key for m in model.measures), *said]))


def _lost(record: Record) -> dict[str, int]:
    """Millionths of a point lost to each bar; they add up to 100 points minus the score."""
    lost = {key: record.full.get(key, 0) - record.got.get(key, 0) for key in {**record.full, **record.got}}
    return lost | {key: -by for key, by in record.bars.items()} | {OVERRIDE: -record.override}


def _shown(keys: list[str], figures: Mapping[str, int], total: int | None = None) -> dict[str, float]:
    return dict(zip(keys, micro.shown([figures.get(key, 0) for key in keys], total=total), strict=True))


def _total(change: Difference | None) -> int:
    """The difference of the two scores as they are shown, in millionths."""
    if change is None:
        return 0
    return round((_tenths(change.after.score) - _tenths(change.before.score)) * micro.ONE)


def _parts(change: Difference | None) -> list[Part]:
    if change is None:
        return []
    figures = micro.shown([getattr(change.parts, key) for key in PARTS], total=_total(change))
    return [Part(key, name, points) for (key, name), points in zip(PARTS.items(), figures, strict=True)]
