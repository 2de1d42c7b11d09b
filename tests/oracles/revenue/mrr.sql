select sum(closing) from ends
