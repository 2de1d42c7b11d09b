select sum(greatest(closing - opening, 0)) / nullif(sum(greatest(opening - closing, 0)), 0) from ends
