select sum(greatest(year_ago - greatest(closing, 0), 0)) / nullif(sum(year_ago), 0) from ends where year_ago > 0
