select count(*) filter (is_answered) / nullif(count(*), 0) from surveys, ask
where sent_on >= ask.start_on and sent_on < ask.end_on and account in (select account from contracts)
