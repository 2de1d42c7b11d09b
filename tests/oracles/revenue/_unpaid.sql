-- Who pays on each day, where an invoice overdue for more than `days` days ends the contract that ran when it fell due.
-- Given: contracts(account, starts_on), one each; invoices(account, issued_on, due_on, minor, status), ask(first, last, days).
with calendar as (
  select unnest(generate_series(ask.first, ask.last, interval 1 day))::date as day, ask.days from ask
), owed as (
  select i.* from invoices i where minor > 0 and (status = 'open' or (status = 'uncollectible'
  and i.issued_on >= coalesce((select max(issued_on) from invoices p where p.account = i.account and p.status = 'paid'), date '1900-01-01')))
)
select c.account, k.day from contracts c join calendar k on k.day >= c.starts_on
where not exists (
  select 1 from owed o where o.account = c.account and o.due_on >= c.starts_on and date_diff('day', o.due_on, k.day) > k.days
)
