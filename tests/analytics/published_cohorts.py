"""Published cohorts of an insurance company's customers: survivors of 1,000 after 0, 1, ... 12 years.

Fader & Hardie 2007, J. Interactive Marketing 21(1), table 1. Fits use the first years, the rest is held out.
"""

HIGH_END = (1000, 869, 743, 653, 593, 551, 517, 491, 468, 445, 427, 409, 394)
REGULAR = (1000, 631, 468, 382, 326, 289, 262, 241, 223, 207, 194, 183, 173)
