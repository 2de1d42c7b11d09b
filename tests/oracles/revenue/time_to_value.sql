-- The first day by which at most half are without it, of the product of the shares that go on.
select min(days) from (
  select t.days, product(1 - t.reached / t.at_risk) over (order by t.days) as without from (
    select distinct w.days, (select count(*) from watched x where x.days = w.days and x.is_reached) as reached,
           (select count(*) from watched x where x.days >= w.days) as at_risk from watched w
  ) t
) where without <= 0.5 + 1e-9
