"""docs/kpis.md, made from the catalogue: python -m nenrin.analytics.revenue.reference > docs/kpis.md"""

from __future__ import annotations

from collections.abc import Iterator

from nenrin.analytics.revenue.catalogue import GROUPS, KPIS
from nenrin.analytics.revenue.findings import BEHAVIOUR, KINDS, NAMES
from nenrin.analytics.revenue.kpis import Band, Kpi
from nenrin.analytics.revenue.policies import Policy, to_document
from nenrin.analytics.revenue.rolled import LOGOS

HEAD = """# Revenue and KPIs

Every KPI is declared once in `nenrin.analytics.revenue.catalogue`, computed from contracts as they were known on any
day, for everyone or for a slice, and proven by an independently written SELECT in `tests/oracles/revenue/`. This page is
made from the catalogue (`python -m nenrin.analytics.revenue.reference > docs/kpis.md`); a test keeps them the same.

```bash
nenrin kpis --as-of 2026-10-31 --by tier --json     # or --format csv, --period quarter, --known-at 2026-11-15
nenrin kpis --as-of 2026-10-31 --periods 13 --format csv    # thirteen months in a row, the oldest first; at most 60
curl -H "Authorization: Bearer nrn_..." "http://127.0.0.1:8000/api/v1/kpis?as_of=2026-10-31&by=tier"
curl -H "Authorization: Bearer nrn_..." "http://127.0.0.1:8000/api/v1/revenue/movements?periods=12&view=gross"
curl -H "Authorization: Bearer nrn_..." "http://127.0.0.1:8000/api/v1/kpis?kpi=nrr&periods=13"        # month by month
curl -H "Authorization: Bearer nrn_..." "http://127.0.0.1:8000/api/v1/kpis/accounts?kpi=nrr&by=tier&slice=smb"    # who is behind it
```
On the screen: *Analytics > KPIs* and *Revenue movements*; every figure opens the accounts behind it. Slices: tier, touch
model, plan, industry, region, fiscal year of the first payment, acquisition source, owner, segment.

In what programs read, a part is told by `by`, `slice` (its key) and `slice_name_en`, `slice_name_ja`. `slice` is null (empty in
CSV) for all accounts and `none` for those without one (no owner, no plan); `slice=none` asks for these. Lists of accounts take
`limit` (at most 500) and `offset`, and say the `next` one. A query field that an operation does not know is refused by name.

## Movements
- A period is [start, end) in the organisation's days. It compares the rate on the day before it begins with the rate on
  its last day. **end = begin + new + reactivation + expansion + contraction + churn + exchange rates**, to the minor unit,
  for everyone; for a slice with one more line, what accounts brought along that moved between slices (these add up to
  zero). Losses are negative.
- They are of **accounts**, not of contracts: dropping one product and taking another is no churn.
- *net* compares the two ends; *gross* adds up every change, so an upgrade that was undone shows on both sides.
- *Expansion* and *contraction* are split by cause: seats, plan, product, price, discount. A discount that ends and a
  price increase are no upsell.
- Churn is split by whether the customer decided it: an account whose payment failed left unwillingly.
- An unpaid invoice is no churn, unless the policy says `dunning: invoices`: then a contract ends on the day on which an invoice
  that fell due while it ran has been overdue for more than `dunning_days`. Once that invoice is paid or void, it never ended;
  closed books tell the difference as an adjustment. One written off counts as unpaid until a later one is paid.
- A contract ends on `ended_on`; with a notice, or where it does not renew by itself, with its term; otherwise it goes on.
- **As known on** a day, only what was recorded by then exists. A contract corrected later changes what is shown for
  the past from then on, and only from then on.
- A change of the organisation's currency makes a new version of the policy from that day; a change of the fiscal year's
  first month counts from the next fiscal year so begun, and the year before it is cut there. What is closed, and what
  was known until yesterday, keeps the currency and the periods that it had.
- **A part** (tier, plan, owner ...) has whoever is in it at the end of the period where a figure tells what came or what is
  there, as its movements do; what is set against those who were there before, by those who were in it then.
- **A period that has not ended** is told and not judged: no band, target or change of what flows in it.
- An account with a contract in a currency without an exchange rate is *not computable*: it is left out and named.
- Accounts of our own and test accounts are no revenue.

## Contracts that are more than a price
Told on the contract's page, by file (`subscriptions`, `metered`) and by `POST`, `PATCH`, `PUT /subscriptions`:

| told | what MRR makes of it |
|---|---|
| a discount that ends: `list_minor` with `discount_until`, its last day | `coupons: reduce`: the price as long as it runs; its end is an expansion of the cause *discount*, no upsell. `ignore`: the list price all along. A discount without an end is the price |
| the least of metered usage, `committed_minor`, beside the price | counts with `usage: committed` |
| usage billed by month, `metered` | counts with `usage: trailing`: the mean of the last three months told (of fewer, where no more are told), halves up, from the first day of the month after the last of them. A month without usage is told as 0 |
| `billed_to`, the first day not billed | `churn_recognition: billing` counts churn on it, where the service ends later |
| `is_ramp`: the price steps of the first term are one deal | `ramp: average` counts the first term with their mean by months, what follows as the steps say |
| `is_credit`: a reduction, its amount below zero | lowers MRR as a discount does (`coupons: ignore` leaves it out) and is named in the notes. An account with credits alone does not pay. An amount below zero without it is refused |

Lists and pages of accounts show the agreed price, `mrr_minor`, without usage. Where MRR is another one, the account's pages
say so beside it, and *Contracts* by which choices of the policy (`GET /revenue/accounts/{account_id}`).

- **Days that a month does not have.** Terms are counted from the contract's first day (or the first end that it names), never
  from each other: they end on the same day of the month, and where the month is shorter on its last. A monthly contract of 31
  January ends on 28 February, 31 March, 30 April; a yearly one of 29 February on 28 February, and in a leap year on the 29th.
- **Rounding.** Amounts are whole minor units. What is exchanged, or divided by the months of a term, is worked out as an exact
  fraction and rounded once, halves away from zero (0.5 becomes 1, -0.5 becomes -1). What is split by cause or among accounts
  loses no unit: the largest remainders get what is left.

## Groups of companies
With `logos: account`, the default, every account counts for itself, subsidiaries too. With `logos: parent` the contracts of a
group count as if its topmost parent had signed them all: a subsidiary that leaves is no lost customer, one that comes is no new
one, and a contract that moves within the group is a lapse like any other. This holds for LOGOS;
minimum numbers and intervals are then of groups, and a slice has the groups whose parent is in it. Parents are those known on
the ledger's day, for every period. The group's parent stands in the lists behind these figures, and where it has no contract
the first of its accounts. Movements, amounts and unit economics (CAC, LTV) stay by account: how many groups stand behind the
movements is said beside them (a data note of the page, `groups` in `GET /revenue/movements`).

## Closed books
*Analytics > Revenue movements > How revenue is counted* closes the books up to a day. A closed period keeps showing what was
known at the end of the day on which it was closed (what arrives later on that day still counts), under the policy that was live
when it was closed: a version published later that day counts from the next one. What becomes known later stands in the open period that follows
as *prior-period adjustment*: begin (as closed) + adjustment + movements = end (as known now). *Closed periods: as known
now* shows every period restated; the accounts behind an adjustment are one click away. By program: `GET`, `POST` and
`DELETE /revenue/locks`, `GET /revenue/adjustments`.

## Cohorts
KPIs and movements are also sliced by the first payment: its fiscal year, fiscal quarter or month (`by=cohort`, `cohort_quarter`,
`cohort_month`). Sources are the words that were told with the customer; the usual ones (inbound, referral, webinar, event, ...) have
names in both languages, any other stands as it is.

Accounts by the month in which they first paid, and what of them and of their MRR is left month by month. Each cell opens its
accounts: what they paid at first, what they pay then, and who left, pays less, the same or more. By program:
`GET /revenue/cohorts` and `/revenue/cohorts/accounts`; `by` and `slice` take a part.

## Forecast and churn
A [forecast](risk.md) counts a loss on the day of its decision and only where something was said of the customer; movements count
it from the first day without revenue. The page of a past month of *Forecast and outcome* leads from the one to the other:
decided then, less what ends later, plus what was decided earlier, was not asked about, was lost to failed payments or ended
without a notice, each with its accounts, adding up to the churn booked (`GET /risk/forecast/reconciliation?as_of=`).

## Targets
A KPI's page takes a target for its period (and slice) with the team that answers for it, which an outcome needs. An outcome (churn, retention,
renewals, lifetime value, net new MRR) takes one only beside a leading KPI, one that a team moves itself, that has a target for
the same period; that one stays as long as an outcome names it. By program: `GET` and `PUT /kpis/targets`;
versions of the metric policy: `GET` and `POST /revenue/policies`.

## Data notes
Nothing is silently dropped. Each revenue page says, with the accounts concerned and as a file (`GET /revenue/notes`):

| found | what the figures do |
|---|---|
NOTES
- A month without any MRR between months with some is named; the chained retention that runs through it shows no figure.
- Without MRR at the start of a period, rates have nothing to divide by and show no figure.
- Of acquisition costs known for some of twelve months only, the missing months are named: CAC may be too low.
- A slice with fewer accounts than a rate needs says *not enough data*; its sums and counts are told.
- A day begins and ends at the organisation's midnight: what ends on 31 March at 15:30 UTC ended in April in Tokyo.

## Metric policy
A new version counts from the day it is published; what was known before that day keeps the version of its day. Where two honest people may count differently, the choice is a field of a numbered profile, shown beside every figure:

| field | by default |
|---|---|
"""
RULES = """
With `currency: month_end` a currency without a rate of its own into the organisation's is worked out through another one that
both have a rate with at the same month end, told either way round: EUR/USD times USD/JPY. Of several the first by its name
counts, and never two in a row: without a common one the account is left out and named. Beside the figures (a data note, the
rates under a list, `crossed` in `GET /revenue/movements`) it is said which currencies are crossed. A rate of its own, once
told, counts instead. The policy's own `rates`, of `currency: constant`, are taken as they are.

## Rules the KPIs share
- A figure behind which fewer than its minimum number stand is *not enough data*, never 0.
- The interval holds 95 %: Wilson's for shares of accounts; for ratios of money the bias-corrected, accelerated bootstrap
  over accounts in its analytic form (ABC, T. DiCiccio and B. Efron 1992), which needs no draws: tests hold it against
  20,000 of them; for the chained rate the same on the scale of its logarithm; for numbers of events Poisson's exact one.
  It is cut where the figure's own limits are: no share below 0 or above 1, no ratio of what is never negative below 0.
- Where nearly all were heard, less is left to chance: NPS has the correction for finite populations, of as many people as
  surveys were sent (at least one of every customer) where that is known; the two by account of the paying customers.
- Slices of a rate hold the accounts that were in them when the period began: their tier, plan, owner and segments of that
  day. Before a customer's first owner stands that one, before a segment was made its first members. Acquisition sources are
  as they are told today.
- A lapse that counts as none changes nothing: not the causes of growth either. Whoever takes up at a higher price what
  lapsed for a week bought no other product, and a renewal within these days is a renewal.
- Benchmarks carry where they are from and the year; one that is only told to compare with says of whom it is, and no figure
  is said to lie in it.
- CAC and what follows from it are left out for roles that may not see costs. Costs stand against the customers won
  `sales_cycle_months` later. A slice has the costs that were told for it (by account, product, touch model, segment) and
  its share of the others, by `cost_sharing`; what is nobody's is in no slice.
- Rates of longer periods are never twelve times a month's: 2 % a month is 21.53 % a year.
"""


