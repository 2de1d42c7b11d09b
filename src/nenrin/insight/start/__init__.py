"""Start small: what is asked at first use, what shows because of it, the figures of the first day, and the result against them."""
