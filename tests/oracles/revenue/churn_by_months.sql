with months as (
  select unnest(generate_series(date_trunc('month', end_on - interval 1 day) - interval 11 month,
                                date_trunc('month', end_on - interval 1 day), interval 1 month))::date as first, end_on from ask
), sides as (
  select b.minor as began, coalesce(e.minor, 0) as ended
  from months m join daily b on b.day = m.first - 1 and b.minor > 0
  left join daily e on e.account = b.account and e.day = least((m.first + interval 1 month)::date, m.end_on) - 1
)
select sum(began) filter (ended <= 0) / nullif(sum(began), 0) from sides
