select avg((done_on is not null and done_on <= due_on)::int) from onboardings, ask
where account in (select account from theirs) and due_on between ask.start_on and ask.end_on - 1
and not (rests and done_on is null)
