select count(*) filter (kept > 0) / nullif(count(*), 0) from due_terms
