select (select acquisition from ask) / nullif(12 * sum(case
         when f.day >= (select end_on - interval 1 year from ask) and f.day < (select end_on from ask) then greatest(closing, 0)
         when year_ago > 0 then greatest(closing - year_ago, 0) else 0 end), 0)
from ends left join first_paid f using (account)
