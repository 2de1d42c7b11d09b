select (select acquisition from ask) / nullif(12 * sum(greatest(closing, 0)), 0)
from ends join first_paid f using (account)
where f.day >= (select end_on - interval 1 year from ask) and f.day < (select end_on from ask)
