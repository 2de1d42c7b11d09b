"""Pages of success plans: the list, one plan, its parts, what the customer reads, templates."""
