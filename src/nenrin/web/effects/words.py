"""What a read-out says, in sentences that claim no more than it carries."""

from __future__ import annotations

from nenrin.analytics.effects.comparisons import Interval
from nenrin.analytics.effects.readouts import LEAST, Readout, Verdict
from nenrin.foundation import format
from nenrin.playbooks.effects.outcomes import Metric
from nenrin.playbooks.effects.readings import Reading
from nenrin.values import Text

TITLE = Text("Effects", "効果検証")
VERDICTS: dict[Verdict, Text] = {
    "gain": Text("Effect found", "効果あり"),
    "harm": Text("Harm found", "逆効果"),
    "none_seen": Text("No effect of the hoped size", "想定した大きさの効果なし"),
    "not_detectable": Text("Not detectable yet", "検出できない"),
    "few": Text("Not enough data", "データ不足"),
    "mismatch": Text("Groups are not as drawn", "割り付けの偏り"),
}
NO_HOLDOUT = Text(
    "Nobody is left alone, so an effect cannot be told from what would have happened anyway.",
    "未実施グループがないため、何もしなかった場合との差は分かりません。",
)
NOBODY_ALONE = Text("Not detectable: nobody left alone", "検出できない（未実施なし）")


def verdict(reading: Reading) -> Text:
    return VERDICTS[reading.readout.verdict] if reading.share else NOBODY_ALONE


def figure(value: float | None, metric: Metric, language: str, *, signed: bool = False) -> str:
    """A value of the metric, or with `signed` a difference, which of shares is told in points."""
    if value is None:
        return format.missing(language)
    if metric.is_share:
        return format.signed(100 * value, language, 1, "pt") if signed else format.percent(value, language)
    return format.signed(value, language, 1) if signed else format.number(value, language, 1)


def range_(interval: Interval | None, metric: Metric, language: str) -> str:
    if interval is None:
        return format.missing(language)
    low, high = (figure(edge, metric, language, signed=True) for edge in interval)
    return Text(f"{low} to {high}", f"{low}〜{high}").in_(language)


def finding(reading: Reading) -> Text:
    told = (crossed(reading), undrawn(reading))
    return Text(
        _finding(reading, "en") + "".join(one.en for one in told),
        _finding(reading, "ja") + "".join(one.ja for one in told),
    )


def undrawn(reading: Reading) -> Text:
    """How many were met, and since when, for whom nothing was drawn: neither a group nor a zero."""
    count, on = reading.undrawn, reading.met_on
    if not count or on is None:
        return Text("", "")
    who = "1 account was" if count == 1 else f"{count:,} accounts were"
    return Text(
        f" {who} met since {format.day(on, 'en')} while nobody was left alone: no part of the comparison.",
        f" {format.day(on, 'ja')}以降、未実施グループがない間に実施した顧客が{count:,}社あります（比較には含めません）。",
    )


def crossed(reading: Reading) -> Text:
    """That some of those left alone were helped after all, which makes what is found smaller than what help brings."""
    count = reading.crossed
    if not count or not reading.share:
        return Text("", "")
    who = "1 account left alone was" if count == 1 else f"{count:,} accounts left alone were"
    return Text(
        f" Of the comparison: {who} helped later, and still {'counts' if count == 1 else 'count'} as left alone, so the"
        " difference is smaller than what help brings.",
        f" 未実施グループのうち{count:,}社は後から実施の対象になりましたが、比較では未実施のまま数えるため、差は実際の効果より小さく出ます。",
    )


def _finding(reading: Reading, language: str) -> str:
    found, name = reading.readout, reading.metric.name
    if not reading.share:
        return NO_HOLDOUT.in_(language)
    if found.verdict == "few":
        return _few(found).in_(language)
    if found.verdict == "mismatch":
        return _mismatch(found, reading.share).in_(language)
    effect = figure(found.effect, reading.metric, language, signed=True)
    reach = range_(found.now, reading.metric, language)
    days = reading.days
    if found.verdict in ("gain", "harm"):
        return Text(
            f"{name.en} within {days} days differs by {effect} from those left alone ({reach}, at 95 %, however often one looks).",
            f"{days}日後の{name.ja}は、未実施グループとの差が{effect}（95%区間 {reach}。何度見ても有効）。",
        ).in_(language)
    seen = figure(found.detectable, reading.metric, language, signed=True).lstrip("+")
    if found.verdict == "none_seen":
        return Text(
            f"No difference as large as hoped for: {effect} ({reach}). An effect of {seen} would show by now.",
            f"想定した大きさの差は見られません: {effect}（95%区間 {reach}）。{seen}の効果なら検出できる件数です。",
        ).in_(language)
    return Text(
        f"Too early to tell: {effect} ({reach}). With so many accounts only an effect of {seen} or more would show.",
        f"まだ判断できません: {effect}（95%区間 {reach}）。現在の件数で検出できるのは{seen}以上の効果だけです。",
    ).in_(language)


def _few(found: Readout) -> Text:
    return Text(
        f"Not enough data: {found.treated} families or single accounts were treated and {found.held} left alone with their"
        f" days over; it takes {LEAST} of each.",
        f"データ不足: 期間を終えた実施 {found.treated}件、未実施 {found.held}件（各{LEAST}件から表示）。",
    )


def _mismatch(found: Readout, share: float) -> Text:
    return Text(
        f"The groups are not as they were drawn ({found.treated} treated, {found.held} left alone; {share:.0%} should have"
        " been left alone), so nothing is compared. Accounts may have been taken out of one group only.",
        f"割り付けと実際の件数が合わないため比較しません（実施 {found.treated}件、未実施 {found.held}件、"
        f"未実施の予定 {share:.0%}）。片方のグループからだけ顧客が除かれた可能性があります。",
    )
