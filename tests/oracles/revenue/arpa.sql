select (select sum(closing) from ends) / nullif(count(*), 0) from ends where closing > 0
