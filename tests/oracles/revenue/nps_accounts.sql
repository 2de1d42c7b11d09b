select avg(round(1000 * own)) / 10 from (
  select account, (sum(if(score >= 9, 1, if(score <= 6, -1, 0))) / count(*))::decimal(18, 9) as own
  from counted group by account)
