"""What a draft of a health model would change, shown before it is published."""
