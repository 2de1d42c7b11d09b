"""How the result speaks: figures, differences, and what may be concluded from them."""

from __future__ import annotations

from collections.abc import Mapping

from nenrin.analytics.intervals import Interval
from nenrin.analytics.revenue.figures import Figure
from nenrin.foundation import format
from nenrin.insight.start.differences import Verdict
from nenrin.insight.start.results import Line, Result
from nenrin.insight.start.sorts import LENGTH, Sort
from nenrin.values import Money, Text

VERDICTS: Mapping[Verdict, Text] = {
    "better": Text("better", "改善"),
    "worse": Text("worse", "悪化"),
    "even": Text("within chance", "偶然の範囲"),
}
EARLY = Text("too early to say", "判断には早い")
HONEST = Text(
    "Before and after is not an effect. Whoever begins at a bad moment sees better figures later by themselves (regression to"
    " the mean), and markets, seasons and prices move as well. What your work brought shows only against customers who did not"
    " get it: that is what holdouts on the effects page are for.",
    "前後の比較は効果の証明ではありません。悪い時期に始めれば数値は何もしなくても戻りやすく（平均への回帰）、市況・季節・価格も動きます。"
    "取り組みの効果は、それを受けなかった顧客との比較で初めて分かります（効果検証の未実施グループ）。",
)
OVERLAP = Text(
    "Figures of twelve months share nine of them with the baseline after ninety days: they move slowly, and their intervals are"
    " wider than they need be.",
    "12か月の指標は、90日後でも9か月分が基準と重なります。動きは小さく、区間は実際より広めに出ます。",
)


def value(of: Sort, figure: Figure, currency: str) -> Text:
    """A figure in its unit; plain "Not enough data" where there is none."""
    return Text(*(_plain(of, figure.value, currency, language) for language in ("en", "ja")))


def _plain(of: Sort, number: float | None, currency: str, language: str) -> str:
    if number is None:
        return format.missing(language)
    if of.unit == "money":
        return format.money(Money(round(number), currency), language, "compact")
    return format.percent(number, language, _digits(of))


def _digits(of: Sort) -> int:
    return 2 if of.key == "churn_month" else 1


def reach(of: Sort, found: Interval | None, currency: str) -> Text:
    """The ends of a figure's interval; empty where it has none."""
    if found is None:
        return Text("", "")
    low, high = (value(of, Figure(of.key, end, 0), currency) for end in found)
    return Text(f"{low.en} to {high.en}", f"{low.ja}〜{high.ja}")


def change(of: Line, currency: str) -> Text:
    """The difference with its sign; plain "Not enough data" where it is not known."""
    if of.change is None:
        return Text(*(format.missing(language) for language in ("en", "ja")))
    return _moved(of.sort, of.change, currency)


def change_reach(of: Line, currency: str) -> Text:
    """The ends of the difference."""
    if of.reach is None:
        return Text("", "")
    low, high = (_moved(of.sort, end, currency) for end in of.reach)
    return Text(f"{low.en} to {high.en}", f"{low.ja}〜{high.ja}")


def _moved(of: Sort, by: float, currency: str) -> Text:
    if of.unit != "money":
        return Text(*(format.signed(100 * by, language, _digits(of), "pt") for language in ("en", "ja")))
    sign = "+" if by > 0 else format.MINUS if by < 0 else "±"
    amounts = [format.money(Money(abs(round(by)), currency), language, "compact") for language in ("en", "ja")]
    return Text(sign + amounts[0], sign + amounts[1])


def verdict(of: Line, result: Result) -> Text:
    """What may be said of a line."""
    if of.verdict is not None:
        return VERDICTS[of.verdict]
    return EARLY if of.change is not None and not result.is_over else Text("", "")


def summary(of: Result) -> Text:
    """The result in one sentence."""
    if not of.is_over:
        return Text(
            f"{format.counted(of.days, 'day')} in: the result comes after {LENGTH} days, in {format.counted(of.days_left, 'day')}.",
            f"開始から{of.days}日目。結果は{LENGTH}日後、あと{of.days_left}日で出ます。",
        )
    told = [line for line in of.lines if line.verdict is not None]
    counts = {each: sum(line.verdict == each for line in told) for each in VERDICTS}
    return Text(
        f"{format.counted(of.days, 'day')} in. Figures that can be compared: {len(told)}; better {counts['better']},"
        f" worse {counts['worse']}, within chance {counts['even']}.",
        f"開始から{of.days}日。比べられる{len(told)}件のうち、改善{counts['better']}件、悪化{counts['worse']}件、"
        f"偶然の範囲{counts['even']}件。",
    )


def about(of: Result) -> Text:
    """Which days are compared, and of whom."""
    names = [format.day(day, language) for language in ("en", "ja") for day in (of.baseline.taken_on, of.day)]
    return Text(f"{names[0]} to {names[1]} · {of.who.en}", f"{names[2]}〜{names[3]}・{of.who.ja}")


def counted_then(of: Result) -> Text | None:
    """A warning where the two days were not counted alike; None where they were."""
    if of.is_counted_alike:
        return None
    was, now = of.baseline.policy, of.policy.version
    return Text(
        f"The baseline was counted by version {was} of the metric policy, today by version {now}: part of a difference may come"
        " from that.",
        f"基準値は指標ポリシー第{was}版、現在は第{now}版で計算しています。差の一部はその違いによる可能性があります。",
    )
