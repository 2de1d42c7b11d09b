"""Weights of a health score learned from who left, held near those that experts gave."""
