"""Backtests: every health model held against what became of the accounts that it judged."""
