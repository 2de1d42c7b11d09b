select if((select count(*) from tickets, ask where opened_on < ask.end_on and account in (select account from contracts)) = 0, null,
  (select count(*) from tickets, ask where opened_on >= ask.start_on and opened_on < ask.end_on
   and account in (select account from contracts))
  / nullif((select count(*) from ends where opening > 0), 0)::double)
