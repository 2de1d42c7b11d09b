-- Churn a month of the last twelve months' leavers (three where nobody left), ARPA, and the newly won.
create temp table worth as
with year as (select count(*) as n, count(*) filter (closing <= 0) as lost from ends where year_ago > 0),
monthly as (
  select 1 - pow(1 - least(if(lost > 0, lost, least(3.0, 0.999 * n)) / n, 0.999), 1 / 12.0) as churn from year where n > 0
), won as (
  select count(*) as won, sum(greatest(closing, 0)) / nullif(count(*) filter (closing > 0), 0) as arpa_won
  from ends join first_paid f using (account)
  where f.day >= (select end_on - interval 1 year from ask) and f.day < (select end_on from ask)
)
select churn, won, arpa_won, margin, acquisition, pow(1 + yearly, 1 / 12.0) - 1 as i,
       (select sum(closing) / nullif(count(*) filter (closing > 0), 0) from ends) as arpa
from ask left join monthly on true left join won on true;
