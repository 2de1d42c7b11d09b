select avg((reason is null)::int) from losses, ask
where account in (select account from theirs) and decided_on >= start_on and decided_on < end_on
