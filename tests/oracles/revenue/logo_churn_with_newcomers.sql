select count(*) filter (closing <= 0 and (opening > 0 or ever_paid_inside)) / nullif(count(*) filter (opening > 0), 0) from ends
