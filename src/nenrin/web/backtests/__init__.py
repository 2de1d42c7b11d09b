"""Backtests: how well a health model told who would leave, as pages show it."""
