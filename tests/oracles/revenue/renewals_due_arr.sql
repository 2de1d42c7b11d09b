select coalesce(12 * sum(before), 0) from due_terms
