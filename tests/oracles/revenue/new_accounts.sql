select count(*) from ends join first_paid using (account)
where opening <= 0 and closing > 0 and day >= (select start_on from ask)
