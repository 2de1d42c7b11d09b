"""How long customers stay and what that is worth."""
