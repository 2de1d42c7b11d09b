"""A member's own pages: sign-in, profile, sessions, second step."""
