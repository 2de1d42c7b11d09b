"""A rule run over the past before it is switched on: when it would have fired, what that would have cost, what became
of those accounts. Pure: arrays of accounts (int64) and days (whole numbers since 1970) in, figures out."""
