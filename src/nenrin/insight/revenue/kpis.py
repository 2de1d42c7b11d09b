"""KPIs of the organisation: of a period, of every slice, and the accounts behind each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from nenrin.analytics.intervals import Interval
from nenrin.analytics.revenue import columns, figures, groups, series
from nenrin.analytics.revenue.catalogue import KPIS
from nenrin.analytics.revenue.columns import Facts
from nenrin.analytics.revenue.figures import Figure
from nenrin.analytics.revenue.groups import Mask
from nenrin.analytics.revenue.kpis import Kpi, needed, of_end
from nenrin.analytics.revenue.paths import Whole
from nenrin.analytics.revenue.periods import Grain
from nenrin.insight.revenue import acquisitions, books
from nenrin.insight.revenue import groups as companies
from nenrin.insight.revenue import slices as parts
from nenrin.insight.revenue.books import Ledger
from nenrin.insight.revenue.slices import Slice
from nenrin.insight.revenue.slices import slices as slices
from nenrin.values import Period, Text

COLUMN_NAMES: dict[str, Text] = {
    "": Text("", ""),
    "accounts_churned": Text("left", "解約"),
    "accounts_begin": Text("active at the start", "期首に契約中"),
    "accounts_unwilling": Text("left unpaid", "支払い滞納で解約"),
    "accounts_kept": Text("still active", "継続"),
    "accounts_base": Text("active twelve months ago", "12か月前に契約中"),
    "accounts_upsold": Text("bought more", "増額"),
    "accounts_end": Text("paying", "課金中"),
    "lost": Text("MRR lost", "失ったMRR"),
    "lost_net_back": Text("MRR lost, net of what came back", "失ったMRR（拡大と再契約を差引）"),
    "committed": Text("committed MRR", "確定MRR"),
    "accounts_crossed": Text("took another product", "別製品を追加"),
    "upsell": Text("upsold MRR", "アップセルMRR"),
    "losses": Text("losses", "解約"),
    "losses_unexplained": Text("without a reason", "解約理由が不明"),
    "accounts_new": Text("new", "新規"),
    "accounts_won": Text("won", "新規獲得"),
    "newcomers_left": Text("came and left", "期中に加わり解約"),
    "gained": Text("MRR won", "獲得したMRR"),
    "won_mrr": Text("MRR of customers won", "新規顧客のMRR"),
    "won_paying": Text("won and paying", "新規で課金中"),
    "lost_net": Text("MRR lost, net", "失ったMRR（純額）"),
    "opening": Text("MRR at the start", "期首MRR"),
    "kept": Text("MRR now", "今のMRR"),
    "kept_capped": Text("MRR now, up to then", "今のMRR（当時が上限）"),
    "product_base": Text("MRR twelve months ago, by product", "12か月前の製品別MRR"),
    "product_kept": Text("MRR now of these products", "その製品の今のMRR"),
    "product_capped": Text("MRR now of these products, up to then", "その製品の今のMRR（当時が上限）"),
    "base": Text("MRR twelve months ago", "12か月前のMRR"),
    "expansion": Text("MRR added", "増額したMRR"),
    "months_paid": Text("MRR of twelve months' starts", "直近12か月の月初MRRの合計"),
    "months_lost": Text("MRR that left in them", "その月に解約されたMRR"),
    "due": Text("contracts due", "更新日を迎えた契約"),
    "due_renewed": Text("renewed", "更新"),
    "due_mrr": Text("MRR due", "更新対象MRR"),
    "due_kept": Text("MRR renewed", "更新されたMRR"),
    "end": Text("MRR", "MRR"),
    "promoters": Text("promoters", "推奨者"),
    "nps_answers": Text("answers that count", "集計対象の回答"),
    "accounts_heard_active": Text("answered", "回答あり"),
    "heard_mrr": Text("MRR of those who answered", "回答した顧客のMRR"),
    "csat_good": Text("answers of 4 or 5", "4または5の回答"),
    "csat_answers": Text("answers", "回答"),
    "ces_sum": Text("sum of the answers", "回答の合計"),
    "ces_answers": Text("answers", "回答"),
    "onboarding_done": Text("completed in time", "期限までに完了"),
    "onboarding_due": Text("onboardings due", "期限を迎えたオンボーディング"),
    "value_reached": Text("reached first value", "最初の成功体験に到達"),
    "value_days": Text("days until then, or watched so far", "到達までの日数（未達は観察日数）"),
    "users_week": Text("users of seven days", "直近7日の利用者"),
    "users_month": Text("users of 28 days", "直近28日の利用者"),
    "accounts_unaided": Text("opened no ticket", "問い合わせなし"),
    "accounts_using": Text("use the product", "利用中"),
    "contacts_ahead": Text("begun by us, uncalled", "先回りした接触"),
    "contacts": Text("contacts", "接触"),
    "accounts_referred": Text("came by referral", "紹介で獲得"),
    "accounts_sourced": Text("new with a known source", "獲得経路のわかる新規"),
    "tickets_opened": Text("tickets opened", "受け付けた問い合わせ"),
    "tickets_days": Text("days the resolved ones took", "解決までの日数の合計"),
    "tickets_resolved": Text("tickets resolved", "解決した問い合わせ"),
    "nps_responded": Text("surveys answered", "回答のあったアンケート"),
    "nps_asked": Text("surveys sent", "送信したアンケート"),
}


#: Made of what was spent.
COSTED = frozenset(
    key for key, one in KPIS.items() if one.empty in {KPIS[each].empty for each in ("cac", "ltv_to_cac", "new_cac_ratio")}
)  # fmt: skip
#: Made of contacts or of users.
USED = frozenset(
    key for key, one in KPIS.items() if needed(one) & {"contacts", "users_month", "accounts_using"}
)  # fmt: skip
WITHHELD = Text("your role does not show costs", "費用を閲覧する権限がないため表示しない")
KEPT = (
    "accounts_kept",
    "kept",
    "kept_capped",
    "product_kept",
    "product_capped",
    "due_renewed",
    "due_kept",
    "nps_responded",
)


@dataclass(frozen=True, slots=True)
class Behind:
    """One account's part of a KPI: above and below the line of the fraction."""

    account: int
    over: int
    under: int


