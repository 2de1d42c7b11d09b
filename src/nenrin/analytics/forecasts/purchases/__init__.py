"""Customers without a contract: how often they will buy again, whether they are still there, and how much they spend."""
