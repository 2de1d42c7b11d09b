with ours as (
  select t.*, exists (select 1 from calls c where c.account = t.account and c.day <= t.day and c.day >= t.day - 14) as is_answer
  from touches t where t.account in (select account from theirs)
)
select (select count(*) from ours, ask where day >= ask.start_on and day < ask.end_on and is_ours and not is_answer)
  / nullif((select count(*) from ours, ask where day >= ask.start_on and day < ask.end_on)
         + (select count(*) from calls, ask where day >= ask.start_on and day < ask.end_on), 0)
