"""What changed and why, and what needs a decision, in sentences made of the dashboard's own figures."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from nenrin.foundation import format
from nenrin.insight.executive import words
from nenrin.insight.executive.dashboard import Dashboard
from nenrin.insight.executive.tiles import Tile
from nenrin.values import Text

#: Accounts at risk whose notice deadline lies within so many days want a decision now.
SOON = timedelta(days=60)


@dataclass(frozen=True, slots=True)
class Finding:
    """`about` names what stands behind it: "movements", "health", "ahead", "kpi:<key>" or "account:<id>"."""

    title: Text
    text: Text
    about: str
    who: str = ""


def decisions(of: Dashboard) -> list[Finding]:
    """Targets that were missed, and accounts at risk that soon decide."""
    return [*_missed(of), *_deciding(of)]


def explained(of: Dashboard) -> list[Finding]:
    """The period in a few sentences; none for what is not known."""
    return [*_movements(of), *_kept(of), *_moved(of), *_coming(of), *_expected(of)]


def _missed(of: Dashboard) -> Iterator[Finding]:
    for tile in of.tiles:
        if tile.is_reached is False and tile.target is not None:
            name = tile.kpi.name
            now, aim = words.value(of, tile, tile.figure.value), words.value(of, tile, tile.target.value)
            title = Text(f"{name.en} misses its target", f"{name.ja}が目標に届いていない")
            text = Text(
                f"{now.en} against {aim.en}.{_interval(of, tile).en}",
                f"{now.ja}（目標 {aim.ja}）。{_interval(of, tile).ja}",
            )
            yield Finding(title, text, f"kpi:{tile.kpi.key}", tile.target.team.name if tile.target.team else "")


def _interval(of: Dashboard, tile: Tile) -> Text:
    """Whether the miss could be chance."""
    if tile.figure.interval is None or tile.target is None:
        return Text("", "")
    low, high = tile.figure.interval
    if low <= tile.target.value <= high:
        return Text(" The target lies within the confidence interval.", "目標は信頼区間の中にある。")
    return Text(" The whole confidence interval misses it.", "信頼区間の全体が目標に届いていない。")


def _deciding(of: Dashboard) -> Iterator[Finding]:
    soon = [each for each in of.risks if each.notice_on and each.notice_on <= of.ask.last + SOON]
    for each in sorted(soon, key=lambda one: -one.mrr)[:3]:
        assert each.notice_on is not None
        owner = each.account.owner.name if each.account.owner else ""
        title = Text(f"{each.account.name}: at risk, decides soon", f"{each.account.name}は危険、まもなく更新を判断")
        reasons = each.reasons
        because = (
            Text(
                f" Weighs most: {', '.join(r.en for r in reasons)}.", f"主な理由: {'、'.join(r.ja for r in reasons)}。"
            )
            if reasons
            else Text("", "")
        )
        day = [format.day(each.notice_on, language) for language in ("en", "ja")]
        mrr = words.compact(of, each.mrr)
        text = Text(
            f"Notice deadline {day[0]}, {mrr.en} of MRR.{because.en}",
            f"更新拒絶期限日 {day[1]}・MRR {mrr.ja}。{because.ja}",
        )
        yield Finding(title, text, f"account:{each.account.pk}", owner)


def _movements(of: Dashboard) -> Iterator[Finding]:
    told = of.statement
    if not told.begin and not told.end:
        return
    gap = told.end - told.begin
    begin, end, change = words.compact(of, told.begin), words.compact(of, told.end), words.signed(of, gap)
    parts = [
        Text(
            f"{name.en} {words.signed(of, told.amounts[kind]).en}",
            f"{name.ja} {words.signed(of, told.amounts[kind]).ja}",
        )
        for kind, name in _KINDS.items()
        if told.amounts[kind]
    ]
    title = Text(f"MRR {change.en}, to {end.en}", f"MRRは{change.ja}、{end.ja}に")
    text = Text(
        f"From {begin.en}: {', '.join(p.en for p in parts) or 'nothing moved'}.{_largest(of).en}",
        f"期首 {begin.ja}から、{'、'.join(p.ja for p in parts) or '増減なし'}。{_largest(of).ja}",
    )
    yield Finding(title, text, "movements")


def _largest(of: Dashboard) -> Text:
    """The largest single loss and gain, by name."""
    en, ja = [], []
    for kinds, name in ((("churn", "contraction"), _LOSS), (("new", "expansion"), _GAIN)):
        found = [each for kind in kinds if (each := of.changes.largest(kind))]
        if found:
            account, change = max(found, key=lambda each: abs(each[1].amount))
            amount = words.signed(of, change.amount)
            en.append(f" {name.en}: {account} ({amount.en}).")
            ja.append(f"{name.ja}は{account}（{amount.ja}）。")
    return Text("".join(en), "".join(ja))


def _kept(of: Dashboard) -> Iterator[Finding]:
    grr, nrr, logo = of.tile("grr"), of.tile("nrr"), of.tile("logo_churn")
    if not (grr and nrr) or grr.figure.value is None or nrr.figure.value is None:
        return
    lost, grown = 1 - grr.figure.value, nrr.figure.value - grr.figure.value
    shown = {key: words.value(of, tile, tile.figure.value) for key, tile in (("grr", grr), ("nrr", nrr))}
    title = Text(f"Existing customers: NRR {shown['nrr'].en}", f"既存顧客の売上継続率（NRR）{shown['nrr'].ja}")
    text = Text(
        f"In twelve months {format.percent(lost, 'en')} of their MRR was lost (GRR {shown['grr'].en}) and "
        f"{format.percent(grown, 'en')} was won by expansion.{_logo(of, logo).en}",
        f"12か月で既存MRRの{format.percent(lost, 'ja')}を失い（GRR {shown['grr'].ja}）、拡大で{format.percent(grown, 'ja')}を得た。"
        f"{_logo(of, logo).ja}",
    )
    yield Finding(title, text, "kpi:nrr")


def _logo(of: Dashboard, tile: Tile | None) -> Text:
    if tile is None or tile.figure.value is None:
        return Text("", "")
    now = words.value(of, tile, tile.figure.value)
    return Text(f" Logo churn of the period: {now.en}.", f"期間中の社数の解約率は{now.ja}。")


def _moved(of: Dashboard) -> Iterator[Finding]:
    standing = of.standing
    if standing is None or standing.before_day is None:
        return
    now, was = standing.of("at_risk"), standing.was("at_risk")
    fell = sum(n for (old, new), n in standing.moved.items() if new == "at_risk" and old in ("healthy", "caution"))
    rose = sum(n for (old, new), n in standing.moved.items() if old == "at_risk" and new in ("healthy", "caution"))
    gone = sum(n for (_, new), n in standing.moved.items() if new == "gone")
    warned = sum(n for (old, new), n in standing.moved.items() if new == "gone" and old in ("caution", "at_risk"))
    mrr, change = words.compact(of, now.mrr), words.signed(of, now.mrr - (was.mrr if was else 0))
    title = Text(f"At-risk MRR {mrr.en} ({change.en})", f"解約リスクMRR {mrr.ja}（{change.ja}）")
    text = Text(
        f"{fell} {'account' if fell == 1 else 'accounts'} fell to at risk, {rose} recovered."
        + (f" Of {gone} that left, {warned} stood at caution or at risk when the period began." if gone else ""),
        f"危険に落ちた顧客 {fell}社、回復した顧客 {rose}社。"
        + (f"解約した{gone}社のうち{warned}社は期首に注意か危険だった。" if gone else ""),
    )
    yield Finding(title, text, "health")


def _coming(of: Dashboard) -> Iterator[Finding]:
    ahead = of.ahead
    count = sum(month.contracts for month in ahead.months)
    if not count:
        return
    mrr, risk = words.compact(of, ahead.mrr), words.compact(of, ahead.at_risk)
    noticed = sum(month.noticed for month in ahead.months)
    title = Text(
        f"{format.counted(count, 'contract')} due in six months", f"6か月以内に{count}件の契約が更新日を迎える"
    )
    text = Text(
        f"They bring {mrr.en} of MRR, {risk.en} of it with accounts at risk."
        + (f" For {words.compact(of, noticed).en} notice was already given." if noticed else ""),
        f"MRR {mrr.ja}、うち危険な顧客が{risk.ja}。"
        + (f"解約予告済みは{words.compact(of, noticed).ja}。" if noticed else ""),
    )
    yield Finding(title, text, "ahead")


def _expected(of: Dashboard) -> Iterator[Finding]:
    if of.expected is None:
        return
    year = of.expected.year
    value, low, high = (words.compact(of, round(minor)) for minor in (year.value, year.low, year.high))
    held = words.held(of.expected)
    title = Text(f"{value.en} of MRR expected to churn in twelve months", f"12か月で解約が見込まれるMRR {value.ja}")
    text = Text(
        f"Four of five outcomes lie between {low.en} and {high.en}.{held.en}",
        f"80%区間は{low.ja}〜{high.ja}。{held.ja}",
    )
    yield Finding(title, text, "expected")


_KINDS = {
    "new": Text("new", "新規"),
    "reactivation": Text("reactivation", "再契約"),
    "expansion": Text("expansion", "拡大"),
    "contraction": Text("contraction", "縮小"),
    "churn": Text("churn", "解約"),
}
_LOSS, _GAIN = Text("Largest loss", "最大の減少"), Text("Largest gain", "最大の増加")
