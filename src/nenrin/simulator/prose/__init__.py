"""What people write down about a customer: notes, tickets, comments, in both languages."""