def document() -> str:
    """The whole page."""
    fields = "\n".join(f"| `{name}` | {value} |" for name, value in to_document(Policy()).items() if name != "version")
    notes = "\n".join(f"| {NAMES[kind].en} · {NAMES[kind].ja} | {BEHAVIOUR[kind].en} |" for kind in KINDS)
    logos = ", ".join(f"`{key}`" for key in KPIS if key in LOGOS)
    return (
        HEAD.replace("NOTES", notes + "\n").replace("LOGOS", logos)
        + fields
        + "\n"
        + RULES
        + "\n"
        + "\n".join(_groups())
        + "\n"
    )


def _groups() -> Iterator[str]:
    for group, name in GROUPS.items():
        yield f"## {name.en} · {name.ja}\n"
        for kpi in KPIS.values():
            if kpi.group == group:
                yield _section(kpi)


def _section(kpi: Kpi) -> str:
    least = "".join(f", and {number} (`{name}`)" for name, number in kpi.also)
    lines = [
        f"### `{kpi.key}`", "| | |", "|---|---|",
        f"| name | {kpi.name.en} · {kpi.name.ja} |",
        f"| is | {kpi.meaning.en} |",
        f"| 定義 | {kpi.meaning.ja} |",
        f"| formula | `{kpi.formula}` |",
        f"| unit, better | {kpi.unit}, {kpi.direction} |",
        f"| shown from | {kpi.minimum_n} (`{kpi.count}`){least}; otherwise: {kpi.empty.en} · {kpi.empty.ja} |",
    ]  # fmt: skip
    if kpi.waits:
        lines.append("| facts | nothing tells them yet: it never shows a value |")
    if kpi.interval != "none":
        lines.append(f"| interval | {_interval(kpi)} |")
    lines += [f"| band | {_band(band)} |" for band in kpi.bands]
    return "\n".join(lines) + "\n"


