"""Risk: who will probably leave or grow, learned from what happened, kept as it was said."""
