"""The team's day, for whoever leads: load against capacity, a colleague's queue, who takes over what."""
