select count(*) filter (closing <= 0) / nullif(count(*), 0) from ends where year_ago > 0