def _interval(kpi: Kpi) -> str:
    rate = f"`{kpi.over}` / `{kpi.under}`"
    parts = {"churn": "the share that left in twelve months (Wilson)", "rate": f"{rate} (bootstrap)",
             "won": "the number of customers won (exact Poisson)",
             "sold": "the number of customers won with what they bring (exact Poisson)",
             "grown": f"`{kpi.grown[0]}` / `{kpi.grown[1]}` (bootstrap)"}  # fmt: skip
    if kpi.interval == "poisson":
        return "exact Poisson of " + ", ".join(f"`{name}`" for name in kpi.events)
    if kpi.interval == "chain":
        return "bootstrap of the product"
    if kpi.interval != "product":
        less = f", less {-kpi.shift:g}" if kpi.shift else ""
        return f"{kpi.interval} of {rate}{less}" + (", corrected for a finite population" if kpi.whole else "")
    return "of " + ", ".join(parts[factor] for factor in kpi.factors)


def _band(band: Band) -> str:
    low = "" if band.low is None else f"from {band.low:g} "
    high = "" if band.high is None else f"below {band.high:g} "
    tier = f"({band.tier}) " if band.tier else ""
    kind = "compare with " if band.aside else ""
    return f"{tier}{kind}{low}{high}: {band.label.en} · {band.label.ja} ({band.source})"


if __name__ == "__main__":
    print(document(), end="")
