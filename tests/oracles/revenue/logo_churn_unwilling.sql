select count(*) filter (closing <= 0 and account in (
         select account from contracts where is_involuntary and ended_on >= (select start_on from ask)
         and ended_on < (select end_on from ask))) / nullif(count(*), 0)
from ends where opening > 0
