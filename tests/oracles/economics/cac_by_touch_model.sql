-- What winning the customers of each touch model cost, from the lake's own views: costs of twelve months that end `lag`
-- months before the month of `day`; an entry of an account is that account's; another is shared among the customers won
-- in the last twelve months (of its touch model, where it names one) by what each paid first. Fractions, not whole yen.
with ask as (select $day::date as day, date_trunc('month', $day::date) as month),
contracts as (
  select account, starts_on, mrr_minor from subscriptions where believed_to = date '9999-12-31'
), firsts as (
  select account, min(starts_on) as on_day from contracts where mrr_minor > 0 group by account
), won as (
  select f.account, sum(c.mrr_minor) as first_mrr, max(coalesce(a.touch_model, '')) as touch_model
  from firsts f join contracts c on c.account = f.account and c.starts_on = f.on_day
  join accounts a on a.account = f.account and a.believed_to = date '9999-12-31', ask
  where f.on_day > ask.day - interval 1 year and f.on_day <= ask.day
  group by f.account
), spent as (
  select row_number() over () as entry, c.account, coalesce(c.touch_model, '') as touch_model, c.minor
  from costs c, ask where c.believed_to = date '9999-12-31' and c.category in ('acquisition', 'marketing', 'sales')
    and c.month > ask.month - to_months(12 + $lag) and c.month <= ask.month - to_months($lag)
), shared as (
  select s.entry, w.touch_model, s.minor * w.first_mrr::double / sum(w.first_mrr) over (partition by s.entry) as part
  from spent s join won w on s.account is null and s.touch_model in ('', w.touch_model)
), owned as (
  select coalesce(a.touch_model, '') as touch_model, s.minor::double as part
  from spent s join accounts a on a.account = s.account and a.believed_to = date '9999-12-31'
)
select w.touch_model, coalesce(c.cost, 0) / count(*) as cac
from won w left join (
  select touch_model, sum(part) as cost from (select touch_model, part from shared union all select * from owned) group by 1
) c using (touch_model)
group by w.touch_model, c.cost order by w.touch_model
