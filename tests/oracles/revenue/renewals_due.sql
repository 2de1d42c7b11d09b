select count(*) from due_terms
