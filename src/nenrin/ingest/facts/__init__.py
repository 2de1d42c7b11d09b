"""What tickets, survey answers and costs have in common: known by key, known from a day, forgotten on request."""
