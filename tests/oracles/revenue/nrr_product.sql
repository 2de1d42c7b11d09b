-- Every account and product of twelve months ago; a lapse of up to `gap` days of the product itself is none.
with days as (
  select account, product, c.day, coalesce(t.minor, 0) as minor
  from (select distinct account, product from told_products) p cross join calendar c
  left join told_products t using (account, product, day)
), merged as (
  select account, product, day, if(minor <= 0 and next_paid - last_paid - 1 <= (select gap from ask), held, minor) as minor from (
    select *, max(day) filter (minor > 0) over back as last_paid, arg_max(minor, day) filter (minor > 0) over back as held,
           min(day) filter (minor > 0) over (partition by account, product order by day
             rows between current row and unbounded following) as next_paid
    from days window back as (partition by account, product order by day))
), pairs as (
  select max(minor) filter (day = (select end_on - interval 1 year - interval 1 day from ask)) as was,
         max(minor) filter (day = (select end_on - 1 from ask)) as now
  from merged group by account, product
)
select sum(now) / sum(was) from pairs where was > 0
