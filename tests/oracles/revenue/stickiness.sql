select count(*) filter (is_recent) / nullif(count(*), 0) from last_week
