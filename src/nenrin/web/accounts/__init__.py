"""The account list and one account: its tabs, its people, contracts and timeline, and what is done to it."""
