-- Given: answers(account, survey, score, answered_on), first_values(account, day), recorded(day).
create temp table said as
select a.* from answers a, ask where answered_on >= ask.start_on and answered_on < ask.end_on
and account in (select account from contracts);
create temp table started as
select f.account, f.day as starts_on, f.day + 31 as due_on, v.day as reached_on,
       (select r.day from recorded r) <= f.day as is_known
from first_paid f left join first_values v on v.account = f.account;