@dataclass(frozen=True, slots=True)
class Row:
    """A figure for programs: `slice` None for the whole, "none" for those without one; value None means not enough data."""

    kpi: str
    by: str
    slice: str | None
    slice_name_en: str
    slice_name_ja: str
    value: float | None
    unit: str
    n: int
    low: float | None
    high: float | None


def shown(ledger: Ledger, wanted: Iterable[str] = KPIS) -> tuple[str, ...]:
    """The KPIs that a ledger's viewer may see."""
    return tuple(key for key in wanted if ledger.shows_costs or key not in COSTED)


def figures_of(
    ledger: Ledger, period: Period, grain: Grain, of: Slice | None = None, wanted: Iterable[str] = KPIS,
    *, interval: bool = True,
) -> dict[str, Figure]:  # fmt: skip
    """KPIs of a period, of all accounts or of a slice: what came and what is there by those in it at the end, the rest by those
    in it just before (nenrin.analytics.revenue.kpis.of_end)."""
    wanted = tuple(wanted)
    if logos := _logos(ledger, wanted):
        by_group, rest = companies.grouped(ledger), [key for key in wanted if key not in logos]
        part = None if of is None else by_group.slice(of)
        told = figures_of(by_group.ledger, period, grain, part, logos, interval=interval)
        told |= figures_of(ledger, period, grain, of, rest, interval=interval) if rest else {}
        return {key: told[key] for key in wanted}
    ledger = _reaching(ledger, wanted)
    if of is None:
        kept = ledger.worked_out.setdefault(("whole", period, grain, interval), {})
        if missing := [key for key in wanted if key not in kept]:
            kept |= _whole(ledger, period, grain, missing, interval)
        return {key: kept[key] for key in wanted}
    made, facts = columns_of(ledger, period), _facts(ledger, period, grain, wanted, [of])
    if not interval:
        sides = [groups.overlapping([mask]) for mask in (of.before, of.after)]
        return {key: figure[0] for key, figure in figures.grouped(made, facts, sides[0], wanted, sides[1]).items()}
    return figures.whole(_Part(made, of.before), facts, wanted, _Part(made, of.after))


