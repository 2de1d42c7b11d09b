"""The pages of customers who let go, and why."""
