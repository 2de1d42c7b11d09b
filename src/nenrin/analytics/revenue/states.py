"""From contracts to states: what an account paid for each product from which day on. One SELECT each, for any number.

Input is a relation `contracts` (contracts.SCHEMA) on a DuckDB connection; nothing else is read.
"""

from __future__ import annotations

import duckdb
import pyarrow as pa

from nenrin.analytics.revenue.policies import Policy

FOREVER = "date '9999-12-31'"
#: Terms shorter than this never count as due for renewal: a monthly contract decides every month.
DUE_MONTHS = 6

STOPS = """
create or replace temp table stops as
with served as (
  select *, case when ended_on is not null then ended_on
                 when not auto_renews or noticed_on < ends_on then ends_on
                 when noticed_on is null then {forever}
                 else ends_on + to_months((term_months * (1 + datesub('month', ends_on, noticed_on) // term_months)
                   )::integer) end::date as served_to,
         {given_up} as given_up_on
  from contracts
), recognised as (select *, {recognised} as left_on from served)
select *, least(left_on, given_up_on) as closes, is_involuntary or given_up_on < left_on as unwilling
from recognised
"""
RECOGNISED = {
    "request": "least(coalesce(noticed_on, served_to), served_to)",
    "billing": "least(coalesce(billed_to, served_to), served_to)",
    "service": "served_to",
}
GIVEN_UP = {"off": FOREVER, "invoices": f"coalesce(past_due_on + {{dunning}}, {FOREVER})"}
COUPONS = {"reduce": "step.minor", "ignore": "coalesce(step.list_minor, step.minor)"}
USAGE = {"none": "0", "committed": "coalesce(step.committed_minor, 0)", "trailing": "coalesce(step.usage_minor, 0)"}
SPANS = """
create or replace temp table spans as
with steps as (select *, unnest(steps) as step from stops),
priced as (
  select key, account, product, plan, currency, closes, is_ramp, starts_on, term_months,
         case when row_number() over walk = 1 then starts_on else greatest(step.from_on, starts_on) end as opens,
         coalesce(lead(greatest(step.from_on, starts_on)) over walk, {forever}) as until,
         {minor} as minor, coalesce(step.list_minor, step.minor) as listed, {usage} as used,
         coalesce(step.seats, 0) as seats
  from steps window walk as (partition by key order by step.from_on)
)
select key, account, product, plan, currency, opens, least(until, closes) as closes, minor + used as minor,
       listed + used as listed, seats
from ({ramps}) where opens < least(until, closes)
"""
STEPWISE = "select * from priced"
# The first term of a ramp at its average, with what usage adds from step to step; from then on as the steps say.
AVERAGED = """
select * from priced where not is_ramp
union all by name
select * exclude (average, first_end, first_seats)
       replace (round(average)::bigint as minor, round(average)::bigint as listed, least(until, first_end) as until,
                first_seats as seats)
from (select *, starts_on + to_months(term_months::integer) as first_end, first(seats order by opens) over walk as first_seats,
             sum(minor * datediff('month', opens, least(until, starts_on + to_months(term_months::integer)))
                 ) over walk / term_months as average
      from priced where is_ramp and opens < starts_on + to_months(term_months::integer) window walk as (partition by key))
union all by name
select * replace (greatest(opens, starts_on + to_months(term_months::integer)) as opens)
from priced where is_ramp and until > starts_on + to_months(term_months::integer)
"""
# A credit lowers what its account pays: on days on which that has nothing else, it stands for nothing.
CREDITED = "create or replace temp table credited as select * from spans where minor < 0"
LOWERED = """
create or replace temp table spans as
with earlier as (
  select account, opens, closes, max(closes) over (partition by account order by opens, closes
                                                   rows between unbounded preceding and 1 preceding) as busy_to
  from spans where minor > 0
), numbered as (
  select *, sum(case when busy_to >= opens then 0 else 1 end) over (
    partition by account order by opens, closes rows between unbounded preceding and current row) as nth from earlier
), paid as (select account, min(opens) as paid_from, max(closes) as paid_to from numbered group by account, nth)
select * from spans where minor >= 0
union all by name
select c.* replace (greatest(c.opens, p.paid_from) as opens, least(c.closes, p.paid_to) as closes)
from credited c join paid p on p.account = c.account and c.opens < p.paid_to and p.paid_from < c.closes
"""
STATES = """
with days as (
  select account, product, currency, opens as day from spans
  union select account, product, currency, closes from spans where closes < {forever}
)
select d.account, d.product, d.currency, d.day, coalesce(sum(s.minor), 0)::bigint as minor,
       coalesce(sum(s.listed), 0)::bigint as listed, coalesce(sum(s.seats), 0)::bigint as seats,
       coalesce(string_agg(distinct s.plan, '+' order by s.plan), '') as plan
from days d left join spans s on s.account = d.account and s.product = d.product and s.currency = d.currency
  and s.opens <= d.day and d.day < s.closes
group by all order by d.account, d.product, d.currency, d.day
"""
# What a contract was worth on the last day before it was due, and how much of it the product still brought after, in its own
# currency: products paid in several are told in books.
DUES = """
with due as (
  select key, account, product, currency, due, least(due, closes) as decided from (
    select *, (ends_on - to_months((k * term_months)::integer))::date as due
    from (select *, unnest(range(0, 1 + datediff('month', starts_on, ends_on) // term_months)) as k
          from stops where term_months >= {due_months} and ends_on > starts_on)
  ) where due > starts_on and due < {forever} and closes > starts_on
), worth as (
  select d.*, s.minor as before from due d join spans s on s.key = d.key and s.opens < d.decided and d.decided <= s.closes
  where s.minor > 0
), was as (
  select w.*, s.minor as product_before from worth w asof left join states s
    on w.account = s.account and w.product = s.product and w.currency = s.currency and s.day < w.decided
), after as (
  select w.*, s.minor as product_after from was w asof left join states s
    on w.account = s.account and w.product = s.product and w.currency = s.currency and s.day <= w.decided
), later as (
  select w.*, if(s.day <= w.decided + {gap}, s.minor, null) as product_later
  from after w asof left join (from states where minor > 0) s
    on w.account = s.account and w.product = s.product and w.currency = s.currency and w.decided <= s.day
)
select account, product, currency, due, decided, before::bigint as before, greatest(0, before - greatest(0, product_before
         - case when product_after > 0 then product_after else coalesce(product_later, 0) end))::bigint as kept
from later order by account, due, key
"""
CLOSINGS = "select distinct account, closes as day from stops where unwilling and closes < {forever}"


def build(db: duckdb.DuckDBPyConnection, policy: Policy) -> tuple[pa.Table, pa.Table, pa.Table]:
    """(states, dues, unwilling ends) of the relation `contracts`; leaves temp tables `stops`, `spans` (credits
    only where their accounts pay; `credited`: whole), `states`."""
    words = {"forever": FOREVER, "gap": int(policy.gap_merge_days)}
    given_up = GIVEN_UP[policy.dunning].format(dunning=int(policy.dunning_days))
    db.execute(STOPS.format(recognised=RECOGNISED[policy.churn_recognition], given_up=given_up, **words))
    ramps = AVERAGED if policy.ramp == "average" else STEPWISE
    db.execute(SPANS.format(minor=COUPONS[policy.coupons], usage=USAGE[policy.usage], ramps=ramps, **words))
    db.execute(CREDITED)
    if db.execute("select 1 from credited limit 1").fetchone():
        db.execute(LOWERED)
    db.execute("create or replace temp table states as " + STATES.format(**words))
    return (
        db.sql("from states order by account, product, currency, day").to_arrow_table(),
        db.sql(DUES.format(due_months=DUE_MONTHS, **words)).to_arrow_table(),
        db.sql(CLOSINGS.format(**words)).to_arrow_table(),
    )
