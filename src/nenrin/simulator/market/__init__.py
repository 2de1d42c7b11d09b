"""Turns the generator's arrays into customers with names, contracts, people and voices."""
