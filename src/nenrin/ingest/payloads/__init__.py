"""What each client sends, brought into one shape and then into columns."""
