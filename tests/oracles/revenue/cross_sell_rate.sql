with pairs as (
  select coalesce(a.account, b.account) as account, coalesce(a.minor, 0) as was, coalesce(b.minor, 0) as now
  from (select * from daily_products where day = (select start_on - 1 from ask)) a
  full join (select * from daily_products where day = (select end_on - 1 from ask)) b
    on a.account = b.account and a.product = b.product
)
select count(*) filter (closing > opening and account in (select account from pairs where was <= 0 and now > 0))
       / nullif(count(*), 0)
from ends where opening > 0
