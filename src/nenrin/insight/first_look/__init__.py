"""First look: one file of contracts, read without any set-up, gives today's churn, retention and value."""