def _whole(
    ledger: Ledger, period: Period, grain: Grain, wanted: Sequence[str], interval: bool
) -> Mapping[str, Figure]:  # fmt: skip
    """Of all accounts."""
    made, facts = columns_of(ledger, period), books.facts(ledger, period, grain)
    if interval:
        return figures.whole(made, facts, wanted)
    found = figures.grouped(made, facts, groups.everyone(len(ledger.book.accounts)), wanted)
    return {key: figure[0] for key, figure in found.items()}


def _logos(ledger: Ledger, wanted: Iterable[str]) -> tuple[str, ...]:
    """Of these, the KPIs that the policy counts by group of companies."""
    return tuple(key for key in wanted if companies.counts_groups(ledger, key))


class _Part(Mapping[str, Whole]):
    """Columns of some accounts, each cut when it is asked for."""

    def __init__(self, columns: Mapping[str, Whole], mask: Mask) -> None:
        self._columns, self._mask, self._cut = columns, mask, dict[str, Whole]()

    def __getitem__(self, name: str) -> Whole:
        if name not in self._cut:
            self._cut[name] = self._columns[name][self._mask]
        return self._cut[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._columns)

    def __len__(self) -> int:
        return len(self._columns)


def trend(ledger: Ledger, periods: Sequence[Period], grain: Grain, kpi: str, of: Sequence[Slice] = ()) -> list[Figure]:
    """One KPI over periods; `of`: the slice as it stood in each, none for all accounts."""
    if companies.counts_groups(ledger, kpi):
        by_group = companies.grouped(ledger)
        return trend(by_group.ledger, periods, grain, kpi, by_group.slices(of))
    ledger = _reaching(ledger, (kpi,))
    if of:
        return _trend(ledger, periods, grain, kpi, of)
    asked = ("trend", ledger.shows_costs, tuple(periods), grain, kpi)
    return ledger.kept(asked, lambda: _trend(ledger, periods, grain, kpi, of))


def _trend(ledger: Ledger, periods: Sequence[Period], grain: Grain, kpi: str, of: Sequence[Slice]) -> list[Figure]:
    parts = [[each] for each in of] if of else [None] * len(periods)
    facts = [_facts(ledger, period, grain, (kpi,), part) for period, part in zip(periods, parts, strict=True)]
    spent = [np.nan if one.acquisition_minor is None else float(np.ravel(one.acquisition_minor)[0]) for one in facts]
    accounts = len(ledger.book.accounts)
    cut = groups.moving([[each.before] for each in of], accounts) if of else groups.everyone(accounts)
    closing = groups.moving([[each.after] for each in of], accounts) if of else None
    given = replace(facts[-1], acquisition_minor=np.array(spent)[:, None])
    read = ledger.readings(periods) if not of else None
    found = series.computed(ledger.book, periods, cut, given, [kpi], read, closing)[kpi]
    return [_told(kpi, *(float(values[n, 0]) for values in (found.value, found.n, found.low, found.high)))
            for n in range(len(periods))]  # fmt: skip


def _facts(
    ledger: Ledger, period: Period, grain: Grain, wanted: tuple[str, ...], of: Sequence[Slice] | None
) -> Facts:  # fmt: skip
    """Of all accounts (None), or of slices with what each one's customers cost to win where that is asked for."""
    if of is None:
        return books.facts(ledger, period, grain)
    if not COSTED.intersection(wanted):
        return replace(books.facts(ledger, period, grain), acquisition_minor=None)
    return acquisitions.facts(ledger, period, grain, [each.after for each in of])


def _told(kpi: str, value: float, n: float, low: float, high: float) -> Figure:
    shown = None if np.isnan(value) else value
    return Figure(kpi, shown, int(n), None if np.isnan(low) else Interval(low, high))


def _reaching(ledger: Ledger, wanted: Iterable[str]) -> Ledger:
    """The ledger with what these KPIs need; the same where they need no more than money."""
    return books.used(ledger) if USED.intersection(wanted) else ledger


def columns_of(ledger: Ledger, period: Period) -> dict[str, Whole]:
    """What the KPIs of a period are made of, worked out once."""
    return ledger.kept(("columns", period), lambda: columns.columns(ledger.readings([period])[0], ledger.moved(period)))


