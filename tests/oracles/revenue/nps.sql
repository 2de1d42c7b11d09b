select 100 * (count(*) filter (score >= 9) - count(*) filter (score <= 6)) / nullif(count(*), 0) from counted
