-- Given: answers(account, survey, score, answered_on, respondent), surveys(account, sent_on, is_answered).
create temp table said as
select a.* from answers a, ask where answered_on >= ask.start_on and answered_on < ask.end_on
and account in (select account from contracts);
-- A respondent counts with the first answer, then with the first one 90 days later or more; of one day with the lowest.
create temp table counting as
with recursive nps as (select * from answers where survey = 'nps' and respondent is not null), turns as (
  select respondent, min(answered_on) as day from nps group by respondent
  union all
  select t.respondent, min(n.answered_on) from turns t join nps n on n.respondent = t.respondent
  and n.answered_on >= t.day + 90 group by t.respondent
) select n.respondent, n.answered_on, min(n.score) as score from nps n join turns t
  on n.respondent = t.respondent and n.answered_on = t.day group by all;
create temp table counted as
select account, score from said where survey = 'nps' and respondent is null
union all
select any_value(s.account), c.score from said s join counting c
  on s.respondent = c.respondent and s.answered_on = c.answered_on where survey = 'nps' group by c.respondent, c.answered_on, c.score;
