select coalesce(sum(closing - opening) filter (opening > 0 and closing > opening), 0)
       / nullif(sum(greatest(closing - opening, 0)), 0) from ends
