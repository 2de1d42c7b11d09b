select count(*) filter (closing <= 0) / nullif(count(*), 0) from ends where opening > 0 or ever_paid_inside
