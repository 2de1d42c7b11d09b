select count(*) filter (reached_on is not null and reached_on <= due_on) / nullif(count(*), 0)
from started, ask where is_known and due_on >= ask.start_on and due_on < ask.end_on
