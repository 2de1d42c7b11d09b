select coalesce(sum(closing - opening) filter (opening > 0 and closing > opening), 0) / nullif((select sum(opening) from ends), 0) from ends
