-- What grew within each account, product by product; an account's expansion is shared by it, largest remainders first.
with pairs as (
  select coalesce(a.account, b.account) as account, coalesce(a.product, b.product) as product,
         coalesce(a.minor, 0) as was, coalesce(b.minor, 0) as now,
         (coalesce(a.minor, 0) <= 0) <> (coalesce(b.minor, 0) <= 0) or a.plan is distinct from b.plan
         or a.seats is distinct from b.seats as is_bought
  from (select * from daily_products where day = (select start_on - 1 from ask)) a
  full join (select * from daily_products where day = (select end_on - 1 from ask)) b
    on a.account = b.account and a.product = b.product
), grew as (
  select account, sum(now - was) filter (is_bought) as bought, sum(now - was) as grown
  from pairs where now > was group by account
), shares as (
  select e.account, (closing - opening) * coalesce(bought, 0) / grown as exact
  from ends e join grew g using (account) where opening > 0 and closing > opening
)
select sum(exact) / nullif((select sum(opening) from ends where opening > 0), 0) from shares
