"""Home: the portfolio, and what a new installation is greeted with."""
