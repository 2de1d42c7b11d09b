select sum(if(opening > 0 and closing < opening, opening - greatest(closing, 0), 0)) / nullif(sum(opening), 0) from ends
