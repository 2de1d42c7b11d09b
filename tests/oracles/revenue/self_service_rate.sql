select if((select count(*) from tickets, ask where opened_on < ask.end_on and account in (select account from theirs)) = 0, null,
  (select avg((account not in (select account from tickets, ask where opened_on >= ask.start_on and opened_on < ask.end_on))::int)
   from (select distinct account from last_week)))
