select count(*) filter (account in (select account from said where survey = 'nps')) / nullif(count(*), 0)
from ends where opening > 0
