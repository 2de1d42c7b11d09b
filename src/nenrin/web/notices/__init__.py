"""The inbox of notices, and how each member wants to hear of things."""
