-- MRR at month-end rates: what the rates alone changed, and the ends that it stands between.
-- Given: paid(account, currency, day, minor) by day, minor units with two decimals; rates(currency, ends_on, hundredths) of
-- one unit in whole units of the reporting currency, which has none; ask(opening, closing), both last days of months.
with sides as (
  select p.account, p.day, p.minor, c.hundredths as closing, o.hundredths as opening
  from paid p cross join ask a
  left join rates c on c.currency = p.currency and c.ends_on = a.closing
  left join rates o on o.currency = p.currency and o.ends_on = a.opening
  where p.day in (a.opening, a.closing)
), counted as (
  select * from sides where closing is not null and opening is not null
)
select coalesce(sum((minor * opening + 5000) // 10000) filter (day = opens), 0)::bigint as begin,
       coalesce(sum((minor * closing + 5000) // 10000 - (minor * opening + 5000) // 10000) filter (day = opens), 0)::bigint as fx,
       coalesce(sum((minor * closing + 5000) // 10000) filter (day = closes), 0)::bigint as end
from counted cross join (select opening as opens, closing as closes from ask)
