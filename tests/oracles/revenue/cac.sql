select acquisition / nullif(won, 0) from worth
