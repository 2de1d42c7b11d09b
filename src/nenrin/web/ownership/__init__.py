"""Who looks after what: handovers among ourselves, and rules that find owners for new accounts."""
