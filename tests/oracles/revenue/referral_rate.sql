select avg(is_referral::int) from sources s, ask where s.account in (
  select e.account from ends e join first_paid f on e.account = f.account
  where e.opening <= 0 and e.closing > 0 and f.day >= ask.start_on)
