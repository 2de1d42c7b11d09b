select sum(round(1000 * own) * greatest(closing, 0)) / nullif(sum(greatest(closing, 0)), 0) / 10 from (
  select account, (sum(if(score >= 9, 1, if(score <= 6, -1, 0))) / count(*))::decimal(18, 9) as own
  from counted group by account) join ends using (account)
