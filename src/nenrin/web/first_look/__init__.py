"""First look: from one file of contracts to the first figures, on the screen and as a page to keep."""
