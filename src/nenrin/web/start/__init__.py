"""Start small: the questions of first use, and the result against the first day."""
