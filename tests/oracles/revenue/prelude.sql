-- What everybody paid on every single day, from the contracts alone; the oracles beside this file read only these.
-- Given: contracts (as in nenrin.analytics.revenue.contracts), ask(start_on, end_on, margin, yearly, acquisition).
create temp table prices as
select key, unnest(steps).from_on as from_on, unnest(steps).minor as minor, unnest(steps).seats as seats from contracts;

create temp table running as
select key, account, product, plan, starts_on,
       coalesce(ended_on, if(noticed_on is not null or not auto_renews, ends_on, null)) as stops_on
from contracts;

create temp table calendar as
select unnest(generate_series((select min(starts_on) - 1 from contracts), (select end_on - 1 from ask), interval 1 day))::date
       as day;

create temp table daily_contracts as
select r.key, r.account, r.product, r.plan, c.day,
       coalesce(max_by(p.minor, p.from_on) filter (p.from_on <= c.day), min_by(p.minor, p.from_on)) as minor,
       coalesce(max_by(p.seats, p.from_on) filter (p.from_on <= c.day), min_by(p.seats, p.from_on)) as seats
from running r join calendar c on r.starts_on <= c.day and (r.stops_on is null or c.day < r.stops_on)
join prices p on p.key = r.key
group by r.key, r.account, r.product, r.plan, c.day;

create temp table daily_products as
select account, product, day, sum(minor) as minor, sum(seats) as seats, string_agg(distinct plan, '+' order by plan) as plan
from daily_contracts group by account, product, day;

create temp table daily as
select a.account, c.day, coalesce(sum(p.minor), 0) as minor
from (select distinct account from contracts) a cross join calendar c
left join daily_products p on p.account = a.account and p.day = c.day group by a.account, c.day;

create temp table first_paid as select account, min(day) as day from daily where minor > 0 group by account;

create temp table ends as
select account, sum(minor) filter (day = (select start_on - 1 from ask)) as opening,
       sum(minor) filter (day = (select end_on - 1 from ask)) as closing,
       bool_or(minor > 0) filter (day >= (select start_on from ask)) as ever_paid_inside,
       coalesce(sum(minor) filter (day = (select end_on - interval 1 year - interval 1 day from ask)), 0) as year_ago
from daily group by account;
update ends set opening = coalesce(opening, 0), closing = coalesce(closing, 0);
