with months as (
  select n, date_trunc('month', (select end_on - 1 from ask)) - to_months(n::integer) - interval 1 day as opens,
         if(n = 0, (select end_on - 1 from ask),
            date_trunc('month', (select end_on - 1 from ask)) - to_months(n::integer - 1) - interval 1 day) as closes
  from range(12) t(n)
), rates as (
  select m.n, sum(greatest(b.minor, 0)) / sum(a.minor) as rate
  from months m join daily a on a.day = m.opens::date and a.minor > 0
  join daily b on b.account = a.account and b.day = m.closes::date group by m.n
)
select if(count(*) = 12, product(rate), null) from rates
