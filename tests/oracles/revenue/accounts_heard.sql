select nullif(count(*) filter (account in (select account from said where survey = 'nps')), 0) / nullif(count(*), 0)
from ends where opening > 0
