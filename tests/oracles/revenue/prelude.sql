-- What everybody paid on every single day, from the contracts alone; the oracles beside this file read only these.
-- Given: contracts (as in nenrin.analytics.revenue.contracts), ask(start_on, end_on, margin, yearly, acquisition, gap).
create temp table prices as
select key, unnest(steps).from_on as from_on, unnest(steps).minor as minor, unnest(steps).seats as seats from contracts;

create temp table running as
select key, account, product, plan, starts_on,
       coalesce(ended_on, if(noticed_on is not null or not auto_renews, ends_on, null)) as stops_on
from contracts;

create temp table calendar as
select unnest(generate_series((select min(starts_on) - 1 from contracts), (select end_on - 1 + gap from ask), interval 1 day))::date
       as day;

create temp table daily_contracts as
select r.key, r.account, r.product, r.plan, c.day,
       coalesce(max_by(p.minor, p.from_on) filter (p.from_on <= c.day), min_by(p.minor, p.from_on)) as minor,
       coalesce(max_by(p.seats, p.from_on) filter (p.from_on <= c.day), min_by(p.seats, p.from_on)) as seats
from running r join calendar c on r.starts_on <= c.day and (r.stops_on is null or c.day < r.stops_on)
join prices p on p.key = r.key
group by r.key, r.account, r.product, r.plan, c.day;

create temp table told_products as
select account, product, day, sum(minor) as minor, sum(seats) as seats, string_agg(distinct plan, '+' order by plan) as plan
from daily_contracts group by account, product, day;

create temp table told as
select a.account, c.day, coalesce(sum(p.minor), 0) as minor
from (select distinct account from contracts) a cross join calendar c
left join told_products p on p.account = a.account and p.day = c.day group by a.account, c.day;

-- Of up to `gap` days without anything between two paid days each one is as the last paid day was.
create temp table standing as
select account, day, if(minor <= 0 and next_paid - last_paid - 1 <= (select gap from ask), last_paid, day) as as_on from (
  select account, day, minor, max(day) filter (minor > 0) over (partition by account order by day) as last_paid,
         min(day) filter (minor > 0) over (partition by account order by day rows between current row and unbounded following
         ) as next_paid from told);

create temp table daily as
select s.account, s.day, t.minor from standing s join told t on t.account = s.account and t.day = s.as_on;

create temp table daily_products as
select s.account, p.product, s.day, p.minor, p.seats, p.plan
from standing s join told_products p on p.account = s.account and p.day = s.as_on;

create temp table first_paid as select account, min(day) as day from daily where minor > 0 group by account;

create temp table ends as
select account, sum(minor) filter (day = (select start_on - 1 from ask)) as opening,
       sum(minor) filter (day = (select end_on - 1 from ask)) as closing,
       bool_or(minor > 0) filter (day >= (select start_on from ask) and day < (select end_on from ask)) as ever_paid_inside,
       coalesce(sum(minor) filter (day = (select end_on - interval 1 year - interval 1 day from ask)), 0) as year_ago
from daily group by account;
update ends set opening = coalesce(opening, 0), closing = coalesce(closing, 0);
