"""Tells a world to the product, through the verbs and doors that real customers' data comes through."""
