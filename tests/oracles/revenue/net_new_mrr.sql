select sum(closing) - sum(opening) from ends
