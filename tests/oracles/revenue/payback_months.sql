select acquisition / nullif(won, 0) / (arpa_won * margin) from worth
