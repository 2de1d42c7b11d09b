select sum(least(kept, before)) / nullif(sum(before), 0) from due_terms
