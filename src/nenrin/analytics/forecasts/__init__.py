"""What will probably be: how long customers stay, what that is worth, and how sure we may be."""
