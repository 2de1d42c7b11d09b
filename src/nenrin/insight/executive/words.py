"""How the dashboard speaks: bands, amounts and figures in both languages."""

from __future__ import annotations

from collections.abc import Mapping

from nenrin.foundation import format
from nenrin.insight.executive import exposures
from nenrin.insight.executive.capacity import Capacities
from nenrin.insight.executive.dashboard import Dashboard
from nenrin.insight.executive.quality import Quality
from nenrin.insight.executive.tiles import Tile
from nenrin.insight.revenue import benchmarks, words
from nenrin.insight.risk.forecasts import Forecast
from nenrin.values import Money, Text

BAND_NAMES: Mapping[str, Text] = {
    "healthy": Text("Healthy", "健全"),
    "caution": Text("Caution", "注意"),
    "at_risk": Text("At risk", "危険"),
    "unknown": Text("Not enough data", "データ不足"),
    "gone": Text("Left", "解約"),
    "new": Text("New", "新規"),
}


def compact(of: Dashboard, minor: int) -> Text:
    """Money in the reporting currency, short."""
    return Text(*(format.money(Money(minor, of.ask.currency), language, "compact") for language in ("en", "ja")))


def signed(of: Dashboard, minor: int) -> Text:
    """A change of money with its sign."""
    sign = "+" if minor > 0 else format.MINUS if minor < 0 else "±"
    amount = compact(of, abs(minor))
    return Text(sign + amount.en, sign + amount.ja)


def value(of: Dashboard, tile: Tile, number: float | None) -> Text:
    """A figure in the KPI's own unit; money short."""
    if tile.kpi.unit == "money" and number is not None:
        return compact(of, round(number))
    return Text(*(words.figure(tile.kpi, number, of.ask.currency, language) for language in ("en", "ja")))


def reach(of: Dashboard, tile: Tile) -> Text:
    """The interval, empty where there is none."""
    if tile.figure.interval is None:
        return Text("", "")
    low, high = (value(of, tile, end) for end in tile.figure.interval)
    return Text(f"{low.en} to {high.en}", f"{low.ja}〜{high.ja}")


def beside(of: Dashboard, tile: Tile) -> Text:
    """The KPI without which it misleads, with its figure; empty where there is none or nothing is told."""
    if tile.beside is None or tile.figure.value is None:
        return Text("", "")
    other, told = tile.beside
    if told.value is None:
        return Text("", "")
    shown = [words.figure(other, told.value, of.ask.currency, language) for language in ("en", "ja")]
    return Text(f"{other.name.en} {shown[0]}", f"{other.name.ja} {shown[1]}")


def exposed(of: Dashboard) -> tuple[Text, Text, Text] | None:
    """At-risk ARR, its change and what share of all it is; None where health is not told."""
    found = exposures.exposure(of.standing)
    if found is None:
        return None
    changed = Text("", "") if found.change is None else signed(of, found.change)
    share = [format.percent(found.share, language, 1) for language in ("en", "ja")]
    return compact(of, found.arr), changed, Text(f"{share[0]} of ARR", f"ARRの{share[1]}")


def change(of: Dashboard, tile: Tile) -> Text:
    """Against the period before; empty where that is not known."""
    if tile.change is None:
        return Text("", "")
    if tile.kpi.unit == "share":
        return Text(*(format.signed(tile.change * 100, language, 1, "pt") for language in ("en", "ja")))
    if tile.kpi.unit == "money":
        return signed(of, round(tile.change))
    return Text(
        *(format.signed(tile.change, language, 0 if tile.kpi.unit == "count" else 1) for language in ("en", "ja"))
    )


def note(of: Dashboard, tile: Tile) -> Text:
    """What the figure is held against: its target, else its benchmark, else its interval."""
    if tile.target is not None:
        aim = value(of, tile, tile.target.value)
        return Text(f"target {aim.en}", f"目標 {aim.ja}")
    return tile.band.label if tile.band else Text("", "")


def marks(of: Dashboard, tile: Tile) -> list[float]:
    """Where a tier is looked at: the ends of its bands next to the values, as on the KPI's own page; none without a line."""
    tier = benchmarks.tier(of.ask.by, of.ask.within)
    known = [number for _, number in tile.trend if number is not None]
    return benchmarks.nearest(benchmarks.ends(tile.kpi, of.ask.grain, tier), known) if tier and len(known) > 1 else []


def benchmark(of: Dashboard, tile: Tile) -> Text:
    """The same in words; empty where no line is drawn."""
    return benchmarks.said(tile.kpi, marks(of, tile), of.ask.currency)


def held(of: Forecast) -> Text:
    """How often what came lay within the interval told before; empty where no month has ended yet."""
    ended = of.ended
    if not ended:
        return Text("", "")
    inside = sum(one.is_within for one in ended)
    basis = (
        Text(" (partly recomputed with what was known then)", "（当時の情報での再計算を含む）")
        if any(one.basis == "replayed" for one in ended)
        else Text("", "")
    )
    return Text(
        f" In {inside} of the last {len(ended)} months what was lost lay within the interval told before{basis.en}.",
        f"過去{len(ended)}か月のうち{inside}か月で実績が事前の区間に入った{basis.ja}。",
    )


def loads(of: Capacities) -> list[tuple[Text, float, int]]:
    """The team's time as lines: what, how much, decimals."""
    lines = [
        (Text("Members with accounts", "顧客を担当するメンバー"), float(of.members), 0),
        (Text("Hours a month that touch models plan", "タッチモデルによる予定時間（月）"), of.planned_hours, 1),
    ]
    if of.stated:
        lines += [
            (
                Text("Hours a month of those whose hours are entered", "登録済みメンバーの対応可能時間（月）"),
                of.of_hours,
                1,
            ),
            (Text("Members above their hours", "予定が時間を超えるメンバー"), float(of.over), 0),
        ]
    if of.unstated:
        lines.append((Text("Members without entered hours", "時間が未登録のメンバー"), float(of.unstated), 0))
    return lines


def planned(of: Capacities | None) -> Text:
    """How much of the team's time is planned, or why that cannot be said."""
    if of is None:
        return Text("Nobody looks after a paying account.", "契約中の顧客に担当CSMがいない。")
    if of.share is None:
        return Text(
            "Not known: no member's hours for accounts are entered.",
            "不明：顧客対応に使える時間が誰も登録されていない。",
        )
    share = [format.percent(of.share, language, 0) for language in ("en", "ja")]
    return Text(
        f"{share[0]} of the members' hours for accounts is planned.",
        f"顧客対応に使える時間の{share[1]}が予定で埋まっている。",
    )


def score(of: Quality) -> list[Text]:
    """A card's figures as they read: area with its ends, slope, lift; a dash where too few had left to tell."""
    area = _number(of.auc, 2)
    if of.low is not None and of.high is not None:
        low, high = _number(of.low, 2), _number(of.high, 2)
        area = Text(f"{area.en} ({low.en} to {high.en})", f"{area.ja}（{low.ja}〜{high.ja}）")
    return [area, _number(of.slope, 2), _number(of.lift, 1)]


def _number(value: float | None, places: int) -> Text:
    if value is None:
        return Text(*(format.missing(language) for language in ("en", "ja")))
    return Text(*(format.number(value, language, places) for language in ("en", "ja")))
