select sum(closing) / nullif(sum(year_ago), 0) - 1 from ends
