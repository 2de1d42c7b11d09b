select sum(opening - closing) filter (opening > 0) / nullif(sum(opening), 0) from ends
