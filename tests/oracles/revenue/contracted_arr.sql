select 12 * coalesce(sum(last_price), 0) from (
  select r.key, max_by(p.minor, p.from_on) as last_price from running r join prices p using (key)
  where r.stops_on is null group by r.key)