def let_go(ledger: Ledger, period: Period) -> None:
    """Forget what the KPIs of a period are made of: it is as large as the book, which is asked for many of them once."""
    rolled = ledger.worked_out.get(("rolled",))
    for one in (ledger, ledger.worked_out.get(("used",)), rolled.ledger if rolled else None):
        if one is not None:
            for what in ("columns", "moved"):
                one.worked_out.pop((what, period), None)


def by_slice(
    ledger: Ledger, period: Period, grain: Grain, of: Sequence[Slice], wanted: Iterable[str] = KPIS,
    *, interval: bool = True,
) -> dict[str, list[Figure]]:  # fmt: skip
    """KPIs of every slice, as figures_of has those of one."""
    wanted = tuple(wanted)
    if logos := _logos(ledger, wanted):
        by_group, rest = companies.grouped(ledger), [key for key in wanted if key not in logos]
        found = by_slice(by_group.ledger, period, grain, by_group.slices(of), logos, interval=interval)
        found |= by_slice(ledger, period, grain, of, rest, interval=interval) if rest else {}
        return {key: found[key] for key in wanted}
    ledger = _reaching(ledger, wanted)
    facts, made = _facts(ledger, period, grain, wanted, of), columns_of(ledger, period)
    if not interval:
        sides = [groups.overlapping(masks) for masks in ([each.before for each in of], [each.after for each in of])]
        return figures.grouped(made, facts, sides[0], wanted, sides[1])
    out: dict[str, list[Figure]] = {key: [] for key in wanted}
    for place, each in enumerate(of):
        own, closing = _Part(made, each.before), _Part(made, each.after)
        for key, figure in figures.whole(own, _of_one(facts, place), wanted, closing).items():
            out[key].append(figure)
    return out


def _of_one(facts: Facts, place: int) -> Facts:
    """Those of one slice among several."""
    spent = facts.acquisition_minor
    return replace(facts, acquisition_minor=spent[place : place + 1]) if isinstance(spent, np.ndarray) else facts


def behind(ledger: Ledger, period: Period, kpi: Kpi, of: Slice | None = None) -> list[Behind]:
    """The accounts with a part in a KPI, those above the line first."""
    above, below = kpi.parts
    if not above:
        return []
    if companies.counts_groups(ledger, kpi.key):
        by_group = companies.grouped(ledger)
        return behind(by_group.ledger, period, kpi, None if of is None else by_group.slice(of))
    found = columns_of(_reaching(ledger, (kpi.key,)), period)
    over = found[above]
    under = found[below] if below else np.zeros_like(over)
    part = (over != 0) | (under != 0)
    rows = np.flatnonzero(part if of is None else part & (of.after if of_end(kpi, above) else of.before))
    order = rows[np.lexsort((-np.abs(under[rows]), -np.abs(_weight(kpi, over[rows], under[rows]))))]
    told = (values[order].tolist() for values in (ledger.book.accounts, over, under))
    return [Behind(*one) for one in zip(*told, strict=True)]


def _weight(kpi: Kpi, over: Whole, under: Whole) -> Whole:
    """Who makes the difference: of what was kept, those who were not; else those above the line."""
    return under - over if kpi.loss or kpi.parts[0] in KEPT else over


def rows(
    ledger: Ledger, period: Period, grain: Grain, of: Sequence[Slice] = (), by: str = "", wanted: Iterable[str] = KPIS
) -> list[Row]:  # fmt: skip
    """KPIs for the whole and for each slice (of the dimension `by`), as plain rows."""
    keys = shown(ledger, wanted)
    out = [_row(figure) for figure in figures_of(ledger, period, grain, wanted=keys).values()]
    found = by_slice(ledger, period, grain, of, keys) if of else {}
    for number, each in enumerate(of):
        out += [_row(found[key][number], by, each) for key in keys]
    return out


def _row(figure: Figure, by: str = "", of: Slice | None = None) -> Row:
    low, high = figure.interval if figure.interval else (None, None)
    key, name = (None, parts.ALL) if of is None else (parts.spoken(of.key), of.name)
    return Row(figure.kpi, by, key, name.en, name.ja, figure.value, KPIS[figure.kpi].unit, figure.n, low, high)
