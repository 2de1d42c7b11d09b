"""Tasks: the list, one task, what is done to it, its files and templates."""
