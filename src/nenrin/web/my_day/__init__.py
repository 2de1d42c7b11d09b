"""My day: the ranked queue of a member's accounts, and what they answer to it."""
