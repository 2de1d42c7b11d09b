"""Revenue: movements, accounts, cohorts and its settings."""
