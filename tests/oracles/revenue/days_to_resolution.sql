select avg(resolved_on - opened_on) from tickets, ask
where resolved_on >= ask.start_on and resolved_on < ask.end_on and account in (select account from contracts)
