"""The probability of leaving in the next period, from one row for each account and period in which it could leave."""
