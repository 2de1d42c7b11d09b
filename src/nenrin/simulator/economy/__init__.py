"""The generator: pure numpy, no clock, no database. Months are columns, accounts are rows."""
