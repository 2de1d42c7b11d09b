"""Does it work better for some? What the page says of groups, and of those for whom the largest effect was foretold."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from nenrin.analytics.effects.comparisons import Interval
from nenrin.analytics.effects.differing import LEAST_RARE, LEAST_TOLD, Differing, Group, Table
from nenrin.customers import tiers
from nenrin.foundation import format
from nenrin.insight.executive.words import BAND_NAMES
from nenrin.playbooks.effects.outcomes import Metric
from nenrin.playbooks.effects.readings import Reading
from nenrin.values import Text
from nenrin.web import exports
from nenrin.web.effects import words

NONE = Text("None", "なし")
TABLES = {"tier": Text("By tier", "ティア別"), "band": Text("By colour at the draw", "割り付け時のヘルス別")}
FIFTHS = Text("By the effect foretold, the largest first", "予測した効果の大きい順（5等分）")


@dataclass(frozen=True, slots=True)
class Line:
    name: Text
    treated: int
    held: int
    effect: str
    reach: str
    foretold: str


@dataclass(frozen=True, slots=True)
class Told:
    """One table as the page shows it; `chance` None where nothing can be compared."""

    key: str
    title: Text
    lines: tuple[Line, ...]
    chance: float | None
    is_foretold: bool = False


@dataclass(frozen=True, slots=True)
class Shown:
    finding: Text
    tables: tuple[Told, ...]
    qini: str | None
    reach: str


def shown(reading: Reading) -> Shown | None:
    """None where the arms themselves cannot be compared: the page has said why."""
    found = reading.differing()
    if found is None:
        return None
    language, metric = exports.language(), reading.metric
    called = {"tier": tiers.names(), "band": dict(BAND_NAMES)}
    tables = [
        Told(one.name, TABLES[one.name], _lines(one, called[one.name], metric, language), one.chance)
        for one in found.tables
        if len(one.groups) > 1
    ]
    if found.fifths is not None:
        tables.append(Told("foretold", FIFTHS, _lines(found.fifths, {}, metric, language), None, is_foretold=True))
    reach = "" if found.interval is None else reach_of(found.interval, language).in_(language)
    return Shown(
        finding(found, language), tuple(tables), None if found.qini is None else format.signed(100 * found.qini, language, 1, "%"),
        reach,
    )  # fmt: skip


def _lines(table: Table, names: Mapping[str, Text], metric: Metric, language: str) -> tuple[Line, ...]:
    return tuple(_line(one, names.get(one.key), metric, language) for one in table.groups)


def _line(group: Group, name: Text | None, metric: Metric, language: str) -> Line:
    called = name or (NONE if group.key in ("", "-") else Text(group.key, group.key))
    effect = words.VERDICTS["few"].in_(language)
    if group.effect is not None:
        effect = words.figure(group.effect, metric, language, signed=True)
    foretold = "" if group.foretold is None else words.figure(group.foretold, metric, language, signed=True)
    reach = words.range_(group.interval, metric, language)
    return Line(called, group.treated, group.held, effect, reach, foretold)


def reach_of(interval: Interval, language: str) -> Text:
    low, high = (format.signed(100 * edge, language, 1, "%") for edge in interval)
    return Text(f"{low} to {high}", f"{low}〜{high}")


def finding(found: Differing, language: str) -> Text:
    """What this one look says: not more than its interval holds."""
    if found.verdict == "few" or found.interval is None:
        return Text(
            f"Not enough data: {found.treated:,} families or single accounts were treated and {found.held:,} left alone; it takes {LEAST_TOLD} of each,"
            f" and {LEAST_RARE} of the rarer outcome, to foretell for whom it works better.",
            f"データ不足: 実施 {found.treated:,}件、未実施 {found.held:,}件（各{LEAST_TOLD}件、まれな側の結果{LEAST_RARE}件から予測します）。",
        )
    reach = reach_of(found.interval, language)
    if found.verdict == "some":
        return Text(
            "At this look it works better for some: those for whom the largest effect was foretold gained more than the others"
            f" ({reach.en} over chance). Looked at again and again, this can come of chance: decide by a look on a day set beforehand.",
            f"今回の集計では、予測した効果が大きい顧客ほど実際の効果も大きくなっています（無作為に対する上乗せ {reach.ja}）。"
            "繰り返し確認すると偶然でもこの結果になり得るため、あらかじめ決めた日の集計で判断してください。",
        )
    return Text(
        f"No heterogeneity detected: going by the effects foretold gains {reach.en} over chance, which may be nothing."
        " With few families only a large difference would show.",
        f"効果の違いは検出されていません。予測した順に実施した場合の上乗せは{reach.ja}（無作為との比較）で、0の可能性があります。"
        "件数が少ないと、大きな違いしか検出できません。",
    )
