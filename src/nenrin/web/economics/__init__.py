"""Costs, hours, the balance of the budget and what customer success contributes."""
