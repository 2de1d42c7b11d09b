-- Terms of six months and longer that were to end inside the period, with what the contract brought on its last day
-- and how much of that its product still brought on the next, or when it was taken up again within `gap` days.
create temp table due_terms as
with terms as (
  select key, account, product, term_months, ended_on, stops_on, ends_on - to_months((k * term_months)::integer) as due
  from contracts join running using (key, account, product, starts_on) cross join range(0, 40) t(k)
  where term_months >= 6 and ends_on - to_months((k * term_months)::integer) > starts_on
), inside as (
  select *, least(due, coalesce(stops_on, due))::date as last_on from terms
  where due >= (select start_on from ask) and due < (select end_on from ask)
)
select i.key, c.minor as before,
       greatest(0, c.minor - greatest(0, p.minor - coalesce((
         select min_by(n.minor, n.day) from told_products n where n.account = i.account and n.product = i.product
         and n.minor > 0 and n.day between i.last_on and i.last_on + (select gap from ask)), 0))) as kept
from inside i join daily_contracts c on c.key = i.key and c.day = i.last_on - 1 and c.minor > 0
join told_products p on p.account = i.account and p.product = i.product and p.day = i.last_on - 1;
