"""Data notes of a revenue page: what the figures of a period leave out, count twice or cannot tell, in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from nenrin.analytics.revenue import findings
from nenrin.analytics.revenue.catalogue import KPIS
from nenrin.analytics.revenue.exchange import closed_on
from nenrin.analytics.revenue.findings import KINDS, Finding, Kind
from nenrin.analytics.revenue.paths import number
from nenrin.analytics.revenue.periods import month_start
from nenrin.insight.revenue import books, groups, kpis
from nenrin.insight.revenue.books import Ledger
from nenrin.insight.revenue.slices import Slice
from nenrin.values import Period, Text

#: Below so many accounts a slice's rates are not enough data (see the catalogue).
FEW = 30


@dataclass(frozen=True, slots=True)
class Note:
    """What was found and what the figures do with it; `kind` and `accounts` where accounts stand behind it."""

    name: Text
    behaviour: Text
    kind: Kind | None = None
    accounts: tuple[int, ...] = ()


def notes(ledger: Ledger, period: Period, slices: Sequence[Slice] = ()) -> list[Note]:
    """Every note of a period, those with accounts first."""
    found = listed(ledger, period)
    out = []
    for kind in KINDS:
        accounts = tuple(dict.fromkeys(one.account for one in found if one.kind == kind))
        if accounts:
            out.append(Note(findings.NAMES[kind], findings.BEHAVIOUR[kind], kind, accounts))
    return [*out, *_of_period(ledger, period), *_groups(ledger, period), *_crossed(ledger, period), *_costs(ledger, period),
            *_slices(slices)]  # fmt: skip


def withheld(ledger: Ledger) -> list[Note]:
    """The KPIs that a viewer without the right to costs does not get, and why."""
    if ledger.shows_costs:
        return []
    names = [KPIS[key].name for key in KPIS if key in kpis.COSTED]
    return [Note(
        Text("Left out: " + ", ".join(name.en for name in names), "非表示の指標：" + "、".join(name.ja for name in names)),
        Text("They tell what was spent, and your role does not show costs.", "費用が分かる指標のため、費用の閲覧権限がない役割には表示しない。"),
    )]  # fmt: skip


def listed(ledger: Ledger, period: Period, kind: str = "") -> list[Finding]:
    """The findings behind the notes, of one kind or all."""
    told = [*findings.unrated(ledger.book, period), *findings.touching(ledger.findings, period)]
    return [one for one in told if kind in ("", one.kind)]


def _of_period(ledger: Ledger, period: Period) -> list[Note]:
    moved = ledger.moved(period)
    out: list[Note] = []
    if not len(ledger.book.accounts):
        return out
    if moved.before.sum() <= 0 < moved.after.sum():
        out.append(Note(
            Text("no MRR at the start of the period", "期首のMRRなし"),
            Text("Rates of churn and retention have nothing to divide by and show no figure.",
                 "解約率や継続率は割る数がないため表示しない。"),
        ))  # fmt: skip
    empty = _empty_months(ledger, period)
    if empty:
        names = ", ".join(empty)
        out.append(Note(
            Text(f"months without any MRR: {names}", f"MRRのない月：{names}"),
            Text("No contract covers them. Chained retention that runs through them shows no figure.",
                 "契約のない月。この月をまたぐ月次連鎖の継続率は表示しない。"),
        ))  # fmt: skip
    return out


def _empty_months(ledger: Ledger, period: Period) -> list[str]:
    """Months of the last twelve that ended without MRR although an earlier one had some."""
    last = period.end - timedelta(days=1)
    ends = [month_start(last, -back) - timedelta(days=1) for back in range(11, -1, -1)]
    [reading] = ledger.readings([period])
    sums = [int(reading.paid(number(day)).sum()) for day in ends]
    return [f"{day:%Y-%m}" for n, day in enumerate(ends) if sums[n] == 0 and any(sums[:n])]


def _groups(ledger: Ledger, period: Period) -> list[Note]:
    """Movements count accounts also where the policy counts groups of companies: how many groups that is."""
    found = groups.moved(ledger, period)
    if found is None:
        return []
    new, back, lost = (found.counts[kind] for kind in ("new", "reactivation", "churn"))
    begin, end = found.accounts_begin, found.accounts_end
    return [Note(
        Text(f"movements count accounts; by group of companies {begin:,} customers at the begin, {new:,} new, {back:,} back, "
             f"{lost:,} lost, {end:,} at the end",
             f"売上増減の社数は顧客（アカウント）単位。親会社ごとに数えると、期首{begin:,}社、新規{new:,}社、再契約{back:,}社、解約{lost:,}社、期末{end:,}社"),
        Text("The metric policy counts a group as one customer in logo figures and ARPA. A subsidiary that comes or leaves is new "
             "or lost among movements, and expansion or contraction of its group.",
             "指標ポリシーにより、社数の指標と顧客単価は親会社ごとに1社と数える。子会社の契約開始・解約は、売上増減では新規・解約、"
             "親会社の単位では拡大・縮小にあたる。"),
    )]  # fmt: skip


def crossed(ledger: Ledger, period: Period) -> dict[str, dict[date, str]]:
    """Currencies of contracts whose rate at the begin or the end of a period was worked out through another one."""
    exchange = ledger.book.exchange
    out: dict[str, dict[date, str]] = {}
    for name in sorted(set(ledger.book.states.currency.tolist())):
        for day in (period.start - timedelta(days=1), period.end - timedelta(days=1)):
            by = exchange.crossed(name, day)
            if by is not None:
                out.setdefault(name, {})[closed_on(day)] = by
    return out


def _crossed(ledger: Ledger, period: Period) -> list[Note]:
    found = crossed(ledger, period)
    if not found:
        return []
    own = ledger.policy.reporting_currency
    told = [(name, by, f"{end:%Y-%m}") for name, ends in found.items() for end, by in ends.items()]
    en = ", ".join(f"{name} through {by} ({month})" for name, by, month in told)
    ja = "、".join(f"{name}は{by}経由（{month}）" for name, by, month in told)
    return [Note(
        Text(f"exchange rates through another currency: {en}", f"他通貨を経由した為替レート：{ja}"),
        Text(f"No rate into {own} is told for these month ends: what a unit was worth in the other currency, times what that "
             f"was worth in {own}. A rate into {own}, once told, counts instead.",
             f"その月末の{own}へのレートが未登録のため、経由する通貨での値に、その通貨の{own}でのレートを掛けて換算。"
             f"{own}へのレートを登録すると、そちらを使う。"),
    )]  # fmt: skip


def _costs(ledger: Ledger, period: Period) -> list[Note]:
    """Acquisition costs of some of the twelve months are untold, or have no rate: what is divided by them is too low."""
    months = books.spent_in(ledger.policy, period)
    out, missing = _unrated_costs(ledger, months), [month for month in months if month not in ledger.costs]
    if not ledger.costs or not missing or len(missing) == 12:
        return out
    names = ", ".join(f"{month:%Y-%m}" for month in reversed(missing))
    return [*out, Note(
        Text(f"no acquisition costs for {names}", f"獲得費用のない月：{names}"),
        Text("CAC counts the months that are told only, so it may be too low.",
             "CACは費用のある月だけで計算するため、低く出ることがある。"),
    )]  # fmt: skip


def _unrated_costs(ledger: Ledger, months: Sequence[date]) -> list[Note]:
    told = [month for month in ledger.unrated_costs if month in months]
    if not told:
        return []
    names = ", ".join(f"{month:%Y-%m}" for month in dict.fromkeys(told))
    count = "1 acquisition cost" if len(told) == 1 else f"{len(told):,} acquisition costs"
    return [Note(
        Text(f"{count} without an exchange rate: {names}", f"為替レートのない獲得費用{len(told):,}件：{names}"),
        Text("CAC and what is worked out from it leave them out, so CAC is too low until the rate is told.",
             "CACとそこから計算する指標に含まない。レートを登録するまでCACは低く出る。"),
    )]  # fmt: skip


def _slices(slices: Sequence[Slice]) -> list[Note]:
    """Slices too small for rates."""
    small = [each.name for each in slices if 0 < each.before.sum() < FEW]
    if not small:
        return []
    return [Note(
        Text(f"fewer than {FEW} accounts: " + ", ".join(name.en for name in small),
             f"{FEW}社未満の区分：" + "、".join(name.ja for name in small)),
        Text("Their rates show “not enough data”; sums and counts are told.",
             "率は「データ不足」と表示。合計と件数は表示する。"),
    )]  # fmt: skip
