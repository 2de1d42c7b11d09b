"""What winning and keeping customers costs, and what it brings: categories, sharing out, balance, contribution."""
