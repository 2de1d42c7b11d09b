"""What reaches customers and what they answer."""
