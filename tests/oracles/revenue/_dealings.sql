-- Given: onboardings(account, starts_on, due_on, value_on, done_on, seen_on, is_lost, rests), touches(account, day, is_ours),
-- user_days(account, user, day), sources(account, is_referral), tickets(account, opened_on, resolved_on).
create temp table theirs as select account, closing > 0 as pays from ends;
create temp table calls as
select account, opened_on as day from tickets where account in (select account from theirs)
union all select distinct account, noticed_on from contracts where noticed_on is not null;
create temp table begun as
select * from onboardings o, ask where account in (select account from theirs) and starts_on < ask.end_on
and starts_on >= ask.end_on - interval 1 year
qualify starts_on = min(starts_on) over (partition by account);
create temp table watched as
select account, value_on is not null and value_on < end_on as is_reached,
       case when value_on is not null and value_on < end_on then value_on - starts_on + 1
            when is_lost and seen_on < end_on then 1000000
            else greatest(least(coalesce(seen_on, end_on - 1), end_on - 1) - starts_on + 1, 1) end as days
from begun;
create temp table last_week as
select distinct u.account, u.user, bool_or(u.day >= ask.end_on - 7) over (partition by u.account, u.user) as is_recent
from user_days u, ask where u.day < ask.end_on and u.day >= ask.end_on - 28
and u.account in (select account from theirs where pays);
