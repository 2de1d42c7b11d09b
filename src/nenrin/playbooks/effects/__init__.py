"""What playbooks bring: everybody who had an occasion, in the arm that was drawn for them."""
